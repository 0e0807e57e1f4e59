#pragma once
// Tokens as the model holds them: which are near to one another, and a flat picture of some.

#include <array>
#include <span>
#include <vector>

#include "interpret/pca.h"
#include "model/gpt.h"

namespace headlight::interpret {

struct Neighbour {
    nn::TokenId id = -1;
    float cosine = 0;  // -1..1; 0 for an embedding of length 0, or one that is not finite
};

// The tokens whose embeddings point most nearly the same way, over the whole vocabulary in slices.
class Neighbours {
  public:
    // The `count` nearest to token `id`, itself left out. gpt must outlive this and keep its weights.
    Neighbours(const model::Gpt& gpt, nn::TokenId id, int count);

    // Looks at up to `rows` more tokens (at least one); true when all were looked at.
    bool advance(int rows);
    [[nodiscard]] bool done() const { return next_ == gpt_.config().vocab; }
    // The nearest so far: cosine descending, then id.
    [[nodiscard]] const std::vector<Neighbour>& result() const { return nearest_; }

  private:
    const model::Gpt& gpt_;
    nn::TokenId id_;
    std::size_t count_;
    nn::TokenId next_ = 0;
    std::vector<float> row_;         // [d_model]
    std::vector<double> direction_;  // of the token, length 1, [d_model]; zeros for an embedding of length 0
    std::vector<Neighbour> nearest_;
};

// All at once.
[[nodiscard]] std::vector<Neighbour> neighbours(const model::Gpt& gpt, nn::TokenId id, int count);

// Principal components (Pearson, 1901) of the embeddings of up to kMostEmbeddings tokens.
struct EmbeddingPlane {
    std::vector<Point> points;          // one an id, around the origin
    std::array<double, 2> explained{};  // share of the variance along each axis, 0..1
};
inline constexpr std::size_t kMostEmbeddings = 300;

// Each axis points so that its largest component (the first of equals) is positive. Ids beyond kMostEmbeddings are left
// out; all 0 without any variance.
[[nodiscard]] EmbeddingPlane embedding_plane(const model::Gpt& gpt, std::span<const nn::TokenId> ids);

}  // namespace headlight::interpret
