#include "train/dataset.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "text/documents.h"

namespace headlight::train {
namespace {

std::string_view strip(std::string_view text) {
    constexpr std::string_view kWhite = " \t\n\r\v\f";
    const auto first = text.find_first_not_of(kWhite);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kWhite) - first + 1);
}

}  // namespace

Result<TokenStream> encode_documents(const text::Tokenizer& tokenizer, std::string_view text) {
    const auto end = tokenizer.end_token();
    if (!end.has_value()) return invalid("the tokenizer has no <|endoftext|>, which ends each document");
    TokenStream stream;
    for (const std::string_view document : text::split_documents(text)) {
        const std::string_view story = strip(document);
        if (story.empty()) continue;
        const auto ids = tokenizer.encode(story);
        stream.ids.insert(stream.ids.end(), ids.begin(), ids.end());
        stream.ids.push_back(*end);
        stream.bytes += story.size() + 1;
        ++stream.documents;
    }
    return stream;
}

Result<Dataset> Dataset::create(std::vector<std::vector<TokenId>> streams, std::vector<double> weights, int context) {
    if (context < 1) return invalid("a context of " + std::to_string(context) + "; it must be at least 1");
    if (streams.empty()) return invalid("no text to train on");
    if (weights.empty()) weights.assign(streams.size(), 1.0);
    if (weights.size() != streams.size()) {
        return invalid(std::to_string(streams.size()) + " texts but " + std::to_string(weights.size()) +
                       " weights; give one weight per text, or none");
    }
    Dataset dataset;
    dataset.context_ = static_cast<std::size_t>(context);
    double total = 0;
    for (std::size_t i = 0; i < streams.size(); ++i) {
        if (streams[i].size() < dataset.context_ + 2) {
            return invalid("text " + std::to_string(i + 1) + " has " + std::to_string(streams[i].size()) +
                           " tokens; training windows need at least " + std::to_string(context + 2));
        }
        if (!(weights[i] > 0) || !std::isfinite(weights[i])) return invalid("weights must be finite and above 0");
        total += weights[i];
        dataset.cumulative_.push_back(total);
    }
    for (double& edge : dataset.cumulative_) edge /= total;
    dataset.streams_ = std::move(streams);
    return dataset;
}

void Dataset::sample(Rng& rng, std::span<TokenId> ids, std::span<TokenId> targets) const {
    CHECK(ids.size() == targets.size() && ids.size() % context_ == 0);
    for (std::size_t row = 0; row < ids.size(); row += context_) {
        const auto edge = std::ranges::upper_bound(cumulative_, rng.uniform());
        const auto which =
            std::min<std::size_t>(static_cast<std::size_t>(edge - cumulative_.begin()), streams_.size() - 1);
        const auto& stream = streams_[which];
        const auto start = static_cast<std::ptrdiff_t>(rng.below(stream.size() - context_));
        const auto length = static_cast<std::ptrdiff_t>(context_);
        std::copy_n(stream.begin() + start, length, ids.begin() + static_cast<std::ptrdiff_t>(row));
        std::copy_n(stream.begin() + start + 1, length, targets.begin() + static_cast<std::ptrdiff_t>(row));
    }
}

std::size_t Dataset::tokens() const {
    std::size_t count = 0;
    for (const auto& stream : streams_) count += stream.size();
    return count;
}

}  // namespace headlight::train
