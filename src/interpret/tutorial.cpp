#include "interpret/tutorial.h"

#include <algorithm>

#include "base/check.h"
#include "interpret/tutorial_explain.h"
#include "interpret/tutorial_extra.h"
#include "interpret/tutorial_model.h"

namespace headlight::interpret {
namespace {

std::vector<std::int32_t> ids_of(const Table& row) {
    std::vector<std::int32_t> out;
    for (const float id : row.values) out.push_back(static_cast<std::int32_t>(id));
    return out;
}

std::vector<TutorialStep> empty_steps(int count) {
    std::vector<TutorialStep> steps(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
        TutorialStep& step = steps[static_cast<std::size_t>(i)];
        step.number = i + 1;
        const std::string key = "tutorial.step." + std::to_string(i + 1);
        step.title = key + ".title";
        step.text = key + ".text";
    }
    return steps;
}

}  // namespace

Result<Tutorial> Tutorial::from_json(const kernels::Compute& compute, std::string_view json) {
    ASSIGN_OR_RETURN(TutorialData data, parse_tutorial(json));
    return Tutorial(compute, std::move(data));
}

Tutorial::Tutorial(const kernels::Compute& compute, TutorialData data)
    : compute_(&compute), data_(std::move(data)), inputs_(data_) {
    printed_ = printed_steps(data_, build(inputs_, TutorialMode::arithmetic));
    rebuild();
}

std::vector<TutorialStep> Tutorial::build(const TutorialInputs& inputs, TutorialMode mode) const {
    std::vector<TutorialStep> steps = empty_steps(kExampleStep);
    const model::EncoderDecoder model(*compute_, inputs.config(mode), inputs.params(mode));
    const std::vector<std::int32_t> source = ids_of(inputs.at("ids")), target = ids_of(inputs.at("target"));
    PairTrace trace(*compute_, model, source, target);
    const ModelView view{*compute_, model, data_.vocabulary, source, target, trace, mode, false, 0};
    add_words(data_, mode, steps);
    add_encoder(view, steps);
    add_toy(*compute_, inputs, steps[11]);
    add_decoder(view, steps);
    if (mode == TutorialMode::arithmetic) add_figures(data_, inputs, steps[12]);
    add_prediction(view, steps[12]);
    return steps;
}

void Tutorial::rebuild() {
    example_.sheets.clear();
    steps_ = mode_ == TutorialMode::printed ? printed_ : build(inputs_, mode_);
    for (TutorialStep& step : steps_) finish(step);
}

// Puts beside a computed sheet what was printed, and marks the cells that were edited.
void Tutorial::finish(TutorialStep& step) const {
    for (Sheet& sheet : step.sheets) {
        const Sheet* printed = mode_ == TutorialMode::printed ? nullptr : find_sheet(printed_, sheet.id);
        if (printed != nullptr && printed->values.size() == sheet.values.size()) {
            sheet.printed = printed->printed;
            sheet.right = printed->right;
            sheet.wrong = printed->wrong;
        }
        if (!sheet.editable || inputs_.edits() == 0) continue;
        sheet.edited.assign(sheet.values.size(), 0);
        for (int row = 0; row < sheet.rows; ++row) {
            const int at = sheet.input_rows.empty() ? row : sheet.input_rows[static_cast<std::size_t>(row)];
            for (int col = 0; col < sheet.cols; ++col) {
                sheet.edited[sheet.index(row, col)] = inputs_.edited(sheet.input, at, sheet.input_col + col) ? 1 : 0;
            }
        }
    }
}

const TutorialStep& Tutorial::example() const {
    if (!example_.sheets.empty()) return example_;
    if (example_weights_.empty()) example_weights_ = draw_example();
    example_ = std::move(empty_steps(kSteps).back());
    Tables weights = example_weights_;
    inputs_.apply_to_example(weights);
    add_example(*compute_, inputs_, weights, std::min(head_, kExampleHeads - 1), example_);
    finish(example_);
    return example_;
}

const TutorialStep& Tutorial::step(int index) const {
    CHECK(index >= 0 && index < kSteps);
    return index == kExampleStep ? example() : steps_[static_cast<std::size_t>(index)];
}

const Sheet* Tutorial::find(std::string_view sheet_id) const {
    if (!sheet_id.starts_with("example_") && !sheet_id.starts_with("mha_")) return find_sheet(steps_, sheet_id);
    const TutorialStep& step = example();
    const auto found = std::ranges::find(step.sheets, sheet_id, &Sheet::id);
    return found == step.sheets.end() ? nullptr : &*found;
}

void Tutorial::set_mode(TutorialMode mode) {
    if (mode == mode_ && !learned_) return;
    mode_ = mode;
    learned_ = false;
    rebuild();
}

void Tutorial::set_head(int head) {
    head = std::clamp(head, 0, kExampleHeads - 1);
    if (head == head_) return;
    head_ = head;
    example_.sheets.clear();
}

Result<void> Tutorial::edit(std::string_view sheet_id, int row, int col, float value) {
    const Sheet* sheet = find(sheet_id);
    if (sheet == nullptr || row < 0 || row >= sheet->rows || col < 0 || col >= sheet->cols) {
        return invalid("The tutorial has no cell " + std::string(sheet_id) + "[" + std::to_string(row) + ", " +
                       std::to_string(col) + "] here.");
    }
    if (!sheet->editable) {
        return invalid("\"" + std::string(sheet_id) + "\" follows from other numbers; change one of those.");
    }
    const int at = sheet->input_rows.empty() ? row : sheet->input_rows[static_cast<std::size_t>(row)];
    RETURN_IF_ERROR(inputs_.edit(sheet->input, at, sheet->input_col + col, value));
    rebuild();
    return {};
}

void Tutorial::reset_edits() {
    if (inputs_.edits() == 0) return;
    inputs_.reset();
    if (!learned_) rebuild();
}

Result<void> Tutorial::set_edits_text(std::string_view text) {
    RETURN_IF_ERROR(inputs_.set_text(text));
    if (!learned_) rebuild();
    return {};
}

Explanation Tutorial::explain(std::string_view sheet_id, int row, int col) const {
    const Sheet* sheet = find(sheet_id);
    CHECK(sheet != nullptr);
    return explain_cell(*sheet, row, col, [this](std::string_view id) { return find(id); });
}

void Tutorial::show_learned(const LearnedPass& pass) {
    const model::EncoderDecoderConfig& config = pass.model.config();
    CHECK(!pass.source.empty() && !pass.target.empty() && static_cast<int>(pass.words.size()) == config.vocab);
    learned_ = true;
    mode_ = TutorialMode::paper;
    steps_ = empty_steps(kExampleStep);
    PairTrace trace(*compute_, pass.model, pass.source, pass.target);
    const ModelView view{*compute_,   pass.model,  pass.words,
                         pass.source, pass.target, trace,
                         mode_,       true,        std::min(head_, config.heads - 1)};
    add_learned_words(view, steps_);
    add_encoder(view, steps_);
    add_decoder(view, steps_);
    add_prediction(view, steps_[12]);
}

void Tutorial::clear_learned() {
    if (!learned_) return;
    learned_ = false;
    rebuild();
}

}  // namespace headlight::interpret
