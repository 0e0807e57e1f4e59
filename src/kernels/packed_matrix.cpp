#include "kernels/packed_matrix.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"
#include "base/float16.h"
#include "kernels/compute.h"

namespace headlight::kernels {
namespace {

constexpr std::size_t kAlignment = 64;

int panels_of(int n, int panel) {
    return (n + panel - 1) / panel;
}

std::size_t q8_block_bytes(int panel) {
    return static_cast<std::size_t>(panel) * (sizeof(float) + kQ8Block);
}

// Where the quant of column `column` of a panel, `row` rows into the block, stands behind the scales.
std::size_t q8_place(int panel, int row, int column) {
    const auto p = static_cast<std::size_t>(panel), c = static_cast<std::size_t>(column);
    return p * sizeof(float) + static_cast<std::size_t>(row / 2) * 2 * p + 2 * c + static_cast<std::size_t>(row % 2);
}

}  // namespace

template <class T>
bool AlignedArray<T>::try_reserve(std::size_t size) {
    if (size <= size_) return true;
    if (size > (SIZE_MAX - kAlignment) / sizeof(T)) return false;
    const std::size_t bytes = (size * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    std::unique_ptr<T[], Free> larger(static_cast<T*>(std::aligned_alloc(kAlignment, bytes)));
    if (larger == nullptr) return false;
    data_ = std::move(larger);
    size_ = size;
    return true;
}

template <class T>
void AlignedArray<T>::reserve(std::size_t size) {
    if (size <= size_) return;
    data_.reset();
    size_ = 0;
    CHECK(try_reserve(size));
}

template <class T>
void AlignedArray<T>::Free::operator()(T* p) const {
    std::free(p);
}

template class AlignedArray<float>;
template class AlignedArray<std::byte>;

std::uint64_t PackedMatrix::packed_bytes(int panel, int k, int n, WeightFormat format) {
    if (k == 0) return 0;
    const auto panels = static_cast<std::uint64_t>(panels_of(n, panel));
    const std::uint64_t columns = panels * static_cast<std::uint64_t>(panel);
    if (format == WeightFormat::q8) return panels * static_cast<std::uint64_t>(q8_blocks(k)) * q8_block_bytes(panel);
    return columns * static_cast<std::uint64_t>(k) * (format == WeightFormat::f32 ? sizeof(float) : 2);
}

bool PackedMatrix::reserve(const Compute& compute, int k, int n, WeightFormat format) {
    CHECK(k >= 0 && n >= 0);
    const std::uint64_t bytes = packed_bytes(compute.kernels().panel, k, n, format);
    if (bytes > SIZE_MAX || !storage_.try_reserve(static_cast<std::size_t>(bytes))) return false;
    panel_ = compute.kernels().panel;
    k_ = k;
    n_ = n;
    format_ = format;
    return true;
}

void PackedMatrix::pack(const Compute& compute, MatrixView b, int k, int n) {
    CHECK(reserve(compute, k, n, WeightFormat::f32));
    if (k > 0) fill(compute, b, 0, k, 0, n);
}

void PackedMatrix::fill(const Compute& compute, MatrixView part, int first_k, int rows, int first_n, int columns) {
    CHECK(panel_ == compute.kernels().panel);
    CHECK(first_k % kPart == 0 && first_n % kPart == 0 && kPart % panel_ == 0);
    CHECK(first_k + rows <= k_ && first_n + columns <= n_);
    CHECK((rows % kPart == 0 || first_k + rows == k_) && (columns % kPart == 0 || first_n + columns == n_));
    const int panels = panels_of(columns, panel_);
    const std::int64_t numbers = std::int64_t{rows} * columns;
    const int tasks = numbers < (1 << 16) ? 1 : std::min(panels, compute.pool().threads() * 4);
    compute.pool().run(tasks, [&](int task, int) {
        const auto edge = [&](int t) { return static_cast<int>(std::int64_t{panels} * t / tasks) * panel_; };
        const int begin = edge(task), end = std::min(edge(task + 1), columns);
        for (int j = begin; j < end; j += panel_) {
            const MatrixView columns_of_panel{part.data + j * part.col_stride, part.row_stride, part.col_stride};
            const int width = std::min(panel_, columns - j);
            switch (format_) {
                case WeightFormat::f32: {
                    auto* to = reinterpret_cast<float*>(storage_.data()) + place(first_k, first_n + j);
                    compute.kernels().pack(to, columns_of_panel, rows, width);
                    break;
                }
                case WeightFormat::f16:
                    fill_f16(columns_of_panel, first_k, rows, first_n + j, width);
                    break;
                case WeightFormat::q8:
                    fill_q8(columns_of_panel, first_k, rows, first_n + j, width);
                    break;
            }
        }
    });
}

// Of one panel, as the next one.
void PackedMatrix::fill_f16(MatrixView part, int first_k, int rows, int first_n, int columns) {
    auto* to = reinterpret_cast<std::uint16_t*>(storage_.data()) + place(first_k, first_n);
    for (int r = 0; r < rows; ++r, to += panel_) {
        for (int c = 0; c < panel_; ++c) {
            const float x = c < columns ? part.data[r * part.row_stride + c * part.col_stride] : 0.0F;
            to[c] = f32_to_finite_f16(x);
        }
    }
}

void PackedMatrix::fill_q8(MatrixView part, int first_k, int rows, int first_n, int columns) {
    for (int r = 0; r < rows; r += kQ8Block) {
        std::byte* to = block((first_k + r) / kQ8Block, first_n / panel_);
        std::fill_n(to, q8_block_bytes(panel_), std::byte{0});
        auto* scales = reinterpret_cast<float*>(to);
        auto* quants = reinterpret_cast<std::int8_t*>(to);
        const int depth = std::min(kQ8Block, rows - r);
        for (int c = 0; c < columns; ++c) {
            std::int8_t column[kQ8Block];
            quantize_q8(column, scales + c, part.data + r * part.row_stride + c * part.col_stride, part.row_stride,
                        depth);
            for (int i = 0; i < depth; ++i) quants[q8_place(panel_, i, c)] = column[i];
        }
    }
}

void PackedMatrix::fill(const Quants& part, int first_k, int rows, int first_n, int columns) {
    CHECK(format_ == WeightFormat::q8);
    CHECK(first_k % kPart == 0 && first_n % kPart == 0 && kPart % panel_ == 0);
    CHECK(first_k + rows <= k_ && first_n + columns <= n_);
    for (int j = 0; j < columns; j += panel_) {
        for (int r = 0; r < rows; r += kQ8Block) {
            std::byte* to = block((first_k + r) / kQ8Block, (first_n + j) / panel_);
            std::fill_n(to, q8_block_bytes(panel_), std::byte{0});
            for (int c = j; c < std::min(j + panel_, columns); ++c) {
                reinterpret_cast<float*>(to)[c - j] =
                    part.scales[r / kQ8Block * part.block_stride + c * part.scale_col_stride];
                for (int i = r; i < std::min(r + kQ8Block, rows); ++i) {
                    reinterpret_cast<std::int8_t*>(to)[q8_place(panel_, i - r, c - j)] =
                        part.quants[i * part.row_stride + c * part.col_stride];
                }
            }
        }
    }
}

std::size_t PackedMatrix::place(int row, int column) const {
    const auto panel = static_cast<std::size_t>(column / panel_), in_panel = static_cast<std::size_t>(column % panel_);
    return (panel * static_cast<std::size_t>(k_) + static_cast<std::size_t>(row)) * static_cast<std::size_t>(panel_) +
           in_panel;
}

const std::byte* PackedMatrix::block(int block, int panel) const {
    const auto index = static_cast<std::size_t>(panel) * static_cast<std::size_t>(q8_blocks(k_));
    return storage_.data() + (index + static_cast<std::size_t>(block)) * q8_block_bytes(panel_);
}

std::byte* PackedMatrix::block(int block, int panel) {
    return const_cast<std::byte*>(static_cast<const PackedMatrix*>(this)->block(block, panel));
}

std::int8_t PackedMatrix::quant(int row, int column) const {
    DCHECK(format_ == WeightFormat::q8);
    const auto* quants = reinterpret_cast<const std::int8_t*>(block(row / kQ8Block, column / panel_));
    return quants[q8_place(panel_, row % kQ8Block, column % panel_)];
}

float PackedMatrix::scale(int block_index, int column) const {
    DCHECK(format_ == WeightFormat::q8);
    return reinterpret_cast<const float*>(block(block_index, column / panel_))[column % panel_];
}

float PackedMatrix::at(int row, int column) const {
    switch (format_) {
        case WeightFormat::f32:
            return reinterpret_cast<const float*>(storage_.data())[place(row, column)];
        case WeightFormat::f16:
            return f16_to_f32(reinterpret_cast<const std::uint16_t*>(storage_.data())[place(row, column)]);
        case WeightFormat::q8:
            return static_cast<float>(quant(row, column)) * scale(row / kQ8Block, column);
    }
    check_failed("unknown weight format", __FILE__, __LINE__);
}

void PackedMatrix::column(int column, float* out) const {
    for (int r = 0; r < k_; ++r) out[r] = at(r, column);
}

}  // namespace headlight::kernels
