// Learning: the little model is trained in front of the person; its loss, its predictions, and the way back.
#include <cmath>

#include "app/learning.h"
#include "ui/panels/panels.h"
#include "ui/plots.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kBadge = 20, kCurve = 120, kLearningSlider = 26, kLearningGap = 12, kLearningLeading = 18;
constexpr float kPromptLine = 18, kAnswerLine = 24, kPairGap = 10;
constexpr std::size_t kMostWords = 8;  // of a tooltip
constexpr float kMostSpeed = 300;      // steps per second on the slider; its right end means: as fast as it goes

class LearningPanel final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        const app::Learning* learning = context.app.learning();
        if (learning == nullptr || context.hidden("learning")) return 0;
        float height = kPanelTitle + 8 + kBadge + 8 + kCurve + kLearningGap + button_height(context) + 8 +
                       slider_height(context) + slider_height(context) + 8;
        height += state_height(context, *learning, width);
        for (const app::LearningPair& pair : learning->corpus().pairs())
            height += pair_height(context, *learning, pair, width);
        return height + 16;
    }

    void draw(const Context& context, const Box& box) override {
        const app::Learning* learning = context.app.learning();
        if (learning == nullptr || context.hidden("learning")) return;
        Flow flow{box};
        draw_title(context, flow.take(kPanelTitle), *learning);
        flow.skip(8);
        draw_badge(context, flow.take(kBadge), *learning);
        flow.skip(8);
        draw_curve(context, flow.take(kCurve), *learning);
        flow.skip(kLearningGap);
        draw_buttons(context, flow.take(button_height(context)), *learning);
        flow.skip(8);
        draw_speed(context, flow.take(slider_height(context)));
        draw_switches(context, flow.take(slider_height(context)), *learning);
        flow.skip(8);
        draw_state(context, flow, *learning);
        const auto& pairs = learning->corpus().pairs();
        for (std::size_t i = 0; i < pairs.size(); ++i)
            draw_pair(context, flow.take(pair_height(context, *learning, pairs[i], box.width)), *learning, i);
    }

  private:
    static float button_height(const Context& context) { return context.phone ? 40 : kButtonHeight; }
    static float slider_height(const Context& context) { return context.phone ? 40 : kLearningSlider; }

    static void draw_title(const Context& context, const Box& row, const app::Learning& learning) {
        const app::Strings& strings = context.app.strings();
        std::string rest;
        if (learning.steps() > 0 && std::isfinite(learning.loss()))
            rest = "\xC2\xB7 " + context.t("learn.at", {{"step", app::count_text(learning.steps(), strings)},
                                                        {"loss", app::fixed_text(learning.loss(), 2, strings)}});
        heading(context, row, context.t("learn.title"), rest);
        context.widgets.add(
            {"learn.steps", rest, Role::text, row, learning.playing(), static_cast<double>(learning.steps())});
    }

    // "random" or "trained 240 steps": whose weights these are.
    static void draw_badge(const Context& context, const Box& row, const app::Learning& learning) {
        const Theme& theme = context.theme;
        const app::Strings& strings = context.app.strings();
        const bool random = learning.state() == app::LearningState::random && learning.steps() == 0;
        const bool bad = learning.state() == app::LearningState::broken;
        const bool done = learning.state() == app::LearningState::converged;
        const std::string text =
            bad      ? std::string(context.t("learn.broken"))
            : random ? std::string(context.t("learn.random"))
                     : context.t("learn.trained", {{"steps", app::count_text(learning.steps(), strings)}});
        auto badge = [&](const Box& at, std::string_view label, Colour colour) {
            const float width = std::ceil(text_width(context.fonts.small, label)) + 20;
            const Box chip{at.x, at.y, width, at.height};
            outline(chip, colour, chip.height / 2);
            put_text(context.fonts.small, chip, colour, label, Align::centre);
            return chip.right() + 6;
        };
        const float x = badge(row, text, bad ? theme.bad : theme.muted);
        context.widgets.add({"learn.badge", text, Role::text, row, {}, {}});
        if (done) badge({x, row.y, row.right() - x, row.height}, context.t("learn.converged"), theme.good);
    }

    static void draw_curve(const Context& context, const Box& box, const app::Learning& learning) {
        std::vector<CurvePoint> points;
        for (const app::LossPoint& point : learning.curve())
            points.push_back({static_cast<double>(point.step), static_cast<double>(point.loss)});
        put_curve(context, box, points, "learn.curve", context.t("learn.curve"));
    }

    static void draw_buttons(const Context& context, const Box& row, const app::Learning& learning) {
        const bool playing = context.app.learning_plays(), broken = learning.state() == app::LearningState::broken;
        const Theme& theme = context.theme;
        const std::string_view label = context.t(playing ? "learn.pause" : "learn.play");
        const float width = std::max(button_width(context.fonts.body_bold, context.t("learn.play")),
                                     button_width(context.fonts.body_bold, context.t("learn.pause"))) +
                            18;
        const Box play{row.x, row.y, width, row.height};
        const Hit hit = hit_area(context, playing ? "learn.pause" : "learn.play", label, Role::button, play,
                                 usable(!broken), kRadius);
        const float glow = hit.held ? 0.16f : hit.hovered ? 0.08f : 0;
        fill(play, mixed(broken ? theme.raised : theme.attends, theme.text, glow), kRadius);
        const Colour colour = broken ? theme.faint : theme.on_attends;
        icon(playing ? Icon::pause : Icon::play, ImVec2(play.x + 17, play.centre().y), 12, colour);
        put_text(context.fonts.body_bold, {play.x + 30, play.y, play.width - 36, play.height}, colour, label);
        if (hit.clicked) context.push(playing ? app::Command(app::LearnPause{}) : app::Command(app::LearnPlay{}));
        float x = play.right() + 6;
        auto put = [&](std::string_view key, std::string_view text, bool enabled) {
            const Box box{x, row.y, button_width(context.fonts.body, text), row.height};
            x = box.right() + 6;
            return button(context, key, text, box, Look::plain, enabled);
        };
        if (put("learn.step", context.t("learn.step"), !broken && !playing)) context.push(app::LearnStep{});
        if (put("learn.rewind", context.t("learn.rewind"), learning.steps() > 0)) context.push(app::LearnRewind{});
    }

    static void draw_speed(const Context& context, const Box& row) {
        // The right end stands for "as fast as it goes", which the setting writes as 0.
        const float setting = context.app.settings().learn_speed;
        float speed = setting <= 0 ? kMostSpeed : std::min(setting, kMostSpeed);
        const std::string shown = setting <= 0
                                      ? std::string(context.t("learn.fastest"))
                                      : app::fixed_text(static_cast<double>(setting), 0, context.app.strings()) + "/s";
        if (slider(context, "slider.lspeed", context.t("set.lspeed"), context.t("set.lspeed.help"), row, speed, 1,
                   kMostSpeed, 1, shown, true)) {
            const float rounded = std::round(speed);
            context.push(app::set<&app::Settings::learn_speed>(rounded >= kMostSpeed - 0.5f ? 0.0f : rounded));
        }
    }

    static void draw_switches(const Context& context, const Box& row, const app::Learning& learning) {
        const app::Settings& settings = context.app.settings();
        float x = row.x;
        const float y = row.centre().y - (context.phone ? 20.0f : 12.0f);
        if (text_option(context, "learn.show", context.t("learn.show"), x, y, settings.show_learned, Role::checkbox))
            context.push(app::set<&app::Settings::show_learned>(!settings.show_learned));
        if (learning.steps() > 0 &&
            text_option(context, "learn.share", context.t("learn.share"), x, y, settings.share_weights, Role::checkbox))
            context.push(app::set<&app::Settings::share_weights>(!settings.share_weights));
        const std::string seed = context.t("learn.seed", {{"seed", std::to_string(settings.learn_seed)}});
        const float width = text_width(context.fonts.small, seed);
        float at = std::max(x, row.right() - width);
        if (at + width > row.right() + 1) return;
        if (text_option(context, "learn.seed", seed, at, y, false, Role::button))
            context.push(app::LearnSeed{settings.learn_seed + 1});
    }

    // A loss that is no number: what happened, and the way back.
    static float state_height(const Context& context, const app::Learning& learning, float width) {
        if (learning.state() != app::LearningState::broken) return 0;
        return paragraph_height(context.fonts.small, width, context.t("learn.broken.text"), kLearningLeading) + 8 +
               kButtonHeight + kLearningGap;
    }
    static void draw_state(const Context& context, Flow& flow, const app::Learning& learning) {
        if (learning.state() != app::LearningState::broken) return;
        flow.skip(put_paragraph(context.fonts.small, flow.rest, context.theme.bad, context.t("learn.broken.text"),
                                kLearningLeading) +
                  8);
        const std::string_view back = context.t("learn.back");
        const Box row = flow.take(kButtonHeight);
        const Box box{row.x, row.y, button_width(context.fonts.body, back), row.height};
        if (button(context, "learn.back", back, box)) context.push(app::LearnBack{});
        flow.skip(kLearningGap);
    }

    // ---- "when you play the game of thrones -> you win or you die, 99.2 %" ----------------------------------------
    static std::string prompt_text(const app::Learning& learning, const app::LearningPair& pair) {
        return learning.corpus().text(pair.prompt) + " \xE2\x86\x92";
    }
    static std::string answer_text(const app::Learning& learning, const app::Prediction& prediction) {
        std::vector<std::int32_t> ids;
        for (const app::PredictedWord& word : prediction.words) {
            if (word.word.id != learning.corpus().end()) ids.push_back(word.word.id);
        }
        return learning.corpus().text(ids);
    }
    static double chance(const app::Prediction& prediction) {
        double product = 1;
        for (const app::PredictedWord& word : prediction.words) product *= static_cast<double>(word.word.probability);
        return product;
    }
    static float pair_height(const Context& context, const app::Learning& learning, const app::LearningPair& pair,
                             float width) {
        return paragraph_height(context.fonts.small, width, prompt_text(learning, pair), kPromptLine) + kAnswerLine +
               kPairGap;
    }

    static void draw_pair(const Context& context, const Box& box, const app::Learning& learning, std::size_t i) {
        const Theme& theme = context.theme;
        const app::LearningPair& pair = learning.corpus().pairs()[i];
        const float used =
            put_paragraph(context.fonts.small, box, theme.muted, prompt_text(learning, pair), kPromptLine);
        if (i >= learning.predictions().size()) return;
        const app::Prediction& prediction = learning.predictions()[i];
        const std::string percent = app::percent_text(chance(prediction), context.app.strings());
        const float chip_width = std::ceil(text_width(context.fonts.small, percent)) + 20;
        const Box line{box.x, box.y + used, box.width, kAnswerLine};
        std::string answer = answer_text(learning, prediction);
        if (answer.empty()) answer = context.t("learn.silence");
        if (!prediction.ended) answer += " \xE2\x80\xA6";
        const float end = put_text(context.fonts.prompt, {line.x, line.y, line.width - chip_width - 22, line.height},
                                   prediction.right ? theme.text : theme.muted, answer);
        const Box chip{end + 8, line.y + 3, chip_width, line.height - 6};
        outline(chip, theme.line, chip.height / 2);
        put_text(context.fonts.small, chip, theme.muted, percent, Align::centre);
        // Right is told by a mark as well as by brightness.
        if (prediction.right) {
            const ImVec2 c(chip.right() + 12, chip.centre().y);
            const ImVec2 mark[] = {ImVec2(c.x - 4, c.y), ImVec2(c.x - 1, c.y + 3), ImVec2(c.x + 5, c.y - 4)};
            canvas().AddPolyline(mark, 3, theme.good, 0, 1.8f);
        }
        const Hit hit = hit_area(context, "answer." + std::to_string(i), answer, Role::text, line,
                                 switched(prediction.right, chance(prediction)));
        if (hit.hovered) tooltip(context, tip(context, learning, prediction));
    }
    // Every word with its own probability.
    static std::string tip(const Context& context, const app::Learning& learning, const app::Prediction& prediction) {
        std::string text;
        std::size_t lines = 0;
        for (const app::PredictedWord& word : prediction.words) {
            if (!text.empty()) text += '\n';
            if (++lines > kMostWords) return text + "\xE2\x80\xA6";
            text += learning.corpus().words()[static_cast<std::size_t>(word.word.id)] + "  " +
                    app::percent_text(static_cast<double>(word.word.probability), context.app.strings());
        }
        return text;
    }
};

}  // namespace

std::unique_ptr<Panel> make_learning() {
    return std::make_unique<LearningPanel>();
}

}  // namespace headlight::ui
