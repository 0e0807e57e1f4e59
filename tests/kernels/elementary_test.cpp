#include "kernels/elementary.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "base/rng.h"

namespace headlight::kernels {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double between(Rng& rng, double least, double most) {
    return least + (most - least) * rng.uniform();
}

void expect_relative(double got, double want, double most, double at) {
    EXPECT_LE(std::fabs(got - want), most * std::fabs(want)) << "at " << at << ": " << got << " for " << want;
}

TEST(Elementary, ExpAgreesWithThePlatforms) {
    Rng rng(1);
    for (int i = 0; i < 20000; ++i) {
        const double x = i % 2 == 0 ? between(rng, -2, 2) : between(rng, -708, 709);
        expect_relative(exp_f64(x), std::exp(x), 1e-15, x);
    }
    for (const double x : {-709.5, -720.0, -745.1}) EXPECT_NEAR(exp_f64(x), std::exp(x), 5e-324) << x;
}

TEST(Elementary, LogAgreesWithThePlatforms) {
    Rng rng(2);
    for (int i = 0; i < 20000; ++i) {
        const double near = between(rng, 0.5, 2), far = std::ldexp(near, static_cast<int>(rng.below(2040)) - 1020);
        expect_relative(log_f64(near), std::log(near), 1e-15, near);
        expect_relative(log_f64(far), std::log(far), 1e-15, far);
        const double very_near = 1 + std::ldexp(near - 1, -static_cast<int>(rng.below(50)));
        expect_relative(log_f64(very_near), std::log(very_near), 1e-15, very_near);
    }
    expect_relative(log_f64(5e-324), std::log(5e-324), 1e-15, 5e-324);
}

TEST(Elementary, SinAndCosAgreeWithThePlatforms) {
    Rng rng(3);
    for (int i = 0; i < 60000; ++i) {
        constexpr double kMost[] = {1, 10, 1000, 1e5, 1e6};
        const double most = kMost[i % 5], x = between(rng, -most, most);
        EXPECT_NEAR(sin_f64(x), std::sin(x), 1e-15) << x;
        EXPECT_NEAR(cos_f64(x), std::cos(x), 1e-15) << x;
        if (std::fabs(std::sin(x)) > 1e-7) expect_relative(sin_f64(x), std::sin(x), 1e-14, x);
        if (std::fabs(std::cos(x)) > 1e-7) expect_relative(cos_f64(x), std::cos(x), 1e-14, x);
    }
    for (int quarter = -1000; quarter <= 1000; ++quarter) {  // where results are near 0 and 1
        const double x = quarter * (std::numbers::pi / 2);
        EXPECT_NEAR(sin_f64(x), std::sin(x), 1e-15) << x;
        EXPECT_NEAR(cos_f64(x), std::cos(x), 1e-15) << x;
    }
}

TEST(Elementary, SpecialValues) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_TRUE(std::isnan(exp_f64(nan)) && std::isnan(log_f64(nan)));
    EXPECT_TRUE(std::isnan(sin_f64(nan)) && std::isnan(cos_f64(nan)));
    EXPECT_EQ(exp_f64(0), 1);
    EXPECT_EQ(exp_f64(-kInfinity), 0);
    EXPECT_EQ(exp_f64(kInfinity), kInfinity);
    EXPECT_EQ(exp_f64(709.8), kInfinity);
    EXPECT_LT(exp_f64(709.78), kInfinity);
    EXPECT_EQ(exp_f64(-746), 0);
    EXPECT_GT(exp_f64(-745), 0);
    EXPECT_EQ(log_f64(1), 0);
    EXPECT_EQ(log_f64(0), -kInfinity);
    EXPECT_EQ(log_f64(-0.0), -kInfinity);
    EXPECT_EQ(log_f64(kInfinity), kInfinity);
    EXPECT_TRUE(std::isnan(log_f64(-1)) && std::isnan(log_f64(-kInfinity)));
    EXPECT_EQ(sin_f64(0), 0);
    EXPECT_TRUE(std::signbit(sin_f64(-0.0)));
    EXPECT_EQ(cos_f64(0), 1);
    for (const double x : {kInfinity, -kInfinity, 1.1e6, -1e300}) {
        EXPECT_TRUE(std::isnan(sin_f64(x)) && std::isnan(cos_f64(x))) << x;
    }
}

// Bits that every build has to give: this test runs natively and in node.
TEST(Elementary, SameBitsEverywhere) {
    struct Case {
        double x;
        std::uint64_t exp, log, sin, cos;
    };
    static constexpr Case kCases[] = {
        {0.10000000000000001, 0x3fecf46d99d52b3a, 0xc0026bb1bbb55515, 0x3fb98eaecb8bcb2c, 0x3fefd712f9a817c1},
        {0.5, 0x3fe368b2fc6f960a, 0xbfe62e42fefa39ef, 0x3fdeaee8744b05f0, 0x3fec1528065b7d50},
        {1, 0x3fd78b56362cef38, 0x0000000000000000, 0x3feaed548f090cee, 0x3fe14a280fb5068c},
        {2, 0x3fc152aaa3bf81cc, 0x3fe62e42fefa39ef, 0x3fed18f6ead1b446, 0xbfdaa22657537205},
        {3.1415899999999999, 0x3fa62026546050ae, 0x3ff250cf662abf9a, 0x3ec6428a6aa44cd1, 0xbfefffffffff8420},
        {10, 0x3f07cd79b5647c9a, 0x40026bb1bbb55516, 0xbfe1689ef5f34f53, 0xbfead9ac890c6b1f},
        {100, 0x36ea8c1f14e2af5d, 0x40126bb1bbb55516, 0xbfe03425b78c4db8, 0x3feb981dbf665fdf},
        {12345.678, 0x0000000000000000, 0x4022d79559791e31, 0xbfe687d5890974a5, 0x3fe6b94c3bbe24b8},
        {99999, 0x0000000000000000, 0x4027069cdb16e3d9, 0x3feb8727670dd450, 0xbfe050e628324337},
        {1e-08, 0x3feffffffaa19c48, 0xc0326bb1bbb55516, 0x3e45798ee2308c3a, 0x3ff0000000000000},
        {0.99990000000000001, 0x3fd78bf084e7a402, 0xbf1a3738d2cf1cc2, 0x3feaece33d8475f2, 0x3fe14ad88662ddc5},
    };
    for (const Case& c : kCases) {
        EXPECT_EQ(std::bit_cast<std::uint64_t>(exp_f64(-c.x)), c.exp) << c.x;
        EXPECT_EQ(std::bit_cast<std::uint64_t>(log_f64(c.x)), c.log) << c.x;
        EXPECT_EQ(std::bit_cast<std::uint64_t>(sin_f64(c.x)), c.sin) << c.x;
        EXPECT_EQ(std::bit_cast<std::uint64_t>(cos_f64(c.x)), c.cos) << c.x;
    }
    std::uint64_t hash = 0;
    Rng rng(4);
    for (int i = 0; i < 100000; ++i) {
        const double x = between(rng, 0, i % 2 == 0 ? 4 : 700);
        for (const double y : {exp_f64(x), exp_f64(-x), log_f64(x), sin_f64(x), cos_f64(x), sin_f64(-1000 * x)}) {
            hash = mix64(hash ^ std::bit_cast<std::uint64_t>(y));
        }
    }
    EXPECT_EQ(hash, 0x851ded7194d8b023);
}

}  // namespace
}  // namespace headlight::kernels
