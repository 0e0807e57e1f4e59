#include "app/lettering.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <span>
#include <utility>
#include <vector>

#include "text/utf8.h"

#define STBTT_STATIC
#define STB_TRUETYPE_IMPLEMENTATION
#include <stb_truetype.h>

namespace headlight::app {
namespace {

constexpr int kReplacementSign = 0xFFFD, kLineEnd = 0x23CE;

int code_of(char32_t code) {
    if (code == '\n') return kLineEnd;
    if (code == text::Utf8Char::kInvalid) return kReplacementSign;
    return code < 0x20 ? ' ' : static_cast<int>(code);
}

struct Glyph {
    const stbtt_fontinfo* face = nullptr;
    int index = 0;

    [[nodiscard]] double scale(double size) const {
        return static_cast<double>(stbtt_ScaleForMappingEmToPixels(face, static_cast<float>(size)));
    }
    [[nodiscard]] double advance(double size) const {
        int wide = 0, bearing = 0;
        stbtt_GetGlyphHMetrics(face, index, &wide, &bearing);
        return wide * scale(size);
    }
};

// The outline of a glyph, turned around its origin; in units of its face, y upwards.
class Outline {
  public:
    Outline(const Glyph& glyph, double degrees) : count_(stbtt_GetGlyphShape(glyph.face, glyph.index, &vertices_)) {
        const double angle = -degrees * std::numbers::pi / 180, cosine = std::cos(angle), sine = std::sin(angle);
        const auto turn = [&](stbtt_vertex_type& x, stbtt_vertex_type& y) {
            const double across = x * cosine - y * sine, up = x * sine + y * cosine;
            x = static_cast<stbtt_vertex_type>(std::lround(across));
            y = static_cast<stbtt_vertex_type>(std::lround(up));
            left_ = std::min(left_, across), right_ = std::max(right_, across);
            bottom_ = std::min(bottom_, up), top_ = std::max(top_, up);
        };
        for (stbtt_vertex& v : std::span(vertices_, static_cast<std::size_t>(count_))) {
            turn(v.x, v.y);
            if (v.type == STBTT_vcurve || v.type == STBTT_vcubic) turn(v.cx, v.cy);
            if (v.type == STBTT_vcubic) turn(v.cx1, v.cy1);
        }
    }
    ~Outline() { stbtt_FreeShape(nullptr, vertices_); }
    Outline(const Outline&) = delete;
    Outline& operator=(const Outline&) = delete;

    // x, y: of its origin, in pixels from the top.
    void fill(double x, double y, double scale, const Lettering::Put& put) const {
        if (count_ == 0) return;
        const int x0 = static_cast<int>(std::floor(x + left_ * scale)) - 1;
        const int y0 = static_cast<int>(std::floor(y - top_ * scale)) - 1;
        const int width = static_cast<int>(std::ceil(x + right_ * scale)) + 2 - x0;
        const int height = static_cast<int>(std::ceil(y - bottom_ * scale)) + 2 - y0;
        std::vector<std::uint8_t> shades(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
        stbtt__bitmap bitmap{width, height, width, shades.data()};
        constexpr float kFlatness = 0.2F;  // pixels
        const auto factor = static_cast<float>(scale);
        const double whole_x = std::floor(x), whole_y = std::floor(y);
        stbtt_Rasterize(&bitmap, kFlatness, vertices_, count_, factor, factor, static_cast<float>(x - whole_x),
                        static_cast<float>(y - whole_y), x0 - static_cast<int>(whole_x), y0 - static_cast<int>(whole_y),
                        1, nullptr);
        for (int row = 0; row < height; ++row) {
            for (int column = 0; column < width; ++column) {
                const std::uint8_t shade = shades[static_cast<std::size_t>(row * width + column)];
                if (shade > 0) put(x0 + column, y0 + row, shade / 255.0);
            }
        }
    }

  private:
    stbtt_vertex* vertices_ = nullptr;
    int count_;
    double left_ = 0, right_ = 0, bottom_ = 0, top_ = 0;
};

}  // namespace

// The faces point into the files.
struct Lettering::Faces {
    FaceFiles files;
    stbtt_fontinfo regular{}, bold{}, symbols{};
    bool has_symbols = false;

    static bool open(stbtt_fontinfo& face, const std::string& file) {
        constexpr std::size_t kHeader = 12;
        const auto* bytes = reinterpret_cast<const unsigned char*>(file.data());
        if (file.size() <= kHeader) return false;
        const int start = stbtt_GetFontOffsetForIndex(bytes, 0);  // negative: another kind of file
        return start >= 0 && stbtt_InitFont(&face, bytes, start) != 0;
    }

    [[nodiscard]] Glyph glyph(int code, bool heavy) const {
        const auto found = [&](const stbtt_fontinfo& face) { return Glyph{&face, stbtt_FindGlyphIndex(&face, code)}; };
        for (const stbtt_fontinfo* face : {heavy ? &bold : &regular, &regular, &symbols}) {
            if (face == &symbols && !has_symbols) continue;
            if (const Glyph one = found(*face); one.index != 0) return one;
        }
        return code == kReplacementSign ? Glyph{&regular, 0} : glyph(kReplacementSign, heavy);
    }

    // visit(glyph), letter by letter.
    template <class Visit>
    void each(std::string_view text, bool heavy, Visit&& visit) const {
        for (std::size_t at = 0; at < text.size();) {
            const text::Utf8Char letter = text::utf8_at(text, at);
            visit(glyph(code_of(letter.code), heavy));
            at += static_cast<std::size_t>(letter.length);
        }
    }
};

Lettering::Lettering(std::unique_ptr<Faces> faces) : faces_(std::move(faces)) {}
Lettering::~Lettering() = default;

std::unique_ptr<Lettering> Lettering::create(FaceFiles files) {
    auto faces = std::make_unique<Faces>();
    faces->files = std::move(files);
    const bool whole = Faces::open(faces->regular, faces->files.regular) && Faces::open(faces->bold, faces->files.bold);
    if (!whole) return nullptr;
    faces->has_symbols = Faces::open(faces->symbols, faces->files.symbols);
    return std::unique_ptr<Lettering>(new Lettering(std::move(faces)));
}

double Lettering::width(std::string_view text, double size, bool bold) const {
    double wide = 0;
    faces_->each(text, bold, [&](const Glyph& glyph) { wide += glyph.advance(size); });
    return wide;
}

void Lettering::draw(std::string_view text, const Place& place, const Put& put) const {
    const double angle = place.degrees * std::numbers::pi / 180;
    double along = 0;
    faces_->each(text, place.bold, [&](const Glyph& glyph) {
        Outline(glyph, place.degrees)
            .fill(place.x + along * std::cos(angle), place.y + along * std::sin(angle), glyph.scale(place.size), put);
        along += glyph.advance(place.size);
    });
}

}  // namespace headlight::app
