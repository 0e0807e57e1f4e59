#include "ui/panels/head_tools.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "ui/panels/laboratory.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

using interpret::Change;
using interpret::Intervention;
using interpret::Preset;
using interpret::Target;

constexpr float kToolSlider = 236, kMostSlider = 280, kToolGap = 14, kToolArrow = 16;
constexpr std::array<float, 3> kWeights{0, 0.5f, 1};

float options_width(const Context& context) {
    float width = kToolArrow;
    for (const char* key : {"tools.off", "tools.mean", "tools.pattern", "tools.paint"})
        width += std::ceil(text_width(context.fonts.small, context.t(key))) + kToolGap;
    return width;
}

bool tools_in_one_row(const Context& context, float width) {
    return options_width(context) + kToolSlider <= width;
}

// A text option that explains itself.
bool option(const Context& context, std::string_view key, std::string_view label, std::string_view help, float& x,
            float y, bool on, Role role = Role::checkbox) {
    const Box box{x - 4, y, std::ceil(text_width(context.fonts.small, label)) + 8, text_option_height(context)};
    const bool clicked = text_option(context, key, label, x, y, on, role);
    if (!context.platform.touch() && box.contains(ImGui::GetIO().MousePos) && ImGui::IsItemHovered())
        tooltip(context, help);
    return clicked;
}

struct PatternChoice {
    std::string key, label;
    Preset preset = Preset::none;
};

class Tools {
  public:
    Tools(const Context& context, int layer, int head, PaintBrush& brush)
        : context_(context),
          layer_(layer),
          head_(head),
          brush_(brush),
          part_(context.app.laboratory().part),
          list_(context),
          strength_(list_.strength(layer, head)),
          pattern_(list_.pattern(layer, head)) {}

    void draw(const Box& box) {
        float x = box.x;
        const float y = box.y;
        const bool off = strength_ && strength_->change.change == Change::off;
        const bool mean = strength_ && strength_->change.change == Change::mean;
        if (option(context_, "tools.off", context_.t("tools.off"), context_.t("tools.off.help"), x, y, off))
            context_.push(app::ToggleHead{layer_, head_});
        if (option(context_, "tools.mean", context_.t("tools.mean"), context_.t(mean_help()), x, y, mean)) {
            if (mean) {
                context_.push(app::RemoveChange{strength_->index});
            } else {
                add_change(context_, head_change(Change::mean, layer_, head_));
            }
        }
        draw_pattern(x, y);
        if (option(context_, "tools.paint", context_.t("tools.paint"), context_.t(paint_help()), x, y, brush_.on())) {
            brush_.set_on(!brush_.on());
            if (brush_.on()) context_.push(app::set<&app::Settings::view>(app::View::matrix));
        }
        const bool same = tools_in_one_row(context_, box.width);
        const float height = text_option_height(context_);
        const Box rest = same ? Box{x, y, box.right() - x, height} : Box{box.x, y + height, box.width, height};
        if (brush_.on()) {
            draw_brush(rest, same);
        } else {
            const float width = std::min(rest.width, kMostSlider);
            draw_scale(same ? Box{rest.right() - width, rest.y, width, rest.height} : rest);
        }
    }

  private:
    [[nodiscard]] std::string_view mean_help() const {
        using interpret::Part;
        return part_ == Part::gpt       ? "tools.mean.help"
               : part_ == Part::encoder ? "tools.mean.help_source"
                                        : "tools.mean.help_target";
    }
    [[nodiscard]] std::string_view paint_help() const {
        return context_.app.causal() ? "tools.paint.help" : "tools.paint.help_unmasked";
    }

    void draw_scale(const Box& box) const {
        float factor = 1;
        if (strength_ && strength_->change.change == Change::off) factor = 0;
        if (strength_ && strength_->change.change == Change::scale) factor = strength_->change.factor;
        const std::string shown = "×" + app::fixed_text(static_cast<double>(factor), 2, context_.app.strings());
        if (!slider(context_, "tools.scale", context_.t("tools.scale"), context_.t("tools.scale.help"), box, factor, -2,
                    2, 0.05f, shown))
            return;
        factor = std::round(factor * 20) / 20;
        if (factor == 1) {
            if (strength_) context_.push(app::RemoveChange{strength_->index});
            return;
        }
        Intervention change = head_change(factor == 0 ? Change::off : Change::scale, layer_, head_);
        change.factor = factor == 0 ? 1 : factor;
        add_change(context_, change);
    }

    void draw_brush(const Box& box, bool to_the_right) const {
        std::array<std::string, kWeights.size()> labels;
        for (std::size_t i = 0; i < kWeights.size(); ++i) {
            const double weight = static_cast<double>(kWeights[i]);
            labels[i] = app::fixed_text(weight, weight == 0.5 ? 1 : 0, context_.app.strings());
            if (i == 0) labels[i] = context_.t("tools.paint.weight", {{"weight", labels[i]}});
        }
        const std::string_view sum = context_.t("tools.paint.sum"), clear = context_.t("tools.paint.clear");
        float x = box.x;
        if (to_the_right) {
            float width = kToolGap;
            for (const std::string& label : labels)
                width += std::ceil(text_width(context_.fonts.small, label)) + kToolGap;
            width +=
                std::ceil(text_width(context_.fonts.small, sum)) + std::ceil(text_width(context_.fonts.small, clear));
            x = std::max(x, box.right() - width - 4);
        }
        constexpr std::array<std::string_view, kWeights.size()> kKeys{"paint.0", "paint.half", "paint.1"};
        for (std::size_t i = 0; i < kWeights.size(); ++i) {
            if (text_option(context_, kKeys[i], labels[i], x, box.y, brush_.weight() == kWeights[i]))
                brush_.set_weight(kWeights[i]);
        }
        if (option(context_, "paint.sum", sum, context_.t("tools.paint.sum.help"), x, box.y, !brush_.raw()))
            brush_.set_raw(context_, layer_, head_, !brush_.raw());
        if (text_option(context_, "paint.clear", clear, x, box.y, false, Role::button) && pattern_)
            context_.push(app::RemoveChange{pattern_->index});
    }

    void draw_pattern(float& x, float y) const {
        const float start = x;
        const bool clicked = option(context_, "tools.pattern", context_.t("tools.pattern"),
                                    context_.t("tools.pattern.help"), x, y, pattern_.has_value(), Role::button);
        icon(Icon::down, ImVec2(x - kToolGap + 8, y + text_option_height(context_) / 2), 12, context_.theme.muted);
        x += kToolArrow;
        if (clicked) ImGui::OpenPopup("pattern-menu");
        const std::vector<PatternChoice> all = pattern_choices();
        std::vector<Choice> choices;
        for (const PatternChoice& choice : all) choices.push_back({choice.key, choice.label, is_chosen(choice)});
        const Box anchor{start - 4, y, x - start, text_option_height(context_)};
        if (const auto chosen = popup_menu(context_, "pattern-menu", choices, anchor))
            choose(all[static_cast<std::size_t>(*chosen)]);
    }

    // Those that make sense for the part: rows and columns of cross-attention are of two sentences, and only a GPT has
    // another prompt.
    [[nodiscard]] std::vector<PatternChoice> pattern_choices() const {
        const bool gpt = part_ == interpret::Part::gpt, cross = part_ == interpret::Part::cross;
        const bool other = !context_.app.settings().other.empty();
        std::vector<PatternChoice> all;
        const auto add = [&](bool wanted, std::string key, std::string_view label, Preset preset = Preset::none) {
            if (wanted) all.push_back({std::move(key), std::string(context_.t(label)), preset});
        };
        add(true, "pattern.own", "tools.pattern.own");
        add(true, "pattern.uniform", "tools.pattern.uniform", Preset::uniform);
        add(!cross, "pattern.previous", "tools.pattern.previous", Preset::previous);
        add(true, "pattern.first", "tools.pattern.first", Preset::first);
        add(!cross, "pattern.self", "tools.pattern.self", Preset::self);
        add(true, "pattern.copy", "tools.pattern.copy", Preset::copy);
        add(gpt, "pattern.freeze", other ? "tools.pattern.freeze_other" : "tools.pattern.freeze");
        const std::string layer = std::to_string(layer_);
        all.push_back({"pattern.attention", context_.t("tools.layer.attention", {{"layer", layer}})});
        if (gpt)
            all.push_back({"pattern.attention_mean", context_.t("tools.layer.attention_mean", {{"layer", layer}})});
        if (!cross) all.push_back({"pattern.mlp", context_.t("tools.layer.mlp", {{"layer", layer}})});
        if (gpt) all.push_back({"pattern.mlp_mean", context_.t("tools.layer.mlp_mean", {{"layer", layer}})});
        return all;
    }

    [[nodiscard]] bool is_chosen(const PatternChoice& choice) const {
        if (choice.key == "pattern.own") return !pattern_;
        if (choice.key == "pattern.freeze") return pattern_ && pattern_->change.change == Change::freeze;
        if (const auto of = layer_choice(choice.key)) {
            const auto there = list_.layer(of->first, layer_);
            return there && there->change.change == of->second;
        }
        return pattern_ && pattern_->change.change != Change::freeze && pattern_->change.preset == choice.preset;
    }

    void choose(const PatternChoice& choice) const {
        if (choice.key == "pattern.own") {
            if (pattern_) context_.push(app::RemoveChange{pattern_->index});
        } else if (choice.key == "pattern.freeze") {
            freeze();
        } else if (const auto of = layer_choice(choice.key)) {
            toggle_layer(of->first, of->second);
        } else if (choice.preset == Preset::copy) {
            context_.shared.copy_layer = layer_;
            context_.shared.copy_head = head_;
        } else {
            Intervention change = head_change(Change::paint, layer_, head_);
            change.preset = choice.preset;
            add_change(context_, change);
        }
    }

    // Of the other prompt; without one the present prompt becomes it, and the pattern stays while this one changes.
    void freeze() const {
        if (pattern_ && pattern_->change.change == Change::freeze) {
            context_.push(app::RemoveChange{pattern_->index});
            return;
        }
        if (context_.app.settings().other.empty())
            context_.push(app::set<&app::Settings::other>(context_.app.field_text()));
        add_change(context_, head_change(Change::freeze, layer_, head_));
    }

    // What of the menu concerns the whole layer.
    static std::optional<std::pair<Target, Change>> layer_choice(std::string_view key) {
        if (key == "pattern.attention") return std::pair(Target::attention, Change::off);
        if (key == "pattern.attention_mean") return std::pair(Target::attention, Change::mean);
        if (key == "pattern.mlp") return std::pair(Target::mlp, Change::off);
        if (key == "pattern.mlp_mean") return std::pair(Target::mlp, Change::mean);
        return std::nullopt;
    }

    void toggle_layer(Target target, Change wanted) const {
        if (const auto there = list_.layer(target, layer_); there && there->change.change == wanted) {
            context_.push(app::RemoveChange{there->index});
            return;
        }
        Intervention change;
        change.change = wanted;
        change.target = target;
        change.layer = layer_;
        add_change(context_, change);
    }

    const Context& context_;
    int layer_, head_;
    PaintBrush& brush_;
    interpret::Part part_;
    ChangeList list_;
    std::optional<ChangeList::Item> strength_, pattern_;
};

}  // namespace

float head_tools_height(const Context& context, float width) {
    return text_option_height(context) * (tools_in_one_row(context, width) ? 1.0f : 2.0f);
}

void draw_head_tools(const Context& context, const Box& box, int layer, int head, PaintBrush& brush) {
    Tools(context, layer, head, brush).draw(box);
}

}  // namespace headlight::ui
