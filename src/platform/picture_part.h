#pragma once
// One area of a picture: ImGui's commands with clip rectangles that end where the area does, to the pixel.

#include <vector>

#include "imgui.h"
#include "platform/area.h"

namespace headlight::platform {

// Pixels of the framebuffer, rows counted from the top.
struct Pixels {
    int left, top, right, bottom;
};

// As ImGui's OpenGL renderer rounds it; OpenGL counts rows from below.
[[nodiscard]] int framebuffer_height(const ImDrawData& data);
// The pixels that have a part in an area.
[[nodiscard]] Pixels pixels_of(const Area& area, const ImDrawData& data);
// The pixels that the renderer draws on for a clip rectangle.
[[nodiscard]] Pixels clipped_pixels(const ImVec4& clip, const ImDrawData& data);

// While it lives, the lists of `data` draw on those pixels only; data() has the lists that do.
class PicturePart {
  public:
    PicturePart(const ImDrawData& data, const Pixels& pixels);
    ~PicturePart();
    PicturePart(const PicturePart&) = delete;
    PicturePart& operator=(const PicturePart&) = delete;

    [[nodiscard]] ImDrawData& data() { return part_; }

  private:
    ImDrawData part_;
    std::vector<ImVec4> clips_;  // of the lists in part_, as they were
};

}  // namespace headlight::platform
