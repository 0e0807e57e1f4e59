#include "text/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"

namespace headlight::text {
namespace {

using nlohmann::json;

template <class Metric>
double score_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
    Metric metric;
    for (const auto& [hypothesis, reference] : pairs) metric.add(hypothesis, reference);
    return metric.score();
}

const json& golden() {
    static const json values = read_json(read_file(HEADLIGHT_GOLDEN_DIR "/metrics.json").value());
    return values;
}

TEST(Metrics, AgreeWithTheGoldenFile) {
    for (const json& corpus : golden()["corpora"]) {
        SCOPED_TRACE(corpus["name"].get<std::string>());
        const auto pairs = corpus["pairs"].get<std::vector<std::pair<std::string, std::string>>>();
        EXPECT_NEAR(score_of<Chrf>(pairs), corpus["chrf"].get<double>(), 1e-9);
        EXPECT_NEAR(score_of<Bleu>(pairs), corpus["bleu"].get<double>(), 1e-9);
    }
}

TEST(Metrics, CutWordsAsMtevalDoes) {
    for (const json& entry : golden()["words"]) {
        const auto sentence = entry["sentence"].get<std::string>();
        EXPECT_EQ(tokenize_13a(sentence), entry["words"].get<std::vector<std::string>>()) << sentence;
    }
    EXPECT_EQ(tokenize_13a("Hi, it's 3.5-4 (x)."),
              (std::vector<std::string>{"Hi", ",", "it's", "3.5", "-", "4", "(", "x", ")", "."}));
}

// The cases of sacrebleu's own test/test_chrf.py ("effective order") whose precision and recall are equal, so that they
// hold for every beta.
TEST(Chrf, GivesSacrebleusPublishedValues) {
    EXPECT_NEAR(score_of<Chrf>({{"a", "a"}}), 100, 1e-4);
    EXPECT_NEAR(score_of<Chrf>({{"", "reference"}}), 0, 1e-4);
    EXPECT_NEAR(score_of<Chrf>({{"a b c", "a b c"}}), 100, 1e-4);
    EXPECT_NEAR(score_of<Chrf>({{"a b c", "abc"}}), 100, 1e-4);
    EXPECT_NEAR(score_of<Chrf>({{"", "c"}}), 0, 1e-4);
    EXPECT_NEAR(score_of<Chrf>({{"a", "a"}, {"b", "c"}}), 50, 1e-4);
    EXPECT_NEAR(score_of<Chrf>({{"aa", "ab"}}), 25, 1e-4);
}

// By hand: 1-grams 3 of 4 and 3 of 3, 2-grams 2 of 3 and 2 of 2, 3-grams 1 of 2 and 1 of 1; the reference has no
// 4-gram, so that the hypothesis' one does not count. P = (3/4 + 2/3 + 1/2) / 3 = 23/36, R = 1; 5 P R / (4 P + R) =
// 115/128.
TEST(Chrf, WeighsRecallFourfold) {
    EXPECT_NEAR(score_of<Chrf>({{"abcd", "abc"}}), 100.0 * 115 / 128, 1e-12);
    EXPECT_NEAR(score_of<Chrf>({{"abc", "abcd"}}), 100.0 * 115 / 167, 1e-12);  // P = 1, R = 23/36
}

// Two letters of two bytes each: one 1-gram of two in common, and no half character.
TEST(Chrf, CountsCodePoints) {
    Chrf chrf;
    chrf.add("ıİ", "ış");
    EXPECT_EQ(chrf.counts()[0].hypothesis, 2);
    EXPECT_EQ(chrf.counts()[0].reference, 2);
    EXPECT_EQ(chrf.counts()[0].common, 1);
    EXPECT_EQ(chrf.counts()[1].common, 0);
}

// Papineni et al., 2002, example 2: "the" counts only as often as in the reference.
TEST(Bleu, ClipsCounts) {
    Bleu bleu;
    bleu.add("the the the the the the the", "The cat is on the mat.");
    EXPECT_EQ(bleu.counts()[0].hypothesis, 7);
    EXPECT_EQ(bleu.counts()[0].common, 1);
}

// By hand: 4 of 4 words, 3 of 3, 2 of 2, 1 of 1; r = 5, c = 4.
TEST(Bleu, PunishesBrevity) {
    EXPECT_NEAR(score_of<Bleu>({{"a b c d", "a b c d e"}}), 100 * std::exp(1 - 5.0 / 4), 1e-12);
    EXPECT_NEAR(score_of<Bleu>({{"a b c d", "a b c d"}}), 100, 1e-12);
    EXPECT_NEAR(score_of<Bleu>({{"", ""}, {"", "b"}}), 0, 0);
}

// By hand: "this is a fest" against "this is a test": 3/4, 2/3, 1/2, and no 4-gram of one: 1/2.
TEST(Bleu, HalvesForEachOrderWithoutAMatch) {
    EXPECT_NEAR(score_of<Bleu>({{"this is a fest", "this is a test"}}), 100 * std::pow(0.75 * 2 / 3 / 2 / 2, 0.25),
                1e-12);
    // 2/4, 1/3, then 1 / (2 * 2), 1 / (4 * 1).
    EXPECT_NEAR(score_of<Bleu>({{"x a b y", "z a b w"}}), 100 * std::pow(0.5 / 3 / 4 / 4, 0.25), 1e-12);
}

}  // namespace
}  // namespace headlight::text
