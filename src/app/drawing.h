#pragma once
// A picture as a list of shapes, written as SVG, or as pixels without its words.

#include <string>
#include <string_view>
#include <vector>

#include "app/heat_colours.h"

namespace headlight::app {

inline constexpr Rgb kInk{28, 33, 40}, kGrey{91, 100, 112}, kRule{222, 226, 231};

struct Drawing {
    enum class Anchor : std::uint8_t { start, middle, end };
    struct Bar {
        double x = 0, y = 0, width = 0, height = 0;
        Rgb colour = kInk;
        std::string title = {};  // told when it is pointed at
    };
    struct Dot {
        double x = 0, y = 0, radius = 0;
        Rgb colour = kInk;
        bool filled = true;
        std::string title = {};
    };
    struct Label {
        double x = 0, y = 0;  // of its base line
        std::string text;
        Anchor anchor = Anchor::start;
        Rgb colour = kInk;
        bool bold = false, slanted = false;  // slanted: below a narrow column
    };
    // What the colours mean: from left to right, between two words.
    struct Legend {
        std::vector<Rgb> colours;  // may be empty
        std::string low, high, words;
    };

    double width = 0, height = 0;
    std::vector<Bar> bars;
    std::vector<Dot> dots;  // over the bars
    std::vector<Label> labels;
    Legend legend;

    [[nodiscard]] bool empty() const { return bars.empty() && dots.empty(); }
};

// The drawing, its legend, the caption and the link, one below the other.
[[nodiscard]] std::string drawing_svg(const Drawing& drawing, std::string_view caption, std::string_view link);
// Bars and dots as far as they reach, about 1024 pixels wide.
[[nodiscard]] std::string drawing_png(const Drawing& drawing, std::string_view description);

// About how wide a text is in the letters of an SVG; and a text with what does not fit replaced by an ellipsis.
[[nodiscard]] double text_width(std::string_view text);
[[nodiscard]] std::string fitting_text(std::string_view text, double width);

}  // namespace headlight::app
