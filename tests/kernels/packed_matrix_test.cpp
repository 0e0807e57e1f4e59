// Weights in floats, halves and eight bits: what is read back, and products against the loops that define them.

#include "kernels/packed_matrix.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/float16.h"
#include "kernels/compute.h"
#include "kernels/kernels_cases.h"

namespace headlight::kernels {
namespace {

std::vector<float> normal_floats(int n, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<float> x(static_cast<std::size_t>(n));
    for (float& v : x) v = static_cast<float>(rng.normal());
    return x;
}

constexpr int kGroup = kQ8Group * kQ8Block;  // activations with one scale

struct Quantised {
    std::vector<std::int16_t> quants;  // [blocks][32]
    std::vector<float> scales;         // [groups]
};

// By the definition, with the standard library's rounding.
Quantised quantise_activations(const float* x, int k) {
    Quantised row{std::vector<std::int16_t>(static_cast<std::size_t>(q8_blocks(k) * kQ8Block)), {}};
    for (int first = 0; first < k; first += kGroup) {
        const int last = std::min(first + kGroup, k);
        float most = 0;
        for (int i = first; i < last; ++i) most = std::max(most, std::fabs(x[i]));
        row.scales.push_back(most / 8191.0F);
        const float inverse = most > 1e-33F ? 8191.0F / most : 0;
        for (int i = first; i < last; ++i) {
            row.quants[static_cast<std::size_t>(i)] = static_cast<std::int16_t>(std::nearbyint(x[i] * inverse));
        }
    }
    return row;
}

// sum += (float(sum of a block's products) * weight scale + ... of a group) * activation scale, group by group.
float defined_q8(const Quantised& a, const PackedMatrix& b, int column, float start) {
    float sum = start;
    for (int first = 0; first < b.k(); first += kGroup) {
        float group = 0;
        for (int block = first; block < std::min(first + kGroup, b.k()); block += kQ8Block) {
            std::int32_t products = 0;
            for (int i = block; i < std::min(block + kQ8Block, b.k()); ++i) {
                products += std::int32_t{a.quants[static_cast<std::size_t>(i)]} * b.quant(i, column);
            }
            group += static_cast<float>(products) * b.scale(block / kQ8Block, column);
        }
        sum += group * a.scales[static_cast<std::size_t>(first / kGroup)];
    }
    return sum;
}

PackedMatrix packed(const Compute& compute, const std::vector<float>& b, int k, int n, WeightFormat format) {
    PackedMatrix matrix;
    EXPECT_TRUE(matrix.reserve(compute, k, n, format));
    matrix.fill(compute, {b.data(), n, 1}, 0, k, 0, n);
    return matrix;
}

class Packed : public EachImplementation {
  protected:
    Compute compute_{1, kernels()};
};

TEST_P(Packed, Q8ProductsAreTheDefinedSum) {
    for (int m = 1; m <= 14; m += m < 6 ? 1 : 4) {
        for (const int n : {1, 7, 8, 31, 33, 64, 130, 260}) {
            for (const int k : {1, 31, 32, 33, 64, 100, 256, 290, 1100}) {
                const auto a = normal_floats(m * k, 1), b = normal_floats(k * n, 2), bias = normal_floats(n, 3);
                const PackedMatrix matrix = packed(compute_, b, k, n, WeightFormat::q8);
                for (const bool with_bias : {false, true}) {
                    auto c = normal_floats(m * n, 4);
                    const auto before = c;
                    const Into into = with_bias || m % 2 == 0 ? Into::store : Into::accumulate;
                    matmul(compute_, c.data(), n, {a.data(), k, 1}, matrix, m, into, with_bias ? bias.data() : nullptr);
                    for (int i = 0; i < m; ++i) {
                        const Quantised row = quantise_activations(a.data() + i * k, k);
                        for (int j = 0; j < n; ++j) {
                            const auto at = static_cast<std::size_t>(i * n + j);
                            float want = defined_q8(row, matrix, j, into == Into::store ? 0.0F : before[at]);
                            if (with_bias) want += bias[static_cast<std::size_t>(j)];
                            ASSERT_TRUE(same_bits(c[at], want)) << m << "x" << n << "x" << k << " at " << i << " " << j;
                        }
                    }
                }
            }
        }
    }
}

TEST_P(Packed, Q8IsNearTheProductOfTheNumbers) {
    constexpr int m = 3, n = 40, k = 768;
    const auto a = normal_floats(m * k, 5), b = normal_floats(k * n, 6);
    std::vector<float> exact(m * n), c(m * n);
    matmul(compute_, exact.data(), n, {a.data(), k, 1}, packed(compute_, b, k, n, WeightFormat::f32), m);
    matmul(compute_, c.data(), n, {a.data(), k, 1}, packed(compute_, b, k, n, WeightFormat::q8), m);
    // Rounding errors of at most half a step (about 2.5 sigma / 127) in each weight add up like noise.
    for (std::size_t i = 0; i < c.size(); ++i) EXPECT_NEAR(c[i], exact[i], 6 * 0.006 * std::sqrt(k)) << i;
}

TEST_P(Packed, HalvesGiveTheBitsOfTheNumbersTheyStandFor) {
    for (const int m : {1, 2, 5, 13}) {
        constexpr int n = 70, k = 300;
        const auto a = normal_floats(m * k, 7);
        auto b = normal_floats(k * n, 8);
        b[3] = 1e-7F, b[4] = 3e-5F, b[5] = -6e-5F, b[6] = 0, b[7] = -0.0F, b[8] = 70000;  // subnormal halves, too large
        auto rounded = b;
        for (float& w : rounded) w = f16_to_f32(f32_to_f16(std::min(w, 65504.0F)));
        std::vector<float> c(static_cast<std::size_t>(m * n)), want = c;
        const PackedMatrix halves = packed(compute_, b, k, n, WeightFormat::f16);
        matmul(compute_, c.data(), n, {a.data(), k, 1}, halves, m);
        matmul(compute_, want.data(), n, {a.data(), k, 1}, packed(compute_, rounded, k, n, WeightFormat::f32), m);
        EXPECT_TRUE(same_bits(c, want)) << m;
        for (int i = 0; i < 10; ++i) EXPECT_EQ(halves.at(0, i), rounded[static_cast<std::size_t>(i)]);
    }
}

TEST_P(Packed, PartsMakeTheWhole) {
    constexpr int n = 101, k = 77;
    const auto b = normal_floats(k * n, 9);
    for (const auto format : {WeightFormat::f32, WeightFormat::f16, WeightFormat::q8}) {
        const PackedMatrix whole = packed(compute_, b, k, n, format);
        PackedMatrix parts;
        ASSERT_TRUE(parts.reserve(compute_, k, n, format));
        for (int row = 0; row < k; row += 32) {
            for (int column = 0; column < n; column += 64) {
                parts.fill(compute_, {b.data() + row * n + column, n, 1}, row, std::min(32, k - row), column,
                           std::min(64, n - column));
            }
        }
        EXPECT_EQ(std::memcmp(whole.data(), parts.data(), static_cast<std::size_t>(whole.bytes())), 0);
        std::vector<float> column(k);
        whole.column(100, column.data());
        for (int r = 0; r < k; ++r) {
            const float want = b[static_cast<std::size_t>(r * n + 100)];
            EXPECT_EQ(column[static_cast<std::size_t>(r)], whole.at(r, 100));
            if (format == WeightFormat::f32) {
                EXPECT_EQ(whole.at(r, 100), want);
            }
            EXPECT_NEAR(whole.at(r, 100), want, 0.02);
        }
    }
}

TEST_P(Packed, StoredQuantsComeBackAsTheyWere) {
    constexpr int n = 45, k = 70, blocks = 3;
    Rng rng(10);
    std::vector<std::int8_t> quants(k * n);
    for (std::int8_t& q : quants) q = static_cast<std::int8_t>(static_cast<int>(rng.uniform() * 255) - 127);
    const auto scales = normal_floats(blocks * n, 11);
    PackedMatrix matrix;
    ASSERT_TRUE(matrix.reserve(compute_, k, n, WeightFormat::q8));
    matrix.fill({quants.data(), n, 1, scales.data(), n, 1}, 0, k, 0, n);
    for (int r = 0; r < k; ++r) {
        for (int c = 0; c < n; ++c) {
            EXPECT_EQ(matrix.quant(r, c), quants[static_cast<std::size_t>(r * n + c)]);
            EXPECT_EQ(matrix.scale(r / kQ8Block, c), scales[static_cast<std::size_t>(r / kQ8Block * n + c)]);
        }
    }
}

TEST_P(Packed, MemoryThatIsNotThereIsSaid) {
    PackedMatrix matrix;
    EXPECT_FALSE(matrix.reserve(compute_, 1 << 24, 1 << 24, WeightFormat::f32));
    EXPECT_TRUE(matrix.empty());
}

TEST_P(Packed, QuantisedRowsKeepNanAndForgetNothingElse) {
    std::vector<float> x = normal_floats(3 * kGroup, 12);
    x[kGroup + 40] = std::numeric_limits<float>::quiet_NaN();
    std::fill(x.begin() + 2 * kGroup, x.end(), 0.0F);
    std::vector<std::int16_t> quants(3 * kGroup);
    float scales[3];
    kernels().quantize_rows(quants.data(), scales, x.data(), 3 * kGroup, 1, 3 * kGroup);
    EXPECT_TRUE(std::isfinite(scales[0]) && scales[0] > 0);
    EXPECT_TRUE(std::isnan(scales[1]));
    EXPECT_EQ(scales[2], 0.0F);
    for (std::size_t i = 0; i < kGroup; ++i) {
        EXPECT_NEAR(static_cast<float>(quants[i]) * scales[0], x[i], scales[0] * 0.51F);
    }
    for (std::size_t i = 2 * kGroup; i < 3 * kGroup; ++i) EXPECT_EQ(quants[i], 0);
}

TEST_P(Packed, NanAndInfinityReachEverySumOfTheirRow) {
    constexpr int n = 40, k = 600;
    for (const int m : {1, 7, 20}) {
        auto a = normal_floats(m * k, 15);
        a[0] = std::numeric_limits<float>::quiet_NaN();
        a[static_cast<std::size_t>(m * k - 1)] = std::numeric_limits<float>::infinity();
        const PackedMatrix matrix = packed(compute_, normal_floats(k * n, 16), k, n, WeightFormat::q8);
        std::vector<float> c(static_cast<std::size_t>(m * n));
        matmul(compute_, c.data(), n, {a.data(), k, 1}, matrix, m);
        for (int i = 0; i < m * n; ++i) {
            const bool bad = i < n || i >= (m - 1) * n;
            EXPECT_EQ(std::isnan(c[static_cast<std::size_t>(i)]), bad) << m << " at " << i;
        }
    }
}

// Numbers at both ends of what 8 and 14 bits hold: no sum of products may overflow on the way.
TEST_P(Packed, Q8HoldsTheLargestNumbers) {
    constexpr int n = 24, k = 320;
    for (const int m : {1, 13}) {
        std::vector<float> a(static_cast<std::size_t>(m * k)), b(static_cast<std::size_t>(k * n));
        for (std::size_t i = 0; i < a.size(); ++i) a[i] = i / 3 % 2 == 0 ? 8191.0F : -8191.0F;
        for (std::size_t i = 0; i < b.size(); ++i) b[i] = i / n % 3 == 0 ? -127.0F : 127.0F;
        const PackedMatrix matrix = packed(compute_, b, k, n, WeightFormat::q8);
        std::vector<float> c(static_cast<std::size_t>(m * n));
        matmul(compute_, c.data(), n, {a.data(), k, 1}, matrix, m);
        for (int i = 0; i < m; ++i) {
            const Quantised row = quantise_activations(a.data() + i * k, k);
            for (int j = 0; j < n; ++j) {
                EXPECT_EQ(c[static_cast<std::size_t>(i * n + j)], defined_q8(row, matrix, j, 0)) << i << " " << j;
            }
        }
    }
}

TEST_P(Packed, ThreadsChangeNoBit) {
    for (const int m : {1, 40, 200}) {
        constexpr int n = 1000, k = 160;
        const auto a = normal_floats(m * k, 13), b = normal_floats(k * n, 14);
        const Compute three(3, kernels());
        for (const auto format : {WeightFormat::f16, WeightFormat::q8}) {
            const PackedMatrix matrix = packed(compute_, b, k, n, format), same = packed(three, b, k, n, format);
            std::vector<float> c(static_cast<std::size_t>(m * n)), other = c;
            matmul(compute_, c.data(), n, {a.data(), k, 1}, matrix, m);
            matmul(three, other.data(), n, {a.data(), k, 1}, same, m);
            EXPECT_TRUE(same_bits(c, other));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, Packed, every_implementation(), name_of);

}  // namespace
}  // namespace headlight::kernels
