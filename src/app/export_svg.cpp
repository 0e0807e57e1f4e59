#include <algorithm>
#include <cstdio>

#include "app/export.h"
#include "app/heat_colours.h"
#include "base/numeric_text.h"

namespace headlight::app {
namespace {

constexpr double kCell = 20, kFont = 12, kMargin = 12, kCaption = 44;

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

std::string number(double value) {
    return shortest(static_cast<float>(value));
}

std::string hex(const Rgb& colour) {
    char text[8];
    std::snprintf(text, sizeof text, "#%02x%02x%02x", colour[0], colour[1], colour[2]);
    return text;
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view content, std::string_view more = "") {
    return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + std::string(anchor) + "\"" +
           std::string(more) + ">" + xml_text(content) + "</text>\n";
}

std::string label(const std::vector<std::string>& names, int index) {
    const auto i = static_cast<std::size_t>(index);
    return i < names.size() ? names[i] : std::to_string(index);
}

// About the width of the widest label in this size.
double label_width(const std::vector<std::string>& names, int count) {
    std::size_t longest = 2;
    for (int i = 0; i < count; ++i) longest = std::max(longest, label(names, i).size());
    return static_cast<double>(std::min<std::size_t>(longest, 24)) * kFont * 0.58;
}

std::string document(double width, double height, std::string_view title, const std::string& body) {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(width) + "\" height=\"" + number(height) +
           "\" viewBox=\"0 0 " + number(width) + " " + number(height) +
           "\" font-family=\"Inter, sans-serif\" font-size=\"" + number(kFont) + "\" fill=\"#1c2128\">\n<title>" +
           xml_text(title) + "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" + body + "</svg>\n";
}

// Lines of the link that fit into the width.
constexpr double kLinkFont = 9, kLinkLine = 12;
std::size_t link_line_letters(double width) {
    return static_cast<std::size_t>((width - 2 * kMargin) / (kLinkFont * 0.62));
}
double caption_height(double width, const Picture& picture) {
    const std::size_t letters = link_line_letters(width);
    const std::size_t further_lines = picture.link.size() / letters;
    return kCaption + kLinkLine * static_cast<double>(further_lines);
}
std::string caption(double width, double y, const Picture& picture) {
    std::string body = text_at(kMargin, y, "start", picture.caption);
    const std::size_t letters = link_line_letters(width);
    double line = y + 18;
    for (std::size_t at = 0; at < picture.link.size(); at += letters, line += kLinkLine) {
        body += text_at(kMargin, line, "start", std::string_view(picture.link).substr(at, letters),
                        " font-size=\"" + number(kLinkFont) + "\" fill=\"#5b6470\"");
    }
    return body;
}

}  // namespace

std::string matrix_svg(const interpret::Matrix& matrix, const TableNames& names, const Picture& picture, bool causal) {
    // Wide matrices (features, vocabulary) are drawn narrower, without names over the columns.
    constexpr int kNamedColumns = 64;
    constexpr double kWide = 1280;
    const bool named = matrix.cols <= kNamedColumns;
    const double cell = named ? kCell : std::max(1.0, kWide / matrix.cols);
    const double gap = named ? 1 : 0;
    const double left = kMargin + label_width(names.rows, matrix.rows) + 8;
    const double below = named ? label_width(names.columns, matrix.cols) * 0.8 + 16 : 16;
    const double side = cell * matrix.cols, height = kCell * matrix.rows;
    std::string body;
    for (int r = 0; r < matrix.rows; ++r) {
        body += text_at(left - 8, kMargin + kCell * (r + 0.5) + kFont * 0.35, "end", label(names.rows, r));
        for (int c = 0; c < (causal ? std::min(r + 1, matrix.cols) : matrix.cols); ++c) {
            const float value = matrix.at(r, c);
            if (masked(value)) continue;
            const Rgb colour = c < picture.first_key ? kFaint : heat_colour(heat(picture.range, value));
            body += "<rect x=\"" + number(left + cell * c) + "\" y=\"" + number(kMargin + kCell * r) + "\" width=\"" +
                    number(cell - gap) + "\" height=\"" + number(kCell - gap) + "\" fill=\"" + hex(colour) +
                    "\"><title>" + xml_text(label(names.rows, r)) + " → " + xml_text(label(names.columns, c)) + ": " +
                    shortest(value) + "</title></rect>\n";
        }
    }
    const double bottom = kMargin + height;
    for (int c = 0; named && c < matrix.cols; ++c) {
        const double x = left + kCell * (c + 0.6), y = bottom + 14;
        body += text_at(x, y, "end", label(names.columns, c),
                        " transform=\"rotate(-55 " + number(x) + " " + number(y) + ")\"");
    }
    const double width = std::max(left + side + kMargin, 460.0);
    body += caption(width, bottom + below + 24, picture);
    return document(width, bottom + below + caption_height(width, picture) + kMargin, picture.caption, body);
}

std::string head_lines_svg(const interpret::Matrix& pattern, const TableNames& names, const Picture& picture) {
    constexpr double kReach = 180;
    const double left = kMargin + label_width(names.rows, pattern.rows) + 8;
    const double right = left + kReach;
    const auto middle = [](int row) { return kMargin + kCell * (row + 0.5); };
    std::string body;
    for (int query = 0; query < pattern.rows; ++query) {
        body += text_at(left - 8, middle(query) + kFont * 0.35, "end", label(names.rows, query));
        body += text_at(right + 8, middle(query) + kFont * 0.35, "start", label(names.columns, query));
        for (int key = picture.first_key; key <= query; ++key) {
            const float part = heat(picture.range, pattern.at(query, key));
            if (part < 0.02F) continue;
            body += "<line x1=\"" + number(left) + "\" y1=\"" + number(middle(query)) + "\" x2=\"" + number(right) +
                    "\" y2=\"" + number(middle(key)) + "\" stroke=\"" + hex(kAmber) +
                    "\" stroke-width=\"1.5\" stroke-opacity=\"" + fixed(static_cast<double>(part), 3) + "\"/>\n";
        }
    }
    const double bottom = kMargin + kCell * pattern.rows;
    const double width = std::max(right + label_width(names.columns, pattern.cols) + kMargin, 460.0);
    body += caption(width, bottom + 24, picture);
    return document(width, bottom + caption_height(width, picture) + kMargin, picture.caption, body);
}

}  // namespace headlight::app
