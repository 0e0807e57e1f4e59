#pragma once
// A pool of threads for short parallel loops. Results must not depend on the number of threads: a task writes only what
// no other task writes, and never adds into shared memory.

#include <functional>
#include <memory>
#include <type_traits>

namespace headlight {

class ThreadPool {
  public:
    // threads >= 1 counts the caller; 1 starts no thread at all. Builds without threads always have 1.
    explicit ThreadPool(int threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    [[nodiscard]] int threads() const { return threads_; }

    // Calls body(task, worker) once for every task in [0, tasks), worker in [0, threads()); returns when all are done.
    // Not re-entrant. Allocates nothing.
    template <class Body>
    void run(int tasks, Body&& body) {
        auto call = [](void* context, int task, int worker) {
            (*static_cast<std::remove_reference_t<Body>*>(context))(task, worker);
        };
        run_erased(tasks, call, const_cast<void*>(static_cast<const void*>(std::addressof(body))));
    }

    // Usable hardware threads, at least 1.
    [[nodiscard]] static int hardware_threads();

  private:
    using Erased = void (*)(void* context, int task, int worker);
    void run_erased(int tasks, Erased call, void* context);

    struct Shared;
    int threads_;
    std::unique_ptr<Shared> shared_;
};

}  // namespace headlight
