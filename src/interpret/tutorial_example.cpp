#include <algorithm>
#include <cmath>

#include "interpret/tutorial_extra.h"
#include "interpret/tutorial_layers.h"

namespace headlight::interpret {
namespace {

Sheet& add_input(SheetMaker& sheets, const char* name, const char* title, const char* symbol, Table values) {
    Sheet& sheet = sheets.add(name, title, symbol, "", SheetRule::input, std::move(values));
    sheet.input = sheet.id;
    sheet.editable = true;
    return sheet;
}

struct Formula3 {
    const char *name, *symbol, *formula, *weight;
};
constexpr Formula3 kProjections[] = {
    {"q", "Q", "Q = X · W_{Q}", "wq"}, {"k", "K", "K = X · W_{K}", "wk"}, {"v", "V", "V = X · W_{V}", "wv"}};
constexpr const char* kWeightSymbols[] = {"W_{Q}", "W_{K}", "W_{V}"};

// Steps 1 to 8 of the seed: one head over three inputs of four numbers, scores not scaled.
void add_one_head(const kernels::Compute& compute, const TutorialInputs& inputs, TutorialStep& step) {
    SheetMaker sheets(step, "example_");
    const auto input = [&](const char* name) -> const Table& { return inputs.at(sheets.id(name)); };
    const Table& x = input("x");
    sheets.group("example1");
    add_input(sheets, "x", "example_x", "X", x);
    sheets.group("example2");
    for (std::size_t i = 0; i < 3; ++i) {
        add_input(sheets, kProjections[i].weight, kProjections[i].weight, kWeightSymbols[i],
                  input(kProjections[i].weight));
    }
    sheets.group("example3");
    const Table q = multiply(compute, x, input("wq")), k = multiply(compute, x, input("wk")),
                v = multiply(compute, x, input("wv"));
    const Table* values[] = {&q, &k, &v};
    for (std::size_t i = 0; i < 3; ++i) {
        Sheet& sheet = sheets.add(kProjections[i].name, kProjections[i].name, kProjections[i].symbol,
                                  kProjections[i].formula, SheetRule::linear, *values[i]);
        sheet.a = sheets.id("x"), sheet.b = sheets.id(kProjections[i].weight);
    }
    const AttentionTables made = attention_tables(compute, q, k, v, 1, false);
    sheets.group("example4");
    Sheet& scores = sheets.add("scores", "scores", "S", "S = Q · K^{T}", SheetRule::transposed, made.raw);
    scores.a = sheets.id("q"), scores.b = sheets.id("k");
    sheets.group("example5");
    Sheet& pattern = sheets.add("pattern", "pattern", "A", "A = softmax(S)", SheetRule::softmax, made.pattern);
    pattern.a = sheets.id("scores"), pattern.decimals = 6;
    sheets.group("example6");
    Table parts(v.rows, v.cols);
    for (int row = 0; row < v.rows; ++row) {
        for (int col = 0; col < v.cols; ++col) parts.at(row, col) = made.pattern.at(0, row) * v.at(row, col);
    }
    Sheet& part = sheets.add("parts", "parts", "A·V", "A_{1i} · V_{i}", SheetRule::parts, parts);
    part.a = sheets.id("pattern"), part.b = sheets.id("v"), part.decimals = 4;
    sheets.group("example7");
    Table first(1, made.z.cols);
    std::copy_n(made.z.values.begin(), first.values.size(), first.values.begin());
    Sheet& sum = sheets.add("sum", "example_sum", "Z_{1}", "Σ A_{1i} · V_{i}", SheetRule::linear, first);
    sum.a = sheets.id("pattern"), sum.b = sheets.id("v"), sum.decimals = 4;
    sheets.group("example8");
    Sheet& z = sheets.add("z", "z", "Z", "Z = A · V", SheetRule::linear, made.z);
    z.a = sheets.id("pattern"), z.b = sheets.id("v"), z.decimals = 6;
}

// One of the eight heads: q, k, v [3, 64] and what attention makes of them. The chosen one is shown in full.
AttentionTables add_head(const kernels::Compute& compute, const Tables& weights, int head, bool shown,
                         SheetMaker& sheets) {
    const int first = head * kExampleWidth;
    const Table& x = weights.at("mha_x");
    Table made[3];
    for (std::size_t i = 0; i < 3; ++i) {
        const Table w = columns_of(weights.at(sheets.id(kProjections[i].weight)), first, kExampleWidth);
        made[i] = multiply(compute, x, w);
        if (shown) {
            add_input(sheets, kProjections[i].weight, kProjections[i].weight, kWeightSymbols[i], w).input_col = first;
        }
    }
    const AttentionTables attention = attention_tables(compute, made[0], made[1], made[2], 0, false);
    if (!shown) return attention;
    for (std::size_t i = 0; i < 3; ++i) {
        Sheet& sheet = sheets.add(kProjections[i].name, kProjections[i].name, kProjections[i].symbol,
                                  kProjections[i].formula, SheetRule::linear, made[i]);
        sheet.a = sheets.id("x"), sheet.b = sheets.id(kProjections[i].weight);
    }
    Sheet& raw = sheets.add("scores", "scores", "S", "S = Q · K^{T}", SheetRule::transposed, attention.raw);
    raw.a = sheets.id("q"), raw.b = sheets.id("k");
    Sheet& scaled = sheets.add("scaled", "scaled", "S'", "S' = S / √d_{k}", SheetRule::scaled, attention.scaled);
    scaled.a = sheets.id("scores"), scaled.constant = std::sqrt(static_cast<float>(kExampleWidth));
    Sheet& pattern = sheets.add("pattern", "pattern", "A", "A = softmax(S')", SheetRule::softmax, attention.pattern);
    pattern.a = sheets.id("scaled"), pattern.decimals = 4;
    return attention;
}

void add_post_norm(const kernels::Compute& compute, const Tables& weights, const Table& out, SheetMaker& sheets) {
    constexpr float kEpsilon = 1e-5F;
    sheets.group("example_norm");
    const Table& gamma = weights.at("mha_gamma");
    const Table& beta = weights.at("mha_beta");
    const Table sum = add(compute, weights.at("mha_x"), out);
    const NormTables norm = norm_tables(compute, sum, gamma, beta, kEpsilon);
    Sheet& residual = sheets.add("residual", "residual", "v", "v = x + Sublayer(x)", SheetRule::sum, sum);
    residual.a = sheets.id("x"), residual.b = sheets.id("out");
    Sheet& mean = sheets.add("mean", "mean", "μ", "μ = Σ v / d", SheetRule::mean, norm.mean);
    mean.a = sheets.id("residual"), mean.decimals = 4;
    Sheet& sigma =
        sheets.add("std", "deviation", "σ", "σ = √(Σ (v − μ)^{2} / d + ε)", SheetRule::deviation, norm.scale);
    sigma.a = sheets.id("residual"), sigma.constant = kEpsilon, sigma.decimals = 4;
    add_input(sheets, "gamma", "gamma", "γ", gamma);
    add_input(sheets, "beta", "beta", "β", beta);
    Sheet& y = sheets.add("norm", "norm", "N", "(v − μ) / σ · γ + β", SheetRule::normalized, norm.y);
    y.a = sheets.id("residual"), y.b = sheets.id("mean"), y.c = sheets.id("std");
    y.d = sheets.id("gamma"), y.e = sheets.id("beta");
}

}  // namespace

void add_example(const kernels::Compute& compute, const TutorialInputs& inputs, const Tables& weights, int head,
                 TutorialStep& step) {
    add_one_head(compute, inputs, step);
    SheetMaker sheets(step, "mha_");
    sheets.group("example9");
    add_input(sheets, "x", "example_x", "X", weights.at("mha_x"));
    Table joined(weights.at("mha_x").rows, kExampleModel);
    std::vector<Table> results;
    for (int h = 0; h < kExampleHeads; ++h) {
        results.push_back(add_head(compute, weights, h, h == head, sheets).z);
        for (int row = 0; row < joined.rows; ++row) {
            std::copy_n(results.back().values.data() + results.back().index(row, 0), kExampleWidth,
                        joined.values.data() + joined.index(row, h * kExampleWidth));
        }
    }
    for (int h = 0; h < kExampleHeads; ++h) {
        const std::string number = std::to_string(h + 1);
        Sheet& z = sheets.add("z" + number, "z", "Z_{" + number + "}", "Z = A · V",
                              h == head ? SheetRule::linear : SheetRule::shown, results[static_cast<std::size_t>(h)]);
        z.a = sheets.id("pattern"), z.b = sheets.id("v");
    }
    sheets.group("example10");
    Sheet& concat = sheets.add("concat", "concat", "Z", "[Z_{1}, …, Z_{8}]", SheetRule::columns, joined);
    concat.a = sheets.id("z"), concat.constant = static_cast<float>(kExampleWidth);
    add_input(sheets, "wo", "wo", "W_{O}", weights.at("mha_wo"));
    const Table out = multiply(compute, joined, weights.at("mha_wo"));
    Sheet& output = sheets.add("out", "attn_out", "O", "O = Z · W_{O}", SheetRule::linear, out);
    output.a = sheets.id("concat"), output.b = sheets.id("wo");
    add_post_norm(compute, weights, out, sheets);
}

}  // namespace headlight::interpret
