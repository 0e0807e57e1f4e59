#pragma once
// What a configuration of a GPT means in numbers, as pure functions: the shape of every value, the parameters part by
// part, the bytes of weights and KV cache, the floating-point operations. Nothing here touches a model, so sizes that
// no machine could hold are as good as others. Parameters are counted as in Raschka, Build a Large Language Model (From
// Scratch), chapter 4; shapes follow Vaswani et al. (2017) and Radford et al. (2019).

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/config.h"
#include "nn/sites.h"

namespace headlight::model {

// ---- configurations that people know by name

struct KnownConfig {
    std::string_view name;  // as Hugging Face calls the releases; "gpt-124m": GPT_CONFIG_124M of the book above
    GptConfig config;
};
// gpt-124m, gpt2, gpt2-medium, gpt2-large, gpt2-xl, and story: the one that comes with this program.
[[nodiscard]] std::span<const KnownConfig> known_configs();
[[nodiscard]] const KnownConfig* find_config(std::string_view name);  // null: no such name
// The same sizes, whatever the norms' epsilon and the end token are.
[[nodiscard]] bool same_sizes(const GptConfig& a, const GptConfig& b);

// Why check() refuses a configuration: a size below one, heads that do not divide d_model, or more than it allows.
enum class Impossible : std::uint8_t { no, below_one, heads, too_large };
[[nodiscard]] Impossible impossible(const GptConfig& config);
// The numbers of heads that divide d_model, ascending, at most `most` of them: those nearest to `near`.
[[nodiscard]] std::vector<int> possible_heads(int d_model, int near, std::size_t most);

// ---- the block diagram

// Every value of the forward pass, in its order; those from norm_1 to residual_2 once a block.
enum class Stage : std::uint8_t {
    none,
    ids,
    tokens,
    positions,
    embedded,
    norm_1,
    query,
    key,
    value,
    scores,
    pattern,
    mixed,
    projection,
    residual_1,
    norm_2,
    first,
    gelu,
    second,
    residual_2,
    final_norm,
    logits
};
inline constexpr std::size_t kStages = static_cast<std::size_t>(Stage::logits) + 1;
inline constexpr std::array<std::string_view, kStages> kStageIds{
    "none",  "ids",     "tokens", "positions", "embedded", "norm1", "query",  "key",    "value", "scores", "pattern",
    "mixed", "project", "resid1", "norm2",     "first",    "gelu",  "second", "resid2", "normf", "logits"};

struct StageInfo {
    Stage stage;
    std::string_view id;               // "query"
    bool in_block = false;             // there is one in every block
    nn::Site site{};                   // where a trace holds it; ids have none
    std::vector<std::int64_t> shape;   // of the value, axes as the site's
    std::vector<std::int64_t> weight;  // of its matrix; empty: none. A tied head's is the token embedding's
    std::vector<std::int64_t> bias;    // [n]; of a norm: scale and shift, [2, n]
    std::int64_t parameters = 0;       // of one of them; a tied head has none of its own
    double flops = 0;                  // of one of them for all positions: multiply-adds count two
};
// positions: how many tokens go in, 1 to config.context.
[[nodiscard]] std::array<StageInfo, kStages> stages(const GptConfig& config, int positions);
[[nodiscard]] constexpr std::string_view stage_id(Stage stage) {
    return kStageIds[static_cast<std::size_t>(stage)];
}

// ---- parameters

enum class ParamPart : std::uint8_t {
    token_embedding,
    position_embedding,
    norm_1,
    qkv,
    projection,
    norm_2,
    first,
    second,
    final_norm,
    head
};
// The parameter table of people: groups with their numbers of parameters, in the order of the forward pass.
struct ParamGroup {
    ParamPart part;
    std::string label;    // "token embedding", "attention: q, k, v", ...
    std::string formula;  // "50257 x 768"
    std::int64_t count;
};
struct ParamSummary {
    std::vector<ParamGroup> embeddings, one_block, final;
    std::int64_t attention = 0, feed_forward = 0, norms = 0;  // of one block
    std::int64_t block = 0, blocks = 0, total = 0;
};
[[nodiscard]] ParamSummary summarise(const GptConfig& config);

// ---- memory

struct WeightBytes {
    // F16 and Q8 are of the matrices (projections, feed-forward, token embedding, head); vectors and the position
    // embedding stay F32. Q8: a byte a weight, and an F32 scale for every 32 along the input.
    std::int64_t f32 = 0, f16 = 0, q8 = 0;
};
[[nodiscard]] WeightBytes weight_bytes(const GptConfig& config);
// Keys and values of all layers in F32.
[[nodiscard]] std::int64_t cache_bytes(const GptConfig& config, std::int64_t positions);

// ---- work

// Matrix products alone, a multiply-add as two operations (Hoffmann et al., 2022, appendix F; norms, softmax and GELU
// are below one per cent); masked scores are not computed, and only the last position goes through the head. Exact up
// to 2^53.
struct Flops {
    double matrices = 0;   // with weights, but the head
    double attention = 0;  // scores and mixing: what grows with the text
    double head = 0;
    [[nodiscard]] double total() const { return matrices + attention + head; }
};
// One new token behind positions - 1 others whose keys and values are kept.
[[nodiscard]] Flops decode_flops(const GptConfig& config, std::int64_t positions);
// All of them at once.
[[nodiscard]] Flops prefill_flops(const GptConfig& config, std::int64_t positions);

}  // namespace headlight::model
