#include "ui/token_text.h"

namespace headlight::ui {

TokenLabel token_label(std::string_view display) {
    constexpr std::string_view kSpace = "\xC2\xB7", kLineEnd = "\xE2\x86\xB5", kTab = "\xE2\x86\x92";
    TokenLabel label;
    std::size_t at = 0;
    while (at < display.size() && display[at] == ' ') {
        label.mark += kSpace;
        ++at;
    }
    for (; at < display.size(); ++at) {
        switch (display[at]) {
            case '\n':
                label.text += kLineEnd;
                break;
            case '\r':
                break;
            case '\t':
                label.text += kTab;
                break;
            default:
                label.text += display[at];
        }
    }
    return label;
}

float token_width(const ImFont* font, const TokenLabel& label) {
    return text_width(font, label.mark) + text_width(font, label.text);
}

float put_token(const Context& context, const ImFont* font, const Box& box, Colour colour, const TokenLabel& label) {
    const float mark = label.mark.empty() ? 0 : put_text(font, box, context.theme.faint, label.mark) - box.x;
    return put_text(font, {box.x + mark, box.y, box.width - mark, box.height}, colour, label.text);
}

}  // namespace headlight::ui
