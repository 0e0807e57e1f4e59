#include <cstdio>
#include <utility>

#include "app/base64url.h"
#include "app/drawing.h"
#include "app/png.h"
#include "base/numeric_text.h"

namespace headlight::app {
namespace {

// Escaped; line ends as a sign.
std::string xml_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\n':
                out += "⏎";
                break;
            default:
                out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    return out;
}

std::string attribute(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

std::string number_text(double value) {
    return shortest(static_cast<float>(value));
}

std::string attribute(std::string_view name, double value) {
    return attribute(name, number_text(value));
}

std::string attribute(std::string_view name, const Rgb& colour) {
    char text[8];
    std::snprintf(text, sizeof text, "#%02x%02x%02x", colour[0], colour[1], colour[2]);
    return attribute(name, std::string_view(text));
}

std::string titled(std::string shape, std::string_view name, const std::string& title) {
    if (title.empty()) return std::move(shape) + "/>\n";
    return std::move(shape) + "><title>" + xml_text(title) + "</title></" + std::string(name) + ">\n";
}

std::string box(double x, double y, double width, double height) {
    return attribute("x", x) + attribute("y", y) + attribute("width", width) + attribute("height", height);
}

std::string svg(const Drawing::Bar& bar) {
    return titled("<rect" + box(bar.x, bar.y, bar.width, bar.height) + attribute("fill", bar.colour), "rect",
                  bar.title);
}

std::string svg(const Drawing::Cells& cells) {
    return "<image" + box(cells.x, cells.y, cells.width, cells.height) +
           " preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" href=\"data:image/png;base64," +
           to_base64(write_png(cells.columns, cells.rows, cells.rgb, "")) + "\"/>\n";
}

std::string svg(const Drawing::Curve& curve) {
    const double handle = (curve.x1 - curve.x0) * kHandle;
    const auto point = [](double x, double y) { return " " + number_text(x) + " " + number_text(y); };
    return "<path" +
           attribute("d", "M" + point(curve.x0, curve.y0) + " C" + point(curve.x0 + handle, curve.y0) +
                              point(curve.x1 - handle, curve.y1) + point(curve.x1, curve.y1)) +
           attribute("fill", "none") + attribute("stroke", curve.colour) +
           attribute("stroke-width", fixed(curve.width, 2)) + attribute("stroke-opacity", fixed(curve.opacity, 3)) +
           "/>\n";
}

std::string svg(const Drawing::Dot& dot) {
    const std::string look = dot.filled ? attribute("fill", dot.colour)
                                        : attribute("fill", kPaper) + attribute("stroke", dot.colour) +
                                              attribute("stroke-width", kRingWidth);
    return titled("<circle" + attribute("cx", dot.x) + attribute("cy", dot.y) + attribute("r", dot.radius) + look,
                  "circle", dot.title);
}

std::string svg(const Drawing::Label& label) {
    static constexpr std::string_view kAnchors[] = {"start", "middle", "end"};
    std::string text = "<text" + attribute("x", label.x) + attribute("y", label.y) +
                       attribute("text-anchor", kAnchors[static_cast<std::size_t>(label.anchor)]) +
                       attribute("fill", label.colour);
    if (label.bold) text += attribute("font-weight", "bold");
    if (label.size != kFontSize) text += attribute("font-size", label.size);
    if (label.slanted) {
        text += attribute("transform", "rotate(" + number_text(kSlant) + " " + number_text(label.x) + " " +
                                           number_text(label.y) + ")");
    }
    return text + ">" + xml_text(label.text) + "</text>\n";
}

}  // namespace

std::string drawing_svg(const Drawing& drawing, std::string_view title) {
    std::string body;
    const auto put = [&](const auto& shapes) {
        for (const auto& shape : shapes) body += svg(shape);
    };
    put(drawing.cells);
    put(drawing.bars);
    put(drawing.curves);
    put(drawing.dots);
    put(drawing.labels);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", drawing.width) +
           attribute("height", drawing.height) +
           attribute("viewBox", "0 0 " + number_text(drawing.width) + " " + number_text(drawing.height)) +
           attribute("font-family", "Inter, sans-serif") + attribute("font-size", kFontSize) + ">\n<title>" +
           xml_text(title) + "</title>\n<rect width=\"100%\" height=\"100%\"" + attribute("fill", kPaper) + "/>\n" +
           body + "</svg>\n";
}

}  // namespace headlight::app
