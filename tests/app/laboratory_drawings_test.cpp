#include "app/laboratory_drawings.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "app/tiny_model.h"

namespace headlight::app {
namespace {

std::string name_of(std::int32_t id) {
    return "t" + std::to_string(id);
}

std::size_t labels_like(const Drawing& drawing, std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count(drawing.labels, std::string(text), &Drawing::Label::text));
}

TEST(LaboratoryDrawings, PartsGrowToTheirSidesAndTheLargestComesFirst) {
    const Drawing drawing =
        parts_drawing({{"small", 0.5}, {"rival", -2}, {"large", 1}}, "title", make_app()->strings());
    std::vector<Drawing::Bar> bars;
    for (const Drawing::Bar& bar : drawing.bars) {
        if (bar.colour != kRule) bars.push_back(bar);
    }
    ASSERT_EQ(bars.size(), 3U);
    EXPECT_EQ(bars[0].colour, kBlue);
    EXPECT_EQ(bars[0].title, "rival: -2.00");
    EXPECT_EQ(bars[1].title, "large: +1.00");
    EXPECT_NEAR(bars[0].width, 2 * bars[1].width, 1e-9);
    EXPECT_NEAR(bars[0].x + bars[0].width, bars[1].x, 1e-9) << "both begin at the line";
    EXPECT_EQ(labels_like(drawing, "title"), 1U);
}

TEST(LaboratoryDrawings, ASweepIsBlueBelowZeroAndGreyWhereNothingIsKnown) {
    interpret::Sweep sweep;
    sweep.rows = 1, sweep.columns = 3;
    sweep.restored = {-1, std::numeric_limits<float>::quiet_NaN(), 1};
    const Drawing drawing = sweep_drawing(sweep, std::vector<std::string>{"a", "b", "c"});
    ASSERT_EQ(drawing.bars.size(), 3U);
    EXPECT_EQ(drawing.bars[0].colour, kBlue);
    EXPECT_EQ(drawing.bars[1].colour, kRule);
    EXPECT_EQ(drawing.bars[2].colour, kAmber);
}

TEST(LaboratoryDrawings, ThePlaneKeepsItsUnitsAndLabelsDoNotOverlap) {
    Space space;
    space.of_text = 3;
    for (int i = 0; i < 40; ++i) {
        space.ids.push_back(i);
        const double reach = i < 20 ? 1 : 0.1;  // the others in a crowd
        space.plane.points.push_back({std::cos(i) * 2 * reach, std::sin(i) * reach});
        space.cosines.push_back(0.5F);
    }
    space.selected = 2;
    space.neighbours = {{7, 0.9F}, {8, -0.1F}};
    const Drawing drawing = space_drawing(space, name_of, "near", make_app()->strings());
    ASSERT_EQ(drawing.dots.size(), 40U);
    EXPECT_EQ(drawing.dots[0].colour, kAmber) << "the selected one";
    const auto at = [&](int id) {
        return *std::ranges::find_if(drawing.dots,
                                     [&](const Drawing::Dot& dot) { return dot.title.starts_with(name_of(id) + ":"); });
    };
    EXPECT_TRUE(at(1).filled);
    EXPECT_FALSE(at(3).filled);
    const double across = (at(5).x - at(9).x) / (2 * (std::cos(5) - std::cos(9)));
    EXPECT_NEAR(across, -(at(5).y - at(9).y) / (std::sin(5) - std::sin(9)), 1e-6);
    for (std::size_t i = 0; i < drawing.labels.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const Drawing::Label &a = drawing.labels[i], &b = drawing.labels[j];
            if (std::abs(a.y - b.y) >= 12 || a.anchor != b.anchor) continue;
            EXPECT_TRUE(a.x + text_width(a.text) < b.x || b.x + text_width(b.text) < a.x) << a.text << " " << b.text;
        }
    }
}

// Through the command, as a person asks for them.
TEST(LaboratoryDrawings, EveryViewIsExportedAsAPictureOfItself) {
    const auto app = make_loaded_app("v=1&prompt=the+cat+sat&other=the+cab+sat");
    run(*app, RunSweep{});
    run(*app, Release{});
    for (const Bottom bottom : {Bottom::lens, Bottom::parts, Bottom::patch, Bottom::space}) {
        run(*app, set<&Settings::bottom>(bottom));
        if (bottom == Bottom::lens) (void)app->lens();
        run(*app, Export{ExportWhat::matrix_svg});
        const auto files = effects_of(*app, Effect::Kind::save_file);
        ASSERT_EQ(files.size(), 1U) << to_text(bottom);
        EXPECT_EQ(files[0].name, "headlight-" + to_text(bottom) + ".svg");
        const std::string& svg = files[0].bytes;
        for (const std::string_view part : {"<svg", "</svg>", "Headlight · story", "#v=1", "prompt="})
            EXPECT_NE(svg.find(part), std::string::npos) << to_text(bottom) << " " << part;
        const std::string_view own = bottom == Bottom::lens    ? app->strings()("lens.output")
                                     : bottom == Bottom::parts ? app->strings()("parts.lead")
                                     : bottom == Bottom::patch ? app->strings()("patch.scale")
                                                               : std::string_view("<circle");
        EXPECT_NE(svg.find(own), std::string::npos) << to_text(bottom);
        run(*app, Export{ExportWhat::matrix_png});
        const auto pictures = effects_of(*app, Effect::Kind::save_file);
        ASSERT_EQ(pictures.size(), 1U);
        EXPECT_TRUE(pictures[0].bytes.starts_with("\x89PNG"));
        EXPECT_NE(pictures[0].bytes.find("Headlight · story"), std::string::npos);
        run(*app, Export{ExportWhat::matrix_csv});
        EXPECT_EQ(effects_of(*app, Effect::Kind::save_file).size(), 1U) << to_text(bottom);
    }
}

}  // namespace
}  // namespace headlight::app
