#pragma once
// A picture as a list of shapes and words, for paper and slides: dark on white. It is written as SVG or as pixels.

#include <string>
#include <string_view>
#include <vector>

#include "app/heat_colours.h"

namespace headlight::app {

class Lettering;

inline constexpr Rgb kInk{28, 33, 40}, kGrey{91, 100, 112}, kRule{222, 226, 231};
inline constexpr double kFontSize = 12, kMargin = 12;  // in the drawing's units, as all that follows

struct Drawing {
    enum class Anchor : std::uint8_t { start, middle, end };
    struct Bar {
        double x = 0, y = 0, width = 0, height = 0;
        Rgb colour = kInk;
        std::string title = {};  // told when it is pointed at
    };
    // Cells of equal size, for those that are too many to be bars.
    struct Cells {
        double x = 0, y = 0, width = 0, height = 0;
        int rows = 0, columns = 0;
        std::vector<std::uint8_t> rgb = {};  // [rows, columns, 3]
    };
    // From left to right, level where it begins and ends: a cubic of Bézier whose handles are kHandle of the way long.
    struct Curve {
        double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
        Rgb colour = kInk;
        double width = 1, opacity = 1;
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
        double size = kFontSize;
    };
    // What the colours mean: from left to right, between two words.
    struct Legend {
        std::vector<Rgb> colours;  // may be empty
        std::string low, high, words;
    };

    double width = 0, height = 0;
    std::vector<Cells> cells;
    std::vector<Bar> bars;
    std::vector<Curve> curves;
    std::vector<Dot> dots;
    std::vector<Label> labels;  // what stands later in this list of lists lies on top
    Legend legend;

    [[nodiscard]] bool empty() const { return cells.empty() && bars.empty() && curves.empty() && dots.empty(); }
};

inline constexpr double kRingWidth = 1.2, kHandle = 0.4, kSlant = -55;  // kSlant: degrees, upwards to the right

// What is written below it: its legend, the caption, and the link in as many lines as it takes.
[[nodiscard]] Drawing with_caption(Drawing drawing, std::string_view caption, std::string_view link);

[[nodiscard]] std::string drawing_svg(const Drawing& drawing, std::string_view title);
// Two pixels a unit, fewer where that would be too large to open. No letters: the words are left out. The description
// is kept in the file beside the picture.
[[nodiscard]] std::string drawing_png(const Drawing& drawing, const Lettering* letters, std::string_view description);

// About how wide a text is; and a text with what does not fit replaced by an ellipsis.
[[nodiscard]] double text_width(std::string_view text);
[[nodiscard]] std::string fitting_text(std::string_view text, double width);

}  // namespace headlight::app
