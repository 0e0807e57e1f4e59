#pragma once
// A loaded encoder-decoder and the translation it is making: the encoder runs over the whole sentence, then the decoder
// writes one token after another, in slices that fit into a frame. What is shown grows token by token; whatever a new
// wish has in common with what is there (the sentence, the beginning of the target) is never computed again.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "interpret/explain.h"
#include "model/activations.h"
#include "model/encoder_decoder.h"
#include "model/encoder_decoder_folder.h"
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
    bool operator==(const Wish&) const = default;
};

class TranslationSession {
  public:
    // Files of a model folder, name -> bytes. compute must outlive the session. A tokenizer must be among them.
    [[nodiscard]] static Result<std::unique_ptr<TranslationSession>> load(
        const model::Compute& compute, std::string name, const std::map<std::string, std::string>& files);
    ~TranslationSession();

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const model::EncoderDecoder& model() const { return loaded_.model; }
    [[nodiscard]] const text::Tokenizer& tokenizer() const { return *loaded_.tokenizer; }

    // The ids of a sentence without blanks around it, at most as many as there is room for.
    [[nodiscard]] std::vector<std::int32_t> source_ids(std::string_view sentence) const;

    // False when it is wanted already.
    bool want(Wish wish);
    [[nodiscard]] bool busy() const;
    [[nodiscard]] double fraction()
        const;  // 0..1 of the encoder's layers, then of the target up to its source's length
    // Works for about budget_ms, at least one slice, and at most until what is shown has changed, then true: a token a
    // frame can be seen to come.
    bool advance(double budget_ms);
    void cancel();  // what is shown stays as it is

    // ---- what is shown: complete rows only
    [[nodiscard]] std::span<const std::int32_t> source() const { return front_.source; }
    // What the decoder read: the start token, then the target tokens. Row i tells token i + 1.
    [[nodiscard]] std::span<const std::int32_t> target() const { return front_.target; }
    [[nodiscard]] bool complete() const { return complete_; }
    [[nodiscard]] bool ended() const { return ended_; }  // the end token came next
    [[nodiscard]] int taken() const;                     // how many of the target tokens were chosen by hand
    [[nodiscard]] const model::Activations& trace(nn::Stack stack) const;
    [[nodiscard]] std::span<const float> logits(int row) const;  // [vocab]
    [[nodiscard]] interpret::PairPass pass() const;
    // Goes up whenever the sentence, and so every row, changed.
    [[nodiscard]] std::uint64_t passes() const { return passes_; }
    [[nodiscard]] std::int64_t rows_computed() const { return rows_computed_; }

  private:
    // Traces of both stacks, and what their valid rows belong to.
    struct Buffer {
        std::unique_ptr<model::Activations> encoder, decoder;
        std::vector<std::int32_t> source, target;
    };
    struct Job;

    TranslationSession(const model::Compute& compute, std::string name, model::LoadedEncoderDecoder loaded);
    [[nodiscard]] Buffer make_buffer() const;
    void cut_to_wish();
    [[nodiscard]] std::int32_t next_token(const Buffer& buffer, int row);
    bool advance_slice();
    bool encode_slice();
    bool decode_slice();

    const model::Compute& compute_;
    std::string name_;
    model::LoadedEncoderDecoder loaded_;
    Buffer front_, back_;
    Wish wish_;
    std::unique_ptr<Job> job_;
    model::Sampler sampler_;
    bool complete_ = true, ended_ = false;
    std::uint64_t passes_ = 0;
    std::int64_t rows_computed_ = 0;
};

}  // namespace headlight::app
