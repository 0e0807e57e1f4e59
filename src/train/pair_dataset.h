#pragma once
// Sentence pairs in batches of similar length.

#include <cstdint>
#include <span>
#include <vector>

#include "model/encoder_decoder.h"

namespace headlight::train {

using nn::TokenId;

// Tokens of a source and of a target, neither with <start> or <end>. None may be empty.
struct TokenPair {
    std::vector<TokenId> source, target;
};

// One batch, padded: rows of `batch` sources and targets one after another.
struct PairBatch {
    int batch = 0, source_context = 0, target_context = 0;
    std::vector<TokenId> source;      // [batch * source_context]
    std::vector<int> source_lengths;  // [batch]
    std::vector<TokenId> target;      // [batch * target_context], <start> first: what the decoder reads
    std::vector<TokenId> targets;     // the same one place on, <end> last, nn::kNoTarget on padding
    std::int64_t tokens = 0;          // real ones, of both sides
};

class PairDataset {
  public:
    // Every batch holds as many pairs as fit into `rows` rows on either side, at least one. The pairs of a batch have
    // about the same length (all pairs of the epoch are shuffled, and sorted in runs of many batches).
    // Pairs longer than the context (with <start> and <end>) must not be there.
    PairDataset(std::vector<TokenPair> pairs, const model::EncoderDecoderConfig& config, int rows);

    // The batches of an epoch are a function of (seed, epoch).
    void begin_epoch(std::uint64_t seed, std::int64_t epoch);
    [[nodiscard]] int batches() const { return static_cast<int>(batches_.size()); }
    // Allocates nothing once the largest batch was seen.
    void fill(int batch, PairBatch& out) const;

    [[nodiscard]] const std::vector<TokenPair>& pairs() const { return pairs_; }
    [[nodiscard]] int rows() const { return rows_; }                // the most of any batch, on either side
    [[nodiscard]] int most_source() const { return most_source_; }  // longest source
    [[nodiscard]] int most_target() const { return most_target_; }  // longest target, with <start>

  private:
    struct Range {
        int first, count;
    };
    [[nodiscard]] int longest(int pair) const;

    std::vector<TokenPair> pairs_;
    TokenId start_, end_, pad_;
    int rows_, most_source_ = 1, most_target_ = 1;
    std::vector<int> order_;
    std::vector<Range> batches_;
};

}  // namespace headlight::train
