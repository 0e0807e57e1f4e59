#pragma once
// The numeric kernels behind one table of functions. Every implementation in the list gives the same bits:
//  - one accumulator per output element, products added over k in order, never fused (-ffp-contract=off);
//  - reductions use 16 partial sums (element i goes to partial i mod 16), combined as a fixed tree 16 -> 8 -> 4 -> 2 ->
//  1
//    (partial j with j + half);
//  - exp and tanh are our own polynomials.
// Hence scalar and SIMD, native and wasm, one thread and many agree bit for bit. NaN is the exception: all agree where
// one is, its payload is the machine's choice.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace headlight::kernels {

// A strided read-only view; element (r, c) is data[r * row_stride + c * col_stride].
struct MatrixView {
    const float* data = nullptr;
    std::ptrdiff_t row_stride = 0;
    std::ptrdiff_t col_stride = 1;
};

// What a product does with the output element that its accumulator belongs to.
enum class Into {
    store,       // c = sum                 (bias, if any, is added after the sum)
    accumulate,  // the accumulator starts from c
};

struct Kernels {
    const char* name;         // "scalar", "simd128", "avx2", "avx512"
    const char* description;  // for people: which instructions
    int lanes;                // floats in the vector that its source file was compiled for
    int panel;                // columns of a packed panel
    int tile_rows;            // rows of c that a product computes at once
    int strip_rows;           // the same, with eight-bit weights
    bool (*supported)();      // on this machine
    bool (*fast)();           // there; if not, others are better

    // Packed weights: [ceil(n / panel)][k][panel], the last panel padded with zeros.
    // Packs b (k x n) into dst, which holds packed_floats(k, n).
    void (*pack)(float* dst, MatrixView b, int k, int n);

    // c[m, n] (rows c_stride apart, contiguous columns) = a[m, k] * b[k, n], b packed by this implementation.
    // Computes only columns [first_col, last_col): first_col a multiple of panel; last_col too, or n. bias [n] or null
    // (only with Into::store). k may be 0.
    void (*gemm)(float* c, std::ptrdiff_t c_stride, MatrixView a, const float* packed_b, int m, int n, int k, Into into,
                 const float* bias, int first_col, int last_col);
    // The same with b in halves, in the same layout: the bits of gemm with the numbers that the halves stand for.
    void (*gemm_f16)(float* c, std::ptrdiff_t c_stride, MatrixView a, const std::uint16_t* packed_b, int m, int n,
                     int k, Into into, const float* bias, int first_col, int last_col);

    // c[m, n] = a * b with b in eight bits (q8.h; the layout stands in kernels_q8_tile.h) and a as quantize_rows leaves
    // it.
    void (*gemm_q8)(float* c, std::ptrdiff_t c_stride, const std::int16_t* a, const float* a_scales,
                    const std::byte* packed_b, int m, int n, int k, Into into, const float* bias, int first_col,
                    int last_col);
    // m rows of k activations, `stride` apart, in blocks of 32 (the last one filled up with zeros), of which 8 make a
    // group: scale = largest magnitude / 8191. In strips of strip_rows rows, the last one of those that are left:
    // scales [strips][groups][rows], quants [strips][blocks], 64 bytes a row each in an order of the implementation's
    // own, which may be another one for up to tile_rows rows.
    void (*quantize_rows)(std::int16_t* quants, float* scales, const float* x, std::ptrdiff_t stride, int m, int k);

    // Reductions over n floats with the fixed tree.
    float (*sum)(const float* x, int n);
    float (*dot)(const float* x, const float* y, int n);
    float (*max)(const float* x, int n);  // -inf for n = 0; passes over NaN; of +0 and -0 the first in the tree

    // y = exp(x - max(x)) / sum, for one row; n >= 1. y may be x. Entries of -inf give exactly 0; +inf, NaN or
    // nothing but -inf give NaN.
    void (*softmax)(float* y, const float* x, int n);
    // dx = y * (dy - dot(y, dy)), for one row. dx may be dy.
    void (*softmax_backward)(float* dx, const float* dy, const float* y, int n);

    // One row of d: mean and scale = sqrt(biased variance + eps) + eps_outside are returned,
    // y = (x - mean) / scale * weight + bias.
    void (*layer_norm)(float* y, float* mean, float* scale, const float* x, const float* weight, const float* bias,
                       int d, float eps, float eps_outside);
    // One row: dx += ..., dweight += ..., dbias += ... (Ba, Kiros, Hinton, 2016).
    void (*layer_norm_backward)(float* dx, float* dweight, float* dbias, const float* dy, const float* x,
                                const float* weight, float mean, float scale, int d);

    // y = 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))  (Hendrycks, Gimpel, 2016; GPT-2's "gelu_new")
    void (*gelu)(float* y, const float* x, int n);
    // dx = dy * gelu'(x). dx may be dy.
    void (*gelu_backward)(float* dx, const float* dy, const float* x, int n);

    void (*relu)(float* y, const float* x, int n);  // y = max(x, 0); NaN stays NaN
    // dx = dy where y = relu(x) is above 0, else 0. dx may be dy.
    void (*relu_backward)(float* dx, const float* dy, const float* y, int n);

    // Our own: exp within 1 unit in the last place (0 below -103.97, infinity above 88.72), tanh within 2.
    void (*exp)(float* y, const float* x, int n);
    void (*tanh)(float* y, const float* x, int n);
    void (*add)(float* y, const float* a, const float* b, int n);          // y = a + b
    void (*add_to)(float* y, const float* a, int n);                       // y += a
    void (*scale)(float* y, const float* x, float factor, int n);          // y = x * factor
    void (*scaled_add_to)(float* y, const float* x, float factor, int n);  // y += x * factor

    // Inverted dropout: element i is kept when hash32(first + i, seed) >= probability * 2^32, and then multiplied by
    // 1 / (1 - probability); otherwise 0. The same arguments give the same mask, so backward calls it on the gradient.
    // 0 <= probability < 1.
    void (*dropout)(float* y, const float* x, int n, float probability, std::uint32_t seed, std::uint32_t first);

    // One AdamW update of n parameters (Loshchilov, Hutter, 2019), element by element:
    //   g = grad * grad_scale; m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
    //   w -= lr * ((m * m_correction) / (sqrt(v * v_correction) + eps) + decay * w)
    struct AdamStep {
        float lr, beta1, beta2, eps, decay, grad_scale, m_correction, v_correction;
    };
    void (*adamw)(float* w, float* m, float* v, const float* grad, int n, const AdamStep& step);

    // One query over the rows of a cache, read where they lie (kernels_attention.h), with the bits of gemm:
    //   scores[j] = (q . k[j]) * factor       q [d_head], k [keys, d_head] with rows k_stride floats apart
    void (*attention_scores)(float* scores, const float* q, const float* k, std::ptrdiff_t k_stride, int d_head,
                             int keys, float factor);
    //   z = sum over j of pattern[j] * v[j]   z [d_head], v [keys, d_head] with rows v_stride floats apart
    void (*attention_mix)(float* z, const float* pattern, const float* v, std::ptrdiff_t v_stride, int d_head, int keys,
                          Into into);

    // Exact: subnormals, infinities and NaN are kept.
    void (*from_f16)(float* y, const std::uint16_t* x, int n);

    // For measuring only: `rounds` times kBusyVectors independent multiplications and additions in registers, which is
    // as fast as products can get here. The result is to be used, so that the loop stays.
    static constexpr int kBusyVectors = 12;
    float (*busy_loop)(int rounds);

    [[nodiscard]] std::size_t packed_floats(int k, int n) const {
        const auto columns = static_cast<std::size_t>((n + panel - 1) / panel) * static_cast<std::size_t>(panel);
        return columns * static_cast<std::size_t>(k);
    }
};

// All implementations compiled into this program, slowest first; "scalar" is always the first.
[[nodiscard]] std::span<const Kernels* const> implementations();
// The fastest one that this machine supports.
[[nodiscard]] const Kernels& best();
// By name; null when there is none of that name or the machine does not support it.
[[nodiscard]] const Kernels* find(std::string_view name);

}  // namespace headlight::kernels
