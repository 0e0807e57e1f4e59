// What the heads do in numbers, over the prompt or over a built-in sample of texts, and their order by that.
#include <algorithm>

#include "app/app_state.h"
#include "interpret/head_search.h"

namespace headlight::app {

// Of the prompt, or of the other text that the part that is shown reads.
const interpret::HeadStats* App::State::prompt_stats(int layer, int head) const {
    const ModelInfo* shown = model();
    if (shown == nullptr || rung_tokens().empty()) return nullptr;
    if (layer < 0 || layer >= shown->layers || head < 0 || head >= shown->heads) return nullptr;
    const Part part = document.settings.part;
    const std::array parts{pass_revision, static_cast<std::uint64_t>(stack()),
                           gpt_rung() ? 0 : static_cast<std::uint64_t>(part)};
    std::string key;
    for (const std::uint64_t each : parts) key += std::to_string(each) + ' ';
    if (key != stats_key) {
        stats_key = std::move(key);
        stats.assign(static_cast<std::size_t>(shown->layers * shown->heads), std::nullopt);
    }
    auto& cached = stats[static_cast<std::size_t>(layer * shown->heads + head)];
    if (cached.has_value()) return &*cached;
    const interpret::Matrix weights = pattern(layer, head);
    using interpret::Attention;
    if (gpt_rung()) {
        cached = interpret::head_stats(weights, session->shown().ids);
    } else if (part == Part::encoder) {
        cached = interpret::head_stats(weights, translator->source(), Attention::bidirectional);
    } else {
        const Attention kind = part == Part::cross ? Attention::cross : Attention::causal;
        cached = interpret::head_stats(weights, translator->target(), kind);
    }
    return &*cached;
}

// ---- the sample

bool App::State::has_sample() const {
    return document.settings.sample_scores && gpt_rung() && sampled.run != nullptr && sampled.run->done();
}

bool App::State::wants_sample() const {
    const bool possible = gpt_rung() && session != nullptr && session->tokenizer() != nullptr;
    return document.settings.sample_scores && possible && !has_sample();
}

void App::State::advance_sample(double budget_ms) {
    const model::Gpt& gpt = session->gpt();
    const model::GptConfig& c = gpt.config();
    if (sampled.run == nullptr) {
        std::vector<std::vector<std::int32_t>> texts;
        for (const Sample& each : score_texts) texts.push_back(session->make_text(each.text, {}).ids);
        sampled.run = std::make_unique<interpret::HeadSample>(compute, gpt, std::move(texts), rows_of_a_slice(c));
    }
    if (!sampled.run->advance(budget_ms)) return;
    for (int layer = 0; layer < c.layers; ++layer) {
        for (int head = 0; head < c.heads; ++head) sampled.stats.push_back(sampled.run->stats(layer, head));
    }
}

const interpret::HeadStats* App::State::head_stats(int layer, int head) const {
    const interpret::HeadStats* of_prompt = prompt_stats(layer, head);
    if (of_prompt == nullptr || !has_sample()) return of_prompt;
    return &sampled.stats[static_cast<std::size_t>(layer * info.heads + head)];
}

// ---- the order

const std::vector<int>& App::State::head_order() const {
    const Settings& s = document.settings;
    std::string key = std::to_string(pass_revision) + ' ' + to_text(s.order) + (has_sample() ? " sample" : "");
    if (s.order == HeadOrder::alike) key += ' ' + std::to_string(s.layer) + ' ' + std::to_string(s.head);
    if (key == lab.order_key) return lab.order;
    lab.order_key = std::move(key);
    lab.order.clear();
    lab.alike.clear();
    if (s.order == HeadOrder::place || !gpt_rung() || tokens.empty()) {
        for (int i = 0; model() != nullptr && i < model()->layers * model()->heads; ++i) lab.order.push_back(i);
        return lab.order;
    }
    std::vector<interpret::HeadStats> all;
    for (int i = 0; i < info.layers * info.heads; ++i) all.push_back(*head_stats(i / info.heads, i % info.heads));
    if (s.order != HeadOrder::alike) {
        lab.order = interpret::rank_heads(all, *score());
        return lab.order;
    }
    // The pinned head, not one that is only pointed at: the grid would move away from under the pointer.
    const int own = std::clamp(s.layer, 0, info.layers - 1) * info.heads + std::clamp(s.head, 0, info.heads - 1);
    lab.order.push_back(own);
    lab.alike.assign(all.size(), 1.0F);
    for (const interpret::SimilarHead& other : interpret::similar_heads(all, own)) {
        lab.order.push_back(other.index);
        lab.alike[static_cast<std::size_t>(other.index)] = static_cast<float>(1 / (1 + other.distance));
    }
    return lab.order;
}

// The orders that are scores have their names.
std::optional<interpret::HeadScore> App::State::score() const {
    const auto found = std::ranges::find(interpret::kHeadScoreNames, to_text(document.settings.order));
    if (found == interpret::kHeadScoreNames.end()) return std::nullopt;
    return static_cast<interpret::HeadScore>(found - interpret::kHeadScoreNames.begin());
}

// ---- for panels

const interpret::HeadStats* App::head_stats(int layer, int head) const {
    return state_->head_stats(layer, head);
}

std::string App::head_title(int layer, int head) const {
    static constexpr std::string_view kKeys[] = {
        "", "kind.previous", "kind.induction", "kind.first", "kind.duplicate", "kind.self", "kind.next", "kind.last"};
    const interpret::HeadStats* stats = head_stats(layer, head);
    if (stats == nullptr || stats->kind == interpret::HeadKind::none) return "";
    const std::string score = fixed_text(static_cast<double>(stats->score), 2, strings());
    return strings()(kKeys[static_cast<std::size_t>(stats->kind)], {{"score", score}});
}

const std::vector<int>& App::head_order() const {
    return state_->head_order();
}
float App::head_score(int layer, int head) const {
    if (settings().order == HeadOrder::alike) {
        (void)head_order();
        const auto at = static_cast<std::size_t>(layer * state_->info.heads + head);
        return at < state_->lab.alike.size() ? state_->lab.alike[at] : -1.0F;
    }
    const std::optional<interpret::HeadScore> score = state_->score();
    const interpret::HeadStats* stats = head_stats(layer, head);
    return score.has_value() && stats != nullptr ? interpret::score_of(*stats, *score) : -1.0F;
}
double App::sample_progress() const {
    const State& s = *state_;
    if (s.has_sample()) return 1;
    if (!s.wants_sample()) return -1;
    return s.sampled.run == nullptr ? 0 : s.sampled.run->fraction();
}

}  // namespace headlight::app
