#include "platform/last_picture.h"

#include <gtest/gtest.h>

#include <functional>

#include "imgui.h"

namespace headlight::platform {
namespace {

class LastPictureTest : public testing::Test {
  protected:
    LastPictureTest() {
        ImGui::CreateContext();
        ImGui::GetIO().Fonts->Build();
        ImGui::GetIO().IniFilename = nullptr;
    }
    ~LastPictureTest() override { ImGui::DestroyContext(); }

    // Whether a picture of `draw` repeats the last one.
    bool repeats(const std::function<void(ImDrawList&)>& draw, float width = 300, std::uint32_t background = 0) {
        ImGui::GetIO().DisplaySize = ImVec2(width, 200);
        ImGui::NewFrame();
        draw(*ImGui::GetForegroundDrawList());
        ImGui::Render();
        return last_.repeats(*ImGui::GetDrawData(), background);
    }

    LastPicture last_;
};

void word(ImDrawList& list) {
    list.AddText(ImVec2(10, 10), IM_COL32_WHITE, "word");
}

TEST_F(LastPictureTest, TellsWhatIsDrawnAgain) {
    EXPECT_FALSE(repeats(word)) << "the first";
    EXPECT_TRUE(repeats(word));
    EXPECT_TRUE(repeats(word));
}

TEST_F(LastPictureTest, AnythingElseIsNew) {
    const std::function<void(ImDrawList&)> others[] = {
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
        (void)repeats(word);
        EXPECT_TRUE(repeats(word));
        EXPECT_FALSE(repeats(other));
        EXPECT_TRUE(repeats(other));
        EXPECT_FALSE(repeats(word)) << "also where the new one is the other's beginning";
    }
    EXPECT_FALSE(repeats(word, 301)) << "the screen is another one";
    EXPECT_FALSE(repeats(word, 301, 1)) << "and what stands behind it";
}

TEST_F(LastPictureTest, ForgetsWhenTheSamePartsLookDifferent) {
    (void)repeats(word);
    last_.forget();
    EXPECT_FALSE(repeats(word));
    EXPECT_TRUE(repeats(word));
}

}  // namespace
}  // namespace headlight::platform
