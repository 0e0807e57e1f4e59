#include "base/sha256.h"

#include <gtest/gtest.h>

#include <string>

namespace headlight {
namespace {

std::string hash(std::string_view text, std::size_t piece = 1000) {
    Sha256 sha;
    for (std::size_t at = 0; at < text.size(); at += piece) sha.add(std::as_bytes(std::span(text.substr(at, piece))));
    return sha.finish();
}

// The examples of FIPS 180-4 and of the NIST test vectors.
TEST(Sha256, GivesThePublishedHashes) {
    EXPECT_EQ(hash(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    EXPECT_EQ(hash(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnThePieces) {
    std::string text;
    for (int i = 0; i < 300; ++i) text += static_cast<char>(i * 7);
    // Every length around the ends of blocks, where the padding goes into one block or two.
    for (std::size_t length = 50; length <= 130; ++length) {
        const std::string whole = hash(std::string_view(text).substr(0, length));
        for (const std::size_t piece : {1U, 3U, 63U, 64U, 65U}) {
            EXPECT_EQ(hash(std::string_view(text).substr(0, length), piece), whole) << length << " by " << piece;
        }
    }
    EXPECT_NE(hash(text), hash(std::string_view(text).substr(1)));
}

}  // namespace
}  // namespace headlight
