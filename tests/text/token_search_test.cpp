#include "text/token_search.h"

#include <gtest/gtest.h>

#include "text_helpers.h"

namespace headlight::text {
namespace {

using Names = std::vector<std::string>;

// "do", " do", "Do", "dog", " dog", "udo" and the bytes.
Tokenizer some() {
    return test::tokenizer_with(
        {{"d", "o"}, {" ", "do"}, {"D", "o"}, {"do", "g"}, {" do", "g"}, {"u", "do"}, {"\xC3", "\xA9"}});
}

Names found(std::string_view wanted, int most = 20) {
    const Tokenizer tokenizer = some();
    Names out;
    for (const TokenId id : find_tokens(tokenizer, wanted, most).best) out.push_back(tokenizer.display(id));
    return out;
}

TEST(TokenSearch, ExactComesFirstThenTheBeginningThenTheMiddle) {
    EXPECT_EQ(found("do"), (Names{"do", " do", "Do", "dog", " dog", "udo", "<|endoftext|>"}));
    EXPECT_EQ(found("Do"), (Names{"Do", "do", " do", "dog", " dog", "udo", "<|endoftext|>"}))
        << "either case, the same one first";
    EXPECT_EQ(found("og"), (Names{"dog", " dog"}));
    EXPECT_EQ(found("\xC3\xA9"), (Names{"\xC3\xA9"}));
}

TEST(TokenSearch, ASpaceAtTheBeginningIsMeant) {
    EXPECT_EQ(found(" do"), (Names{" do", " dog"}));
    EXPECT_EQ(found("\xC2\xB7"
                    "dog"),
              (Names{" dog"}))
        << "as the program draws a space";
    EXPECT_EQ(found(" "), (Names{" ", " do", " dog"}));
}

TEST(TokenSearch, ListsNoMoreThanAskedForButCountsAll) {
    const Tokenizer tokenizer = some();
    const TokenMatches few = find_tokens(tokenizer, "do", 2);
    EXPECT_EQ(few.best.size(), 2U);
    EXPECT_EQ(few.count, 7);
    EXPECT_EQ(find_tokens(tokenizer, "do", 0).count, 7);
    EXPECT_TRUE(find_tokens(tokenizer, "", 5).best.empty());
    EXPECT_EQ(find_tokens(tokenizer, "nothing like it", 5).count, 0);
}

}  // namespace
}  // namespace headlight::text
