#include "interpret/tutorial_inputs.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/rng.h"
#include "kernels/elementary.h"
#include "model/encoder_decoder.h"

namespace headlight::interpret {
namespace {

constexpr std::uint64_t kSeed = 1706;  // arXiv:1706.03762

// A number of the tutorial's kind: two decimals.
float two_decimals(double x) {
    return static_cast<float>(std::round(x * 100) / 100);
}

Table drawn(Rng& rng, int rows, int cols, double from, double to) {
    Table out(rows, cols);
    for (float& x : out.values) x = two_decimals(from + (to - from) * rng.uniform());
    return out;
}

// Positions as the printed sum X = E + P has them, to two decimals, so that the chain starts from the printed X; beyond
// the sixth by the formula as the tutorial uses it (the column's number in place of the pair's).
Table used_positions(const TutorialData& data) {
    constexpr int kModel = TutorialInputs::kModel;
    const Table& x = data.printed.at("x");
    const Table& e = data.printed.at("embedding");
    Table out(TutorialInputs::kContext, kModel);
    for (int row = 0; row < out.rows; ++row) {
        for (int col = 0; col < kModel; ++col) {
            if (row < x.rows) {
                out.at(row, col) =
                    two_decimals(static_cast<double>(x.at(row, col)) - static_cast<double>(e.at(row, col)));
                continue;
            }
            const double angle = row * kernels::exp_f64(-2.0 * col / kModel * kernels::log_f64(10000.0));
            out.at(row, col) = two_decimals(col % 2 == 0 ? kernels::sin_f64(angle) : kernels::cos_f64(angle));
        }
    }
    return out;
}

Table row_of(const std::vector<int>& ids) {
    Table out(1, static_cast<int>(ids.size()));
    for (std::size_t i = 0; i < ids.size(); ++i) out.values[i] = static_cast<float>(ids[i]);
    return out;
}

// Which parameter of the model an input is.
struct ParamInput {
    std::string_view input, param;
};
constexpr auto kParamInputs = std::to_array<ParamInput>({
    {"embed", "embed.weight"},
    {"positions", "positions.weight"},
    {"wq", "encoder.0.attn.query.weight"},
    {"wk", "encoder.0.attn.key.weight"},
    {"wv", "encoder.0.attn.value.weight"},
    {"wo", "encoder.0.attn.out.weight"},
    {"ffn_w", "encoder.0.mlp.in.weight"},
    {"ffn_b", "encoder.0.mlp.in.bias"},
    {"gamma1", "encoder.0.ln1.weight"},
    {"beta1", "encoder.0.ln1.bias"},
    {"gamma2", "encoder.0.ln2.weight"},
    {"beta2", "encoder.0.ln2.bias"},
    {"dec_wq", "decoder.0.attn.query.weight"},
    {"dec_wk", "decoder.0.attn.key.weight"},
    {"dec_wv", "decoder.0.attn.value.weight"},
    {"dec_wo", "decoder.0.attn.out.weight"},
    {"cross_wq", "decoder.0.cross_attn.query.weight"},
    {"cross_wk", "decoder.0.cross_attn.key.weight"},
    {"cross_wv", "decoder.0.cross_attn.value.weight"},
    {"cross_wo", "decoder.0.cross_attn.out.weight"},
    {"dec_ffn_w", "decoder.0.mlp.in.weight"},
    {"dec_ffn_b", "decoder.0.mlp.in.bias"},
    {"dec_gamma1", "decoder.0.ln1.weight"},
    {"dec_beta1", "decoder.0.ln1.bias"},
    {"dec_gamma2", "decoder.0.ln2.weight"},
    {"dec_beta2", "decoder.0.ln2.bias"},
    {"dec_gamma3", "decoder.0.ln3.weight"},
    {"dec_beta3", "decoder.0.ln3.bias"},
    {"head", "head.weight"},
});

}  // namespace

TutorialInputs::TutorialInputs(const TutorialData& data) : base_(data.inputs) {
    Rng rng(kSeed);
    Table embed = drawn(rng, kVocabulary, kModel, 0, 1);  // as the tutorial draws its embeddings
    const Table& printed = data.printed.at("embedding");
    for (std::size_t i = 0; i < data.source.size(); ++i) {
        for (int col = 0; col < kModel; ++col) embed.at(data.source[i], col) = printed.at(static_cast<int>(i), col);
    }
    const Table& start = data.printed.at("dec_embedding");
    for (int col = 0; col < kModel; ++col) embed.at(kStart, col) = start.at(0, col);
    base_["embed"] = std::move(embed);
    base_["positions"] = used_positions(data);
    base_["ids"] = row_of(data.source);
    base_["target"] = row_of(data.target);
    // The decoder has weights of both signs: with the tutorial's positive ones every softmax saturates.
    for (const std::string prefix : {"dec_", "cross_"}) {
        for (const char* name : {"wq", "wk", "wv"}) base_[prefix + name] = drawn(rng, kModel, kHeadWidth, -1, 1);
        base_[prefix + "wo"] = drawn(rng, kHeadWidth, kModel, -1, 1);
    }
    base_["dec_ffn_w"] = drawn(rng, kModel, kModel, -1, 1);
    base_["dec_ffn_b"] = drawn(rng, 1, kModel, 0, 0.5);
    base_["head"] = drawn(rng, kVocabulary, kModel, -1, 1);
    for (const char* name : {"gamma1", "gamma2", "dec_gamma1", "dec_gamma2", "dec_gamma3"}) {
        base_[name] = Table(1, kModel, 1);
    }
    for (const char* name : {"beta1", "beta2", "dec_beta1", "dec_beta2", "dec_beta3"}) base_[name] = Table(1, kModel);
    tables_ = base_;
}

const Table* TutorialInputs::find(std::string_view name) const {
    const auto found = tables_.find(name);
    return found == tables_.end() ? nullptr : &found->second;
}

const Table& TutorialInputs::at(std::string_view name) const {
    const Table* table = find(name);
    CHECK(table != nullptr);
    return *table;
}

model::EncoderDecoderConfig TutorialInputs::config(TutorialMode mode) const {
    const bool paper = mode == TutorialMode::paper;
    model::EncoderDecoderConfig config;
    config.vocab = kVocabulary;
    config.context = kContext;
    config.d_model = config.d_mlp = kModel;
    config.heads = 1;
    config.d_head = kHeadWidth;
    config.feed_forward = model::FeedForward::one_layer;
    // A table whose numbers are the paper's can be edited.
    config.positions = paper && !any_edited("positions") ? model::Positions::sinusoidal : model::Positions::table;
    config.attention_bias = false;
    config.scaled_embedding = false;
    config.tied_head = false;
    config.attention_scale = paper ? 0 : std::sqrt(static_cast<float>(kModel));
    config.layer_norm_eps = 0;
    config.layer_norm_eps_outside = 1e-4F;  // in both: the paper does not say where its epsilon stands
    config.start_token = kStart;
    config.end_token = kEnd;
    config.pad_token = 0;
    return config;
}

std::vector<float> TutorialInputs::params(TutorialMode mode) const {
    const model::EncoderDecoderConfig c = config(mode);
    const model::EncoderDecoderLayout layout(c);
    std::vector<float> params(layout.size(), 0.0F);
    for (const model::ParamInfo& info : layout.params()) {
        const auto* input = std::ranges::find(kParamInputs, info.name, &ParamInput::param);
        if (input == kParamInputs.end()) continue;  // biases that the tutorial does not have
        const bool norm =
            input->input.find("gamma") != std::string_view::npos || input->input.find("beta") != std::string_view::npos;
        const auto& tables = norm && mode != TutorialMode::paper ? base_ : tables_;  // the tutorial's norm has neither
        const Table& table = tables.find(input->input)->second;
        CHECK(table.values.size() == info.size);
        std::ranges::copy(table.values, params.begin() + static_cast<std::ptrdiff_t>(info.offset));
    }
    if (mode != TutorialMode::paper || c.positions == model::Positions::sinusoidal) return params;
    // The paper's positions with the edits in them. Their numbers come from the model itself.
    model::EncoderDecoderConfig sinusoidal = c;
    sinusoidal.positions = model::Positions::sinusoidal;
    const kernels::Compute compute;
    const model::EncoderDecoder source = model::EncoderDecoder::random(compute, sinusoidal, 0);
    for (int row = 0; row < kContext; ++row) {
        for (int col = 0; col < kModel; ++col) {
            const std::size_t place = layout.positions + at("positions").index(row, col);
            params[place] = edited("positions", row, col) ? at("positions").at(row, col) : source.position(row)[col];
        }
    }
    return params;
}

Tables draw_example() {
    Tables out;
    Rng rng(kSeed);
    const auto draw = [&](const char* name, int rows, double most) {
        Table table(rows, kExampleModel);
        for (float& x : table.values) x = static_cast<float>((2 * rng.uniform() - 1) * most);
        out[name] = std::move(table);
    };
    // Uniform of variance 1 and 1 / d_model: the queries and keys have variance 1 too.
    draw("mha_x", 3, std::sqrt(3.0));
    for (const char* name : {"mha_wq", "mha_wk", "mha_wv", "mha_wo"})
        draw(name, kExampleModel, std::sqrt(3.0 / kExampleModel));
    out["mha_gamma"] = Table(1, kExampleModel, 1);
    out["mha_beta"] = Table(1, kExampleModel);
    return out;
}

}  // namespace headlight::interpret
