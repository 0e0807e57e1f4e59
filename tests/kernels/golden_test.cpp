// One number for the bits of everything: the same for every implementation, compiler, machine and in WebAssembly. When
// a change of the mathematics is meant, put the new number here and say so in the commit: links made before differ
// then.

#include <gtest/gtest.h>

#include "kernels/compute.h"
#include "kernels/kernels_cases.h"

namespace headlight::kernels {
namespace {

constexpr std::uint64_t kGolden = 14483646702184543123u;

// FNV-1a over the bits, little-endian.
class Hash {
  public:
    void add(const std::vector<float>& values) {
        for (const float v : values) {
            const auto bits = std::bit_cast<std::uint32_t>(v);
            for (int shift = 0; shift < 32; shift += 8) value_ = (value_ ^ (bits >> shift & 255u)) * 0x100000001b3u;
        }
    }
    std::uint64_t value() const { return value_; }

  private:
    std::uint64_t value_ = 0xcbf29ce484222325u;
};

std::vector<float> numbers(std::uint64_t seed, int n, double low, double high) {
    Rng rng(seed);
    std::vector<float> x(static_cast<std::size_t>(n));
    for (float& v : x) v = static_cast<float>(low + (high - low) * rng.uniform());
    return x;
}

void add_rows(Hash& hash, const Kernels& k, int n) {
    const auto x = numbers(1, n, -12, 12), y = numbers(2, n, -2, 2), w = numbers(3, n, 0.5, 1.5);
    std::vector<float> out(x.size());
    for (const auto f : {&Kernels::exp, &Kernels::tanh, &Kernels::gelu, &Kernels::softmax}) {
        (k.*f)(out.data(), x.data(), n);
        hash.add(out);
    }
    hash.add({k.sum(x.data(), n), k.dot(x.data(), y.data(), n), k.max(x.data(), n)});
    k.gelu_backward(out.data(), y.data(), x.data(), n);
    hash.add(out);
    k.softmax_backward(out.data(), x.data(), y.data(), n);
    hash.add(out);
    float mean = 0, scale = 0;
    k.layer_norm(out.data(), &mean, &scale, x.data(), w.data(), y.data(), n, 1e-5f, 0);
    hash.add(out);
    hash.add({mean, scale});
    std::vector<float> dx = y, dweight = w, dbias = x;
    k.layer_norm_backward(dx.data(), dweight.data(), dbias.data(), y.data(), x.data(), w.data(), mean, scale, n);
    hash.add(dx);
    hash.add(dweight);
    hash.add(dbias);
    k.dropout(out.data(), x.data(), n, 0.1f, 3, 9);
    hash.add(out);
    std::vector<float> weights = x, m = y, v = w;
    k.adamw(weights.data(), m.data(), v.data(), y.data(), n, {1e-3f, 0.9f, 0.95f, 1e-8f, 0.1f, 0.5f, 1.5f, 2.5f});
    hash.add(weights);
    hash.add(m);
    hash.add(v);
}

void add_product(Hash& hash, const Kernels& k, int m, int n, int depth) {
    const Compute compute(1, k);
    const auto a = numbers(4, m * depth, -1, 1), b = numbers(5, depth * n, -1, 1), bias = numbers(6, n, -1, 1);
    std::vector<float> c(static_cast<std::size_t>(m * n));
    PackedMatrix packed;
    packed.pack(compute, {b.data(), n, 1}, depth, n);
    matmul(compute, c.data(), n, {a.data(), depth, 1}, packed, m, Into::store, bias.data());
    hash.add(c);
}

std::uint64_t bits_of(const Kernels& k) {
    Hash hash;
    for (const int n : {1, 15, 16, 33, 200}) add_rows(hash, k, n);
    add_product(hash, k, 1, 300, 400);
    add_product(hash, k, 37, 70, 300);
    return hash.value();
}

class Golden : public EachImplementation {};

TEST_P(Golden, BitsAreTheCommittedOnes) {
    EXPECT_EQ(bits_of(kernels()), kGolden);
}

INSTANTIATE_TEST_SUITE_P(All, Golden, every_implementation(), name_of);

}  // namespace
}  // namespace headlight::kernels
