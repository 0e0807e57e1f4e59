#include "interpret/tutorial_sheet.h"

#include "interpret/formula.h"

namespace headlight::interpret {

FormulaLine symbols(std::string_view text) {
    Formula line;
    while (!text.empty()) {
        const std::size_t mark = text.find_first_of("_^");
        const std::size_t end = mark == std::string_view::npos ? mark : text.find('}', mark);
        if (end == std::string_view::npos) return line.text(text).take();
        if (mark > 0) line.text(text.substr(0, mark));
        const std::string_view inside = text.substr(mark + 2, end - mark - 2);
        if (text[mark] == '_') {
            line.lowered(inside);
        } else {
            line.raised(inside);
        }
        text.remove_prefix(end + 1);
    }
    return line.take();
}

}  // namespace headlight::interpret
