#include "interpret/changed_search.h"

#include <utility>

namespace headlight::interpret {

ChangedHypotheses::ChangedHypotheses(const model::Compute& compute, const model::EncoderDecoder& model,
                                     std::vector<Intervention> changes, int hypotheses)
    : changes_(std::move(changes)),
      changed_(compute, model, hypotheses, needs_own_trace(changes_) ? model::Keep::trace : model::Keep::decode) {
    if (needs_baseline(changes_)) unchanged_.emplace(compute, model, hypotheses, model::Keep::trace);
}

InterventionObserver ChangedHypotheses::observer(int hypothesis) const {
    InterventionObserver::Runs runs{.own_encoder = &changed_.encoder(), .own_decoder = &changed_.decoder(hypothesis)};
    if (unchanged_.has_value()) {
        runs.encoder = &unchanged_->encoder();
        runs.decoder = &unchanged_->decoder(hypothesis);
        runs.sources = sources_;
    }
    return {changes_, runs};
}

Result<void> ChangedHypotheses::read(std::span<const nn::TokenId> source) {
    sources_ = static_cast<int>(source.size());
    if (unchanged_.has_value()) RETURN_IF_ERROR(unchanged_->read(source));
    if (source.empty()) return changed_.read(source);
    InterventionObserver changes = observer(0);
    return changed_.read(source, &changes);
}

std::span<const float> ChangedHypotheses::step(int hypothesis, nn::TokenId token, int position) {
    if (unchanged_.has_value()) (void)unchanged_->step(hypothesis, token, position);
    InterventionObserver changes = observer(hypothesis);
    return changed_.step(hypothesis, token, position, &changes);
}

void ChangedHypotheses::copy(int from, int to, int positions) {
    changed_.copy(from, to, positions);
    if (unchanged_.has_value()) unchanged_->copy(from, to, positions);
}

}  // namespace headlight::interpret
