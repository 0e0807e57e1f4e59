#pragma once
// "log-odds of ·ball over ·way: +2.31, before +3.10": a sentence in which the two tokens can be clicked and replaced.

#include "ui/context.h"

namespace headlight::ui {

[[nodiscard]] float odds_line_height(const Context& context, float width);  // 0: there are no odds
void put_odds_line(const Context& context, const Box& box);

}  // namespace headlight::ui
