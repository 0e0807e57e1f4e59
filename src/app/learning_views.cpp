// What there is to see of a learning model: predictions, traces, the plane of its embeddings, its weights as text.

#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>

#include "app/learned_weights.h"
#include "app/learning_state.h"
#include "base/check.h"
#include "base/rng.h"
#include "kernels/elementary.h"
#include "model/translator.h"

namespace headlight::app {
namespace {

PredictedWord predicted(const model::LogProbabilities& log_probabilities, std::vector<std::int32_t>& ids) {
    PredictedWord out;
    log_probabilities.top(Learning::kTop, ids);
    for (const std::int32_t id : ids) {
        out.top.push_back({id, static_cast<float>(kernels::exp_f64(log_probabilities.of(id)))});
    }
    out.word = out.top.front();
    return out;
}

bool same_words(const Prediction& prediction, const std::vector<std::int32_t>& wanted) {
    if (!prediction.ended || prediction.words.size() != wanted.size() + 1) return false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (prediction.words[i].word.id != wanted[i]) return false;
    }
    return true;
}

Prediction decode(const kernels::Compute& compute, const model::EncoderDecoder& model,
                  std::span<const std::int32_t> prompt) {
    model::DecodeState state(compute, model, 1);
    Prediction out;
    if (!state.read(prompt).has_value()) return out;
    model::LogProbabilities log_probabilities;
    std::vector<std::int32_t> ids;
    std::int32_t token = model.config().start_token;
    for (int position = 0; position < model.config().context && !out.ended; ++position) {
        const std::span<const float> logits = state.step(0, token, position);
        if (!log_probabilities.prepare(compute.kernels(), logits)) break;
        out.words.push_back(predicted(log_probabilities, ids));
        token = out.words.back().word.id;
        out.ended = token == model.config().end_token;
    }
    return out;
}

}  // namespace

void Learning::State::judge() {
    const auto comes_out = [&](const LearningPair& pair) {
        return same_words(decode(compute, model(), pair.prompt), pair.continuation);
    };
    converged = loss < kConvergedLoss && (converged || std::ranges::all_of(corpus.pairs(), comes_out));
}

void Learning::State::trace_pass(const LearningPair& pair) const {
    trace.source = pair.prompt;
    trace.target = {corpus.start()};
    trace.target.insert(trace.target.end(), pair.continuation.begin(), pair.continuation.end());
    const int source = static_cast<int>(trace.source.size()), target = static_cast<int>(trace.target.size());
    const std::array<int, 1> length{source};
    encoder =
        std::make_unique<model::Activations>(encoder_activations(model().config(), 1, source, model::Keep::trace));
    decoder = std::make_unique<model::Activations>(
        decoder_activations(model().config(), 1, target, source, model::Keep::trace));
    model::EncoderForward(compute, model(), *encoder, trace.source, length).run();
    model::DecoderForward(compute, model(), *decoder, *encoder, trace.target, 0, length).run();
    trace.encoder = encoder.get();
    trace.decoder = decoder.get();
}

const std::vector<Prediction>& Learning::predictions() const {
    const State& s = *state_;
    if (s.predictions_of == s.revision) return s.predictions;
    s.predictions.clear();
    for (const LearningPair& pair : s.corpus.pairs()) {
        s.predictions.push_back(decode(s.compute, s.model(), pair.prompt));
        s.predictions.back().right = same_words(s.predictions.back(), pair.continuation);
    }
    s.predictions_of = s.revision;
    return s.predictions;
}

Prediction Learning::predict(std::span<const std::int32_t> prompt) const {
    const State& s = *state_;
    Prediction out = decode(s.compute, s.model(), prompt);
    for (const LearningPair& pair : s.corpus.pairs()) {
        if (std::ranges::equal(pair.prompt, prompt)) out.right = same_words(out, pair.continuation);
    }
    return out;
}

const Learning::PairTrace& Learning::trace(int pair) const {
    const State& s = *state_;
    CHECK(pair >= 0 && pair < static_cast<int>(s.corpus.pairs().size()));
    if (s.trace_of != s.revision || s.trace_pair != pair) {
        s.trace_pass(s.corpus.pairs()[static_cast<std::size_t>(pair)]);
        s.trace_of = s.revision;
        s.trace_pair = pair;
    }
    return s.trace;
}

const interpret::Plane& Learning::embedding_plane() const {
    const State& s = *state_;
    if (s.plane_of != s.revision) {
        const model::EncoderDecoder& m = s.model();
        const int d = m.config().d_model;
        s.plane = interpret::principal_plane({m.weights(m.layout().embed), m.config().vocab, d, d, 1}, s.start_points);
        s.plane_of = s.revision;
    }
    return s.plane;
}

std::string Learning::weights_text() const {
    return encode_weights(model().params(), steps(), corpus().fingerprint());
}

std::string Learning::hash() const {
    std::uint64_t hash = model().params().size();
    for (const float value : model().params()) hash = mix64(hash ^ std::bit_cast<std::uint32_t>(value));
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
    return text.data();
}

}  // namespace headlight::app
