#include "train/dataset.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <numeric>
#include <set>

#include "text/bpe_trainer.h"

namespace headlight::train {
namespace {

// count, count + 1, ...: a token says where it stands.
std::vector<TokenId> numbered(TokenId first, int count) {
    std::vector<TokenId> ids(static_cast<std::size_t>(count));
    std::iota(ids.begin(), ids.end(), first);
    return ids;
}

TEST(Dataset, WindowsLieInsideAndTargetsAreOneOn) {
    constexpr int kContext = 5;
    const auto dataset = Dataset::create({numbered(0, 12), numbered(100, 9)}, {}, kContext);
    ASSERT_TRUE(dataset.has_value());
    EXPECT_EQ(dataset->tokens(), 21U);
    Rng rng(1);
    std::vector<TokenId> ids(3 * kContext), targets(ids.size());
    std::set<TokenId> starts;
    for (int i = 0; i < 300; ++i) {
        dataset->sample(rng, ids, targets);
        for (std::size_t row = 0; row < ids.size(); row += kContext) {
            starts.insert(ids[row]);
            for (std::size_t j = 0; j < kContext; ++j) {
                EXPECT_EQ(ids[row + j], ids[row] + static_cast<TokenId>(j));
                EXPECT_EQ(targets[row + j], ids[row + j] + 1);
            }
            EXPECT_TRUE(targets[row + kContext - 1] < 12 || (ids[row] >= 100 && targets[row + kContext - 1] < 109));
        }
    }
    // Every window with a target after it is drawn: starts 0 .. 6 and 100 .. 103.
    EXPECT_EQ(starts, (std::set<TokenId>{0, 1, 2, 3, 4, 5, 6, 100, 101, 102, 103}));
}

TEST(Dataset, StreamsAreDrawnByWeightWhateverTheirLength) {
    const auto dataset = Dataset::create({numbered(0, 1000), numbered(5000, 50), numbered(9000, 200)}, {1, 3, 4}, 4);
    ASSERT_TRUE(dataset.has_value());
    Rng rng(2);
    std::vector<TokenId> ids(4), targets(4);
    std::array<int, 3> counts{};
    for (int i = 0; i < 8000; ++i) {
        dataset->sample(rng, ids, targets);
        ++counts.at(ids[0] < 5000 ? 0 : ids[0] < 9000 ? 1 : 2);
    }
    EXPECT_NEAR(counts[0], 1000, 120);
    EXPECT_NEAR(counts[1], 3000, 180);
    EXPECT_NEAR(counts[2], 4000, 180);
}

TEST(Dataset, TheSameRandomStateDrawsTheSame) {
    const auto dataset = Dataset::create({numbered(0, 100)}, {}, 8);
    std::vector<TokenId> ids(32), targets(32), again(32);
    Rng first(3);
    Rng second(3);
    dataset->sample(first, ids, targets);
    dataset->sample(second, again, targets);
    EXPECT_EQ(ids, again);
    dataset->sample(second, again, targets);
    EXPECT_NE(ids, again);
}

TEST(Dataset, RefusesWhatCannotBeTrainedOn) {
    const auto message = [](std::vector<std::vector<TokenId>> streams, std::vector<double> weights, int context) {
        const auto made = Dataset::create(std::move(streams), std::move(weights), context);
        return made.has_value() ? std::string("no error") : made.error().message;
    };
    const auto contains = [](const std::string& text, const std::string& part) {
        EXPECT_NE(text.find(part), std::string::npos) << text;
    };
    contains(message({}, {}, 4), "no text");
    contains(message({numbered(0, 50), numbered(0, 5)}, {}, 4),
             "text 2 has 5 tokens; training windows need at least 6");
    contains(message({numbered(0, 50)}, {1, 2}, 4), "1 texts but 2 weights");
    for (const double bad :
         {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
        contains(message({numbered(0, 50)}, {bad}, 4), "above 0");
    }
    contains(message({numbered(0, 50)}, {}, 0), "at least 1");
    EXPECT_EQ(message({numbered(0, 6)}, {}, 4), "no error");
}

text::Tokenizer byte_tokenizer(std::vector<std::string> specials = {std::string(text::kEndOfText)}) {
    const std::vector<std::string> texts{""};
    return std::move(text::train_bpe(texts, {.vocab_size = 256 + static_cast<int>(specials.size()),
                                             .special_tokens = std::move(specials)})
                         .value());
}

TEST(EncodeDocuments, EachIsStrippedAndEndsWithTheEndToken) {
    const auto tokenizer = byte_tokenizer();
    const TokenId end = tokenizer.end_token().value();
    const auto stream = encode_documents(
        tokenizer, "  One.\n\n<|endoftext|>\n\n \n<|endoftext|>\nTwo \xC3\xBC\nlines\n<|endoftext|>\n");
    ASSERT_TRUE(stream.has_value());
    std::vector<TokenId> expected;
    for (const std::string document : {"One.", "Two \xC3\xBC\nlines"}) {
        for (const TokenId id : tokenizer.encode(document)) expected.push_back(id);
        expected.push_back(end);
    }
    EXPECT_EQ(stream->ids, expected);
    EXPECT_EQ(stream->documents, 2U);
    EXPECT_EQ(stream->bytes, 4 + 1 + 12 + 1U);
}

TEST(EncodeDocuments, TextWithoutSeparatorIsOneDocumentAndEmptyTextNone) {
    const auto tokenizer = byte_tokenizer();
    const auto one = encode_documents(tokenizer, "abc");
    EXPECT_EQ(one->documents, 1U);
    EXPECT_EQ(one->bytes, 4U);
    const auto none = encode_documents(tokenizer, "\n\n");
    EXPECT_EQ(none->documents, 0U);
    EXPECT_TRUE(none->ids.empty());
}

TEST(EncodeDocuments, NeedsAnEndToken) {
    const auto result = encode_documents(byte_tokenizer({}), "abc");
    ASSERT_FALSE(result.has_value());
    EXPECT_NE(result.error().message.find("<|endoftext|>"), std::string::npos);
}

}  // namespace
}  // namespace headlight::train
