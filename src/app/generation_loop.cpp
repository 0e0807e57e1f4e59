#include "app/generation_loop.h"

#include <algorithm>

#include "base/check.h"
#include "base/stopwatch.h"

namespace headlight::app {
namespace {

// Positions that the loop can need: no cache for a context that it never fills.
int most_positions(const std::vector<std::int32_t>& ids, int context_size) {
    return std::min(static_cast<int>(ids.size()) + kLoopTokens, context_size);
}

}  // namespace

GenerationLoop::GenerationLoop(const model::Compute& compute, const model::Gpt& gpt, std::vector<std::int32_t> ids,
                               int context_size)
    : compute_(compute),
      gpt_(gpt),
      ids_(std::move(ids)),
      typed_(static_cast<int>(ids_.size())),
      context_size_(context_size),
      cache_(gpt.config(), 1, most_positions(ids_, context_size), model::Keep::decode) {
    CHECK(!ids_.empty() && context_size >= 1 && context_size <= gpt.config().context);
    for (const std::int32_t id : ids_) CHECK(id >= 0 && id < gpt.config().vocab);
}

bool GenerationLoop::advance(double budget_ms) {
    const Stopwatch watch;
    const std::size_t before = steps_.size();
    while (!done_) {
        if (forward_ == nullptr) begin_pass();
        if (forward_->advance()) finish_step();
        if (watch.ms() >= budget_ms) break;
    }
    return steps_.size() > before;
}

// A crop that has moved gives every token another position: nothing of the cache holds.
void GenerationLoop::begin_pass() {
    const int length = static_cast<int>(ids_.size());
    const int first = std::max(0, length - context_size_);
    if (first != first_) computed_ = 0;
    first_ = first;
    rows_.assign(ids_.begin() + first_ + computed_, ids_.end());
    model::ForwardOptions options;
    options.logits = model::LogitRows::last;
    forward_ = std::make_unique<model::Forward>(compute_, gpt_, cache_, rows_, computed_, options);
}

void GenerationLoop::finish_step() {
    const std::span<const float> row(forward_->last_logits(), static_cast<std::size_t>(gpt_.config().vocab));
    sampler_.prepare(compute_.kernels(), row, {});
    LoopStep step;
    step.length = static_cast<int>(ids_.size());
    step.first = first_;
    const auto shown = std::min(kShownLogits, row.size());
    step.begin.assign(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(shown));
    step.end.assign(row.end() - static_cast<std::ptrdiff_t>(shown), row.end());
    const auto candidates = sampler_.candidates();
    const auto most = static_cast<std::ptrdiff_t>(std::min(kShownTokens, candidates.size()));
    step.top.assign(candidates.begin(), candidates.begin() + most);
    // Sorted by logit, then id: the first one is what argmax finds.
    if (sampler_.bad_logits() < gpt_.config().vocab) step.next = step.top.front().id;
    computed_ = step.length - first_;
    forward_.reset();
    if (step.next >= 0) ids_.push_back(step.next);
    steps_.push_back(std::move(step));
    done_ = steps_.back().next < 0 || steps_.size() == static_cast<std::size_t>(kLoopTokens);
}

}  // namespace headlight::app
