// Changes that are made elsewhere than at a head: a token that is read as another or not seen, a neuron, a layer.
#include <gtest/gtest.h>

#include "screen.h"

namespace headlight::ui {
namespace {

class ChangeControlsTest : public ScreenTest {
  protected:
    static std::unique_ptr<app::App> laboratory(const std::string& link = "") {
        return app::make_loaded_app("v=1&prompt=the+cat+the+cat&layer=1&head=1" + link);
    }
};

TEST_F(ChangeControlsTest, ANeighbourIsReadInPlaceOfAToken) {
    Screen screen(1440, 900, laboratory("&bottom=space&query=2"));
    screen.settle(200);
    ASSERT_FALSE(screen.app->space().neighbours.empty());
    const std::string wanted = "swap:2@" + std::to_string(screen.app->space().neighbours[0].id);
    ASSERT_TRUE(screen.click("space.near.0"));
    EXPECT_EQ(screen.app->settings().changes, wanted);
    ASSERT_NE(screen.widget("space.near.0"), nullptr);
    EXPECT_TRUE(*screen.widget("space.near.0")->on);
    EXPECT_TRUE(*screen.widget("token.read_as")->on);
    ASSERT_TRUE(screen.click("space.near.1"));
    EXPECT_NE(screen.app->settings().changes, wanted);
    EXPECT_EQ(screen.app->laboratory().changes.size(), 1U) << "one token in the place of another";
    ASSERT_TRUE(screen.click("space.near.1"));
    EXPECT_EQ(screen.app->settings().changes, "");
}

TEST_F(ChangeControlsTest, TheChosenTokenIsHiddenOrLeadsToItsNeighbours) {
    Screen screen(390, 844, laboratory("&tab=in"), 3);
    screen.settle();
    EXPECT_EQ(screen.widget("token.unseen"), nullptr) << "none is chosen";
    screen.run(app::SelectCell{2, -1});
    ASSERT_TRUE(screen.click("token.unseen"));
    EXPECT_EQ(screen.app->settings().changes, "drop:2");
    ASSERT_TRUE(screen.click("token.unseen"));
    EXPECT_EQ(screen.app->settings().changes, "");
    ASSERT_TRUE(screen.click("token.read_as"));
    EXPECT_EQ(screen.app->settings().bottom, app::Bottom::space);
    EXPECT_EQ(screen.app->settings().tab, app::Tab::more);
}

TEST_F(ChangeControlsTest, ANeuronOfTheInspectedCellIsOffOrItsMean) {
    Screen screen(1440, 900, laboratory("&bottom=matrix&site=mlp.hook_post&row=2&column=5"));
    screen.settle();
    ASSERT_TRUE(screen.click("neuron.off"));
    EXPECT_EQ(screen.app->settings().changes, "off:1.n5");
    EXPECT_EQ(screen.app->matrix("mlp.hook_post", 1, 0).at(2, 5), 0);
    ASSERT_TRUE(screen.click("neuron.mean"));
    EXPECT_EQ(screen.app->settings().changes, "mean:1.n5");
    ASSERT_TRUE(screen.click("neuron.mean"));
    EXPECT_EQ(screen.app->settings().changes, "");
    screen.run(app::set<&app::Settings::site>(std::string("hook_resid_post")));
    EXPECT_EQ(screen.widget("neuron.off"), nullptr) << "no neurons there";
}

TEST_F(ChangeControlsTest, AWholeLayerIsOffOrItsMean) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    const std::pair<const char*, const char*> steps[] = {{"pattern.mlp_mean", "mean:1.mlp"},
                                                         {"pattern.mlp", "off:1.mlp"},
                                                         {"pattern.mlp", ""},
                                                         {"pattern.attention_mean", "mean:1.attn"},
                                                         {"pattern.attention_mean", ""}};
    for (const auto& [choice, changes] : steps) {
        ASSERT_TRUE(screen.click("tools.pattern"));
        ASSERT_TRUE(screen.click(choice));
        EXPECT_EQ(screen.app->settings().changes, changes) << choice;
    }
}

}  // namespace
}  // namespace headlight::ui
