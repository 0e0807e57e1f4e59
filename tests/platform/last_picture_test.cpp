#include "platform/last_picture.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "base/rng.h"
#include "imgui.h"

namespace headlight::platform {
namespace {

constexpr float kWidth = 300, kHeight = 200;

class LastPictureTest : public testing::Test {
  protected:
    LastPictureTest() {
        ImGui::CreateContext();
        ImGui::GetIO().Fonts->Build();
        ImGui::GetIO().IniFilename = nullptr;
    }
    ~LastPictureTest() override { ImGui::DestroyContext(); }

    using Draw = std::function<void(ImDrawList&)>;
    // What a picture of `draw`, and of `behind` in a list of its own, changes of the last one.
    std::vector<Area> changes(const Draw& draw, float width = kWidth, std::uint32_t background = 0,
                              const Draw& behind = {}) {
        ImGui::GetIO().DisplaySize = ImVec2(width, kHeight);
        ImGui::NewFrame();
        if (behind) behind(*ImGui::GetBackgroundDrawList());
        draw(*ImGui::GetForegroundDrawList());
        ImGui::Render();
        return last_.changes(*ImGui::GetDrawData(), background);
    }

    LastPicture last_;
};

void word(ImDrawList& list) {
    list.AddText(ImVec2(10, 10), IM_COL32_WHITE, "word");
}

void square(ImDrawList& list, float x, float y, ImU32 colour = IM_COL32_WHITE) {
    list.AddRectFilled(ImVec2(x, y), ImVec2(x + 10, y + 10), colour);
}

void expect_area(const Area& area, float left, float top, float right, float bottom) {
    EXPECT_EQ(area.left, left);
    EXPECT_EQ(area.top, top);
    EXPECT_EQ(area.right, right);
    EXPECT_EQ(area.bottom, bottom);
}

TEST_F(LastPictureTest, TheFirstIsNewAndTheSameAgainIsNot) {
    const auto first = changes(word);
    ASSERT_EQ(first.size(), 1U);
    expect_area(first[0], 0, 0, kWidth, kHeight);
    EXPECT_TRUE(changes(word).empty());
    EXPECT_TRUE(changes(word).empty());
}

TEST_F(LastPictureTest, AnythingElseIsNew) {
    const Draw others[] = {
        [](ImDrawList&) {},
        [](ImDrawList& list) { list.AddText(ImVec2(10, 10), IM_COL32_WHITE, "ward"); },
        [](ImDrawList& list) { list.AddText(ImVec2(10, 11), IM_COL32_WHITE, "word"); },
        [](ImDrawList& list) { list.AddText(ImVec2(10, 10), IM_COL32(255, 255, 254, 255), "word"); },
        [](ImDrawList& list) {
            list.PushClipRect(ImVec2(0, 0), ImVec2(20, 20));
            word(list);
            list.PopClipRect();
        },
        [](ImDrawList& list) {
            word(list);
            list.AddImage(ImGui::GetIO().Fonts->TexID, ImVec2(0, 0), ImVec2(9, 9));
        },
    };
    for (const auto& other : others) {
        (void)changes(word);
        EXPECT_TRUE(changes(word).empty());
        EXPECT_FALSE(changes(other).empty());
        EXPECT_TRUE(changes(other).empty());
        EXPECT_FALSE(changes(word).empty()) << "also where the new one is the other's beginning";
    }
    EXPECT_EQ(changes(word, 301).at(0).right, 301) << "the screen is another one";
    EXPECT_EQ(changes(word, 301, 1).at(0).right, 301) << "and what stands behind it";
}

TEST_F(LastPictureTest, OnlyWhatLiesBetweenTheSameBeginningAndEnd) {
    const auto three = [](float x, ImU32 colour) {
        return [=](ImDrawList& list) {
            square(list, 10, 10);
            if (x > 0) square(list, x, 100, colour);
            word(list);
            square(list, 250, 150);
        };
    };
    (void)changes(three(100, IM_COL32_WHITE));
    const auto other_colour = changes(three(100, IM_COL32_BLACK));
    ASSERT_EQ(other_colour.size(), 1U);
    expect_area(other_colour[0], 99, 99, 111, 111);
    const auto moved = changes(three(130, IM_COL32_BLACK));
    ASSERT_EQ(moved.size(), 1U);
    expect_area(moved[0], 99, 99, 141, 111);
    const auto gone = changes(three(0, 0));
    ASSERT_EQ(gone.size(), 1U);
    expect_area(gone[0], 129, 99, 141, 111);
    EXPECT_EQ(changes(three(130, IM_COL32_BLACK)).size(), 1U) << "what comes in between moves all that follows";
}

TEST_F(LastPictureTest, ListsChangeByThemselves) {
    const auto behind = [](ImU32 colour) { return [=](ImDrawList& list) { square(list, 10, 10, colour); }; };
    const auto front = [](ImU32 colour) { return [=](ImDrawList& list) { square(list, 200, 100, colour); }; };
    (void)changes(front(1u << 24), kWidth, 0, behind(1u << 24));
    EXPECT_EQ(changes(front(2u << 24), kWidth, 0, behind(2u << 24)).size(), 2U);
    const auto one = changes(front(2u << 24), kWidth, 0, behind(3u << 24));
    ASSERT_EQ(one.size(), 1U);
    expect_area(one[0], 9, 9, 21, 21);
    const auto without = changes(front(2u << 24));
    ASSERT_EQ(without.size(), 1U) << "a list that is gone";
    expect_area(without[0], 9, 9, 21, 21);
    EXPECT_EQ(changes(front(2u << 24), kWidth, 0, behind(3u << 24)).size(), 1U) << "and back";
}

TEST_F(LastPictureTest, ATextureThatHasChangedIsSeenWhereItIsShown) {
    const auto texture = reinterpret_cast<ImTextureID>(std::uintptr_t{77});
    const Draw draw = [=](ImDrawList& list) {
        word(list);
        list.AddImage(texture, ImVec2(50, 60), ImVec2(70, 80));
    };
    (void)changes(draw);
    last_.changed(reinterpret_cast<ImTextureID>(std::uintptr_t{78}));
    EXPECT_TRUE(changes(draw).empty()) << "another one";
    last_.changed(texture);
    const auto areas = changes(draw);
    ASSERT_EQ(areas.size(), 1U);
    expect_area(areas[0], 49, 59, 71, 81);
    EXPECT_TRUE(changes(draw).empty());
}

TEST_F(LastPictureTest, AnEmptiedScreenIsFilledAgain) {
    (void)changes(word);
    last_.forget();
    EXPECT_EQ(changes(word).at(0).right, kWidth);
    EXPECT_TRUE(changes(word).empty());
}

// All that decides what colour a point has: the triangles over it, in their order.
std::uint64_t seen_at(const ImDrawData& data, float x, float y) {
    std::uint64_t hash = 1;
    const auto side = [&](ImVec2 a, ImVec2 b) { return (b.x - a.x) * (y - a.y) - (b.y - a.y) * (x - a.x); };
    for (const ImDrawList* list : data.CmdLists) {
        for (const ImDrawCmd& command : list->CmdBuffer) {
            const ImVec4 clip = command.ClipRect;
            if (x < clip.x || x >= clip.z || y < clip.y || y >= clip.w) continue;
            for (unsigned i = command.IdxOffset; i < command.IdxOffset + command.ElemCount; i += 3) {
                ImDrawVert v[3];
                for (unsigned c = 0; c < 3; ++c) v[c] = list->VtxBuffer[list->IdxBuffer[static_cast<int>(i + c)]];
                const float s0 = side(v[0].pos, v[1].pos), s1 = side(v[1].pos, v[2].pos), s2 = side(v[2].pos, v[0].pos);
                if ((s0 < 0 || s1 < 0 || s2 < 0) && (s0 > 0 || s1 > 0 || s2 > 0)) continue;
                unsigned char bytes[sizeof v];
                std::memcpy(bytes, v, sizeof v);
                for (const unsigned char byte : bytes) hash = (hash ^ byte) * 0x100000001b3ULL;
            }
        }
    }
    return hash;
}

TEST_F(LastPictureTest, NothingChangesOutsideOfTheAreas) {
    Rng rng(3);
    struct Shape {
        int kind;
        float x, y, size;
        ImU32 colour;
    };
    const auto some = [&] {
        return Shape{static_cast<int>(rng.below(5)), static_cast<float>(rng.below(280)),
                     static_cast<float>(rng.below(180)), static_cast<float>(3 + rng.below(40)),
                     IM_COL32(rng.below(3) * 100, 10, 10, 255)};
    };
    std::vector<Shape> shapes;
    const auto draw = [&](ImDrawList& list) {
        for (const Shape& s : shapes) {
            const ImVec2 low(s.x, s.y), high(s.x + s.size, s.y + s.size);
            if (s.kind == 0) list.AddRectFilled(low, high, s.colour, 3);
            if (s.kind == 1) list.AddRect(low, high, s.colour, 3);
            if (s.kind == 2) list.AddText(low, s.colour, "text");
            if (s.kind == 3) list.AddImage(reinterpret_cast<ImTextureID>(std::uintptr_t{9}), low, high);
            if (s.kind == 4) {
                list.PushClipRect(low, high);
                list.AddCircleFilled(high, s.size, s.colour);
                list.PopClipRect();
            }
        }
    };
    std::vector<std::uint64_t> before;
    int outside = 0;
    for (int round = 0; round < 300; ++round) {
        const std::size_t at = rng.below(shapes.size() + 1);
        const std::uint64_t what = rng.below(4);
        if (what == 0 || shapes.size() < 4) {
            shapes.insert(shapes.begin() + static_cast<std::ptrdiff_t>(at), some());
        } else if (what == 1 && at < shapes.size()) {
            shapes.erase(shapes.begin() + static_cast<std::ptrdiff_t>(at));
        } else if (what == 2 && at < shapes.size()) {
            shapes[at] = some();
        } else {
            std::swap(shapes[at % shapes.size()], shapes[0]);
        }
        const auto areas = changes(draw);
        std::vector<std::uint64_t> now;
        for (float y = 0.5F; y < kHeight; y += 4) {
            for (float x = 0.5F; x < kWidth; x += 4) now.push_back(seen_at(*ImGui::GetDrawData(), x, y));
        }
        std::size_t i = 0;
        for (float y = 0.5F; y < kHeight && round > 0; y += 4) {
            for (float x = 0.5F; x < kWidth; x += 4, ++i) {
                bool inside = false;
                for (const Area& a : areas) inside = inside || (x > a.left && x < a.right && y > a.top && y < a.bottom);
                if (!inside) {
                    ++outside;
                    ASSERT_EQ(now[i], before[i]) << "round " << round << " at " << x << " " << y;
                }
            }
        }
        for (std::size_t a = 0; a < areas.size(); ++a) {
            for (std::size_t b = 0; b < a; ++b) EXPECT_FALSE(areas[a].meets(areas[b]));
        }
        before = std::move(now);
    }
    EXPECT_GT(outside, 100000) << "most of the screen stays";
}

}  // namespace
}  // namespace headlight::platform
