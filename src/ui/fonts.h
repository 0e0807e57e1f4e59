#pragma once
// The two type faces in the sizes of the look, drawn sharp at any pixel ratio.

#include "base/result.h"
#include "imgui.h"
#include "platform/platform.h"

namespace headlight::ui {

struct Fonts {
    ImFont *small = nullptr, *body = nullptr, *prompt = nullptr;           // Inter 12, 14, 15
    ImFont *small_bold = nullptr, *body_bold = nullptr, *title = nullptr;  // Inter semi-bold 12, 14, 15
    ImFont *mono = nullptr, *mono_large = nullptr;                         // JetBrains Mono 12, 13
};

class FontSet {
  public:
    // Reads the files once; the error names the one that is missing.
    [[nodiscard]] Result<void> load(const platform::Platform& platform);
    // Draws the atlas anew when the pixel ratio has changed. Between frames only. Returns whether it did.
    bool fit(float pixel_ratio);
    [[nodiscard]] const Fonts& fonts() const { return fonts_; }

  private:
    std::string regular_, bold_, mono_, symbols_;
    Fonts fonts_;
    float ratio_ = 0;
};

}  // namespace headlight::ui
