#include "interpret/tutorial_model.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "interpret/tutorial_layers.h"
#include "interpret/tutorial_parts.h"
#include "kernels/elementary.h"

namespace headlight::interpret {

PairTrace::PairTrace(const kernels::Compute& compute, const model::EncoderDecoder& model,
                     std::span<const std::int32_t> source, std::span<const std::int32_t> target)
    : encoder(model::encoder_activations(model.config(), 1, static_cast<int>(source.size()), model::Keep::trace)),
      decoder(model::decoder_activations(model.config(), 1, static_cast<int>(target.size()),
                                         static_cast<int>(source.size()), model::Keep::trace)) {
    const std::array lengths{static_cast<int>(source.size())};
    model::EncoderForward(compute, model, encoder, source, lengths).run();
    model::DecoderForward(compute, model, decoder, encoder, target, 0, lengths).run();
}

std::vector<std::string> ModelView::words_of(std::span<const std::int32_t> ids) const {
    std::vector<std::string> out;
    for (const std::int32_t id : ids) out.push_back(word(id));
    return out;
}

Sheet& SheetMaker::add(std::string_view name, std::string_view title, std::string_view symbol, std::string_view formula,
                       SheetRule rule, Table values) {
    Sheet& sheet = step_.sheets.emplace_back();
    sheet.id = id(name);
    sheet.title = "tutorial.sheet." + std::string(title);
    sheet.group = group_;
    sheet.symbol = symbol;
    sheet.formula = symbols(formula);
    sheet.rule = rule;
    sheet.rows = values.rows;
    sheet.cols = values.cols;
    sheet.values = std::move(values.values);
    return sheet;
}

namespace {

Table row_of(std::span<const std::int32_t> ids) {
    Table out(1, static_cast<int>(ids.size()));
    std::ranges::transform(ids, out.values.begin(), [](std::int32_t id) { return static_cast<float>(id); });
    return out;
}

// Ids, and what the stack makes of them before its first block: embedding, positions, and their sum.
struct InputPart {
    model::Activations& trace;
    nn::Stack stack;
    std::span<const std::int32_t> ids;
    const char* ids_sheet;  // "ids", "target"
};

void add_ids(const ModelView& view, SheetMaker& sheets, const InputPart& part) {
    Sheet& ids = sheets.add(part.ids_sheet, part.ids_sheet, "id", "", SheetRule::input, row_of(part.ids));
    ids.col_labels = view.words_of(part.ids);
    ids.decimals = 0;
    make_input(ids, part.ids_sheet, view);
}

void add_embedding(const ModelView& view, SheetMaker& sheets, const InputPart& part) {
    const model::EncoderDecoderConfig& c = view.model.config();
    const int positions = static_cast<int>(part.ids.size());
    Sheet& sheet =
        sheets.add("embedding", "embedding", "E", c.scaled_embedding ? "E = √d · W_{E}[id]" : "E = W_{E}[id]",
                   SheetRule::gather, table_of(part.trace, Site::embed, positions));
    sheet.a = "embed_table", sheet.b = part.ids_sheet;
    sheet.constant = c.scaled_embedding ? std::sqrt(static_cast<float>(c.d_model)) : 1.0F;
    sheet.row_labels = view.words_of(part.ids);
    sheet.site = nn::site_name(Site::embed, 0, part.stack);
    make_input(sheet, "embed", view);
    sheet.input_rows.assign(part.ids.begin(), part.ids.end());
}

void add_positions(const ModelView& view, SheetMaker& sheets, const InputPart& part) {
    const model::EncoderDecoderConfig& c = view.model.config();
    const bool paper = view.mode == TutorialMode::paper;
    Sheet& sheet = sheets.add("positions", "positions", "P", paper ? "sin(pos / 10000^{2⌊i/2⌋/d}), cos(…)" : "",
                              paper ? SheetRule::position : SheetRule::input,
                              table_of(part.trace, Site::pos_embed, static_cast<int>(part.ids.size())));
    sheet.constant = static_cast<float>(c.d_model);
    sheet.row_labels = view.words_of(part.ids);
    sheet.decimals = 4;
    sheet.site = nn::site_name(Site::pos_embed, 0, part.stack);
    if (view.mode == TutorialMode::arithmetic) sheet.note = "tutorial.note.positions";
    make_input(sheet, "positions", view);
}

void add_sum(const ModelView& view, SheetMaker& sheets, const InputPart& part) {
    Sheet& x = sheets.add("x", "x", "X", "X = E + P", SheetRule::sum,
                          table_of(part.trace, Site::resid_pre, static_cast<int>(part.ids.size())));
    x.a = sheets.id("embedding"), x.b = sheets.id("positions");
    x.row_labels = view.words_of(part.ids);
    x.site = nn::site_name(Site::resid_pre, 0, part.stack);
}

// The formula as the tutorial uses it.
void add_own_positions(const ModelView& view, SheetMaker& sheets) {
    const int d = view.model.config().d_model;
    Table values(static_cast<int>(view.source.size()), d);
    for (int row = 0; row < values.rows; ++row) {
        for (int col = 0; col < d; ++col) {
            const double angle = row * kernels::exp_f64(-2.0 * col / d * kernels::log_f64(10000.0));
            values.at(row, col) = static_cast<float>(col % 2 == 0 ? kernels::sin_f64(angle) : kernels::cos_f64(angle));
        }
    }
    Sheet& sheet = sheets.add("positions_rule", "positions_rule", "P", "sin(pos / 10000^{2i/d}), cos(…)",
                              SheetRule::own_position, values);
    sheet.constant = static_cast<float>(d);
    sheet.row_labels = view.words_of(view.source);
    sheet.decimals = 4;
}

}  // namespace

void add_encoder(const ModelView& view, std::span<TutorialStep> steps) {
    const model::EncoderDecoderConfig& c = view.model.config();
    CHECK(c.encoder_layers == 1 && c.decoder_layers == 1);
    model::Activations& trace = view.trace.encoder;
    const model::EncoderBlockLayout& at = view.model.layout().encoder[0];
    const std::vector<std::string> labels = view.words_of(view.source);
    const InputPart in{trace, nn::Stack::encoder, view.source, "ids"};
    const auto maker = [&](int number) { return SheetMaker(steps[static_cast<std::size_t>(number - 1)], ""); };

    SheetMaker ids = maker(3), embedding = maker(4), positions = maker(5), sum = maker(6), attention = maker(7);
    add_ids(view, ids, in);
    add_embedding(view, embedding, in);
    Sheet& table = embedding.add("embed_table", "embed_table", "W_{E}", "", SheetRule::input,
                                 weights_of(view, view.model.layout().embed, c.vocab, c.d_model));
    table.row_labels = view.words;
    if (!view.learned) table.note = "tutorial.note.drawn";
    make_input(table, "embed", view);
    add_positions(view, positions, in);
    if (view.mode == TutorialMode::arithmetic) add_own_positions(view, positions);
    add_sum(view, sum, in);
    add_attention(view, attention,
                  {trace, nn::Stack::encoder, at.attn, Site::q, Site::k, Site::v, Site::attn_scores, Site::pattern,
                   Site::z, Site::attn_out, "x", "x", labels, labels, false, ""});
    SheetMaker norm1 = maker(8), mlp = maker(9), norm2 = maker(10);
    add_norm(view, norm1,
             {trace, nn::Stack::encoder, at.ln1, Site::resid_mid, Site::ln1_scale, Site::ln1_normalized,
              model::Activations::Norm::ln1, "1", "x", "attn_out", "norm1", "norm", "N", labels});
    const std::string ffn = add_feed_forward(view, mlp, {trace, nn::Stack::encoder, at.mlp, "norm1", labels});
    add_norm(view, norm2,
             {trace, nn::Stack::encoder, at.ln2, Site::resid_post, Site::ln2_scale, Site::ln2_normalized,
              model::Activations::Norm::ln2, "2", "norm1", ffn, "encoder_out", "encoder_out", "E_{out}", labels});
}

namespace {

// Cross-attention as the tutorial's text wires it: queries and keys from the encoder, values from the decoder. Its rows
// are the source's; that it can be added to the decoder's at all is because both happen to have six.
void add_swapped(const ModelView& view, SheetMaker& sheets, const model::AttentionLayout& at) {
    const model::EncoderDecoderConfig& c = view.model.config();
    const int queries = static_cast<int>(view.target.size()), keys = static_cast<int>(view.source.size());
    if (view.mode != TutorialMode::arithmetic || queries != keys) return;
    const Table memory = table_of(view.trace.encoder, Site::ln2_normalized, keys);
    const Table own = table_of(view.trace.decoder, Site::ln1_normalized, queries);
    const auto weight = [&](std::size_t offset) { return weights_of(view, offset, c.d_model, c.d_attention()); };
    const Table q = multiply(view.compute, memory, weight(at.query_weight));
    const Table k = multiply(view.compute, memory, weight(at.key_weight));
    const Table v = multiply(view.compute, own, weight(at.value_weight));
    const AttentionTables made = attention_tables(view.compute, q, k, v, c.score_divisor(), false);
    sheets.group("swapped");
    const std::vector<std::string> source = view.words_of(view.source), target = view.words_of(view.target);
    const auto add = [&](const char* id, const char* title, const char* symbol, const char* formula, SheetRule rule,
                         const Table& values, std::string a, std::string b) -> Sheet& {
        Sheet& sheet = sheets.add(id, title, symbol, formula, rule, values);
        sheet.a = std::move(a), sheet.b = std::move(b), sheet.row_labels = source;
        return sheet;
    };
    add("swapped_q", "q", "Q", "Q = E · W_{Q}", SheetRule::linear, q, "encoder_out", sheets.id("wq"));
    add("swapped_v", "v", "V", "V = D · W_{V}", SheetRule::linear, v, "dec_norm1", sheets.id("wv")).row_labels = target;
    add("swapped_scores", "scores", "S", "S = Q · K^{T}", SheetRule::transposed, made.raw, "cross_swapped_q",
        sheets.id("k"));
    add("swapped_scaled", "scaled", "S'", "S' = S / √d_{model}", SheetRule::scaled, made.scaled, "cross_swapped_scores",
        "")
        .constant = c.score_divisor();
    add("swapped_pattern", "pattern", "A", "A = softmax(S')", SheetRule::softmax, made.pattern, "cross_swapped_scaled",
        "");
    Sheet& z = add("swapped", "swapped", "Z", "Z = A · V", SheetRule::linear, made.z, "cross_swapped_pattern",
                   "cross_swapped_v");
    z.decimals = 4;
    z.note = "tutorial.note.swapped";
}

}  // namespace

void add_decoder(const ModelView& view, std::span<TutorialStep> steps) {
    using Norm = model::Activations::Norm;
    model::Activations& trace = view.trace.decoder;
    constexpr nn::Stack kStack = nn::Stack::decoder;
    const model::DecoderBlockLayout& at = view.model.layout().decoder[0];
    const std::vector<std::string> labels = view.words_of(view.target), keys = view.words_of(view.source);
    const InputPart in{trace, kStack, view.target, "target"};
    SheetMaker ids(steps[10], "");
    ids.group("dec_input");
    add_ids(view, ids, in);
    SheetMaker input(steps[10], "dec_");
    input.group("dec_input");
    add_embedding(view, input, in);
    add_positions(view, input, in);
    add_sum(view, input, in);

    SheetMaker own(steps[11], "dec_"), cross(steps[11], "cross_");
    add_attention(view, own,
                  {trace, kStack, at.attn, Site::q, Site::k, Site::v, Site::attn_scores, Site::pattern, Site::z,
                   Site::attn_out, "dec_x", "dec_x", labels, labels, true, "dec_"});
    own.group("dec_norm1");
    add_norm(view, own,
             {trace, kStack, at.ln1, Site::resid_mid, Site::ln1_scale, Site::ln1_normalized, Norm::ln1, "1", "dec_x",
              "dec_attn_out", "norm1", "norm", "D", labels});
    add_attention(
        view, cross,
        {trace, kStack, at.cross, Site::cross_q, Site::cross_k, Site::cross_v, Site::cross_scores, Site::cross_pattern,
         Site::cross_z, Site::cross_attn_out, "dec_norm1", "encoder_out", labels, keys, false, "cross_"});
    add_swapped(view, cross, at.cross);
    own.group("dec_norm2");
    add_norm(view, own,
             {trace, kStack, at.ln2, Site::resid_mid_cross, Site::ln2_scale, Site::ln2_normalized, Norm::ln2, "2",
              "dec_norm1", "cross_attn_out", "norm2", "norm", "N_{2}", labels});
    own.group("dec_ffn");
    const std::string ffn = add_feed_forward(view, own, {trace, kStack, at.mlp, "dec_norm2", labels});
    own.group("dec_norm3");
    add_norm(view, own,
             {trace, kStack, at.ln3, Site::resid_post, Site::ln3_scale, Site::ln3_normalized, Norm::ln3, "3",
              "dec_norm2", ffn, "out", "dec_out", "D_{out}", labels});
}

namespace {

// The word that follows, again and again, until the end or until the positions run out: [words, 2] of id and
// probability.
Table greedy_loop(const ModelView& view) {
    const model::EncoderDecoderConfig& c = view.model.config();
    std::vector<std::int32_t> target{view.target.front()};
    const std::array lengths{static_cast<int>(view.source.size())};
    std::vector<float> found;
    while (static_cast<int>(target.size()) < c.context) {
        model::Activations decoder = model::decoder_activations(
            c, 1, static_cast<int>(target.size()), static_cast<int>(view.source.size()), model::Keep::trace);
        model::DecoderForward pass(view.compute, view.model, decoder, view.trace.encoder, target, 0, lengths);
        pass.run();
        std::vector<float> chances(static_cast<std::size_t>(c.vocab));
        view.compute.kernels().softmax(chances.data(), pass.last_logits(), c.vocab);
        const auto best = std::ranges::max_element(chances);
        target.push_back(static_cast<std::int32_t>(best - chances.begin()));
        found.insert(found.end(), {static_cast<float>(target.back()), *best});
        if (target.back() == c.end_token) break;
    }
    Table out(static_cast<int>(found.size() / 2), 2);
    out.values = std::move(found);
    return out;
}

}  // namespace

void add_prediction(const ModelView& view, TutorialStep& step) {
    const model::EncoderDecoderConfig& c = view.model.config();
    const int positions = static_cast<int>(view.target.size());
    const std::vector<std::string> labels = view.words_of(view.target);
    SheetMaker sheets(step, "");
    sheets.group("head");
    Sheet& head = sheets.add("head", "head", "W", "", SheetRule::input,
                             weights_of(view, view.model.layout().head, c.vocab, c.d_model));
    head.row_labels = view.words;
    make_input(head, c.tied_head ? "embed" : "head", view);
    const Table logits = table_of(view.trace.decoder, Site::logits, positions);
    Sheet& logit = sheets.add("logits", "logits", "logit", "D_{out} · W^{T}", SheetRule::transposed, logits);
    logit.a = "dec_out", logit.b = "head", logit.row_labels = labels, logit.col_labels = view.words;
    logit.site = nn::site_name(Site::logits, 0, nn::Stack::decoder);
    Table chances(positions, c.vocab);
    for (int row = 0; row < positions; ++row) {
        view.compute.kernels().softmax(chances.values.data() + chances.index(row, 0),
                                       logits.values.data() + logits.index(row, 0), c.vocab);
    }
    Table best(positions, 1);
    std::vector<std::string> words;
    for (int row = 0; row < positions; ++row) {
        const float* begin = chances.values.data() + chances.index(row, 0);
        const auto id = static_cast<std::int32_t>(std::max_element(begin, begin + c.vocab) - begin);
        best.at(row, 0) = static_cast<float>(id);
        words.push_back(view.word(id));
    }
    Sheet& probability =
        sheets.add("probabilities", "probabilities", "p", "p = softmax(logit)", SheetRule::softmax, chances);
    probability.a = "logits", probability.decimals = 4, probability.row_labels = labels;
    probability.col_labels = view.words;
    Sheet& predicted = sheets.add("predicted", "predicted", "ŵ", "argmax p", SheetRule::best, best);
    predicted.a = "probabilities", predicted.words = words, predicted.row_labels = labels, predicted.decimals = 0;

    sheets.group("loop");
    const Table found = greedy_loop(view);
    std::vector<std::string> texts(found.values.size());
    for (int row = 0; row < found.rows; ++row) {
        texts[found.index(row, 0)] = view.word(static_cast<std::int32_t>(found.at(row, 0)));
    }
    Sheet& loop = sheets.add("loop", "loop", "ŵ", "", SheetRule::shown, found);
    loop.words = std::move(texts), loop.decimals = 4;
}

}  // namespace headlight::interpret
