#include "app/drawing.h"

#include <algorithm>
#include <utility>

namespace headlight::app {
namespace {

constexpr double kLetter = kFontSize * 0.57;
constexpr double kLegendLine = 20, kLegendStep = 12, kLegendHeight = 10, kLegendApart = 8;
constexpr double kLinkFont = 9, kLinkLine = 12, kLinkLetter = kLinkFont * 0.62;

bool begins_letter(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

// One line: low, the colours, high, and what they mean. Returns where it ends.
double put_legend(Drawing& drawing, double y) {
    const Drawing::Legend& legend = drawing.legend;
    double x = kMargin;
    const auto put = [&](const std::string& text) {
        if (text.empty()) return;
        drawing.labels.push_back({x, y, text, Drawing::Anchor::start, kGrey});
        x += text_width(text) + kLegendApart;
    };
    put(legend.low);
    for (const Rgb& colour : legend.colours) {
        drawing.bars.push_back({x, y - kLegendHeight, kLegendStep, kLegendHeight, colour});
        x += kLegendStep;
    }
    if (!legend.colours.empty()) x += kLegendApart;
    put(legend.high);
    put(legend.words);
    return x;
}

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

Drawing with_caption(Drawing drawing, std::string_view caption, std::string_view link) {
    const bool explained = !drawing.legend.colours.empty() || !drawing.legend.words.empty();
    double y = drawing.height;
    double legend_end = 0;
    if (explained) legend_end = put_legend(drawing, y += kLegendLine);
    drawing.width = std::max({drawing.width, text_width(caption) + 2 * kMargin, legend_end + kMargin});
    drawing.labels.push_back({kMargin, y += kLegendLine + 6, std::string(caption)});
    y += 6;
    const auto letters =
        std::max<std::size_t>(1, static_cast<std::size_t>((drawing.width - 2 * kMargin) / kLinkLetter));
    for (std::size_t at = 0; at < link.size(); at += letters) {
        drawing.labels.push_back({kMargin, y += kLinkLine, std::string(link.substr(at, letters)),
                                  Drawing::Anchor::start, kGrey, false, false, kLinkFont});
    }
    drawing.height = y + kMargin;
    return drawing;
}

}  // namespace headlight::app
