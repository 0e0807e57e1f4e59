#pragma once
// The menu by which a view of the laboratory leaves the program.

#include "ui/context.h"

namespace headlight::ui {

[[nodiscard]] float bottom_export_width(const Context& context);
void draw_bottom_export(const Context& context, const Box& box);

}  // namespace headlight::ui
