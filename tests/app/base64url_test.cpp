#include "app/base64url.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/rng.h"

namespace headlight::app {
namespace {

TEST(Base64url, AgreesWithTheStandard) {
    // RFC 4648, section 10, without the padding.
    EXPECT_EQ(to_base64url(""), "");
    EXPECT_EQ(to_base64url("f"), "Zg");
    EXPECT_EQ(to_base64url("fo"), "Zm8");
    EXPECT_EQ(to_base64url("foo"), "Zm9v");
    EXPECT_EQ(to_base64url("foob"), "Zm9vYg");
    EXPECT_EQ(to_base64url("fooba"), "Zm9vYmE");
    EXPECT_EQ(to_base64url("foobar"), "Zm9vYmFy");
    EXPECT_EQ(to_base64url("\xFB\xEF\xFF"), "--__");
    // With it, section 4.
    for (const auto& [bytes, text] : {std::pair{"", ""}, std::pair{"f", "Zg=="}, std::pair{"fo", "Zm8="},
                                      std::pair{"foo", "Zm9v"}, std::pair{"\xFB\xEF\xFF", "++//"}})
        EXPECT_EQ(to_base64(bytes), text);
}

TEST(Base64url, EveryByteStringComesBack) {
    Rng rng(1);
    for (int trial = 0; trial < 500; ++trial) {
        std::string bytes;
        const auto length = rng.below(60);
        for (std::uint64_t i = 0; i < length; ++i) bytes += static_cast<char>(rng.below(256));
        EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    }
}

TEST(Base64url, RefusesWhatItDidNotWrite) {
    for (const char* bad : {"A", "AAAAA", "Zg==", "Zh", "Zm9", "Zm9v+", "a b=", "\xC4\xB1"}) {
        EXPECT_FALSE(from_base64url(bad).has_value()) << bad;
    }
    EXPECT_EQ(from_base64url("Zm8"), "fo");
}

}  // namespace
}  // namespace headlight::app
