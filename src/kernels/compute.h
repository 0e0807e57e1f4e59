#pragma once
// What a layer computes with: an implementation of the kernels, a pool of threads, and scratch memory per thread.
// Passed by reference down the layers; there is no global one.

#include <cstddef>
#include <memory>
#include <vector>

#include "base/thread_pool.h"
#include "kernels/kernels.h"

namespace headlight::kernels {

// Memory for floats, 64-byte aligned, not initialised. Move-only.
class AlignedFloats {
  public:
    // At least `floats`; what was held is lost when it grows, and nothing happens when there is enough.
    void reserve(std::size_t floats);
    [[nodiscard]] float* data() { return data_.get(); }
    [[nodiscard]] const float* data() const { return data_.get(); }

  private:
    static constexpr std::size_t kAlignment = 64;
    struct Free {
        void operator()(float* p) const;
    };
    std::unique_ptr<float[], Free> data_;
    std::size_t size_ = 0;
};

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

// Weights of a linear layer, packed once at load (inference) or once per step (training). k inputs, n outputs.
class PackedMatrix {
  public:
    PackedMatrix() = default;
    // Packs b (k x n); reuses its memory when the size is the same.
    void pack(const Compute& compute, MatrixView b, int k, int n);

    [[nodiscard]] const float* data() const { return storage_.data(); }
    // Of the implementation that it was packed for.
    [[nodiscard]] int panel() const { return panel_; }
    [[nodiscard]] int k() const { return k_; }
    [[nodiscard]] int n() const { return n_; }
    [[nodiscard]] bool empty() const { return k_ == 0; }

  private:
    AlignedFloats storage_;
    int panel_ = 0, k_ = 0, n_ = 0;
};

// c[m, n] = a[m, k] * b[k, n] (+ bias), split over the pool's threads by rows or columns.
void matmul(const Compute& compute, float* c, std::ptrdiff_t c_stride, MatrixView a, const PackedMatrix& b, int m,
            Into into = Into::store, const float* bias = nullptr);

// The same with b not packed beforehand: for gradients and attention. Packs into scratch, panel by panel.
void matmul(const Compute& compute, float* c, std::ptrdiff_t c_stride, MatrixView a, MatrixView b, int m, int n, int k,
            Into into = Into::store);

// The same on the calling thread alone, as worker `worker` (inside a parallel loop, one head a task).
void matmul_on(const Compute& compute, int worker, float* c, std::ptrdiff_t c_stride, MatrixView a, MatrixView b, int m,
               int n, int k, Into into = Into::store);

}  // namespace headlight::kernels
