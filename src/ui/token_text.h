#pragma once
// Tokens as people read them: a dot marks a leading space, line ends and tabs show as signs.

#include <string>
#include <string_view>

#include "ui/context.h"

namespace headlight::ui {

struct TokenLabel {
    std::string mark;  // the leading spaces as dots, drawn faint; may be empty
    std::string text;
    [[nodiscard]] std::string joined() const { return mark + text; }
};
[[nodiscard]] TokenLabel token_label(std::string_view display);

// The label of one token in the middle of a row; returns where it ends.
float put_token(const Context& context, const ImFont* font, const Box& box, Colour colour, const TokenLabel& label);
[[nodiscard]] float token_width(const ImFont* font, const TokenLabel& label);

}  // namespace headlight::ui
