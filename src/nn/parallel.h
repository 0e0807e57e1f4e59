#pragma once

#include <algorithm>

#include "kernels/compute.h"

namespace headlight::nn {

// Calls body(first, last, worker) for consecutive ranges of rows, spread over the threads. How the rows are cut does
// not depend on the number of threads, and body must not add into anything shared.
template <class Body>
void for_rows(const kernels::Compute& compute, int rows, int rows_per_task, Body&& body) {
    const int tasks = (rows + rows_per_task - 1) / rows_per_task;
    compute.pool().run(tasks, [&](int task, int worker) {
        const int first = task * rows_per_task;
        body(first, std::min(first + rows_per_task, rows), worker);
    });
}

// A row count that makes a task of some thousand elements.
[[nodiscard]] inline int rows_per_task(int d) {
    return std::max(1, 16384 / std::max(d, 1));
}

[[nodiscard]] inline std::size_t row_offset(int row, int d) {
    return static_cast<std::size_t>(row) * static_cast<std::size_t>(d);
}

}  // namespace headlight::nn
