#include "ui/panels/laboratory.h"

#include <algorithm>

#include "ui/token_text.h"
#include "ui/widgets.h"

namespace headlight::ui {

using interpret::Change;
using interpret::Intervention;
using interpret::Target;

bool has_laboratory(const Context& context) {
    const app::ModelInfo* model = context.app.model();
    const app::Rung rung = context.app.settings().rung;
    return model != nullptr && !model->encoder_decoder && (rung == app::Rung::small || rung == app::Rung::own);
}

bool can_change(const Context& context) {
    const app::ModelInfo* model = context.app.model();
    const bool translates = context.app.settings().rung == app::Rung::translate;
    return has_laboratory(context) || (translates && model != nullptr && model->encoder_decoder);
}

interpret::Part part_of(app::Part part) {
    return part == app::Part::encoder   ? interpret::Part::encoder
           : part == app::Part::decoder ? interpret::Part::decoder
                                        : interpret::Part::cross;
}

ChangeList::ChangeList(const Context& context) : ChangeList(context, context.app.laboratory().part) {}

ChangeList::ChangeList(const Context& context, interpret::Part part) : part_(part) {
    const app::Settings& settings = context.app.settings();
    list_ =
        part == interpret::Part::gpt
            ? interpret::parse_interventions(settings.changes).good
            : interpret::parse_interventions(settings.translator_changes, interpret::ModelKind::encoder_decoder).good;
}

template <class Fits>
std::optional<ChangeList::Item> ChangeList::find(Fits&& fits) const {
    for (std::size_t i = 0; i < list_.size(); ++i) {
        if (list_[i].part == part_ && fits(list_[i])) return Item{static_cast<int>(i), list_[i]};
    }
    return std::nullopt;
}

std::optional<ChangeList::Item> ChangeList::strength(int layer, int head) const {
    return find([=](const Intervention& i) {
        const bool kind = i.change == Change::off || i.change == Change::mean || i.change == Change::scale;
        return kind && i.target == Target::head && i.layer == layer && i.index == head;
    });
}

std::optional<ChangeList::Item> ChangeList::pattern(int layer, int head) const {
    return find([=](const Intervention& i) {
        const bool kind = i.change == Change::paint || i.change == Change::raw || i.change == Change::freeze;
        return kind && i.target == Target::head && i.layer == layer && i.index == head;
    });
}

std::optional<ChangeList::Item> ChangeList::layer(Target target, int layer) const {
    return find([=](const Intervention& i) {
        return (i.change == Change::off || i.change == Change::mean) && i.target == target && i.layer == layer;
    });
}

std::optional<ChangeList::Item> ChangeList::neuron(int layer, int neuron) const {
    return find([=](const Intervention& i) {
        return (i.change == Change::off || i.change == Change::mean) && i.target == Target::neuron &&
               i.layer == layer && i.index == neuron;
    });
}

std::optional<ChangeList::Item> ChangeList::position(int position) const {
    return find([=](const Intervention& i) {
        return (i.change == Change::swap || i.change == Change::drop) && i.position == position;
    });
}

bool ChangeList::is_off(int layer, int head) const {
    if (list_.empty()) return false;
    const auto own = strength(layer, head);
    if (own) return own->change.change == Change::off;
    const auto whole = this->layer(Target::attention, layer);
    return whole && whole->change.change == Change::off;
}

bool ChangeList::is_changed(int layer, int head) const {
    return find([=](const Intervention& i) { return i.layer == layer && i.target == Target::head && i.index == head; })
        .has_value();
}

void add_change(const Context& context, Intervention change) {
    change.part = context.app.laboratory().part;
    context.push(app::AddChange{interpret::to_text(change)});
}

Intervention head_change(Change change, int layer, int head) {
    Intervention out;
    out.change = change;
    out.target = Target::head;
    out.layer = layer;
    out.index = head;
    return out;
}

std::string token_name(const Context& context, int id) {
    return id < 0 ? std::string("?") : token_label(context.app.token_text(id)).joined();
}

std::string quoted_token(const Context& context, int id) {
    return "\xE2\x80\x9C" + token_name(context, id) + "\xE2\x80\x9D";
}

std::string signed_text(const Context& context, double value, int decimals) {
    const std::string text = app::fixed_text(value, decimals, context.app.strings());
    return value > 0 ? "+" + text : text;
}

std::optional<int> candidate_menu(const Context& context, const char* key, int chosen, const Box& anchor) {
    constexpr std::size_t kMost = 12;
    const auto& candidates = context.app.distribution().candidates;
    const std::size_t count = std::min(kMost, candidates.size());
    std::vector<std::string> keys, labels;
    for (std::size_t i = 0; i < count; ++i) {
        keys.push_back(std::string(key) + "." + std::to_string(i));
        labels.push_back(token_name(context, candidates[i].id));
    }
    std::vector<Choice> choices;
    for (std::size_t i = 0; i < count; ++i) choices.push_back({keys[i], labels[i], candidates[i].id == chosen});
    const auto picked = popup_menu(context, key, choices, anchor);
    if (!picked) return std::nullopt;
    return candidates[static_cast<std::size_t>(*picked)].id;
}

}  // namespace headlight::ui
