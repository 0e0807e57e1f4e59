#pragma once
// The page's mouse, touch and key events, handed to ImGui.

#include <functional>

namespace headlight::platform {

inline constexpr const char* kCanvas = "#canvas";

struct WebInput {
    float scale = 1;     // CSS pixels in one logical pixel
    bool touch = false;  // the last event came from a finger
    std::function<void()> wake;
};
// Listens for as long as the page lives; `input` must live as long.
void listen(WebInput& input);

}  // namespace headlight::platform
