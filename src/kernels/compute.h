#pragma once
// What a layer computes with: an implementation of the kernels, a pool of threads, and scratch memory per thread.
// Passed by reference down the layers; there is no global one.

#include <cstddef>
#include <memory>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/kernels.h"
#include "kernels/packed_matrix.h"

namespace headlight::kernels {

class Compute {
  public:
    explicit Compute(int threads = 1, const Kernels& kernels = best());

    [[nodiscard]] const Kernels& kernels() const { return *kernels_; }
    [[nodiscard]] ThreadPool& pool() const { return *pool_; }

    // Scratch of at least `floats` floats, 64-byte aligned, private to this worker until its next call. Grows on demand
    // and keeps its size, so that a steady state allocates nothing.
    [[nodiscard]] float* scratch(int worker, std::size_t floats) const;

    // The same for the products below, which pack into it while a caller uses its scratch.
    [[nodiscard]] float* packing(int worker, std::size_t floats) const;

  private:
    const Kernels* kernels_;
    std::unique_ptr<ThreadPool> pool_;
    mutable std::vector<AlignedFloats> scratch_, packing_;  // one a worker
};

// c[m, n] = a[m, k] * b[k, n] (+ bias), split over the pool's threads by rows or columns. With q8 weights the rows of a
// must be contiguous.
void matmul(const Compute& compute, float* c, std::ptrdiff_t c_stride, MatrixView a, const PackedMatrix& b, int m,
            Into into = Into::store, const float* bias = nullptr);

// The same with b not packed beforehand: for gradients and attention. Packs into scratch, panel by panel.
void matmul(const Compute& compute, float* c, std::ptrdiff_t c_stride, MatrixView a, MatrixView b, int m, int n, int k,
            Into into = Into::store);

// The same on the calling thread alone, as worker `worker` (inside a parallel loop, one head a task).
void matmul_on(const Compute& compute, int worker, float* c, std::ptrdiff_t c_stride, MatrixView a, MatrixView b, int m,
               int n, int k, Into into = Into::store);

}  // namespace headlight::kernels
