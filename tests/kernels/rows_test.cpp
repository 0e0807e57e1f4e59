// Every function on rows: against a plain computation in double, and bit by bit against "scalar", for all lengths up to
// two blocks of partial sums and one more, at pointers aligned and not.

#include <gtest/gtest.h>

#include <algorithm>
#include <numbers>

#include "kernels/kernels_cases.h"

namespace headlight::kernels {
namespace {

using Doubles = std::vector<double>;

// Four rows of n floats that a function may read and write, and the single numbers that it returns.
struct Rows {
    float *a, *b, *c, *d;
    float returned[2];
};
struct Reference {
    Doubles a, b, c, d, returned;
};

struct RowCase {
    const char* name;
    int least;  // shortest row
    void (*run)(const Kernels&, Rows&, int n);
    void (*expect)(Reference&, int n);
    double tolerance;
};

double total(const Doubles& x) {
    double sum = 0;
    for (const double v : x) sum += v;
    return sum;
}

double gelu_in_double(double x) {
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

constexpr float kMean = 0.25f, kScale = 1.5f, kEps = 1e-5f, kEpsOutside = 0.125f;
constexpr Kernels::AdamStep kStep{.lr = 1e-3f,
                                  .beta1 = 0.9f,
                                  .beta2 = 0.95f,
                                  .eps = 1e-8f,
                                  .decay = 0.1f,
                                  .grad_scale = 0.5f,
                                  .m_correction = 1.25f,
                                  .v_correction = 2.5f};

void expect_softmax(Reference& r, int) {
    if (r.a.empty()) return;
    const double top = *std::max_element(r.a.begin(), r.a.end());
    for (double& v : r.a) v = std::exp(v - top);
    const double sum = total(r.a);
    for (double& v : r.a) v /= sum;
}

void expect_layer_norm(Reference& r, int n, double eps_outside) {
    const double mean = total(r.a) / n;
    double squares = 0;
    for (const double v : r.a) squares += (v - mean) * (v - mean);
    const double scale = std::sqrt(squares / n + static_cast<double>(kEps)) + eps_outside;
    for (std::size_t i = 0; i < r.a.size(); ++i) r.d[i] = (r.a[i] - mean) / scale * r.b[i] + r.c[i];
    r.returned = {mean, scale};
}

// a: dx, b: dweight, c: dbias, d: dy, x and weight are the fixed rows below.
double norm_x(std::size_t i) {
    return 0.125 * static_cast<double>(i % 7) - 0.5;
}
double norm_weight(std::size_t i) {
    return 0.25 * static_cast<double>(i % 5) + 0.5;
}

void run_layer_norm_backward(const Kernels& k, Rows& r, int n) {
    std::vector<float> x(static_cast<std::size_t>(n)), weight(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = static_cast<float>(norm_x(i));
        weight[i] = static_cast<float>(norm_weight(i));
    }
    k.layer_norm_backward(r.a, r.b, r.c, r.d, x.data(), weight.data(), kMean, kScale, n);
}

void expect_layer_norm_backward(Reference& r, int n) {
    const auto normal = [](std::size_t i) {
        return (norm_x(i) - static_cast<double>(kMean)) / static_cast<double>(kScale);
    };
    double g_mean = 0, gh_mean = 0;
    for (std::size_t i = 0; i < r.d.size(); ++i) {
        g_mean += r.d[i] * norm_weight(i) / n;
        gh_mean += r.d[i] * norm_weight(i) * normal(i) / n;
    }
    for (std::size_t i = 0; i < r.d.size(); ++i) {
        r.a[i] += (r.d[i] * norm_weight(i) - g_mean - normal(i) * gh_mean) / static_cast<double>(kScale);
        r.b[i] += r.d[i] * normal(i);
        r.c[i] += r.d[i];
    }
}

void expect_adamw(Reference& r, int) {
    for (std::size_t i = 0; i < r.a.size(); ++i) {
        const double g = r.d[i] * 0.5;
        r.b[i] = 0.9 * r.b[i] + 0.1 * g;
        r.c[i] = 0.95 * r.c[i] + 0.05 * g * g;
        const double direction = r.b[i] * 1.25 / (std::sqrt(r.c[i] * 2.5) + 1e-8);
        r.a[i] -= 1e-3 * (direction + 0.1 * r.a[i]);
    }
}

template <class F>
void map(Doubles& to, const Doubles& from, F f) {
    for (std::size_t i = 0; i < from.size(); ++i) to[i] = f(from[i]);
}

// Row c holds values in [0, 1] (AdamW's second moment), the others in [-3, 3].
const RowCase kCases[] = {
    {"sum", 0, [](const Kernels& k, Rows& r, int n) { r.returned[0] = k.sum(r.a, n); },
     [](Reference& r, int) { r.returned = {total(r.a), 0}; }, 1e-6},
    {"dot", 0, [](const Kernels& k, Rows& r, int n) { r.returned[0] = k.dot(r.a, r.b, n); },
     [](Reference& r, int n) {
         for (int i = 0; i < n; ++i)
             r.returned[0] += r.a[static_cast<std::size_t>(i)] * r.b[static_cast<std::size_t>(i)];
     },
     1e-6},
    {"max", 0, [](const Kernels& k, Rows& r, int n) { r.returned[0] = k.max(r.a, n); },
     [](Reference& r, int n) { r.returned[0] = n == 0 ? -HUGE_VAL : *std::max_element(r.a.begin(), r.a.end()); }, 0},
    {"softmax", 1, [](const Kernels& k, Rows& r, int n) { k.softmax(r.a, r.a, n); }, expect_softmax, 3e-7},
    {"softmax_backward", 0, [](const Kernels& k, Rows& r, int n) { k.softmax_backward(r.a, r.a, r.b, n); },
     [](Reference& r, int n) {
         double mean = 0;
         for (int i = 0; i < n; ++i) mean += r.a[static_cast<std::size_t>(i)] * r.b[static_cast<std::size_t>(i)];
         for (std::size_t i = 0; i < r.a.size(); ++i) r.a[i] = r.b[i] * (r.a[i] - mean);
     },
     1e-6},
    {"layer_norm", 1,
     [](const Kernels& k, Rows& r, int n) {
         k.layer_norm(r.d, &r.returned[0], &r.returned[1], r.a, r.b, r.c, n, kEps, 0);
     },
     [](Reference& r, int n) { expect_layer_norm(r, n, 0); }, 3e-6},
    {"layer_norm, epsilon outside the root", 1,
     [](const Kernels& k, Rows& r, int n) {
         k.layer_norm(r.d, &r.returned[0], &r.returned[1], r.a, r.b, r.c, n, kEps, kEpsOutside);
     },
     [](Reference& r, int n) { expect_layer_norm(r, n, static_cast<double>(kEpsOutside)); }, 3e-6},
    {"layer_norm_backward", 1, run_layer_norm_backward, expect_layer_norm_backward, 1e-6},
    {"gelu", 0, [](const Kernels& k, Rows& r, int n) { k.gelu(r.b, r.a, n); },
     [](Reference& r, int) { map(r.b, r.a, gelu_in_double); }, 5e-7},
    {"gelu_backward", 0, [](const Kernels& k, Rows& r, int n) { k.gelu_backward(r.d, r.d, r.a, n); },
     [](Reference& r, int) {
         for (std::size_t i = 0; i < r.a.size(); ++i) {
             const double step = 1e-5;
             r.d[i] *= (gelu_in_double(r.a[i] + step) - gelu_in_double(r.a[i] - step)) / (2 * step);
         }
     },
     1e-6},
    {"relu", 0, [](const Kernels& k, Rows& r, int n) { k.relu(r.b, r.a, n); },
     [](Reference& r, int) { map(r.b, r.a, [](double x) { return std::max(x, 0.0); }); }, 0},
    {"relu_backward", 0, [](const Kernels& k, Rows& r, int n) { k.relu_backward(r.d, r.d, r.a, n); },
     [](Reference& r, int) {
         for (std::size_t i = 0; i < r.a.size(); ++i) r.d[i] *= r.a[i] > 0 ? 1 : 0;
     },
     0},
    {"exp", 0, [](const Kernels& k, Rows& r, int n) { k.exp(r.b, r.a, n); },
     [](Reference& r, int) { map(r.b, r.a, [](double x) { return std::exp(x); }); }, 2e-7},
    {"tanh", 0, [](const Kernels& k, Rows& r, int n) { k.tanh(r.a, r.a, n); },
     [](Reference& r, int) { map(r.a, r.a, [](double x) { return std::tanh(x); }); }, 2e-7},
    {"add", 0, [](const Kernels& k, Rows& r, int n) { k.add(r.c, r.a, r.b, n); },
     [](Reference& r, int) { std::transform(r.a.begin(), r.a.end(), r.b.begin(), r.c.begin(), std::plus<>()); }, 1e-7},
    {"add_to", 0, [](const Kernels& k, Rows& r, int n) { k.add_to(r.a, r.b, n); },
     [](Reference& r, int) { std::transform(r.a.begin(), r.a.end(), r.b.begin(), r.a.begin(), std::plus<>()); }, 1e-7},
    {"scale", 0, [](const Kernels& k, Rows& r, int n) { k.scale(r.b, r.a, 0.75f, n); },
     [](Reference& r, int) { map(r.b, r.a, [](double x) { return x * 0.75; }); }, 1e-7},
    {"scaled_add_to", 0, [](const Kernels& k, Rows& r, int n) { k.scaled_add_to(r.b, r.a, 0.75f, n); },
     [](Reference& r, int) {
         for (std::size_t i = 0; i < r.a.size(); ++i) r.b[i] += r.a[i] * 0.75;
     },
     1e-7},
    {"adamw", 0, [](const Kernels& k, Rows& r, int n) { k.adamw(r.a, r.b, r.c, r.d, n, kStep); }, expect_adamw, 3e-7},
};

Doubles in_double(const Guarded& x) {
    const std::vector<float> values = x.values();
    return {values.begin(), values.end()};
}

testing::AssertionResult close(const std::vector<float>& got, const Doubles& want, double tolerance, double size) {
    for (std::size_t i = 0; i < got.size(); ++i) {
        const double error = std::abs(static_cast<double>(got[i]) - want[i]);
        // Equal infinities leave a NaN here; anything else that does is wrong.
        if (static_cast<double>(got[i]) == want[i]) continue;
        if (!(error <= tolerance * (size + std::abs(want[i])))) {
            return testing::AssertionFailure() << "element " << i << ": " << got[i] << ", expected " << want[i];
        }
    }
    return testing::AssertionSuccess();
}

struct Memory {
    Guarded a, b, c, d;
    Memory(int n, int offset) : a(n, offset), b(n, offset / 2), c(n, offset * 3 % 16), d(n, offset) {
        Rng rng(static_cast<std::uint64_t>(n) + 1);
        a.fill(rng, -3, 3);
        b.fill(rng, -3, 3);
        c.fill(rng, 0, 1);
        d.fill(rng, -3, 3);
    }
    Rows rows() { return {a.data(), b.data(), c.data(), d.data(), {0, 0}}; }
    bool guards_hold() const { return a.guards_hold() && b.guards_hold() && c.guards_hold() && d.guards_hold(); }
};

void check(const RowCase& row_case, const Kernels& kernels, int n, int offset) {
    SCOPED_TRACE(testing::Message() << row_case.name << " of " << n << " floats at offset " << offset);
    Memory memory(n, offset), plain(n, 0);
    Reference want{in_double(plain.a), in_double(plain.b), in_double(plain.c), in_double(plain.d), {0, 0}};
    Rows rows = memory.rows(), plain_rows = plain.rows();
    row_case.run(kernels, rows, n);
    row_case.run(scalar(), plain_rows, n);
    row_case.expect(want, n);

    EXPECT_TRUE(same_bits(memory.a.values(), plain.a.values()));
    EXPECT_TRUE(same_bits(memory.b.values(), plain.b.values()));
    EXPECT_TRUE(same_bits(memory.c.values(), plain.c.values()));
    EXPECT_TRUE(same_bits(memory.d.values(), plain.d.values()));
    EXPECT_TRUE(same_bits(rows.returned[0], plain_rows.returned[0]));
    EXPECT_TRUE(same_bits(rows.returned[1], plain_rows.returned[1]));
    EXPECT_TRUE(memory.guards_hold());

    const double size = 3;
    EXPECT_TRUE(close(memory.a.values(), want.a, row_case.tolerance, size));
    EXPECT_TRUE(close(memory.b.values(), want.b, row_case.tolerance, size));
    EXPECT_TRUE(close(memory.c.values(), want.c, row_case.tolerance, size));
    EXPECT_TRUE(close(memory.d.values(), want.d, row_case.tolerance, size));
    const double returned_size = 1 + 9 * static_cast<double>(n);
    EXPECT_TRUE(close({rows.returned[0], rows.returned[1]}, want.returned, row_case.tolerance, returned_size));
}

class RowKernels : public EachImplementation {};

TEST_P(RowKernels, AgreeWithDoubleAndWithScalar) {
    for (const RowCase& row_case : kCases) {
        for (int n = row_case.least; n <= 33; ++n) {
            for (const int offset : {0, 1, 2, 3, 7, 15}) check(row_case, kernels(), n, offset);
        }
        for (const int n : {48, 100, 192, 257, 1000}) check(row_case, kernels(), n, 1);
    }
}

TEST_P(RowKernels, SoftmaxOfMaskedScoresIsExactlyZeroThere) {
    const float inf = INFINITY;
    std::vector<float> x = {1,    -inf, 2,    -inf, -inf, 0.5f, -200, -inf, 3,
                            -inf, -inf, -inf, -inf, -inf, -inf, -inf, -inf};
    const std::vector<float> before = x;
    kernels().softmax(x.data(), x.data(), static_cast<int>(x.size()));
    float sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (before[i] == -inf) {
            EXPECT_EQ(std::bit_cast<std::uint32_t>(x[i]), 0u) << i;
        }
        sum += x[i];
    }
    EXPECT_NEAR(sum, 1, 1e-6);
    EXPECT_EQ(x[6], 0.0f);
}

TEST_P(RowKernels, SoftmaxOfOneIsOne) {
    for (const float x : {0.0f, -1000.0f, 3e38f}) {
        float y = -1;
        kernels().softmax(&y, &x, 1);
        EXPECT_EQ(y, 1.0f);
    }
}

TEST_P(RowKernels, SpecialNumbersTravelAsInScalar) {
    const float inf = INFINITY, nan = NAN;
    const std::vector<float> special = {0.0f,    -0.0f,   inf,      -inf,  nan,   1e-45f, -1e-45f,
                                        1e-38f,  3.4e38f, -3.4e38f, 88.7f, 88.8f, -87.4f, -103.9f,
                                        -104.1f, 0.625f,  9.1f,     -9.1f, 1.0f};
    const int n = static_cast<int>(special.size());
    const auto run = [&](const Kernels& k, auto f) {
        std::vector<float> y(special.size());
        (k.*f)(y.data(), special.data(), n);
        return y;
    };
    for (const auto f : {&Kernels::exp, &Kernels::tanh, &Kernels::gelu, &Kernels::relu, &Kernels::softmax}) {
        EXPECT_TRUE(same_bits(run(kernels(), f), run(scalar(), f)));
    }
    const auto e = run(kernels(), &Kernels::exp), t = run(kernels(), &Kernels::tanh);
    const auto r = run(kernels(), &Kernels::relu);
    EXPECT_EQ(r[2], inf);
    EXPECT_EQ(r[3], 0.0f);
    EXPECT_TRUE(std::isnan(r[4]));  // not hidden as a 0
    EXPECT_EQ(r[5], 1e-45f);
    EXPECT_EQ(r[6], 0.0f);
    EXPECT_EQ(e[0], 1.0f);
    EXPECT_EQ(e[2], inf);
    EXPECT_EQ(std::bit_cast<std::uint32_t>(e[3]), 0u);
    EXPECT_TRUE(std::isnan(e[4]));
    EXPECT_EQ(e[11], inf);
    EXPECT_GT(e[13], 0.0f);
    EXPECT_EQ(e[14], 0.0f);
    EXPECT_EQ(std::bit_cast<std::uint32_t>(t[1]), 0x80000000u);
    EXPECT_EQ(t[2], 1.0f);
    EXPECT_EQ(t[3], -1.0f);
    EXPECT_TRUE(std::isnan(t[4]));
    EXPECT_EQ(t[5], 1e-45f);
}

TEST_P(RowKernels, MaximumPassesOverNanAndKeepsTheFirstZero) {
    for (int n = 1; n <= 33; ++n) {
        for (int at = 0; at < n; ++at) {
            std::vector<float> x(static_cast<std::size_t>(n), -5.0f);
            x[static_cast<std::size_t>(at)] = NAN;
            const float expected = n == 1 ? -INFINITY : -5.0f;
            EXPECT_EQ(kernels().max(x.data(), n), expected) << n << " " << at;
        }
        std::vector<float> zeros(static_cast<std::size_t>(n), 0.0f);
        zeros[static_cast<std::size_t>(n / 2)] = -0.0f;
        EXPECT_TRUE(same_bits(kernels().max(zeros.data(), n), scalar().max(zeros.data(), n))) << n;
    }
}

TEST_P(RowKernels, DropoutKeepsTheAskedShareAndTheSameMaskFromAnyStart) {
    constexpr int kCount = 100001;
    std::vector<float> ones(kCount, 1.0f), y(kCount), again(kCount), parts(kCount);
    kernels().dropout(y.data(), ones.data(), kCount, 0.2f, 77, 5);
    scalar().dropout(again.data(), ones.data(), kCount, 0.2f, 77, 5);
    EXPECT_TRUE(same_bits(y, again));
    for (int at = 0; at < kCount; at += 1009) {
        const int n = std::min(1009, kCount - at);
        kernels().dropout(parts.data() + at, ones.data() + at, n, 0.2f, 77, 5 + static_cast<std::uint32_t>(at));
    }
    EXPECT_TRUE(same_bits(y, parts));
    int kept = 0;
    for (const float v : y) {
        EXPECT_TRUE(v == 0.0f || v == 1.0f / (1.0f - 0.2f));
        kept += v != 0.0f;
    }
    EXPECT_NEAR(static_cast<double>(kept) / kCount, 0.8, 0.005);
    kernels().dropout(again.data(), ones.data(), kCount, 0.2f, 78, 5);
    int different = 0;
    for (std::size_t i = 0; i < y.size(); ++i) different += y[i] != again[i];
    EXPECT_NEAR(static_cast<double>(different) / kCount, 2 * 0.2 * 0.8, 0.01);
    kernels().dropout(again.data(), ones.data(), kCount, 0.0f, 78, 5);
    EXPECT_TRUE(same_bits(again, ones));
}

TEST_P(RowKernels, ReadEveryHalfPrecisionNumber) {
    std::vector<std::uint16_t> halves(65536);
    for (std::size_t i = 0; i < halves.size(); ++i) halves[i] = static_cast<std::uint16_t>(i);
    std::vector<float> y(halves.size());
    kernels().from_f16(y.data(), halves.data(), static_cast<int>(halves.size()));
    for (std::size_t i = 0; i < halves.size(); ++i) {
        const int exponent = static_cast<int>(i >> 10 & 31), fraction = static_cast<int>(i & 1023);
        double magnitude = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
        if (exponent == 31) magnitude = fraction == 0 ? HUGE_VAL : NAN;
        const float want = static_cast<float>(i >> 15 != 0 ? -magnitude : magnitude);
        ASSERT_TRUE(same_bits(y[i], want)) << i << ": " << y[i] << ", expected " << want;
    }
}

INSTANTIATE_TEST_SUITE_P(All, RowKernels, every_implementation(), name_of);

}  // namespace
}  // namespace headlight::kernels
