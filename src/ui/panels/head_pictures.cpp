#include "ui/panels/head_pictures.h"

#include <algorithm>
#include <cmath>

#include "ui/axis_labels.h"
#include "ui/panels/laboratory.h"
#include "ui/token_text.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

std::uint64_t number(auto value) {
    return static_cast<std::uint64_t>(value);
}

app::HeatRange range_of(const Context& context, const HeadPicture& picture) {
    const app::Settings& settings = context.app.settings();
    const int first = settings.hide_sink ? 1 : 0;
    if (!picture.summary && picture.difference) return difference_range(picture.matrix, settings.scale, first);
    if (!picture.summary && settings.values == app::Values::scores)
        return app::matrix_range(picture.matrix, settings.scale, first);
    return app::pattern_range(picture.matrix, settings.scale, first);
}

interpret::Matrix matrix_of(const Context& context, app::Run run, const app::Selection& now, app::Values values) {
    if (context.app.settings().summary != app::Summary::none) return context.app.summary(run);
    return context.app.attention(run, now.layer, now.head, values);
}

std::vector<std::string> labels_of(const Context& context, const std::vector<std::int32_t>& ids) {
    std::vector<std::string> labels;
    for (const std::int32_t id : ids) {
        const TokenLabel label = token_label(context.app.token_text(id));
        labels.push_back(label.text.empty() ? label.mark : label.text);
    }
    return labels;
}

}  // namespace

bool can_stand_beside(const Context& context) {
    if (!has_laboratory(context) || context.hidden("lab")) return false;
    return !context.app.laboratory().changes.empty() || !context.app.settings().other.empty();
}

void HeadPictures::update(const Context& context) {
    const bool possible = context.app.settings().side_by_side && can_stand_beside(context);
    pair_ = possible ? context.app.laboratory().pair : app::Pair::none;
    two_ = pair_ != app::Pair::none;
    fill_shown(context);
    if (two_) fill_second(context);
    select(context, shown_);
    select(context, second_);
}

void HeadPictures::fill_shown(const Context& context) {
    const app::App& app = context.app;
    const app::Settings& settings = app.settings();
    const app::Selection now = app.selection();
    HeadPicture& p = shown_;
    p.layer = now.layer;
    p.head = now.head;
    const interpret::Matrix many = has_laboratory(context) ? app.summary() : interpret::Matrix();
    p.summary = !many.empty();
    p.difference = !two_ && app.shows_difference();
    if (two_) {
        p.matrix = matrix_of(context, app::Run::changed, now, settings.values);
        p.pattern = matrix_of(context, app::Run::changed, now, app::Values::pattern);
    } else {
        p.matrix = p.summary ? many : app.attention(now.layer, now.head, settings.values);
        p.pattern = p.summary ? many : app.attention(now.layer, now.head, app::Values::pattern);
    }
    p.skip_first = settings.hide_sink;
    p.causal = app.causal();
    const std::uint64_t key = mixed_key(
        {app.pass_revision(), number(now.layer), number(now.head), number(settings.part), number(settings.rung),
         number(settings.values), number(settings.scale), number(settings.compare), p.difference, number(pair_),
         settings.hide_sink, p.summary ? number(settings.summary) : 0, context.theme.dark});
    if (key == p.key) return;
    p.key = key;
    p.query_labels = query_labels(context);
    p.key_labels = key_labels(context);
    p.range = range_of(context, p);
}

void HeadPictures::fill_second(const Context& context) {
    const app::App& app = context.app;
    const app::Run run = pair_ == app::Pair::changes ? app::Run::baseline : app::Run::other;
    const app::Selection now = app.selection();
    HeadPicture& p = second_;
    p.layer = shown_.layer;
    p.head = shown_.head;
    p.summary = shown_.summary;
    p.skip_first = shown_.skip_first;
    p.causal = shown_.causal;
    p.second = true;
    p.own_text = run == app::Run::baseline;
    p.matrix = matrix_of(context, run, now, app.settings().values);
    p.pattern = matrix_of(context, run, now, app::Values::pattern);
    const std::uint64_t key = mixed_key({shown_.key, number(pair_) + 1});
    if (key == p.key) return;
    p.key = key;
    p.query_labels = p.own_text ? shown_.query_labels : labels_of(context, app.laboratory().other_ids);
    p.key_labels = p.query_labels;
    p.range = shown_.range = app::common_range(range_of(context, shown_), range_of(context, p));
}

// Positions are counted alike in both; where none is chosen, each shows the last row, which tells the next token.
void HeadPictures::select(const Context& context, HeadPicture& picture) const {
    const app::Selection now = context.app.selection();
    picture.query = now.query;
    picture.column = now.key;
    if (picture.own_text) return;
    const bool chosen = now.pinned || context.app.hover().query >= 0;
    if (!chosen) picture.query = picture.matrix.rows - 1;
    if (picture.query >= picture.matrix.rows) picture.query = -1;
    if (picture.column >= picture.matrix.cols) picture.column = -1;
}

std::string_view HeadPictures::title(const Context& context, const HeadPicture& picture) const {
    if (pair_ == app::Pair::changes) return context.t(picture.second ? "ab.baseline" : "ab.changed");
    if (picture.second) return context.t("ab.other");
    return context.t(context.app.laboratory().changed ? "ab.prompt_changed" : "ab.prompt");
}

}  // namespace headlight::ui
