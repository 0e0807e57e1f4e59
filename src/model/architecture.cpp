#include "model/architecture.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace headlight::model {
namespace {

using nn::Site;
using Shape = std::vector<std::int64_t>;

constexpr GptConfig gpt2_like(int layers, int heads, int dim) {
    GptConfig config;
    config.vocab = 50257;
    config.context = 1024;
    config.d_model = dim;
    config.layers = layers;
    config.heads = heads;
    config.d_mlp = 4 * dim;
    config.end_token = 50256;
    return config;
}

constexpr GptConfig seed_config() {
    GptConfig config = gpt2_like(12, 12, 768);
    config.qkv_bias = false;
    config.tied_head = false;
    return config;
}

constexpr GptConfig story_config() {
    GptConfig config;
    config.end_token = config.vocab - 1;
    return config;
}

constexpr std::array kKnown{
    KnownConfig{"gpt-124m", seed_config()},
    KnownConfig{"gpt2", gpt2_like(12, 12, 768)},
    KnownConfig{"gpt2-medium", gpt2_like(24, 16, 1024)},
    KnownConfig{"gpt2-large", gpt2_like(36, 20, 1280)},
    KnownConfig{"gpt2-xl", gpt2_like(48, 25, 1600)},
    KnownConfig{"story", story_config()},
};

std::int64_t product(const Shape& shape) {
    std::int64_t all = shape.empty() ? 0 : 1;
    for (const std::int64_t n : shape) all *= n;
    return all;
}

// Fills in what follows from shapes.
StageInfo stage(Stage which, Site site, Shape shape, Shape weight = {}, Shape bias = {}) {
    StageInfo info;
    info.stage = which;
    info.id = stage_id(which);
    info.in_block = which >= Stage::norm_1 && which <= Stage::residual_2;
    info.site = site;
    info.shape = std::move(shape);
    info.weight = std::move(weight);
    info.bias = std::move(bias);
    info.parameters = product(info.weight) + product(info.bias);
    return info;
}

// Scores that are computed: every query with itself and the keys before it.
double visible_pairs(double positions) {
    return positions * (positions + 1) / 2;
}

}  // namespace

std::span<const KnownConfig> known_configs() {
    return kKnown;
}

const KnownConfig* find_config(std::string_view name) {
    const auto found = std::ranges::find(kKnown, name, &KnownConfig::name);
    return found == kKnown.end() ? nullptr : &*found;
}

bool same_sizes(const GptConfig& a, const GptConfig& b) {
    GptConfig like = b;
    like.layer_norm_eps = a.layer_norm_eps;
    like.end_token = a.end_token;
    return a == like;
}

Impossible impossible(const GptConfig& config) {
    if (check(config).has_value()) return Impossible::no;
    if (config.heads >= 1 && config.d_model >= 1 && config.d_model % config.heads != 0) return Impossible::heads;
    const bool below =
        std::min({config.vocab, config.context, config.d_model, config.layers, config.heads, config.d_mlp}) < 1;
    return below ? Impossible::below_one : Impossible::too_large;
}

std::vector<int> possible_heads(int d_model, int near, std::size_t most) {
    std::vector<int> found;
    for (int n = 1; n <= d_model; ++n) {
        if (d_model % n == 0) found.push_back(n);
    }
    const auto distance = [&](int n) {
        return std::pair{std::abs(std::log2(static_cast<double>(n) / std::max(1, near))), n};
    };
    std::ranges::sort(found, {}, distance);
    found.resize(std::min(found.size(), most));
    std::ranges::sort(found);
    return found;
}

std::array<StageInfo, kStages> stages(const GptConfig& c, int positions) {
    const std::int64_t t = positions, d = c.d_model, h = c.heads, e = c.d_head(), f = c.d_mlp;
    const Shape residual{t, d}, split{t, h, e}, pairs{h, t, t}, bias = c.qkv_bias ? Shape{d} : Shape{};
    std::array<StageInfo, kStages> all{
        stage(Stage::none, Site::embed, {}),
        stage(Stage::ids, Site::embed, {t}),
        stage(Stage::tokens, Site::embed, residual, {c.vocab, d}),
        stage(Stage::positions, Site::pos_embed, residual, {c.context, d}),
        stage(Stage::embedded, Site::resid_pre, residual),
        stage(Stage::norm_1, Site::ln1_normalized, residual, {}, {2, d}),
        stage(Stage::query, Site::q, split, {d, d}, bias),
        stage(Stage::key, Site::k, split, {d, d}, bias),
        stage(Stage::value, Site::v, split, {d, d}, bias),
        stage(Stage::scores, Site::attn_scores, pairs),
        stage(Stage::pattern, Site::pattern, pairs),
        stage(Stage::mixed, Site::z, split),
        stage(Stage::projection, Site::attn_out, residual, {d, d}, {d}),
        stage(Stage::residual_1, Site::resid_mid, residual),
        stage(Stage::norm_2, Site::ln2_normalized, residual, {}, {2, d}),
        stage(Stage::first, Site::mlp_pre, {t, f}, {d, f}, {f}),
        stage(Stage::gelu, Site::mlp_post, {t, f}),
        stage(Stage::second, Site::mlp_out, residual, {f, d}, {d}),
        stage(Stage::residual_2, Site::resid_post, residual),
        stage(Stage::final_norm, Site::ln_final_normalized, residual, {}, {2, d}),
        stage(Stage::logits, Site::logits, {t, c.vocab}, {c.vocab, d}),
    };
    for (StageInfo& info : all) {
        const bool multiplies = info.stage != Stage::tokens && info.stage != Stage::positions;
        if (multiplies) info.flops = 2 * static_cast<double>(t) * static_cast<double>(product(info.weight));
        if (info.stage == Stage::scores || info.stage == Stage::mixed)
            info.flops = 2 * static_cast<double>(d) * visible_pairs(static_cast<double>(t));
    }
    if (c.tied_head) all.back().parameters = 0;
    return all;
}

ParamSummary summarise(const GptConfig& c) {
    const auto text = [](std::int64_t n) { return std::to_string(n); };
    const std::int64_t d = c.d_model;
    const std::int64_t f = c.d_mlp;
    const auto linear = [&](ParamPart part, const std::string& label, std::int64_t in, std::int64_t out, bool bias) {
        return ParamGroup{part, label, text(in) + " x " + text(out) + (bias ? " + " + text(out) : ""),
                          in * out + (bias ? out : 0)};
    };
    const auto norm = [&](ParamPart part, const std::string& label) {
        return ParamGroup{part, label, "2 x " + text(d), 2 * d};
    };
    ParamSummary s;
    s.embeddings = {linear(ParamPart::token_embedding, "token embedding", c.vocab, d, false),
                    linear(ParamPart::position_embedding, "position embedding", c.context, d, false)};
    s.one_block = {norm(ParamPart::norm_1, "norm 1"),
                   linear(ParamPart::qkv, "attention: q, k, v", d, 3 * d, c.qkv_bias),
                   linear(ParamPart::projection, "attention: output projection", d, d, true),
                   norm(ParamPart::norm_2, "norm 2"),
                   linear(ParamPart::first, "feed-forward: first", d, f, true),
                   linear(ParamPart::second, "feed-forward: second", f, d, true)};
    s.final = {norm(ParamPart::final_norm, "final norm")};
    s.final.push_back(c.tied_head ? ParamGroup{ParamPart::head, "head (tied to the token embedding)", "0", 0}
                                  : linear(ParamPart::head, "head", c.vocab, d, false));
    const auto count = [&](ParamPart part) { return std::ranges::find(s.one_block, part, &ParamGroup::part)->count; };
    s.attention = count(ParamPart::qkv) + count(ParamPart::projection);
    s.feed_forward = count(ParamPart::first) + count(ParamPart::second);
    s.norms = count(ParamPart::norm_1) + count(ParamPart::norm_2);
    s.block = s.attention + s.feed_forward + s.norms;
    s.blocks = s.block * c.layers;
    s.total = s.blocks;
    for (const auto& group : s.embeddings) s.total += group.count;
    for (const auto& group : s.final) s.total += group.count;
    return s;
}

WeightBytes weight_bytes(const GptConfig& c) {
    constexpr std::int64_t kBlock = 32, kFloat = sizeof(float);
    const std::int64_t d = c.d_model, f = c.d_mlp, layers = c.layers, tables = c.tied_head ? 1 : 2;
    const std::int64_t total = summarise(c).total;
    const std::int64_t matrices = layers * (4 * d * d + 2 * d * f) + tables * c.vocab * d;
    const auto blocks = [](std::int64_t inputs) { return (inputs + kBlock - 1) / kBlock; };
    const std::int64_t scales = layers * (blocks(d) * (4 * d + f) + blocks(f) * d) + tables * c.vocab * blocks(d);
    const std::int64_t rest = (total - matrices) * kFloat;
    return {total * kFloat, rest + matrices * 2, rest + matrices + scales * kFloat};
}

std::int64_t cache_bytes(const GptConfig& c, std::int64_t positions) {
    return 2 * static_cast<std::int64_t>(c.layers) * c.d_model * positions * static_cast<std::int64_t>(sizeof(float));
}

namespace {

// Of `rows` positions that see `pairs` keys in all.
Flops flops(const GptConfig& c, double rows, double pairs) {
    const double d = c.d_model, f = c.d_mlp, layers = c.layers;
    return {2 * rows * layers * (4 * d * d + 2 * d * f), 2 * 2 * d * layers * pairs, 2 * d * c.vocab};
}

}  // namespace

Flops decode_flops(const GptConfig& config, std::int64_t positions) {
    return flops(config, 1, static_cast<double>(positions));
}

Flops prefill_flops(const GptConfig& config, std::int64_t positions) {
    const auto n = static_cast<double>(positions);
    return flops(config, n, visible_pairs(n));
}

}  // namespace headlight::model
