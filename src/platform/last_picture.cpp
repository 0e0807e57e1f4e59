#include "platform/last_picture.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>

namespace headlight::platform {

namespace {

// More areas than that are joined: the parts of the screen that change by themselves are few.
constexpr std::size_t kMostAreas = 4;

template <class T>
bool same_bytes(std::span<const T> a, std::span<const T> b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size_bytes()) == 0);
}

// A list's parts, of this picture or of the last one.
struct Parts {
    std::span<const ImDrawCmd> commands;
    std::span<const ImDrawIdx> indices;
    std::span<const ImDrawVert> vertices;
};

template <class T>
std::span<const T> span_of(const ImVector<T>& all) {
    return {all.Data, static_cast<std::size_t>(all.Size)};
}

bool same(const Parts& a, const Parts& b) {
    return same_bytes(a.commands, b.commands) && same_bytes(a.indices, b.indices) && same_bytes(a.vertices, b.vertices);
}

// One picture's list beside another's.
class Compare {
  public:
    explicit Compare(const std::vector<ImTextureID>& textures) : textures_(textures) {}

    [[nodiscard]] bool shows_changed(const ImDrawCmd& command) const {
        return std::ranges::find(textures_, command.TextureId) != textures_.end();
    }
    [[nodiscard]] bool repeats(const Parts& before, const Parts& now) const {
        return same(before, now) &&
               std::ranges::none_of(now.commands, [&](const ImDrawCmd& command) { return shows_changed(command); });
    }

    // Where the triangles of a list are seen that touch the vertices [first, end), or show a texture that has changed.
    [[nodiscard]] Area seen(const Parts& list, std::size_t first, std::size_t end) const {
        Area area = kNothing;
        for (const ImDrawCmd& command : list.commands) {
            const bool other = shows_changed(command);
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
    [[nodiscard]] Area whole(const Parts& list) const { return seen(list, 0, list.vertices.size()); }

    // What begins and ends alike is the same; only what lies between is not.
    [[nodiscard]] Area difference(const Parts& before, const Parts& now) const {
        const auto &a = before.vertices, &b = now.vertices;
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
    static bool alike(const Parts& before, const Parts& now, std::size_t start, std::size_t tail) {
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
    static bool same_triangles(const Parts& before, const ImDrawCmd& a, const Parts& now, const ImDrawCmd& b,
                               std::size_t start, std::size_t tail) {
        const std::size_t a_tail = before.vertices.size() - tail, b_tail = now.vertices.size() - tail;
        const auto next = [&](const Parts& list, std::size_t& i, std::size_t end, std::size_t from) {
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

}  // namespace

std::vector<Area> LastPicture::changes(const ImDrawData& data, std::uint32_t background) {
    const Screen screen{data.DisplayPos, data.DisplaySize, data.FramebufferScale, background};
    const Area all{screen.place.x, screen.place.y, screen.place.x + screen.size.x, screen.place.y + screen.size.y};
    const Compare compare(textures_);
    std::vector<Area> areas;
    const bool same_screen = known_ && std::memcmp(&screen, &screen_, sizeof screen) == 0;
    const auto parts_of = [](const List& list) { return Parts{list.commands, list.indices, list.vertices}; };
    std::vector<List> lists;
    auto before = lists_.begin();
    for (const ImDrawList* drawn : data.CmdLists) {
        const std::string_view owner = drawn->_OwnerName != nullptr ? drawn->_OwnerName : "";
        const Parts now{span_of(drawn->CmdBuffer), span_of(drawn->IdxBuffer), span_of(drawn->VtxBuffer)};
        const auto found = std::find_if(before, lists_.end(), [&](const List& one) { return one.owner == owner; });
        List kept{std::string(owner), {}, {}, {}};
        bool repeats = false;
        if (found == lists_.end()) {
            areas.push_back(compare.whole(now));
        } else {
            for (; before != found; ++before) areas.push_back(compare.whole(parts_of(*before)));
            kept = std::move(*before++);
            repeats = compare.repeats(parts_of(kept), now);
            if (!repeats) areas.push_back(compare.difference(parts_of(kept), now));
        }
        if (!repeats) {
            kept.commands.assign(now.commands.begin(), now.commands.end());
            kept.indices.assign(now.indices.begin(), now.indices.end());
            kept.vertices.assign(now.vertices.begin(), now.vertices.end());
        }
        lists.push_back(std::move(kept));
    }
    for (; before != lists_.end(); ++before) areas.push_back(compare.whole(parts_of(*before)));
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
    join_areas(areas, kMostAreas);
    return areas;
}

}  // namespace headlight::platform
