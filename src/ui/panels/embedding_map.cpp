// The embeddings of all words in the plane where they spread most; they wander as the model learns.
#include <algorithm>
#include <cmath>
#include <set>

#include "app/learning.h"
#include "ui/panels/panels.h"
#include "ui/plots.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kMapNote = 18, kMapPlot = 220;

class EmbeddingMap final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        if (context.app.learning() == nullptr || context.hidden("learning")) return 0;
        return kPanelTitle + 8 + std::min(kMapPlot, width) + kMapNote + 24;
    }

    void draw(const Context& context, const Box& box) override {
        const app::Learning* learning = context.app.learning();
        if (learning == nullptr || context.hidden("learning")) return;
        const interpret::Plane& plane = learning->embedding_plane();
        const std::vector<std::string>& words = learning->corpus().words();
        Flow flow{box};
        heading(context, flow.take(kPanelTitle), context.t("learn.map"));
        flow.skip(8);
        // The words of the first pair are bright: those that the tutorial follows.
        const std::vector<app::LearningPair>& pairs = learning->corpus().pairs();
        std::set<std::int32_t> bright;
        for (const app::LearningPair& pair : pairs) {
            if (&pair != &pairs[std::min<std::size_t>(1, pairs.size() - 1)]) continue;
            bright.insert(pair.prompt.begin(), pair.prompt.end());
            bright.insert(pair.continuation.begin(), pair.continuation.end());
        }
        std::vector<PlotPoint> points;
        double reach = 0;
        for (std::size_t i = 1; i < plane.points.size() && i < words.size(); ++i) {  // 0 is padding
            const auto& at = plane.points[i];
            points.push_back({at, words[i], bright.contains(static_cast<std::int32_t>(i))});
            reach = std::max({reach, std::abs(at[0]), std::abs(at[1])});
        }
        const int under = put_points(context, flow.take(std::min(kMapPlot, box.width)), points, reach, "learn.points",
                                     context.t("learn.map"));
        const app::Strings& strings = context.app.strings();
        const Box note = flow.take(kMapNote + 4);
        const std::string text =
            context.t("learn.map.note", {{"first", app::percent_text(plane.explained[0], strings)},
                                         {"second", app::percent_text(plane.explained[1], strings)}});
        put_text(context.fonts.small, {note.x, note.y + 4, note.width, kMapNote}, context.theme.muted, text);
        if (under >= 0) {
            const PlotPoint& point = points[static_cast<std::size_t>(under)];
            tooltip(context, std::string(point.label) + "  (" + app::fixed_text(point.at[0], 2, strings) + "; " +
                                 app::fixed_text(point.at[1], 2, strings) + ")");
        }
    }
};

}  // namespace

std::unique_ptr<Panel> make_embedding_map() {
    return std::make_unique<EmbeddingMap>();
}

}  // namespace headlight::ui
