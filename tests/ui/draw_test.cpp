#include "ui/draw.h"

#include "screen.h"

namespace headlight::ui {
namespace {

class DrawTest : public ScreenTest {};

TEST_F(DrawTest, ANumberIsNotBrokenAtItsPoint) {
    Screen screen(400, 300, app::make_loaded_app("v=1&prompt=the"));
    screen.settle();
    const ImFont* font = ImGui::GetIO().Fonts->Fonts[0];
    for (const char* number : {"-3.48", "-3,48",
                               "\xE2\x88\x92"
                               "3.48"}) {
        const std::string whole(number), head = whole.substr(0, whole.size() - 2), tail = "48 mmmm";
        const std::string text = "mmmm " + whole + " mmmm";
        const float width = text_width(font, "mmmm " + head) + 1;
        ASSERT_LT(text_width(font, tail), width) << "two lines would do";
        ASSERT_GT(text_width(font, whole + " mmmm"), width);
        EXPECT_EQ(paragraph_height(font, width, text, 10), 30) << text;
    }
    const float narrow = text_width(font, "-3.4") + 1;
    EXPECT_EQ(paragraph_height(font, narrow, "-3.48", 10), 20) << "where nothing else helps, it is";
    EXPECT_EQ(paragraph_height(font, text_width(font, "mm.mm.") + 1, "mm.mm.mm", 10), 20) << "names may be";
}

}  // namespace
}  // namespace headlight::ui
