#pragma once
// Loops over rows of floats, written once for every vector type. Included after the F32 of an implementation was
// chosen.

#include "kernels/kernels.h"
#include "kernels/simd_unroll.h"

namespace headlight::kernels {
namespace {

constexpr int kLanes = F32::kLanes;
// A reduction keeps 16 partial results (element i goes to partial i mod 16), whatever the width of a vector.
constexpr int kPartials = 16;
constexpr int kPartialVectors = kPartials / kLanes;

inline F32 magnitude(F32 x) {
    return from_bits(bits(x) & isplat(0x7fffffffu));
}

// A whole vector of elements, from `at` on.
struct Whole {
    int at;
    F32 get(const float* p) const { return load(p + at); }
    F32 get_or(const float* p, float) const { return load(p + at); }
    F32 or_else(F32 x, float) const { return x; }
    void put(float* p, F32 x) const { store(p + at, x); }
};

// The first `count` lanes (1 to kLanes - 1) of a vector, from `at` on: the end of a row. Memory past it is not touched.
struct Part {
    int at, count;
    F32 get(const float* p) const { return load_first(p + at, count); }
    F32 get_or(const float* p, float fill) const { return or_else(get(p), fill); }
    F32 or_else(F32 x, float fill) const {
        return select(less_unsigned(iota(0), isplat(static_cast<std::uint32_t>(count))), x, splat(fill));
    }
    void put(float* p, F32 x) const { store_first(p + at, x, count); }
};

// body(Whole or Part) over n elements.
template <class Body>
inline void each(int n, Body body) {
    int i = 0;
    for (; i + kLanes <= n; i += kLanes) body(Whole{i});
    if (i < n) body(Part{i, n - i});
}

struct Partials {
    F32 vector[kPartialVectors];

    explicit Partials(float start) {
        for (F32& v : vector) v = splat(start);
    }
    // Partial j with j + half, down to one vector; the vector's own lanes follow the same tree.
    template <class Combine>
    F32 fold(Combine combine) const {
        F32 v[kPartialVectors];
        for (int j = 0; j < kPartialVectors; ++j) v[j] = vector[j];
        for (int half = kPartialVectors / 2; half > 0; half /= 2) {
            for (int j = 0; j < half; ++j) v[j] = combine(v[j], v[j + half]);
        }
        return v[0];
    }
};

// partials = combine(partials, term(Whole or Part)); lanes past n must come out of term as the neutral element.
template <class Combine, class Term>
inline Partials reduce(int n, float neutral, Combine combine, Term term) {
    Partials partials(neutral);
    int i = 0;
    for (; i + kPartials <= n; i += kPartials) {
        for (int j = 0; j < kPartialVectors; ++j) {
            partials.vector[j] = combine(partials.vector[j], term(Whole{i + j * kLanes}));
        }
    }
    for (int j = 0; i < n; ++j, i += kLanes) {
        const F32 last = i + kLanes <= n ? term(Whole{i}) : term(Part{i, n - i});
        partials.vector[j] = combine(partials.vector[j], last);
    }
    return partials;
}

struct Plus {
    F32 operator()(F32 a, F32 b) const { return a + b; }
};
struct Maximum {
    F32 operator()(F32 a, F32 b) const { return max(a, b); }
};

template <class Term>
inline float sum_of(int n, Term term) {
    return reduce_sum(reduce(n, 0.0f, Plus{}, term).fold(Plus{}));
}

}  // namespace
}  // namespace headlight::kernels
