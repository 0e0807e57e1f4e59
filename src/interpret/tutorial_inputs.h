#pragma once
// The numbers that the tutorial's model is made of: the printed ones, those drawn from a fixed seed where the tutorial
// prints none, and the reader's edits of both.

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/result.h"
#include "interpret/tutorial_data.h"
#include "interpret/tutorial_sheet.h"
#include "model/encoder_decoder_config.h"

namespace headlight::interpret {

class TutorialInputs {
  public:
    explicit TutorialInputs(const TutorialData& data);

    // A table by its input's name with the edits in it: "embed" [26, 6], "positions" [12, 6], "wq" [6, 4], "ids" [1,
    // 6], "dec_wq", "cross_wv", "gamma1", "head" [26, 6], "toy", ... Null for an unknown name.
    [[nodiscard]] const Table* find(std::string_view name) const;
    [[nodiscard]] const Table& at(std::string_view name) const;  // of a name that there is
    [[nodiscard]] bool edited(std::string_view name, int row, int col) const;
    [[nodiscard]] bool any_edited(std::string_view name) const;

    // Errors say what was asked and what would be right.
    [[nodiscard]] Result<void> edit(std::string_view name, int row, int col, float value);
    void reset();
    [[nodiscard]] int edits() const { return static_cast<int>(edits_.size()); }
    [[nodiscard]] std::string text() const;
    [[nodiscard]] Result<void> set_text(std::string_view text);

    // Puts the edits of draw_example()'s tables into them.
    void apply_to_example(Tables& tables) const;

    // The model that these numbers are: d_model 6, one head of 4, one encoder and one decoder layer.
    static constexpr int kContext = 12, kModel = 6, kHeadWidth = 4, kVocabulary = 26, kStart = 24, kEnd = 25;
    [[nodiscard]] model::EncoderDecoderConfig config(TutorialMode mode) const;
    [[nodiscard]] std::vector<float> params(TutorialMode mode) const;  // in the order of the config's layout

  private:
    using Edits = std::map<std::tuple<std::string, int, int>, float>;
    [[nodiscard]] Result<void> check(std::string_view name, int row, int col, float value) const;
    void apply(const Edits& edits);

    Tables base_, tables_;  // as drawn and printed; with the edits
    Edits edits_;
};

// Numbers of the attention example of the second seed: eight heads of 64 over d_model 512. Drawn on first use.
inline constexpr int kExampleHeads = 8, kExampleWidth = 64, kExampleModel = kExampleHeads * kExampleWidth;
// "mha_x" [3, 512], "mha_wq", "mha_wk", "mha_wv", "mha_wo" [512, 512], "mha_gamma", "mha_beta" [1, 512].
[[nodiscard]] Tables draw_example();

}  // namespace headlight::interpret
