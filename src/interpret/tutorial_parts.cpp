#include "interpret/tutorial_parts.h"

#include <algorithm>
#include <cmath>

#include "interpret/tutorial_layers.h"

namespace headlight::interpret {

Table table_of(model::Activations& trace, Site site, int positions, int head) {
    const nn::MutableSiteView v = trace.view(site, 0, positions);
    const nn::SiteShape shape = nn::site_info(site).shape;
    // Axes of the matrix among the site's: [pos, head, d_head], [head, query, key], or [pos, ...].
    std::size_t row_axis = 0, col_axis = 1, head_axis = 2;
    if (shape == nn::SiteShape::pos_head) col_axis = 2, head_axis = 1;
    if (shape == nn::SiteShape::head_query_key) row_axis = 1, col_axis = 2, head_axis = 0;
    Table out(v.shape[row_axis], v.shape[col_axis]);
    const float* data = v.rank == 3 ? v.data + head * v.stride[head_axis] : v.data;
    for (int row = 0; row < out.rows; ++row) {
        for (int col = 0; col < out.cols; ++col) {
            out.at(row, col) = data[row * v.stride[row_axis] + col * v.stride[col_axis]];
        }
    }
    return out;
}

Table weights_of(const ModelView& view, std::size_t offset, int rows, int cols) {
    Table out(rows, cols);
    std::copy_n(view.model.weights(offset), out.values.size(), out.values.begin());
    return out;
}

void make_input(Sheet& sheet, std::string input, const ModelView& view) {
    sheet.editable = !view.learned;
    sheet.input = std::move(input);
}

namespace {

// Which of the three projections of an attention.
struct Projection {
    const char *weight, *bias, *out;     // ids
    const char *weight_symbol, *symbol;  // "W_{Q}", "Q"
    const char* formula;
    std::size_t weight_at, bias_at;
    Site site;
    bool of_queries;
};

void add_projection(const ModelView& view, SheetMaker& sheets, const AttentionPart& part, const Projection& p,
                    const Table& values) {
    const model::EncoderDecoderConfig& c = view.model.config();
    const int first = view.head * c.d_head;
    const Table all = weights_of(view, p.weight_at, c.d_model, c.d_attention());
    Sheet& weight =
        sheets.add(p.weight, p.weight, p.weight_symbol, "", SheetRule::input, columns_of(all, first, c.d_head));
    make_input(weight, weight.id, view);
    if (c.attention_bias) {
        const Table bias = weights_of(view, p.bias_at, 1, c.d_attention());
        Sheet& sheet = sheets.add(p.bias, "bias", p.bias, "", SheetRule::input, columns_of(bias, first, c.d_head));
        make_input(sheet, sheet.id, view);
    }
    Sheet& out = sheets.add(p.out, p.out, p.symbol, p.formula, SheetRule::linear, values);
    out.a = p.of_queries ? part.queries : part.keys;
    out.b = sheets.id(p.weight);
    if (c.attention_bias) out.c = sheets.id(p.bias);
    out.row_labels = p.of_queries ? part.query_labels : part.key_labels;
    out.site = nn::site_name(p.site, 0, part.stack);
}

void label(Sheet& sheet, const AttentionPart& part) {
    sheet.row_labels = part.query_labels;
    sheet.col_labels = part.key_labels;
}

// Scores, scaled, (masked,) softmax, and what comes of the values.
void add_one_head(const ModelView& view, SheetMaker& sheets, const AttentionPart& part, const Table& q, const Table& k,
                  const Table& v) {
    const float divisor = view.model.config().score_divisor();
    const int positions = q.rows;
    const AttentionTables own = attention_tables(view.compute, q, k, v, divisor, part.causal);
    const Table seen = table_of(part.trace, part.scores, positions, view.head);
    const std::string scores_site = nn::site_name(part.scores, 0, part.stack);

    sheets.group(part.group + "scores");
    Sheet& raw = sheets.add("scores", "scores", "S", "S = Q · K^{T}", SheetRule::transposed, own.raw);
    raw.a = sheets.id("q"), raw.b = sheets.id("k"), raw.decimals = 4;
    label(raw, part);
    const bool by_model = view.mode == TutorialMode::arithmetic;
    Sheet& scaled = sheets.add("scaled", "scaled", "S'", by_model ? "S' = S / √d_{model}" : "S' = S / √d_{k}",
                               SheetRule::scaled, part.causal ? own.scaled : seen);
    scaled.a = sheets.id("scores"), scaled.constant = divisor, scaled.decimals = 4;
    if (!part.causal) scaled.site = scores_site;
    label(scaled, part);
    if (part.causal) {
        Sheet& masked = sheets.add("masked", "masked", "M", "M = S' + mask", SheetRule::masked, seen);
        masked.a = sheets.id("scaled"), masked.decimals = 4, masked.site = scores_site;
        label(masked, part);
        Sheet& free = sheets.add("free", "free", "A_{free}", "softmax(S')", SheetRule::softmax, own.free);
        free.a = sheets.id("scaled"), free.decimals = 4;
        label(free, part);
    }
    Sheet& pattern = sheets.add("pattern", "pattern", "A", part.causal ? "A = softmax(M)" : "A = softmax(S')",
                                SheetRule::softmax, table_of(part.trace, part.pattern, positions, view.head));
    pattern.a = sheets.id(part.causal ? "masked" : "scaled"), pattern.decimals = 4;
    pattern.site = nn::site_name(part.pattern, 0, part.stack);
    label(pattern, part);
}

// What every head gives, side by side, through W_O.
void add_heads(const ModelView& view, SheetMaker& sheets, const AttentionPart& part) {
    const model::EncoderDecoderConfig& c = view.model.config();
    const int positions = static_cast<int>(part.query_labels.size());
    Table side_by_side(positions, c.d_attention());
    for (int head = 0; head < c.heads; ++head) {
        const std::string number = c.heads == 1 ? "" : std::to_string(head + 1);
        const Table values = table_of(part.trace, part.z, positions, head);
        Sheet& z = sheets.add("z" + number, "z", "Z" + (number.empty() ? "" : "_{" + number + "}"), "Z = A · V",
                              head == view.head ? SheetRule::linear : SheetRule::shown, values);
        z.a = sheets.id("pattern"), z.b = sheets.id("v"), z.row_labels = part.query_labels, z.decimals = 4;
        z.site = nn::site_name(part.z, 0, part.stack);
        for (int row = 0; row < positions; ++row) {
            std::copy_n(values.values.data() + values.index(row, 0), c.d_head,
                        side_by_side.values.data() + side_by_side.index(row, head * c.d_head));
        }
    }
    sheets.group(part.group + "heads");
    Sheet& concat = sheets.add("concat", "concat", "Z", "[Z_{1}, …, Z_{h}]", SheetRule::columns, side_by_side);
    concat.a = sheets.id("z"), concat.constant = static_cast<float>(c.d_head), concat.decimals = 4;
    concat.row_labels = part.query_labels;
    Sheet& wo = sheets.add("wo", "wo", "W_{O}", "", SheetRule::input,
                           weights_of(view, part.at.out_weight, c.d_attention(), c.d_model));
    make_input(wo, wo.id, view);
    if (view.learned) {
        Sheet& bias =
            sheets.add("bo", "bias", "b_{O}", "", SheetRule::input, weights_of(view, part.at.out_bias, 1, c.d_model));
        make_input(bias, bias.id, view);
    }
    Sheet& out = sheets.add("attn_out", "attn_out", "O", view.learned ? "O = Z · W_{O} + b_{O}" : "O = Z · W_{O}",
                            SheetRule::linear, table_of(part.trace, part.out, positions));
    out.a = sheets.id("concat"), out.b = sheets.id("wo"), out.row_labels = part.query_labels;
    if (view.learned) out.c = sheets.id("bo");
    out.site = nn::site_name(part.out, 0, part.stack);
}

}  // namespace

void add_attention(const ModelView& view, SheetMaker& sheets, const AttentionPart& part) {
    const int queries = static_cast<int>(part.query_labels.size());
    const Table q = table_of(part.trace, part.q, queries, view.head);
    const Table k = table_of(part.trace, part.k, queries, view.head);
    const Table v = table_of(part.trace, part.v, queries, view.head);
    const bool cross = part.queries != part.keys;
    const bool bias = view.model.config().attention_bias;
    sheets.group(part.group + "projections");
    const char* query = bias ? "Q = X · W_{Q} + b_{Q}" : "Q = X · W_{Q}";
    const char* key = bias ? "K = X · W_{K} + b_{K}" : "K = X · W_{K}";
    const char* value = bias ? "V = X · W_{V} + b_{V}" : "V = X · W_{V}";
    if (cross) query = "Q = D · W_{Q}", key = "K = E · W_{K}", value = "V = E · W_{V}";
    add_projection(view, sheets, part,
                   {"wq", "bq", "q", "W_{Q}", "Q", query, part.at.query_weight, part.at.query_bias, part.q, true}, q);
    add_projection(view, sheets, part,
                   {"wk", "bk", "k", "W_{K}", "K", key, part.at.key_weight, part.at.key_bias, part.k, false}, k);
    add_projection(view, sheets, part,
                   {"wv", "bv", "v", "W_{V}", "V", value, part.at.value_weight, part.at.value_bias, part.v, false}, v);
    add_one_head(view, sheets, part, q, k, v);
    add_heads(view, sheets, part);
}

void add_norm(const ModelView& view, SheetMaker& sheets, const NormPart& part) {
    const model::EncoderDecoderConfig& c = view.model.config();
    const int positions = static_cast<int>(part.labels.size());
    const std::string residual = "residual" + part.number, mean = "mean" + part.number, std = "std" + part.number,
                      gamma = "gamma" + part.number, beta = "beta" + part.number;
    Sheet& sum = sheets.add(residual, "residual", "R", "R = x + Sublayer(x)", SheetRule::sum,
                            table_of(part.trace, part.sum, positions));
    sum.a = part.left, sum.b = part.right, sum.row_labels = part.labels;
    sum.site = nn::site_name(part.sum, 0, part.stack);

    Table means(positions, 1), scales = table_of(part.trace, part.scale, positions);
    std::copy_n(part.trace.mean(part.mean), positions, means.values.begin());
    for (float& scale : scales.values) scale -= c.layer_norm_eps_outside;
    Sheet& mu = sheets.add(mean, "mean", "μ", "μ = Σ R / d", SheetRule::mean, means);
    mu.a = sheets.id(residual), mu.row_labels = part.labels, mu.decimals = 4;
    Sheet& sigma = sheets.add(std, "deviation", "σ",
                              c.layer_norm_eps > 0 ? "σ = √(Σ (R − μ)^{2} / d + ε)" : "σ = √(Σ (R − μ)^{2} / d)",
                              SheetRule::deviation, scales);
    sigma.a = sheets.id(residual), sigma.constant = c.layer_norm_eps, sigma.row_labels = part.labels;
    sigma.decimals = 4;

    const bool affine = view.mode == TutorialMode::paper;
    if (affine) {
        Sheet& g =
            sheets.add(gamma, "gamma", "γ", "", SheetRule::input, weights_of(view, part.at.weight, 1, c.d_model));
        make_input(g, g.id, view);
        Sheet& b = sheets.add(beta, "beta", "β", "", SheetRule::input, weights_of(view, part.at.bias, 1, c.d_model));
        make_input(b, b.id, view);
    }
    Sheet& out =
        sheets.add(part.out, part.out_title, part.out_symbol, affine ? "(R − μ) / σ · γ + β" : "(R − μ) / (σ + ε)",
                   SheetRule::normalized, table_of(part.trace, part.normalized, positions));
    out.a = sheets.id(residual), out.b = sheets.id(mean), out.c = sheets.id(std);
    if (affine) out.d = sheets.id(gamma), out.e = sheets.id(beta);
    out.constant = c.layer_norm_eps_outside, out.row_labels = part.labels;
    out.site = nn::site_name(part.normalized, 0, part.stack);
}

std::string add_feed_forward(const ModelView& view, SheetMaker& sheets, const FeedForwardPart& part) {
    const model::EncoderDecoderConfig& c = view.model.config();
    const int positions = static_cast<int>(part.labels.size());
    const Table weight = weights_of(view, part.at.in_weight, c.d_model, c.d_mlp);
    const Site in_site = part.stack == nn::Stack::decoder ? Site::ln2_normalized : Site::ln1_normalized;
    Sheet& w = sheets.add("ffn_w", "ffn_w", "W_{1}", "", SheetRule::input, weight);
    make_input(w, w.id, view);
    Sheet& b =
        sheets.add("ffn_b", "ffn_b", "b_{1}", "", SheetRule::input, weights_of(view, part.at.in_bias, 1, c.d_mlp));
    make_input(b, b.id, view);
    Sheet& linear = sheets.add("ffn_linear", "ffn_linear", "X·W", "X · W_{1}", SheetRule::linear,
                               multiply(view.compute, table_of(part.trace, in_site, positions), weight));
    linear.a = part.in, linear.b = sheets.id("ffn_w"), linear.row_labels = part.labels;
    Sheet& pre = sheets.add("ffn_pre", "ffn_pre", "H", "X · W_{1} + b_{1}", SheetRule::sum,
                            table_of(part.trace, Site::mlp_pre, positions));
    pre.a = sheets.id("ffn_linear"), pre.b = sheets.id("ffn_b"), pre.row_labels = part.labels;
    pre.site = nn::site_name(Site::mlp_pre, 0, part.stack);
    Sheet& post = sheets.add("ffn", "ffn", "F", "F = max(0, X · W_{1} + b_{1})", SheetRule::relu,
                             table_of(part.trace, Site::mlp_post, positions));
    post.a = sheets.id("ffn_pre"), post.row_labels = part.labels;
    post.site = nn::site_name(Site::mlp_post, 0, part.stack);
    if (c.feed_forward == model::FeedForward::one_layer) return sheets.id("ffn");

    Sheet& w2 = sheets.add("ffn_w2", "ffn_w", "W_{2}", "", SheetRule::input,
                           weights_of(view, part.at.out_weight, c.d_mlp, c.d_model));
    make_input(w2, w2.id, view);
    Sheet& b2 =
        sheets.add("ffn_b2", "ffn_b", "b_{2}", "", SheetRule::input, weights_of(view, part.at.out_bias, 1, c.d_model));
    make_input(b2, b2.id, view);
    Sheet& out = sheets.add("ffn_out", "ffn_out", "F_{2}", "F · W_{2} + b_{2}", SheetRule::linear,
                            table_of(part.trace, Site::mlp_out, positions));
    out.a = sheets.id("ffn"), out.b = sheets.id("ffn_w2"), out.c = sheets.id("ffn_b2"), out.row_labels = part.labels;
    out.site = nn::site_name(Site::mlp_out, 0, part.stack);
    return sheets.id("ffn_out");
}

}  // namespace headlight::interpret
