// Texts that a link or a text field may hold for learning: any corpus, any weights.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/learned_weights.h"
#include "app/learning_corpus.h"
#include "base/check.h"

using headlight::app::LearningCorpus;
using headlight::app::LearningPair;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto corpus = LearningCorpus::parse(text)) {
        CHECK(!corpus->pairs().empty() && corpus->vocab() <= LearningCorpus::kMaxWords + 3);
        for (const LearningPair& pair : corpus->pairs()) {
            std::vector<std::string> unknown;  // what is shown is read again as the same words
            CHECK(corpus->ids(corpus->text(pair.prompt), unknown) == pair.prompt && unknown.empty());
            CHECK(pair.continuation.size() <= static_cast<std::size_t>(LearningCorpus::kMaxSideWords));
        }
    }
    for (const std::size_t params : {std::size_t{0}, std::size_t{4}, size / 4}) {
        const auto weights = headlight::app::decode_weights(text, 0, params);
        if (weights) CHECK(headlight::app::encode_weights(weights->params, weights->steps, 0) == text);
    }
    return 0;
}
