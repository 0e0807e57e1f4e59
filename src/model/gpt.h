#pragma once
// A GPT-2-shaped decoder (Radford et al., 2019): pre-norm blocks, learned positions, tanh-GELU, tied or untied head.
// There is one forward pass: training, prefill, decoding with the KV cache, tracing and interventions all run it.

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernels/compute.h"
#include "model/activations.h"
#include "model/config.h"
#include "nn/layers.h"

namespace headlight::model {

using kernels::Compute;
using nn::TokenId;

// Weights, const after load. The caller owns activations and cache. Matrices are held interleaved for the kernels, and
// only so; a model that is trained keeps all parameters as plain floats beside them.
class Gpt {
  public:
    // To be trained. params: GptLayout(config).size() floats in the layout's order.
    Gpt(const Compute& compute, const GptConfig& config, std::vector<float> params);
    Gpt(Gpt&&) = default;
    Gpt& operator=(Gpt&&) = default;

    // Weights drawn from N(0, 0.02), residual projections scaled by 1 / sqrt(2 layers), norms 1 and 0, as GPT-2.
    [[nodiscard]] static Gpt random(const Compute& compute, const GptConfig& config, std::uint64_t seed);

    // A model that comes piece by piece: memory for all of it (too_large when there is none), then every parameter by
    // fill(). Matrices are held in `format`, everything else as floats.
    [[nodiscard]] static Result<Gpt> reserve(const Compute& compute, const GptConfig& config,
                                             kernels::WeightFormat format);
    // What reserve() asks for, in bytes.
    [[nodiscard]] static std::uint64_t bytes(const Compute& compute, const GptConfig& config,
                                             kernels::WeightFormat format);
    // Rows of parameter `param` of the layout, in the shape that the layout gives it, from `first_row` on. Of matrices:
    // a multiple of 32 rows, or all to the end. Positions and vectors (one row): any part.
    void fill(const Compute& compute, std::size_t param, std::int64_t first_row, std::span<const float> rows);
    // The same with quants of one byte, and scales of 32 numbers along the input dimension: [rows / 32, out] for
    // [in, out] matrices, [rows, ceil(d_model / 32)] for the embedding and the head. Only for models held in q8.
    void fill_q8(std::size_t param, std::int64_t first_row, std::span<const std::int8_t> rows,
                 std::span<const float> scales);

    [[nodiscard]] const GptConfig& config() const { return config_; }
    [[nodiscard]] const GptLayout& layout() const { return layout_; }
    [[nodiscard]] kernels::WeightFormat format() const { return format_; }

    // A norm, a bias or the positions, [context, d_model].
    [[nodiscard]] const float* weights(std::size_t offset) const;
    // A row of the token embedding, [d_model].
    void embedding(TokenId id, float* out) const;
    // Any parameter as products see it, by its offset in the layout.
    [[nodiscard]] float value(std::size_t offset) const;
    // Of parameter `param`: a row, or all of it.
    void read_row(std::size_t param, std::int64_t row, float* out) const;
    [[nodiscard]] std::vector<float> tensor(std::size_t param) const;
    [[nodiscard]] std::vector<float> all_params() const;  // in the layout's order
    // Where a matrix holds element (row, column) of parameter `param`; no matrix: it is a plain float.
    struct Place {
        const kernels::PackedMatrix* matrix = nullptr;
        int k = 0, n = 0;
    };
    [[nodiscard]] Place place(std::size_t param, std::int64_t row, std::int64_t column) const;

    // For the trainer: keep the parameters as floats, too.
    void make_trainable(const Compute& compute);
    // Of a model to be trained: change them, then pack() before the next forward pass.
    [[nodiscard]] std::span<const float> params() const;
    [[nodiscard]] std::span<float> mutable_params();
    void pack(const Compute& compute);

    // The matrices of a block, interleaved once for the kernels.
    struct PackedBlock {
        kernels::PackedMatrix query, key, value, proj;  // [d_model, d_model] each
        kernels::PackedMatrix fc;                       // [d_model, d_mlp]
        kernels::PackedMatrix mlp_proj;                 // [d_mlp, d_model]
    };
    [[nodiscard]] const PackedBlock& packed(int layer) const { return packed_[static_cast<std::size_t>(layer)]; }
    [[nodiscard]] const kernels::PackedMatrix& packed_head() const { return head_; }  // [d_model, vocab]

  private:
    // One matrix of a parameter tensor: its columns from first_column on, or for the embedding and the head its
    // transpose, because their rows are the outputs.
    struct Part {
        kernels::PackedMatrix* matrix = nullptr;
        int k = 0, n = 0;  // of the matrix
        int first_column = 0;
        bool transposed = false;
    };
    explicit Gpt(const GptConfig& config);
    [[nodiscard]] std::array<Part, 3> parts(std::size_t param);  // those that there are come first
    [[nodiscard]] std::size_t param_at(std::size_t offset) const;

    GptConfig config_;
    GptLayout layout_;
    kernels::WeightFormat format_ = kernels::WeightFormat::f32;
    std::vector<float> params_;              // all of them, in a model to be trained
    std::vector<float> plain_;               // else: all but the matrices
    std::vector<std::size_t> plain_offset_;  // by parameter
    std::vector<PackedBlock> packed_;
    kernels::PackedMatrix head_;       // [d_model, vocab]
    kernels::PackedMatrix embedding_;  // the same shape, unless the head is tied
};

// Which positions get logits. none: later, by head_rows(), if somebody looks.
enum class LogitRows { last, all, none };

struct ForwardOptions {
    LogitRows logits = LogitRows::all;   // Keep::decode computes the last one only
    nn::Observer* observer = nullptr;    // sees (and may replace) the value of every site
    int first_layer = -1;                // begins with this block: all before it, and its resid_pre, are there already
    float dropout = 0;                   // training only
    std::uint64_t dropout_seed = 0;      // a new one for each step
    std::span<float> dropout_work = {};  // nn::attention_work_floats(), needed with dropout
};

// A forward pass over new positions, resumable after each stage (embedding, one per block, head), so that a page can
// spread it over frames.
class Forward {
  public:
    // ids: the tokens at positions first, first + 1, ...; keys and values of earlier positions must be in
    // `activations`. With a batch: `batch` sequences of `context` tokens one after another, first = 0.
    Forward(const Compute& compute, const Gpt& gpt, Activations& activations, std::span<const TokenId> ids, int first,
            ForwardOptions options = {});

    // Runs the next stage; true when the pass is complete.
    bool advance();
    void run();
    [[nodiscard]] bool done() const { return stage_ == stages(); }
    [[nodiscard]] int stage() const { return stage_; }
    [[nodiscard]] int stages() const { return gpt_.config().layers + 2; }  // the embedding, the blocks, the head

    // After the pass: the logits of the last position, [vocab].
    [[nodiscard]] const float* last_logits() const;

  private:
    void embed();
    void block(int layer);
    void attention(int layer);
    [[nodiscard]] bool reads_last_row_only() const;
    void feed_forward(int layer);
    void head();

    const Compute& compute_;
    const Gpt& gpt_;
    Activations& activations_;
    std::span<const TokenId> ids_;
    int first_;
    int count_;  // rows to compute; the last block may narrow them to the last one
    ForwardOptions options_;
    int stage_ = 0;
};

// Logits of positions [first, first + rows) of a trace whose forward pass left them out; the same bits.
void head_rows(const Compute& compute, const Gpt& gpt, Activations& trace, int first, int rows);

// The places where dropout is applied; the seed of each layer's mask follows from the step's seed.
enum class DropoutSite { embedding, pattern, attn_out, mlp_out };
[[nodiscard]] nn::Dropout dropout_at(float probability, std::uint64_t seed, DropoutSite site, int layer);

}  // namespace headlight::model
