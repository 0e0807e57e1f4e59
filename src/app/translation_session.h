#pragma once
// A loaded encoder-decoder and the translation it is making. While changes stand in the model, the translation without
// them is made beside it.

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/translation_run.h"
#include "base/result.h"
#include "model/encoder_decoder_folder.h"

namespace headlight::app {

class TranslationSession {
  public:
    // Files of a model folder, name -> bytes. compute must outlive the session. A tokenizer must be among them.
    [[nodiscard]] static Result<std::unique_ptr<TranslationSession>> load(
        const model::Compute& compute, std::string name, const std::map<std::string, std::string>& files);

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const model::EncoderDecoder& model() const { return loaded_.model; }
    [[nodiscard]] const text::Tokenizer& tokenizer() const { return *loaded_.tokenizer; }

    // The ids of a sentence without blanks around it, at most as many as there is room for.
    [[nodiscard]] std::vector<std::int32_t> source_ids(std::string_view sentence) const;

    // False when it is wanted already.
    bool want(Wish wish);
    [[nodiscard]] bool busy() const { return shown_->busy(); }  // with what is shown
    [[nodiscard]] bool working() const { return busy() || (unchanged_ != nullptr && unchanged_->busy()); }
    [[nodiscard]] double fraction() const { return shown_->fraction(); }
    // Works for about budget_ms, at least one slice, and at most until what is shown has changed, or the translation
    // without changes is complete; then true: a token a frame can be seen to come.
    bool advance(double budget_ms);
    void cancel();  // what is shown stays as it is

    [[nodiscard]] std::span<const std::int32_t> source() const { return shown_->source(); }
    [[nodiscard]] std::span<const std::int32_t> target() const { return shown_->target(); }
    [[nodiscard]] bool complete() const { return shown_->complete(); }
    [[nodiscard]] bool ended() const { return shown_->ended(); }
    [[nodiscard]] int taken() const { return shown_->taken(); }
    [[nodiscard]] bool changed() const { return shown_->changed(); }
    [[nodiscard]] const model::Activations& trace(nn::Stack stack) const { return shown_->trace(stack); }
    [[nodiscard]] std::span<const float> logits(int row) const { return shown_->logits(row); }
    [[nodiscard]] std::span<const float> unchanged_logits(int row) const { return shown_->unchanged_logits(row); }
    [[nodiscard]] interpret::PairPass pass() const { return shown_->pass(); }
    // What the same wish gives without its changes, written to its end: the start token, then the target tokens. Empty
    // while there are no changes or it is on its way.
    [[nodiscard]] std::span<const std::int32_t> unchanged_target() const;
    [[nodiscard]] std::int64_t rows_computed() const;

  private:
    TranslationSession(const model::Compute& compute, std::string name, model::LoadedEncoderDecoder loaded);
    [[nodiscard]] std::unique_ptr<TranslationRun> make_run() const;

    const model::Compute& compute_;
    std::string name_;
    model::LoadedEncoderDecoder loaded_;
    std::unique_ptr<TranslationRun> shown_, unchanged_;  // unchanged_: while the wish has changes
    std::int64_t rows_of_others_ = 0;                    // computed by runs that are gone
};

}  // namespace headlight::app
