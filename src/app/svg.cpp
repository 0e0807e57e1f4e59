#include "app/svg.h"

#include <cstdio>

#include "base/numeric_text.h"

namespace headlight::app {
namespace {

constexpr double kCaption = 44, kLinkFont = 9, kLinkLine = 12;

std::size_t letters_of_a_line(double width) {
    return static_cast<std::size_t>((width - 2 * kSvgMargin) / (kLinkFont * 0.62));
}

}  // namespace

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

std::string svg_number(double value) {
    return shortest(static_cast<float>(value));
}

std::string hex_colour(const Rgb& colour) {
    char text[8];
    std::snprintf(text, sizeof text, "#%02x%02x%02x", colour[0], colour[1], colour[2]);
    return text;
}

std::string svg_text(double x, double y, std::string_view anchor, std::string_view content, std::string_view more) {
    return "<text x=\"" + svg_number(x) + "\" y=\"" + svg_number(y) + "\" text-anchor=\"" + std::string(anchor) + "\"" +
           std::string(more) + ">" + xml_text(content) + "</text>\n";
}

double svg_caption_height(double width, std::string_view link) {
    const std::size_t further_lines = link.size() / letters_of_a_line(width);
    return kCaption + kLinkLine * static_cast<double>(further_lines);
}

std::string svg_caption(double width, double y, std::string_view caption, std::string_view link) {
    std::string body = svg_text(kSvgMargin, y, "start", caption);
    const std::size_t letters = letters_of_a_line(width);
    double line = y + 18;
    for (std::size_t at = 0; at < link.size(); at += letters, line += kLinkLine) {
        body += svg_text(kSvgMargin, line, "start", link.substr(at, letters),
                         " font-size=\"" + svg_number(kLinkFont) + "\" fill=\"#5b6470\"");
    }
    return body;
}

std::string svg_document(double width, double height, std::string_view title, const std::string& body) {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + svg_number(width) + "\" height=\"" +
           svg_number(height) + "\" viewBox=\"0 0 " + svg_number(width) + " " + svg_number(height) +
           "\" font-family=\"Inter, sans-serif\" font-size=\"" + svg_number(kSvgFont) +
           "\" fill=\"#1c2128\">\n<title>" + xml_text(title) +
           "</title>\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n" + body + "</svg>\n";
}

}  // namespace headlight::app
