#pragma once
// What a hub answers, read without a network: a list of files, and the headers that state a size and a checksum.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/desktop/hub.h"

namespace headlight::platform {

// The files at the top of a repository, as huggingface.co/api/models/NAME/tree/main lists them; nothing when it is no
// such list. Large files carry their SHA-256.
[[nodiscard]] std::optional<std::vector<HubFile>> parse_tree(std::string_view json);

// What is to be fetched of these besides config.json and the index: the weights (whole, or the shards that the index
// names) and the tokenizer.
[[nodiscard]] std::vector<HubFile> wanted_files(const std::vector<HubFile>& all, std::string_view index);

// 64 hex digits in an ETag, which some hubs state instead of a checksum; "" when it is none.
[[nodiscard]] std::string sha256_of_etag(std::string_view etag);

// The shards that an index names, in their order.
[[nodiscard]] std::vector<std::string> shards_of(std::string_view index);

// The string for an answer that is no success: not_found, denied or status; and its report "failed".
[[nodiscard]] std::string status_report(int job, long status, std::string_view file);
[[nodiscard]] std::string paused_report(int job, double seconds, int attempt, std::string_view detail);
[[nodiscard]] std::string resumed_report(int job);
// The report "described".
[[nodiscard]] std::string described_report(int job, std::string_view base, std::string_view config,
                                           std::string_view index, const std::vector<HubFile>& files);

}  // namespace headlight::platform
