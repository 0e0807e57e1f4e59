#pragma once
// Every intermediate value of a forward pass, under the name of its trace site. What is kept decides the memory: the
// trainer's memory and the picture's trace are the same thing.

#include <array>
#include <vector>

#include "model/config.h"
#include "nn/sites.h"

namespace headlight::model {

using nn::Site;

enum class Keep {
    decode,    // only keys and values of all layers (the KV cache), the rest of one layer; logits of one position
    training,  // what the backward pass reads
    trace,     // every site of every layer; the logits of every position
};

class Activations {
  public:
    // batch sequences of up to `context` positions (at most the model's). Only training has a batch above 1.
    Activations(const GptConfig& config, int batch, int context, Keep keep);

    // The first float of a site's values in this layer. Row (b * context + position) holds a position's values;
    // attn_scores and pattern are [batch, head, context, context].
    [[nodiscard]] float* at(Site site, int layer = 0);
    [[nodiscard]] const float* at(Site site, int layer = 0) const;

    // Means of the layer norms, [rows]; no trace site.
    enum class Norm { ln1, ln2, ln_final };
    [[nodiscard]] float* mean(Norm norm, int layer = 0);

    // A site's values for `positions` positions of the first sequence, axes as the site's shape says.
    // Only what was kept: with Keep::trace, everything.
    [[nodiscard]] nn::SiteView view(Site site, int layer, int positions) const;
    [[nodiscard]] nn::MutableSiteView view(Site site, int layer, int positions);

    [[nodiscard]] int batch() const { return batch_; }
    [[nodiscard]] int context() const { return context_; }
    [[nodiscard]] Keep keep() const { return keep_; }
    [[nodiscard]] int layers() const { return layers_; }
    [[nodiscard]] std::size_t bytes() const { return buffer_.size() * sizeof(float); }

  private:
    struct Slot {
        std::size_t offset = 0;
        std::size_t layer_stride = 0;  // 0 when only one layer is kept
    };
    static constexpr std::size_t kSlots = nn::kSites.size() + 3;

    int batch_, context_, layers_;
    Keep keep_;
    GptConfig config_;
    std::array<Slot, kSlots> slots_{};
    std::vector<float> buffer_;
};

}  // namespace headlight::model
