#include "interpret/explain.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "interpret/explain_recipe.h"
#include "interpret/formula.h"
#include "kernels/elementary.h"

namespace headlight::interpret {
namespace {

class Explainer {
  public:
    Explainer(const Recipe& recipe, std::array<int, 3> indices) : r_(recipe), at_(indices) {}

    Explanation run() {
        const nn::SiteView view = view_of(r_.self);
        out_.site = name_of(r_.self);
        for (int axis = 0; axis < view.rank; ++axis) {
            const auto i = static_cast<std::size_t>(axis);
            CHECK(at_[i] >= 0 && at_[i] < view.shape[i]);
            out_.indices.push_back(at_[i]);
        }
        out_.value = cell(r_.self, at_);
        follow_rule();
        finish_terms();
        return std::move(out_);
    }

  private:
    void follow_rule() {
        switch (r_.rule) {
            case Rule::token_row:
            case Rule::position_row:
                return lookup();
            case Rule::sinusoid:
                return sinusoid();
            case Rule::copy:
                return copy();
            case Rule::sum:
                return sum();
            case Rule::norm_scale:
                return norm_scale();
            case Rule::normalized:
                return normalized();
            case Rule::linear:
                return linear();
            case Rule::score:
                return score();
            case Rule::softmax:
                return softmax();
            case Rule::mix:
                return mix();
            case Rule::gelu:
                return gelu();
            case Rule::relu:
                return relu();
        }
    }

    [[nodiscard]] std::size_t index(std::size_t axis) const { return static_cast<std::size_t>(at_[axis]); }
    [[nodiscard]] static std::string name_of(const Place& place) {
        return nn::site_name(place.at.site, place.at.layer, place.at.stack);
    }
    [[nodiscard]] static nn::SiteView view_of(const Place& place) {
        return place.trace->view(place.at.site, place.at.layer, place.positions);
    }
    [[nodiscard]] static float cell(const Place& place, std::array<int, 3> at) {
        const nn::SiteView v = view_of(place);
        return v.data[at[0] * v.stride[0] + at[1] * v.stride[1] + (v.rank == 3 ? at[2] * v.stride[2] : 0)];
    }
    // A position's values as one row; the heads of q, k, v and z side by side.
    [[nodiscard]] static std::span<const float> row(const Place& place, int position) {
        const nn::SiteView v = view_of(place);
        const int width = v.rank == 3 ? v.shape[1] * v.shape[2] : v.shape[1];
        return {v.data + position * v.stride[0], static_cast<std::size_t>(width)};
    }
    // The column of this cell among all outputs of its position.
    [[nodiscard]] int column() const {
        const bool heads = nn::site_info(r_.self.at.site).shape == nn::SiteShape::pos_head;
        return heads ? at_[1] * head_width(r_.self) + at_[2] : at_[1];
    }
    [[nodiscard]] static int head_width(const Place& place) { return view_of(place).shape[2]; }

    void source(std::string symbol, const Place& place, std::vector<int> indices) {
        out_.sources.push_back({std::move(symbol), name_of(place), std::move(indices)});
    }
    void weight_source(std::string symbol, const Tensor& tensor, std::vector<int> indices) {
        for (const model::ParamInfo& info : r_.params->params()) {
            if (info.offset != tensor.offset) continue;
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

    void lookup() {
        const int col = at_[1], width = view_of(r_.self).shape[1];
        const float entry = r_.weight[static_cast<std::size_t>(r_.table_row) * static_cast<std::size_t>(width) +
                                      static_cast<std::size_t>(col)];
        out_.recomputed = entry * r_.factor;
        const std::string where = std::to_string(r_.table_row) + ", " + std::to_string(col);
        Formula line;
        line.text(r_.symbol + " = " + r_.weight_symbol + "[" + where + "]");
        if (r_.factor != 1) {
            line.text(" · √" + std::to_string(width) + " = ").number(entry).text(" · ").number(r_.factor);
        }
        out_.lines.push_back(line.text(" = ").result(out_.recomputed).take());
        weight_source(r_.weight_symbol, r_.weight, {r_.table_row, col});
    }

    // Vaswani et al. (2017), section 3.5.
    void sinusoid() {
        const int col = at_[1], width = view_of(r_.self).shape[1], pair = col / 2;
        const double divisor = kernels::exp_f64(2.0 * pair / width * kernels::log_f64(10000.0));
        const double angle = at_[0] / divisor;
        const bool sine = col % 2 == 0;
        out_.recomputed = static_cast<float>(sine ? kernels::sin_f64(angle) : kernels::cos_f64(angle));
        out_.lines.push_back(Formula()
                                 .text(r_.symbol + (sine ? " = sin(pos / 10000" : " = cos(pos / 10000"))
                                 .raised("2 · " + std::to_string(pair) + " / " + std::to_string(width))
                                 .text(") = " + std::string(sine ? "sin(" : "cos(") + std::to_string(at_[0]) + " / ")
                                 .number(static_cast<float>(divisor))
                                 .text(") = ")
                                 .result(out_.recomputed)
                                 .take());
    }

    void copy() {
        out_.recomputed = cell(r_.a, at_);
        out_.lines.push_back(Formula().text(r_.symbol + " = a = ").result(out_.recomputed).take());
        source("a", r_.a, {at_[0], at_[1]});
    }

    void sum() {
        const float left = cell(r_.a, at_), right = cell(r_.b, at_);
        add_term(0, left, 1, left);
        add_term(1, right, 1, right);
        out_.recomputed = left + right;
        out_.lines.push_back(Formula()
                                 .text(r_.symbol + " = a + b = ")
                                 .number(left)
                                 .text(right < 0 ? " − " : " + ")
                                 .number(std::abs(right))
                                 .text(" = ")
                                 .result(out_.recomputed)
                                 .take());
        out_.terms_title = Formula().text("a, b").take();
        source("a", r_.a, {at_[0], at_[1]});
        source("b", r_.b, {at_[0], at_[1]});
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
        const auto x = row(r_.a, at_[0]);
        const Moments m = moments(x);
        const auto mean = static_cast<float>(m.mean);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const float away = x[i] - mean;
            add_term(static_cast<int>(i), away, away, away * away / static_cast<float>(x.size()));
        }
        out_.recomputed = static_cast<float>(std::sqrt(m.variance + static_cast<double>(r_.eps))) + r_.eps_outside;
        out_.lines.push_back(Formula().text("μ = Σ x / " + std::to_string(x.size()) + " = ").number(mean).take());
        Formula line;
        line.text("s = √(Σ (x − μ)").raised("2").text(" / " + std::to_string(x.size()));
        line.text(r_.eps > 0 ? " + ε)" : ")").text(r_.eps_outside > 0 ? " + ε = √(" : " = √(");
        line.number(static_cast<float>(m.variance));
        if (r_.eps > 0) line.text(" + ").number(r_.eps);
        line.text(")");
        if (r_.eps_outside > 0) line.text(" + ").number(r_.eps_outside);
        out_.lines.push_back(line.text(" = ").result(out_.recomputed).take());
        out_.terms_title = Formula().text("(x").lowered("i").text(" − μ)").raised("2").text(" / d").take();
        source("x", r_.a, {at_[0]});
    }

    void normalized() {
        const auto x = row(r_.a, at_[0]);
        const auto mean = static_cast<float>(moments(x).mean);
        const float scale = cell(r_.b, {at_[0], 0, 0});
        const float w = r_.weight[index(1)], b = r_.bias[index(1)], centred = (x[index(1)] - mean) / scale;
        add_term(0, centred, w, centred * w);
        add_term(1, b, 1, b);
        out_.terms_title = Formula().text("(x − μ) / s · w, b").take();
        out_.recomputed = centred * w + b;
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
        source("x", r_.a, {at_[0], at_[1]});
        source("μ", r_.a, {at_[0]});
        source("s", r_.b, {at_[0]});
        weight_source("w", r_.weight, {at_[1]});
        weight_source("b", r_.bias, {at_[1]});
    }

    void linear() {
        const auto x = row(r_.a, at_[0]);
        const int col = r_.first_column + column();
        const auto output = static_cast<std::size_t>(col);
        const std::size_t first = r_.transposed ? output * x.size() : output;
        const std::size_t stride = r_.transposed ? 1 : static_cast<std::size_t>(r_.outputs);
        for (std::size_t i = 0; i < x.size(); ++i) {
            const float left = x[i], right = r_.weight[first + i * stride];
            add_term(static_cast<int>(i), left, right, left * right);
        }
        const float products = summed();
        const float bias = r_.bias.empty() ? 0 : r_.bias[output];
        out_.recomputed = products + bias;
        Formula line;
        line.text(r_.symbol + " = x · " + r_.weight_symbol);
        if (!r_.bias.empty()) {
            line.text(" + b = ").number(products).text(bias < 0 ? " − " : " + ").number(std::abs(bias));
        }
        out_.lines.push_back(line.text(" = ").result(out_.recomputed).take());
        out_.terms_title = Formula().text("x").lowered("i").text(" " + r_.weight_symbol).lowered("i").take();
        source("x", r_.a, {at_[0]});
        weight_source(r_.weight_symbol, r_.weight,
                      r_.transposed ? std::vector<int>{col, -1} : std::vector<int>{-1, col});
        if (!r_.bias.empty()) weight_source("b", r_.bias, {col});
    }

    // The score of this cell from q and k; adds its line, terms and sources.
    float dot_product() {
        const int head = at_[0], query = at_[1], key = at_[2], width = head_width(r_.q);
        const float* q = row(r_.q, query).data() + head * width;
        const float* k = row(r_.k, key).data() + head * width;
        for (int i = 0; i < width; ++i) add_term(i, q[i], k[i], q[i] * k[i]);
        const float product = summed();
        out_.lines.push_back(Formula()
                                 .text("score = q · k / " + r_.divisor_text + " = ")
                                 .number(product)
                                 .text(" / ")
                                 .number(r_.divisor)
                                 .text(" = ")
                                 .result(product / r_.divisor)
                                 .take());
        out_.terms_title = Formula().text("q").lowered("i").text(" k").lowered("i").take();
        source("q", r_.q, {query, head});
        source("k", r_.k, {key, head});
        return product / r_.divisor;
    }

    [[nodiscard]] bool masked() const { return r_.causal && at_[2] > at_[1]; }
    // How many keys a query sees.
    [[nodiscard]] int keys_of(int query) const { return r_.causal ? query + 1 : view_of(r_.scores).shape[2]; }

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
        for (int key = 0; key < keys_of(query); ++key) largest = std::max(largest, cell(r_.scores, {head, query, key}));
        double total = 0;
        for (int key = 0; key < keys_of(query); ++key) {
            total += std::exp(static_cast<double>(cell(r_.scores, {head, query, key}) - largest));
        }
        const float mine = cell(r_.scores, at_);
        out_.recomputed = static_cast<float>(std::exp(static_cast<double>(mine - largest)) / total);
        out_.lines.push_back(Formula()
                                 .text("pattern = e")
                                 .raised(number_text(mine))
                                 .text(" / Σ e")
                                 .raised("s")
                                 .text(" = ")
                                 .result(out_.recomputed)
                                 .take());
        source("s", r_.scores, {head, query});
    }

    void mix() {
        const int position = at_[0], head = at_[1], col = at_[2];
        for (int key = 0; key < keys_of(position); ++key) {
            const float weight = cell(r_.pattern, {head, position, key});
            const float value = cell(r_.v, {key, head, col});
            add_term(key, weight, value, weight * value);
        }
        out_.recomputed = summed();
        out_.lines.push_back(Formula().text("z = Σ pattern · v = ").result(out_.recomputed).take());
        out_.terms_title = Formula().text("pattern").lowered("i").text(" v").lowered("i").take();
        source("pattern", r_.pattern, {head, position});
        source("v", r_.v, {-1, head, col});
    }

    void gelu() {
        const float x = cell(r_.a, at_);
        const double wide = static_cast<double>(x);
        const double inner = std::sqrt(2.0 / 3.14159265358979323846) * (wide + 0.044715 * wide * wide * wide);
        out_.recomputed = static_cast<float>(0.5 * wide * (1 + std::tanh(inner)));
        out_.lines.push_back(
            Formula().text("g = GELU(h) = GELU(").number(x).text(") = ").result(out_.recomputed).take());
        out_.lines.push_back(
            Formula().text("GELU(h) = h / 2 · (1 + tanh(√(2 / π) · (h + 0.0447 h").raised("3").text(")))").take());
        source("h", r_.a, {at_[0], at_[1]});
    }

    void relu() {
        const float x = cell(r_.a, at_);
        out_.recomputed = std::max(0.0F, x);
        out_.lines.push_back(
            Formula().text(r_.symbol + " = max(0, h) = max(0, ").number(x).text(") = ").result(out_.recomputed).take());
        source("h", r_.a, {at_[0], at_[1]});
    }

    const Recipe& r_;
    std::array<int, 3> at_;
    Explanation out_;
};

}  // namespace

Explanation explain(const Recipe& recipe, std::array<int, 3> indices) {
    CHECK(recipe.self.trace->keep() == model::Keep::trace);
    return Explainer(recipe, indices).run();
}

}  // namespace headlight::interpret
