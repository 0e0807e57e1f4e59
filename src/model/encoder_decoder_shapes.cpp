#include "model/encoder_decoder_shapes.h"

namespace headlight::model {

nn::AttentionShape self_attention_shape(const EncoderDecoderConfig& c, const Activations& a, int first, int queries,
                                        std::span<const int> lengths) {
    nn::AttentionShape shape{a.batch(), first, queries, a.context(), c.heads, c.d_head};
    shape.divisor = c.score_divisor();
    if (a.shape().stack == nn::Stack::encoder) {
        shape.causal = false;
        shape.key_capacity = a.context();
        shape.key_counts = lengths;
    }
    return shape;
}

nn::AttentionShape cross_attention_shape(const EncoderDecoderConfig& c, const Activations& a, int first, int queries,
                                         std::span<const int> source_lengths) {
    nn::AttentionShape shape{a.batch(), first, queries, a.context(), c.heads, c.d_head};
    shape.divisor = c.score_divisor();
    shape.causal = false;
    shape.key_capacity = a.source_context();
    shape.key_counts = source_lengths;
    return shape;
}

}  // namespace headlight::model
