#pragma once
// What an encoder-decoder (Vaswani et al., 2017, "Attention Is All You Need") is made of, and how its parameters lie in
// one flat buffer. The tutorial's little model and the trained translator are two settings of the same thing.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/params.h"

namespace headlight::model {

enum class Positions : std::uint8_t {
    sinusoidal,  // section 3.5; no parameters
    table        // one row per position, shared by encoder and decoder: any numbers, such as a printed table
};
enum class FeedForward : std::uint8_t {
    two_layers,  // section 3.3: W2 ReLU(W1 x)
    one_layer    // the tutorial's: ReLU(W x); d_mlp is d_model
};

struct EncoderDecoderConfig {
    int vocab = 25;    // shared by source and target
    int context = 32;  // most positions of a source, and of a target
    int d_model = 6;
    int encoder_layers = 1, decoder_layers = 1;
    int heads = 1;
    int d_head = 4;  // heads * d_head need not be d_model
    int d_mlp = 24;
    FeedForward feed_forward = FeedForward::two_layers;
    Positions positions = Positions::sinusoidal;
    bool attention_bias = true;    // of the query, key and value projections
    bool scaled_embedding = true;  // the embedding times sqrt(d_model) (section 3.4)
    bool tied_head = true;         // the head is the token embedding (section 3.4)
    float attention_scale = 0;     // scores are divided by it; 0: sqrt(d_head)
    float layer_norm_eps = 1e-5F;  // added to the variance, inside the root
    float layer_norm_eps_outside =
        0;  // added to the standard deviation (the tutorial's 1e-4); such a model is not trained
    int start_token = 0, end_token = 1, pad_token = 2;

    [[nodiscard]] int d_attention() const { return heads * d_head; }
    [[nodiscard]] float score_divisor() const;
    bool operator==(const EncoderDecoderConfig&) const = default;
};

// Refuses sizes that make no model, tokens outside the vocabulary, or one too large for any memory.
[[nodiscard]] Result<void> check(const EncoderDecoderConfig& config);

// config.json with model_type "headlight-encoder-decoder". Errors name the file, the key, what was found and what would
// be right.
[[nodiscard]] Result<EncoderDecoderConfig> parse_encoder_decoder_config(std::string_view json,
                                                                        std::string_view file_name);
[[nodiscard]] std::string config_json(const EncoderDecoderConfig& config);
// Whether a config.json says that it is one.
[[nodiscard]] bool is_encoder_decoder_config(std::string_view json);

// Offsets. Weights are [in, out]; with D = heads * d_head.
struct AttentionLayout {
    std::size_t query_weight, key_weight, value_weight;  // [d_model, D]
    std::size_t query_bias, key_bias, value_bias;        // [D], if attention_bias
    std::size_t out_weight, out_bias;                    // [D, d_model], [d_model]
};
struct NormLayout {
    std::size_t weight, bias;  // [d_model]
};
struct FeedForwardLayout {
    std::size_t in_weight, in_bias;    // [d_model, d_mlp], [d_mlp]
    std::size_t out_weight, out_bias;  // [d_mlp, d_model], [d_model]; not with one layer
};
// norms: after self-attention, (after cross-attention), after the feed-forward.
struct EncoderBlockLayout {
    AttentionLayout attn;
    FeedForwardLayout mlp;
    NormLayout ln1, ln2;
};
struct DecoderBlockLayout {
    AttentionLayout attn, cross;
    FeedForwardLayout mlp;
    NormLayout ln1, ln2, ln3;
};

// Names: "embed.weight", "positions.weight", "encoder.0.attn.query.weight", "decoder.1.cross_attn.out.bias",
// "decoder.0.ln3.weight", "encoder.0.mlp.in.weight", "head.weight".
class EncoderDecoderLayout : public ParamList {
  public:
    explicit EncoderDecoderLayout(const EncoderDecoderConfig& config);

    std::size_t embed = 0;      // [vocab, d_model]
    std::size_t positions = 0;  // [context, d_model], if a table
    std::vector<EncoderBlockLayout> encoder;
    std::vector<DecoderBlockLayout> decoder;
    std::size_t head = 0;  // [vocab, d_model]; the same as embed when tied

  private:
    AttentionLayout add_attention(const std::string& prefix, const EncoderDecoderConfig& c);
    FeedForwardLayout add_feed_forward(const std::string& prefix, const EncoderDecoderConfig& c);
    NormLayout add_norm(const std::string& prefix, const EncoderDecoderConfig& c);
};

}  // namespace headlight::model
