#include "ui/plots.h"

#include <algorithm>
#include <cmath>

#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kPlotInset = 10, kPlotDot = 3, kLabelHeight = 14, kPlotReach = 8;

bool overlaps(const Box& a, const Box& b) {
    return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

}  // namespace

Box free_place(const Box& plot, ImVec2 at, float width, std::span<const Box> taken, float gap) {
    const Box places[] = {{at.x + gap, at.y - kLabelHeight / 2, width, kLabelHeight},
                          {at.x - gap - width, at.y - kLabelHeight / 2, width, kLabelHeight},
                          {at.x - width / 2, at.y - gap - kLabelHeight, width, kLabelHeight},
                          {at.x - width / 2, at.y + gap, width, kLabelHeight}};
    for (const Box& place : places) {
        const bool inside =
            place.x >= plot.x && place.right() <= plot.right() && place.y >= plot.y && place.bottom() <= plot.bottom();
        const bool free = std::none_of(taken.begin(), taken.end(), [&](const Box& b) { return overlaps(b, place); });
        if (inside && free) return place;
    }
    return {};
}

void put_curve(const Context& context, const Box& box, std::span<const CurvePoint> points, std::string_view key,
               std::string_view label) {
    const Theme& theme = context.theme;
    fill(box, theme.panel, kRadius);
    outline(box, theme.line, kRadius);
    double top = 0, last = 1;
    for (const CurvePoint& point : points) {
        if (!std::isfinite(point.y)) continue;
        top = std::max(top, point.y);
        last = std::max(last, point.x);
    }
    const app::Strings& strings = context.app.strings();
    const Box plot{box.x + kPlotInset, box.y + kPlotInset, box.width - 2 * kPlotInset,
                   box.height - 2 * kPlotInset - 14};
    const Hit hit = hit_area(context, key, label, Role::text, box);
    horizontal_line(plot.x, plot.bottom(), plot.width, theme.line);
    if (top <= 0) {
        put_text(context.fonts.small, box, theme.faint, label, Align::centre);
        return;
    }
    auto place = [&](const CurvePoint& point) {
        const double span = std::max(last - 1, 1.0);
        return ImVec2(plot.x + plot.width * static_cast<float>((point.x - 1) / span),
                      plot.bottom() - plot.height * static_cast<float>(point.y / top));
    };
    std::vector<ImVec2> line;
    for (const CurvePoint& point : points) {
        if (std::isfinite(point.y)) line.push_back(place(point));
    }
    put_text(context.fonts.mono, {plot.x, plot.y - 2, plot.width, 14}, theme.faint, app::fixed_text(top, 2, strings),
             Align::right);
    put_text(context.fonts.mono, {plot.x, plot.bottom() + 4, plot.width, 14}, theme.faint, "1");
    put_text(context.fonts.mono, {plot.x, plot.bottom() + 4, plot.width, 14}, theme.faint,
             app::count_text(static_cast<std::int64_t>(last), strings), Align::right);
    canvas().AddPolyline(line.data(), static_cast<int>(line.size()), theme.attends, 0, 2);
    if (!line.empty()) canvas().AddCircleFilled(line.back(), kPlotDot, theme.attends, 16);
    if (!hit.hovered || points.empty()) return;
    // The point nearest to the pointer, along the steps.
    const float x = ImGui::GetIO().MousePos.x;
    const CurvePoint* nearest = nullptr;
    for (const CurvePoint& point : points) {
        if (!std::isfinite(point.y)) continue;
        if (nearest == nullptr || std::abs(place(point).x - x) < std::abs(place(*nearest).x - x)) nearest = &point;
    }
    if (nearest == nullptr) return;
    vertical_line(place(*nearest).x, plot.y, plot.height, theme.line);
    tooltip(context, context.t("learn.at", {{"step", app::count_text(static_cast<std::int64_t>(nearest->x), strings)},
                                            {"loss", app::fixed_text(nearest->y, 3, strings)}}));
}

int put_points(const Context& context, const Box& box, std::span<const PlotPoint> points, double reach,
               std::string_view key, std::string_view label) {
    const Theme& theme = context.theme;
    fill(box, theme.panel, kRadius);
    outline(box, theme.line, kRadius);
    const Box plot = box.inset(kPlotInset);
    const ImVec2 middle = plot.centre();
    horizontal_line(plot.x, middle.y, plot.width, with_alpha(theme.line, 0.6f));
    vertical_line(middle.x, plot.y, plot.height, with_alpha(theme.line, 0.6f));
    const Hit hit = hit_area(context, key, label, Role::cell, box);
    const float scale = (std::min(plot.width, plot.height) / 2 - 4) / static_cast<float>(std::max(reach, 1e-9));
    auto place = [&](const PlotPoint& point) {
        // What lies further along the wide side than the narrow one allows stays at the edge.
        const float x = middle.x + static_cast<float>(point.at[0]) * scale,
                    y = middle.y - static_cast<float>(point.at[1]) * scale;
        return ImVec2(std::clamp(x, plot.x, plot.right()), std::clamp(y, plot.y, plot.bottom()));
    };
    int under = -1;
    float nearest = kPlotReach;
    std::vector<Box> taken;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const ImVec2 at = place(points[i]);
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        const float distance = std::hypot(at.x - mouse.x, at.y - mouse.y);
        if (hit.hovered && distance < nearest) {
            nearest = distance;
            under = static_cast<int>(i);
        }
        taken.push_back({at.x - kPlotDot, at.y - kPlotDot, 2 * kPlotDot, 2 * kPlotDot});
    }
    for (const bool bright : {true, false}) {
        for (std::size_t i = 0; i < points.size(); ++i) {
            const bool pointed = static_cast<int>(i) == under;
            if ((points[i].bright || pointed) != bright) continue;
            const ImVec2 at = place(points[i]);
            canvas().AddCircleFilled(at, bright ? kPlotDot + 0.5f : kPlotDot, bright ? theme.attends : theme.muted, 16);
            const Box room = free_place(plot, at, text_width(context.fonts.small, points[i].label), taken);
            if (room.width <= 0 && !pointed) continue;
            const Box text = room.width > 0 ? room : Box{at.x + 6, at.y - 7, 200, 14};
            put_text_at(context.fonts.small, ImVec2(text.x, text.y), bright ? theme.text : theme.muted,
                        points[i].label);
            taken.push_back(text);
        }
    }
    return under;
}

}  // namespace headlight::ui
