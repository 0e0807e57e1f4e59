// How fast the kernels are, beside two ceilings measured on the spot: multiplications and additions in registers, and
// reading memory. Small loop of its own, so that the same program runs natively and in WebAssembly.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "kernels/compute.h"

namespace {

using namespace headlight;
using namespace headlight::kernels;

bool g_processor_time = false;

// The time that this program got instead of the time that passed, when other programs want the cores too. Only for one
// thread, and not in WebAssembly, where the processor's clock is a coarse one.
double seconds() {
    if (g_processor_time) return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds of one call: the best of several rounds of 10 ms or more, because other programs only ever add time.
template <class Body>
double best_time(Body body) {
    // The clock may tick in microseconds only.
    int calls = 1;
    double start = seconds(), passed = 0;
    while (passed < 0.01) {
        calls *= 2;
        start = seconds();
        for (int i = 0; i < calls; ++i) body();
        passed = seconds() - start;
    }
    double best = 1e30;
    for (int round = 0; round < 7; ++round) {
        start = seconds();
        for (int i = 0; i < calls; ++i) body();
        best = std::min(best, (seconds() - start) / calls);
    }
    return best;
}

std::vector<float> floats(int n) {
    std::vector<float> x(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * 37 % 101) / 50.0f - 1.0f;
    return x;
}

struct Ceilings {
    double gflops, gbytes;  // of all threads together
};

float g_sink = 0;

Ceilings measure_ceilings(const Compute& compute) {
    const Kernels& k = compute.kernels();
    const int threads = compute.pool().threads();
    constexpr int kRounds = 20000, kFloats = 1 << 23;  // 32 MiB a thread
    const std::vector<float> big = floats(kFloats * threads);
    std::vector<float> results(static_cast<std::size_t>(threads));
    const double busy = best_time([&] {
        compute.pool().run(threads,
                           [&](int task, int) { results[static_cast<std::size_t>(task)] = k.busy_loop(kRounds); });
    });
    const double read = best_time([&] {
        compute.pool().run(threads, [&](int task, int) {
            results[static_cast<std::size_t>(task)] =
                k.sum(big.data() + static_cast<std::ptrdiff_t>(task) * kFloats, kFloats);
        });
    });
    for (const float r : results) g_sink += r;
    return {2.0 * Kernels::kBusyVectors * k.lanes * kRounds * threads / busy / 1e9,
            static_cast<double>(kFloats) * threads * sizeof(float) / read / 1e9};
}

void print_product(const char* what, int m, int n, int k, double time, const Ceilings& ceilings) {
    const double gflops = 2.0 * m * n * k / time / 1e9;
    std::printf("  %-28s %5d x %5d x %5d %8.1f GFLOP/s %4.0f %% of registers\n", what, m, n, k, gflops,
                100 * gflops / ceilings.gflops);
}

void bench_products(const Compute& compute, const Ceilings& ceilings) {
    struct Product {
        const char* what;
        int m, n, k;
        bool packed, a_transposed, b_transposed;
        WeightFormat format = WeightFormat::f32;
    };
    const Product products[] = {
        {"linear", 4096, 768, 192, true, false, false},
        {"linear", 4096, 192, 768, true, false, false},
        {"square", 768, 768, 768, true, false, false},
        {"one token, from L2", 1, 768, 192, true, false, false},
        {"one token, from L3", 1, 2048, 768, true, false, false},
        {"one token, from memory", 1, 50257, 768, true, false, false},
        {"prompt, F32", 128, 3072, 768, true, false, false},
        {"prompt, F16", 128, 3072, 768, true, false, false, WeightFormat::f16},
        {"prompt, Q8", 128, 3072, 768, true, false, false, WeightFormat::q8},
        {"one token, F16, from memory", 1, 50257, 768, true, false, false, WeightFormat::f16},
        {"one token, Q8, from L2", 1, 768, 768, true, false, false, WeightFormat::q8},
        {"one token, Q8, from memory", 1, 50257, 768, true, false, false, WeightFormat::q8},
        {"dW = X^T dY", 192, 768, 4096, false, true, false},
        {"dX = dY W^T", 4096, 192, 768, false, false, true},
        {"scores = Q K^T", 256, 256, 64, false, false, true},
        {"weights V", 256, 64, 256, false, false, false},
    };
    for (const Product& p : products) {
        const std::vector<float> a = floats(p.m * p.k), b = floats(p.k * p.n);
        std::vector<float> c(static_cast<std::size_t>(p.m) * static_cast<std::size_t>(p.n));
        const MatrixView left = p.a_transposed ? MatrixView{a.data(), 1, p.m} : MatrixView{a.data(), p.k, 1};
        const MatrixView right = p.b_transposed ? MatrixView{b.data(), 1, p.k} : MatrixView{b.data(), p.n, 1};
        PackedMatrix weights;
        if (p.packed && weights.reserve(compute, p.k, p.n, p.format)) weights.fill(compute, right, 0, p.k, 0, p.n);
        const double time = best_time([&] {
            if (p.packed) {
                matmul(compute, c.data(), p.n, left, weights, p.m);
            } else {
                matmul(compute, c.data(), p.n, left, right, p.m, p.n, p.k);
            }
        });
        print_product(p.what, p.m, p.n, p.k, time, ceilings);
    }
}

// Rows that stay in the first cache, on one thread; `arrays` are read or written once each.
template <class Body>
void bench_row(const char* what, int n, int arrays, const Ceilings& ceilings, Body body) {
    const double time = best_time(body);
    const double gbytes = static_cast<double>(n) * arrays * sizeof(float) / time / 1e9;
    std::printf("  %-26s %19d floats %8.1f GB/s    %6.2f ns a float (memory %.1f GB/s)\n", what, n, gbytes,
                time * 1e9 / n, ceilings.gbytes);
}

void bench_rows(const Kernels& k, const Ceilings& ceilings) {
    constexpr int kN = 768, kBig = 1 << 20;
    const std::vector<float> x = floats(kBig), w = floats(kBig);
    std::vector<float> y(kBig), m(kBig), v(kBig), b(kBig);
    float mean = 0, scale = 1;
    bench_row("exp", kN, 2, ceilings, [&] { k.exp(y.data(), x.data(), kN); });
    bench_row("tanh", kN, 2, ceilings, [&] { k.tanh(y.data(), x.data(), kN); });
    bench_row("gelu", kN, 2, ceilings, [&] { k.gelu(y.data(), x.data(), kN); });
    bench_row("gelu backward", kN, 3, ceilings, [&] { k.gelu_backward(y.data(), w.data(), x.data(), kN); });
    bench_row("softmax", 256, 2, ceilings, [&] { k.softmax(y.data(), x.data(), 256); });
    bench_row("softmax, odd length", 201, 2, ceilings, [&] { k.softmax(y.data(), x.data(), 201); });
    bench_row("layer norm", 192, 4, ceilings,
              [&] { k.layer_norm(y.data(), &mean, &scale, x.data(), w.data(), w.data(), 192, 1e-5f, 0); });
    bench_row("layer norm backward", 192, 9, ceilings, [&] {
        k.layer_norm_backward(y.data(), m.data(), b.data(), x.data(), w.data(), x.data(), 0.1f, 1.5f, 192);
    });
    bench_row("dropout", kN, 2, ceilings, [&] { k.dropout(y.data(), x.data(), kN, 0.1f, 1, 2); });
    bench_row("sum, from memory", kBig, 1, ceilings, [&] { g_sink += k.sum(x.data(), kBig); });
    bench_row("add, from memory", kBig, 3, ceilings, [&] { k.add(y.data(), x.data(), w.data(), kBig); });
    const Kernels::AdamStep step{1e-3f, 0.9f, 0.95f, 1e-8f, 0.1f, 1.0f, 1.0f, 1.0f};
    bench_row("adamw, from memory", kBig, 7, ceilings,
              [&] { k.adamw(y.data(), m.data(), v.data(), x.data(), kBig, step); });
    const std::vector<std::uint16_t> halves(kBig, 0x3c01);
    bench_row("from f16, from memory", kBig, 1, ceilings, [&] { k.from_f16(y.data(), halves.data(), kBig); });
}

}  // namespace

int main(int argc, char** argv) {
    const std::string only = argc > 1 && std::string(argv[1]) != "all" ? argv[1] : "";
    const int threads = argc > 2 ? std::atoi(argv[2]) : 1;
    g_processor_time = argc > 3 && std::string(argv[3]) == "cpu";
    for (const Kernels* kernels : implementations()) {
        if (!kernels->supported() || (!only.empty() && only != kernels->name)) continue;
        const Compute compute(threads, *kernels);
        const Ceilings ceilings = measure_ceilings(compute);
        std::printf("%s: %s, %d thread(s); registers %.1f GFLOP/s, memory %.1f GB/s\n", kernels->name,
                    kernels->description, compute.pool().threads(), ceilings.gflops, ceilings.gbytes);
        bench_products(compute, ceilings);
        bench_rows(*kernels, ceilings);
    }
    return g_sink == 12345.0f ? 1 : 0;  // uses the sums, so that no loop is left out
}
