#pragma once
// What was drawn last, and what a new picture changes of it. Pictures come to rest after the program has: the second
// and third after a change are mostly the first one again, and need not be sent; and most changes touch a part of the
// screen, so that only this part is filled anew. That saves machines that draw with the processor, and batteries.

#include <cstdint>
#include <string>
#include <vector>

#include "imgui.h"
#include "platform/area.h"

namespace headlight::platform {

class LastPicture {
  public:
    // Where `data` on that background shows something else than the last call's did: areas that do not meet, none where
    // it repeats it. Keeps it for the next.
    [[nodiscard]] std::vector<Area> changes(const ImDrawData& data, std::uint32_t background);
    // The screen is empty: all of the next picture is a change.
    void forget() { known_ = false; }
    // What a texture holds has changed.
    void changed(ImTextureID texture) { textures_.push_back(texture); }

  private:
    // One list of ImGui's, as it was.
    struct List {
        std::string owner;
        std::vector<ImDrawCmd> commands;
        std::vector<ImDrawIdx> indices;
        std::vector<ImDrawVert> vertices;
    };
    struct Screen {
        ImVec2 place, size, scale;
        std::uint32_t background;
    };

    std::vector<List> lists_;
    Screen screen_{};
    std::vector<ImTextureID> textures_;  // that have changed since
    bool known_ = false;
};

}  // namespace headlight::platform
