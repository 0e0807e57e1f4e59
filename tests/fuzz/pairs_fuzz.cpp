// Sentence pairs from outside: refused with the file's name, or every promise of text/pairs.h holds; and scores of any
// bytes are from 0 to 100, full marks for what is equal.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "text/metrics.h"
#include "text/pairs.h"
#include "text/utf8.h"

using namespace headlight;
using namespace headlight::text;

namespace {

void check_scores(std::string_view hypothesis, std::string_view reference) {
    Chrf chrf;
    Bleu bleu;
    chrf.add(hypothesis, reference);
    bleu.add(hypothesis, reference);
    constexpr double kMost = 100 + 1e-9;
    CHECK(chrf.score() >= 0 && chrf.score() <= kMost && bleu.score() >= 0 && bleu.score() <= kMost);
    for (const auto& word : tokenize_13a(hypothesis)) CHECK(!word.empty());
    Chrf same;
    same.add(reference, reference);
    CHECK(same.counts()[0].common == same.counts()[0].reference);
    CHECK(same.counts()[0].reference == 0 || same.score() > 100 - 1e-9);
}

void check_pairs(std::string_view file) {
    const auto pairs = read_pairs(file, "pairs.tsv");
    if (!pairs.has_value()) {
        CHECK(pairs.error().message.starts_with("pairs.tsv:") && utf8_valid(pairs.error().message));
        return;
    }
    CHECK(!pairs->empty());
    int line = 0;
    for (const SentencePair& pair : *pairs) {
        CHECK(pair.line == ++line && utf8_valid(pair.source) && utf8_valid(pair.target));
        CHECK(!pair.source.empty() && !pair.target.empty());
        CHECK(pair.source.find_first_of("\t\n") == std::string_view::npos);
        CHECK(pair.target.find_first_of("\t\n") == std::string_view::npos);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    check_pairs(bytes);
    check_scores(bytes.substr(0, size / 2), bytes.substr(size / 2));
    return 0;
}
