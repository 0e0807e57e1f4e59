#include "app/share_link.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "app/settings_fields.h"
#include "base/rng.h"
#include "text/utf8.h"

namespace headlight::app {
namespace {

bool warns(const Link& link, std::string_view key) {
    return std::ranges::any_of(link.warnings, [&](const Warning& w) { return w.key == key; });
}

TEST(ShareLink, IsShortAndReadable) {
    Settings settings;
    settings.prompt = "Once upon a time, Tim";
    settings.layer = 2;
    settings.head = 3;
    const std::vector<std::int32_t> taken{12, 845};
    EXPECT_EQ(encode_link(settings, taken, "1f0a33b2"),
              "v=1&prompt=Once+upon+a+time,+Tim&layer=2&head=3&t=12.845&c=1f0a33b2");
}

TEST(ShareLink, CarriesTokensAndChecksum) {
    const Link link = decode_link("https://example.org/play/?x=1#v=1&prompt=a&t=12.845.0&c=1F0A33B2");
    EXPECT_EQ(link.taken, (std::vector<std::int32_t>{12, 845, 0}));
    EXPECT_EQ(link.checksum, "1f0a33b2");
    EXPECT_EQ(link.settings.prompt, "a");
    EXPECT_TRUE(link.has_prompt);
    EXPECT_TRUE(link.warnings.empty());
}

TEST(ShareLink, AnEmptyPromptIsNotNoPrompt) {
    EXPECT_TRUE(decode_link(encode_link(Settings(), {}, "")).has_prompt);
    EXPECT_FALSE(decode_link("#v=1").has_prompt);
    EXPECT_FALSE(decode_link("").has_prompt);
    EXPECT_TRUE(decode_link("").warnings.empty());
}

TEST(ShareLink, EveryBytePrintableOrNotSurvivesThePrompt) {
    Settings settings;
    for (char32_t code = 0x20; code < 0x250; ++code) {
        if (code != 0x7F) text::utf8_append(settings.prompt, code);
    }
    settings.prompt += "\n\t";
    EXPECT_EQ(decode_link(encode_link(settings, {}, "")).settings, settings);
}

TEST(ShareLink, UnknownKeysAreIgnored) {
    const Link link = decode_link("v=1&prompt=a&ablate=1.2&constructor=5&=3&seed=9");
    EXPECT_EQ(link.settings.seed, 9U);
    EXPECT_TRUE(link.warnings.empty());
}

TEST(ShareLink, SaysWhatIsWrong) {
    EXPECT_TRUE(warns(decode_link("v=2&prompt=a"), "notice.link_future"));
    EXPECT_TRUE(warns(decode_link("v=99999999999&prompt=a"), "notice.link_future"));
    EXPECT_TRUE(warns(decode_link("v=x&prompt=a"), "notice.link_broken"));
    EXPECT_TRUE(warns(decode_link("v=0"), "notice.link_broken"));
    EXPECT_TRUE(warns(decode_link("prompt=a"), "notice.link_no_version"));
    EXPECT_TRUE(warns(decode_link("v=1&prom"), "notice.link_broken"));
    EXPECT_TRUE(warns(decode_link("v=1&prompt=%4"), "notice.link_broken"));
    EXPECT_TRUE(warns(decode_link("v=1&c=12"), "notice.link_broken"));
    EXPECT_TRUE(warns(decode_link("v=1&t=1.-2.3"), "notice.link_tokens"));
    EXPECT_TRUE(warns(decode_link("v=1&temperature=NaN"), "notice.bad_value"));
    EXPECT_TRUE(warns(decode_link("v=1&temperature=900"), "notice.clamped"));
    EXPECT_TRUE(warns(decode_link("v=1&prompt=%FF"), "notice.bad_utf8"));
    EXPECT_TRUE(warns(decode_link("v=1&prompt=" + std::string(300'000, 'a')), "notice.link_too_long"));
}

TEST(ShareLink, StopsAtTheFirstBadToken) {
    EXPECT_EQ(decode_link("v=1&t=1.2.x.4").taken, (std::vector<std::int32_t>{1, 2}));
    EXPECT_EQ(decode_link("v=1&t=1.99999999").taken, (std::vector<std::int32_t>{1}));
    EXPECT_EQ(decode_link("v=1&t=1..2").taken, (std::vector<std::int32_t>{1}));
    std::string many = "v=1&t=0";
    for (int i = 0; i < 20'000; ++i) many += ".1";
    EXPECT_EQ(decode_link(many).taken.size(), kMaxLinkTokens);
}

TEST(ShareLink, HugeNumbersEverywhereAreClamped) {
    std::string text = "v=1";
    for_each_field([&](const auto& field) { text += '&' + std::string(field.key) + "=1e308"; });
    const Settings huge = decode_link(text).settings;
    Warnings warnings;
    EXPECT_EQ(huge, normalised(huge, warnings));
    EXPECT_EQ(huge.query, static_cast<int>(kMaxIndex));
}

// What was decoded once is stable from then on.
TEST(ShareLink, DecodingAnythingGivesAStableState) {
    Rng rng(11);
    const std::string alphabet = "v=1&prompt%+#.0x-temperature=&seed=&t=c=\xC5\x9F\xFF\n view=lines&layer";
    for (int round = 0; round < 3000; ++round) {
        std::string text = round % 2 == 0 ? "v=1&" : "";
        for (std::uint64_t i = rng.below(80); i > 0; --i)
            text += alphabet[static_cast<std::size_t>(rng.below(alphabet.size()))];
        const Link link = decode_link(text);
        const Link again = decode_link(encode_link(link.settings, link.taken, link.checksum));
        ASSERT_EQ(again.settings, link.settings) << text;
        ASSERT_EQ(again.taken, link.taken) << text;
        ASSERT_EQ(again.checksum, link.checksum) << text;
        ASSERT_TRUE(again.warnings.empty()) << text;
    }
}

TEST(ShareLink, CarriesTheTargetTokensAndTheLongestTexts) {
    Settings settings;
    settings.rung = Rung::translate;
    for (std::string* text : {&settings.prompt, &settings.source}) text->assign(4000 * 2, '\n');
    settings.corpus.assign(8192, '\n');
    settings.weights.assign(24000, 'A');
    const std::vector<std::int32_t> many(kMaxLinkTokens, kMaxLinkTokenId), target{5, 2998};
    const Link link = decode_link(encode_link(settings, many, "0123abcd", target));
    EXPECT_EQ(link.settings, settings);
    EXPECT_EQ(link.taken, many);
    EXPECT_EQ(link.target, target);
    EXPECT_TRUE(link.warnings.empty());
    const Link broken = decode_link("v=1&tt=5.x.7");
    EXPECT_EQ(broken.target, std::vector<std::int32_t>{5});
    EXPECT_EQ(broken.warnings.size(), 1U);
}

}  // namespace
}  // namespace headlight::app
