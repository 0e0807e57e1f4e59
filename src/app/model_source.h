#pragma once
// What a person types to name a model on a hub, as addresses: "gpt2", "owner/name", the address of a repository, of one
// of its files, or of any folder on a host that lets other pages read it (CORS).

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.h"

namespace headlight::app {

struct ModelSource {
    std::string name;                // one for all ways to write it, and what links hold: "openai-community/gpt2"
    std::vector<std::string> bases;  // folders that its files are asked for in, likeliest first; each ends in '/'
    std::string tree;                // lists the files with sizes and checksums, as Hugging Face does; "" when there
                                     // is none. It goes with bases[0]
};

// hub: "https://huggingface.co". Nothing when the text is neither a name nor an address.
[[nodiscard]] std::optional<ModelSource> parse_source(std::string_view text, std::string_view hub);

// A folder name for a kept model: letters, digits, '.', '-' and '_', at most 120 of them.
[[nodiscard]] std::string kept_id(std::string_view name, Precision precision);

}  // namespace headlight::app
