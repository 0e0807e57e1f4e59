#pragma once
// Sentence pairs: a text file with one pair a line, the columns separated by tabs.

#include <string_view>
#include <vector>

#include "base/result.h"

namespace headlight::text {

struct SentencePair {
    std::string_view source;
    std::string_view target;
    int line = 0;  // from 1
};

// All pairs of a file; LF and CRLF, with or without a byte order mark. Columns after the second (a licence, say) are
// ignored. The views point into `file`. Errors name the file and the line: a line without a tab, an empty sentence,
// bytes that are not UTF-8; or that there is no pair at all.
[[nodiscard]] Result<std::vector<SentencePair>> read_pairs(std::string_view file, std::string_view file_name);

}  // namespace headlight::text
