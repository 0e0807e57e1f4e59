#pragma once
// Letters for pictures in pixels: outlines of the program's own type faces, filled with shades (stb_truetype).

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace headlight::app {

// TrueType files.
struct FaceFiles {
    std::string regular, bold, symbols;  // symbols: has what the others lack; may be empty
};

class Lettering {
  public:
    // Nothing when the regular or the bold face is no TrueType file.
    [[nodiscard]] static std::unique_ptr<Lettering> create(FaceFiles files);
    ~Lettering();
    Lettering(const Lettering&) = delete;
    Lettering& operator=(const Lettering&) = delete;

    // In pixels; size: of the em square.
    [[nodiscard]] double width(std::string_view text, double size, bool bold) const;

    struct Place {
        double x = 0, y = 0;  // where the base line begins
        double size = 12, degrees = 0;
        bool bold = false;
    };
    // Tells every pixel that a letter touches, and how much of it is covered, 0 to 1. Line ends become a sign, other
    // control characters a space, characters that no face has a replacement mark.
    using Put = std::function<void(int x, int y, double part)>;
    void draw(std::string_view text, const Place& place, const Put& put) const;

  private:
    struct Faces;
    explicit Lettering(std::unique_ptr<Faces> faces);
    std::unique_ptr<Faces> faces_;
};

}  // namespace headlight::app
