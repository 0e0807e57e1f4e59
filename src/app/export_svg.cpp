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

namespace {

constexpr double kReach = 180, kLineTitle = 22;

// Its lines and words, from `left` on; returns where it ends.
double put_lines(std::string& body, const HeadLines& run, const Picture& picture, double left, double top) {
    const auto middle = [&](int row) { return top + kCell * (row + 0.5); };
    const double begin = left + label_width(run.names.rows, run.pattern.rows) + 8, end = begin + kReach;
    if (!run.title.empty()) body += svg_text(begin, top - 10, "start", run.title, " font-weight=\"bold\"");
    for (int query = 0; query < run.pattern.rows; ++query) {
        body += svg_text(begin - 8, middle(query) + kSvgFont * 0.35, "end", label(run.names.rows, query));
        body += svg_text(end + 8, middle(query) + kSvgFont * 0.35, "start", label(run.names.columns, query));
        for (int key = picture.first_key; key <= query; ++key) {
            const float part = heat(picture.range, run.pattern.at(query, key));
            if (part < 0.02F) continue;
            body += "<line x1=\"" + svg_number(begin) + "\" y1=\"" + svg_number(middle(query)) + "\" x2=\"" +
                    svg_number(end) + "\" y2=\"" + svg_number(middle(key)) + "\" stroke=\"" + hex_colour(kAmber) +
                    "\" stroke-width=\"1.5\" stroke-opacity=\"" + fixed(static_cast<double>(part), 3) + "\"/>\n";
        }
    }
    return end + 8 + label_width(run.names.columns, run.pattern.cols);
}

}  // namespace

std::string head_lines_svg(std::span<const HeadLines> runs, const Picture& picture) {
    constexpr double kBetween = 28;
    std::string body;
    double x = kSvgMargin, top = kSvgMargin;
    int rows = 0;
    for (const HeadLines& run : runs) {
        rows = std::max(rows, run.pattern.rows);
        if (!run.title.empty()) top = kSvgMargin + kLineTitle;
    }
    for (const HeadLines& run : runs) x = put_lines(body, run, picture, x, top) + kBetween;
    const double bottom = top + kCell * rows;
    const double width = std::max(x - kBetween + kSvgMargin, 460.0);
    body += svg_caption(width, bottom + 24, picture.caption, picture.link);
    return svg_document(width, bottom + svg_caption_height(width, picture.link) + kSvgMargin, picture.caption, body);
}

}  // namespace headlight::app
