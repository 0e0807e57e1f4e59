#include "model/config.h"

#include <limits>

namespace headlight::model {
Result<void> check(const GptConfig& c) {
    const auto refuse = [](const std::string& what) { return invalid("impossible model configuration: " + what); };
    constexpr int kMost = 1 << 24;
    struct Named {
        const char* name;
        int value;
    };
    for (const Named& n : {Named{"vocab", c.vocab}, Named{"context", c.context}, Named{"d_model", c.d_model},
                           Named{"layers", c.layers}, Named{"heads", c.heads}, Named{"d_mlp", c.d_mlp}}) {
        if (n.value < 1 || n.value > kMost) {
            return refuse(std::string(n.name) + " is " + std::to_string(n.value) + ", expected 1 to " +
                          std::to_string(kMost));
        }
    }
    if (c.layers > 1000) return refuse(std::to_string(c.layers) + " layers, expected at most 1000");
    if (c.d_model % c.heads != 0) {
        return refuse(std::to_string(c.heads) + " heads do not divide d_model " + std::to_string(c.d_model));
    }
    if (!(c.layer_norm_eps > 0)) return refuse("layer_norm_epsilon must be above 0");
    const double d = c.d_model;
    const double floats = d * c.vocab * 2 + d * c.context + c.layers * (4 * d * d + 2 * d * c.d_mlp);
    if (floats * sizeof(float) > 1e12) return refuse("over a terabyte of parameters");
    return {};
}

GptLayout::GptLayout(const GptConfig& c) {
    const std::int64_t d = c.d_model;
    wte = add("wte.weight", {c.vocab, d});
    wpe = add("wpe.weight", {c.context, d});
    for (int l = 0; l < c.layers; ++l) {
        const std::string h = "h." + std::to_string(l) + ".";
        BlockLayout b{};
        b.ln_1_weight = add(h + "ln_1.weight", {d});
        b.ln_1_bias = add(h + "ln_1.bias", {d});
        b.attn_weight = add(h + "attn.c_attn.weight", {d, 3 * d});
        if (c.qkv_bias) b.attn_bias = add(h + "attn.c_attn.bias", {3 * d});
        b.proj_weight = add(h + "attn.c_proj.weight", {d, d});
        b.proj_bias = add(h + "attn.c_proj.bias", {d});
        b.ln_2_weight = add(h + "ln_2.weight", {d});
        b.ln_2_bias = add(h + "ln_2.bias", {d});
        b.fc_weight = add(h + "mlp.c_fc.weight", {d, c.d_mlp});
        b.fc_bias = add(h + "mlp.c_fc.bias", {c.d_mlp});
        b.mlp_proj_weight = add(h + "mlp.c_proj.weight", {c.d_mlp, d});
        b.mlp_proj_bias = add(h + "mlp.c_proj.bias", {d});
        blocks.push_back(b);
    }
    ln_f_weight = add("ln_f.weight", {d});
    ln_f_bias = add("ln_f.bias", {d});
    lm_head = c.tied_head ? wte : add("lm_head.weight", {c.vocab, d});
}

}  // namespace headlight::model
