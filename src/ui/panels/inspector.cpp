// The bottom panel: why a cell of the head is what it is, any traced matrix, or what the laboratory reads.
#include <algorithm>
#include <array>
#include <cmath>

#include "ui/axis_labels.h"
#include "ui/heat.h"
#include "ui/panels/bottom_export.h"
#include "ui/panels/bottom_views.h"
#include "ui/panels/formula.h"
#include "ui/panels/laboratory.h"
#include "ui/panels/panels.h"
#include "ui/token_text.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kInspectorText = 360, kTab = 28;
// Under a matrix the terms of its cell stand right of the scale; where that leaves them too little, below it. Their
// room is kept also without a cell: the matrix must not move under the pointer that chooses one.
constexpr float kMatrixTerms = 48, kScaleHeight = 24, kScaleWidth = 220, kInspectorRowLabel = 74, kLeastTerms = 320;
constexpr float kPhonePicture = 200, kPhoneTerms = 120;

class Inspector final : public Panel {
  public:
    float wanted_height(const Context& context, float) override {
        const app::Bottom bottom = shown(context);
        const float tabs = context.phone ? kTab + 12 : 0;
        switch (bottom) {
            case app::Bottom::lens:
                return tabs + LensView::wanted_height(context);
            case app::Bottom::parts:
                return tabs + PartsView::wanted_height(context);
            case app::Bottom::patch:
                return tabs + PatchView::wanted_height(context);
            case app::Bottom::space:
                return tabs + SpaceView::wanted_height(context);
            case app::Bottom::closed:
                return context.phone ? 360 : 36;
            case app::Bottom::cell:
                return context.phone ? 360 : kInspector;
            case app::Bottom::matrix:
                if (context.phone) return context.app.matrix_explanation().terms.empty() ? 520 : 520 + 16 + kPhoneTerms;
                return std::clamp(ImGui::GetIO().DisplaySize.y * 0.3f, kInspector + 48, 380.0f) + kMatrixTerms;
        }
        return kInspector;
    }

    void draw(const Context& context, const Box& box) override {
        const float padding = context.phone ? 0 : kPadding;
        if (!context.phone) {
            fill(box, context.theme.panel);
            horizontal_line(box.x, box.y, box.width, context.theme.line);
        }
        const app::Bottom bottom = shown(context);
        if (bottom == app::Bottom::closed && !context.phone) {
            draw_tabs(context, {box.x + padding, box.y + 4, box.width - 2 * padding, kTab});
            return;
        }
        const Box inside = box.inset(padding, context.phone ? 0.0f : 12.0f);
        const Box tabs{inside.x, inside.y - (context.phone ? 0.0f : 4.0f), inside.width, kTab};
        const float tabs_width = draw_tabs(context, tabs);
        const float top = context.phone ? kTab + 12 : 0;
        const Box rest{inside.x, inside.y + top, inside.width, inside.height - top};
        const float title_width = context.phone ? rest.width : rest.width - tabs_width - 16;
        if (bottom == app::Bottom::matrix) {
            draw_matrix(context, rest, title_width);
        } else if (bottom == app::Bottom::lens) {
            lens_.draw(context, rest, title_width);
        } else if (bottom == app::Bottom::parts) {
            parts_.draw(context, rest, title_width);
        } else if (bottom == app::Bottom::patch) {
            PatchView::draw(context, rest, title_width);
        } else if (bottom == app::Bottom::space) {
            SpaceView::draw(context, rest, title_width);
        } else {
            draw_cell(context, rest, title_width);
        }
    }

  private:
    // A translator has no laboratory.
    static app::Bottom shown(const Context& context) {
        using enum app::Bottom;
        const app::Bottom bottom = context.app.settings().bottom;
        const bool laboratory = bottom == lens || bottom == parts || bottom == patch || bottom == space;
        return laboratory && !has_laboratory(context) ? cell : bottom;
    }

    // At the right end: which of them, and close. Returns the width used.
    static float draw_tabs(const Context& context, const Box& row) {
        using enum app::Bottom;
        constexpr std::array kTabs{cell, matrix, lens, parts, patch, space};
        const app::Bottom bottom = shown(context);
        const std::size_t count = has_laboratory(context) ? kTabs.size() : 2;
        std::array<std::string, kTabs.size()> keys;
        std::array<Choice, kTabs.size()> all;
        for (std::size_t i = 0; i < count; ++i) {
            keys[i] = "bottom." + app::to_text(kTabs[i]);
            const std::string name =
                (context.phone && count > 2 ? "bottom.short." : "set.bottom.") + app::to_text(kTabs[i]);
            all[i] = {keys[i], context.t(name), bottom == kTabs[i]};
        }
        const std::span choices(all.data(), count);
        const float width = segmented_width(context.fonts.small, choices, 10);
        const float close = context.phone ? 0 : 32;
        const Box box{context.phone ? row.x : row.right() - width - close, row.y, width, row.height};
        if (const auto clicked = segmented(context, context.fonts.small, choices, box, 10)) {
            context.push(app::set<&app::Settings::bottom>(kTabs[static_cast<std::size_t>(*clicked)]));
        }
        if (!context.phone && bottom != app::Bottom::closed) {
            const Box at{row.right() - 24, row.y + 2, 24, 24};
            if (icon_button(context, "bottom.close", context.t("inspect.close"), Icon::close, at)) {
                context.push(app::set<&app::Settings::bottom>(app::Bottom::closed));
            }
        }
        const bool laboratory = bottom == lens || bottom == parts || bottom == patch || bottom == space;
        if (!laboratory) return width + close;
        const float leaves = bottom_export_width(context);
        const float left = context.phone ? row.right() - leaves : box.x - leaves;
        draw_bottom_export(context, {left, row.y, leaves, row.height});
        return width + close + leaves;
    }

    // ---- Why is this cell 0.71? ----------------------------------------------------------------------------------
    static void draw_cell(const Context& context, const Box& box, float title_width) {
        const interpret::Explanation& explanation = context.app.explanation();
        if (has_laboratory(context) && context.app.settings().summary != app::Summary::none) {
            const float width = std::min(title_width, 640.0f);
            put_paragraph(context.fonts.small, {box.x, box.y, width, kPanelTitle}, context.theme.muted,
                          context.t("cell.summary"), 18);
            return;
        }
        if (explanation.empty() || explanation.indices.size() < 3) {
            put_text(context.fonts.small, {box.x, box.y, title_width, kPanelTitle}, context.theme.muted,
                     context.t("cell.empty"));
            return;
        }
        auto token = [](std::span<const app::TokenInfo> tokens, int position) {
            const auto i = static_cast<std::size_t>(position);
            return i < tokens.size() ? token_label(tokens[i].display).joined() : std::string();
        };
        const bool scores = context.app.settings().values == app::Values::scores;
        const std::string value = app::fixed_text(static_cast<double>(explanation.value),
                                                  scores || explanation.value >= 0.1f ? 2 : 4, context.app.strings());
        const std::string question = context.t("cell.title", {{"value", value}});
        const Box title{box.x, box.y, title_width, kPanelTitle};
        const float end = put_text(context.fonts.small_bold, title, context.theme.attends, question);
        const std::string place =
            "· " + context.t("cell.where", {{"query", query_name(context, explanation.indices[1])},
                                            {"key", token(context.app.key_tokens(), explanation.indices[2])}});
        put_text(context.fonts.small, {end + 4, box.y, title.right() - end - 4, kPanelTitle}, context.theme.muted,
                 place);
        context.widgets.add(
            {"cell.title", question + " " + place, Role::text, title, {}, static_cast<double>(explanation.value)});
        draw_explanation(context, {box.x, box.y + kPanelTitle + 8, box.width, box.height - kPanelTitle - 8},
                         explanation);
    }

    static void draw_explanation(const Context& context, const Box& box, const interpret::Explanation& explanation) {
        if (context.phone) {
            const float used = put_formula(context, box, explanation);
            put_terms(context, {box.x, box.y + used + 16, box.width, kPhoneTerms}, explanation);
            return;
        }
        const float text = std::min(std::max(kInspectorText, box.width * 0.3f), box.width * 0.55f);
        put_formula(context, {box.x, box.y, text, box.height}, explanation);
        put_terms(context, {box.x + text + 24, box.y, box.width - text - 24, box.height}, explanation);
    }

    // ---- any matrix ----------------------------------------------------------------------------------------------
    void draw_matrix(const Context& context, const Box& box, float title_width) {
        const app::Settings& settings = context.app.settings();
        const app::SiteInfo* site = context.app.site(settings.site);
        const app::Selection now = context.app.selection();
        Flow left{{box.x, box.y, context.phone ? box.width : std::min(kInspectorText, box.width * 0.4f), box.height}};
        draw_chooser(context, left.take(24), std::min(title_width, left.rest.width));
        if (site == nullptr || context.app.tokens().empty()) return;
        const interpret::Matrix matrix =
            context.app.matrix(settings.site, std::max(now.layer, 0), std::max(now.head, 0));
        if (matrix.empty()) return;
        left.skip(8);
        draw_facts(context, left, *site, matrix, now);
        const float from = left.rest.right() + 24, width = box.right() - from;
        const bool beside = terms_beside_scale(width);
        const Box picture =
            context.phone ? Box{box.x, left.rest.y + 8, box.width, kPhonePicture}
                          : Box{from, box.y + 32, width, box.height - 32 - kMatrixTerms - (beside ? 0 : kScaleHeight)};
        draw_picture(context, picture, *site, matrix, now);
        const interpret::Explanation& explanation = context.app.matrix_explanation();
        if (explanation.empty()) return;
        if (context.phone) {
            draw_explanation(context, {box.x, picture.bottom() + 16, box.width, box.height}, explanation);
            return;
        }
        put_formula(context, {left.rest.x, left.rest.y + 4, left.rest.width, left.rest.height}, explanation);
        put_terms(context, terms_room(picture, box.bottom()), explanation);
    }

    // What the labels of the rows, the scale and a gap leave in a line of this width.
    static float beside_scale(float width) { return width - kInspectorRowLabel - 8 - kScaleWidth - 24; }
    static bool terms_beside_scale(float width) { return beside_scale(width) >= kLeastTerms; }
    static Box terms_room(const Box& picture, float bottom) {
        const float width = beside_scale(picture.width);
        const bool beside = terms_beside_scale(picture.width);
        const float top = beside ? picture.bottom() - kScaleHeight + 2 : picture.bottom() + 4;
        return beside ? Box{picture.right() - width, top, width, bottom - top}
                      : Box{picture.x, top, picture.width, bottom - top};
    }

    static void draw_chooser(const Context& context, const Box& row, float width) {
        const app::Settings& settings = context.app.settings();
        const std::string name(context.t("site." + settings.site));
        const Box box{row.x - 8, row.y, std::min(width, text_width(context.fonts.small_bold, name) + 40), row.height};
        const Hit hit = hit_area(context, "site", name, Role::button, box);
        if (hit.hovered) fill(box, context.theme.raised, kSmallRadius);
        const float end = put_text(context.fonts.small_bold, box.inset(8, 0), context.theme.text, name);
        icon(Icon::down, ImVec2(end + 10, box.centre().y), 14, context.theme.muted);
        if (hit.clicked) ImGui::OpenPopup("site-menu");
        std::vector<std::string> keys, labels;
        std::vector<Choice> choices;
        const auto sites = context.app.sites();
        for (const app::SiteInfo& site : sites) {
            keys.push_back("site." + site.name);
            labels.push_back(std::string(context.t("site." + site.name)) + "  ·  " + site.name);
        }
        for (std::size_t i = 0; i < keys.size(); ++i)
            choices.push_back({keys[i], labels[i], sites[i].name == settings.site});
        if (const auto chosen = popup_menu(context, "site-menu", choices, box)) {
            context.push(app::set<&app::Settings::site>(sites[static_cast<std::size_t>(*chosen)].name));
        }
    }

    static void draw_facts(const Context& context, Flow& flow, const app::SiteInfo& site,
                           const interpret::Matrix& matrix, const app::Selection& now) {
        const Theme& theme = context.theme;
        std::string path = site.full_name;
        if (const std::size_t hole = path.find("{l}"); hole != std::string::npos)
            path.replace(hole, 3, std::to_string(now.layer));
        if (site.per_head) path += " [" + std::to_string(now.head) + "]";
        const std::string shape = context.t(
            "inspect.shape", {{"rows", std::to_string(matrix.rows)}, {"columns", std::to_string(matrix.cols)}});
        put_text(context.fonts.mono, flow.take(20), theme.text, path + "  " + shape);
        std::string axes =
            std::string(context.t(axis_key(site.rows))) + " × " + std::string(context.t(axis_key(site.columns)));
        put_text(context.fonts.small, flow.take(18), theme.muted, axes);
        const app::Settings& settings = context.app.settings();
        const int row = context.app.hover().row >= 0 ? context.app.hover().row : settings.row;
        const int column = context.app.hover().row >= 0 ? context.app.hover().column : settings.column;
        const Box line = flow.take(20);
        if (row >= 0 && row < matrix.rows && column >= 0 && column < matrix.cols) {
            const std::string value =
                app::fixed_text(static_cast<double>(matrix.at(row, column)), 5, context.app.strings());
            put_text(context.fonts.small, line, theme.attends,
                     context.t("inspect.cell",
                               {{"row", std::to_string(row)}, {"column", std::to_string(column)}, {"value", value}}));
        }
        draw_exports(context, flow.take(24));
        const bool neurons = site.name == "mlp.hook_pre" || site.name == "mlp.hook_post";
        if (neurons && has_laboratory(context) && settings.column >= 0 && settings.column < matrix.cols)
            draw_neuron(context, flow.take(context.phone ? 40 : 24), now.layer, settings.column);
    }

    // What can be done to the neuron of the chosen cell.
    static void draw_neuron(const Context& context, const Box& row, int layer, int neuron) {
        using interpret::Change;
        const auto there = ChangeList(context).neuron(layer, neuron);
        float x = row.x;
        for (const Change change : {Change::off, Change::mean}) {
            const bool off = change == Change::off, on = there && there->change.change == change;
            const std::string label =
                context.t(off ? "inspect.neuron_off" : "inspect.neuron_mean", {{"index", std::to_string(neuron)}});
            const Box box{x - 4, row.y, text_width(context.fonts.small, label) + 8, row.height};
            const bool clicked =
                text_option(context, off ? "neuron.off" : "neuron.mean", label, x, row.y, on, Role::checkbox);
            if (!context.platform.touch() && box.contains(ImGui::GetIO().MousePos) && ImGui::IsItemHovered())
                tooltip(context, context.t("inspect.neuron.help"));
            if (!clicked) continue;
            if (on) {
                context.push(app::RemoveChange{there->index});
                continue;
            }
            interpret::Intervention wanted;
            wanted.change = change;
            wanted.target = interpret::Target::neuron;
            wanted.layer = layer;
            wanted.index = neuron;
            add_change(context, wanted);
        }
    }
    static std::string_view axis_key(app::AxisKind kind) {
        switch (kind) {
            case app::AxisKind::position:
                return "axis.position";
            case app::AxisKind::key_position:
                return "axis.key_position";
            case app::AxisKind::source_position:
                return "axis.source_position";
            case app::AxisKind::feature:
                return "axis.feature";
            case app::AxisKind::vocabulary:
                return "axis.vocabulary";
            case app::AxisKind::single:
                return "axis.single";
        }
        return "axis.single";
    }

    static void draw_exports(const Context& context, const Box& row) {
        using enum app::ExportWhat;
        float x = row.x;
        if (text_option(context, "matrix.copy", context.t("inspect.copy"), x, row.y, false, Role::button))
            context.push(app::Export{matrix_csv, app::ExportTo::clipboard});
        if (text_option(context, "matrix.csv", context.t("inspect.csv"), x, row.y, false, Role::button))
            context.push(app::Export{matrix_csv});
        if (text_option(context, "matrix.json", context.t("inspect.json"), x, row.y, false, Role::button))
            context.push(app::Export{matrix_json});
        if (text_option(context, "matrix.png", context.t("inspect.png"), x, row.y, false, Role::button))
            context.push(app::Export{matrix_png});
        if (text_option(context, "matrix.svg", context.t("inspect.svg"), x, row.y, false, Role::button))
            context.push(app::Export{matrix_svg});
        if (text_option(context, "matrix.trace", context.t("inspect.trace_short"), x, row.y, false, Role::button))
            context.push(app::Export{trace});
    }

    void draw_picture(const Context& context, const Box& box, const app::SiteInfo& site,
                      const interpret::Matrix& matrix, const app::Selection& now) {
        const bool keys = site.columns == app::AxisKind::key_position;
        const bool causal = keys && context.app.causal();
        const bool tokens = site.rows == app::AxisKind::position || site.rows == app::AxisKind::source_position;
        const std::uint64_t key = mixed_key({context.app.pass_revision(), std::hash<std::string>()(site.full_name),
                                             static_cast<std::uint64_t>(context.app.settings().rung),
                                             static_cast<std::uint64_t>(now.layer + 1),
                                             site.per_head ? static_cast<std::uint64_t>(now.head + 1) : 0,
                                             static_cast<std::uint64_t>(context.app.settings().compare),
                                             context.app.shows_difference(), context.theme.dark});
        if (key != key_) {
            key_ = key;
            range_ = context.app.shows_difference() ? difference_range(matrix, app::ColourScale::linear, 0)
                                                    : app::matrix_range(matrix, app::ColourScale::linear, 0);
            labels_.clear();
            const bool source = site.rows == app::AxisKind::source_position;
            for (const app::TokenInfo& token : source ? context.app.source_tokens() : context.app.query_tokens())
                labels_.push_back(token_label(token.display).joined());
        }
        const float label = tokens ? longest_label(context, labels_, kInspectorRowLabel) + 8 : 0;
        const Box room{snapped(box.x + label), snapped(box.y), box.width - label, box.height - kScaleHeight};
        const float cell_width = std::min(room.width / static_cast<float>(matrix.cols), keys ? 26.0f : 40.0f);
        const float cell_height = std::min(room.height / static_cast<float>(matrix.rows), 26.0f);
        const Box picture{room.x, room.y, cell_width * static_cast<float>(matrix.cols),
                          cell_height * static_cast<float>(matrix.rows)};
        texture_.update(context.platform, key, [&](Pixels& out) {
            heat_pixels(matrix, context.theme, {.range = range_, .causal = causal}, out);
        });
        texture_.draw(picture);
        if (tokens)
            put_row_labels(context, picture, cell_height, labels_, {.strong = context.app.hover().row, .accent = -1},
                           label - 8);
        const Hit hit = hit_area(context, "matrix", site.name, Role::cell, picture);
        if (hit.hovered) {
            const ImVec2 mouse = ImGui::GetIO().MousePos;
            const int row = std::clamp(static_cast<int>((mouse.y - picture.y) / cell_height), 0, matrix.rows - 1);
            const int column = std::clamp(static_cast<int>((mouse.x - picture.x) / cell_width), 0, matrix.cols - 1);
            context.hover.row = row;
            context.hover.column = column;
            if (hit.clicked) context.push(app::SelectMatrixCell{row, column});
        }
        const app::Settings& settings = context.app.settings();
        if (settings.row >= 0 && settings.row < matrix.rows && settings.column >= 0 && settings.column < matrix.cols) {
            const Box cell{picture.x + static_cast<float>(settings.column) * cell_width,
                           picture.y + static_cast<float>(settings.row) * cell_height, cell_width, cell_height};
            outline(cell.inset(-1.5f), context.theme.text, 1, 1.5f);
        }
        put_scale(context, {picture.x, room.bottom() + 4, std::min(kScaleWidth, room.width), 16}, range_);
    }

    LensView lens_;
    PartsView parts_;
    HeatTexture texture_;
    app::HeatRange range_;
    std::vector<std::string> labels_;
    std::uint64_t key_ = 0;
};

}  // namespace

std::unique_ptr<Panel> make_inspector() {
    return std::make_unique<Inspector>();
}

}  // namespace headlight::ui
