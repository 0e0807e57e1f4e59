#include "platform/last_picture.h"

#include <algorithm>
#include <cstring>

#include "imgui.h"

namespace headlight::platform {

bool LastPicture::repeats(const ImDrawData& data, std::uint32_t background) {
    std::size_t at = 0;
    bool same = true;
    const auto compare = [&](const void* from, std::size_t size) {
        if (size == 0) return;
        same = same && at + size <= size_ && std::memcmp(&bytes_[at], from, size) == 0;
        if (!same) {
            if (bytes_.size() < at + size) bytes_.resize(std::max(at + size, 2 * bytes_.size()));
            std::memcpy(&bytes_[at], from, size);
        }
        at += size;
    };
    const auto compare_all = [&](const auto& list) {
        compare(&list.Size, sizeof list.Size);
        compare(list.Data, static_cast<std::size_t>(list.size_in_bytes()));
    };
    compare(&background, sizeof background);
    for (const ImVec2& place : {data.DisplayPos, data.DisplaySize, data.FramebufferScale}) {
        compare(&place, sizeof place);
    }
    for (const ImDrawList* list : data.CmdLists) {
        compare_all(list->CmdBuffer);
        compare_all(list->IdxBuffer);
        compare_all(list->VtxBuffer);
    }
    same = same && at == size_;
    size_ = at;
    return same;
}

}  // namespace headlight::platform
