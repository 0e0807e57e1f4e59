#include "text/bpe_trainer.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "text/pretokenize.h"
#include "text_helpers.h"

namespace headlight::text {
namespace {

using Texts = std::vector<std::string>;

std::string merges_of(const Texts& texts, const BpeTrainerOptions& options) {
    const auto trained = train_bpe(texts, options);
    if (!trained) return trained.error().message;
    return trained->merges_txt().substr(std::string("#version: 0.2\n").size());
}

BpeTrainerOptions merges(int count) {
    return {.vocab_size = 257 + count};
}

// By hand. Words: hug 3, pug 2, hugs 2. Pairs: u+g 7, h+u 5, g+s 2, p+u 2; then h+ug 5, ug+s 2, p+ug 2; then hug+s 2,
// p+ug 2, where "p" > "hug".
TEST(BpeTrainer, JoinsTheMostFrequentPairFirst) {
    const Texts texts = {"hug", "hug", "hug", "pug", "pug", "hugs", "hugs"};
    EXPECT_EQ(merges_of(texts, merges(10)), "u g\nh ug\np ug\nhug s\n");
    EXPECT_EQ(merges_of(texts, merges(2)), "u g\nh ug\n");
}

TEST(BpeTrainer, BreaksTiesByTheGreaterPairOfBytes) {
    EXPECT_EQ(merges_of({"ab", "ab", "cd", "cd"}, merges(9)), "c d\na b\n");        // left decides
    EXPECT_EQ(merges_of({"ab", "ab", "ac", "ac"}, merges(9)), "a c\na b\n");        // then right
    EXPECT_EQ(merges_of({"éz", "éz", "zz", "zz"}, merges(1)), "Ã ©\n");             // bytes count as unsigned
    EXPECT_EQ(merges_of({"ab", "ab", "ab", "cd", "cd"}, merges(9)), "a b\nc d\n");  // only ties
    // "ab"+"x" against "a"+"y", 2 each: "ab" is greater than its beginning "a".
    EXPECT_EQ(merges_of({"ab", "abx", "abx", "ay", "ay"}, merges(9)), "a b\nab x\na y\n");
}

TEST(BpeTrainer, JoinsARunFromTheLeft) {
    // a+a stands twice in "aaa": counted 2, joined once.
    EXPECT_EQ(merges_of({"aaa"}, merges(9)), "a a\n");
    EXPECT_EQ(merges_of({"aaaaa", "aaaaa"}, merges(9)), "a a\naa aa\naaaa a\n");
}

TEST(BpeTrainer, StopsWhereThePairsAreTooRare) {
    const Texts texts = {"ab ab ab cd cd"};  // " ab" 2, "ab" 1, " cd" 2
    EXPECT_EQ(merges_of(texts, {.vocab_size = 400, .min_frequency = 3}), "a b\n");
    EXPECT_EQ(merges_of(texts, {.vocab_size = 400, .min_frequency = 4}), "");
}

TEST(BpeTrainer, NumbersTokensAsGpt2) {
    const auto trained =
        train_bpe(Texts{"ab ab ab"}, {.vocab_size = 259, .special_tokens = {"<|endoftext|>", "<|pad|>"}});
    ASSERT_TRUE(trained.has_value()) << trained.error().message;
    EXPECT_EQ(trained->vocab_size(), 259);
    EXPECT_EQ(trained->find("!"), 0);
    EXPECT_EQ(trained->find(" "), 220);
    EXPECT_EQ(trained->find("ab"), 256);
    EXPECT_EQ(trained->end_token(), 257);
    EXPECT_TRUE(trained->is_special(258));
    EXPECT_EQ(trained->bytes(258), "<|pad|>");
}

TEST(BpeTrainer, NeverJoinsOverASpecialToken) {
    std::string text;
    for (int i = 0; i < 50; ++i) text += "a<|endoftext|>b";
    EXPECT_EQ(merges_of({text}, merges(20)), "b a\n");
}

// Two ways to the same bytes share a token: ids stay in step and the files stay readable.
TEST(BpeTrainer, MakesNoTokenTwice) {
    Rng rng(17);
    for (int round = 0; round < 100; ++round) {
        Texts texts;
        for (int i = 0; i < 60; ++i) texts.push_back(test::random_bytes(rng, 1 + rng.below(9), 2, 'a'));
        const auto trained = train_bpe(texts, merges(60));
        ASSERT_TRUE(trained.has_value()) << trained.error().message;
        const auto read =
            Tokenizer::from_files({{"vocab.json", trained->vocab_json()}, {"merges.txt", trained->merges_txt()}});
        ASSERT_TRUE(read.has_value()) << read.error().message;
    }
}

// The definition, without any cleverness: count all pairs anew before each merge.
std::string merges_counted_anew(const Texts& texts, int count) {
    std::vector<std::vector<std::string>> words;
    for (const std::string& text : texts) {
        for (std::size_t at = 0, end = 0; at < text.size(); at = end) {
            end = word_end(text, at);
            auto& word = words.emplace_back();
            for (std::size_t i = at; i < end; ++i) word.emplace_back(1, text[i]);
        }
    }
    std::string out;
    std::vector<std::string> made;
    while (static_cast<int>(made.size()) < count) {
        std::map<std::pair<std::string, std::string>, int> counts;
        for (const auto& word : words) {
            for (std::size_t i = 0; i + 1 < word.size(); ++i) ++counts[{word[i], word[i + 1]}];
        }
        // The last of the greatest in ascending order of pairs.
        const auto best = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) {
            return a.second != b.second ? a.second < b.second : a.first < b.first;
        });
        if (best == counts.end() || best->second < 2) break;
        const auto [left, right] = best->first;
        const std::string line = to_alphabet(left) + " " + to_alphabet(right) + "\n";
        if (("\n" + out).find("\n" + line) == std::string::npos) out += line;
        if (std::find(made.begin(), made.end(), left + right) == made.end()) made.push_back(left + right);
        for (auto& word : words) {
            for (std::size_t i = 0; i + 1 < word.size(); ++i) {
                if (word[i] != left || word[i + 1] != right) continue;
                word[i] += right;
                word.erase(word.begin() + static_cast<std::ptrdiff_t>(i) + 1);
            }
        }
    }
    return out;
}

TEST(BpeTrainer, AgreesWithCountingAnew) {
    Rng rng(23);
    for (int round = 0; round < 30; ++round) {
        Texts texts;
        for (int i = 0; i < 20; ++i) {
            std::string text;
            for (int word = 0; word < 12; ++word)
                text += " " + test::random_bytes(rng, 1 + rng.below(8), 2 + round % 5, 'a');
            texts.push_back(text);
        }
        ASSERT_EQ(merges_of(texts, merges(120)), merges_counted_anew(texts, 120)) << "round " << round;
    }
    Texts turkish;
    for (int i = 0; i < 3; ++i) turkish.emplace_back(test::kTurkish);
    EXPECT_EQ(merges_of(turkish, merges(100)), merges_counted_anew(turkish, 100));
}

TEST(BpeTrainer, ReportsAndCanBeCancelled) {
    const Texts texts(3, std::string(test::kTurkish));
    std::vector<int> seen;
    BpeTrainerOptions options = merges(100);
    options.progress = [&](int done, int total) {
        EXPECT_LE(done, total);
        seen.push_back(done);
        return true;
    };
    ASSERT_TRUE(train_bpe(texts, options).has_value());
    EXPECT_GE(seen.size(), 3u);
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
    options.progress = [](int, int) { return false; };
    const auto cancelled = train_bpe(texts, options);
    ASSERT_FALSE(cancelled.has_value());
    EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
}

TEST(BpeTrainer, RefusesOptionsOutOfRange) {
    EXPECT_EQ(merges_of({"a"}, {.vocab_size = 256}),
              "The vocabulary size is 256; it must be at least 257: 256 bytes and the special tokens.");
    EXPECT_EQ(merges_of({"a"}, {.min_frequency = 0}), "The least frequency of a pair must be 1 or more.");
    EXPECT_EQ(merges_of({"a"}, {.special_tokens = {"a b"}}),
              "The special token \"a b\" must be two or more visible ASCII characters.");
    EXPECT_EQ(merges_of({"a"}, {.special_tokens = {"<s>", "<s>"}}), "The special token \"<s>\" is given twice.");
    EXPECT_EQ(merges_of({}, merges(5)), "");
}

}  // namespace
}  // namespace headlight::text
