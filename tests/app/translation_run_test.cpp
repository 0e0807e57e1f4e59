// A translation with changes in the model; without any, translation_session_test.cpp asks for everything.
#include "app/translation_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "app/translation_session.h"
#include "text/tokenizer.h"
#include "tiny_model.h"

namespace headlight::app {
namespace {

using interpret::ModelKind;

class TranslationRunTest : public testing::Test {
  protected:
    TranslationRunTest() : compute_(1), model_(tiny_pair(compute_)), run_(compute_, model_) {}

    Wish wish(std::string_view changes, int length = -1) const {
        Wish w{tiny_tokenizer().encode("the cat"), {}, length, true, {}, 0, {}};
        w.changes = interpret::parse_interventions(changes, ModelKind::encoder_decoder).good;
        return w;
    }
    static void finish(TranslationRun& run) {
        while (run.busy()) run.advance_slice();
    }
    std::vector<std::int32_t> target() const { return {run_.target().begin(), run_.target().end()}; }

    // The decoder's logits of these tokens in one pass.
    std::vector<float> reference(const Wish& w, std::span<const std::int32_t> target, bool changed) const {
        const model::EncoderDecoderConfig& c = model_.config();
        const auto sources = static_cast<int>(w.source.size()), targets = static_cast<int>(target.size());
        const std::array lengths{sources};
        auto encoder = model::encoder_activations(c, 1, sources, model::Keep::trace), plain_encoder = encoder;
        auto decoder = model::decoder_activations(c, 1, targets, sources, model::Keep::trace), plain_decoder = decoder;
        const auto pass = [&](model::Activations& into, model::Activations& then, nn::Observer* observer) {
            model::EncoderForward(compute_, model_, into, w.source, lengths, {.observer = observer}).run();
            model::DecoderForward(compute_, model_, then, into, target, 0, lengths, {.observer = observer}).run();
        };
        pass(plain_encoder, plain_decoder, nullptr);
        interpret::InterventionObserver observer(
            w.changes, {.encoder = &plain_encoder, .decoder = &plain_decoder, .sources = sources});
        pass(encoder, decoder, &observer);
        const float* logits = (changed ? decoder : plain_decoder).at(nn::Site::logits);
        return {logits, logits + static_cast<std::ptrdiff_t>(targets) * c.vocab};
    }
    static bool same_bits(std::span<const float> left, std::span<const float> right) {
        return left.size() == right.size() && std::memcmp(left.data(), right.data(), left.size_bytes()) == 0;
    }

    model::Compute compute_;
    model::EncoderDecoder model_;
    TranslationRun run_;
};

TEST_F(TranslationRunTest, EveryRowIsThatOfOnePassWithTheChanges) {
    for (const char* changes : {"off:enc0.0;scale:cross1.1@-0.5", "mean:dec0.1;mean:cross1.0;mean:enc0.mlp",
                                "paint:enc0.1@0-4-1;paint:cross0.0@first;paint:dec1.1@3-0-1"}) {
        const Wish w = wish(changes);
        ASSERT_FALSE(w.changes.empty());
        EXPECT_TRUE(run_.want(w));
        finish(run_);
        EXPECT_TRUE(run_.changed());
        const std::vector<std::int32_t> ids = target();
        ASSERT_GT(ids.size(), 3U);
        const auto changed = reference(w, ids, true), unchanged = reference(w, ids, false);
        for (std::size_t row = 0; row < ids.size(); ++row) {
            const auto of = [&](const std::vector<float>& all) {
                return std::span(all).subspan(row * static_cast<std::size_t>(kPairVocab), kPairVocab);
            };
            EXPECT_TRUE(same_bits(run_.logits(static_cast<int>(row)), of(changed))) << changes << ", row " << row;
            EXPECT_TRUE(same_bits(run_.unchanged_logits(static_cast<int>(row)), of(unchanged)))
                << changes << ", row " << row;
            EXPECT_FALSE(same_bits(run_.logits(static_cast<int>(row)), of(unchanged)) && row > 3) << row;
        }
        // The token that came next is the changed run's.
        const auto best = std::ranges::max_element(run_.logits(1)) - run_.logits(1).begin();
        EXPECT_EQ(ids[2], best);
    }
}

TEST_F(TranslationRunTest, AFactorOfOneChangesNotOneBit) {
    run_.want(wish(""));
    finish(run_);
    const std::vector<std::int32_t> ids = target();
    const std::vector<float> last(run_.logits(3).begin(), run_.logits(3).end());
    EXPECT_FALSE(run_.changed());
    run_.want(wish("scale:enc0.0@1;scale:cross1.1@1"));
    finish(run_);
    EXPECT_EQ(target(), ids);
    EXPECT_TRUE(same_bits(run_.logits(3), last));
}

TEST_F(TranslationRunTest, WhatIsShownStaysUntilTheChangedSentenceIsThere) {
    run_.want(wish(""));
    finish(run_);
    const std::vector<std::int32_t> ids = target();
    run_.want(wish("off:cross0.0;off:cross0.1;off:cross1.attn"));
    double before = 0;
    while (!run_.advance_slice()) {
        EXPECT_EQ(target(), ids);
        EXPECT_FALSE(run_.changed());
        EXPECT_GT(run_.fraction(), before);
        before = run_.fraction();
    }
    EXPECT_TRUE(run_.changed());
    EXPECT_EQ(run_.target().size(), 1U);
    finish(run_);
    EXPECT_NE(target(), ids);
}

TEST_F(TranslationRunTest, StepsOfTheSameChangesAreNotComputedAgain) {
    run_.want(wish("mean:cross0.1", 3));
    finish(run_);
    const auto rows = run_.rows_computed();
    run_.want(wish("mean:cross0.1", 4));
    finish(run_);
    EXPECT_EQ(run_.rows_computed(), rows + 1);
    const std::vector<std::int32_t> stepped = target();
    TranslationRun other(compute_, model_);
    other.want(wish("mean:cross0.1", 4));
    finish(other);
    EXPECT_TRUE(std::ranges::equal(other.target(), stepped));
    EXPECT_TRUE(same_bits(other.logits(4), run_.logits(4)));
}

TEST(TranslationSessionChanges, TheTranslationWithoutThemIsMadeBeside) {
    const model::Compute compute(1);
    auto loaded = TranslationSession::load(compute, "en-tr", tiny_pair_files());
    ASSERT_TRUE(loaded.has_value());
    TranslationSession& session = **loaded;
    const auto finish = [&] {
        while (session.working()) session.advance(0);
    };
    const auto ids = [](std::span<const std::int32_t> of) { return std::vector<std::int32_t>(of.begin(), of.end()); };
    Wish wish{session.source_ids("the cat"), {}, -1, true, {}, 0, {}};
    session.want(wish);
    finish();
    const auto before = ids(session.target());
    EXPECT_TRUE(session.unchanged_target().empty());
    wish.changes = interpret::parse_interventions("off:cross1.attn;off:cross0.attn", ModelKind::encoder_decoder).good;
    wish.length = 2;
    session.want(wish);
    EXPECT_TRUE(session.unchanged_target().empty()) << "on its way";
    finish();
    EXPECT_EQ(session.target().size(), 3U);
    EXPECT_EQ(ids(session.unchanged_target()), before) << "to its end, whatever is shown";
    // Without changes it is there at once.
    const auto rows = session.rows_computed();
    wish.changes.clear();
    wish.length = -1;
    EXPECT_TRUE(session.want(wish));
    EXPECT_EQ(ids(session.target()), before);
    EXPECT_FALSE(session.changed());
    finish();
    EXPECT_EQ(session.rows_computed(), rows);
}

}  // namespace
}  // namespace headlight::app
