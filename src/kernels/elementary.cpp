#include "kernels/elementary.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace headlight::kernels {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// ln 2 in two parts, the first with 21 trailing zeros: its product with an exponent is exact.
constexpr double kLn2High = 0x1.62e42fee00000p-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;
constexpr double kOneByLn2 = 0x1.71547652b82fep+0;

// pi / 2 in parts of 33 bits, whose products with up to 20 bits are exact, and the rest.
constexpr std::array<double, 4> kHalfPi{0x1.921fb544p+0, 0x1.0b4611a6p-34, 0x1.3198a2ep-69, 0x1.b839a252049c1p-104};
constexpr double kTwoByPi = 0x1.45f306dc9c883p-1;
constexpr double kMostRadians = 1e6;

// c[0] + c[1] x + c[2] x^2 + ...
template <std::size_t N>
double polynomial(const std::array<double, N>& c, double x) {
    double sum = c[N - 1];
    for (std::size_t i = N - 1; i-- > 0;) sum = sum * x + c[i];
    return sum;
}

// 1 / first!, sign / (first + step)!, 1 / (first + 2 step)!, ... Every factorial up to 18! is exact.
template <std::size_t N>
constexpr std::array<double, N> one_by_factorials(int first, int step, double sign) {
    std::array<double, N> out{};
    double factorial = 1, s = 1;
    for (int i = 2; i <= first; ++i) factorial *= i;
    int at = first;
    for (double& value : out) {
        value = s / factorial;
        for (int i = 0; i < step; ++i) factorial *= ++at;
        s *= sign;
    }
    return out;
}

// 2 / 3, 2 / 5, 2 / 7, ...: of 2 atanh(s) after its first term 2 s.
template <std::size_t N>
constexpr std::array<double, N> atanh_terms() {
    std::array<double, N> out{};
    for (std::size_t i = 0; i < N; ++i) out[i] = 2.0 / static_cast<double>(2 * i + 3);
    return out;
}

// 2^n for -1022 <= n <= 1023.
double power_of_two(int n) {
    return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52U);
}

double nearest(double x) {
    return std::floor(x + 0.5);
}  // floor is exact

// For |r| <= pi / 4.
double sin_near(double r) {
    static constexpr auto kTerms = one_by_factorials<8>(3, 2, -1);
    const double square = r * r;
    return r - r * square * polynomial(kTerms, square);
}
double cos_near(double r) {
    static constexpr auto kTerms = one_by_factorials<8>(4, 2, -1);
    const double square = r * r;
    const double half = 0.5 * square, one = 1 - half;
    return one + ((1 - one - half) + square * square * polynomial(kTerms, square));
}

// sin(x + quarters * pi / 2)
double sine(double x, int quarters) {
    if (!(std::fabs(x) <= kMostRadians)) return kNan;
    const double n = nearest(x * kTwoByPi);
    double r = x;
    for (const double part : kHalfPi) r -= n * part;
    const auto quadrant = (static_cast<std::int64_t>(n) + quarters) & 3;
    const double size = quadrant % 2 == 0 ? sin_near(r) : cos_near(r);
    return quadrant < 2 ? size : -size;
}

}  // namespace

double exp_f64(double x) {
    constexpr double kMost = 709.782712893384, kLeast = -745.1332191019412;
    if (x != x) return kNan;
    if (x > kMost) return kInfinity;
    if (x < kLeast) return 0;
    const double n = nearest(x * kOneByLn2);
    const double high = x - n * kLn2High, low = n * kLn2Low;
    const double r = high - low;  // |r| <= ln 2 / 2
    static constexpr auto kTerms = one_by_factorials<13>(2, 1, 1);
    // What the subtraction above has rounded off comes back in.
    const double one_plus = 1 + (r + ((high - r - low) + r * r * polynomial(kTerms, r)));
    const int exponent = static_cast<int>(n), half = exponent / 2;  // in two steps: 2^exponent may be out of range
    return one_plus * power_of_two(half) * power_of_two(exponent - half);
}

double log_f64(double x) {
    if (x != x || x < 0) return kNan;
    if (x == 0) return -kInfinity;
    if (x == kInfinity) return kInfinity;
    int exponent = 0;
    if (x < std::numeric_limits<double>::min()) x *= power_of_two(54), exponent = -54;
    const auto bits = std::bit_cast<std::uint64_t>(x);
    constexpr std::uint64_t kFraction = (std::uint64_t{1} << 52U) - 1;
    exponent += static_cast<int>(bits >> 52U) - 1023;
    double m = std::bit_cast<double>((bits & kFraction) | (std::uint64_t{1023} << 52U));  // [1, 2)
    if (m > 0x1.6a09e667f3bcdp+0) m *= 0.5, ++exponent;                                   // [sqrt(1/2), sqrt(2)]
    // log m = 2 atanh(s) with s = f / (2 + f); 2 s = f - s f keeps the exact f = m - 1 as the leading term.
    const double f = m - 1, s = f / (2 + f), square = s * s;
    static constexpr auto kTerms = atanh_terms<11>();
    const double rest = s * square * polynomial(kTerms, square) - s * f;
    const double n = exponent;
    return n * kLn2High + (f + (rest + n * kLn2Low));
}

double sin_f64(double x) {
    return x == 0 ? x : sine(x, 0);
}
double cos_f64(double x) {
    return sine(x, 1);
}

}  // namespace headlight::kernels
