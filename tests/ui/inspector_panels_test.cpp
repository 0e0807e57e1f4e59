// The bottom panel of any matrix: what a chosen cell is made of.
#include <gtest/gtest.h>

#include "screen.h"

namespace headlight::ui {
namespace {

class InspectorPanelsTest : public ScreenTest {
  protected:
    static std::unique_ptr<app::App> matrix(const std::string& link) {
        return app::make_loaded_app("v=1&prompt=the+cat+the+cat&layer=1&head=1&tab=more&bottom=matrix" + link);
    }
};

struct Size {
    float width, height, ratio;
};
constexpr Size kInspectorSizes[] = {{1440, 900, 1}, {1000, 700, 2}, {900, 700, 1}, {390, 844, 3}};

bool apart(const Box& a, const Box& b) {
    return a.right() <= b.x || b.right() <= a.x || a.bottom() <= b.y || b.bottom() <= a.y;
}

TEST_F(InspectorPanelsTest, AChosenCellShowsTheTermsOfItsSum) {
    for (const Size& size : kInspectorSizes) {
        for (const char* site : {"hook_attn_out", "attn.hook_q", "attn.hook_z", "ln_final.hook_normalized",
                                 "hook_mlp_out", "hook_resid_post", "logits"}) {
            Screen screen(size.width, size.height, matrix("&row=2&column=1&site=" + std::string(site)), size.ratio);
            screen.settle();
            ASSERT_EQ(screen.app->settings().site, site);
            const Widget* terms = screen.widget("terms");
            const Widget* cells = screen.widget("matrix");
            ASSERT_NE(terms, nullptr) << site << " at " << size.width;
            ASSERT_NE(cells, nullptr) << site;
            const std::size_t count = screen.app->matrix_explanation().terms.size();
            EXPECT_NE(terms->label.find(std::to_string(count)), std::string::npos) << terms->label;
            EXPECT_TRUE(apart(terms->box, cells->box)) << site << " at " << size.width;
            EXPECT_GE(terms->box.height, 24) << site << " at " << size.width;
            EXPECT_GE(terms->box.width, 300) << site << " at " << size.width;
            EXPECT_LE(terms->box.right(), size.width);
            if (size.width > 600) {
                EXPECT_LE(terms->box.bottom(), size.height) << site << " at " << size.width;
            }
            EXPECT_TRUE(Screen::drawn().finite);
        }
    }
}

TEST_F(InspectorPanelsTest, WithoutACellOrASumThereAreNoTerms) {
    for (const Size& size : kInspectorSizes) {
        for (const char* look : {"&site=logits", "&site=hook_embed&row=2&column=1", "&site=attn.hook_z&row=2"}) {
            Screen screen(size.width, size.height, matrix(look), size.ratio);
            screen.settle();
            EXPECT_NE(screen.widget("matrix"), nullptr) << look;
            EXPECT_EQ(screen.widget("terms"), nullptr) << look << " at " << size.width;
        }
    }
}

// Otherwise the click that chooses a cell would put another one under the pointer.
TEST_F(InspectorPanelsTest, TheMatrixStaysWhereItIsWhenACellIsChosen) {
    for (const Size& size : kInspectorSizes) {
        Screen screen(size.width, size.height, matrix("&site=hook_attn_out"), size.ratio);
        screen.settle();
        ASSERT_NE(screen.widget("matrix"), nullptr);
        const Box before = screen.widget("matrix")->box;
        ASSERT_TRUE(screen.click("matrix"));
        ASSERT_GE(screen.app->settings().row, 0);
        ASSERT_NE(screen.widget("terms"), nullptr);
        const Box after = screen.widget("matrix")->box;
        EXPECT_EQ(before.y, after.y) << size.width;
        EXPECT_EQ(before.width, after.width) << size.width;
        EXPECT_EQ(before.height, after.height) << size.width;
    }
}

}  // namespace
}  // namespace headlight::ui
