// The README's findings are what its links show, to the last bit.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tiny_model.h"

namespace headlight::app {
namespace {

// The fragments of the README's links that change a model, with "do" the GPT and with "tdo" the translator.
std::vector<std::string> findings(const std::string& key) {
    const auto readme = read_file(std::string(HEADLIGHT_ASSETS_DIR) + "/../README.md");
    CHECK(readme.has_value());
    std::vector<std::string> links;
    for (std::size_t at = readme->find("8080/#"); at != std::string::npos; at = readme->find("8080/#", at + 1)) {
        const std::string link = readme->substr(at + 6, readme->find(')', at) - at - 6);
        if (link.find("&" + key + "=") != std::string::npos) links.push_back(link);
    }
    return links;
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

TEST(Findings, OfTheReadmeAreWhatTheirLinksShow) {
    const std::vector<std::string> links = findings("do");
    ASSERT_EQ(links.size(), 3U);
    std::vector<std::string> answers;
    std::vector<Odds> odds;
    const auto app = make_app();
    run(*app, LoadModel{Settings().model, files_of("story")});
    for (const std::string& link : links) {
        run(*app, OpenLink{link});
        EXPECT_EQ(app->verdict(), Verdict::reproduced) << link << " gives " << app->checksum();
        answers.push_back(first_of(*app));
        odds.push_back(app->laboratory().odds);
    }
    EXPECT_EQ(answers, (std::vector<std::string>{" toy", " ball", " kite"}));
    EXPECT_LT(odds[0].now, 0);
    EXPECT_NEAR(odds[0].baseline, 1.52F, 0.005F);
    EXPECT_NEAR(odds[1].now, odds[1].baseline, 0.005F);
}

TEST(Findings, OfTheTranslatorAreWhatTheirLinkShows) {
    const std::vector<std::string> links = findings("tdo");
    ASSERT_EQ(links.size(), 1U);
    const auto app = make_app();
    run(*app, OpenLink{links[0]});
    run(*app, LoadModel{Settings().translator, files_of("en-tr")});
    EXPECT_EQ(app->verdict(), Verdict::reproduced) << app->checksum();
    EXPECT_EQ(app->translation()->text, "O, kitap okur.");
    EXPECT_NE(app->laboratory().without, app->translation()->text);
    EXPECT_TRUE(app->laboratory().without.starts_with("O, kitap ok"));
    run(*app, SetPrompt{"She does not drink tea."});
    EXPECT_EQ(app->translation()->text, app->laboratory().without);
}

}  // namespace
}  // namespace headlight::app
