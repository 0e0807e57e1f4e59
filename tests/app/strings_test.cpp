#include "app/strings.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "app/settings_fields.h"
#include "base/file.h"
#include "text/utf8.h"
#include "tiny_model.h"

namespace headlight::app {
namespace {

Strings load(const std::string& language) {
    auto json = read_file(std::string(HEADLIGHT_ASSETS_DIR) + "/strings/" + language + ".json");
    EXPECT_TRUE(json.has_value());
    auto strings = Strings::from_json(*json);
    EXPECT_TRUE(strings.has_value());
    return std::move(*strings);
}

std::multiset<std::string> holes(const std::string& text) {
    std::multiset<std::string> found;
    for (std::size_t at = 0; (at = text.find('{', at)) != std::string::npos; ++at) {
        found.insert(text.substr(at, text.find('}', at) - at));
    }
    return found;
}

TEST(Strings, BothLanguagesSayTheSameThings) {
    const Strings en = load("en"), tr = load("tr");
    for (const auto& [key, text] : en.all()) {
        ASSERT_TRUE(tr.has(key)) << key;
        EXPECT_EQ(holes(text), holes(std::string(tr(key)))) << key;
        EXPECT_TRUE(text::utf8_valid(text)) << key;
        EXPECT_FALSE(text.empty()) << key;
    }
    for (const auto& [key, text] : tr.all()) EXPECT_TRUE(en.has(key)) << key;
}

TEST(Strings, EverySettingHasLabelHelpAndNames) {
    const Strings en = load("en");
    for_each_field([&](const auto& field) {
        const std::string key = "set." + std::string(field.key);
        EXPECT_TRUE(en.has(key)) << key;
        EXPECT_TRUE(en.has(key + ".help")) << key;
        using T = typename std::remove_cvref_t<decltype(field)>::Type;
        if constexpr (std::is_enum_v<T>) {
            for (const std::string_view name : EnumNames<T>::names)
                EXPECT_TRUE(en.has(key + "." + std::string(name))) << key << name;
        }
    });
}

TEST(Strings, EverySampleAndSiteHasItsTexts) {
    const auto app = make_app();
    for (const Sample& sample : app->samples()) {
        for (const char* part : {".title", ".note", ".teach"}) {
            EXPECT_TRUE(app->strings().has("sample." + sample.id + part)) << sample.id << part;
        }
    }
    for (const SiteInfo& site : app->sites()) EXPECT_TRUE(app->strings().has("site." + site.name)) << site.name;
}

TEST(Strings, MissingKeysShowThemselves) {
    const auto strings = Strings::from_json("{\"a\": \"A\"}");
    ASSERT_TRUE(strings.has_value());
    EXPECT_EQ((*strings)("a"), "A");
    EXPECT_EQ((*strings)("b.c"), "b.c");
    EXPECT_FALSE(strings->has("b.c"));
}

TEST(Strings, HolesAreFilledOnceAndUnknownOnesStay) {
    const auto strings = Strings::from_json(R"({"a": "{x} and {y} and {x} { }"})");
    ASSERT_TRUE(strings.has_value());
    EXPECT_EQ((*strings)("a", {{"x", "{y}"}}), "{y} and {y} and {y} { }");
    EXPECT_EQ((*strings)("a", {{"x", "1"}, {"y", "2"}}), "1 and 2 and 1 { }");
}

TEST(Strings, RefusesWhatIsNoFlatObject) {
    for (const char* json : {"", "[]", "{\"a\": 1}", "{\"a\": {\"b\": \"c\"}}", "{\"a\": \"b\""}) {
        EXPECT_FALSE(Strings::from_json(json).has_value()) << json;
    }
}

TEST(Strings, NumbersFollowTheLanguage) {
    const Strings en = load("en"), tr = load("tr");
    EXPECT_EQ(percent_text(0.6123, en), "61.2 %");
    EXPECT_EQ(percent_text(0.6123, tr), "%61,2");
    EXPECT_EQ(percent_text(0.0001, en), "< 0.1 %");
    EXPECT_EQ(percent_text(0, en), "0.0 %");
    EXPECT_EQ(count_text(3112704, en), "3,112,704");
    EXPECT_EQ(count_text(3112704, tr), "3.112.704");
    EXPECT_EQ(short_count_text(3112704, en), "3.1 M");
    EXPECT_EQ(short_count_text(163009536, en), "163 M");
    EXPECT_EQ(short_count_text(950, en), "950");
}

TEST(Strings, SizesAndTimesTakeTheUnitThatFits) {
    const Strings en = load("en"), tr = load("tr");
    EXPECT_EQ(bytes_text(548105171, en), "548 MB");
    EXPECT_EQ(bytes_text(1520013706, en), "1.52 GB");
    EXPECT_EQ(bytes_text(1520013706, tr), "1,52 GB");
    EXPECT_EQ(bytes_text(12'300'000'000, en), "12 GB");
    EXPECT_EQ(bytes_text(6'250'000, en), "6.2 MB");
    EXPECT_EQ(bytes_text(665, en), "1 kB");
    EXPECT_EQ(bytes_text(0, en), "0 kB");
    EXPECT_EQ(seconds_text(26.2, en), "27 s");
    EXPECT_EQ(seconds_text(0, tr), "0 sn");
    EXPECT_EQ(seconds_text(100, en), "2 min");
    EXPECT_EQ(seconds_text(3600, tr), "60 dk");
}

}  // namespace
}  // namespace headlight::app
