#pragma once
// Every intermediate value of a forward pass, under the name of its trace site. What is kept decides the memory: the
// trainer's memory and the picture's trace are the same thing.

#include <array>
#include <vector>

#include "model/config.h"
#include "nn/sites.h"

namespace headlight::model {

using nn::Site;

// The sizes that the sites of a stack of blocks have.
struct StackShape {
    nn::Stack stack = nn::Stack::gpt;
    int layers = 0, d_model = 0, heads = 0, d_head = 0, d_mlp = 0, vocab = 0;
};

enum class Keep {
    decode,    // only keys and values of all layers (the KV cache), the rest of one layer; logits of one position
    training,  // what the backward pass reads
    trace,     // every site of every layer; the logits of every position
};

class Activations {
  public:
    // batch sequences of up to `context` positions (at most the model's). Only training has a batch above 1.
    Activations(const GptConfig& config, int batch, int context, Keep keep);
    // Of any stack; source_context: the most positions of the source that a decoder attends to.
    Activations(const StackShape& shape, int batch, int context, Keep keep, int source_context = 0);

    // Other sizes within what was reserved: at most as many rows, scores and source rows. Values are lost.
    void resize(int batch, int context, int source_context = 0);

    // The first float of a site's values in this layer. Row (b * context + position) holds a position's values;
    // attn_scores and pattern are [batch, head, context, context].
    [[nodiscard]] float* at(Site site, int layer = 0);
    [[nodiscard]] const float* at(Site site, int layer = 0) const;

    // Means of the layer norms, [rows]; no trace site.
    enum class Norm { ln1, ln2, ln3, ln_final };
    [[nodiscard]] float* mean(Norm norm, int layer = 0);

    // A site's values for `positions` positions of the first sequence, axes as the site's shape says; the source's
    // positions of cross-attention are as many as there were. Only what was kept: with Keep::trace, everything.
    [[nodiscard]] nn::SiteView view(Site site, int layer, int positions) const;
    [[nodiscard]] nn::MutableSiteView view(Site site, int layer, int positions);

    [[nodiscard]] int batch() const { return batch_; }
    [[nodiscard]] int context() const { return context_; }
    [[nodiscard]] int source_context() const { return source_context_; }
    // Of the first sequence's source; what the forward pass found.
    [[nodiscard]] int source_positions() const { return source_positions_; }
    void set_source_positions(int positions) { source_positions_ = positions; }
    [[nodiscard]] const StackShape& shape() const { return shape_; }
    [[nodiscard]] Keep keep() const { return keep_; }
    [[nodiscard]] int layers() const { return shape_.layers; }
    [[nodiscard]] std::size_t bytes() const { return buffer_.size() * sizeof(float); }

  private:
    struct Slot {
        std::size_t offset = 0;
        std::size_t layer_stride = 0;  // 0 when only one layer is kept
    };
    static constexpr std::size_t kSlots = nn::kAllSites.size() + 4;

    // Floats of a row of the site: a position's, for all heads.
    [[nodiscard]] std::size_t columns(Site site) const;
    [[nodiscard]] std::size_t rows(Site site) const;

    StackShape shape_;
    int batch_, context_, source_context_;
    int source_positions_ = 0;
    Keep keep_;
    std::size_t most_rows_, most_source_rows_, most_scores_, most_source_scores_;
    std::array<Slot, kSlots> slots_{};
    std::vector<float> buffer_;
};

}  // namespace headlight::model
