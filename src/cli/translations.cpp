#include "cli/translations.h"

#include <algorithm>

namespace headlight::cli {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpaces = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kSpaces);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kSpaces) + 1 - first);
}

std::string text_of(const text::Tokenizer& tokenizer, std::span<const text::TokenId> ids) {
    text::StreamingDecoder decoder;
    std::string text;
    for (const text::TokenId id : ids) {
        if (id < tokenizer.vocab_size() && !tokenizer.is_special(id)) text += decoder.push(tokenizer.bytes(id));
    }
    return text + decoder.finish();
}

SentenceTranslator::SentenceTranslator(const kernels::Compute& compute, const model::EncoderDecoder& model,
                                       const text::Tokenizer& tokenizer, const model::BeamOptions& options)
    : compute_(compute), tokenizer_(tokenizer) {
    const auto workers = static_cast<std::size_t>(compute.pool().threads());
    single_.reserve(workers);  // the searches point into it
    searches_.reserve(workers);
    for (std::size_t i = 0; i < workers; ++i) {
        single_.emplace_back(1, compute.kernels());
        searches_.emplace_back(single_.back(), model, options);
    }
}

std::size_t SentenceTranslator::worth_at_once() const {
    return 8 * searches_.size();
}

std::vector<TranslatedSentence> SentenceTranslator::translate(std::span<const std::string_view> sentences) {
    std::vector<TranslatedSentence> results(sentences.size());
    compute_.pool().run(static_cast<int>(sentences.size()), [&](int task, int worker) {
        const auto at = static_cast<std::size_t>(task);
        translate_one(sentences[at], searches_[static_cast<std::size_t>(worker)], results[at]);
    });
    return results;
}

void SentenceTranslator::translate_one(std::string_view sentence, model::BeamSearch& search,
                                       TranslatedSentence& out) const {
    sentence = trimmed(sentence);
    if (sentence.empty()) return;
    out.source = tokenizer_.encode(sentence);
    auto found = search.translate(out.source);
    if (!found.has_value()) {
        out.error = found.error().message;
        return;
    }
    out.target = *std::move(found);
    out.text = text_of(tokenizer_, out.target.ids);
}

}  // namespace headlight::cli
