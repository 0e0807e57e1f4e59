#pragma once
// Whole files in memory. Paths are UTF-8.

#include <string>
#include <string_view>

#include "base/result.h"

namespace headlight {

// The whole file as bytes; the error names the file and the reason.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

// Writes beside the target and renames, so that a reader (or a crash) sees the old file or the new one, never half of
// it. Makes the folder when it is missing.
[[nodiscard]] Result<void> write_file_atomic(const std::string& path, std::string_view bytes);

[[nodiscard]] bool file_exists(const std::string& path);

}  // namespace headlight
