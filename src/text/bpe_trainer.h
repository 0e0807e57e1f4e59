#pragma once
// Learns a byte-level BPE (Sennrich, Haddow, Birch, 2016, on bytes as GPT-2): the most frequent pair of neighbours
// inside words is joined, again and again. Pairs that are equally frequent: the lexicographically greater (left bytes,
// right bytes) first. Same texts and options, same tokenizer.

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "text/tokenizer.h"

namespace headlight::text {

struct BpeTrainerOptions {
    int vocab_size = 2048;  // 256 bytes + merges + special tokens; fewer when the pairs run out
    // The last ids, in this order. Where one stands in a text it cuts words and is no part of any.
    std::vector<std::string> special_tokens = {std::string(kEndOfText)};
    int min_frequency = 2;  // rarer pairs are not joined; at least 1
    // Called now and then with tokens made and tokens wanted; false cancels.
    std::function<bool(int done, int total)> progress = {};
};

// `texts`: any bytes, in any cutting (but no word is counted across two of them). Ids 0..255 are the bytes in GPT-2's
// order (byte_order()), then the merges in the order they were made, then the special tokens.
// Errors: options out of range, cancelled.
Result<Tokenizer> train_bpe(std::span<const std::string> texts, const BpeTrainerOptions& options);

}  // namespace headlight::text
