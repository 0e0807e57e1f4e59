// Pictures over many heads, and the plane of embeddings.
#include <gtest/gtest.h>

#include <algorithm>

#include "screen.h"

namespace headlight::ui {
namespace {

class SummaryPanelsTest : public ScreenTest {
  protected:
    static std::unique_ptr<app::App> laboratory(const std::string& link = "") {
        return app::make_loaded_app("v=1&prompt=the+cat+the+cat&layer=1&head=1" + link);
    }
};

TEST_F(SummaryPanelsTest, ThePlaneHasAPointForEachTokenAndTheNearestBesideIt) {
    Screen screen(1440, 900, laboratory());
    screen.settle(200);
    ASSERT_TRUE(screen.click("bottom.space"));
    screen.settle(200);
    const app::Space& space = screen.app->space();
    ASSERT_GT(space.ids.size(), space.of_text);
    for (std::size_t i = 0; i < space.ids.size(); ++i) {
        const Widget* point = screen.widget("space.point." + std::to_string(i));
        ASSERT_NE(point, nullptr) << i;
        EXPECT_FLOAT_EQ(static_cast<float>(*point->value), space.cosines[i]);
        EXPECT_EQ(*point->on, space.ids[i] == space.selected);
    }
    // What lies to the right in the plane stands to the right, and what lies above, above.
    const Widget* first = screen.widget("space.point.0");
    const Widget* second = screen.widget("space.point.1");
    EXPECT_EQ(space.plane.points[0][0] < space.plane.points[1][0], first->box.x < second->box.x);
    EXPECT_EQ(space.plane.points[0][1]<space.plane.points[1][1], first->box.y> second->box.y);
    for (std::size_t i = 0; i < 3; ++i) {
        const Widget* near = screen.widget("space.near." + std::to_string(i));
        ASSERT_NE(near, nullptr) << i;
        EXPECT_FLOAT_EQ(static_cast<float>(*near->value), space.neighbours[i].cosine);
        EXPECT_GE(near->box.x, first->box.x) << "beside the plane";
    }
    ASSERT_NE(screen.widget("space.explained"), nullptr);
}

TEST_F(SummaryPanelsTest, APointOfTheTextIsSelectedAndOneNearByIsNot) {
    Screen screen(1440, 900, laboratory("&bottom=space"));
    screen.settle(200);
    const std::int32_t first = screen.app->tokens()[0].id;
    const auto& ids = screen.app->space().ids;
    const auto at = std::find(ids.begin(), ids.end(), first) - ids.begin();
    ASSERT_LT(static_cast<std::size_t>(at), screen.app->space().of_text);
    ASSERT_TRUE(screen.click("space.point." + std::to_string(at)));
    screen.settle(200);
    const int query = screen.app->settings().query;
    ASSERT_GE(query, 0);
    EXPECT_EQ(screen.app->tokens()[static_cast<std::size_t>(query)].id, first);
    EXPECT_EQ(screen.app->space().selected, first);
    EXPECT_EQ(screen.app->settings().bottom, app::Bottom::space) << "and the plane stays";
    const std::size_t other = screen.app->space().of_text;
    ASSERT_TRUE(screen.click("space.point." + std::to_string(other)));
    EXPECT_EQ(screen.app->settings().query, query);
}

TEST_F(SummaryPanelsTest, ThePlaneIsDrawnAtEverySize) {
    struct Size {
        float width, height, ratio;
    };
    for (const Size& size : {Size{1440, 900, 1}, Size{1000, 700, 2}, Size{900, 600, 1}, Size{390, 844, 3}}) {
        for (const char* look : {"&bottom=space&tab=more", "&bottom=space&tab=more&lang=tr&text=1.5",
                                 "&summary=rollout&tab=heads", "&summary=all&view=lines&tab=heads&lang=tr"}) {
            Screen screen(size.width, size.height, laboratory(look), size.ratio);
            screen.settle(200);
            EXPECT_TRUE(Screen::drawn().finite) << look << size.width;
            for (const Widget& widget : screen.ui->widgets().widgets()) {
                EXPECT_GE(widget.box.x, -0.5f) << widget.key << look << " at " << size.width;
                EXPECT_LE(widget.box.right(), size.width + 0.5f) << widget.key << look << " at " << size.width;
            }
        }
    }
}

TEST_F(SummaryPanelsTest, ASummaryIsChosenFromTheNameAndSaysSo) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    ASSERT_NE(screen.widget("summary"), nullptr);
    EXPECT_EQ(screen.widget("summary")->label, "Head 1.1");
    ASSERT_TRUE(screen.click("tools.paint"));
    for (const auto& [kind, name] : {std::pair{"layer", "Mean of the layer"}, std::pair{"all", "Mean of all heads"},
                                     std::pair{"rollout", "Attention rollout"}}) {
        ASSERT_TRUE(screen.click("summary"));
        ASSERT_TRUE(screen.click("summary." + std::string(kind)));
        EXPECT_EQ(app::to_text(screen.app->settings().summary), kind);
        EXPECT_EQ(screen.widget("summary")->label, name);
        for (const char* key : {"tools.off", "tools.paint", "paint.half", "values.scores", "head.next"})
            EXPECT_EQ(screen.widget(key), nullptr) << key;
    }
    // Its cells are no weights of the head: they are neither painted nor explained, only their row is looked at.
    ASSERT_TRUE(screen.click("cell.3.1"));
    EXPECT_EQ(screen.app->settings().changes, "");
    EXPECT_EQ(screen.app->settings().query, 3);
    EXPECT_EQ(screen.app->settings().key, -1);
    ASSERT_TRUE(screen.click("view.lines"));
    ASSERT_NE(screen.widget("lines"), nullptr);
    EXPECT_EQ(screen.widget("cell.title"), nullptr);
    ASSERT_TRUE(screen.click("summary"));
    ASSERT_TRUE(screen.click("summary.none"));
    EXPECT_EQ(screen.widget("summary")->label, "Head 1.1");
    EXPECT_NE(screen.widget("tools.off"), nullptr);
    EXPECT_EQ(screen.widget("paint.half"), nullptr) << "the brush is put down";
}

TEST_F(SummaryPanelsTest, TheMatrixAndTheLinesAreThoseOfTheSummary) {
    Screen screen(1440, 900, laboratory());
    screen.settle();
    for (const app::Summary kind : {app::Summary::layer, app::Summary::all, app::Summary::rollout}) {
        screen.run(app::set<&app::Settings::summary>(kind));
        screen.run(app::set<&app::Settings::view>(app::View::matrix));
        const interpret::Matrix summary = screen.app->summary();
        for (int q = 0; q < summary.rows; ++q) {
            for (int k = 0; k <= q; ++k) {
                const Widget* cell = screen.widget("cell." + std::to_string(q) + "." + std::to_string(k));
                ASSERT_NE(cell, nullptr);
                EXPECT_FLOAT_EQ(static_cast<float>(*cell->value), summary.at(q, k));
            }
        }
        screen.run(app::set<&app::Settings::view>(app::View::lines));
        for (int q = 0; q < summary.rows; ++q) {
            for (int k = 0; k <= q; ++k) {
                const Widget* line = screen.widget("line." + std::to_string(q) + "." + std::to_string(k));
                ASSERT_EQ(line != nullptr, summary.at(q, k) >= 0.02f) << q << " " << k;
                if (line == nullptr) continue;
                EXPECT_FLOAT_EQ(static_cast<float>(*line->value), summary.at(q, k));
            }
        }
    }
}

TEST_F(SummaryPanelsTest, ATranslatorHasNeither) {
    Screen screen(1440, 900,
                  app::make_translating_app("v=1&rung=translate&source=the+cat&bottom=space&summary=rollout"));
    screen.settle();
    for (const char* key : {"summary", "bottom.space", "space.explained"})
        EXPECT_EQ(screen.widget(key), nullptr) << key;
    EXPECT_NE(screen.widget("head.next"), nullptr) << "a head as ever";
}

}  // namespace
}  // namespace headlight::ui
