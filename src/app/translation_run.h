#pragma once
// One translation on its way: the encoder runs over the whole sentence, then the decoder writes one token after
// another, in slices that fit into a frame. What is shown grows token by token; whatever a new wish has in common with
// what is there (the sentence, the beginning of the target) is never computed again.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "interpret/explain.h"
#include "interpret/intervention.h"
#include "model/activations.h"
#include "model/encoder_decoder.h"
#include "model/sampler.h"

namespace headlight::app {

// What is to be translated, and how.
struct Wish {
    std::vector<std::int32_t> source;  // empty: nothing to translate
    std::vector<std::int32_t> taken;   // the first target tokens, chosen by hand
    int length = -1;                   // at most so many target tokens; -1: to the end
    bool greedy = true;                // else sampled: token n is picked by draw n of the seed
    model::Sampling sampling;
    std::uint32_t seed = 0;
    std::vector<interpret::Intervention> changes;  // that fit the source (interpret::fitting())
    bool operator==(const Wish&) const = default;
};

class TranslationRun {
  public:
    // Both must outlive the run.
    TranslationRun(const model::Compute& compute, const model::EncoderDecoder& model);
    ~TranslationRun();

    // False when it is wanted already.
    bool want(Wish wish);
    [[nodiscard]] bool busy() const { return !complete_; }
    // 0..1 of the sentence's passes, then of the target up to its source's length
    [[nodiscard]] double fraction() const;
    bool advance_slice();  // while busy; true when what is shown has changed
    void cancel();         // what is shown stays as it is

    // ---- what is shown: complete rows only
    [[nodiscard]] std::span<const std::int32_t> source() const { return front_.source; }
    // What the decoder read: the start token, then the target tokens. Row i tells token i + 1.
    [[nodiscard]] std::span<const std::int32_t> target() const { return front_.target; }
    [[nodiscard]] bool complete() const { return complete_; }
    [[nodiscard]] bool ended() const { return ended_; }  // the end token came next
    [[nodiscard]] int taken() const;                     // how many of the target tokens were chosen by hand
    [[nodiscard]] bool changed() const { return !front_.changes.empty(); }  // computed with changes
    [[nodiscard]] const model::Activations& trace(nn::Stack stack) const;
    [[nodiscard]] std::span<const float> logits(int row) const;  // [vocab]
    // Of the same tokens without the changes; only when changed().
    [[nodiscard]] std::span<const float> unchanged_logits(int row) const;
    [[nodiscard]] interpret::PairPass pass() const;
    [[nodiscard]] std::int64_t rows_computed() const { return rows_computed_; }

  private:
    // Traces of both stacks.
    struct Traces {
        std::unique_ptr<model::Activations> encoder, decoder;
    };
    // Traces, and what their valid rows belong to. unchanged: of the same tokens; there while there are changes.
    struct Buffer {
        Traces shown, unchanged;
        std::vector<std::int32_t> source, target;
        std::vector<interpret::Intervention> changes;
    };
    struct Job;

    [[nodiscard]] Traces make_traces() const;
    [[nodiscard]] bool fits_wish() const;  // the front buffer is of the wished sentence, with the wished changes
    void cut_to_wish();
    [[nodiscard]] std::int32_t next_token(int row);
    [[nodiscard]] std::vector<std::int32_t> first_ids() const;
    void begin(Buffer& buffer, bool sentence, std::vector<std::int32_t> ids);
    bool decode_next();

    const model::Compute& compute_;
    const model::EncoderDecoder& model_;
    Buffer front_, back_;
    Wish wish_;
    std::unique_ptr<Job> job_;
    model::Sampler sampler_;
    bool complete_ = true, ended_ = false;
    std::int64_t rows_computed_ = 0;
};

}  // namespace headlight::app
