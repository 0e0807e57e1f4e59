#include "app/learning_corpus.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/rng.h"

namespace headlight::app {
namespace {

using Ids = std::vector<std::int32_t>;

LearningCorpus corpus_of(std::string_view text) {
    auto corpus = LearningCorpus::parse(text);
    EXPECT_TRUE(corpus.has_value()) << text;
    return corpus.value_or(LearningCorpus());
}

// A line of a table of strings; "" when there is none of that key.
std::string line_of(const std::string& table, const std::string& key) {
    const std::size_t at = table.find("\"" + key + "\":");
    return at == std::string::npos ? "" : table.substr(at, table.find('\n', at) - at);
}

void expect_problem(std::string_view text, const Warning& wanted) {
    const auto corpus = LearningCorpus::parse(text);
    ASSERT_FALSE(corpus.has_value()) << text;
    EXPECT_EQ(corpus.error(), wanted) << corpus.error().key << ' ' << corpus.error().what << ' '
                                      << corpus.error().value;
}

TEST(LearningCorpus, TutorialHasTheTutorialsIds) {
    const LearningCorpus corpus = corpus_of("");
    EXPECT_EQ(corpus.vocab(), 26);
    EXPECT_EQ(corpus.start(), 24);
    EXPECT_EQ(corpus.end(), 25);
    ASSERT_EQ(corpus.pairs().size(), 3U);
    EXPECT_EQ(corpus.pairs()[0], (LearningPair{{1, 2, 20}, {1, 4, 3}}));
    EXPECT_EQ(corpus.pairs()[1], (LearningPair{{5, 17, 7, 13, 12, 15, 19}, {17, 14, 21, 17, 22}}));
    EXPECT_EQ(corpus.pairs()[2], (LearningPair{{13, 9, 16, 6, 18, 8, 13, 10}, {23, 11, 13, 10}}));
    EXPECT_EQ(corpus.words()[0], "<pad>");
    EXPECT_EQ(corpus.words()[24], "<start>");
    EXPECT_EQ(corpus.words()[25], "<end>");
    EXPECT_EQ(corpus.text(corpus.pairs()[1].prompt), "When you play the game of thrones");
}

TEST(LearningCorpus, LinesBecomePairs) {
    EXPECT_EQ(corpus_of("a b -> c").pairs()[0], (LearningPair{{1, 2}, {3}}));
    EXPECT_EQ(corpus_of("a b \u2192 c, d").pairs()[0], (LearningPair{{1, 2}, {3, 4}}));
    EXPECT_EQ(corpus_of("a\tb c").pairs()[0], (LearningPair{{1}, {2, 3}}));
    EXPECT_EQ(corpus_of("a b, c").pairs()[0], (LearningPair{{1, 2}, {3}}));           // at the comma
    EXPECT_EQ(corpus_of("a b c d e").pairs()[0], (LearningPair{{1, 2, 3}, {4, 5}}));  // in the middle
    EXPECT_EQ(corpus_of("a b c,").pairs()[0], (LearningPair{{1, 2}, {3}}));           // a comma that divides nothing
    EXPECT_EQ(corpus_of("\n  \r\na -> b\r\n...\nc -> d").pairs().size(), 2U);         // empty lines
    EXPECT_EQ(corpus_of("a -> b\nA -> B!").pairs().size(), 1U);                       // the same pair twice
}

TEST(LearningCorpus, WordsAreFoldedAndKeepTheirSpelling) {
    const LearningCorpus corpus =
        corpus_of("The CAT, the 'cat' won\u2019t well-known -- \u201CIŞIK\u201D ışık işik İŞİK");
    const std::vector<std::string> wanted{"<pad>", "The",  "CAT",     "won't", "well-known",
                                          "IŞIK",  "ışık", "<start>", "<end>"};
    EXPECT_EQ(corpus.words(), wanted);  // without a language, a capital I is i
    std::vector<std::string> unknown;
    EXPECT_EQ(corpus.ids("the dog, WON'T", unknown), (Ids{1, 3}));
    EXPECT_EQ(unknown, (std::vector<std::string>{"dog"}));
}

TEST(LearningCorpus, SaysWhatIsWrong) {
    expect_problem("...", {"learn.error.empty", "0", ""});
    expect_problem("a -> b\nlonely", {"learn.error.side", "2", ""});
    expect_problem("a ->", {"learn.error.side", "1", ""});
    expect_problem("->", {"learn.error.side", "1", ""});
    expect_problem("a -> b -> c", {"learn.error.arrows", "1", "2"});
    expect_problem("a -> b\nc -> d\nA -> d", {"learn.error.contradiction", "3", "a"});
    expect_problem("a -> 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", {"learn.error.long", "1", "16"});
    expect_problem("a \xff -> b", {"learn.error.utf8", "0", ""});
    expect_problem(std::string(8193, 'a'), {"learn.error.bytes", "8192", "8193"});
    std::string text;
    for (int i = 0; i < 25; ++i) text += "a" + std::to_string(i) + " -> b\n";
    expect_problem(text, {"learn.error.pairs", "24", ""});
    text.clear();
    for (int i = 0; i < 162; i += 10) {
        for (int j = 0; j < 10; ++j) text += "w" + std::to_string(i + j) + (j == 5 ? " -> " : " ");
        text += "\n";
    }
    expect_problem(text, {"learn.error.words", "160", ""});
}

TEST(LearningCorpus, EveryProblemHasItsWords) {
    for (const char* language : {"en", "tr"}) {
        const auto table = read_file(HEADLIGHT_ASSETS_DIR "/strings/" + std::string(language) + ".json");
        ASSERT_TRUE(table.has_value());
        for (const char* key : {"empty", "side", "arrows", "contradiction", "long", "utf8", "bytes", "pairs", "words",
                                "weights", "weights_corpus"}) {
            EXPECT_NE(line_of(*table, "learn.error." + std::string(key)), "") << language << ' ' << key;
        }
        const std::string most = std::to_string(LearningCorpus::kMaxSideWords);
        EXPECT_NE(line_of(*table, "learn.error.long").find(most), std::string::npos);
    }
}

TEST(LearningCorpus, TakesAnyBytes) {
    Rng rng(1);
    const std::string_view pieces[] = {"a",
                                       "B",
                                       " ",
                                       "->",
                                       "\n",
                                       "\t",
                                       ",",
                                       "'",
                                       "-",
                                       "\u2192",
                                       "\u2019",
                                       "\xC4",
                                       "\0",
                                       "İ",
                                       "\u3000",
                                       ".",
                                       "-->",
                                       "'-",
                                       "\xF0\x9F\x98\x80"};
    int good = 0;
    for (int trial = 0; trial < 5000; ++trial) {
        std::string text;
        const auto length = rng.below(40);
        for (std::uint64_t i = 0; i < length; ++i) text += pieces[rng.below(std::size(pieces))];
        const auto corpus = LearningCorpus::parse(text);
        if (!corpus) continue;
        ++good;
        ASSERT_FALSE(corpus->pairs().empty());
        for (const LearningPair& pair : corpus->pairs()) {
            ASSERT_FALSE(pair.prompt.empty() || pair.continuation.empty());
            std::vector<std::string> unknown;  // what is shown is read again as the same words
            ASSERT_EQ(corpus->ids(corpus->text(pair.prompt), unknown), pair.prompt);
        }
    }
    EXPECT_GT(good, 100);
}

TEST(LearningCorpus, FingerprintTellsThemApart) {
    const auto print = [](std::string_view text) { return corpus_of(text).fingerprint(); };
    EXPECT_EQ(print("a -> b"), print("a  ->  b."));
    EXPECT_NE(print("a -> b"), print("a -> c"));
    EXPECT_NE(print("a b -> c"), print("a -> b c"));
    EXPECT_NE(print(""), print(kTutorialSentences));  // the same pairs, other ids
}

}  // namespace
}  // namespace headlight::app
