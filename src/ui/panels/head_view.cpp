// One head, large: its name, the matrix or the lines, and how it is looked at.
#include "ui/panels/head_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "ui/panels/head_pictures.h"
#include "ui/panels/head_tools.h"
#include "ui/panels/laboratory.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kOptions = 24, kPhoneOptions = 64, kScaleStrip = 150, kToolsGap = 8;
constexpr float kRunTitle = 22, kHeadBesideGap = 20;  // of two pictures

// Two boxes beside each other, or one below the other where that leaves more room.
std::array<Box, 2> halves(const Box& box) {
    if (box.height > box.width) {
        const float height = (box.height - kToolsGap) / 2;
        return {Box{box.x, box.y, box.width, height}, Box{box.x, box.bottom() - height, box.width, height}};
    }
    const float width = (box.width - kHeadBesideGap) / 2;
    return {Box{box.x, box.y, width, box.height}, Box{box.right() - width, box.y, width, box.height}};
}

class HeadView final : public Panel {
  public:
    // On a phone the matrix takes the width; beside the grid it takes what there is.
    float wanted_height(const Context& context, float width) override {
        if (context.app.tokens().empty()) return 120;
        const bool two = context.phone && context.app.settings().side_by_side && can_stand_beside(context) &&
                         context.app.laboratory().pair != app::Pair::none;
        const float pictures = two ? 2 * (width + kRunTitle) + kToolsGap : width;
        return kPanelTitle + 12 + tools_height(context, width) + pictures + 8 + options_height(context);
    }

    void draw(const Context& context, const Box& box) override {
        const app::App& app = context.app;
        if (app.model() == nullptr || app.tokens().empty() || app.selection().layer < 0) {
            draw_waiting(context, box);
            return;
        }
        pictures_.update(context);
        const HeadPicture& shown = pictures_.shown();
        Flow flow{box};
        draw_title(context, flow.take(kPanelTitle));
        const float tools = tools_height(context, box.width);
        if (tools <= 0 || shown.summary) brush_.set_on(false);
        if (tools > 0) {
            flow.skip(4);
            const Box row = flow.take(tools - kToolsGap);
            if (shown.summary) {  // nothing that it shows can be changed
                put_paragraph(context.fonts.small, {row.x, row.y + 3, row.width, row.height}, context.theme.muted,
                              context.t("set.summary.help"), 18);
            } else {
                draw_head_tools(context, row, shown.layer, shown.head, brush_);
            }
            flow.skip(kToolsGap - 4);
        }
        flow.skip(8);
        const float options = options_height(context);
        const Box picture{flow.rest.x, flow.rest.y, flow.rest.width, flow.rest.height - options - 4};
        if (pictures_.two()) {
            draw_two(context, picture);
        } else if (app.settings().view == app::View::lines) {
            lines_.draw(context, picture, shown);
        } else {
            matrix_.draw(context, picture, shown, MatrixView::cell_side(context, picture, shown), &brush_);
        }
        draw_options(context, {picture.x, picture.bottom() + 4, picture.width, options});
    }

  private:
    static float tools_height(const Context& context, float width) {
        return can_change(context) && !context.hidden("lab") ? head_tools_height(context, width) + kToolsGap : 0;
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

    // Two runs, each under its name, their cells of one size.
    void draw_two(const Context& context, const Box& box) {
        std::array<Box, 2> places = halves(box);
        if (pictures_.second_stands_first()) std::swap(places[0], places[1]);
        const std::array<const HeadPicture*, 2> both{&pictures_.shown(), &pictures_.second()};
        float cell = std::numeric_limits<float>::max();
        for (std::size_t i = 0; i < both.size(); ++i) {
            const Box name{places[i].x, places[i].y, places[i].width, kRunTitle};
            const std::string_view title = pictures_.title(context, *both[i]);
            put_text(context.fonts.small_bold, {name.x, name.y, name.width, kPanelTitle}, context.theme.attends, title);
            context.widgets.add({both[i]->widget("run"), std::string(title), Role::text, name, {}, {}});
            places[i] = {name.x, name.bottom(), name.width, places[i].height - kRunTitle};
            cell = std::min(cell, MatrixView::cell_side(context, places[i], *both[i]));
        }
        if (context.app.settings().view == app::View::lines) {
            lines_.draw(context, places[0], *both[0]);
            second_lines_.draw(context, places[1], *both[1]);
        } else {
            matrix_.draw(context, places[0], *both[0], cell, &brush_);
            second_matrix_.draw(context, places[1], *both[1], cell, nullptr);
        }
    }

    // What of the settings matters for what is shown, after the name.
    [[nodiscard]] std::string title_rest(const Context& context) const {
        const app::App& app = context.app;
        const app::Settings& settings = app.settings();
        std::string rest;
        const auto add = [&](std::string_view part) { rest += " · " + std::string(part); };
        const bool changed = app.laboratory().changed;
        const HeadPicture& shown = pictures_.shown();
        if (shown.summary) {
            const app::ModelInfo& model = *app.model();
            const bool layer = settings.summary == app::Summary::layer;
            if (layer) add(context.t("head.summary.layer", {{"layer", std::to_string(shown.layer)}}));
            add(context.t("head.summary", {{"count", std::to_string((layer ? 1 : model.layers) * model.heads)}}));
            // There is no difference of summaries: then it is of the changed run.
            if (changed && settings.compare == app::Compare::baseline && !pictures_.two())
                add(context.t("set.compare.baseline"));
        } else {
            if (const std::string kind = app.head_title(shown.layer, shown.head); !kind.empty()) add(kind);
            if (const std::string_view compared = compared_title(context); !compared.empty()) add(compared);
            if (app.model()->encoder_decoder) {
                constexpr std::string_view kParts[] = {"part.encoder", "part.decoder", "part.cross"};
                std::string part(kParts[static_cast<std::size_t>(settings.part)]);
                if (context.phone) part += ".short";
                add(context.t(part));
            }
            add(context.t(settings.values == app::Values::scores ? "head.scores" : "head.pattern"));
            add(context.t(shown.causal ? "head.masked" : "head.unmasked"));
        }
        add(context.t(settings.scale == app::ColourScale::log ? "head.log" : "head.linear"));
        if (settings.hide_sink) add(context.t("head.sink_hidden"));
        return rest.substr(1);
    }

    // Which run, or which difference of two, one picture shows.
    [[nodiscard]] std::string_view compared_title(const Context& context) const {
        const app::Compare compare = context.app.settings().compare;
        if (pictures_.two()) return {};
        if (compare == app::Compare::other) return pictures_.shown().difference ? context.t("ab.difference") : "";
        if (!context.app.laboratory().changed || compare == app::Compare::changed) return {};
        return context.t("set.compare." + app::to_text(compare));
    }

    void draw_title(const Context& context, const Box& row) const {
        const HeadPicture& shown = pictures_.shown();
        const Box line{row.x, row.y, row.width - 60, row.height};
        std::string name =
            context.t("head.title", {{"layer", std::to_string(shown.layer)}, {"head", std::to_string(shown.head)}});
        if (shown.summary) name = context.t("set.summary." + app::to_text(context.app.settings().summary));
        if (has_laboratory(context)) {
            const float end = draw_chooser(context, line, name);
            put_text(context.fonts.small, {end, line.y, line.right() - end, line.height}, context.theme.muted,
                     title_rest(context));
        } else {
            heading(context, line, name, title_rest(context));
        }
        if (shown.summary) return;
        const Box next{row.right() - 24, row.y - 2, 24, 24}, previous{row.right() - 52, row.y - 2, 24, 24};
        if (icon_button(context, "head.previous", context.t("head.previous"), Icon::previous, previous))
            go(context, -1);
        if (icon_button(context, "head.next", context.t("head.next"), Icon::next, next)) go(context, 1);
    }

    // The name opens the choice of this head or a summary over many. Returns where it ends.
    float draw_chooser(const Context& context, const Box& line, const std::string& name) const {
        constexpr std::array kAll{app::Summary::none, app::Summary::layer, app::Summary::all, app::Summary::rollout};
        const float width = std::min(std::ceil(text_width(context.fonts.small_bold, name)) + 28, line.width);
        const Box box{line.x - 8, line.y - (context.phone ? 10.0f : 2.0f), width + 8,
                      line.height + (context.phone ? 14.0f : 4.0f)};
        const Hit hit = hit_area(context, "summary", name, Role::button, box);
        if (hit.hovered) {
            fill(box, context.theme.raised, kSmallRadius);
            if (!context.platform.touch() && !pictures_.shown().summary)
                tooltip(context, context.t("set.summary.help"));
        }
        const float end =
            put_text(context.fonts.small_bold, {line.x, line.y, width - 24, line.height}, context.theme.text, name);
        icon(Icon::down, ImVec2(end + 10, line.centre().y), 12, context.theme.muted);
        if (hit.clicked) ImGui::OpenPopup("summary-menu");
        const app::Summary now = context.app.settings().summary;
        std::array<std::string, kAll.size()> keys;
        std::array<Choice, kAll.size()> choices;
        for (std::size_t i = 0; i < kAll.size(); ++i) {
            keys[i] = "summary." + app::to_text(kAll[i]);
            choices[i] = {keys[i], context.t("set." + keys[i]), now == kAll[i]};
        }
        if (const auto chosen = popup_menu(context, "summary-menu", choices, box))
            context.push(app::set<&app::Settings::summary>(kAll[static_cast<std::size_t>(*chosen)]));
        return line.x + width;
    }

    // Runs through all heads of all layers, round and round.
    void go(const Context& context, int by) const {
        const app::ModelInfo& model = *context.app.model();  // layers: of the part that is shown
        const int count = model.layers * model.heads;
        const int next = (pictures_.shown().layer * model.heads + pictures_.shown().head + by + count) % count;
        context.push(app::SelectHead{next / model.heads, next % model.heads});
    }

    static float options_height(const Context& context) { return context.phone ? kPhoneOptions : kOptions; }

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
        if (!pictures_.shown().summary &&
            text_option(context, "values.scores", context.t("head.show_scores"), x, y, scores, Role::checkbox)) {
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
            put_scale(context, {box.x, y + 40, kScaleStrip, 24}, pictures_.shown().range);
        } else if (const float strip = pictures_.shown().range.diverging ? kScaleStrip + 50 : kScaleStrip;
                   box.right() - x > strip + 12) {
            put_scale(context, {box.right() - strip, y, strip, 24}, pictures_.shown().range);
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

    HeadPictures pictures_;
    PaintBrush brush_;
    MatrixView matrix_, second_matrix_;
    LinesView lines_, second_lines_;
};

}  // namespace

std::unique_ptr<Panel> make_head_view() {
    return std::make_unique<HeadView>();
}

}  // namespace headlight::ui
