// Products against the loop that defines them: one float accumulator per element, k in order. The bits must be the
// same.

#include <gtest/gtest.h>

#include "kernels/kernels_cases.h"

namespace headlight::kernels {
namespace {

struct Shape {
    int m, n, k;
};

// A matrix in memory of its own: rows or columns contiguous, with room between them.
struct Stored {
    std::vector<float> values;
    MatrixView view;

    Stored(Rng& rng, int rows, int columns, bool transposed, int gap) {
        const int lines = transposed ? columns : rows, length = (transposed ? rows : columns) + gap;
        values.resize(static_cast<std::size_t>(lines) * static_cast<std::size_t>(length) + 1);
        for (float& v : values) v = static_cast<float>(rng.uniform() * 2 - 1);
        view = transposed ? MatrixView{values.data(), 1, length} : MatrixView{values.data(), length, 1};
    }
};

float at(const MatrixView& x, int r, int c) {
    return x.data[r * x.row_stride + c * x.col_stride];
}

struct Options {
    bool a_transposed = false, b_transposed = false, bias = false;
    Into into = Into::store;
    int gap = 0;
};

std::vector<float> defined_product(const Stored& a, const Stored& b, const std::vector<float>& c, int c_stride,
                                   const Shape& s, const Options& o, const float* bias, int first, int last) {
    std::vector<float> out = c;
    for (int i = 0; i < s.m; ++i) {
        for (int j = first; j < last; ++j) {
            float& to = out[static_cast<std::size_t>(i * c_stride + j)];
            float sum = o.into == Into::accumulate ? to : 0.0f;
            for (int k = 0; k < s.k; ++k) sum += at(a.view, i, k) * at(b.view, k, j);
            to = o.bias ? sum + bias[j] : sum;
        }
    }
    return out;
}

void check(const Kernels& kernels, const Shape& s, const Options& o, int first, int last) {
    SCOPED_TRACE(testing::Message() << s.m << "x" << s.n << "x" << s.k << " a^T " << o.a_transposed << " b^T "
                                    << o.b_transposed << " bias " << o.bias << " accumulate "
                                    << (o.into == Into::accumulate) << " gap " << o.gap << " columns " << first
                                    << " to " << last);
    Rng rng(static_cast<std::uint64_t>(s.m * 10007 + s.n * 101 + s.k));
    const Stored a(rng, s.m, s.k, o.a_transposed, o.gap), b(rng, s.k, s.n, o.b_transposed, o.gap);
    const int c_stride = s.n + o.gap;
    std::vector<float> c(static_cast<std::size_t>(s.m * c_stride)), bias(static_cast<std::size_t>(s.n));
    for (float& v : c) v = static_cast<float>(rng.uniform());
    for (float& v : bias) v = static_cast<float>(rng.uniform());
    const auto want = defined_product(a, b, c, c_stride, s, o, bias.data(), first, last);

    Guarded packed(static_cast<int>(kernels.packed_floats(s.k, s.n)), 0);
    kernels.pack(packed.data(), b.view, s.k, s.n);
    EXPECT_TRUE(packed.guards_hold());
    kernels.gemm(c.data(), c_stride, a.view, packed.data(), s.m, s.n, s.k, o.into, o.bias ? bias.data() : nullptr,
                 first, last);
    EXPECT_TRUE(same_bits(c, want));
}

class Gemm : public EachImplementation {};

TEST_P(Gemm, IsTheDefinedSumForEverySmallShape) {
    for (int m = 0; m <= 14; ++m) {
        for (const int n : {1, 2, 4, 7, 8, 15, 16, 17, 31, 32, 33, 67}) {
            for (const int k : {0, 1, 2, 5, 16}) check(kernels(), {m, n, k}, {}, 0, n);
        }
    }
}

TEST_P(Gemm, IsTheDefinedSumInEveryVariant) {
    const Shape shapes[] = {{1, 130, 33}, {1, 300, 600}, {3, 65, 300}, {13, 37, 19}, {29, 530, 520}, {50, 70, 257}};
    for (const Shape& s : shapes) {
        for (int bits = 0; bits < 32; ++bits) {
            const bool bias = (bits & 4) != 0, accumulate = (bits & 8) != 0;
            if (bias && accumulate) continue;
            const Options o{(bits & 1) != 0, (bits & 2) != 0, bias, accumulate ? Into::accumulate : Into::store,
                            (bits & 16) != 0 ? 5 : 0};
            check(kernels(), s, o, 0, s.n);
        }
    }
}

TEST_P(Gemm, ComputesNoOtherColumnsThanAsked) {
    const int panel = kernels().panel;
    for (const int m : {1, 5, 20}) {
        const int n = 5 * panel + 3;
        for (int first = 0; first < n; first += panel) {
            for (int last = first; last <= n; last += last + panel <= n || last == n ? panel : n - last) {
                check(kernels(), {m, n, 40}, {.bias = true, .gap = 2}, first, last);
            }
        }
    }
}

TEST_P(Gemm, KeepsInfinitiesAndNanWhereTheyBelong) {
    constexpr int kM = 5, kN = 35, kK = 20;
    std::vector<float> a(kM * kK, 1.0f), b(kK * kN, 1.0f), c(kM * kN);
    a[2 * kK + 3] = INFINITY;
    b[7 * kN + 34] = NAN;
    std::vector<float> packed(kernels().packed_floats(kK, kN));
    kernels().pack(packed.data(), {b.data(), kN, 1}, kK, kN);
    kernels().gemm(c.data(), kN, {a.data(), kK, 1}, packed.data(), kM, kN, kK, Into::store, nullptr, 0, kN);
    for (int i = 0; i < kM; ++i) {
        for (int j = 0; j < kN; ++j) {
            const float got = c[static_cast<std::size_t>(i * kN + j)];
            const float want = j == 34 ? NAN : i == 2 ? INFINITY : kK;
            EXPECT_TRUE(same_bits(got, want)) << i << " " << j << ": " << got;
        }
    }
}

TEST_P(Gemm, SumsOfNegativeZeroStartAtZero) {
    const float a = -0.0f, b = 1.0f;
    std::vector<float> packed(kernels().packed_floats(1, 1));
    kernels().pack(packed.data(), {&b, 1, 1}, 1, 1);
    float c = 5;
    kernels().gemm(&c, 1, {&a, 1, 1}, packed.data(), 1, 1, 1, Into::store, nullptr, 0, 1);
    EXPECT_EQ(std::bit_cast<std::uint32_t>(c), 0u);
    c = -0.0f;
    kernels().gemm(&c, 1, {&a, 1, 1}, packed.data(), 1, 1, 1, Into::accumulate, nullptr, 0, 1);
    EXPECT_EQ(std::bit_cast<std::uint32_t>(c), 0x80000000u);
}

INSTANTIATE_TEST_SUITE_P(All, Gemm, every_implementation(), name_of);

}  // namespace
}  // namespace headlight::kernels
