#include "interpret/explain.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "interpret/formula.h"

namespace headlight::interpret {
namespace {

using nn::Site;

// How a site's cell is computed.
enum class Rule {
    token_row,     // a row of the token embedding
    position_row,  // a row of the position embedding
    sum,           // a + b
    norm_scale,    // √(Σ (x - μ)² / d + ε)
    normalized,    // (x - μ) / s · w + b
    linear,        // Σ x W + b
    score,         // q · k / √d
    softmax,       // e^s / Σ e^s
    mix,           // Σ pattern · v
    gelu,
};

enum class Matrix { none, query, key, value, attention_out, mlp_in, mlp_out, unembed };
enum class Norm { none, first, second, last };

struct Declaration {
    Site site;
    Rule rule;
    const char* symbol;
    Site a, b;  // inputs
    Matrix weight = Matrix::none;
    Norm norm = Norm::none;
};

// One row for every site: what it is computed from, and how.
constexpr Declaration kDeclarations[] = {
    {Site::embed, Rule::token_row, "e", Site::embed, Site::embed},
    {Site::pos_embed, Rule::position_row, "p", Site::pos_embed, Site::pos_embed},
    {Site::resid_pre, Rule::sum, "x", Site::embed, Site::pos_embed},  // of block 0; later ones: the resid_post before
    {Site::ln1_scale, Rule::norm_scale, "s", Site::resid_pre, Site::resid_pre},
    {Site::ln1_normalized, Rule::normalized, "y", Site::resid_pre, Site::ln1_scale, Matrix::none, Norm::first},
    {Site::q, Rule::linear, "q", Site::ln1_normalized, Site::q, Matrix::query},
    {Site::k, Rule::linear, "k", Site::ln1_normalized, Site::k, Matrix::key},
    {Site::v, Rule::linear, "v", Site::ln1_normalized, Site::v, Matrix::value},
    {Site::attn_scores, Rule::score, "score", Site::q, Site::k},
    {Site::pattern, Rule::softmax, "pattern", Site::q, Site::k},
    {Site::z, Rule::mix, "z", Site::pattern, Site::v},
    {Site::attn_out, Rule::linear, "a", Site::z, Site::attn_out, Matrix::attention_out},
    {Site::resid_mid, Rule::sum, "x", Site::resid_pre, Site::attn_out},
    {Site::ln2_scale, Rule::norm_scale, "s", Site::resid_mid, Site::resid_mid},
    {Site::ln2_normalized, Rule::normalized, "y", Site::resid_mid, Site::ln2_scale, Matrix::none, Norm::second},
    {Site::mlp_pre, Rule::linear, "h", Site::ln2_normalized, Site::mlp_pre, Matrix::mlp_in},
    {Site::mlp_post, Rule::gelu, "g", Site::mlp_pre, Site::mlp_pre},
    {Site::mlp_out, Rule::linear, "m", Site::mlp_post, Site::mlp_out, Matrix::mlp_out},
    {Site::resid_post, Rule::sum, "x", Site::resid_mid, Site::mlp_out},
    {Site::ln_final_scale, Rule::norm_scale, "s", Site::resid_post, Site::resid_post},
    {Site::ln_final_normalized, Rule::normalized, "y", Site::resid_post, Site::ln_final_scale, Matrix::none,
     Norm::last},
    {Site::logits, Rule::linear, "logit", Site::ln_final_normalized, Site::logits, Matrix::unembed},
};
static_assert(std::size(kDeclarations) == nn::kSites.size(), "a site has no explanation");

// A column of a weight matrix: weight(i) for the i-th input, and the bias.
struct Column {
    const float* weight;
    std::ptrdiff_t stride;
    int inputs;
    const float* bias;   // of this column, or null
    std::size_t tensor;  // offsets of the tensors, for their names
    int column;          // within that tensor
    const char* symbol;
    bool transposed = false;  // the tensor is [out, in]
};

class Explainer {
  public:
    Explainer(const Pass& pass, const Declaration& declaration, int layer, std::array<int, 3> indices)
        : pass_(pass), config_(pass.gpt.config()), d_(declaration), layer_(layer), at_(indices) {}

    Explanation run() {
        const nn::SiteView view = view_of(d_.site, layer_);
        out_.site = nn::site_name(d_.site, layer_);
        for (int axis = 0; axis < view.rank; ++axis) {
            const auto i = static_cast<std::size_t>(axis);
            CHECK(at_[i] >= 0 && at_[i] < view.shape[i]);
            out_.indices.push_back(at_[i]);
        }
        out_.value = cell(d_.site, layer_, at_);
        switch (d_.rule) {
            case Rule::token_row:
                lookup("W_E", pass_.gpt.layout().wte, pass_.ids[index(0)]);
                break;
            case Rule::position_row:
                lookup("W_P", pass_.gpt.layout().wpe, at_[0]);
                break;
            case Rule::sum:
                sum();
                break;
            case Rule::norm_scale:
                norm_scale();
                break;
            case Rule::normalized:
                normalized();
                break;
            case Rule::linear:
                linear();
                break;
            case Rule::score:
                score();
                break;
            case Rule::softmax:
                softmax();
                break;
            case Rule::mix:
                mix();
                break;
            case Rule::gelu:
                gelu();
                break;
        }
        finish_terms();
        return std::move(out_);
    }

  private:
    [[nodiscard]] std::size_t index(std::size_t axis) const { return static_cast<std::size_t>(at_[axis]); }

    [[nodiscard]] nn::SiteView view_of(Site site, int layer) const {
        return pass_.trace.view(site, layer, static_cast<int>(pass_.ids.size()));
    }
    [[nodiscard]] float cell(Site site, int layer, std::array<int, 3> at) const {
        const nn::SiteView v = view_of(site, layer);
        return v.data[at[0] * v.stride[0] + at[1] * v.stride[1] + (v.rank == 3 ? at[2] * v.stride[2] : 0)];
    }
    // A position's values as one row; the heads of q, k, v and z side by side.
    [[nodiscard]] std::span<const float> row(Site site, int layer, int position) const {
        const nn::SiteView v = view_of(site, layer);
        const int width = v.rank == 3 ? v.shape[1] * v.shape[2] : v.shape[1];
        return {v.data + position * v.stride[0], static_cast<std::size_t>(width)};
    }
    // The column of this cell among all outputs of its position.
    [[nodiscard]] int column() const {
        return nn::site_info(d_.site).shape == nn::SiteShape::pos_head ? at_[1] * config_.d_head() + at_[2] : at_[1];
    }
    [[nodiscard]] int input_layer() const { return nn::site_info(d_.a).per_layer() ? input_layer_or_last() : 0; }
    [[nodiscard]] int input_layer_or_last() const {
        return nn::site_info(d_.site).per_layer() ? layer_ : config_.layers - 1;
    }

    void source(std::string symbol, Site site, int layer, std::vector<int> indices) {
        out_.sources.push_back({std::move(symbol), nn::site_name(site, layer), std::move(indices)});
    }
    void weight_source(std::string symbol, std::size_t offset, std::vector<int> indices) {
        for (const model::ParamInfo& info : pass_.gpt.layout().params()) {
            if (info.offset != offset) continue;
            out_.sources.push_back({std::move(symbol), info.name, std::move(indices)});
            return;
        }
    }
    void add_term(int i, float left, float right, float value) { out_.terms.push_back({i, left, right, value}); }

    void finish_terms() {
        double total = 0;
        for (const Term& term : out_.terms) total += static_cast<double>(term.value);
        out_.terms_sum = static_cast<float>(total);
        std::ranges::sort(out_.terms, [](const Term& a, const Term& b) {
            const float left = std::abs(a.value), right = std::abs(b.value);
            return left > right || (left == right && a.index < b.index);
        });
    }
    [[nodiscard]] float summed() const {
        double total = 0;
        for (const Term& term : out_.terms) total += static_cast<double>(term.value);
        return static_cast<float>(total);
    }

    void lookup(const char* symbol, std::size_t tensor, int table_row) {
        const int col = at_[1];
        out_.recomputed = pass_.gpt.weights(tensor)[static_cast<std::ptrdiff_t>(table_row) * config_.d_model + col];
        const std::string where = std::to_string(table_row) + ", " + std::to_string(col);
        out_.lines.push_back(Formula()
                                 .text(std::string(d_.symbol) + " = " + symbol + "[" + where + "] = ")
                                 .result(out_.recomputed)
                                 .take());
        weight_source(symbol, tensor, {table_row, col});
    }

    void sum() {
        Site a = d_.a, b = d_.b;
        int from = layer_;
        if (d_.site == Site::resid_pre && layer_ > 0) a = Site::resid_mid, b = Site::mlp_out, from = layer_ - 1;
        const float left = cell(a, from, at_), right = cell(b, from, at_);
        add_term(0, left, 1, left);
        add_term(1, right, 1, right);
        out_.recomputed = left + right;
        out_.lines.push_back(Formula()
                                 .text(std::string(d_.symbol) + " = a + b = ")
                                 .number(left)
                                 .text(right < 0 ? " − " : " + ")
                                 .number(std::abs(right))
                                 .text(" = ")
                                 .result(out_.recomputed)
                                 .take());
        out_.terms_title = Formula().text("a, b").take();
        source("a", a, from, {at_[0], at_[1]});
        source("b", b, from, {at_[0], at_[1]});
    }

    struct Moments {
        double mean = 0, variance = 0;
    };
    [[nodiscard]] static Moments moments(std::span<const float> x) {
        Moments m;
        for (const float value : x) m.mean += static_cast<double>(value);
        m.mean /= static_cast<double>(x.size());
        for (const float value : x) m.variance += (value - m.mean) * (value - m.mean);
        m.variance /= static_cast<double>(x.size());
        return m;
    }

    void norm_scale() {
        const int from = input_layer();
        const auto x = row(d_.a, from, at_[0]);
        const Moments m = moments(x);
        const auto mean = static_cast<float>(m.mean);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const float away = x[i] - mean;
            add_term(static_cast<int>(i), away, away, away * away / static_cast<float>(x.size()));
        }
        out_.recomputed = static_cast<float>(std::sqrt(m.variance + static_cast<double>(config_.layer_norm_eps)));
        out_.lines.push_back(Formula().text("μ = Σ x / " + std::to_string(x.size()) + " = ").number(mean).take());
        out_.lines.push_back(Formula()
                                 .text("s = √(Σ (x − μ)")
                                 .raised("2")
                                 .text(" / " + std::to_string(x.size()) + " + ε) = √(")
                                 .number(static_cast<float>(m.variance))
                                 .text(" + ")
                                 .number(config_.layer_norm_eps)
                                 .text(") = ")
                                 .result(out_.recomputed)
                                 .take());
        out_.terms_title = Formula().text("(x").lowered("i").text(" − μ)").raised("2").text(" / d").take();
        source("x", d_.a, from, {at_[0]});
    }

    void normalized() {
        const int from = input_layer();
        const model::GptLayout& layout = pass_.gpt.layout();
        std::size_t w_at = layout.ln_f_weight, b_at = layout.ln_f_bias;
        if (d_.norm != Norm::last) {
            const model::BlockLayout& block = layout.blocks[static_cast<std::size_t>(layer_)];
            w_at = d_.norm == Norm::first ? block.ln_1_weight : block.ln_2_weight;
            b_at = d_.norm == Norm::first ? block.ln_1_bias : block.ln_2_bias;
        }
        const auto x = row(d_.a, from, at_[0]);
        const auto mean = static_cast<float>(moments(x).mean);
        const float scale = cell(d_.b, layer_, {at_[0], 0, 0});
        const float w = pass_.gpt.weights(w_at)[at_[1]], b = pass_.gpt.weights(b_at)[at_[1]];
        out_.recomputed = (x[index(1)] - mean) / scale * w + b;
        out_.lines.push_back(Formula()
                                 .text("y = (x − μ) / s · w + b = (")
                                 .number(x[index(1)])
                                 .text(" − ")
                                 .number(mean)
                                 .text(") / ")
                                 .number(scale)
                                 .text(" · ")
                                 .number(w)
                                 .text(" + ")
                                 .number(b)
                                 .text(" = ")
                                 .result(out_.recomputed)
                                 .take());
        source("x", d_.a, from, {at_[0], at_[1]});
        source("s", d_.b, layer_, {at_[0]});
        weight_source("w", w_at, {at_[1]});
        weight_source("b", b_at, {at_[1]});
    }

    [[nodiscard]] Column weight_column() const {
        const model::GptLayout& layout = pass_.gpt.layout();
        const int d = config_.d_model, col = column();
        const auto conv = [&](std::size_t w, std::size_t b, int inputs, int outputs, int at, bool has_bias,
                              const char* symbol) {
            return Column{pass_.gpt.weights(w) + at,
                          outputs,
                          inputs,
                          has_bias ? pass_.gpt.weights(b) + at : nullptr,
                          w,
                          at,
                          symbol};
        };
        if (d_.weight == Matrix::unembed) {
            return {pass_.gpt.weights(layout.lm_head) + static_cast<std::ptrdiff_t>(col) * d,
                    1,
                    d,
                    nullptr,
                    layout.lm_head,
                    col,
                    "W_U",
                    true};
        }
        const model::BlockLayout& b = layout.blocks[static_cast<std::size_t>(layer_)];
        switch (d_.weight) {
            case Matrix::query:
                return conv(b.attn_weight, b.attn_bias, d, 3 * d, col, config_.qkv_bias, "W_Q");
            case Matrix::key:
                return conv(b.attn_weight, b.attn_bias, d, 3 * d, d + col, config_.qkv_bias, "W_K");
            case Matrix::value:
                return conv(b.attn_weight, b.attn_bias, d, 3 * d, 2 * d + col, config_.qkv_bias, "W_V");
            case Matrix::attention_out:
                return conv(b.proj_weight, b.proj_bias, d, d, col, true, "W_O");
            case Matrix::mlp_in:
                return conv(b.fc_weight, b.fc_bias, d, config_.d_mlp, col, true, "W_in");
            default:
                return conv(b.mlp_proj_weight, b.mlp_proj_bias, config_.d_mlp, d, col, true, "W_out");
        }
    }

    void linear() {
        const Column w = weight_column();
        const int from = input_layer();
        const auto x = row(d_.a, from, at_[0]);
        CHECK(static_cast<int>(x.size()) == w.inputs);
        for (int i = 0; i < w.inputs; ++i) {
            const float left = x[static_cast<std::size_t>(i)], right = w.weight[i * w.stride];
            add_term(i, left, right, left * right);
        }
        const float products = summed();
        const float bias = w.bias == nullptr ? 0 : *w.bias;
        out_.recomputed = products + bias;
        Formula line;
        line.text(std::string(d_.symbol) + " = x · " + w.symbol);
        if (w.bias != nullptr) {
            line.text(" + b = ").number(products).text(bias < 0 ? " − " : " + ").number(std::abs(bias));
        }
        out_.lines.push_back(line.text(" = ").result(out_.recomputed).take());
        out_.terms_title = Formula().text("x").lowered("i").text(std::string(" ") + w.symbol).lowered("i").take();
        source("x", d_.a, from, {at_[0]});
        weight_source(w.symbol, w.tensor,
                      w.transposed ? std::vector<int>{w.column, -1} : std::vector<int>{-1, w.column});
    }

    // The score of this cell from q and k; adds its line, terms and sources.
    float dot_product() {
        const int head = at_[0], query = at_[1], key = at_[2], width = config_.d_head();
        const float* q = row(Site::q, layer_, query).data() + head * width;
        const float* k = row(Site::k, layer_, key).data() + head * width;
        for (int i = 0; i < width; ++i) add_term(i, q[i], k[i], q[i] * k[i]);
        const float product = summed();
        const float root = std::sqrt(static_cast<float>(width));
        out_.lines.push_back(Formula()
                                 .text("score = q · k / √" + std::to_string(width) + " = ")
                                 .number(product)
                                 .text(" / ")
                                 .number(root)
                                 .text(" = ")
                                 .result(product / root)
                                 .take());
        out_.terms_title = Formula().text("q").lowered("i").text(" k").lowered("i").take();
        source("q", Site::q, layer_, {query, head});
        source("k", Site::k, layer_, {key, head});
        return product / root;
    }

    [[nodiscard]] bool masked() const { return at_[2] > at_[1]; }

    void score() {
        if (masked()) {
            out_.recomputed = -std::numeric_limits<float>::infinity();
            out_.lines.push_back(Formula().text("score = ").result(out_.recomputed).take());
            return;
        }
        out_.recomputed = dot_product();
    }

    void softmax() {
        if (masked()) {
            out_.lines.push_back(
                Formula().text("pattern = e").raised("−∞").text(" / Σ e").raised("s").text(" = ").result(0).take());
            return;
        }
        dot_product();
        const int head = at_[0], query = at_[1];
        float largest = -std::numeric_limits<float>::infinity();
        for (int key = 0; key <= query; ++key)
            largest = std::max(largest, cell(Site::attn_scores, layer_, {head, query, key}));
        double total = 0;
        for (int key = 0; key <= query; ++key) {
            total += std::exp(static_cast<double>(cell(Site::attn_scores, layer_, {head, query, key}) - largest));
        }
        const float mine = cell(Site::attn_scores, layer_, at_);
        out_.recomputed = static_cast<float>(std::exp(static_cast<double>(mine - largest)) / total);
        out_.lines.push_back(Formula()
                                 .text("pattern = e")
                                 .raised(number_text(mine))
                                 .text(" / Σ e")
                                 .raised("s")
                                 .text(" = ")
                                 .result(out_.recomputed)
                                 .take());
        source("s", Site::attn_scores, layer_, {head, query});
    }

    void mix() {
        const int position = at_[0], head = at_[1], col = at_[2];
        for (int key = 0; key <= position; ++key) {
            const float weight = cell(Site::pattern, layer_, {head, position, key});
            const float value = cell(Site::v, layer_, {key, head, col});
            add_term(key, weight, value, weight * value);
        }
        out_.recomputed = summed();
        out_.lines.push_back(Formula().text("z = Σ pattern · v = ").result(out_.recomputed).take());
        out_.terms_title = Formula().text("pattern").lowered("i").text(" v").lowered("i").take();
        source("pattern", Site::pattern, layer_, {head, position});
        source("v", Site::v, layer_, {-1, head, col});
    }

    void gelu() {
        const float x = cell(d_.a, layer_, at_);
        const double wide = static_cast<double>(x);
        const double inner = std::sqrt(2.0 / 3.14159265358979323846) * (wide + 0.044715 * wide * wide * wide);
        out_.recomputed = static_cast<float>(0.5 * wide * (1 + std::tanh(inner)));
        out_.lines.push_back(
            Formula().text("g = GELU(h) = GELU(").number(x).text(") = ").result(out_.recomputed).take());
        out_.lines.push_back(
            Formula().text("GELU(h) = h / 2 · (1 + tanh(√(2 / π) · (h + 0.0447 h").raised("3").text(")))").take());
        source("h", d_.a, layer_, {at_[0], at_[1]});
    }

    const Pass& pass_;
    const model::GptConfig& config_;
    const Declaration& d_;
    int layer_;
    std::array<int, 3> at_;
    Explanation out_;
};

}  // namespace

Explanation explain(const Pass& pass, nn::Site site, int layer, std::array<int, 3> indices) {
    CHECK(pass.trace.keep() == model::Keep::trace);
    const Declaration& declaration = kDeclarations[static_cast<std::size_t>(site)];
    CHECK(declaration.site == site);
    return Explainer(pass, declaration, nn::site_info(site).per_layer() ? layer : 0, indices).run();
}

}  // namespace headlight::interpret
