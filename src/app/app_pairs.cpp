// Two runs that are told together: with and without changes, or of two prompts.
#include <algorithm>
#include <array>
#include <limits>

#include "app/app_state.h"
#include "text/tokenizer.h"

namespace headlight::app {

bool App::State::wants_other() const {
    const Settings& s = document.settings;
    return gpt_rung() && !s.other.empty() && (s.side_by_side || s.compare == Compare::other);
}

// Changes are what a person works at: only who asks for the other prompt sees it instead.
Pair App::State::pair() const {
    if (!gpt_rung() || tokens.empty()) return Pair::none;
    const bool prompts = wants_other() && lab.has_other();
    if (prompts && (lab.list.empty() || document.settings.compare == Compare::other)) return Pair::prompts;
    return lab.changed() ? Pair::changes : prompts ? Pair::prompts : Pair::none;
}

// The same one counted from the start; what comes after the last one is compared with what comes after the other's
// last one.
int App::State::other_position(int position) const {
    const int own_last = session->positions() - 1, last = static_cast<int>(lab.other_ids.size()) - 1;
    return position == own_last ? last : std::min(position, last);
}

App::State::RunRows App::State::rows_of(Run run) const {
    if (!gpt_rung() || session == nullptr || tokens.empty()) return {};
    if (run == Run::other) {
        if (pair() != Pair::prompts) return {};
        return {&lab.run->other_trace(), static_cast<int>(lab.other_ids.size())};
    }
    const bool changed = run == Run::changed && lab.changed();
    return {changed ? &lab.run->trace() : &session->trace(), static_cast<int>(tokens.size())};
}

// Both pictures as one matrix with an empty column between them; what no query may see is masked in it.
void App::State::put_beside(Shown& shown) const {
    const Settings& s = document.settings;
    const Pair runs = pair();
    if (!s.side_by_side || runs == Pair::none || shows_difference()) return;
    const bool prompts = runs == Pair::prompts;
    const std::array<Run, 2> order =
        prompts ? std::array{Run::changed, Run::other} : std::array{Run::baseline, Run::changed};
    std::array<std::vector<std::string>, 2> names{shown.names.rows, shown.names.rows};
    if (prompts) {
        names[1].clear();
        const text::Tokenizer* tokenizer = session->tokenizer();
        for (const std::int32_t id : lab.other_ids) {
            names[1].push_back(tokenizer != nullptr ? tokenizer->display(id) : "#" + std::to_string(id));
        }
    }
    const Selection selected = selection();
    const std::array titles{strings()(!prompts        ? "ab.baseline"
                                      : lab.changed() ? "ab.prompt_changed"
                                                      : "ab.prompt"),
                            strings()(prompts ? "ab.other" : "ab.changed")};
    const std::size_t first = names[0].size(), columns = first + 1 + names[1].size();
    const std::size_t rows = std::max(first, names[1].size());
    shown.storage.assign(rows * columns, -std::numeric_limits<float>::infinity());
    for (std::size_t i = 0; i < order.size(); ++i) {
        const interpret::Matrix many = summary(order[i]);
        const interpret::Matrix one =
            many.empty() ? attention(order[i], selected.layer, selected.head, s.values) : many;
        shown.runs.push_back({one, {names[i], names[i]}, std::string(titles[i])});
        for (int r = 0; r < one.rows; ++r) {
            float* row = shown.storage.data() + static_cast<std::size_t>(r) * columns + i * (first + 1);
            for (int c = s.hide_sink ? 1 : 0; c <= r; ++c) row[c] = one.at(r, c);
        }
    }
    shown.values = {shown.storage.data(), static_cast<int>(rows), static_cast<int>(columns), static_cast<int>(columns),
                    1};
    shown.names = {names[0], names[0]};
    shown.names.rows.resize(rows);
    for (std::size_t r = 0; r < names[1].size(); ++r) {
        if (shown.names.rows[r] != names[1][r]) shown.names.rows[r] += " | " + names[1][r];
    }
    shown.names.columns.emplace_back();
    shown.names.columns.insert(shown.names.columns.end(), names[1].begin(), names[1].end());
    shown.caption = std::string(titles[0]) + " | " + std::string(titles[1]) + ", " + shown.caption;
    shown.stem += "-beside";
    shown.causal = false;
}

std::vector<std::int32_t> most_likely(std::span<const float> values, std::size_t most) {
    std::vector<std::int32_t> ids(values.size());
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::int32_t>(i);
    const std::size_t count = std::min(most, ids.size());
    std::ranges::partial_sort(ids, ids.begin() + static_cast<std::ptrdiff_t>(count),
                              [&](std::int32_t a, std::int32_t b) {
                                  const float left = values[static_cast<std::size_t>(a)];
                                  const float right = values[static_cast<std::size_t>(b)];
                                  return left > right || (left == right && a < b);
                              });
    ids.resize(count);
    return ids;
}

interpret::Matrix App::attention(Run run, int layer, int head, Values values) const {
    return state_->attention(run, layer, head, values);
}
interpret::Matrix App::summary(Run run) const {
    return state_->summary(run);
}

}  // namespace headlight::app
