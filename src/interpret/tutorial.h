#pragma once
// The tutorial's encoder-decoder, step by step: every matrix of "solving a transformer by hand" (the tables of the
// tutorial that the project follows) as a sheet that can be read, explained and edited. Three chains: the figures as
// they were printed, the same inputs with right arithmetic, and what "Attention Is All You Need" (Vaswani et al., 2017)
// says. The sheets of the last two are copied from the traces of a real model::EncoderDecoder; there is no second
// model.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "interpret/explanation.h"
#include "interpret/tutorial_data.h"
#include "interpret/tutorial_inputs.h"
#include "interpret/tutorial_sheet.h"
#include "kernels/compute.h"
#include "model/encoder_decoder.h"

namespace headlight::interpret {

// A trained model to be shown in the same steps, with its own words. Read during the call only.
struct LearnedPass {
    const model::EncoderDecoder& model;     // one encoder and one decoder layer
    const std::vector<std::string>& words;  // of its vocabulary, by id
    std::vector<std::int32_t> source;       // ids, without start and end
    std::vector<std::int32_t> target;       // what the decoder reads; begins with the start token
};

class Tutorial {
  public:
    // json: the text of assets/tutorial/tutorial.json. Errors name what is missing in it.
    [[nodiscard]] static Result<Tutorial> from_json(const kernels::Compute& compute, std::string_view json);

    // The steps, in the tutorial's order: step(0) is its step 1. The 14th is the attention example of the second seed.
    static constexpr int kSteps = 14;
    static constexpr int kExampleStep = 13;
    [[nodiscard]] const TutorialStep& step(int index) const;
    // The sheet of that id in this mode, or null: a chain has only the sheets that it computes. Valid until the next
    // change.
    [[nodiscard]] const Sheet* find(std::string_view sheet_id) const;

    [[nodiscard]] TutorialMode mode() const { return mode_; }
    void set_mode(TutorialMode mode);
    // Which head the sheets of one head show: of the attention example (8), or of a learned model. Clamped.
    [[nodiscard]] int head() const { return head_; }
    void set_head(int head);

    // Changes an input cell; everything downstream follows. Edits are kept for all modes, but the printed chain stays
    // as printed. Errors: no such sheet or cell, not an input, not a finite number within ±1e4, an id that is no token.
    [[nodiscard]] Result<void> edit(std::string_view sheet_id, int row, int col, float value);
    void reset_edits();
    [[nodiscard]] int edits() const { return inputs_.edits(); }
    // "wq.0.1:0.5,embed.5.2:-1"; empty without edits. set_edits_text replaces all edits, or changes nothing on an
    // error.
    [[nodiscard]] std::string edits_text() const { return inputs_.text(); }
    [[nodiscard]] Result<void> set_edits_text(std::string_view text);

    // How a cell came about. In the printed chain `recomputed` is what the printed inputs give by the right rule, so
    // that it differs from `value` where the figure is wrong. Sites of the result are sheet ids.
    [[nodiscard]] Explanation explain(std::string_view sheet_id, int row, int col) const;

    // All 25, in the order of their numbers.
    [[nodiscard]] const std::vector<Mistake>& mistakes() const { return data_.mistakes; }

    // Shows a learned model's matrices (mode paper, nothing editable) until clear_learned(). Call again when its
    // weights have changed. Its pass may not be longer than its context.
    void show_learned(const LearnedPass& pass);
    void clear_learned();
    [[nodiscard]] bool learned() const { return learned_; }

    [[nodiscard]] const TutorialData& data() const { return data_; }
    // What the model of modes arithmetic and paper is made with.
    [[nodiscard]] const TutorialInputs& inputs() const { return inputs_; }

  private:
    Tutorial(const kernels::Compute& compute, TutorialData data);
    [[nodiscard]] std::vector<TutorialStep> build(const TutorialInputs& inputs, TutorialMode mode) const;
    void rebuild();
    void finish(TutorialStep& step) const;
    const TutorialStep& example() const;

    const kernels::Compute* compute_;
    TutorialData data_;
    TutorialInputs inputs_;
    TutorialMode mode_ = TutorialMode::printed;
    int head_ = 0;
    bool learned_ = false;
    std::vector<TutorialStep> printed_;  // steps 1 to 13 as printed, with what would be right
    std::vector<TutorialStep> steps_;    // 1 to 13 in this mode
    // The 14th, made when it is asked for: a million weights are drawn for it.
    mutable Tables example_weights_;
    mutable TutorialStep example_;
};

}  // namespace headlight::interpret
