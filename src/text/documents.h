#pragma once
// The corpora of this project are text files whose documents are separated by a line <|endoftext|>.

#include <string_view>
#include <vector>

namespace headlight::text {

// The documents of a file, without the separator lines and without the line end before each separator and at the end
// of the file; empty ones are left out. LF and CRLF. The views point into `file`.
[[nodiscard]] std::vector<std::string_view> split_documents(std::string_view file);

}  // namespace headlight::text
