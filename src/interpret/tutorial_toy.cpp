#include <cmath>

#include "interpret/tutorial_extra.h"
#include "interpret/tutorial_layers.h"
#include "kernels/elementary.h"

namespace headlight::interpret {
namespace {

// Q = K = V = input, one head, a causal mask: the sheets of `prefix` + "input", ...
void add_self_attention(const kernels::Compute& compute, SheetMaker& sheets, const std::string& prefix,
                        const Table& input) {
    const AttentionTables made = attention_tables(compute, input, input, input, 0, true);
    const float divisor = std::sqrt(static_cast<float>(input.cols));
    Sheet& scores = sheets.add("scores", "scores", "S", "S = Q · K^{T}", SheetRule::transposed, made.raw);
    scores.a = scores.b = prefix;
    Sheet& scaled = sheets.add("scaled", "scaled", "S'", "S' = S / √d_{k}", SheetRule::scaled, made.scaled);
    scaled.a = sheets.id("scores"), scaled.constant = divisor;
    Sheet& masked = sheets.add("masked", "masked", "M", "M = S' + mask", SheetRule::masked, made.masked);
    masked.a = sheets.id("scaled");
    Sheet& free = sheets.add("free", "free", "A_{free}", "softmax(S')", SheetRule::softmax, made.free);
    free.a = sheets.id("scaled"), free.decimals = 4;
    Sheet& pattern = sheets.add("pattern", "pattern", "A", "A = softmax(M)", SheetRule::softmax, made.pattern);
    pattern.a = sheets.id("masked"), pattern.decimals = 4;
    Sheet& z = sheets.add("z", "z", "Z", "Z = A · V", SheetRule::linear, made.z);
    z.a = sheets.id("pattern"), z.b = prefix, z.decimals = 4;
}

void add_input(SheetMaker& sheets, const char* name, const Table& input) {
    Sheet& sheet = sheets.add("", name, "X", "Q = K = V = X", SheetRule::input, input);
    sheet.input = name;
    sheet.editable = true;
}

}  // namespace

void add_toy(const kernels::Compute& compute, const TutorialInputs& inputs, TutorialStep& step) {
    const Table& input = inputs.at("toy");
    SheetMaker toy(step, "toy");
    toy.group("toy");
    add_input(toy, "toy", input);
    SheetMaker sheets(step, "toy_");
    sheets.group("toy");
    add_self_attention(compute, sheets, "toy", input);
    // The second head is printed apart: the same numbers, and a mask that hides the past.
    const AttentionTables made = attention_tables(compute, input, input, input, 0, true);
    Sheet& scores = sheets.add("scores2", "scores2", "S_{2}", "S = Q · K^{T}", SheetRule::transposed, made.raw);
    scores.a = scores.b = "toy";
    Sheet& masked = sheets.add("masked2", "masked2", "M_{2}", "M = S' + mask", SheetRule::masked, made.masked);
    masked.a = "toy_scaled";
    // Both heads have the identity as weights, so that both give the same.
    Table both(input.rows, 2 * input.cols);
    for (int row = 0; row < both.rows; ++row) {
        for (int col = 0; col < both.cols; ++col) both.at(row, col) = made.z.at(row, col % input.cols);
    }
    Sheet& second = sheets.add("z2", "z", "Z_{2}", "Z = A · V", SheetRule::linear, made.z);
    second.a = "toy_pattern", second.b = "toy", second.decimals = 4;
    Sheet& first = sheets.add("z1", "z", "Z_{1}", "Z = A · V", SheetRule::linear, made.z);
    first.a = "toy_pattern", first.b = "toy", first.decimals = 4;
    Sheet& concat = sheets.add("concat", "concat", "Z", "[Z_{1}, Z_{2}]", SheetRule::columns, both);
    concat.a = "toy_z", concat.constant = static_cast<float>(input.cols), concat.decimals = 4;

    SheetMaker small(step, "small");
    small.group("small");
    add_input(small, "small", inputs.at("small"));
    SheetMaker small_sheets(step, "small_");
    small_sheets.group("small");
    add_self_attention(compute, small_sheets, "small", inputs.at("small"));
}

void add_figures(const TutorialData& data, const TutorialInputs& inputs, TutorialStep& step) {
    SheetMaker sheets(step, "");
    sheets.group("figure");
    const auto input = [&](const char* name, const char* symbol, const char* note) -> Sheet& {
        Sheet& sheet = sheets.add(name, name, symbol, "", SheetRule::input, inputs.at(name));
        sheet.input = name;
        sheet.editable = true;
        sheet.note = note;
        return sheet;
    };
    const Table& figure = inputs.at("figure");
    input("figure", "D", "tutorial.note.figure");
    Table flat(1, figure.rows * figure.cols);
    flat.values = figure.values;
    Sheet& row = sheets.add("flat", "flat", "x", "", SheetRule::flatten, flat);
    row.a = "figure";
    // The last position's d_model numbers go to as many words as the vocabulary has, <start> and <end> among them.
    Table size(1, 2);
    size.values = {static_cast<float>(figure.cols), static_cast<float>(data.vocabulary.size() - 1)};
    Sheet& sizes = sheets.add("head_size", "head_size", "W", "", SheetRule::shown, size);
    sizes.decimals = 0;

    std::vector<std::string> words, rows;
    for (const int id : data.visible_words) words.push_back(data.vocabulary[static_cast<std::size_t>(id)]);
    for (const int at : data.visible_rows) rows.push_back(std::to_string(at));
    Sheet& visible = input("visible", "W", "");
    visible.col_labels = words;
    visible.row_labels = rows;
    const Table& weights = inputs.at("visible");
    Table bound(1, weights.cols);
    for (int col = 0; col < weights.cols; ++col) {
        for (int i = 0; i < weights.rows; ++i) {
            const auto at = static_cast<std::size_t>(data.visible_rows[static_cast<std::size_t>(i)]);
            bound.at(0, col) += flat.values[at] * weights.at(i, col);
        }
    }
    Sheet& least = sheets.add("visible_logits", "visible_logits", "logit", "Σ x · W", SheetRule::visible, bound);
    least.a = "flat", least.b = "visible", least.row_ids = data.visible_rows;
    least.col_labels = words, least.note = "tutorial.note.visible";

    Sheet& logits = input("figure_logits", "logit", "");
    logits.a = "flat", logits.b = "visible", logits.row_ids = data.visible_rows;
    logits.col_labels = words;
    // A softmax needs all the logits; of those that are printed it is known but for one factor.
    constexpr int kYou = 3;
    constexpr double kPrinted = 0.56;
    const Table& values = inputs.at("figure_logits");
    Table chances(1, values.cols);
    for (int col = 0; col < values.cols; ++col) {
        chances.at(0, col) = static_cast<float>(
            kPrinted * kernels::exp_f64(static_cast<double>(values.at(0, col) - values.at(0, kYou))));
    }
    Sheet& probability = sheets.add("figure_probabilities", "figure_probabilities", "p",
                                    "p_{you} · e^{logit − logit you}", SheetRule::anchored, chances);
    probability.a = "figure_logits", probability.anchor = kYou, probability.constant = static_cast<float>(kPrinted);
    probability.col_labels = words, probability.decimals = 4, probability.note = "tutorial.note.anchored";
}

}  // namespace headlight::interpret
