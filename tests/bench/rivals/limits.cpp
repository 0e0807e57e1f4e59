// What the machine allows in WebAssembly, and how far each product comes. Loops stand in functions of their own that
// are not inlined: a browser keeps a function that is called only once in its baseline compiler.

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/compute.h"

#include <emscripten/emscripten.h>
#include <wasm_simd128.h>

namespace {

using namespace headlight;

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// The best of `rounds` runs of about 10 ms each: other programs only ever add time. -> seconds of one call
template <class Body>
double best_time(int rounds, Body body) {
    int calls = 1;
    double passed = 0;
    while (true) {
        const double start = seconds();
        for (int i = 0; i < calls; ++i) body();
        passed = seconds() - start;
        if (passed >= 0.005) break;
        calls *= 2;
    }
    double best = passed;
    for (int round = 0; round < rounds; ++round) {
        const double start = seconds();
        for (int i = 0; i < calls; ++i) body();
        best = std::min(best, seconds() - start);
    }
    return best / calls;
}

// 12 independent sums, as many as a product keeps in registers; 16 products and 16 sums of 16-bit numbers, in fours.
constexpr int kSums = 12;
[[gnu::noinline]] int dot_loop(int rounds) {
    v128_t sums[kSums];
    for (int i = 0; i < kSums; ++i) sums[i] = wasm_i32x4_splat(i + 1);
    const v128_t other = wasm_i16x8_splat(3);
    for (int round = 0; round < rounds; ++round) {
        for (v128_t& sum : sums) sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(sum, other));
    }
    for (int i = 1; i < kSums; ++i) sums[0] = wasm_i32x4_add(sums[0], sums[i]);
    return wasm_i32x4_extract_lane(sums[0], 0);
}

// Four places at a time: more requests are on their way than one stream would have.
[[gnu::noinline]] int read_loop(const std::int32_t* from, std::size_t vectors) {
    constexpr std::size_t kStreams = 4;
    const std::size_t each = vectors / kStreams * 4;
    v128_t sums[kStreams] = {};
    for (std::size_t i = 0; i + 16 <= each; i += 16) {
        for (std::size_t stream = 0; stream < kStreams; ++stream) {
            const std::int32_t* line = from + stream * each + i;  // 64 bytes
            const v128_t left = wasm_v128_xor(wasm_v128_load(line), wasm_v128_load(line + 4));
            const v128_t right = wasm_v128_xor(wasm_v128_load(line + 8), wasm_v128_load(line + 12));
            sums[stream] = wasm_v128_xor(sums[stream], wasm_v128_xor(left, right));
        }
    }
    for (std::size_t stream = 1; stream < kStreams; ++stream) sums[0] = wasm_v128_xor(sums[0], sums[stream]);
    return wasm_i32x4_extract_lane(sums[0], 0);
}

std::vector<float> numbers(std::size_t count) {
    std::vector<float> x(count);
    for (std::size_t i = 0; i < count; ++i) x[i] = static_cast<float>(i * 37 % 101) / 50.0F - 1.0F;
    return x;
}

}  // namespace

extern "C" {

// what: 0 bytes read a second, from `megabytes` a thread; 1 multiplications and additions of floats a second, in
// registers; 2 of 16-bit numbers. All threads together.
EMSCRIPTEN_KEEPALIVE double machine_limit(int what, int threads, int megabytes) {
    const kernels::Compute compute(threads);
    const kernels::Kernels& table = compute.kernels();
    std::vector<float> sink(static_cast<std::size_t>(threads));
    const auto all = [&](auto body) {
        compute.pool().run(threads, [&](int task, int) {
            sink[static_cast<std::size_t>(task)] += static_cast<float>(body(static_cast<std::size_t>(task)));
        });
    };
    constexpr int kRounds = 20000;
    if (what == 1) {
        const double time = best_time(40, [&] { all([&](std::size_t) { return table.busy_loop(kRounds); }); });
        return 2.0 * kernels::Kernels::kBusyVectors * table.lanes * kRounds * threads / time;
    }
    if (what == 2) {
        const double time = best_time(40, [&] { all([&](std::size_t) { return dot_loop(kRounds); }); });
        return 16.0 * kSums * kRounds * threads / time;
    }
    // A piece at a time, so that some pieces are read without a break; each piece long after it was read before.
    constexpr std::size_t kPiece = std::size_t{4} << 20;
    const auto pieces = static_cast<std::size_t>(std::max(1, megabytes / 4));
    std::vector<std::int32_t> memory(pieces * kPiece / 4 * static_cast<std::size_t>(threads), 1);
    std::size_t piece = 0;
    const double time = best_time(400, [&] {
        all([&](std::size_t task) {
            return read_loop(memory.data() + (task * pieces + piece) * (kPiece / 4), kPiece / 16);
        });
        piece = (piece + 1) % pieces;
    });
    return static_cast<double>(kPiece) * threads / time;
}

// Seconds of c[m, n] = a[m, k] * weights[k, n] with weights held in `format`, the best of several runs.
EMSCRIPTEN_KEEPALIVE double product_time(int format, int m, int k, int n, int threads) {
    const kernels::Compute compute(threads);
    kernels::PackedMatrix weights;
    const std::size_t rows = static_cast<std::size_t>(k), columns = static_cast<std::size_t>(n);
    if (!weights.reserve(compute, k, n, static_cast<kernels::WeightFormat>(format))) return 0;
    weights.fill(compute, {numbers(rows * columns).data(), n, 1}, 0, k, 0, n);
    const std::vector<float> a = numbers(static_cast<std::size_t>(m) * rows);
    std::vector<float> c(static_cast<std::size_t>(m) * columns);
    return best_time(m == 1 ? 60 : 15, [&] { kernels::matmul(compute, c.data(), n, {a.data(), k, 1}, weights, m); });
}

}  // extern "C"
