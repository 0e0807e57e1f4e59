#include "text/documents.h"

#include <algorithm>

#include "text/tokenizer.h"

namespace headlight::text {
namespace {

std::string_view without_line_end(std::string_view text) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

}  // namespace

std::vector<std::string_view> split_documents(std::string_view file) {
    std::vector<std::string_view> documents;
    const auto add = [&](std::string_view document) {
        document = without_line_end(document);
        if (!document.empty()) documents.push_back(document);
    };
    std::size_t begin = 0;
    for (std::size_t line = 0; line < file.size();) {
        const std::size_t next = std::min(file.find('\n', line), file.size() - 1) + 1;
        if (without_line_end(file.substr(line, next - line)) == kEndOfText) {
            add(file.substr(begin, line - begin));
            begin = next;
        }
        line = next;
    }
    add(file.substr(begin));
    return documents;
}

}  // namespace headlight::text
