#include "app/learning.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "app/learned_weights.h"
#include "base/rng.h"

namespace headlight::app {
namespace {

constexpr double kForever = 1e9;

void train_to(Learning& learning, std::int64_t steps) {
    learning.train_to(steps);
    while (learning.busy()) ASSERT_TRUE(learning.advance(0, kForever));
}

void play_until_it_stops(Learning& learning) {
    learning.play();
    while (learning.playing()) ASSERT_TRUE(learning.advance(0, kForever));
}

std::string said(const Learning& learning, const Prediction& prediction) {
    std::vector<std::int32_t> ids;
    for (const PredictedWord& word : prediction.words) ids.push_back(word.word.id);
    return learning.corpus().text(ids);
}

// ---- learning

TEST(Learning, ReachesTheRightAnswerAndStops) {
    Learning learning;
    EXPECT_EQ(learning.state(), LearningState::random);
    EXPECT_TRUE(std::isnan(learning.loss()));
    EXPECT_FALSE(learning.predictions()[1].right);
    play_until_it_stops(learning);
    EXPECT_EQ(learning.state(), LearningState::converged);
    EXPECT_LT(learning.steps(), 400);
    EXPECT_LT(learning.loss(), Learning::kConvergedLoss);
    const auto& predictions = learning.predictions();
    ASSERT_EQ(predictions.size(), 3U);
    EXPECT_EQ(said(learning, predictions[0]), "I Know things <end>");
    EXPECT_EQ(said(learning, predictions[1]), "you win or you die <end>");
    EXPECT_EQ(said(learning, predictions[2]), "He brings the storm <end>");
    for (const Prediction& prediction : predictions) {
        EXPECT_TRUE(prediction.right && prediction.ended);
        for (const PredictedWord& word : prediction.words) EXPECT_GT(word.word.probability, 0.7F);
    }
    std::vector<std::string> unknown;
    const auto prompt = learning.corpus().ids("When you play the game of thrones", unknown);
    EXPECT_TRUE(unknown.empty());
    EXPECT_EQ(said(learning, learning.predict(prompt)), "you win or you die <end>");
    EXPECT_TRUE(learning.predict(prompt).right);
}

TEST(Learning, EverySeedLearns) {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        Learning learning;
        ASSERT_TRUE(learning.set_up({.corpus = "", .seed = seed, .weights = ""}).has_value());
        play_until_it_stops(learning);
        EXPECT_EQ(learning.state(), LearningState::converged) << seed;
        EXPECT_LE(learning.steps(), 300) << seed;
    }
}

TEST(Learning, GoesOnBeyondConvergenceWhenPlayedAgain) {
    Learning learning;
    play_until_it_stops(learning);
    const std::int64_t steps = learning.steps();
    const double loss = learning.loss();
    learning.play();
    for (int i = 0; i < 100; ++i) learning.advance(0, 0);
    EXPECT_TRUE(learning.playing());
    EXPECT_EQ(learning.steps(), steps + 100);
    EXPECT_LT(learning.loss(), loss);
}

// The bits that every build has to reach: this test runs natively and in node. Rates, position encodings, the draw of
// the weights and all passes are in it.
TEST(Learning, SameSeedSameBitsEverywhere) {
    struct Case {
        std::uint32_t seed;
        std::int64_t steps;
        const char* hash;
    };
    for (const Case& c : {Case{1, 0, "dcf229ec69d4b7af"}, Case{1, 1, "20ba4c0c1162c353"},
                          Case{1, 200, "87381ae045da0d6c"}, Case{20, 1000, "5842728cbf648586"}}) {
        Learning learning;
        ASSERT_TRUE(learning.set_up({.corpus = "", .seed = c.seed, .weights = ""}).has_value());
        train_to(learning, c.steps);
        EXPECT_EQ(learning.hash(), c.hash) << c.seed << ", " << c.steps << " steps";
    }
}

TEST(Learning, RewindsToTheVerySameStart) {
    Learning learning;
    const std::string start = learning.hash();
    train_to(learning, 60);
    const std::string later = learning.hash();
    const double loss = learning.loss();
    EXPECT_NE(later, start);
    EXPECT_TRUE(learning.would_lose_training());
    learning.rewind();
    EXPECT_EQ(learning.hash(), start);
    EXPECT_EQ(learning.steps(), 0);
    EXPECT_EQ(learning.state(), LearningState::random);
    EXPECT_FALSE(learning.would_lose_training());
    EXPECT_TRUE(learning.curve().empty());
    train_to(learning, 60);
    EXPECT_EQ(learning.hash(), later);
    EXPECT_EQ(learning.loss(), loss);
    train_to(learning, 20);  // fewer: by way of the start
    EXPECT_EQ(learning.steps(), 20);
    train_to(learning, 60);
    EXPECT_EQ(learning.hash(), later);
}

TEST(Learning, HowItIsDrivenChangesNothing) {
    Learning reference;
    train_to(reference, 50);
    Learning stepped;
    for (int i = 0; i < 25; ++i) EXPECT_TRUE(stepped.step());
    stepped.play();
    EXPECT_TRUE(stepped.advance(0, 0));
    EXPECT_EQ(stepped.steps(), 26);  // a budget of nothing is still a step
    stepped.pause();
    const std::string paused = stepped.hash();
    EXPECT_FALSE(stepped.advance(1000, kForever));
    EXPECT_EQ(stepped.next_work_ms(1000), -1);
    EXPECT_EQ(stepped.hash(), paused);
    (void)stepped.predictions();  // looking changes nothing either
    (void)stepped.trace(1);
    (void)stepped.embedding_plane();
    train_to(stepped, 50);
    EXPECT_EQ(stepped.hash(), reference.hash());
}

TEST(Learning, KeepsToItsSpeed) {
    Learning learning;
    learning.set_speed(50);  // a step every 20 ms
    learning.play();
    double now = 1000;
    EXPECT_EQ(learning.next_work_ms(now), 0);
    EXPECT_TRUE(learning.advance(now, kForever));
    EXPECT_EQ(learning.steps(), 1);
    EXPECT_NEAR(learning.next_work_ms(now), 20, 1e-6);
    EXPECT_FALSE(learning.advance(now + 19, kForever));
    EXPECT_TRUE(learning.advance(now + 41, kForever));
    EXPECT_EQ(learning.steps(), 3);
    now += 5000;  // a hidden tab: what was missed is not made up for
    EXPECT_TRUE(learning.advance(now, kForever));
    EXPECT_EQ(learning.steps(), 4);
    learning.set_speed(0);
    EXPECT_EQ(learning.next_work_ms(now), 0);
    EXPECT_TRUE(learning.advance(now, kForever));  // all that is left
    EXPECT_EQ(learning.state(), LearningState::converged);
}

TEST(Learning, CurveIsBounded) {
    Learning learning;
    train_to(learning, 1500);
    const auto curve = learning.curve();
    EXPECT_LE(curve.size(), LossCurve::kMost);
    EXPECT_GE(curve.size(), LossCurve::kMost / 4);
    EXPECT_EQ(curve.front().step, 1);
    EXPECT_EQ(curve.back().step, 1500);
    EXPECT_EQ(curve.back().loss, static_cast<float>(learning.loss()));
    const std::int64_t stride = curve[1].step - curve[0].step;
    for (std::size_t i = 0; i + 2 < curve.size(); ++i) EXPECT_EQ(curve[i + 1].step - curve[i].step, stride);
    EXPECT_GT(curve.front().loss, 2.5F);  // about the logarithm of 26 words
}

// ---- what there is to see

TEST(Learning, TraceIsThePassOverThePair) {
    Learning learning;
    train_to(learning, 200);
    const Learning::PairTrace& trace = learning.trace(1);
    EXPECT_EQ(trace.source, learning.corpus().pairs()[1].prompt);
    ASSERT_EQ(trace.target.size(), 6U);
    EXPECT_EQ(trace.target[0], learning.corpus().start());
    const auto pattern = trace.decoder->view(model::Site::cross_pattern, 0, 6);
    for (int query = 0; query < 6; ++query) {
        float sum = 0;
        for (int key = 0; key < 7; ++key) sum += pattern.data[query * pattern.stride[1] + key * pattern.stride[2]];
        EXPECT_NEAR(sum, 1, 1e-6);
    }
    // The likeliest word after each row is what is said.
    const float* logits = trace.decoder->at(model::Site::logits);
    const auto vocab = static_cast<std::ptrdiff_t>(learning.corpus().vocab());
    for (std::ptrdiff_t row = 0; row < 6; ++row) {
        const float* first = logits + row * vocab;
        const auto best = std::max_element(first, first + vocab) - first;
        EXPECT_EQ(best, learning.predictions()[1].words[static_cast<std::size_t>(row)].word.id);
    }
}

TEST(Learning, PredictionsAreProbabilities) {
    Learning learning;
    for (const Prediction& prediction : learning.predictions()) {
        ASSERT_FALSE(prediction.words.empty());
        EXPECT_LE(prediction.words.size(), static_cast<std::size_t>(LearningCorpus::kMaxSideWords + 1));
        for (const PredictedWord& word : prediction.words) {
            ASSERT_EQ(word.top.size(), static_cast<std::size_t>(Learning::kTop));
            EXPECT_EQ(word.top[0].id, word.word.id);
            float sum = 0;
            for (std::size_t i = 0; i < word.top.size(); ++i) {
                sum += word.top[i].probability;
                EXPECT_LE(word.top[i].probability, word.top[i > 0 ? i - 1 : 0].probability);
            }
            EXPECT_LE(sum, 1.0001F);
            EXPECT_GT(sum, 5.0F / 26);
        }
    }
}

TEST(Learning, EmbeddingsWanderWithoutJumps) {
    Learning learning;
    auto before = learning.embedding_plane().points;
    const auto start = before;
    ASSERT_EQ(before.size(), 26U);
    double most = 0;
    for (int step = 0; step < 200; ++step) {
        learning.step();
        const auto& now = learning.embedding_plane().points;
        for (std::size_t i = 0; i < now.size(); ++i) {
            most = std::max(most, std::hypot(now[i][0] - before[i][0], now[i][1] - before[i][1]));
        }
        before = now;
    }
    EXPECT_LT(most, 0.3);
    EXPECT_NE(before, start);
}

// ---- a broken state

// Weights of a link that are finite and whose gradients are not, after exactly `good` good steps: every tensor of one
// size, some of them huge.
std::string explosive_weights(int good) {
    constexpr std::array<float, 5> kSizes{0, 6e-8F, 1e-3F, 1, 60000};
    Learning learning;
    Rng rng(1);
    for (int trial = 0; trial < 20000; ++trial) {
        std::vector<float> params(learning.model().params().size());
        for (const model::ParamInfo& info : learning.model().layout().params()) {
            const float size = kSizes[rng.below(kSizes.size())];
            const bool signs = rng.below(2) == 0;
            for (std::size_t i = 0; i < info.size; ++i) {
                params[info.offset + i] = signs && rng.uniform() < 0.5 ? -size : size;
            }
        }
        const std::string text = encode_weights(params, 7, learning.corpus().fingerprint());
        if (!learning.set_up({"", 1, text}).has_value()) continue;
        for (int step = 0; step <= good && learning.state() != LearningState::broken; ++step) learning.step();
        if (learning.state() == LearningState::broken && learning.steps() == 7 + good) return text;
    }
    return {};
}

TEST(Learning, BrokenIsAStateWithAWayBack) {
    const std::string weights = explosive_weights(0);
    ASSERT_FALSE(weights.empty());
    Learning learning;
    const std::string start = learning.hash();
    ASSERT_TRUE(learning.set_up({"", 1, weights}).has_value());
    const std::string loaded = learning.hash();
    learning.play();
    EXPECT_TRUE(learning.advance(0, kForever));
    EXPECT_EQ(learning.state(), LearningState::broken);
    EXPECT_FALSE(learning.playing());
    EXPECT_EQ(learning.hash(), loaded);  // nothing was written
    EXPECT_FALSE(learning.step());
    learning.play();
    EXPECT_FALSE(learning.playing());
    learning.train_to(100);
    EXPECT_FALSE(learning.busy());
    EXPECT_EQ(learning.next_work_ms(0), -1);
    (void)learning.predictions();  // may be nothing at all, and no crash
    (void)learning.embedding_plane();
    learning.back_to_good();  // there were no good ones: the start
    EXPECT_EQ(learning.state(), LearningState::random);
    EXPECT_EQ(learning.hash(), start);
    EXPECT_TRUE(learning.reproducible());
    play_until_it_stops(learning);
    EXPECT_EQ(learning.state(), LearningState::converged);
}

TEST(Learning, GoesBackToTheLastGoodWeights) {
    const std::string weights = explosive_weights(2);
    ASSERT_FALSE(weights.empty());
    Learning learning;
    ASSERT_TRUE(learning.set_up({"", 1, weights}).has_value());
    ASSERT_TRUE(learning.step());
    const std::string good = learning.hash();  // the second step's loss and gradient were finite with these
    ASSERT_TRUE(learning.step());
    ASSERT_TRUE(learning.step());
    ASSERT_EQ(learning.state(), LearningState::broken);
    learning.back_to_good();
    EXPECT_EQ(learning.state(), LearningState::trained);
    EXPECT_EQ(learning.steps(), 8);
    EXPECT_EQ(learning.hash(), good);
    EXPECT_FALSE(learning.reproducible());
    EXPECT_TRUE(learning.step());
}

// ---- weights in a link

TEST(Learning, WeightsComeBackFromText) {
    Learning first;
    play_until_it_stops(first);
    const std::string text = first.weights_text();
    EXPECT_LT(text.size(), 2100U);
    EXPECT_EQ(text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);

    Learning second;
    const LearningSetup setup{"", 1, text};
    ASSERT_TRUE(second.set_up(setup).has_value());
    EXPECT_EQ(second.steps(), first.steps());
    EXPECT_FALSE(second.reproducible());
    EXPECT_EQ(second.state(), LearningState::converged);
    EXPECT_EQ(second.weights_text(), text);
    for (const Prediction& prediction : second.predictions()) EXPECT_TRUE(prediction.right);
    for (std::size_t i = 0; i < first.model().params().size(); ++i) {
        const float was = first.model().params()[i];
        EXPECT_NEAR(second.model().params()[i], was, std::fabs(was) / 1024 + 1e-7F);
    }
    EXPECT_TRUE(second.step());
    EXPECT_EQ(second.steps(), first.steps() + 1);
    EXPECT_EQ(second.curve().front().step, first.steps() + 1);
    second.rewind();
    EXPECT_TRUE(second.reproducible());
    EXPECT_EQ(second.setup(), LearningSetup{});
    EXPECT_EQ(second.hash(), Learning().hash());
}

TEST(Learning, RefusesSetupsAndStaysAsItWas) {
    Learning learning;
    train_to(learning, 5);
    const std::string hash = learning.hash(), text = learning.weights_text();
    const auto refused = [&](const LearningSetup& setup, const char* key) {
        const auto made = learning.set_up(setup);
        ASSERT_FALSE(made.has_value()) << key;
        EXPECT_EQ(made.error().key, key);
        EXPECT_EQ(learning.hash(), hash);
        EXPECT_EQ(learning.steps(), 5);
        EXPECT_EQ(learning.setup(), LearningSetup{});
    };
    refused({"one", 1, ""}, "learn.error.side");
    refused({"", 1, "rubbish!"}, "learn.error.weights");
    refused({"a b -> c d", 1, text}, "learn.error.weights_corpus");
    EXPECT_TRUE(learning.set_up({"a b -> c d", 1, ""}).has_value());
    EXPECT_EQ(learning.steps(), 0);
}

// ---- other sentences

TEST(Learning, LearnsSentencesOfOnesOwn) {
    Learning learning;
    ASSERT_TRUE(
        learning.set_up({"İyi günler -> size de iyi günler\nNasılsın -> iyiyim sağ ol\nKim o", 3, ""}).has_value());
    play_until_it_stops(learning);
    EXPECT_EQ(learning.state(), LearningState::converged);
    EXPECT_EQ(said(learning, learning.predictions()[0]), "size de İyi günler <end>");
    EXPECT_EQ(said(learning, learning.predictions()[2]), "o <end>");
}

TEST(Learning, LearnsTheLargestCorpus) {
    std::string text;
    Rng rng(5);
    const auto words = [&] {
        for (int i = 0; i < LearningCorpus::kMaxSideWords; ++i) text += "w" + std::to_string(rng.below(160)) + " ";
    };
    for (int pair = 0; pair < LearningCorpus::kMaxPairs; ++pair) {
        words();
        text += "-> ";
        words();
        text += "\n";
    }
    Learning learning;
    ASSERT_TRUE(learning.set_up({text, 1, ""}).has_value());
    train_to(learning, 3);
    EXPECT_EQ(learning.state(), LearningState::trained);
    EXPECT_LT(learning.weights_text().size(), 8000U);
    EXPECT_EQ(learning.predictions().size(), 24U);
}

}  // namespace
}  // namespace headlight::app
