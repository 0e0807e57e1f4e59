#include "app/changed_run.h"

#include <gtest/gtest.h>

#include <cstring>

#include "tiny_model.h"

namespace headlight::app {
namespace {

class ChangedRunTest : public testing::Test {
  protected:
    ChangedRunTest() : compute_(1) {
        auto session = Session::load(compute_, "tiny", tiny_files());
        CHECK(session.has_value());
        session_ = std::move(*session);
        run_ = std::make_unique<ChangedRun>(compute_, *session_);
    }

    void show(std::string_view prompt, std::string_view changes, std::string_view other = {}) {
        session_->want(session_->make_text(prompt, {}));
        while (session_->busy()) session_->advance(0);
        std::vector<std::int32_t> ids;
        if (!other.empty()) ids = session_->make_text(other, {}).ids;
        run_->want(interpret::parse_interventions(changes).good, std::move(ids));
        while (run_->busy()) run_->advance(0);
    }
    // Every logit of the run, as it is after a pass from nothing.
    [[nodiscard]] std::vector<float> logits() const {
        std::vector<float> all;
        for (int position = 0; position < session_->positions(); ++position) {
            const auto row = run_->logits(position);
            all.insert(all.end(), row.begin(), row.end());
        }
        return all;
    }
    [[nodiscard]] std::vector<float> fresh(std::string_view changes, std::string_view other = {}) const {
        ChangedRun once(compute_, *session_);
        std::vector<std::int32_t> ids;
        if (!other.empty()) ids = session_->make_text(other, {}).ids;
        once.want(interpret::parse_interventions(changes).good, std::move(ids));
        while (once.busy()) once.advance(0);
        std::vector<float> all;
        for (int position = 0; position < session_->positions(); ++position) {
            const auto row = once.logits(position);
            all.insert(all.end(), row.begin(), row.end());
        }
        return all;
    }

    kernels::Compute compute_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<ChangedRun> run_;
};

TEST_F(ChangedRunTest, WithoutChangesThereIsNone) {
    show("the cat", "");
    EXPECT_FALSE(run_->active());
    EXPECT_FALSE(run_->busy());
    show("the cat", "off:0.0");
    EXPECT_TRUE(run_->complete());
    show("the cat", "");
    EXPECT_FALSE(run_->complete());
}

TEST_F(ChangedRunTest, RowsThatAChangeLeavesAloneAreKept) {
    show("the cat", "off:1.0");
    const std::int64_t before = run_->rows_computed();
    show("the cat sat", "off:1.0");
    EXPECT_EQ(run_->rows_computed() - before, 4);
    EXPECT_EQ(logits(), fresh("off:1.0"));
    const std::int64_t longer = run_->rows_computed();
    show("the cat", "off:1.0");
    EXPECT_EQ(run_->rows_computed(), longer);
    EXPECT_EQ(logits(), fresh("off:1.0"));
}

TEST_F(ChangedRunTest, MeansAreOfThePromptThatIsShown) {
    show("the cat", "mean:0.1");
    show("the cat sat on a mat", "mean:0.1");
    EXPECT_EQ(logits(), fresh("mean:0.1"));
    show("the", "mean:0.1");
    EXPECT_EQ(logits(), fresh("mean:0.1"));
}

// A copied pattern is that of the changed run, also where the head that it is copied from was changed.
TEST_F(ChangedRunTest, CopiesWhatTheRunItselfHas) {
    show("the cat sat", "paint:0.2@previous;paint:1.1@copy0.2");
    const nn::SiteView pattern = run_->trace().view(nn::Site::pattern, 1, session_->positions());
    const float* row = pattern.data + pattern.stride[0] + 3 * pattern.stride[1];
    EXPECT_EQ(row[2], 1.0F);
    EXPECT_EQ(row[3], 0.0F);
}

TEST_F(ChangedRunTest, AnotherOtherPromptGivesOtherNumbers) {
    show("the cat", "patch:1.resid@2", "the dog");
    const std::vector<float> dog = logits();
    show("the cat", "patch:1.resid@2", "the hog");
    EXPECT_NE(logits(), dog);
    EXPECT_EQ(logits(), fresh("patch:1.resid@2", "the hog"));
    show("the cat", "patch:1.resid@2", "the dog");
    EXPECT_EQ(logits(), dog);
}

// The run of the other prompt is kept as far as its text is the same, and the changed one as long as it does not read
// it.
TEST_F(ChangedRunTest, TheOtherPromptIsComputedForItself) {
    show("the cat", "", "the dog");
    EXPECT_TRUE(run_->has_other());
    EXPECT_FALSE(run_->active());
    const std::int64_t before = run_->rows_computed();
    show("the cat", "", "the dogs");
    EXPECT_EQ(run_->rows_computed() - before, 1);
    show("the cat", "off:1.0", "the dogs");
    const std::int64_t changed = run_->rows_computed();
    show("the cat", "off:1.0");
    EXPECT_FALSE(run_->has_other());
    EXPECT_TRUE(run_->complete());
    EXPECT_EQ(run_->rows_computed(), changed);
    EXPECT_EQ(logits(), fresh("off:1.0"));
    show("the cat", "patch:1.resid@2", "the dog");
    const std::vector<float> dog = logits();
    show("the cat", "patch:1.resid@2", "the dogma");
    EXPECT_EQ(logits(), dog) << "rows that both begin with";
}

// What is computed from layer 1 on stands on layers that were copied, of short texts and of long ones.
TEST_F(ChangedRunTest, LayersBeforeTheFirstChangeAreTheSessions) {
    for (const char* text : {"the", "the cat sat on a mat and on a hat too"}) {
        show(text, "off:1.mlp");
        for (const nn::Site site : {nn::Site::resid_pre, nn::Site::pattern, nn::Site::mlp_post}) {
            const nn::SiteView left = run_->trace().view(site, 0, session_->positions());
            const nn::SiteView right = session_->trace().view(site, 0, session_->positions());
            for (int row = 0; row < session_->positions(); ++row) {
                const std::ptrdiff_t axis = site == nn::Site::pattern ? 1 : 0;
                EXPECT_EQ(left.data[row * left.stride[static_cast<std::size_t>(axis)]],
                          right.data[row * right.stride[static_cast<std::size_t>(axis)]]);
            }
        }
    }
}

}  // namespace
}  // namespace headlight::app
