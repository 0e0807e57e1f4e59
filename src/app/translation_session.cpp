#include "app/translation_session.h"

#include <algorithm>

#include "base/stopwatch.h"
#include "text/tokenizer.h"

namespace headlight::app {

TranslationSession::TranslationSession(const model::Compute& compute, std::string name,
                                       model::LoadedEncoderDecoder loaded)
    : compute_(compute), name_(std::move(name)), loaded_(std::move(loaded)), shown_(make_run()) {}

std::unique_ptr<TranslationRun> TranslationSession::make_run() const {
    return std::make_unique<TranslationRun>(compute_, loaded_.model);
}

Result<std::unique_ptr<TranslationSession>> TranslationSession::load(const model::Compute& compute, std::string name,
                                                                     const std::map<std::string, std::string>& files) {
    ASSIGN_OR_RETURN(model::LoadedEncoderDecoder loaded, model::load_encoder_decoder(compute, files));
    const int vocab = loaded.model.config().vocab;
    if (!loaded.tokenizer.has_value()) return invalid("A model that translates needs its tokenizer.json.");
    if (loaded.tokenizer->vocab_size() > vocab) {
        return invalid("The tokenizer has " + std::to_string(loaded.tokenizer->vocab_size()) +
                       " tokens, the model only " + std::to_string(vocab) + ".");
    }
    return std::unique_ptr<TranslationSession>(new TranslationSession(compute, std::move(name), std::move(loaded)));
}

std::vector<std::int32_t> TranslationSession::source_ids(std::string_view sentence) const {
    const auto first = sentence.find_first_not_of(" \t\n");
    if (first == std::string_view::npos) return {};
    const auto last = sentence.find_last_not_of(" \t\n");
    std::vector<std::int32_t> ids = tokenizer().encode(sentence.substr(first, last + 1 - first));
    ids.resize(std::min(ids.size(), static_cast<std::size_t>(model().config().context)));
    return ids;
}

bool TranslationSession::want(Wish wish) {
    if (wish.changes.empty() && unchanged_ != nullptr) {
        const bool there = std::ranges::equal(unchanged_->source(), wish.source) && !unchanged_->target().empty();
        if (there) std::swap(shown_, unchanged_);
        rows_of_others_ += unchanged_->rows_computed();
        unchanged_.reset();
        shown_->want(std::move(wish));
        return true;
    }
    if (!wish.changes.empty()) {
        if (unchanged_ == nullptr) unchanged_ = make_run();
        Wish without = wish;
        without.changes.clear();
        without.length = -1;
        unchanged_->want(std::move(without));
    }
    return shown_->want(std::move(wish));
}

bool TranslationSession::advance(double budget_ms) {
    const Stopwatch watch;
    while (working()) {
        if (busy()) {
            if (shown_->advance_slice()) return true;
        } else if (unchanged_->advance_slice() && unchanged_->complete()) {
            return true;
        }
        if (watch.ms() >= budget_ms) break;
    }
    return false;
}

void TranslationSession::cancel() {
    shown_->cancel();
    if (unchanged_ != nullptr) unchanged_->cancel();
}

std::span<const std::int32_t> TranslationSession::unchanged_target() const {
    return unchanged_ != nullptr && unchanged_->complete() ? unchanged_->target() : std::span<const std::int32_t>();
}

std::int64_t TranslationSession::rows_computed() const {
    return rows_of_others_ + shown_->rows_computed() + (unchanged_ == nullptr ? 0 : unchanged_->rows_computed());
}

}  // namespace headlight::app
