// Play, step, back, the seed, and what shapes the choice.
#include <cmath>

#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

class Sampling final : public Panel {
  public:
    float wanted_height(const Context& context, float) override {
        if (!translates(context)) return button_height(context) + 12 + slider_height(context) * 4 + 16;
        return button_height(context) + 12 + slider_height(context) * (samples(context) ? 5.0f : 2.0f) + 16;
    }

    void draw(const Context& context, const Box& box) override {
        context.shared.places["sampling"] = box;
        Flow flow{box};
        draw_buttons(context, flow.take(button_height(context)));
        flow.skip(8);
        draw_sliders(context, flow);
    }

  private:
    // A translation is greedy, which leaves nothing to set but the pace, or sampled like a story.
    static bool translates(const Context& context) {
        return context.app.model() != nullptr && context.app.model()->encoder_decoder;
    }
    static bool samples(const Context& context) {
        return !translates(context) || context.app.settings().decoding == app::Decoding::sample;
    }
    static void draw_decoding(const Context& context, const Box& row) {
        const bool greedy = context.app.settings().decoding == app::Decoding::greedy;
        float x = row.x;
        const float y = row.centre().y - (context.phone ? 20.0f : 12.0f);
        if (text_option(context, "decode.greedy", context.t("set.decode.greedy"), x, y, greedy))
            context.push(app::set<&app::Settings::decoding>(app::Decoding::greedy));
        if (text_option(context, "decode.sample", context.t("set.decode.sample"), x, y, !greedy))
            context.push(app::set<&app::Settings::decoding>(app::Decoding::sample));
    }

    static float button_height(const Context& context) { return context.phone ? 44 : kButtonHeight; }
    static float slider_height(const Context& context) { return context.phone ? 44 : 26; }

    static void draw_buttons(const Context& context, const Box& row) {
        const app::App& app = context.app;
        float x = row.x;
        const bool playing = app.playing();
        const std::string_view play = context.t(playing ? "out.pause" : "out.play");
        const float play_width = std::max(button_width(context.fonts.body_bold, context.t("out.play")),
                                          button_width(context.fonts.body_bold, context.t("out.pause"))) +
                                 20;
        if (play_button(context, play, {x, row.y, play_width, row.height}, playing)) {
            context.push(playing ? app::Command(app::Pause{}) : app::Command(app::Play{}));
        }
        x += play_width + 6;
        auto put = [&](std::string_view key, std::string_view label, bool enabled) {
            const Box box{x, row.y, button_width(context.fonts.body, label), row.height};
            x = box.right() + 6;
            return button(context, key, label, box, Look::plain, enabled);
        };
        if (put("step", context.t("out.step"), app.can_step())) context.push(app::Step{});
        if (put("back", context.t("out.back"), app.can_step_back())) context.push(app::StepBack{});
        if (!context.hidden("seed") && samples(context)) draw_seed(context, row, x);
    }

    static bool play_button(const Context& context, std::string_view label, const Box& box, bool playing) {
        const bool enabled = context.app.can_step() || playing;
        const Hit hit =
            hit_area(context, playing ? "pause" : "play", label, Role::button, box, usable(enabled), kRadius);
        const float glow = hit.held ? 0.16f : hit.hovered ? 0.08f : 0;
        fill(box, mixed(enabled ? context.theme.attends : context.theme.raised, context.theme.text, glow), kRadius);
        const Colour colour = enabled ? context.theme.on_attends : context.theme.faint;
        icon(playing ? Icon::pause : Icon::play, ImVec2(box.x + 17, box.centre().y), 12, colour);
        put_text(context.fonts.body_bold, {box.x + 30, box.y, box.width - 38, box.height}, colour, label);
        return hit.clicked;
    }

    // A click draws with the next seed, a right click or Shift with the one before; the wheel runs through them.
    static void draw_seed(const Context& context, const Box& row, float from) {
        const std::uint32_t seed = context.app.settings().seed;
        std::string label = std::string(context.t("out.seed")) + " " + std::to_string(seed);
        if (button_width(context.fonts.mono, label, 8) > row.right() - from) label = std::to_string(seed);
        const float width = std::min(button_width(context.fonts.mono, label, 8), row.right() - from);
        const Box box{row.right() - width, row.y, width, row.height};
        const Hit hit = hit_area(context, "seed", label, Role::button, box, valued(seed), kRadius);
        fill(box, mixed(context.theme.raised, context.theme.text, hit.hovered ? 0.08f : 0), kRadius);
        outline(box, context.theme.line, kRadius);
        put_text(context.fonts.mono, box.inset(4, 0), context.theme.text, label, Align::centre);
        if (hit.hovered) tooltip(context, context.t("set.seed.help"));
        const bool back = hit.hovered && ImGui::IsMouseClicked(ImGuiMouseButton_Right);
        if (hit.clicked || back) {
            const bool down = back || ImGui::GetIO().KeyShift;
            context.push(app::set<&app::Settings::seed>(down ? (seed == 0 ? 0 : seed - 1) : seed + 1));
        }
    }

    static void draw_sliders(const Context& context, Flow& flow) {
        const app::Settings& settings = context.app.settings();
        const app::Strings& strings = context.app.strings();
        if (translates(context)) draw_decoding(context, flow.take(slider_height(context)));
        if (samples(context)) draw_cuts(context, flow);
        float pace = settings.pace;
        if (slider(context, "slider.pace", context.t("set.pace"), context.t("set.pace.help"),
                   flow.take(slider_height(context)), pace, 0.5f, 120, 0.5f,
                   app::fixed_text(static_cast<double>(pace), 1, strings) + "/s", true)) {
            context.push(app::set<&app::Settings::pace>(pace));
        }
    }

    static void draw_cuts(const Context& context, Flow& flow) {
        const app::Settings& settings = context.app.settings();
        const app::Strings& strings = context.app.strings();
        float temperature = settings.temperature;
        if (slider(context, "slider.temperature", context.t("set.temperature"), context.t("set.temperature.help"),
                   flow.take(slider_height(context)), temperature, 0, 2, 0.05f,
                   app::fixed_text(static_cast<double>(temperature), 2, strings))) {
            context.push(app::set<&app::Settings::temperature>(temperature));
        }
        auto top_k = static_cast<float>(settings.top_k);
        if (slider(context, "slider.topk", context.t("set.topk"), context.t("set.topk.help"),
                   flow.take(slider_height(context)), top_k, 0, 1000, 1,
                   settings.top_k == 0 ? std::string(context.t("set.off")) : std::to_string(settings.top_k), true)) {
            context.push(app::set<&app::Settings::top_k>(static_cast<int>(std::lround(top_k))));
        }
        float top_p = settings.top_p;
        if (slider(context, "slider.topp", context.t("set.topp"), context.t("set.topp.help"),
                   flow.take(slider_height(context)), top_p, 0, 1, 0.01f,
                   settings.top_p >= 1 ? std::string(context.t("set.off"))
                                       : app::fixed_text(static_cast<double>(top_p), 2, strings))) {
            context.push(app::set<&app::Settings::top_p>(top_p));
        }
    }
};

}  // namespace

std::unique_ptr<Panel> make_sampling() {
    return std::make_unique<Sampling>();
}

}  // namespace headlight::ui
