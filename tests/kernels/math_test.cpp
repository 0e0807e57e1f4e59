// exp and tanh over the whole range of floats against the C library's double functions, in units of the last place.

#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/kernels_cases.h"

namespace headlight::kernels {
namespace {

// Distance in units of the last place of the float nearest to `want`.
double error_in_ulps(float got, double want) {
    const float nearest = static_cast<float>(want);
    if (got == nearest) return 0;
    int exponent = 0;
    (void)std::frexp(want, &exponent);
    const double ulp = std::ldexp(1.0, std::max(exponent - 24, -149));
    return std::abs(static_cast<double>(got) - want) / ulp;
}

// Every `step`-th float from `first` to `last` (as bits), in blocks.
template <class Visit>
void sweep(std::uint32_t step, Visit visit) {
    constexpr std::size_t kBlock = 4096;
    std::vector<float> x;
    for (std::uint64_t bits = 0; bits <= 0xffffffffu; bits += step) {
        const float value = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        if (std::isfinite(value)) x.push_back(value);
        if (x.size() == kBlock) {
            visit(x);
            x.clear();
        }
    }
    visit(x);
}

using Function = void (*Kernels::*)(float*, const float*, int);

double worst_error(Function f, double (*truth)(double), std::uint32_t step) {
    double worst = 0;
    sweep(step, [&](const std::vector<float>& x) {
        std::vector<float> y(x.size());
        (best().*f)(y.data(), x.data(), static_cast<int>(x.size()));
        for (std::size_t i = 0; i < x.size(); ++i) {
            worst = std::max(worst, error_in_ulps(y[i], truth(static_cast<double>(x[i]))));
        }
    });
    return worst;
}

TEST(Math, ExpIsWithinOneUnitInTheLastPlace) {
    EXPECT_LT(worst_error(&Kernels::exp, [](double x) { return std::exp(x); }, 997), 1.0);
}

TEST(Math, TanhIsWithinTwoUnitsInTheLastPlace) {
    EXPECT_LT(worst_error(&Kernels::tanh, [](double x) { return std::tanh(x); }, 997), 2.0);
}

TEST(Math, ExpAndTanhRiseWhereTheyShould) {
    std::vector<float> x, y, z;
    for (float v = -12; v < 12; v += 0.00037f) x.push_back(v);
    y.resize(x.size());
    z.resize(x.size());
    best().exp(y.data(), x.data(), static_cast<int>(x.size()));
    best().tanh(z.data(), x.data(), static_cast<int>(x.size()));
    for (std::size_t i = 1; i < x.size(); ++i) {
        ASSERT_GT(y[i], y[i - 1]) << x[i];
        ASSERT_GE(z[i], z[i - 1]) << x[i];
    }
}

class EachMath : public EachImplementation {};

TEST_P(EachMath, HasTheBitsOfScalarOverTheWholeRange) {
    for (const Function f : {&Kernels::exp, &Kernels::tanh, &Kernels::gelu}) {
        sweep(6007, [&](const std::vector<float>& x) {
            std::vector<float> y(x.size()), z(x.size());
            (kernels().*f)(y.data(), x.data(), static_cast<int>(x.size()));
            (scalar().*f)(z.data(), x.data(), static_cast<int>(x.size()));
            ASSERT_TRUE(same_bits(y, z));
        });
    }
}

INSTANTIATE_TEST_SUITE_P(All, EachMath, every_implementation(), name_of);

}  // namespace
}  // namespace headlight::kernels
