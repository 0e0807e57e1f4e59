#include "platform/picture_part.h"

#include <gtest/gtest.h>

namespace headlight::platform {
namespace {

ImDrawData picture(float scale) {
    ImDrawData data;
    data.DisplayPos = ImVec2(0, 0);
    data.DisplaySize = ImVec2(300, 200);
    data.FramebufferScale = ImVec2(scale, scale);
    data.Valid = true;
    return data;
}

void add_command(ImDrawList& list, const ImVec4& clip) {
    ImDrawCmd command;
    command.ClipRect = clip;
    command.ElemCount = 3;
    list.CmdBuffer.push_back(command);
}

bool same(const ImVec4& a, const ImVec4& b) {
    return a.x == b.x && a.y == b.y && a.z == b.z && a.w == b.w;
}

TEST(PicturePart, KnowsThePixelsThatAreDrawnOn) {
    const ImDrawData data = picture(2);
    const Pixels whole = clipped_pixels({10, 20, 30, 50}, data);
    EXPECT_EQ(whole.left, 20);
    EXPECT_EQ(whole.top, 40);
    EXPECT_EQ(whole.right, 60);
    EXPECT_EQ(whole.bottom, 100);
    const Pixels area = pixels_of({10.2F, 20.2F, 30.2F, 50.2F}, data);
    EXPECT_EQ(area.left, 20);
    EXPECT_EQ(area.top, 40);
    EXPECT_EQ(area.right, 61);
    EXPECT_EQ(area.bottom, 101);
}

// Parts side by side draw on every pixel once: on those that the whole picture draws on, and no others.
TEST(PicturePart, PartsMakeTheWhole) {
    for (const float scale : {1.0F, 1.25F, 1.5F, 2.0F, 2.625F}) {
        ImDrawData data = picture(scale);
        ImDrawList list(nullptr);
        const ImVec4 clips[] = {{0, 0, 300, 200}, {10.3F, 20.7F, 150.2F, 99.9F}, {33.3F, 5.5F, 290.8F, 180.1F}};
        for (const ImVec4& clip : clips) add_command(list, clip);
        data.CmdLists.push_back(&list);
        data.CmdListsCount = 1;
        const int cut = static_cast<int>(70 * scale), low = static_cast<int>(60 * scale);
        const int right = static_cast<int>(300 * scale), bottom = static_cast<int>(200 * scale);
        const Pixels parts[] = {
            {0, 0, cut, low}, {cut, 0, right, low}, {0, low, cut, bottom}, {cut, low, right, bottom}};
        for (int i = 0; i < 3; ++i) {
            const Pixels whole = clipped_pixels(clips[i], data);
            int drawn = 0;
            for (const Pixels& pixels : parts) {
                const PicturePart part(data, pixels);
                if (list.CmdBuffer[i].ClipRect.z <= list.CmdBuffer[i].ClipRect.x) continue;
                const Pixels got = clipped_pixels(list.CmdBuffer[i].ClipRect, data);
                EXPECT_EQ(got.left, std::max(whole.left, pixels.left)) << scale << " " << i;
                EXPECT_EQ(got.top, std::max(whole.top, pixels.top)) << scale << " " << i;
                EXPECT_EQ(got.right, std::min(whole.right, pixels.right)) << scale << " " << i;
                EXPECT_EQ(got.bottom, std::min(whole.bottom, pixels.bottom)) << scale << " " << i;
                drawn += (got.right - got.left) * (got.bottom - got.top);
            }
            EXPECT_EQ(drawn, (whole.right - whole.left) * (whole.bottom - whole.top)) << scale << " " << i;
            EXPECT_TRUE(same(list.CmdBuffer[i].ClipRect, clips[i])) << "as before";
        }
    }
}

TEST(PicturePart, LeavesOutListsThatDrawNothingThere) {
    ImDrawData data = picture(1);
    ImDrawList here(nullptr), there(nullptr);
    add_command(here, {0, 0, 100, 200});
    add_command(there, {100, 0, 300, 200});
    data.CmdLists.push_back(&here);
    data.CmdLists.push_back(&there);
    data.CmdListsCount = 2;
    {
        PicturePart part(data, {150, 50, 160, 60});
        ASSERT_EQ(part.data().CmdListsCount, 1);
        EXPECT_EQ(part.data().CmdLists[0], &there);
        EXPECT_TRUE(same(here.CmdBuffer[0].ClipRect, {0, 0, 100, 200}));
    }
    EXPECT_TRUE(same(there.CmdBuffer[0].ClipRect, {100, 0, 300, 200}));
}

}  // namespace
}  // namespace headlight::platform
