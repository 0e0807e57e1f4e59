// Two runs that are told together: with and without changes, or of two prompts.
#include <algorithm>

#include "app/app_state.h"

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

interpret::Matrix App::attention(Run run, int layer, int head, Values values) const {
    return state_->attention(run, layer, head, values);
}
interpret::Matrix App::summary(Run run) const {
    return state_->summary(run);
}

}  // namespace headlight::app
