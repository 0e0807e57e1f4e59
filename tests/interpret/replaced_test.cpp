#include "interpret/replaced.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <set>

#include "interpret/explain.h"
#include "interpret/reading_fixture.h"

namespace headlight::interpret {
namespace {

using nn::Site;

// A pass with changes, and what they read.
struct ChangedReading {
    explicit ChangedReading(std::string_view text) : before(random_reading({"f32"})), other(random_reading({"f32"})) {
        for (nn::TokenId& id : other.ids) id = (id + 7) % 331;
        model::Forward(*other.compute, other.gpt, other.trace, other.ids, 0).run();
        changes = parse_interventions(text).good;
        EXPECT_FALSE(changes.empty()) << text;
        trace = std::make_unique<model::Activations>(before.gpt.config(), 1, before.positions(), model::Keep::trace);
        InterventionObserver observer(changes, {.gpt = &before.gpt,
                                                .baseline = &before.trace,
                                                .positions = before.positions(),
                                                .other = &other.trace,
                                                .other_positions = other.positions(),
                                                .own = trace.get()});
        model::Forward(*before.compute, before.gpt, *trace, before.ids, 0, {.observer = &observer}).run();
    }

    [[nodiscard]] bool told(nn::SiteAt at, std::array<int, 3> cell) const {
        return std::ranges::any_of(changes, [&](const Intervention& i) { return replaces(i, at, cell); });
    }

    Reading before, other;
    std::vector<Intervention> changes;
    std::unique_ptr<model::Activations> trace;
};

class ReplacedTest : public testing::TestWithParam<const char*> {};

// Every cell whose value is not what its formula gives says so, and there are some; a site of which nothing is told has
// none.
TEST_P(ReplacedTest, ACellThatItsFormulaDoesNotGiveIsOneThatIsReplaced) {
    const ChangedReading r(GetParam());
    const Pass pass{r.before.gpt, *r.trace, r.before.ids};
    int told = 0, differ = 0;
    std::set<std::string> places;
    for (const nn::SiteInfo& info : nn::kSites) {
        if (info.site == Site::logits) continue;
        for (int layer = 0; layer < (info.per_layer() ? r.before.gpt.config().layers : 1); ++layer) {
            const nn::SiteView view = std::as_const(*r.trace).view(info.site, layer, r.before.positions());
            for (int i = 0; i < view.shape[0]; ++i) {
                for (int j = 0; j < view.shape[1]; ++j) {
                    for (int k = 0; k < (view.rank == 3 ? view.shape[2] : 1); ++k) {
                        const bool replaced = r.told({info.site, layer}, {i, j, k});
                        if (replaced) ++told, places.insert(nn::site_name(info.site, layer));
                        const Explanation e = explain(pass, info.site, layer, {i, j, k});
                        if (e.value == e.recomputed) continue;  // masked
                        const double off = std::abs(static_cast<double>(e.value) - static_cast<double>(e.recomputed));
                        if (off < 1e-4 * std::max(1.0, std::abs(static_cast<double>(e.value)))) continue;
                        ++differ;
                        EXPECT_TRUE(replaced) << nn::site_name(info.site, layer) << " " << i << " " << j << " " << k;
                    }
                }
            }
        }
    }
    EXPECT_GT(differ, 0);
    EXPECT_GE(told, differ);
    const bool drops = std::string_view(GetParam()).starts_with("drop");
    const bool stream = std::string_view(GetParam()).find("resid") != std::string_view::npos;
    EXPECT_EQ(places.size(), drops ? 3U : stream ? 2U : 1U) << "the pattern of every layer; one station, two names";
}

INSTANTIATE_TEST_SUITE_P(Changes, ReplacedTest,
                         testing::Values("off:1.2", "mean:2.1", "scale:0.0@-0.5", "off:1.attn", "mean:0.mlp",
                                         "off:2.n17", "paint:1.0@first", "paint:1.0@5-1-0.5_7-0-1", "raw:2.2@6-3-1",
                                         "freeze:0.1", "patch:1.resid@4", "patch:2.2@all", "swap:3@11", "drop:2"));

TEST(Replaced, AChangeOfOnePartIsNotOneOfAnother) {
    const auto change = [](std::string_view text) {
        return parse_interventions(text, ModelKind::encoder_decoder).good.at(0);
    };
    EXPECT_TRUE(replaces(change("off:cross0.1"), {Site::cross_z, 0, nn::Stack::decoder}, {3, 1, 0}));
    EXPECT_FALSE(replaces(change("off:cross0.1"), {Site::z, 0, nn::Stack::decoder}, {3, 1, 0}));
    EXPECT_FALSE(replaces(change("off:dec0.1"), {Site::z, 0, nn::Stack::encoder}, {3, 1, 0}));
    EXPECT_TRUE(replaces(change("paint:enc0.1@first"), {Site::pattern, 0, nn::Stack::encoder}, {1, 0, 3}));
    EXPECT_FALSE(replaces(change("paint:dec0.1@first"), {Site::pattern, 0, nn::Stack::decoder}, {1, 0, 3}));
}

}  // namespace
}  // namespace headlight::interpret
