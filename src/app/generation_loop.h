#pragma once
// The generation loop of Raschka, Build a Large Language Model (From Scratch), chapter 4 (generate_text_simple), run by
// the engine and kept step by step: crop to the last context_size tokens, forward, last row, softmax, argmax, append.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "model/activations.h"
#include "model/gpt.h"
#include "model/sampler.h"

namespace headlight::app {

inline constexpr std::string_view kLoopText = "Hello, I am";
inline constexpr std::array<std::int32_t, 4> kLoopIds{15496, 11, 314, 716};  // its tokens in GPT-2's vocabulary
inline constexpr int kLoopTokens = 6;                                        // that are appended
// The lines of the loop's body: crop, forward, last row, softmax, argmax, append.
enum class LoopLine : std::uint8_t { crop, forward, last_row, softmax, argmax, append };
inline constexpr int kLoopLines = 6;
inline constexpr int kLoopEnd = kLoopTokens * kLoopLines;

// One turn, complete.
struct LoopStep {
    int length = 0;                     // of the text before it
    int first = 0;                      // the crop: the model reads ids()[first .. length)
    std::vector<float> begin, end;      // of the last row: the first and the last logits
    std::vector<model::Candidate> top;  // the likeliest tokens, by logit, with their softmax (model_probability)
    std::int32_t next = -1;             // argmax; -1 when no logit was a number
};

class GenerationLoop {
  public:
    static constexpr std::size_t kShownLogits = 3, kShownTokens = 8;

    // ids: at least one, all of the vocabulary; context_size: 1 to the model's. compute and gpt must outlive the loop.
    GenerationLoop(const model::Compute& compute, const model::Gpt& gpt, std::vector<std::int32_t> ids,
                   int context_size);

    // Works for about budget_ms, at least one layer. Returns whether a step became complete.
    bool advance(double budget_ms);
    [[nodiscard]] bool done() const { return done_; }
    [[nodiscard]] int context_size() const { return context_size_; }
    [[nodiscard]] const model::Gpt& gpt() const { return gpt_; }
    [[nodiscard]] int typed() const { return typed_; }  // how many of ids() were there at first
    [[nodiscard]] const std::vector<std::int32_t>& ids() const { return ids_; }
    [[nodiscard]] const std::vector<LoopStep>& steps() const { return steps_; }

  private:
    void begin_pass();
    void finish_step();

    const model::Compute& compute_;
    const model::Gpt& gpt_;
    std::vector<std::int32_t> ids_;
    int typed_, context_size_;
    model::Activations cache_;
    model::Sampler sampler_;
    std::vector<LoopStep> steps_;
    std::vector<std::int32_t> rows_;           // the tokens of the pass
    std::unique_ptr<model::Forward> forward_;  // the pass that is running
    int first_ = 0;                            // the crop that the cache is of
    int computed_ = 0;                         // rows of the cache that hold
    bool done_ = false;
};

}  // namespace headlight::app
