#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>
#include <vector>

#include "app/drawing.h"
#include "app/lettering.h"
#include "app/png.h"

namespace headlight::app {
namespace {

// What viewers still open.
constexpr double kLongestSide = 32000, kMostPixels = 24e6;

// Where on a curve a part of its way to the right is done.
double parameter_at(double way) {
    double low = 0, high = 1;
    for (int i = 0; i < 20; ++i) {
        const double t = (low + high) / 2, s = 1 - t;
        const double there = 3 * s * s * t * kHandle + 3 * s * t * t * (1 - kHandle) + t * t * t;
        (there < way ? low : high) = t;
    }
    return (low + high) / 2;
}

// Positions below are in the drawing's units, pixels counted from 0, 0.
class Raster {
  public:
    Raster(double width, double height)
        : scale_(std::min({2.0, kLongestSide / std::max({width, height, 1.0}),
                           std::sqrt(kMostPixels / std::max(width * height, 1.0))})),
          width_(std::max(1, static_cast<int>(std::ceil(width * scale_)))),
          height_(std::max(1, static_cast<int>(std::ceil(height * scale_)))) {
        rgb_.assign(static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_) * 3, 255);
    }

    [[nodiscard]] std::string png(std::string_view description) const {
        return write_png(width_, height_, rgb_, description);
    }

    // Pixels count by how much of them is covered.
    void draw(const Drawing::Bar& bar) {
        const double x0 = bar.x * scale_, x1 = x0 + bar.width * scale_;
        const double y0 = bar.y * scale_, y1 = y0 + bar.height * scale_;
        const auto covered = [](double low, double high, int at) {
            return std::max(0.0, std::min(high, at + 1.0) - std::max(low, static_cast<double>(at)));
        };
        for (int y = static_cast<int>(std::floor(y0)); y < y1; ++y) {
            for (int x = static_cast<int>(std::floor(x0)); x < x1; ++x) {
                blend(x, y, bar.colour, covered(x0, x1, x) * covered(y0, y1, y));
            }
        }
    }

    // Each pixel has the colour of the cell under its middle.
    void draw(const Drawing::Cells& cells) {
        const double wide = cells.width / cells.columns * scale_, high = cells.height / cells.rows * scale_;
        const double left = cells.x * scale_, top = cells.y * scale_;
        for (int y = static_cast<int>(std::ceil(top)); y < top + cells.height * scale_; ++y) {
            const int row = std::clamp(static_cast<int>((y + 0.5 - top) / high), 0, cells.rows - 1);
            for (int x = static_cast<int>(std::ceil(left)); x < left + cells.width * scale_; ++x) {
                const int column = std::clamp(static_cast<int>((x + 0.5 - left) / wide), 0, cells.columns - 1);
                const std::uint8_t* rgb = &cells.rgb[static_cast<std::size_t>(row * cells.columns + column) * 3];
                blend(x, y, {rgb[0], rgb[1], rgb[2]}, 1);
            }
        }
    }

    // Column by column; across, by how much of a pixel the stroke covers.
    void draw(const Drawing::Curve& curve) {
        const double x0 = curve.x0 * scale_, x1 = curve.x1 * scale_, y0 = curve.y0 * scale_, y1 = curve.y1 * scale_;
        for (int x = static_cast<int>(std::ceil(x0 - 0.5)); x + 0.5 < x1; ++x) {
            const double t = parameter_at((x + 0.5 - x0) / (x1 - x0)), s = 1 - t;
            const double middle = y0 * s * s * (1 + 2 * t) + y1 * t * t * (1 + 2 * s);
            const double forward = 3 * (kHandle * (s * s + t * t) + 2 * (1 - 2 * kHandle) * s * t) * (x1 - x0);
            const double slope = 6 * s * t * (y1 - y0) / forward;
            const double half = curve.width * scale_ / 2 * std::hypot(1.0, slope);
            for (int y = static_cast<int>(middle - half - 1); y <= middle + half + 1; ++y) {
                const double part = std::clamp(half + 0.5 - std::abs(y + 0.5 - middle), 0.0, 1.0);
                blend(x, y, curve.colour, part * curve.opacity);
            }
        }
    }

    void draw(const Drawing::Dot& dot) {
        const double x = dot.x * scale_, y = dot.y * scale_, radius = dot.radius * scale_, line = kRingWidth * scale_;
        for (int row = static_cast<int>(y - radius - 2); row <= y + radius + 2; ++row) {
            for (int column = static_cast<int>(x - radius - 2); column <= x + radius + 2; ++column) {
                const double away = std::hypot(column + 0.5 - x, row + 0.5 - y);
                const double outside = std::clamp(radius - away + 0.5, 0.0, 1.0);
                blend(column, row, dot.filled ? dot.colour : kPaper, outside);
                const double ring = std::clamp(line / 2 - std::abs(away - radius + line / 2) + 0.5, 0.0, 1.0);
                if (!dot.filled) blend(column, row, dot.colour, ring);
            }
        }
    }

    void draw(const Drawing::Label& label, const Lettering& letters) {
        const double size = label.size * scale_, degrees = label.slanted ? kSlant : 0;
        const double wide = letters.width(label.text, size, label.bold);
        const double before = label.anchor == Drawing::Anchor::start ? 0
                              : label.anchor == Drawing::Anchor::end ? 1
                                                                     : 0.5;
        const double angle = degrees * std::numbers::pi / 180, back = wide * before;
        letters.draw(label.text,
                     {label.x * scale_ - back * std::cos(angle), label.y * scale_ - back * std::sin(angle), size,
                      degrees, label.bold},
                     [&](int x, int y, double part) { blend(x, y, label.colour, part); });
    }

  private:
    void blend(int x, int y, const Rgb& colour, double part) {
        if (x < 0 || y < 0 || x >= width_ || y >= height_ || part <= 0) return;
        const std::size_t at =
            (static_cast<std::size_t>(y) * static_cast<std::size_t>(width_) + static_cast<std::size_t>(x)) * 3;
        for (std::size_t i = 0; i < 3; ++i) {
            rgb_[at + i] =
                static_cast<std::uint8_t>(std::lround(rgb_[at + i] * (1 - part) + colour[i] * std::min(part, 1.0)));
        }
    }

    double scale_;
    int width_, height_;
    std::vector<std::uint8_t> rgb_;  // [height, width, 3]
};

}  // namespace

std::string drawing_png(const Drawing& drawing, const Lettering* letters, std::string_view description) {
    Raster raster(drawing.width, drawing.height);
    const auto draw = [&](const auto& shapes) {
        for (const auto& shape : shapes) raster.draw(shape);
    };
    draw(drawing.cells);
    draw(drawing.bars);
    draw(drawing.curves);
    draw(drawing.dots);
    if (letters != nullptr) {
        for (const Drawing::Label& label : drawing.labels) raster.draw(label, *letters);
    }
    return raster.png(description);
}

}  // namespace headlight::app
