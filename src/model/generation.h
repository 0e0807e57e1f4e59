#pragma once
// Writing on: forward, sample, append. The page's session steps through the same tokens for the same seed.

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/gpt.h"
#include "model/sampler.h"

namespace headlight::model {

struct Generation {
    int tokens = 100;  // at most this many new ones
    std::uint32_t seed = 0;
    Sampling sampling = {};
    bool stop_at_end = true;  // after the end token
};

struct GeneratedToken {
    TokenId id = 0;
    int index = 0;          // 0 for the first new one: draw_at(seed, index) picked it
    float probability = 0;  // after temperature and cuts
    int dropped = 0;        // tokens at the front that no longer fit into the context
};

// What the model sees of a text: its last `context` tokens. When the text has outgrown the context, every step moves
// all positions by one, and all rows are computed again (seed 003's loop does the same); until then only the new row
// is.
[[nodiscard]] inline std::span<const TokenId> window(std::span<const TokenId> ids, int context) {
    const auto most = static_cast<std::size_t>(context);
    return ids.size() > most ? ids.subspan(ids.size() - most) : ids;
}

// One token at a time; the cache and the work space are made once, a step allocates nothing before the context is full.
class Generator {
  public:
    // An empty prompt starts from the end token, which stands before every text; an error when there is none, or when
    // an id is not in the vocabulary. compute and gpt must outlive the generator.
    [[nodiscard]] static Result<Generator> create(const Compute& compute, const Gpt& gpt,
                                                  std::span<const TokenId> prompt, const Generation& options);

    [[nodiscard]] bool done() const { return done_; }
    // Computes what is missing, picks the next token and appends it. id -1 (and done) when no logit was a number.
    GeneratedToken step();
    [[nodiscard]] std::span<const TokenId> ids() const { return ids_; }  // prompt and new tokens

  private:
    Generator(const Compute& compute, const Gpt& gpt, std::vector<TokenId> ids, const Generation& options);

    const Compute* compute_;
    const Gpt* gpt_;
    Generation options_;
    Activations cache_;
    Sampler sampler_;
    std::vector<TokenId> ids_;
    int computed_ = 0;  // rows of the cache that are valid for the present window
    int generated_ = 0;
    bool done_ = false;
};

// Runs to the end; `seen` may stop it by returning false. Returns the new tokens.
[[nodiscard]] Result<std::vector<TokenId>> generate(const Compute& compute, const Gpt& gpt,
                                                    std::span<const TokenId> prompt, const Generation& options,
                                                    const std::function<bool(const GeneratedToken&)>& seen = {});

}  // namespace headlight::model
