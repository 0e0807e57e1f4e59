#include "base/numeric_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <clocale>
#include <cmath>
#include <limits>

#include "base/rng.h"

namespace headlight {
namespace {

TEST(NumericText, ShortestReadsBackAsTheSameNumber) {
    EXPECT_EQ(shortest(0.8F), "0.8");
    EXPECT_EQ(shortest(0.1), "0.1");
    EXPECT_EQ(shortest(-3.0F), "-3");
    EXPECT_EQ(shortest(0.0F), "0");
    Rng rng(1);
    for (int i = 0; i < 2000; ++i) {
        const auto bits = static_cast<std::uint32_t>(rng.next());
        const auto value = std::bit_cast<float>(bits);
        if (!std::isfinite(value)) continue;
        const auto back = parse_double(shortest(value));
        ASSERT_TRUE(back.has_value()) << shortest(value);
        EXPECT_EQ(static_cast<float>(*back), value) << shortest(value);
    }
}

TEST(NumericText, FixedRoundsAndKnowsNoNegativeZero) {
    EXPECT_EQ(fixed(3.14159, 2), "3.14");
    EXPECT_EQ(fixed(-0.001, 2), "0.00");
    EXPECT_EQ(fixed(-0.006, 2), "-0.01");
    EXPECT_EQ(fixed(2.5, 0), "2");
    EXPECT_EQ(fixed(1e20, 1), "100000000000000000000.0");
}

TEST(NumericText, ParseDoubleTakesWholeFiniteNumbersOnly) {
    EXPECT_EQ(parse_double("0.5").value(), 0.5);
    EXPECT_EQ(parse_double("-2e3").value(), -2000);
    EXPECT_EQ(parse_double("+1").value(), 1);
    for (const char* bad : {"", " 1", "1 ", "1,5", "1.5x", "nan", "inf", "-inf", "0x10", "1e999", "--1", "e", ".",
                            "1-2", "1.2.3", "1+1", "1e5e5"}) {
        const auto result = parse_double(bad);
        EXPECT_FALSE(result.has_value()) << bad;
        if (result.has_value()) continue;
        EXPECT_NE(result.error().message.find(std::string("\"") + bad + "\""), std::string::npos);
    }
    EXPECT_FALSE(parse_double(std::string(1000, '1')).has_value());
}

TEST(NumericText, ParseIntTakesWholeNumbersOnly) {
    EXPECT_EQ(parse_int("-12").value(), -12);
    EXPECT_EQ(parse_int("9223372036854775807").value(), std::numeric_limits<std::int64_t>::max());
    for (const char* bad : {"", " 1", "1 ", "+1", "1.0", "9223372036854775808", "abc", "0x1"}) {
        EXPECT_FALSE(parse_int(bad).has_value()) << bad;
    }
}

TEST(NumericText, GroupedPutsCommasBetweenThousands) {
    EXPECT_EQ(grouped(163009536), "163,009,536");
    EXPECT_EQ(grouped(0), "0");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(1000), "1,000");
    EXPECT_EQ(grouped(-1000), "-1,000");
    EXPECT_EQ(grouped(-999), "-999");
    EXPECT_EQ(grouped(std::numeric_limits<std::int64_t>::min()), "-9,223,372,036,854,775,808");
}

TEST(NumericText, DoesNotDependOnTheLocale) {
    for (const char* name : {"tr_TR.UTF-8", "de_DE.UTF-8"}) {
        if (std::setlocale(LC_ALL, name) == nullptr) continue;
        EXPECT_EQ(shortest(0.5F), "0.5");
        EXPECT_EQ(fixed(0.5, 2), "0.50");
        EXPECT_EQ(parse_double("0.5").value(), 0.5);
        std::setlocale(LC_ALL, "C");
    }
}

}  // namespace
}  // namespace headlight
