// The sizes that the exhibit follows: configurations to begin with, and every number of them.
#include <algorithm>
#include <array>
#include <cmath>

#include "ui/number_editor.h"
#include "ui/panels/architecture_parts.h"
#include "ui/panels/panels.h"
#include "ui/rows.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kConfigGap = 8, kConfigRow = 32, kButton = 28, kConfigNumber = 92;

struct SizeField {
    std::string_view key;
    int model::GptConfig::* member;
};
constexpr std::array kSizes{
    SizeField{"alayers", &model::GptConfig::layers}, SizeField{"aheads", &model::GptConfig::heads},
    SizeField{"awidth", &model::GptConfig::d_model}, SizeField{"acontext", &model::GptConfig::context},
    SizeField{"avocab", &model::GptConfig::vocab}};
struct SwitchField {
    std::string_view key;
    bool model::GptConfig::* member;
};
constexpr std::array kSwitches{SwitchField{"abias", &model::GptConfig::qkv_bias},
                               SwitchField{"atied", &model::GptConfig::tied_head}};

// The value one step up or down: heads go to the next divisor of d, d keeps what the heads divide.
int stepped(const model::GptConfig& c, std::string_view key, int value, int direction) {
    if (key == "aheads") {
        const int last = direction > 0 ? c.d_model : 1;
        for (int heads = value + direction; heads != last + direction && heads >= 1; heads += direction) {
            if (c.d_model % heads == 0) return heads;
        }
        return value;
    }
    if (key == "awidth") {
        const int step = c.heads * 8;
        return std::max(c.heads, (value / c.heads * c.heads) + direction * (value > step ? step : c.heads));
    }
    if (key == "acontext") return direction > 0 ? value * 2 : std::max(1, value / 2);
    if (key == "avocab") return std::max(1, value + direction * 1000);
    return std::max(1, value + direction);
}

class ArchitectureConfig final : public RowPanel {
  protected:
    void lay_out(const Context& context, Rows& rows) override {
        const app::Architecture shown = context.app.architecture();
        title(context, rows, "architecture.presets");
        for (const app::ArchitecturePreset& preset : context.app.architecture_presets())
            draw_preset(context, rows, preset);
        rows.skip(16);
        title(context, rows, "architecture.config");
        for (const SizeField& field : kSizes) draw_size(context, rows, shown, field.key, shown.draft.*field.member);
        for (const SwitchField& field : kSwitches) draw_switch(context, rows, field.key, shown.draft.*field.member);
        draw_derived(context, rows, "architecture.feed_forward", shown.config.d_mlp);
        draw_derived(context, rows, "architecture.d_head", shown.config.d_head());
        rows.skip(6);
        draw_size(context, rows, shown, "atokens", shown.positions);
        draw_problem(context, rows, shown);
        rows.skip(24);  // the numbers may follow
        if (rows.paint()) finish_edit(context);
    }

  private:
    static float row_height(const Context& context) { return context.phone ? kPhoneRow : kConfigRow; }

    static void title(const Context& context, Rows& rows, std::string_view key) {
        const Box row = rows.take(kPanelTitle);
        if (rows.paint()) heading(context, row, context.t(key));
        rows.skip(kConfigGap);
    }

    // "124 M", "1.56 B".
    static std::string short_total(const Context& context, std::int64_t count) {
        constexpr double kBillion = 1e9;
        const auto value = static_cast<double>(count);
        if (value < kBillion) return app::short_count_text(count, context.app.strings());
        return context.t("architecture.billion_parameters",
                         {{"n", app::fixed_text(value / kBillion, 2, context.app.strings())}});
    }

    static void draw_preset(const Context& context, Rows& rows, const app::ArchitecturePreset& preset) {
        const Box row = rows.take(context.phone ? kPhoneRow : 30);
        if (!rows.paint()) return;
        const Theme& theme = context.theme;
        const float reach = context.phone ? kPhonePadding : kPadding;
        const Box whole{row.x - reach, row.y, row.width + 2 * reach - 1, row.height};
        const std::string count = short_total(context, model::summarise(preset.config).total);
        const Hit hit = hit_area(context, "preset." + preset.id, preset.name + ", " + count, Role::radio, whole,
                                 switched(preset.on));
        if (preset.on || hit.hovered) fill(whole, preset.on ? theme.raised : with_alpha(theme.raised, 0.6f));
        if (preset.on) fill({whole.x, whole.y, 2, whole.height}, theme.attends);
        put_text(context.fonts.mono, row, preset.on ? theme.attends : theme.muted, count, Align::right);
        put_text(context.fonts.body, {row.x, row.y, row.width - 72, row.height},
                 preset.on || hit.hovered ? theme.text : theme.muted, preset.name);
        if (hit.clicked) context.push(app::UseArchitecture{preset.id});
    }

    // Label, less, the number, more. Of a draft that is impossible heads and d are marked.
    void draw_size(const Context& context, Rows& rows, const app::Architecture& shown, std::string_view key,
                   int value) {
        const Box row = rows.take(row_height(context));
        if (!rows.paint()) return;
        const std::string name(key);
        const std::string_view label = context.t("set." + name);
        const bool bad = !shown.problem.empty() && (key == "aheads" || key == "awidth");
        const float button = context.phone ? 40.0f : kButton;
        const Box more{row.right() - button, row.centre().y - button / 2, button, button};
        const Box number{more.x - kConfigNumber, row.centre().y - 14, kConfigNumber, 28};
        const Box less{number.x - button, more.y, button, button};
        label_at(context, {row.x, row.y, less.x - row.x - 4, row.height}, label, context.t("set." + name + ".help"));
        if (step_button(context, name + ".less", "−", less)) go(context, key, stepped(shown.draft, key, value, -1));
        if (step_button(context, name + ".more", "+", more)) go(context, key, stepped(shown.draft, key, value, 1));
        draw_number(context, name, label, number, value, bad);
    }

    static bool step_button(const Context& context, const std::string& key, std::string_view sign, const Box& box) {
        const bool less = key.ends_with(".less");
        const std::string label = std::string(context.t("set." + key.substr(0, key.find('.')))) + ": " +
                                  std::string(context.t(less ? "architecture.less" : "architecture.more"));
        const Hit hit = hit_area(context, key, label, Role::button, box);
        if (hit.hovered) fill(box.inset(2), context.theme.raised, kSmallRadius);
        put_text(context.fonts.mono_large, box, hit.hovered ? context.theme.text : context.theme.muted, sign,
                 Align::centre);
        return hit.clicked;
    }

    void draw_number(const Context& context, const std::string& key, std::string_view label, const Box& box, int value,
                     bool bad) {
        const Theme& theme = context.theme;
        if (editor_.is_at(key, 0, 0) && !editor_.on_pad()) {
            editor_.draw_field(context, box);
            return;
        }
        const std::string text = count_of(context, value);
        const Hit hit = hit_area(context, key, std::string(label) + " " + text, Role::button, box, valued(value));
        fill(box, mixed(theme.raised, theme.text, hit.hovered ? 0.08f : 0), kSmallRadius);
        if (bad) outline(box, theme.bad, kSmallRadius, 1.5f);
        put_text(context.fonts.mono, box, bad ? theme.bad : theme.text, text, Align::centre);
        if (hit.clicked) editor_.open(context, key, 0, 0, std::to_string(value), "");
    }

    static void draw_switch(const Context& context, Rows& rows, std::string_view key, bool on) {
        const Box row = rows.take(row_height(context));
        if (!rows.paint()) return;
        const Theme& theme = context.theme;
        const std::string name(key);
        const std::string_view label = context.t("set." + name);
        const Hit hit = hit_area(context, name, label, Role::checkbox, row, switched(on));
        label_at(context, {row.x, row.y, row.width - 90, row.height}, label, "");
        if (hit.hovered) tooltip(context, context.t("set." + name + ".help"));
        const Box track{row.right() - 34, row.centre().y - 9, 34, 18};
        fill(track, on ? theme.attends : theme.raised, 9);
        if (!on) outline(track, theme.line, 9);
        canvas().AddCircleFilled(ImVec2(on ? track.right() - 9 : track.x + 9, track.centre().y), 6,
                                 on ? theme.on_attends : theme.muted, 20);
        put_text(context.fonts.small, {row.x, row.y, track.x - 8 - row.x, row.height}, theme.muted,
                 context.t(on ? "architecture.yes" : "architecture.no"), Align::right);
        if (hit.clicked) context.push(app::SetField{name, on ? "0" : "1"});
    }

    static void draw_derived(const Context& context, Rows& rows, std::string_view key, int value) {
        const Box row = rows.take(24);
        if (!rows.paint()) return;
        put_text(context.fonts.small, row, context.theme.muted, context.t(key));
        const float button = context.phone ? 40.0f : kButton;
        put_text(context.fonts.mono, {row.right() - button - kConfigNumber, row.y, kConfigNumber, row.height},
                 context.theme.muted, count_of(context, value), Align::centre);
    }

    static void draw_problem(const Context& context, Rows& rows, const app::Architecture& shown) {
        if (shown.problem.empty()) return;
        rows.skip(8);
        Box at = rows.take(0);
        at.height = 20;
        if (rows.paint()) context.widgets.add({"architecture.problem", shown.problem, Role::text, at, {}, {}});
        rows.paragraph(context.fonts.body, context.theme.bad, shown.problem, 20);
    }

    static void label_at(const Context& context, const Box& box, std::string_view label, std::string_view help) {
        put_text(context.fonts.body, box, context.theme.text, label);
        if (!help.empty() && box.contains(ImGui::GetIO().MousePos) && ImGui::IsWindowHovered()) tooltip(context, help);
    }

    static void go(const Context& context, std::string_view key, int value) {
        context.push(app::SetField{std::string(key), std::to_string(value)});
    }

    void finish_edit(const Context& context) {
        for (const SizeField& field : kSizes) open_pad(context, field.key);
        open_pad(context, "atokens");
        if (const std::optional<float> value = editor_.take()) {
            // Whole numbers only: what stands behind the point is dropped.
            const double whole = std::clamp(std::trunc(static_cast<double>(*value)), -1.0, 1e9);
            go(context, edited_, static_cast<int>(whole));
        }
    }
    void open_pad(const Context& context, std::string_view key) {
        if (!editor_.is_at(key, 0, 0)) return;
        edited_ = key;
        const ImVec2 size = ImGui::GetIO().DisplaySize;
        editor_.draw_pad(context, {0, 0, size.x, size.y}, context.t("set." + std::string(key)));
    }

    NumberEditor editor_;
    std::string_view edited_;
};

}  // namespace

std::unique_ptr<Panel> make_architecture_config() {
    return std::make_unique<ArchitectureConfig>();
}

}  // namespace headlight::ui
