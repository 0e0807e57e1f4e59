// One head, large: its name, the matrix or the lines, and how it is looked at.
#include "ui/panels/head_view.h"

#include <algorithm>
#include <array>

#include "ui/axis_labels.h"
#include "ui/panels/head_tools.h"
#include "ui/panels/laboratory.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kTitle = 20, kOptions = 24, kPhoneOptions = 64, kScaleStrip = 150, kToolsGap = 8;

class HeadView final : public Panel {
  public:
    // On a phone the matrix takes the width; beside the grid it takes what there is.
    float wanted_height(const Context& context, float width) override {
        if (context.app.tokens().empty()) return 120;
        return kTitle + 12 + tools_height(context, width) + width + 8 + (context.phone ? kPhoneOptions : kOptions);
    }

    void draw(const Context& context, const Box& box) override {
        const app::App& app = context.app;
        if (app.model() == nullptr || app.tokens().empty() || app.selection().layer < 0) {
            draw_waiting(context, box);
            return;
        }
        prepare(context);
        Flow flow{box};
        draw_title(context, flow.take(kTitle));
        if (const float tools = tools_height(context, box.width); tools > 0) {
            flow.skip(4);
            draw_head_tools(context, flow.take(tools - kToolsGap), picture_.layer, picture_.head, brush_);
            flow.skip(kToolsGap - 4);
        } else {
            brush_.set_on(false);
        }
        flow.skip(8);
        const float options = context.phone ? kPhoneOptions : kOptions;
        const Box picture{flow.rest.x, flow.rest.y, flow.rest.width, flow.rest.height - options - 4};
        if (app.settings().view == app::View::lines) {
            lines_.draw(context, picture, picture_);
        } else {
            matrix_.draw(context, picture, picture_, brush_);
        }
        draw_options(context, {picture.x, picture.bottom() + 4, picture.width, options});
    }

  private:
    static float tools_height(const Context& context, float width) {
        return has_laboratory(context) && !context.hidden("lab") ? head_tools_height(context, width) + kToolsGap : 0;
    }

    // No model yet: what will stand here, and how far it has come.
    static void draw_waiting(const Context& context, const Box& box) {
        const float width = std::min(box.width, 420.0f);
        const float used = put_paragraph(context.fonts.body, {box.x, box.y + 8, width, 0}, context.theme.muted,
                                         context.t("model.empty"), 20);
        const app::Progress& progress = context.app.progress();
        if (progress.activity != app::Activity::downloading && progress.activity != app::Activity::loading) return;
        const Box bar{box.x, box.y + 24 + used, width, 4};
        fill(bar, context.theme.line, 2);
        fill({bar.x, bar.y, bar.width * std::clamp(static_cast<float>(progress.fraction), 0.0f, 1.0f), bar.height},
             context.theme.attends, 2);
    }

    void prepare(const Context& context) {
        const app::App& app = context.app;
        const app::Settings& settings = app.settings();
        const app::Selection now = app.selection();
        picture_.layer = now.layer;
        picture_.head = now.head;
        picture_.matrix = app.attention(now.layer, now.head, settings.values);
        picture_.pattern = app.attention(now.layer, now.head, app::Values::pattern);
        picture_.skip_first = settings.hide_sink;
        picture_.causal = app.causal();
        const std::uint64_t key =
            mixed_key({app.pass_revision(), static_cast<std::uint64_t>(now.layer), static_cast<std::uint64_t>(now.head),
                       static_cast<std::uint64_t>(settings.part), static_cast<std::uint64_t>(settings.rung),
                       static_cast<std::uint64_t>(settings.values), static_cast<std::uint64_t>(settings.scale),
                       static_cast<std::uint64_t>(settings.compare), app.shows_difference(), settings.hide_sink,
                       context.theme.dark});
        if (key == picture_.key) return;
        picture_.key = key;
        picture_.query_labels = query_labels(context);
        picture_.key_labels = key_labels(context);
        const int first = settings.hide_sink ? 1 : 0;
        picture_.range = app.shows_difference() ? difference_range(picture_.matrix, settings.scale, first)
                         : settings.values == app::Values::scores
                             ? app::matrix_range(picture_.matrix, settings.scale, first)
                             : app::pattern_range(picture_.matrix, settings.scale, first);
    }

    void draw_title(const Context& context, const Box& row) const {
        const app::App& app = context.app;
        const app::Settings& settings = app.settings();
        const bool scores = settings.values == app::Values::scores;
        std::string rest = " · " + std::string(context.t(scores ? "head.scores" : "head.pattern")) + " · " +
                           std::string(context.t(picture_.causal ? "head.masked" : "head.unmasked"));
        if (app.model()->encoder_decoder) {
            constexpr std::string_view kParts[] = {"part.encoder", "part.decoder", "part.cross"};
            std::string part(kParts[static_cast<std::size_t>(settings.part)]);
            if (context.phone) part += ".short";
            rest = " · " + std::string(context.t(part)) + rest;
        }
        rest += " · " + std::string(context.t(settings.scale == app::ColourScale::log ? "head.log" : "head.linear"));
        if (app.laboratory().changed && settings.compare != app::Compare::changed)
            rest = " · " + std::string(context.t("set.compare." + app::to_text(settings.compare))) + rest;
        if (settings.hide_sink) rest += " · " + std::string(context.t("head.sink_hidden"));
        if (const std::string kind = app.head_title(picture_.layer, picture_.head); !kind.empty())
            rest = " · " + kind + rest;
        const std::string name = context.t(
            "head.title", {{"layer", std::to_string(picture_.layer)}, {"head", std::to_string(picture_.head)}});
        heading(context, {row.x, row.y, row.width - 60, row.height}, name, rest.substr(1));
        const Box next{row.right() - 24, row.y - 2, 24, 24}, previous{row.right() - 52, row.y - 2, 24, 24};
        if (icon_button(context, "head.previous", context.t("head.previous"), Icon::previous, previous))
            go(context, -1);
        if (icon_button(context, "head.next", context.t("head.next"), Icon::next, next)) go(context, 1);
    }

    // Runs through all heads of all layers, round and round.
    void go(const Context& context, int by) const {
        const app::ModelInfo& model = *context.app.model();  // layers: of the part that is shown
        const int count = model.layers * model.heads;
        const int next = (picture_.layer * model.heads + picture_.head + by + count) % count;
        context.push(app::SelectHead{next / model.heads, next % model.heads});
    }

    void draw_options(const Context& context, const Box& box) {
        const app::Settings& settings = context.app.settings();
        using app::Settings;
        float x = box.x;
        const float y = box.y;
        const bool lines = settings.view == app::View::lines, scores = settings.values == app::Values::scores;
        if (text_option(context, "view.matrix", context.t("head.matrix"), x, y, !lines))
            context.push(app::set<&Settings::view>(app::View::matrix));
        if (text_option(context, "view.lines", context.t("head.lines"), x, y, lines))
            context.push(app::set<&Settings::view>(app::View::lines));
        x += 10;
        if (text_option(context, "values.scores", context.t("head.show_scores"), x, y, scores, Role::checkbox)) {
            context.push(app::set<&Settings::values>(scores ? app::Values::pattern : app::Values::scores));
        }
        const bool log = settings.scale == app::ColourScale::log;
        if (text_option(context, "scale.log", context.t("set.scale.log"), x, y, log, Role::checkbox)) {
            context.push(app::set<&Settings::scale>(log ? app::ColourScale::linear : app::ColourScale::log));
        }
        if (text_option(context, "hidesink", context.t("head.hide_sink"), x, y, settings.hide_sink, Role::checkbox)) {
            context.push(app::set<&Settings::hide_sink>(!settings.hide_sink));
        }
        const float export_x = x;
        if (text_option(context, "export", context.t("head.export"), x, y, false, Role::button))
            ImGui::OpenPopup("export-menu");
        draw_export_menu(context, {export_x, y, 96, 24});
        if (lines) return;
        if (context.phone) {
            put_scale(context, {box.x, y + 40, kScaleStrip, 24}, picture_.range);
        } else if (const float strip = picture_.range.diverging ? kScaleStrip + 50 : kScaleStrip;
                   box.right() - x > strip + 12) {
            put_scale(context, {box.right() - strip, y, strip, 24}, picture_.range);
        }
    }

    static void draw_export_menu(const Context& context, const Box& anchor) {
        using enum app::ExportWhat;
        const std::array choices{
            Choice{"export.png", context.t("inspect.png")},   Choice{"export.svg", context.t("inspect.svg")},
            Choice{"export.csv", context.t("inspect.csv")},   Choice{"export.json", context.t("inspect.json")},
            Choice{"export.copy", context.t("inspect.copy")}, Choice{"export.trace", context.t("inspect.trace")}};
        constexpr std::array kWhat{head_png, head_svg, head_csv, head_json, head_csv, trace};
        if (const auto chosen = popup_menu(context, "export-menu", choices, anchor)) {
            const auto i = static_cast<std::size_t>(*chosen);
            context.push(app::Export{kWhat[i],
                                     choices[i].key == "export.copy" ? app::ExportTo::clipboard : app::ExportTo::file});
        }
    }

    HeadPicture picture_;
    PaintBrush brush_;
    MatrixView matrix_;
    LinesView lines_;
};

}  // namespace

std::unique_ptr<Panel> make_head_view() {
    return std::make_unique<HeadView>();
}

}  // namespace headlight::ui
