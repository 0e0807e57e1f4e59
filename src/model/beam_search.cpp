#include "model/beam_search.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/check.h"
#include "kernels/elementary.h"

namespace headlight::model {

BeamSearch::BeamSearch(const Compute& compute, const EncoderDecoder& model, const BeamOptions& options)
    : BeamSearch(compute, model.config(), std::make_unique<DecodeState>(compute, model, options.beam + 1), options) {}

BeamSearch::BeamSearch(const Compute& compute, const EncoderDecoderConfig& config,
                       std::unique_ptr<Hypotheses> hypotheses, const BeamOptions& options)
    : compute_(&compute),
      config_(config),
      options_(options),
      limit_(options.tokens > 0 ? std::min(options.tokens, config.context) : config.context),
      state_(std::move(hypotheses)) {
    CHECK(options.beam >= 1 && options.length_power >= 0);
    const auto most = static_cast<std::size_t>(options.beam) + 1;  // one more for the greedy hypothesis
    live_.resize(most);
    next_.resize(most);
    for (auto* list : {&live_, &next_}) {
        for (Hypothesis& hypothesis : *list) hypothesis.ids.reserve(static_cast<std::size_t>(limit_));
    }
    best_.ids.reserve(static_cast<std::size_t>(limit_));
    parents_.reserve(most);
    cache_used_.resize(most);
    top_.reserve(most);
    candidates_.reserve(most * most);
    divisors_.assign(static_cast<std::size_t>(limit_) + 1, 1.0);
    for (int n = 1; n <= limit_; ++n) {
        divisors_[static_cast<std::size_t>(n)] =
            kernels::exp_f64(options.length_power * kernels::log_f64(static_cast<double>(n)));
    }
}

double BeamSearch::score(double log_probability, int tokens) const {
    return log_probability / divisors_[static_cast<std::size_t>(tokens)];
}

Result<Translation> BeamSearch::translate(std::span<const TokenId> source) {
    RETURN_IF_ERROR(state_->read(source));
    best_.ids.clear();
    best_.log_probability = 0;
    best_.score = -std::numeric_limits<double>::infinity();
    finished_ = 0;
    live_[0].ids.clear();
    live_[0].log_probability = 0;
    live_[0].greedy = true;
    live_[0].cache = 0;
    live_count_ = 1;
    for (int position = 0; live_count_ > 0; ++position) {
        RETURN_IF_ERROR(expand(position));
        select(position);
        assign_caches(position + 1);
        std::swap(live_, next_);
        live_count_ = decided(position + 1) ? 0 : next_count_;
    }
    return best_;
}

// The likeliest continuations of all hypotheses. More than beam + 1 of one cannot matter: at most one of them ends.
Result<void> BeamSearch::expand(int position) {
    candidates_.clear();
    for (int i = 0; i < live_count_; ++i) {
        const Hypothesis& hypothesis = live_[static_cast<std::size_t>(i)];
        const TokenId last = position == 0 ? config_.start_token : hypothesis.ids.back();
        const std::span<const float> logits = state_->step(hypothesis.cache, last, position);
        if (!log_probabilities_.prepare(compute_->kernels(), logits))
            return invalid("no logit of the model is a number");
        log_probabilities_.top(std::min(options_.beam + 1, config_.vocab), top_);
        for (const TokenId id : top_) {
            candidates_.push_back({.parent = i,
                                   .id = id,
                                   .log_probability = hypothesis.log_probability + log_probabilities_.of(id),
                                   .greedy = hypothesis.greedy && id == top_.front()});
        }
    }
    std::ranges::sort(candidates_, [](const Candidate& a, const Candidate& b) {
        if (a.log_probability != b.log_probability) return a.log_probability > b.log_probability;
        if (a.greedy != b.greedy) return a.greedy;
        return a.parent != b.parent ? a.parent < b.parent : a.id < b.id;
    });
    return {};
}

// Those that end count if they are among the `beam` best; the `beam` best of the others live on.
void BeamSearch::select(int position) {
    next_count_ = 0;
    parents_.clear();
    const bool last = position + 1 == limit_;
    int rank = 0, kept = 0;
    for (const Candidate& candidate : candidates_) {
        const bool among_best = rank++ < options_.beam;
        if (last || candidate.id == config_.end_token) {
            if (among_best || candidate.greedy) finish(candidate);
        } else if (kept < options_.beam) {
            ++kept;
            add(candidate);
        } else if (candidate.greedy) {
            add(candidate);
        }
    }
}

void BeamSearch::add(const Candidate& candidate) {
    const Hypothesis& parent = live_[static_cast<std::size_t>(candidate.parent)];
    Hypothesis& child = next_[static_cast<std::size_t>(next_count_++)];
    child.ids.assign(parent.ids.begin(), parent.ids.end());
    child.ids.push_back(candidate.id);
    child.log_probability = candidate.log_probability;
    child.greedy = candidate.greedy;
    parents_.push_back(candidate.parent);
}

void BeamSearch::finish(const Candidate& candidate) {
    ++finished_;
    const Hypothesis& parent = live_[static_cast<std::size_t>(candidate.parent)];
    const double candidate_score = score(candidate.log_probability, static_cast<int>(parent.ids.size()) + 1);
    if (candidate_score <= best_.score) return;
    best_.score = candidate_score;
    best_.log_probability = candidate.log_probability;
    best_.ids.assign(parent.ids.begin(), parent.ids.end());
    best_.ids.push_back(candidate.id);
}

// A parent's first child takes over its cache, the others get copies in caches of hypotheses that died.
void BeamSearch::assign_caches(int positions) {
    std::ranges::fill(cache_used_, 0);
    const auto cache_of = [this](int parent) { return live_[static_cast<std::size_t>(parent)].cache; };
    for (const int parent : parents_) cache_used_[static_cast<std::size_t>(cache_of(parent))] = 1;
    for (int i = 0; i < next_count_; ++i) {
        const int parent = parents_[static_cast<std::size_t>(i)];
        const auto first = std::ranges::find(parents_, parent) - parents_.begin();
        int cache = cache_of(parent);
        if (first != i) {
            const auto free = std::ranges::find(cache_used_, 0);
            CHECK(free != cache_used_.end());
            *free = 1;
            state_->copy(cache, static_cast<int>(free - cache_used_.begin()), positions);
            cache = static_cast<int>(free - cache_used_.begin());
        }
        next_[static_cast<std::size_t>(i)].cache = cache;
    }
}

// Nothing that lives can win any more (log-probabilities only fall, and no length divides more than the limit: Huang,
// Zhao, Ma, 2017, "When to Finish?"), or `beam` hypotheses have ended, and the greedy one with them.
bool BeamSearch::decided(int position) const {
    const std::span<const Hypothesis> living(live_.data(), static_cast<std::size_t>(next_count_));
    if (position == limit_ || living.empty()) return true;
    const bool greedy_ended = std::ranges::none_of(living, &Hypothesis::greedy);
    if (finished_ >= options_.beam && greedy_ended) return true;
    return std::ranges::all_of(living,
                               [this](const Hypothesis& h) { return score(h.log_probability, limit_) <= best_.score; });
}

}  // namespace headlight::model
