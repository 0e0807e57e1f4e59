#pragma once
// Pieces of SVG documents, for paper and slides: dark on white, with a caption and a link at their foot.

#include <string>
#include <string_view>

#include "app/heat_colours.h"

namespace headlight::app {

inline constexpr double kSvgFont = 12, kSvgMargin = 12;

[[nodiscard]] std::string xml_text(std::string_view text);  // escaped; line ends as ⏎
[[nodiscard]] std::string svg_number(double value);
[[nodiscard]] std::string hex_colour(const Rgb& colour);  // "#b05700"
// anchor: "start", "middle" or "end"; more: attributes, with a space before each.
[[nodiscard]] std::string svg_text(double x, double y, std::string_view anchor, std::string_view content,
                                   std::string_view more = "");
// Below a picture: the caption, and the link in as many lines as it takes in this width. The height has no margin.
[[nodiscard]] std::string svg_caption(double width, double y, std::string_view caption, std::string_view link);
[[nodiscard]] double svg_caption_height(double width, std::string_view link);
[[nodiscard]] std::string svg_document(double width, double height, std::string_view title, const std::string& body);

}  // namespace headlight::app
