#include "platform/picture_part.h"

#include <algorithm>
#include <cmath>

namespace headlight::platform {

namespace {

// A clip rectangle that the renderer makes these pixels of: it cuts its left end, its width, its height and how far its
// lower end is from below, each to a whole number.
ImVec4 clip_of(const Pixels& p, const ImDrawData& data) {
    const auto x = [&](int pixel, float more) {
        return (static_cast<float>(pixel) + more) / data.FramebufferScale.x + data.DisplayPos.x;
    };
    const auto y = [&](int pixel, float more) {
        return (static_cast<float>(pixel) + more) / data.FramebufferScale.y + data.DisplayPos.y;
    };
    return {x(p.left, 0.25f), y(p.top, -0.5f), x(p.right, 0.5f), y(p.bottom, -0.25f)};
}

}  // namespace

int framebuffer_height(const ImDrawData& data) {
    return static_cast<int>(data.DisplaySize.y * data.FramebufferScale.y);
}

Pixels pixels_of(const Area& area, const ImDrawData& data) {
    const ImVec2 scale = data.FramebufferScale, place = data.DisplayPos;
    return {static_cast<int>(std::floor((area.left - place.x) * scale.x)),
            static_cast<int>(std::floor((area.top - place.y) * scale.y)),
            static_cast<int>(std::ceil((area.right - place.x) * scale.x)),
            static_cast<int>(std::ceil((area.bottom - place.y) * scale.y))};
}

Pixels clipped_pixels(const ImVec4& clip, const ImDrawData& data) {
    const ImVec2 scale = data.FramebufferScale, place = data.DisplayPos;
    const ImVec2 low((clip.x - place.x) * scale.x, (clip.y - place.y) * scale.y);
    const ImVec2 high((clip.z - place.x) * scale.x, (clip.w - place.y) * scale.y);
    const int height = framebuffer_height(data);
    const int left = static_cast<int>(low.x), below = static_cast<int>(static_cast<float>(height) - high.y);
    return {left, height - below - static_cast<int>(high.y - low.y), left + static_cast<int>(high.x - low.x),
            height - below};
}

PicturePart::PicturePart(const ImDrawData& data, const Pixels& pixels) : part_(data) {
    part_.CmdLists.clear();
    for (ImDrawList* list : data.CmdLists) {
        const std::size_t first = clips_.size();
        bool draws = false;
        for (ImDrawCmd& command : list->CmdBuffer) {
            clips_.push_back(command.ClipRect);
            const Pixels own = clipped_pixels(command.ClipRect, data);
            const Pixels both{std::max(own.left, pixels.left), std::max(own.top, pixels.top),
                              std::min(own.right, pixels.right), std::min(own.bottom, pixels.bottom)};
            const bool empty = both.right <= both.left || both.bottom <= both.top;
            command.ClipRect = empty ? ImVec4(0, 0, 0, 0) : clip_of(both, data);
            draws = draws || !empty;
        }
        if (draws) {
            part_.CmdLists.push_back(list);
        } else {  // as it was
            for (int i = 0; i < list->CmdBuffer.Size; ++i) {
                list->CmdBuffer[i].ClipRect = clips_[first + static_cast<std::size_t>(i)];
            }
            clips_.resize(first);
        }
    }
    part_.CmdListsCount = part_.CmdLists.Size;
}

PicturePart::~PicturePart() {
    auto clip = clips_.begin();
    for (ImDrawList* list : part_.CmdLists) {
        for (ImDrawCmd& command : list->CmdBuffer) command.ClipRect = *clip++;
    }
}

}  // namespace headlight::platform
