#include "app/session.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "tiny_model.h"

namespace headlight::app {
namespace {

class SessionTest : public testing::Test {
  protected:
    SessionTest() : compute_(2) {
        auto session = Session::load(compute_, "tiny", tiny_files());
        CHECK(session.has_value());
        session_ = std::move(*session);
    }

    void show(std::string_view prompt, const std::vector<std::int32_t>& taken = {}) {
        session_->want(session_->make_text(prompt, taken));
        while (session_->busy()) session_->advance(0);
    }

    // Every number of the trace, against a pass from nothing.
    void expect_fresh_bits() {
        const model::GptConfig& config = session_->gpt().config();
        const int n = session_->positions();
        session_->compute_all_logits();
        model::Activations fresh(config, 1, n, model::Keep::trace);
        model::Forward(compute_, session_->gpt(), fresh, session_->shown().ids, 0).run();
        for (const nn::SiteInfo& info : nn::kSites) {
            for (int layer = 0; layer < (info.per_layer() ? config.layers : 1); ++layer) {
                const nn::SiteView a = session_->trace().view(info.site, layer, n),
                                   b = std::as_const(fresh).view(info.site, layer, n);
                ASSERT_EQ(a.shape, b.shape);
                for (int i = 0; i < a.shape[0]; ++i) {
                    for (int j = 0; j < a.shape[1]; ++j) {
                        for (int k = 0; k < a.shape[2]; ++k) {
                            const float x = a.data[i * a.stride[0] + j * a.stride[1] + k * a.stride[2]];
                            const float y = b.data[i * b.stride[0] + j * b.stride[1] + k * b.stride[2]];
                            ASSERT_EQ(std::memcmp(&x, &y, sizeof x), 0)
                                << nn::site_name(info.site, layer) << " " << i << " " << j << " " << k << ": " << x
                                << " " << y;
                        }
                    }
                }
            }
        }
    }

    model::Compute compute_;
    std::unique_ptr<Session> session_;
};

TEST_F(SessionTest, TypingComputesOnlyWhatChanged) {
    show("the cat");
    const auto before = session_->rows_computed();
    EXPECT_EQ(before, session_->positions());
    show("the cat s");
    EXPECT_EQ(session_->rows_computed() - before, 2);
    expect_fresh_bits();
    show("the cat sa");
    show("the cat sat");
    EXPECT_EQ(session_->rows_computed() - before, 4);
    expect_fresh_bits();
}

TEST_F(SessionTest, ChangingTheMiddleComputesFromThere) {
    show("one two three four");
    const auto before = session_->rows_computed();
    show("one tXo three four");
    const int changed = session_->positions() - 5;  // "one t" are five tokens that stay
    EXPECT_EQ(session_->rows_computed() - before, changed);
    expect_fresh_bits();
}

TEST_F(SessionTest, GoingBackToAPrefixComputesNothing) {
    show("one two three");
    const auto before = session_->rows_computed();
    show("one t");
    EXPECT_EQ(session_->positions(), 5);
    show("one two three");
    EXPECT_EQ(session_->rows_computed(), before);
    expect_fresh_bits();
}

TEST_F(SessionTest, ManyEditsKeepEveryBit) {
    Rng rng(5);
    std::string text = "the";
    std::vector<std::int32_t> taken;
    for (int round = 0; round < 60; ++round) {
        switch (rng.below(5)) {
            case 0:
                text = text.substr(0, static_cast<std::size_t>(rng.below(text.size() + 1)));
                break;
            case 1:
                taken.push_back(static_cast<std::int32_t>(rng.below(kTinyVocab)));
                break;
            case 2:
                taken.clear();
                break;
            case 3:
                text.insert(static_cast<std::size_t>(rng.below(text.size() + 1)), "a");
                break;
            default:
                text += static_cast<char>('a' + rng.below(26));
        }
        session_->want(session_->make_text(text, taken));
        for (std::uint64_t slices = rng.below(8); slices > 0 && session_->busy(); --slices) session_->advance(0);
        if (rng.below(3) != 0) continue;
        show(text, taken);
        expect_fresh_bits();
    }
    show(text, taken);
    EXPECT_EQ(session_->shown(), session_->make_text(text, taken));
    expect_fresh_bits();
}

TEST_F(SessionTest, ASliceIsOneStageAndTheOldPassStaysUntilTheNewIsComplete) {
    show("the cat");
    const Text before = session_->shown();
    session_->want(session_->make_text("the cat sat", {}));
    const int stages = session_->gpt().config().layers + 2;
    for (int stage = 0; stage + 1 < stages; ++stage) {
        EXPECT_FALSE(session_->advance(0)) << stage;
        EXPECT_EQ(session_->shown(), before);
        EXPECT_GT(session_->fraction(), 0.0);
        EXPECT_LT(session_->fraction(), 1.0);
    }
    EXPECT_TRUE(session_->advance(0));
    EXPECT_NE(session_->shown(), before);
    EXPECT_FALSE(session_->busy());
}

// Of a prompt only the last row is wanted at once; the others' logits come when somebody looks, in the same bits.
TEST_F(SessionTest, LogitsAreComputedWhereSomebodyLooks) {
    show("one two three");
    const int n = session_->positions();
    const auto vocab = static_cast<std::size_t>(kTinyVocab);
    model::Activations fresh(session_->gpt().config(), 1, n, model::Keep::trace);
    model::Forward(compute_, session_->gpt(), fresh, session_->shown().ids, 0).run();
    const auto same = [&](int row) {
        const float* wanted = fresh.at(nn::Site::logits) + static_cast<std::size_t>(row) * vocab;
        return std::memcmp(session_->logits(row).data(), wanted, vocab * sizeof(float)) == 0;
    };
    const float* rows = session_->trace().at(nn::Site::logits);
    EXPECT_TRUE(std::all_of(rows, rows + vocab, [](float x) { return x == 0; }));
    for (int row = 0; row < n; ++row) EXPECT_TRUE(same(row)) << row;
    show("one two threw");  // the rows that stay keep theirs
    session_->cancel();
    EXPECT_TRUE(session_->ask_all_logits());
    EXPECT_FALSE(session_->busy());
}

TEST_F(SessionTest, ATraceGrowsWithTheText) {
    std::string text = "t";
    while (session_->positions() < kTinyContext - 1) {
        const auto before = session_->rows_computed();
        const int shown = session_->positions();
        show(text += "xy");
        EXPECT_EQ(session_->rows_computed() - before, session_->positions() - shown);
    }
    expect_fresh_bits();
}

TEST_F(SessionTest, CancelKeepsWhatWasShown) {
    show("the cat");
    const Text before = session_->shown();
    session_->want(session_->make_text("a dog", {}));
    session_->advance(0);
    session_->cancel();
    EXPECT_FALSE(session_->busy());
    EXPECT_EQ(session_->shown(), before);
    expect_fresh_bits();
    show("a dog");
    expect_fresh_bits();
}

TEST_F(SessionTest, TheNewestTextIsShownInTheEnd) {
    session_->want(session_->make_text("aaa", {}));
    session_->advance(0);
    session_->want(session_->make_text("bbb", {}));
    session_->want(session_->make_text("ccc", {}));
    while (session_->busy()) session_->advance(0);
    EXPECT_EQ(session_->shown(), session_->make_text("ccc", {}));
}

TEST_F(SessionTest, LongTextsLoseTheirBeginning) {
    const Text text = session_->make_text(std::string(100, 'x') + "yz", {});
    EXPECT_EQ(text.ids.size(), static_cast<std::size_t>(kTinyContext));
    EXPECT_EQ(text.dropped, 102 - kTinyContext);
    EXPECT_EQ(text.ids.back(), 'z');
    show(std::string(100, 'x') + "yz");
    expect_fresh_bits();
}

TEST_F(SessionTest, AnEmptyTextStartsFromTheEndToken) {
    const Text text = session_->make_text("", {});
    EXPECT_EQ(text.ids, (std::vector<std::int32_t>{kTinyVocab - 1}));
    EXPECT_EQ(text.taken, 0);
    EXPECT_EQ(session_->make_text("", std::vector<std::int32_t>{5}).ids,
              (std::vector<std::int32_t>{kTinyVocab - 1, 5}));
}

TEST(Session, ShortensTheContextToItsBudget) {
    const model::Compute compute(1);
    auto session = Session::load(compute, "tiny", tiny_files(), 400'000);
    ASSERT_TRUE(session.has_value());
    EXPECT_LT((*session)->context(), kTinyContext);
    EXPECT_LE(2 * (*session)->trace().bytes(), 440'000U);
}

TEST(Session, BadFilesAreAnError) {
    const model::Compute compute(1);
    auto files = tiny_files();
    files["model.safetensors"].resize(1000);
    const auto session = Session::load(compute, "tiny", files);
    ASSERT_FALSE(session.has_value());
    EXPECT_NE(session.error().message.find("model.safetensors"), std::string::npos) << session.error().message;
}

}  // namespace
}  // namespace headlight::app
