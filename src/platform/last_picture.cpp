#include "platform/last_picture.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

namespace headlight::platform {

namespace {

constexpr float kInfinite = std::numeric_limits<float>::infinity();
constexpr Area kNothing{kInfinite, kInfinite, -kInfinite, -kInfinite};
// More areas than that are joined: the parts of the screen that change by themselves are few.
constexpr std::size_t kMostAreas = 4;

Area joined(const Area& a, const Area& b) {
    return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right), std::max(a.bottom, b.bottom)};
}

Area common(const Area& a, const Area& b) {
    return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right), std::min(a.bottom, b.bottom)};
}

// Joins areas that meet, and the two that lose least by it, until few are left.
void join_areas(std::vector<Area>& areas) {
    for (;;) {
        std::size_t first = 0, second = 0;
        float least = kInfinite;
        for (std::size_t i = 0; i < areas.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                const float loss = areas[i].meets(areas[j])
                                       ? -1
                                       : joined(areas[i], areas[j]).size() - areas[i].size() - areas[j].size();
                if (loss < least) least = loss, first = j, second = i;
            }
        }
        if (least >= 0 && areas.size() <= kMostAreas) return;
        areas[first] = joined(areas[first], areas[second]);
        areas.erase(areas.begin() + static_cast<std::ptrdiff_t>(second));
    }
}

template <class T>
bool same_bytes(std::span<const T> a, std::span<const T> b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

}  // namespace

// One picture's list beside another's.
class LastPicture::Compare {
  public:
    explicit Compare(const std::vector<ImTextureID>& textures) : textures_(textures) {}

    // Where the triangles of a list are seen that touch the vertices [first, end), or show a texture that has changed.
    [[nodiscard]] Area seen(const List& list, std::size_t first, std::size_t end) const {
        Area area = kNothing;
        for (const ImDrawCmd& command : list.commands) {
            const bool other = std::ranges::find(textures_, command.TextureId) != textures_.end();
            const Area clip{command.ClipRect.x, command.ClipRect.y, command.ClipRect.z, command.ClipRect.w};
            const std::size_t last = std::size_t{command.IdxOffset} + command.ElemCount;
            for (std::size_t i = command.IdxOffset; i + 2 < last; i += 3) {
                Area triangle = kNothing;
                bool touches = other;
                for (std::size_t corner = i; corner < i + 3; ++corner) {
                    const std::size_t at = std::size_t{list.indices[corner]} + command.VtxOffset;
                    const ImVec2 p = list.vertices[at].pos;
                    triangle = joined(triangle, {p.x, p.y, p.x, p.y});
                    touches = touches || (at >= first && at < end);
                }
                if (!touches) continue;
                triangle = common(triangle, clip);
                if (triangle.right >= triangle.left && triangle.bottom >= triangle.top) area = joined(area, triangle);
            }
        }
        return area;
    }
    [[nodiscard]] Area whole(const List& list) const { return seen(list, 0, list.vertices.size()); }

    // What begins and ends alike is the same; only what lies between is not.
    [[nodiscard]] Area difference(const List& before, const List& now) const {
        const auto& a = before.vertices;
        const auto& b = now.vertices;
        if (textures_.empty() && same_bytes<ImDrawVert>(a, b) && same_bytes<ImDrawIdx>(before.indices, now.indices) &&
            same_bytes<ImDrawCmd>(before.commands, now.commands)) {
            return kNothing;
        }
        const std::size_t most = std::min(a.size(), b.size());
        std::size_t start = 0, tail = 0;
        while (start < most && std::memcmp(&a[start], &b[start], sizeof(ImDrawVert)) == 0) ++start;
        while (tail < most - start &&
               std::memcmp(&a[a.size() - 1 - tail], &b[b.size() - 1 - tail], sizeof(ImDrawVert)) == 0) {
            ++tail;
        }
        if (!alike(before, now, start, tail)) return joined(whole(before), whole(now));
        return joined(seen(before, start, a.size() - tail), seen(now, start, b.size() - tail));
    }

  private:
    // Whether the triangles among the vertices that are the same are, too, and are cut and painted alike.
    static bool alike(const List& before, const List& now, std::size_t start, std::size_t tail) {
        if (before.commands.size() != now.commands.size()) return false;
        for (std::size_t i = 0; i < now.commands.size(); ++i) {
            const ImDrawCmd &a = before.commands[i], &b = now.commands[i];
            if (a.TextureId != b.TextureId || a.VtxOffset != 0 || b.VtxOffset != 0 ||
                std::memcmp(&a.ClipRect, &b.ClipRect, sizeof a.ClipRect) != 0 ||
                !same_triangles(before, a, now, b, start, tail)) {
                return false;
            }
        }
        return true;
    }

    // Of one command: without those that touch changed vertices, the same corners in the same order.
    static bool same_triangles(const List& before, const ImDrawCmd& a, const List& now, const ImDrawCmd& b,
                               std::size_t start, std::size_t tail) {
        const std::size_t a_tail = before.vertices.size() - tail, b_tail = now.vertices.size() - tail;
        const auto next = [&](const List& list, std::size_t& i, std::size_t end, std::size_t from) {
            for (; i + 2 < end; i += 3) {
                bool kept = true;
                for (std::size_t c = i; c < i + 3; ++c)
                    kept = kept && (list.indices[c] < start || list.indices[c] >= from);
                if (kept) return true;
            }
            return false;
        };
        std::size_t i = a.IdxOffset, j = b.IdxOffset;
        const std::size_t a_end = i + a.ElemCount, b_end = j + b.ElemCount;
        for (;; i += 3, j += 3) {
            const bool more = next(before, i, a_end, a_tail);
            if (more != next(now, j, b_end, b_tail)) return false;
            if (!more) return true;
            for (std::size_t c = 0; c < 3; ++c) {
                const std::size_t p = before.indices[i + c], q = now.indices[j + c];
                if (p < start ? p != q : q < b_tail || p - a_tail != q - b_tail) return false;
            }
        }
    }

    const std::vector<ImTextureID>& textures_;
};

std::vector<Area> LastPicture::changes(const ImDrawData& data, std::uint32_t background) {
    const Screen screen{data.DisplayPos, data.DisplaySize, data.FramebufferScale, background};
    const Area all{screen.place.x, screen.place.y, screen.place.x + screen.size.x, screen.place.y + screen.size.y};
    const Compare compare(textures_);
    std::vector<Area> areas;
    const bool same_screen = known_ && std::memcmp(&screen, &screen_, sizeof screen) == 0;
    std::vector<List> lists;
    std::size_t before = 0;
    const auto named = [&](const List& list) {
        return std::find_if(lists_.begin() + static_cast<std::ptrdiff_t>(before), lists_.end(),
                            [&](const List& one) { return one.owner == list.owner; });
    };
    for (const ImDrawList* drawn : data.CmdLists) {
        lists.push_back({drawn->_OwnerName != nullptr ? drawn->_OwnerName : "",
                         {drawn->CmdBuffer.begin(), drawn->CmdBuffer.end()},
                         {drawn->IdxBuffer.begin(), drawn->IdxBuffer.end()},
                         {drawn->VtxBuffer.begin(), drawn->VtxBuffer.end()}});
        const List& now = lists.back();
        const auto found = named(now);
        if (found == lists_.end()) {
            areas.push_back(compare.whole(now));
            continue;
        }
        for (; lists_.begin() + static_cast<std::ptrdiff_t>(before) != found; ++before)
            areas.push_back(compare.whole(lists_[before]));
        areas.push_back(compare.difference(lists_[before++], now));
    }
    for (; before < lists_.size(); ++before) areas.push_back(compare.whole(lists_[before]));
    lists_ = std::move(lists);
    screen_ = screen;
    textures_.clear();
    known_ = true;
    if (!same_screen) return {all};
    for (Area& area : areas) {
        // The edge of a shape is blended with the pixels beside it.
        area = common({area.left - 1, area.top - 1, area.right + 1, area.bottom + 1}, all);
    }
    std::erase_if(areas, [](const Area& area) { return area.empty(); });
    join_areas(areas);
    return areas;
}

}  // namespace headlight::platform
