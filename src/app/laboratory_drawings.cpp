#include "app/laboratory_drawings.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "app/heat.h"
#include "base/numeric_text.h"

namespace headlight::app {
namespace {

using Anchor = Drawing::Anchor;

constexpr double kRow = 20, kBase = 14;  // of a row: its height, and where letters stand in it
constexpr HeatRange kShare{-1, 1, true};

Rgb mixed(const Rgb& from, const Rgb& to, double part) {
    Rgb out{};
    for (std::size_t i = 0; i < 3; ++i)
        out[i] = static_cast<std::uint8_t>(std::lround(from[i] * (1 - part) + to[i] * part));
    return out;
}

double widest(std::span<const std::string> texts, double most) {
    double width = 0;
    for (const std::string& text : texts) width = std::max(width, text_width(text));
    return std::min(width, most);
}

std::string signed_number(double value, const Strings& strings) {
    const double rounded = std::round(value * 100) / 100 + 0.0;  // no negative zero
    return (rounded > 0 ? "+" : "") + fixed_text(rounded, 2, strings);
}

// ---- the lens

constexpr double kLensCell = 92;

Rgb lens_colour(double probability) {
    constexpr Rgb kNone{241, 243, 246};
    return mixed(kNone, kBlue, 0.42 * std::pow(std::clamp(probability, 0.0, 1.0), 0.7));
}

void draw_lens_cell(Drawing& drawing, const interpret::LensCell& cell, double x, double y, const TokenName& name) {
    const double width = kLensCell - 2, height = kRow - 2;
    const bool there = cell.ready && cell.top[0].id >= 0;
    const double part = there ? static_cast<double>(cell.top[0].probability) : 0;
    if (!there) return drawing.bars.push_back({x, y, width, height, lens_colour(0)});
    const std::string token = name(cell.top[0].id);
    drawing.bars.push_back({x, y, width, height, lens_colour(part), token + ": " + fixed(part, 4)});
    drawing.bars.push_back({x, y + height - 1.5, width * std::clamp(part, 0.0, 1.0), 1.5, kBlue});
    double right = x + width - 4;
    if (cell.next_rank > 0 && cell.next_rank < 1000) {
        const bool first = cell.next_rank == 1;
        const std::string rank = std::to_string(cell.next_rank);
        drawing.labels.push_back({right, y + kBase - 1, rank, Anchor::end, first ? kInk : kGrey, first});
        right -= text_width(rank) + 4;
    }
    drawing.labels.push_back({x + 4, y + kBase - 1, fitting_text(token, right - x - 4)});
}

// ---- the plane

constexpr double kPlot = 660, kPlotHeight = 420, kInset = 26, kDot = 3.5;

struct Box {
    double x0, y0, x1, y1;
    [[nodiscard]] bool meets(const Box& o) const { return x0 < o.x1 && o.x0 < x1 && y0 < o.y1 && o.y0 < y1; }
};

std::vector<std::array<double, 2>> places(const Space& space) {
    std::array<double, 2> low{}, high{};
    const auto finite = [](double value) { return std::isfinite(value) ? value : 0; };
    for (std::size_t i = 0; i < space.plane.points.size(); ++i) {
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const double at = finite(space.plane.points[i][axis]);
            low[axis] = i == 0 ? at : std::min(low[axis], at);
            high[axis] = i == 0 ? at : std::max(high[axis], at);
        }
    }
    const double unit = std::min((kPlot - 2 * kInset) / std::max(high[0] - low[0], 1e-9),
                                 (kPlotHeight - 2 * kInset) / std::max(high[1] - low[1], 1e-9));
    std::vector<std::array<double, 2>> at;
    for (const auto& point : space.plane.points) {
        at.push_back({kMargin + kPlot / 2 + (finite(point[0]) - (low[0] + high[0]) / 2) * unit,
                      kMargin + kPlotHeight / 2 - (finite(point[1]) - (low[1] + high[1]) / 2) * unit});
    }
    return at;
}

// To the right of a point, to its left, above or below it: where nothing stands yet.
std::optional<std::array<double, 2>> free_place(const std::array<double, 2>& point, double width,
                                                std::vector<Box>& taken) {
    constexpr double kAway = 7, kLetters = 12;
    const auto [x, y] = point;
    for (const auto& [left, base] : {std::array{x + kAway, y + 4}, std::array{x - kAway - width, y + 4},
                                     std::array{x - width / 2, y - kAway}, std::array{x - width / 2, y + kAway + 9}}) {
        const Box box{left, base - kLetters + 2, left + width, base + 3};
        const bool inside = box.x0 > kMargin + 2 && box.x1 < kMargin + kPlot - 2 && box.y0 > kMargin + 2 &&
                            box.y1 < kMargin + kPlotHeight - 2;
        if (!inside || std::ranges::any_of(taken, [&](const Box& other) { return box.meets(other); })) continue;
        taken.push_back(box);
        return std::array{left, base};
    }
    return std::nullopt;
}

void draw_points(Drawing& drawing, const Space& space, const TokenName& name, const Strings& strings) {
    const auto at = places(space);
    std::vector<std::size_t> order;  // the selected token, the text, the neighbours: in this order labels find room
    for (std::size_t i = 0; i < at.size(); ++i) order.push_back(i);
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        const bool left = space.ids[a] == space.selected, right = space.ids[b] == space.selected;
        return left != right ? left : a < b;
    });
    std::vector<Box> taken;
    for (const auto& [x, y] : at) taken.push_back({x - kDot, y - kDot, x + kDot, y + kDot});
    for (const std::size_t i : order) {
        const bool selected = space.ids[i] == space.selected, of_text = i < space.of_text;
        const std::string token = name(space.ids[i]);
        const Rgb colour = selected ? kAmber : of_text ? kInk : kGrey;
        const std::string cosine =
            i < space.cosines.size() ? fixed_text(static_cast<double>(space.cosines[i]), 2, strings) : "";
        drawing.dots.push_back(
            {at[i][0], at[i][1], selected ? kDot + 1.5 : kDot, colour, of_text || selected, token + ": " + cosine});
        const auto place = free_place(at[i], text_width(token), taken);
        if (place) drawing.labels.push_back({(*place)[0], (*place)[1], token, Anchor::start, colour, selected});
    }
}

void draw_neighbours(Drawing& drawing, const Space& space, const TokenName& name, const std::string& title,
                     const Strings& strings) {
    constexpr double kName = 110, kBar = 120, kValue = 40;
    const double left = kMargin + kPlot + 28;
    double y = kMargin;
    drawing.labels.push_back({left, y + kBase, title, Anchor::start, kInk, true});
    for (const interpret::Neighbour& near : space.neighbours) {
        y += kRow;
        const double cosine = static_cast<double>(near.cosine);
        drawing.labels.push_back({left, y + kBase, fitting_text(name(near.id), kName - 8), Anchor::start, kGrey});
        drawing.bars.push_back({left + kName, y + kRow / 2 - 0.5, kBar, 1, kRule});
        drawing.bars.push_back({left + kName, y + 6, kBar * std::clamp(cosine, 0.0, 1.0), 8, kAmber});
        drawing.labels.push_back(
            {left + kName + kBar + kValue, y + kBase, fixed_text(cosine, 2, strings), Anchor::end});
    }
    drawing.width = left + std::max(kName + kBar + kValue, text_width(title)) + kMargin;
}

}  // namespace

Drawing lens_drawing(const interpret::LogitLens& lens, std::span<const std::string> points,
                     std::span<const std::string> columns, const TokenName& name, const Strings& strings) {
    Drawing drawing;
    const double left = kMargin + widest(points, 140) + 8, top = kMargin + kRow;
    for (int position = 0; position < lens.positions(); ++position) {
        const double x = left + kLensCell * position;
        drawing.labels.push_back({x + 4, kMargin + kBase - 2,
                                  fitting_text(columns[static_cast<std::size_t>(position)], kLensCell - 8),
                                  Anchor::start, kGrey});
        for (int point = 0; point < lens.points(); ++point) {
            draw_lens_cell(drawing, lens.cell(point, position), x, top + kRow * point, name);
        }
    }
    for (int point = 0; point < lens.points(); ++point) {
        const bool output = point + 1 == lens.points();
        drawing.labels.push_back({left - 8, top + kRow * point + kBase - 1, points[static_cast<std::size_t>(point)],
                                  Anchor::end, output ? kBlue : kGrey, output});
    }
    drawing.width = left + kLensCell * lens.positions() + kMargin;
    drawing.height = top + kRow * lens.points();
    drawing.legend = {{}, strings("number.percent", {{"n", "0"}}), strings("number.percent", {{"n", "100"}}), ""};
    for (int i = 0; i <= 10; ++i) drawing.legend.colours.push_back(lens_colour(i / 10.0));
    return drawing;
}

Drawing parts_drawing(std::vector<NamedPart> parts, const std::string& title, const Strings& strings) {
    constexpr std::size_t kRows = 32;
    constexpr double kPlotWidth = 200, kValue = 56, kGap = 28;
    std::ranges::sort(parts, [](const NamedPart& a, const NamedPart& b) {
        const double left = std::abs(a.value), right = std::abs(b.value);
        return left != right ? left > right : a.name < b.name;
    });
    std::vector<std::string> names;
    for (const NamedPart& part : parts) names.push_back(part.name);
    const double label = widest(names, 180) + 10, column = label + kPlotWidth + kValue;
    const double largest = parts.empty() ? 1 : std::max(std::abs(parts.front().value), 1e-12);
    const double top = kMargin + kRow + 6;
    Drawing drawing;
    drawing.labels.push_back({kMargin, kMargin + kBase - 2, title, Anchor::start, kInk, true});
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::size_t beside = i / kRows;
        const double x = kMargin + static_cast<double>(beside) * (column + kGap);
        const double y = top + static_cast<double>(i % kRows) * kRow, zero = x + label + kPlotWidth / 2;
        const double value = parts[i].value, length = std::abs(value) / largest * kPlotWidth / 2;
        const std::string shown = signed_number(value, strings);
        drawing.labels.push_back({x, y + kBase, parts[i].name, Anchor::start, kGrey});
        drawing.labels.push_back({x + column, y + kBase, shown, Anchor::end});
        drawing.bars.push_back({zero - 0.5, y + 1, 1, kRow - 2, kRule});
        drawing.bars.push_back({value < 0 ? zero - length : zero, y + 4, std::max(length, 1.0), kRow - 8,
                                value < 0 ? kBlue : kAmber, parts[i].name + ": " + shown});
    }
    const std::size_t columns = (parts.size() + kRows - 1) / kRows;
    drawing.width = std::max(2 * kMargin + static_cast<double>(columns) * (column + kGap) - kGap,
                             text_width(title) * 1.1 + 2 * kMargin);
    drawing.height = top + static_cast<double>(std::min(parts.size(), kRows)) * kRow;
    return drawing;
}

Drawing sweep_drawing(const interpret::Sweep& sweep, std::span<const std::string> columns) {
    constexpr double kCell = 30, kHeight = 22;
    Drawing drawing;
    const double left = kMargin + text_width("00") + 10;
    for (int row = 0; row < sweep.rows; ++row) {
        const double y = kMargin + kHeight * row;
        drawing.labels.push_back({left - 8, y + kBase + 1, std::to_string(row), Anchor::end, kGrey});
        for (int column = 0; column < sweep.columns; ++column) {
            const float share = sweep.restored[static_cast<std::size_t>(row * sweep.columns + column)];
            const std::string told = std::to_string(row) + ", " + columns[static_cast<std::size_t>(column)];
            const Rgb colour = masked(share) ? kRule : heat_colour(heat(kShare, share));
            drawing.bars.push_back({left + kCell * column, y, kCell - 1, kHeight - 1, colour,
                                    told + (masked(share) ? "" : ": " + fixed(static_cast<double>(share), 3))});
        }
    }
    const double bottom = kMargin + kHeight * sweep.rows;
    for (int column = 0; column < sweep.columns; ++column) {
        const std::string text = fitting_text(columns[static_cast<std::size_t>(column)], 130);
        drawing.labels.push_back({left + kCell * (column + 0.65), bottom + 12, text, Anchor::end, kGrey, false, true});
    }
    drawing.width = left + kCell * sweep.columns + kMargin;
    drawing.height = bottom + widest(columns, 130) * 0.82 + 18;
    drawing.legend = {{}, "−1", "1", ""};
    for (int i = -5; i <= 5; ++i) drawing.legend.colours.push_back(heat_colour(static_cast<float>(i) / 5));
    return drawing;
}

Drawing space_drawing(const Space& space, const TokenName& name, const std::string& neighbours,
                      const Strings& strings) {
    Drawing drawing;
    const double right = kMargin + kPlot, bottom = kMargin + kPlotHeight;
    drawing.bars = {{kMargin, kMargin, kPlot, 1, kRule},
                    {kMargin, bottom - 1, kPlot, 1, kRule},
                    {kMargin, kMargin, 1, kPlotHeight, kRule},
                    {right - 1, kMargin, 1, kPlotHeight, kRule}};
    draw_points(drawing, space, name, strings);
    draw_neighbours(drawing, space, name, neighbours, strings);
    drawing.height = bottom + 4;
    return drawing;
}

}  // namespace headlight::app
