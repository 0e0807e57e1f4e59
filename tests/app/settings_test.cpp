#include "app/settings.h"

#include <gtest/gtest.h>

#include <set>

#include "app/settings_fields.h"
#include "app/share_link.h"

namespace headlight::app {
namespace {

// Another value than the default, within the limits, that survives normalised() when it is alone.
template <class T>
T other_value(const Field<T>& field, const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
        if (field.key == "site") return "mlp.hook_post";
        if (field.key == "weights") return "QUJD_-09";
        if (field.key == "do") return "off:1.2;scale:0.1@-0.5;swap:3@7";
        if (field.key == "tdo") return "off:enc1.2;scale:cross0.1@-0.5;paint:dec0.3@5-2-1";
        return "Bir varmış & bir=yokmuş #1, %41+ \xF0\x9F\x90\xB0";
    } else if constexpr (std::is_same_v<T, bool>) {
        return !value;
    } else if constexpr (std::is_enum_v<T>) {
        const auto last = static_cast<T>(EnumNames<T>::names.size() - 1);
        return value == last ? T{} : last;
    } else if constexpr (std::is_same_v<T, float>) {
        return static_cast<float>(field.lo + (field.hi - field.lo) * 0.123456789);
    } else {
        return static_cast<T>(field.lo + 12);
    }
}

Settings with_partners(Settings settings) {
    // The positions that only stand in pairs.
    if (settings.layer >= 0 || settings.head >= 0)
        settings.layer = std::max(settings.layer, 1), settings.head = std::max(settings.head, 1);
    if (settings.key >= 0) settings.query = std::max(settings.query, 20);
    if (settings.row >= 0 || settings.column >= 0)
        settings.row = std::max(settings.row, 1), settings.column = std::max(settings.column, 1);
    if (settings.arch_width % settings.arch_heads != 0) settings.arch_width = settings.arch_heads * 60;
    return settings;
}

TEST(Settings, EveryFieldSurvivesTheLinkAlone) {
    for_each_field([&](const auto& field) {
        Settings settings;
        settings.*field.member = other_value(field, settings.*field.member);
        ASSERT_NE(settings, Settings()) << field.key;
        settings = with_partners(settings);
        const std::string text = encode_link(settings, {}, "");
        const Link link = decode_link(text);
        EXPECT_EQ(link.settings, settings) << text;
        EXPECT_TRUE(link.warnings.empty()) << text;
    });
}

TEST(Settings, AllFieldsSurviveTheLinkTogether) {
    Settings settings;
    for_each_field([&](const auto& field) { settings.*field.member = other_value(field, settings.*field.member); });
    const Link link = decode_link(encode_link(settings, {}, ""));
    EXPECT_EQ(link.settings, settings);
}

TEST(Settings, EveryFieldSurvivesSettingByText) {
    for_each_field([&](const auto& field) {
        Settings settings;
        settings.*field.member = other_value(field, settings.*field.member);
        Settings copy;
        Warnings warnings;
        EXPECT_TRUE(set_field(copy, field.key, field_text(settings, field.key), warnings));
        EXPECT_EQ(copy, settings) << field.key;
        EXPECT_TRUE(warnings.empty());
        reset_field(copy, field.key);
        EXPECT_EQ(copy, Settings()) << field.key;
    });
}

TEST(Settings, KeysAreUniqueAndNoneOfTheLinksOwn) {
    std::set<std::string_view> keys{"v", "t", "tt", "c"};
    for_each_field([&](const auto& field) { EXPECT_TRUE(keys.insert(field.key).second) << field.key; });
}

TEST(Settings, OutOfRangeIsClampedWithAWarning) {
    Settings settings;
    Warnings warnings;
    set_field(settings, "temperature", "1e30", warnings);
    EXPECT_EQ(settings.temperature, 3.0F);
    set_field(settings, "seed", "99999999999999999999", warnings);
    EXPECT_EQ(settings.seed, 4294967295U);
    set_field(settings, "topk", "-5", warnings);
    EXPECT_EQ(settings.top_k, 0);
    ASSERT_EQ(warnings.size(), 3U);
    EXPECT_EQ(warnings[0], (Warning{"notice.clamped", "temperature", "3"}));
}

TEST(Settings, UnreadableValuesAreRefused) {
    for (const auto& [key, text] : {std::pair{"temperature", "nan"},
                                    {"temperature", "inf"},
                                    {"temperature", ""},
                                    {"seed", "7.5"},
                                    {"topk", "12x"},
                                    {"view", "Matrix"},
                                    {"embed", "yes"},
                                    {"topp", "0x1p-1"}}) {
        Settings settings;
        Warnings warnings;
        EXPECT_TRUE(set_field(settings, key, text, warnings));
        EXPECT_EQ(settings, Settings()) << key << " " << text;
        ASSERT_EQ(warnings.size(), 1U) << key << " " << text;
        EXPECT_EQ(warnings[0].key, "notice.bad_value");
    }
}

TEST(Settings, UnknownKeyIsReportedAndChangesNothing) {
    Settings settings;
    Warnings warnings;
    EXPECT_FALSE(set_field(settings, "no_such_key", "1", warnings));
    EXPECT_EQ(settings, Settings());
    EXPECT_TRUE(warnings.empty());
}

TEST(Settings, TextIsCleanUtf8WithoutControlCodes) {
    Settings settings;
    Warnings warnings;
    set_field(settings, "prompt", std::string("a\0b\x01\tc\n\xFFg\xC3", 10), warnings);
    EXPECT_EQ(settings.prompt, "ab\tc\n\xEF\xBF\xBDg\xEF\xBF\xBD");
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(warnings[0].key, "notice.bad_utf8");
}

TEST(Settings, LongTextIsCutBetweenCharacters) {
    Settings settings;
    Warnings warnings;
    std::string text(static_cast<std::size_t>(kMaxPromptBytes) - 1, 'a');
    set_field(settings, "prompt", text + "ş", warnings);
    EXPECT_EQ(settings.prompt, text);
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(warnings[0].key, "notice.prompt_cut");
}

TEST(Settings, NormalisedPairsPositionsAndKnowsSites) {
    Settings settings;
    settings.layer = 3;
    settings.key = 4;
    settings.row = 2;
    settings.site = "attn.hook_nothing";
    Warnings warnings;
    const Settings tidy = normalised(settings, warnings);
    EXPECT_EQ(tidy, Settings());
    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_EQ(warnings[0].key, "notice.unknown_site");
}

TEST(Settings, SitesOfEveryStackAreKnownAndWeightsAreBase64) {
    Warnings warnings;
    Settings settings;
    settings.site = "cross_attn.hook_pattern";
    settings.weights = "AZaz09-_";
    EXPECT_EQ(normalised(settings, warnings), settings);
    EXPECT_TRUE(warnings.empty());
    settings.site = "decoder.hook_embed";  // the stack follows from `part`
    settings.weights = "not base64!";
    const Settings tidy = normalised(settings, warnings);
    EXPECT_EQ(tidy, Settings());
    ASSERT_EQ(warnings.size(), 2U);
    EXPECT_EQ(warnings[1].what, "weights");
}

TEST(Settings, HideListsWholeNames) {
    Settings settings;
    settings.hide = "share,seedling,try";
    EXPECT_TRUE(hidden(settings, "share"));
    EXPECT_TRUE(hidden(settings, "try"));
    EXPECT_FALSE(hidden(settings, "seed"));
    EXPECT_FALSE(hidden(Settings(), "share"));
}

}  // namespace
}  // namespace headlight::app
