#include "base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "base/check.h"

namespace headlight {

namespace {

// Loops follow each other within microseconds during a step: spin a little before sleeping.
constexpr int kSpins = 4000;

// More than the hardware has is slow but right (tests do it); without threads there is only the caller.
int most_threads() {
#if defined(HEADLIGHT_NO_THREADS)
    return 1;
#else
    return 4 * ThreadPool::hardware_threads();
#endif
}

}  // namespace

struct ThreadPool::Shared {
    std::atomic<unsigned> generation{0};
    std::atomic<int> next_task{0};
    std::atomic<int> busy{0};
    std::atomic<bool> stopping{false};
    int tasks = 0;
    Erased call = nullptr;
    void* context = nullptr;
    std::vector<std::thread> workers;

    void work(int worker) {
        for (int task = next_task.fetch_add(1); task < tasks; task = next_task.fetch_add(1)) {
            call(context, task, worker);
        }
    }

    void loop(int worker) {
        unsigned seen = 0;
        while (true) {
            for (int spin = 0; generation.load(std::memory_order_acquire) == seen; ++spin) {
                if (spin >= kSpins) generation.wait(seen, std::memory_order_acquire);
            }
            seen = generation.load(std::memory_order_acquire);
            if (stopping.load(std::memory_order_acquire)) return;
            work(worker);
            if (busy.fetch_sub(1, std::memory_order_acq_rel) == 1) busy.notify_one();
        }
    }
};

ThreadPool::ThreadPool(int threads) : threads_(std::clamp(threads, 1, most_threads())) {
    if (threads_ == 1) return;
    shared_ = std::make_unique<Shared>();
    for (int worker = 1; worker < threads_; ++worker) {
        shared_->workers.emplace_back([shared = shared_.get(), worker] { shared->loop(worker); });
    }
}

ThreadPool::~ThreadPool() {
    if (!shared_) return;
    shared_->stopping.store(true, std::memory_order_release);
    shared_->generation.fetch_add(1, std::memory_order_release);
    shared_->generation.notify_all();
    for (auto& worker : shared_->workers) worker.join();
}

void ThreadPool::run_erased(int tasks, Erased call, void* context) {
    if (!shared_ || tasks <= 1) {
        for (int task = 0; task < tasks; ++task) call(context, task, 0);
        return;
    }
    Shared& shared = *shared_;
    CHECK(shared.busy.load() == 0);
    shared.tasks = tasks;
    shared.call = call;
    shared.context = context;
    shared.next_task.store(0);
    shared.busy.store(threads_ - 1);
    shared.generation.fetch_add(1, std::memory_order_release);
    shared.generation.notify_all();
    shared.work(0);
    int spin = 0;
    for (int busy = 1; (busy = shared.busy.load(std::memory_order_acquire)) != 0; ++spin) {
        if (spin >= kSpins) shared.busy.wait(busy, std::memory_order_acquire);
    }
}

int ThreadPool::hardware_threads() {
#if defined(HEADLIGHT_NO_THREADS)
    return 1;
#else
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
#endif
}

}  // namespace headlight
