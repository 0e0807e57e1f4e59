// The README's findings are what its links show, to the last bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tiny_model.h"

namespace headlight::app {
namespace {

struct Finding {
    std::string link;  // the fragment that changes a model
    std::string said;  // what the README says after it, on one line
    [[nodiscard]] bool says(const std::string& words) const { return said.find(words) != std::string::npos; }
    // The percentages, as they stand there and in that order.
    [[nodiscard]] std::vector<std::string> percentages() const {
        std::vector<std::string> all;
        for (std::size_t at = said.find(" %"); at != std::string::npos; at = said.find(" %", at + 1)) {
            const std::size_t begin = said.find_last_not_of("0123456789.", at - 1) + 1;
            all.push_back(said.substr(begin, at + 2 - begin));
        }
        return all;
    }
};

// Those of the README, with "do" of the GPT and with "tdo" of the translator.
std::vector<Finding> findings(const std::string& key) {
    const auto readme = read_file(std::string(HEADLIGHT_ASSETS_DIR) + "/../README.md");
    CHECK(readme.has_value());
    std::vector<Finding> all;
    for (std::size_t at = readme->find("8080/#"); at != std::string::npos; at = readme->find("8080/#", at + 1)) {
        const std::size_t end = readme->find(')', at);
        Finding finding{readme->substr(at + 6, end - at - 6), {}};
        if (finding.link.find("&" + key + "=") == std::string::npos) continue;
        finding.said =
            readme->substr(end + 1, std::min(readme->find("\n- ", end), readme->find("\n\n", end)) - end - 1);
        std::ranges::replace(finding.said, '\n', ' ');
        for (std::size_t two = 0; (two = finding.said.find("  ")) != std::string::npos;) finding.said.erase(two, 1);
        all.push_back(std::move(finding));
    }
    return all;
}

std::map<std::string, std::string> files_of(const std::string& model) {
    std::map<std::string, std::string> files;
    for (const char* name : {"config.json", "model.safetensors", "tokenizer.json"}) {
        auto bytes = read_file(std::string(HEADLIGHT_ASSETS_DIR) + "/models/" + model + "/" + name);
        CHECK(bytes.has_value());
        files[name] = std::move(*bytes);
    }
    return files;
}

std::string first_of(const App& app) {
    return app.token_text(app.distribution().candidates[0].id);
}

// As the bars show it, at the link's temperature.
std::string shown_part(const App& app, const std::string& token) {
    for (const Candidate& candidate : app.distribution().candidates) {
        if (app.token_text(candidate.id) == token) {
            return percent_text(static_cast<double>(candidate.probability), app.strings());
        }
    }
    return "no " + token;
}

class Findings : public testing::Test {
  protected:
    Findings() { run(*app_, LoadModel{Settings().model, files_of("story")}); }

    // Opens the link, which must give the bits that it promises.
    void open(const Finding& finding) {
        run(*app_, OpenLink{finding.link});
        EXPECT_EQ(app_->verdict(), Verdict::reproduced) << finding.link << " gives " << app_->checksum();
    }
    // What the finding's bars say of a token, and what they say without the changes.
    std::string part(const std::string& token) const { return shown_part(*app_, token); }
    std::string part_before(const std::string& token) {
        run(*app_, ClearChanges{});
        return part(token);
    }

    std::unique_ptr<App> app_ = make_app();
    std::vector<Finding> findings_ = findings("do");
};

using Texts = std::vector<std::string>;

TEST_F(Findings, AHeadThatMatters) {
    ASSERT_EQ(findings_.size(), 3U);
    open(findings_[0]);
    EXPECT_EQ(first_of(*app_), " toy");
    EXPECT_LT(app_->laboratory().odds.now, 0);
    const std::string now = part(" ball");
    run(*app_, AddChange{"off:4.0"});
    const std::string with_another = part(" ball"), before = part_before(" ball");
    EXPECT_EQ(findings_[0].percentages(), (Texts{before, now, with_another}));
    EXPECT_TRUE(findings_[0].says("\"ball\" falls from " + before + " to " + now + " and \"toy\" takes its place"));
    EXPECT_TRUE(findings_[0].says("with 4.0 off as well, " + with_another + " are left"));
}

TEST_F(Findings, OneThatDoesNot) {
    open(findings_.at(1));
    EXPECT_EQ(first_of(*app_), " ball");
    const Odds& odds = app_->laboratory().odds;
    EXPECT_NEAR(odds.now, odds.baseline, 0.005F);
    EXPECT_EQ(app_->token_text(odds.token) + app_->token_text(odds.rival), " ball toy");
    auto number = [&](float value) { return fixed_text(static_cast<double>(value), 2, app_->strings()); };
    EXPECT_TRUE(findings_[1].says("the log-odds of \"ball\" over \"toy\" go from " + number(odds.baseline) + " to " +
                                  number(odds.now)));
    const std::string now = part(" ball"), before = part_before(" ball");
    EXPECT_EQ(findings_[1].percentages(), (Texts{before, now}));
    EXPECT_TRUE(findings_[1].says(before + " become " + now));
}

TEST_F(Findings, APatchThatMovesTheAnswer) {
    open(findings_.at(2));
    EXPECT_EQ(first_of(*app_), " kite");
    EXPECT_EQ(findings_[2].percentages(), Texts{});
    EXPECT_TRUE(findings_[2].says("one vector of " + std::to_string(app_->model()->width) + " numbers"));
    run(*app_, ClearChanges{});
    EXPECT_EQ(first_of(*app_), " ball");
}

TEST(TranslatorFinding, IsWhatItsLinkShows) {
    const std::vector<Finding> all = findings("tdo");
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].percentages(), Texts{});
    const auto app = make_app();
    run(*app, OpenLink{all[0].link});
    run(*app, LoadModel{Settings().translator, files_of("en-tr")});
    EXPECT_EQ(app->verdict(), Verdict::reproduced) << app->checksum();
    EXPECT_EQ(app->translation()->text, "O, kitap okur.");
    EXPECT_TRUE(all[0].says("\"He does not read the book.\" loses its *not*: \"O, kitap okur.\""));
    EXPECT_NE(app->laboratory().without, app->translation()->text);
    EXPECT_TRUE(app->laboratory().without.starts_with("O, kitap ok"));
    run(*app, SetPrompt{"She does not drink tea."});
    EXPECT_EQ(app->translation()->text, app->laboratory().without);
}

}  // namespace
}  // namespace headlight::app
