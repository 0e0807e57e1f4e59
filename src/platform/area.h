#pragma once
// Rectangles of the screen, in ImGui's coordinates.

#include <limits>
#include <vector>

namespace headlight::platform {

struct Area {
    float left, top, right, bottom;

    [[nodiscard]] bool empty() const { return right <= left || bottom <= top; }
    [[nodiscard]] float size() const { return empty() ? 0 : (right - left) * (bottom - top); }
    [[nodiscard]] bool meets(const Area& other) const {
        return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
    }
};

// Joined with another one, that one.
inline constexpr Area kNothing{std::numeric_limits<float>::infinity(), std::numeric_limits<float>::infinity(),
                               -std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()};

// The smallest one around both.
[[nodiscard]] Area joined(const Area& a, const Area& b);
// What both cover.
[[nodiscard]] Area common(const Area& a, const Area& b);

// Joins areas that meet, and the two that lose least by it, until at most `most` are left, none of which meet.
void join_areas(std::vector<Area>& areas, std::size_t most);

}  // namespace headlight::platform
