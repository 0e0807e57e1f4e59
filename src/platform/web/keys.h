#pragma once
// The browser's names of keys (KeyboardEvent.code) as Dear ImGui's.

#include <string_view>

#include "imgui.h"

namespace headlight::platform {

[[nodiscard]] ImGuiKey key_from_code(std::string_view code);  // ImGuiKey_None for keys that mean nothing here

}  // namespace headlight::platform
