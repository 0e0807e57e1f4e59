#pragma once
// Below the grid of heads: by what they are sorted, and over which texts their scores are taken.

#include "ui/context.h"

namespace headlight::ui {

[[nodiscard]] float head_order_height(const Context& context, float width);  // 0 without a laboratory
void draw_head_order(const Context& context, const Box& box);
[[nodiscard]] std::string_view order_name(const Context& context, app::HeadOrder order);

}  // namespace headlight::ui
