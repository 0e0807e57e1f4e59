#include "app/translation_session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "model/translator.h"
#include "text/tokenizer.h"
#include "tiny_model.h"

namespace headlight::app {
namespace {

class TranslationSessionTest : public testing::Test {
  protected:
    TranslationSessionTest() : compute_(1) {
        auto loaded = TranslationSession::load(compute_, "en-tr", tiny_pair_files());
        EXPECT_TRUE(loaded.has_value());
        session_ = std::move(*loaded);
    }
    Wish wish(const char* sentence) const { return {session_->source_ids(sentence), {}, -1, true, {}, 0, {}}; }
    void finish() {
        while (session_->busy()) session_->advance(0);
    }
    std::vector<std::int32_t> target() const { return {session_->target().begin(), session_->target().end()}; }
    // What the command line would write.
    std::vector<std::int32_t> reference(const Wish& w) const {
        model::TranslationOptions options;
        options.seed = w.seed;
        if (!w.greedy) options.sampling = w.sampling;
        model::Translator translator(compute_, session_->model(), options);
        EXPECT_TRUE(translator.start(w.source).has_value());
        while (!translator.done()) translator.step();
        std::vector<std::int32_t> ids{session_->model().config().start_token};
        ids.insert(ids.end(), translator.ids().begin(), translator.ids().end());
        const bool ended = ids.back() == session_->model().config().end_token;
        if (ended || static_cast<int>(ids.size()) > session_->model().config().context) ids.pop_back();
        return ids;
    }

    model::Compute compute_;
    std::unique_ptr<TranslationSession> session_;
};

TEST_F(TranslationSessionTest, WritesWhatTheTranslatorWritesTokenByToken) {
    const Wish w = wish("  the cat\n");
    EXPECT_EQ(w.source, session_->tokenizer().encode("the cat"));
    EXPECT_TRUE(session_->want(w));
    EXPECT_FALSE(session_->want(w));
    std::size_t shown = 0;
    while (session_->busy()) {
        if (!session_->advance(1000)) continue;
        EXPECT_LE(session_->target().size(), shown + 1) << "one token at a time";
        shown = session_->target().size();
        EXPECT_EQ(session_->logits(static_cast<int>(shown) - 1).size(), static_cast<std::size_t>(kPairVocab));
    }
    EXPECT_GT(shown, 3U);
    EXPECT_EQ(target(), reference(w));
}

TEST_F(TranslationSessionTest, SamplesLikeTheTranslator) {
    Wish w = wish("a cat");
    w.greedy = false;
    w.sampling = {1.3F, 0, 1};
    w.seed = 9;
    session_->want(w);
    finish();
    EXPECT_EQ(target(), reference(w));
    const auto first = target();
    w.seed = 10;
    session_->want(w);
    finish();
    EXPECT_NE(target(), first);
    EXPECT_EQ(target(), reference(w));
}

TEST_F(TranslationSessionTest, TheTraceIsThatOfAWholePass) {
    session_->want(wish("the cat"));
    finish();
    const int sources = static_cast<int>(session_->source().size());
    const int targets = static_cast<int>(session_->target().size());
    const model::EncoderDecoderConfig& c = session_->model().config();
    auto encoder = model::encoder_activations(c, 1, c.context, model::Keep::trace);
    auto decoder = model::decoder_activations(c, 1, c.context, c.context, model::Keep::trace);
    const std::array<int, 1> lengths{sources};
    model::EncoderForward(compute_, session_->model(), encoder, session_->source(), lengths).run();
    model::DecoderForward(compute_, session_->model(), decoder, encoder, session_->target(), 0, lengths).run();
    for (const nn::SiteInfo& info : nn::sites_of(nn::Stack::decoder)) {
        for (int layer = 0; layer < (info.per_layer() ? c.decoder_layers : 1); ++layer) {
            const nn::SiteView whole = std::as_const(decoder).view(info.site, layer, targets);
            const nn::SiteView grown = session_->trace(nn::Stack::decoder).view(info.site, layer, targets);
            ASSERT_EQ(whole.shape, grown.shape) << info.name;
            for (int i = 0; i < whole.shape[0]; ++i) {
                for (int j = 0; j < whole.shape[1]; ++j) {
                    for (int k = 0; k < (whole.rank == 3 ? whole.shape[2] : 1); ++k) {
                        const auto at = [&](const nn::SiteView& v) {
                            return v.data[i * v.stride[0] + j * v.stride[1] + k * v.stride[2]];
                        };
                        ASSERT_EQ(at(whole), at(grown)) << info.name << " " << i << " " << j << " " << k;
                    }
                }
            }
        }
    }
}

TEST_F(TranslationSessionTest, AnotherTokenByHandKeepsWhatStandsBeforeIt) {
    Wish w = wish("the cat");
    session_->want(w);
    finish();
    const auto free = target();
    ASSERT_GT(free.size(), 4U);
    const auto rows = session_->rows_computed();
    w.taken = {free[1], free[2], free[3] == 65 ? 66 : 65};
    session_->want(w);
    EXPECT_EQ(session_->target().size(), 3U) << "start and two tokens stay";
    EXPECT_EQ(session_->taken(), 2);
    finish();
    EXPECT_EQ(session_->taken(), 3);
    EXPECT_EQ(target()[3], w.taken[2]);
    EXPECT_EQ(session_->rows_computed() - rows, static_cast<std::int64_t>(session_->target().size()) - 3);
    // The same prefix from nothing gives the same bits.
    const auto logits = session_->logits(static_cast<int>(session_->target().size()) - 1);
    const std::vector<float> grown(logits.begin(), logits.end());
    const auto words = target();
    session_->want(wish("other"));
    finish();
    session_->want(w);
    finish();
    EXPECT_EQ(target(), words);
    const auto again = session_->logits(static_cast<int>(words.size()) - 1);
    EXPECT_TRUE(std::ranges::equal(again, grown));
}

TEST_F(TranslationSessionTest, LengthAndTheEndTokenStopIt) {
    Wish w = wish("the cat");
    w.length = 2;
    session_->want(w);
    finish();
    EXPECT_EQ(session_->target().size(), 3U);
    EXPECT_TRUE(session_->complete());
    EXPECT_FALSE(session_->ended());
    w.length = 0;
    session_->want(w);
    finish();
    EXPECT_EQ(session_->target().size(), 1U);
    w.length = -1;
    w.taken = {65, session_->model().config().end_token, 66};
    session_->want(w);
    finish();
    EXPECT_EQ(session_->target().size(), 2U);
    EXPECT_TRUE(session_->ended());
}

TEST_F(TranslationSessionTest, ABlankSentenceShowsNothingAndALongOneIsCut) {
    session_->want(wish("the cat"));
    finish();
    session_->want(wish(" \n\t "));
    EXPECT_FALSE(session_->busy());
    EXPECT_TRUE(session_->source().empty());
    EXPECT_TRUE(session_->target().empty());
    EXPECT_EQ(session_->source_ids(std::string(500, 'x')).size(),
              static_cast<std::size_t>(session_->model().config().context));
    session_->want(wish(std::string(500, 'x').c_str()));
    finish();
    EXPECT_LE(session_->target().size(), static_cast<std::size_t>(session_->model().config().context));
}

TEST_F(TranslationSessionTest, ANewSentenceReplacesOneThatIsUnderWay) {
    session_->want(wish("the cat"));
    session_->advance(0);
    session_->want(wish("a dog"));
    finish();
    EXPECT_EQ(target(), reference(wish("a dog")));
    session_->want(wish("the cat"));
    session_->advance(0);
    session_->cancel();
    EXPECT_FALSE(session_->busy());
    EXPECT_EQ(target(), reference(wish("a dog"))) << "what was shown stays";
}

TEST(TranslationSessionLoad, RefusesWhatCannotTranslate) {
    const model::Compute compute(1);
    auto files = tiny_pair_files();
    files.erase("tokenizer.json");
    EXPECT_FALSE(TranslationSession::load(compute, "x", files).has_value());
    files = tiny_pair_files();
    files["model.safetensors"].resize(100);
    EXPECT_FALSE(TranslationSession::load(compute, "x", files).has_value());
}

}  // namespace
}  // namespace headlight::app
