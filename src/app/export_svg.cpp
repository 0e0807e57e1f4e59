#include <algorithm>

#include "app/export.h"
#include "app/heat_colours.h"
#include "app/svg.h"
#include "base/numeric_text.h"

namespace headlight::app {
namespace {

constexpr double kCell = 20;

std::string label(const std::vector<std::string>& names, int index) {
    const auto i = static_cast<std::size_t>(index);
    return i < names.size() ? names[i] : std::to_string(index);
}

// About the width of the widest label in this size.
double label_width(const std::vector<std::string>& names, int count) {
    std::size_t longest = 2;
    for (int i = 0; i < count; ++i) longest = std::max(longest, label(names, i).size());
    return static_cast<double>(std::min<std::size_t>(longest, 24)) * kSvgFont * 0.58;
}

}  // namespace

std::string matrix_svg(const interpret::Matrix& matrix, const TableNames& names, const Picture& picture, bool causal) {
    // Wide matrices (features, vocabulary) are drawn narrower, without names over the columns.
    constexpr int kNamedColumns = 64;
    constexpr double kWide = 1280;
    const bool named = matrix.cols <= kNamedColumns;
    const double cell = named ? kCell : std::max(1.0, kWide / matrix.cols);
    const double gap = named ? 1 : 0;
    const double left = kSvgMargin + label_width(names.rows, matrix.rows) + 8;
    const double below = named ? label_width(names.columns, matrix.cols) * 0.8 + 16 : 16;
    const double side = cell * matrix.cols, height = kCell * matrix.rows;
    std::string body;
    for (int r = 0; r < matrix.rows; ++r) {
        body += svg_text(left - 8, kSvgMargin + kCell * (r + 0.5) + kSvgFont * 0.35, "end", label(names.rows, r));
        for (int c = 0; c < (causal ? std::min(r + 1, matrix.cols) : matrix.cols); ++c) {
            const float value = matrix.at(r, c);
            if (masked(value)) continue;
            const Rgb colour = c < picture.first_key ? kFaint : heat_colour(heat(picture.range, value));
            body += "<rect x=\"" + svg_number(left + cell * c) + "\" y=\"" + svg_number(kSvgMargin + kCell * r) +
                    "\" width=\"" + svg_number(cell - gap) + "\" height=\"" + svg_number(kCell - gap) + "\" fill=\"" +
                    hex_colour(colour) + "\"><title>" + xml_text(label(names.rows, r)) + " → " +
                    xml_text(label(names.columns, c)) + ": " + shortest(value) + "</title></rect>\n";
        }
    }
    const double bottom = kSvgMargin + height;
    for (int c = 0; named && c < matrix.cols; ++c) {
        const double x = left + kCell * (c + 0.6), y = bottom + 14;
        body += svg_text(x, y, "end", label(names.columns, c),
                         " transform=\"rotate(-55 " + svg_number(x) + " " + svg_number(y) + ")\"");
    }
    const double width = std::max(left + side + kSvgMargin, 460.0);
    body += svg_caption(width, bottom + below + 24, picture.caption, picture.link);
    return svg_document(width, bottom + below + svg_caption_height(width, picture.link) + kSvgMargin, picture.caption,
                        body);
}

std::string head_lines_svg(const interpret::Matrix& pattern, const TableNames& names, const Picture& picture) {
    constexpr double kReach = 180;
    const double left = kSvgMargin + label_width(names.rows, pattern.rows) + 8;
    const double right = left + kReach;
    const auto middle = [](int row) { return kSvgMargin + kCell * (row + 0.5); };
    std::string body;
    for (int query = 0; query < pattern.rows; ++query) {
        body += svg_text(left - 8, middle(query) + kSvgFont * 0.35, "end", label(names.rows, query));
        body += svg_text(right + 8, middle(query) + kSvgFont * 0.35, "start", label(names.columns, query));
        for (int key = picture.first_key; key <= query; ++key) {
            const float part = heat(picture.range, pattern.at(query, key));
            if (part < 0.02F) continue;
            body += "<line x1=\"" + svg_number(left) + "\" y1=\"" + svg_number(middle(query)) + "\" x2=\"" +
                    svg_number(right) + "\" y2=\"" + svg_number(middle(key)) + "\" stroke=\"" + hex_colour(kAmber) +
                    "\" stroke-width=\"1.5\" stroke-opacity=\"" + fixed(static_cast<double>(part), 3) + "\"/>\n";
        }
    }
    const double bottom = kSvgMargin + kCell * pattern.rows;
    const double width = std::max(right + label_width(names.columns, pattern.cols) + kSvgMargin, 460.0);
    body += svg_caption(width, bottom + 24, picture.caption, picture.link);
    return svg_document(width, bottom + svg_caption_height(width, picture.link) + kSvgMargin, picture.caption, body);
}

}  // namespace headlight::app
