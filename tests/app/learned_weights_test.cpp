#include "app/learned_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "app/base64url.h"
#include "base/rng.h"

namespace headlight::app {
namespace {

TEST(LearnedWeights, ComeBackAsF16) {
    const std::vector<float> params{0, -0.0F, 1, -2.5F, 0.1F, 65504, 1e-7F};
    const std::string text = encode_weights(params, 1234567, 0xDEADBEEF);
    const auto back = decode_weights(text, 0xDEADBEEF, params.size());
    ASSERT_TRUE(back.has_value());
    EXPECT_EQ(back->steps, 1234567);
    ASSERT_EQ(back->params.size(), params.size());
    EXPECT_TRUE(std::signbit(back->params[1]));
    EXPECT_EQ(back->params[3], -2.5F);
    EXPECT_NEAR(back->params[4], 0.1F, 0.1F / 2048);
    EXPECT_EQ(back->params[5], 65504.0F);
    EXPECT_EQ(encode_weights(back->params, back->steps, 0xDEADBEEF), text);
}

TEST(LearnedWeights, TellOthersApart) {
    const std::string text = encode_weights(std::vector<float>(5, 1), 3, 7);
    const auto key = [&](std::uint32_t fingerprint, std::size_t params) {
        const auto found = decode_weights(text, fingerprint, params);
        return found ? "" : found.error().key;
    };
    EXPECT_EQ(key(7, 5), "");
    EXPECT_EQ(key(8, 5), "learn.error.weights_corpus");
    EXPECT_EQ(key(7, 6), "learn.error.weights_corpus");
}

TEST(LearnedWeights, HostileTextIsAnError) {
    std::vector<float> params(40);
    Rng rng(3);
    for (float& value : params) value = static_cast<float>(rng.normal());
    const std::string text = encode_weights(params, 3, 7);
    const auto refused = [&](const std::string& bad) { return !decode_weights(bad, 7, params.size()).has_value(); };
    EXPECT_FALSE(refused(text));
    for (std::size_t length = 0; length < text.size(); ++length) EXPECT_TRUE(refused(text.substr(0, length))) << length;
    for (std::size_t at = 0; at < text.size(); ++at) {
        std::string bad = text;
        bad[at] = bad[at] == 'A' ? 'B' : 'A';
        EXPECT_TRUE(refused(bad)) << at;
        bad[at] = '=';
        EXPECT_TRUE(refused(bad)) << at;
    }
    EXPECT_TRUE(refused(text + "A"));
    EXPECT_TRUE(refused(text + text));
    for (const float value : {std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(), 1e6F}) {
        params[7] = value;
        EXPECT_TRUE(refused(encode_weights(params, 3, 7)));
    }
    for (int trial = 0; trial < 2000; ++trial) {
        std::string bytes = trial % 2 == 0 ? "HW1" : "";
        const auto length = rng.below(120);
        for (std::uint64_t i = 0; i < length; ++i) bytes += static_cast<char>(rng.below(256));
        EXPECT_TRUE(refused(to_base64url(bytes)));
    }
}

}  // namespace
}  // namespace headlight::app
