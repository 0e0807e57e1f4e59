#pragma once
// What the laboratory shows at the bottom, as drawings: made from the numbers, as the panels show them.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "app/drawing.h"
#include "app/laboratory.h"
#include "app/strings.h"

namespace headlight::app {

using TokenName = std::function<std::string(std::int32_t)>;

// Rows are points of the stream, columns the text; a cell has the best token, a line as long as its probability, and
// the rank of the token that comes next. Cells that are not there yet are empty.
[[nodiscard]] Drawing lens_drawing(const interpret::LogitLens& lens, std::span<const std::string> points,
                                   std::span<const std::string> columns, const TokenName& name, const Strings& strings);

struct NamedPart {
    std::string name;
    double value = 0;
};
// Bars to both sides of a line, the largest first, in columns of up to 32.
[[nodiscard]] Drawing parts_drawing(std::vector<NamedPart> parts, const std::string& title, const Strings& strings);

// Layers x positions (or heads), -1 to 1.
[[nodiscard]] Drawing sweep_drawing(const interpret::Sweep& sweep, std::span<const std::string> columns);

// Points with equal units on both axes, those of the text filled, and beside them what is near the selected token.
[[nodiscard]] Drawing space_drawing(const Space& space, const TokenName& name, const std::string& neighbours,
                                    const Strings& strings);

}  // namespace headlight::app
