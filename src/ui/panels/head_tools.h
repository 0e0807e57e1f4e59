#pragma once
// What can be done to the head that is shown: one row over its matrix, two where it is narrow.

#include "ui/panels/head_paint.h"

namespace headlight::ui {

[[nodiscard]] float head_tools_height(const Context& context, float width);
void draw_head_tools(const Context& context, const Box& box, int layer, int head, PaintBrush& brush);

}  // namespace headlight::ui
