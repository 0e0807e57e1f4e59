// Products on threads: the same bits for any number of them, and no memory asked for once the sizes are known.

#include "kernels/compute.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>

#include "kernels/kernels_cases.h"

namespace {

std::atomic<long> g_allocations{0};

}  // namespace

// Only AlignedArray asks for memory with an alignment; the linker leads its calls here.
extern "C" void* __real_aligned_alloc(std::size_t alignment, std::size_t size);
extern "C" void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
    ++g_allocations;
    return __real_aligned_alloc(alignment, size);
}

namespace headlight::kernels {
namespace {

std::vector<float> random_floats(std::size_t n, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<float> x(n);
    for (float& v : x) v = static_cast<float>(rng.uniform() * 2 - 1);
    return x;
}

struct Product {
    int m, n, k;
    bool a_transposed, b_transposed;
};

constexpr Product kProducts[] = {
    {1, 1000, 300, false, false}, {7, 700, 100, false, true},  {200, 90, 65, false, false}, {333, 40, 77, true, false},
    {65, 1100, 300, true, false}, {150, 33, 600, false, true}, {2, 3, 4, false, false}};

MatrixView view_of(const std::vector<float>& x, int rows, int columns, bool transposed) {
    return transposed ? MatrixView{x.data(), 1, rows} : MatrixView{x.data(), columns, 1};
}

std::vector<float> multiply(const Compute& compute, const Product& p, bool packed, Into into) {
    const auto size = [](int r, int c) { return static_cast<std::size_t>(r) * static_cast<std::size_t>(c); };
    const auto a = random_floats(size(p.m, p.k), 1), b = random_floats(size(p.k, p.n), 2);
    auto c = random_floats(size(p.m, p.n), 3);
    const MatrixView left = view_of(a, p.m, p.k, p.a_transposed), right = view_of(b, p.k, p.n, p.b_transposed);
    if (packed) {
        PackedMatrix weights;
        weights.pack(compute, right, p.k, p.n);
        matmul(compute, c.data(), p.n, left, weights, p.m, into);
    } else {
        matmul(compute, c.data(), p.n, left, right, p.m, p.n, p.k, into);
    }
    return c;
}

class Products : public EachImplementation {};

TEST_P(Products, HaveTheSameBitsOnOneTwoAndThreeThreads) {
    const Compute alone(1, scalar());
    for (const int threads : {1, 2, 3}) {
        const Compute compute(threads, kernels());
        for (const Product& p : kProducts) {
            for (const bool packed : {false, true}) {
                for (const Into into : {Into::store, Into::accumulate}) {
                    EXPECT_TRUE(same_bits(multiply(compute, p, packed, into), multiply(alone, p, true, into)))
                        << threads << " threads, " << p.m << "x" << p.n << "x" << p.k << " packed " << packed;
                }
            }
        }
    }
}

TEST_P(Products, AskForNoMemoryOnceTheSizesAreKnown) {
    const Compute compute(2, kernels());
    constexpr int kM = 100, kN = 300, kK = 280;
    const auto a = random_floats(kM * kK, 1), b = random_floats(kK * kN, 2);
    std::vector<float> c(kM * kN);
    PackedMatrix weights;
    const auto step = [&] {
        weights.pack(compute, {b.data(), kN, 1}, kK, kN);
        matmul(compute, c.data(), kN, {a.data(), kK, 1}, weights, kM);
        matmul(compute, c.data(), kN, {a.data(), kK, 1}, MatrixView{b.data(), kN, 1}, kM, kN, kK);
        (void)compute.scratch(0, 1000);
    };
    // Which worker takes which task is chance: more than one round until each has its memory.
    const long before = g_allocations;
    for (int i = 0; i < 20; ++i) step();
    EXPECT_GT(g_allocations, before);
    for (int worker = 0; worker < compute.pool().threads(); ++worker) {
        (void)compute.packing(worker, kernels().packed_floats(256, 512));
    }
    const long steady = g_allocations;
    for (int i = 0; i < 20; ++i) step();
    EXPECT_EQ(g_allocations, steady);
}

TEST_P(Products, LeaveTheCallersScratchAlone) {
    const Compute compute(1, kernels());
    float* mine = compute.scratch(0, 100);
    std::fill(mine, mine + 100, 3.0f);
    (void)multiply(compute, kProducts[1], false, Into::store);
    EXPECT_EQ(compute.scratch(0, 100), mine);
    for (int i = 0; i < 100; ++i) EXPECT_EQ(mine[i], 3.0f);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(mine) % 64, 0u);
}

TEST_P(Products, WithBiasAddItAfterTheSum) {
    const Compute compute(2, kernels());
    const std::vector<float> a = {1e8f, 1.0f}, b = {1, 1};
    const float bias = -1e8f;
    PackedMatrix weights;
    weights.pack(compute, {b.data(), 1, 1}, 2, 1);
    float c = 0;
    matmul(compute, &c, 1, {a.data(), 2, 1}, weights, 1, Into::store, &bias);
    EXPECT_EQ(c, 0.0f);  // 1e8 + 1 rounds to 1e8 first
}

INSTANTIATE_TEST_SUITE_P(All, Products, every_implementation(), name_of);

}  // namespace
}  // namespace headlight::kernels
