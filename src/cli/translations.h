#pragma once
// Many sentences through an encoder-decoder, several at a time.

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/compute.h"
#include "model/beam_search.h"
#include "model/encoder_decoder_folder.h"

namespace headlight::cli {

struct TranslatedSentence {
    std::vector<text::TokenId> source;
    model::Translation target;
    std::string text;   // of the target
    std::string error;  // why there is no translation: the sentence is too long, say
};

// Without the white space at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// The text of target tokens; special tokens have none, and half characters are shown as hex.
[[nodiscard]] std::string text_of(const text::Tokenizer& tokenizer, std::span<const text::TokenId> ids);

class SentenceTranslator {
  public:
    // Everything outlives it. Each of the pool's workers decodes sentences of its own on one thread.
    SentenceTranslator(const kernels::Compute& compute, const model::EncoderDecoder& model,
                       const text::Tokenizer& tokenizer, const model::BeamOptions& options);

    // One result a sentence, in order, whatever the number of threads. An empty sentence becomes an empty one.
    [[nodiscard]] std::vector<TranslatedSentence> translate(std::span<const std::string_view> sentences);
    // Sentences worth handing over at once, between looks at progress and Ctrl-C.
    [[nodiscard]] std::size_t worth_at_once() const;

  private:
    void translate_one(std::string_view sentence, model::BeamSearch& search, TranslatedSentence& out) const;

    const kernels::Compute& compute_;
    const text::Tokenizer& tokenizer_;
    std::vector<kernels::Compute> single_;  // of one thread each, one a worker
    std::vector<model::BeamSearch> searches_;
};

}  // namespace headlight::cli
