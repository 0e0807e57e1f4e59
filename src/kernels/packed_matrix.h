#pragma once
// Weights of a linear layer, interleaved once at load so that every product reads one contiguous stream. Nothing else
// holds them: single numbers and columns can be read back.

#include <cstddef>
#include <cstdint>
#include <memory>

#include "kernels/kernels.h"
#include "kernels/q8.h"

namespace headlight::kernels {

class Compute;

enum class WeightFormat : std::uint8_t {
    f32,
    f16,  // storage only: products are those of the rounded numbers
    q8,   // q8.h
};

// Memory, 64-byte aligned, not initialised. Move-only.
template <class T>
class AlignedArray {
  public:
    // At least `size`; what was held is lost when it grows, and nothing happens when there is enough. False, with what
    // was held still there, when there is no memory.
    [[nodiscard]] bool try_reserve(std::size_t size);
    void reserve(std::size_t size);  // no memory is the end of the program
    [[nodiscard]] T* data() { return data_.get(); }
    [[nodiscard]] const T* data() const { return data_.get(); }

  private:
    struct Free {
        void operator()(T* p) const;
    };
    std::unique_ptr<T[], Free> data_;
    std::size_t size_ = 0;
};
using AlignedFloats = AlignedArray<float>;
using AlignedBytes = AlignedArray<std::byte>;

// k inputs, n outputs.
class PackedMatrix {
  public:
    PackedMatrix() = default;
    // Packs b (k x n) as floats; reuses its memory when the size is the same.
    void pack(const Compute& compute, MatrixView b, int k, int n);

    // For matrices that come piece by piece: memory for all of it (false: there is none), then every part once.
    // A part begins at a multiple of 32 in both directions and ends at one, or at the matrix's end.
    [[nodiscard]] bool reserve(const Compute& compute, int k, int n, WeightFormat format);
    void fill(const Compute& compute, MatrixView part, int first_k, int rows, int first_n, int columns);
    // The same with quants and scales made before: quants(r, c) as in MatrixView, scales(r / 32, c). Only into q8.
    struct Quants {
        const std::int8_t* quants;
        std::ptrdiff_t row_stride, col_stride;
        const float* scales;
        std::ptrdiff_t block_stride, scale_col_stride;
    };
    void fill(const Quants& part, int first_k, int rows, int first_n, int columns);
    static constexpr int kPart = 32;

    [[nodiscard]] const std::byte* data() const { return storage_.data(); }
    [[nodiscard]] WeightFormat format() const { return format_; }
    // Of the implementation that it was packed for.
    [[nodiscard]] int panel() const { return panel_; }
    [[nodiscard]] int k() const { return k_; }
    [[nodiscard]] int n() const { return n_; }
    [[nodiscard]] bool empty() const { return k_ == 0; }

    // The numbers that products see.
    [[nodiscard]] float at(int row, int column) const;
    void column(int column, float* out) const;  // [k]
    // Of q8 alone.
    [[nodiscard]] std::int8_t quant(int row, int column) const;
    [[nodiscard]] float scale(int block, int column) const;

    [[nodiscard]] std::uint64_t bytes() const { return packed_bytes(panel_, k_, n_, format_); }
    // What reserve() asks for; 64 bits, because it may be more than a 32-bit machine has.
    [[nodiscard]] static std::uint64_t packed_bytes(int panel, int k, int n, WeightFormat format);

  private:
    // Row `row` of the panel of `column`, in units of the format's numbers (for q8 of its blocks).
    [[nodiscard]] std::size_t place(int row, int column) const;
    [[nodiscard]] std::byte* block(int block, int panel);
    [[nodiscard]] const std::byte* block(int block, int panel) const;
    void fill_f16(MatrixView part, int first_k, int rows, int first_n, int columns);
    void fill_q8(MatrixView part, int first_k, int rows, int first_n, int columns);

    AlignedBytes storage_;
    WeightFormat format_ = WeightFormat::f32;
    int panel_ = 0, k_ = 0, n_ = 0;
};

}  // namespace headlight::kernels
