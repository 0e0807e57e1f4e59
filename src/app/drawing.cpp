#include "app/drawing.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "app/png.h"
#include "app/svg.h"

namespace headlight::app {
namespace {

constexpr double kLetter = kSvgFont * 0.57;

bool begins_letter(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

std::string titled(std::string shape, std::string_view name, const std::string& title) {
    if (title.empty()) return std::move(shape) + "/>\n";
    return std::move(shape) + "><title>" + xml_text(title) + "</title></" + std::string(name) + ">\n";
}

std::string bar_svg(const Drawing::Bar& bar) {
    return titled("<rect x=\"" + svg_number(bar.x) + "\" y=\"" + svg_number(bar.y) + "\" width=\"" +
                      svg_number(bar.width) + "\" height=\"" + svg_number(bar.height) + "\" fill=\"" +
                      hex_colour(bar.colour) + "\"",
                  "rect", bar.title);
}

std::string dot_svg(const Drawing::Dot& dot) {
    const std::string colour = hex_colour(dot.colour);
    const std::string look =
        dot.filled ? " fill=\"" + colour + "\"" : " fill=\"#ffffff\" stroke=\"" + colour + "\" stroke-width=\"1.2\"";
    return titled("<circle cx=\"" + svg_number(dot.x) + "\" cy=\"" + svg_number(dot.y) + "\" r=\"" +
                      svg_number(dot.radius) + "\"" + look,
                  "circle", dot.title);
}

std::string label_svg(const Drawing::Label& label) {
    static constexpr std::string_view kAnchors[] = {"start", "middle", "end"};
    std::string more = " fill=\"" + hex_colour(label.colour) + "\"";
    if (label.bold) more += " font-weight=\"bold\"";
    if (label.slanted) more += " transform=\"rotate(-55 " + svg_number(label.x) + " " + svg_number(label.y) + ")\"";
    return svg_text(label.x, label.y, kAnchors[static_cast<std::size_t>(label.anchor)], label.text, more);
}

// One line: low, the colours, high, and what they mean.
std::string legend_svg(const Drawing::Legend& legend, double y) {
    constexpr double kStep = 12, kHeight = 10, kApart = 8;
    std::string body;
    double x = kSvgMargin;
    const auto put = [&](const std::string& text) {
        if (text.empty()) return;
        body += label_svg({x, y, text, Drawing::Anchor::start, kGrey});
        x += text_width(text) + kApart;
    };
    put(legend.low);
    for (const Rgb& colour : legend.colours) {
        body += bar_svg({x, y - kHeight, kStep, kHeight, colour});
        x += kStep;
    }
    if (!legend.colours.empty()) x += kApart;
    put(legend.high);
    put(legend.words);
    return body;
}

double legend_width(const Drawing::Legend& legend) {
    return 12.0 * static_cast<double>(legend.colours.size()) + text_width(legend.low) + text_width(legend.high) +
           text_width(legend.words) + 48;
}

// ---- pixels

struct Raster {
    int width, height;
    double scale, left, top;  // of the drawing: where pixel 0, 0 stands
    std::vector<std::uint8_t> rgb;

    Raster(double x, double y, double right, double bottom)
        : scale(std::clamp(1024 / (right - x), 0.25, 4.0)), left(x), top(y) {
        width = std::max(1, static_cast<int>(std::ceil((right - x) * scale)));
        height = std::max(1, static_cast<int>(std::ceil((bottom - y) * scale)));
        rgb.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 255);
    }

    void blend(int x, int y, const Rgb& colour, double part) {
        if (x < 0 || y < 0 || x >= width || y >= height || part <= 0) return;
        std::uint8_t* at =
            &rgb[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x)) * 3];
        for (std::size_t i = 0; i < 3; ++i) {
            at[i] = static_cast<std::uint8_t>(std::lround(at[i] * (1 - part) + colour[i] * std::min(part, 1.0)));
        }
    }

    // Pixels count by how much of them is covered.
    void fill(const Drawing::Bar& bar) {
        const double x0 = (bar.x - left) * scale, x1 = x0 + bar.width * scale;
        const double y0 = (bar.y - top) * scale, y1 = y0 + bar.height * scale;
        const auto covered = [](double low, double high, int at) {
            return std::max(0.0, std::min(high, at + 1.0) - std::max(low, static_cast<double>(at)));
        };
        for (int y = static_cast<int>(std::floor(y0)); y < y1; ++y) {
            for (int x = static_cast<int>(std::floor(x0)); x < x1; ++x) {
                blend(x, y, bar.colour, covered(x0, x1, x) * covered(y0, y1, y));
            }
        }
    }

    void fill(const Drawing::Dot& dot) {
        const double x = (dot.x - left) * scale, y = (dot.y - top) * scale, radius = dot.radius * scale;
        const double line = 1.2 * scale;
        for (int row = static_cast<int>(y - radius - 2); row <= y + radius + 2; ++row) {
            for (int col = static_cast<int>(x - radius - 2); col <= x + radius + 2; ++col) {
                const double away = std::hypot(col + 0.5 - x, row + 0.5 - y);
                const double outside = std::clamp(radius - away + 0.5, 0.0, 1.0);
                blend(col, row, dot.filled ? dot.colour : kPaper, outside);
                const double ring = std::clamp(line / 2 - std::abs(away - radius + line / 2) + 0.5, 0.0, 1.0);
                if (!dot.filled) blend(col, row, dot.colour, ring);
            }
        }
    }
};

}  // namespace

double text_width(std::string_view text) {
    return kLetter * static_cast<double>(std::ranges::count_if(text, begins_letter));
}

std::string fitting_text(std::string_view text, double width) {
    if (text_width(text) <= width) return std::string(text);
    const auto letters = static_cast<long>(width / kLetter) - 1;
    long seen = 0;
    std::size_t end = 0;
    while (end < text.size() && (seen < letters || !begins_letter(text[end]))) {
        if (begins_letter(text[end])) ++seen;
        ++end;
    }
    return std::string(text.substr(0, end)) + "…";
}

std::string drawing_svg(const Drawing& drawing, std::string_view caption, std::string_view link) {
    constexpr double kLine = 20;
    const double width = std::max({drawing.width, text_width(caption) + 2 * kSvgMargin, legend_width(drawing.legend)});
    const double legend = drawing.height + kLine, foot = legend + kLine + 6;
    std::string body;
    for (const Drawing::Bar& bar : drawing.bars) body += bar_svg(bar);
    for (const Drawing::Dot& dot : drawing.dots) body += dot_svg(dot);
    for (const Drawing::Label& label : drawing.labels) body += label_svg(label);
    body += legend_svg(drawing.legend, legend) + svg_caption(width, foot, caption, link);
    return svg_document(width, foot - kLine + svg_caption_height(width, link) + kSvgMargin, caption, body);
}

std::string drawing_png(const Drawing& drawing, std::string_view description) {
    constexpr double kFar = std::numeric_limits<double>::max(), kEdge = 4;
    double left = kFar, top = kFar, right = -kFar, bottom = -kFar;
    const auto reach = [&](double x0, double y0, double x1, double y1) {
        left = std::min(left, x0), top = std::min(top, y0);
        right = std::max(right, x1), bottom = std::max(bottom, y1);
    };
    for (const auto& b : drawing.bars) reach(b.x, b.y, b.x + b.width, b.y + b.height);
    for (const auto& d : drawing.dots) reach(d.x - d.radius, d.y - d.radius, d.x + d.radius, d.y + d.radius);
    if (drawing.empty()) left = top = right = bottom = 0;
    Raster raster(left - kEdge, top - kEdge, right + kEdge, bottom + kEdge);
    for (const auto& bar : drawing.bars) raster.fill(bar);
    for (const auto& dot : drawing.dots) raster.fill(dot);
    return write_png(raster.width, raster.height, raster.rgb, description);
}

}  // namespace headlight::app
