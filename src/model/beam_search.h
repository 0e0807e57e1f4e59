#pragma once
// Translating by beam search: the `beam` most likely beginnings are kept and continued. (Greedy and sampled, token by
// token: model/translator.h.)

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/translator.h"

namespace headlight::model {

struct BeamOptions {
    int beam = 4;             // at least 1; 1 is greedy
    int tokens = 0;           // at most so many target tokens; 0: as many as there are positions
    double length_power = 1;  // a hypothesis of n tokens scores log-probability / n^length_power, at least 0
};

struct Translation {
    std::vector<TokenId> ids;  // of the target, with the end token if it came
    double log_probability = 0;
    double score = 0;  // after the length is allowed for (Wu et al., 2016, section 7, in its simplest form)
};

// Made once, used for any number of sentences; the search allocates nothing but its result. compute and model must
// outlive it.
class BeamSearch {
  public:
    BeamSearch(const Compute& compute, const EncoderDecoder& model, const BeamOptions& options = {});
    // The same over somebody else's hypotheses: beam + 1 of them, numbered from 0.
    BeamSearch(const Compute& compute, const EncoderDecoderConfig& config, std::unique_ptr<Hypotheses> hypotheses,
               const BeamOptions& options);

    // The best hypothesis for a source. The greedy one is carried along even where the beam would
    // drop it, so that the result never scores below it. Errors: a bad source; no logit is a number.
    Result<Translation> translate(std::span<const TokenId> source);

    // log_probability / tokens^length_power
    [[nodiscard]] double score(double log_probability, int tokens) const;

  private:
    struct Hypothesis {
        std::vector<TokenId> ids;
        double log_probability = 0;
        bool greedy = true;  // every token was the most likely one
        int cache = 0;
    };
    struct Candidate {
        int parent;
        TokenId id;
        double log_probability;
        bool greedy;
    };
    Result<void> expand(int position);
    void select(int position);
    void add(const Candidate& candidate);
    void finish(const Candidate& candidate);
    void assign_caches(int position);
    [[nodiscard]] bool decided(int position) const;

    const Compute* compute_;
    EncoderDecoderConfig config_;
    BeamOptions options_;
    int limit_;
    std::unique_ptr<Hypotheses> state_;
    LogProbabilities log_probabilities_;
    std::vector<Hypothesis> live_, next_;  // [beam + 1]; the first live_count_ and next_count_ are valid
    int live_count_ = 0, next_count_ = 0;
    std::vector<int> parents_;      // of next_
    std::vector<char> cache_used_;  // [beam + 1]
    std::vector<TokenId> top_;
    std::vector<Candidate> candidates_;
    std::vector<double> divisors_;  // [limit + 1]
    Translation best_;
    int finished_ = 0;
};

}  // namespace headlight::model
