#pragma once
// The steps of the tutorial that are not a pass of the model: words and ids, the masking toy, the figures of the
// predicted word, the attention example of the second seed, and the chain as it was printed.

#include <span>
#include <vector>

#include "interpret/tutorial_inputs.h"
#include "interpret/tutorial_model.h"

namespace headlight::interpret {

// Steps 1 to 3: the corpus, its words, the vocabulary, the sentence.
void add_words(const TutorialData& data, TutorialMode mode, std::span<TutorialStep> steps);
// The same of a learned model: its pair, and its vocabulary.
void add_learned_words(const ModelView& view, std::span<TutorialStep> steps);

// Step 12: attention of a 3 x 3 input to itself, masked and not.
void add_toy(const kernels::Compute& compute, const TutorialInputs& inputs, TutorialStep& step);

// Step 13: what the figures show of it, as far as it goes.
void add_figures(const TutorialData& data, const TutorialInputs& inputs, TutorialStep& step);

// Step 14. weights: draw_example() with the edits.
void add_example(const kernels::Compute& compute, const TutorialInputs& inputs, const Tables& weights, int head,
                 TutorialStep& step);

// The chain as printed, out of the chain with right arithmetic: only what was printed, with what would be right.
[[nodiscard]] std::vector<TutorialStep> printed_steps(const TutorialData& data, std::vector<TutorialStep> arithmetic);

// The sheet of that id in these steps, or null.
[[nodiscard]] const Sheet* find_sheet(std::span<const TutorialStep> steps, std::string_view id);

}  // namespace headlight::interpret
