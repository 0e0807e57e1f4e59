#pragma once
// How close translations come to reference translations: chrF and BLEU over a corpus, counted as sacrebleu 2 counts
// them (Post, 2018, "A Call for Clarity in Reporting BLEU Scores") with its defaults and one reference a sentence.
// Characters are Unicode code points. Scores are from 0 to 100.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headlight::text {

// n-grams of one order n.
struct NgramCounts {
    std::int64_t hypothesis = 0;
    std::int64_t reference = 0;
    std::int64_t common = 0;  // each n-gram as often as it stands in both
};

// chrF2 (Popović, 2015, "chrF: character n-gram F-score for automatic MT evaluation", equation 1): with precision P and
// recall R, each the mean over the orders n = 1 .. 6,
//   chrF = (1 + b^2) P R / (b^2 P + R), b = 2.
// White space is removed first; orders of which there is no n-gram on either side are left out of the means. Counts are
// summed over the corpus; a sentence whose reference has no n-gram of an order does not count for that order.
class Chrf {
  public:
    static constexpr int kOrders = 6;
    void add(std::string_view hypothesis, std::string_view reference);
    [[nodiscard]] double score() const;
    [[nodiscard]] const std::array<NgramCounts, kOrders>& counts() const { return counts_; }

  private:
    std::array<NgramCounts, kOrders> counts_{};
};

// BLEU (Papineni et al., 2002, "BLEU: a Method for Automatic Evaluation of Machine Translation", section 2.3):
//   BLEU = BP exp(1/4 sum_n log p_n), n = 1 .. 4; BP = exp(1 - r / c) if the hypotheses' c words are fewer than the
// references' r, else 1. Words are those of tokenize_13a. The k-th order without a match gets p_n = 1 / (2^k
// hypothesis n-grams) (sacrebleu's "exp": Chen, Cherry, 2014, method 3); without any match, or any 4-gram, the score
// is 0.
class Bleu {
  public:
    static constexpr int kOrders = 4;
    void add(std::string_view hypothesis, std::string_view reference);
    [[nodiscard]] double score() const;
    [[nodiscard]] double brevity_penalty() const;
    // The orders' counts; those of n = 1 are the words.
    [[nodiscard]] const std::array<NgramCounts, kOrders>& counts() const { return counts_; }

  private:
    std::array<NgramCounts, kOrders> counts_{};
};

// The words of a sentence as NIST's mteval-v13a.pl cuts it: punctuation and symbols of ASCII stand alone, except a
// period or comma inside a number and a hyphen that follows no digit.
[[nodiscard]] std::vector<std::string> tokenize_13a(std::string_view sentence);

}  // namespace headlight::text
