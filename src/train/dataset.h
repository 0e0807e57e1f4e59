#pragma once
// Tokens to train on and to measure with.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "nn/layers.h"
#include "text/tokenizer.h"

namespace headlight::train {

using nn::TokenId;

// A text of documents separated by lines <|endoftext|>, as one stream: each document stripped of white space at both
// ends, its tokens, then the end token.
struct TokenStream {
    std::vector<TokenId> ids;
    std::size_t documents = 0;
    std::size_t bytes = 0;  // UTF-8 bytes of the documents, plus one for each end token
};
[[nodiscard]] Result<TokenStream> encode_documents(const text::Tokenizer& tokenizer, std::string_view text);

// Training windows: a stream is drawn by weight, then a place in it, uniformly.
class Dataset {
  public:
    // Every stream must hold more than context + 1 tokens.
    static Result<Dataset> create(std::vector<std::vector<TokenId>> streams, std::vector<double> weights, int context);

    // Fills ids and targets [batch * context]; a window's targets are its ids one place on.
    void sample(Rng& rng, std::span<TokenId> ids, std::span<TokenId> targets) const;
    [[nodiscard]] std::size_t tokens() const;

  private:
    std::vector<std::vector<TokenId>> streams_;
    std::vector<double> cumulative_;  // ends at 1
    std::size_t context_ = 0;
};

}  // namespace headlight::train
