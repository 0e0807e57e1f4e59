#pragma once
// Translating with an encoder-decoder: the encoder reads the source once, then the decoder writes one token after
// another from the start token on, greedily or sampled. (Beam search: model/beam_search.h.)

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/encoder_decoder.h"
#include "model/generation.h"
#include "model/sampler.h"

namespace headlight::model {

// Why a source cannot be read: empty, too long for the context, or an id outside the vocabulary.
[[nodiscard]] Result<void> check_source(const EncoderDecoderConfig& config, std::span<const TokenId> source);

// The beginnings of translations of one source that a search goes on with, by their numbers.
class Hypotheses {
  public:
    virtual ~Hypotheses() = default;
    // Runs the encoder; what was there is void.
    virtual Result<void> read(std::span<const TokenId> source) = 0;
    // Runs the decoder over the token at `position` (0: the start token) of a hypothesis whose earlier positions have
    // run. Returns the logits of what follows, [vocab], valid until the hypothesis' next step.
    virtual std::span<const float> step(int hypothesis, TokenId token, int position) = 0;
    // Makes `to` a copy of `from`, which has run `positions` >= 1 positions.
    virtual void copy(int from, int to, int positions) = 0;
};

// The encoder's output for one source and the KV caches of decoders that read it, one a hypothesis; made once, used for
// any number of sentences. compute and model must outlive it.
class DecodeState final : public Hypotheses {
  public:
    // Keep::trace: what stands behind heads, layers and neurons can be read afterwards, at every position of a
    // hypothesis and of those that it was copied from.
    DecodeState(const Compute& compute, const EncoderDecoder& model, int hypotheses, Keep keep = Keep::decode);

    Result<void> read(std::span<const TokenId> source) override { return read(source, nullptr); }
    std::span<const float> step(int hypothesis, TokenId token, int position) override {
        return step(hypothesis, token, position, nullptr);
    }
    // The observer may change what it is shown.
    Result<void> read(std::span<const TokenId> source, nn::Observer* observer);
    std::span<const float> step(int hypothesis, TokenId token, int position, nn::Observer* observer);
    void copy(int from, int to, int positions) override;

    [[nodiscard]] const Activations& encoder() const { return encoder_; }
    [[nodiscard]] const Activations& decoder(int hypothesis) const {
        return decoders_[static_cast<std::size_t>(hypothesis)];
    }

  private:
    const Compute* compute_;
    const EncoderDecoder* model_;
    Activations encoder_;
    std::vector<Activations> decoders_;
    std::vector<int> source_length_;
};

// Log-probabilities from logits without a sum over exps of their own: softmax's largest entry is 1 / that sum.
class LogProbabilities {
  public:
    // Logits that are no numbers count as minus infinity. False when none is a number.
    bool prepare(const kernels::Kernels& kernels, std::span<const float> logits);
    [[nodiscard]] double of(TokenId id) const;
    [[nodiscard]] TokenId best() const { return best_; }  // of equals, the smallest id
    // The ids of the n largest, largest first; of equals the smaller id first.
    void top(int n, std::vector<TokenId>& ids) const;

  private:
    std::vector<float> logits_, probabilities_;
    TokenId best_ = 0;
    double log_best_ = 0;
};

struct TranslationOptions {
    int tokens = 0;                          // at most so many target tokens; 0: as many as there are positions
    Sampling sampling = {.temperature = 0};  // temperature 0: greedy
    std::uint32_t seed = 0;                  // draw_at(seed, i) picks the i-th token, as in the page
};

// One token at a time; the caches are made once, a step allocates nothing.
class Translator {
  public:
    Translator(const Compute& compute, const EncoderDecoder& model, const TranslationOptions& options = {});

    // Runs the encoder over a source: the tokens of a sentence, nothing before or after them.
    Result<void> start(std::span<const TokenId> source);
    [[nodiscard]] bool done() const { return done_; }
    // The next target token, at last the end token. id -1 (and done) when no logit was a number. Not before start().
    GeneratedToken step();
    // Of the target so far, without the start token.
    [[nodiscard]] std::span<const TokenId> ids() const { return ids_; }
    [[nodiscard]] double log_probability() const { return log_probability_; }

  private:
    const Compute* compute_;
    const EncoderDecoder* model_;
    TranslationOptions options_;
    int limit_;
    DecodeState state_;
    Sampler sampler_;
    LogProbabilities log_probabilities_;
    std::vector<TokenId> ids_;
    double log_probability_ = 0;
    bool done_ = true;
};

}  // namespace headlight::model
