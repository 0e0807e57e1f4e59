#include "kernels/compute.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace headlight::kernels {
namespace {

// Below so many multiply-adds waking the other threads costs more than they save.
constexpr std::int64_t kSmallProduct = 1 << 16;
// Rows of one task: a multiple of every implementation's tile.
constexpr int kRowTask = 48;
// Where b is packed already: rows that a thread gets at least, and that are worth a task of their own, because each
// reads all of b.
constexpr int kLeastRows = 32, kManyRows = 64;
// A block of b that is packed, used and overwritten before it leaves the second cache: 512 KiB. kPackedColumns is a
// multiple of every panel.
constexpr int kPackedRows = 256, kPackedColumns = 512;

int tasks_for(int pieces, int threads) {
    // A few tasks a thread even out threads that start late; too many pack the same rows of a again and again.
    return std::min(pieces, threads * 4);
}

// The half-open share `task` of `tasks` of [0, pieces).
std::pair<int, int> share(int pieces, int tasks, int task) {
    const auto edge = [&](int t) { return static_cast<int>(static_cast<std::int64_t>(pieces) * t / tasks); };
    return {edge(task), edge(task + 1)};
}

// How many tasks lie side by side and how many one below the other, when both factors are packed: the columns of a are
// packed again for every task across, the rows of b for every task down.
struct Cut {
    int across, down;
};
Cut cheapest_cut(int m, int n, int panels, int strips, int tasks) {
    Cut best{1, 1};
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (int across = 1; across <= tasks; ++across) {
        if (tasks % across != 0 || across > panels || tasks / across > strips) continue;
        const std::int64_t packed = std::int64_t{across} * m + std::int64_t{tasks / across} * n;
        if (packed < least) least = packed, best = {across, tasks / across};
    }
    return best;
}

// Calls body(first_row, rows) for m rows in `tasks` parts of whole strips, as even as these allow, on the pool's
// threads.
template <class Body>
void split_rows(const Compute& compute, int m, int strip, int tasks, Body body) {
    const int strips = (m + strip - 1) / strip;
    compute.pool().run(tasks, [&](int task, int) {
        const auto [first, last] = share(strips, tasks, task);
        const int row = first * strip, rows = std::min(last * strip, m) - row;
        if (rows > 0) body(row, rows);
    });
}

// Calls part(first_row, rows, first_col, last_col) for all of c, whole strips of rows, on the pool's threads.
template <class Part>
void split_on_pool(const Compute& compute, int m, int n, int k, int strip, Part part) {
    const int threads = compute.pool().threads();
    const bool small = static_cast<std::int64_t>(m) * n * k < kSmallProduct;
    if (threads == 1 || small) return part(0, m, 0, n);
    if (m >= kLeastRows * threads) {
        // As many tasks for each thread: one more for one of two is a third more time for a prompt of 128.
        const int tasks = std::clamp(m / kManyRows / threads, 1, 4) * threads;
        split_rows(compute, m, strip, tasks, [&](int row, int rows) { part(row, rows, 0, n); });
        return;
    }
    const int panel = compute.kernels().panel;
    const int panels = (n + panel - 1) / panel;
    const int tasks = tasks_for(panels, m == 1 ? threads : threads * 2);
    compute.pool().run(tasks, [&](int task, int) {
        const auto [first, last] = share(panels, tasks, task);
        part(0, m, first * panel, std::min(last * panel, n));
    });
}

struct Product {
    float* c;
    std::ptrdiff_t c_stride;
    MatrixView a;
    const PackedMatrix& b;
    Into into;
    const float* bias;
};

template <class Weight>
void multiply(const Compute& compute, const Product& p, int m,
              void (*gemm)(float*, std::ptrdiff_t, MatrixView, const Weight*, int, int, int, Into, const float*, int,
                           int)) {
    const auto* weights = reinterpret_cast<const Weight*>(p.b.data());
    const int strip = compute.kernels().tile_rows;
    split_on_pool(compute, m, p.b.n(), p.b.k(), strip, [&](int row, int rows, int first_col, int last_col) {
        const MatrixView a{p.a.data + row * p.a.row_stride, p.a.row_stride, p.a.col_stride};
        gemm(p.c + row * p.c_stride, p.c_stride, a, weights, rows, p.b.n(), p.b.k(), p.into, p.bias, first_col,
             last_col);
    });
}

// The rows of a are quantised once, into scratch that all threads then read.
void multiply_q8(const Compute& compute, const Product& p, int m) {
    CHECK(p.a.col_stride == 1);
    const auto blocks = static_cast<std::size_t>(q8_blocks(p.b.k()));
    const auto groups = static_cast<std::size_t>(q8_groups(q8_blocks(p.b.k())));
    const auto rows_of_a = static_cast<std::size_t>(m);
    const std::size_t quant_floats = rows_of_a * blocks * kQ8Block / 2;  // two int16 are as large as a float
    float* work = compute.packing(0, quant_floats + rows_of_a * groups);
    auto* quants = reinterpret_cast<std::int16_t*>(work);
    float* scales = work + quant_floats;
    // Never so that a part has few rows where the whole has many: those may be laid out in another way.
    const bool many = m >= kLeastRows * compute.pool().threads();
    const int strip = compute.kernels().strip_rows;
    split_rows(compute, m, strip, many ? compute.pool().threads() : 1, [&](int row, int rows) {
        const auto at = static_cast<std::size_t>(row);
        compute.kernels().quantize_rows(quants + at * blocks * kQ8Block, scales + at * groups,
                                        p.a.data + row * p.a.row_stride, p.a.row_stride, rows, p.b.k());
    });
    split_on_pool(compute, m, p.b.n(), p.b.k(), strip, [&](int row, int rows, int first_col, int last_col) {
        const auto at = static_cast<std::size_t>(row);
        compute.kernels().gemm_q8(p.c + row * p.c_stride, p.c_stride, quants + at * blocks * kQ8Block,
                                  scales + at * groups, p.b.data(), rows, p.b.n(), p.b.k(), p.into, p.bias, first_col,
                                  last_col);
    });
}

}  // namespace

Compute::Compute(int threads, const Kernels& kernels)
    : kernels_(&kernels),
      pool_(std::make_unique<ThreadPool>(threads)),
      scratch_(static_cast<std::size_t>(pool_->threads())),
      packing_(static_cast<std::size_t>(pool_->threads())) {
    CHECK(kernels.supported());
}

float* Compute::scratch(int worker, std::size_t floats) const {
    AlignedFloats& block = scratch_[static_cast<std::size_t>(worker)];
    block.reserve(floats);
    return block.data();
}

float* Compute::packing(int worker, std::size_t floats) const {
    AlignedFloats& block = packing_[static_cast<std::size_t>(worker)];
    block.reserve(floats);
    return block.data();
}

void matmul(const Compute& compute, float* c, std::ptrdiff_t c_stride, MatrixView a, const PackedMatrix& b, int m,
            Into into, const float* bias) {
    CHECK(b.panel() == compute.kernels().panel);
    CHECK(bias == nullptr || into == Into::store);
    const Product product{c, c_stride, a, b, into, bias};
    switch (b.format()) {
        case WeightFormat::f32:
            return multiply<float>(compute, product, m, compute.kernels().gemm);
        case WeightFormat::f16:
            return multiply<std::uint16_t>(compute, product, m, compute.kernels().gemm_f16);
        case WeightFormat::q8:
            return multiply_q8(compute, product, m);
    }
}

void matmul(const Compute& compute, float* c, std::ptrdiff_t c_stride, MatrixView a, MatrixView b, int m, int n, int k,
            Into into) {
    const int threads = compute.pool().threads();
    if (threads == 1 || static_cast<std::int64_t>(m) * n * k < kSmallProduct) {
        return matmul_on(compute, 0, c, c_stride, a, b, m, n, k, into);
    }
    // Every task packs its own parts of a and b, and nobody waits for anybody.
    const int panel = compute.kernels().panel;
    const int panels = (n + panel - 1) / panel, strips = (m + kRowTask - 1) / kRowTask;
    const auto [across, down] = cheapest_cut(m, n, panels, strips, threads * 2);
    compute.pool().run(across * down, [&](int task, int worker) {
        const auto [first_panel, last_panel] = share(panels, across, task % across);
        const auto [first_strip, last_strip] = share(strips, down, task / across);
        const int column = first_panel * panel, columns = std::min(last_panel * panel, n) - column;
        const int row = first_strip * kRowTask, rows = std::min(last_strip * kRowTask, m) - row;
        const MatrixView left{a.data + row * a.row_stride, a.row_stride, a.col_stride};
        const MatrixView right{b.data + column * b.col_stride, b.row_stride, b.col_stride};
        matmul_on(compute, worker, c + row * c_stride + column, c_stride, left, right, rows, columns, k, into);
    });
}

void matmul_on(const Compute& compute, int worker, float* c, std::ptrdiff_t c_stride, MatrixView a, MatrixView b, int m,
               int n, int k, Into into) {
    const Kernels& kernels = compute.kernels();
    const std::size_t wanted = kernels.packed_floats(std::min(k, kPackedRows), std::min(n, kPackedColumns));
    float* packed = compute.packing(worker, wanted);
    for (int j = 0; j < n; j += kPackedColumns) {
        const int columns = std::min(n - j, kPackedColumns);
        for (int i = 0; i == 0 || i < k; i += kPackedRows) {
            const int depth = std::min(k - i, kPackedRows);
            const MatrixView block{b.data + i * b.row_stride + j * b.col_stride, b.row_stride, b.col_stride};
            const MatrixView left{a.data + i * a.col_stride, a.row_stride, a.col_stride};
            kernels.pack(packed, block, depth, columns);
            kernels.gemm(c + j, c_stride, left, packed, m, columns, depth, i > 0 ? Into::accumulate : into, nullptr, 0,
                         columns);
        }
    }
}

}  // namespace headlight::kernels
