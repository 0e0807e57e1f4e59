#include "base/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/check.h"

namespace headlight {

namespace {

using Clock = std::chrono::steady_clock;

// Loops follow each other within microseconds during a step, and waking a thread takes tens of them: an idle worker
// looks for so long before it sleeps.
constexpr auto kPatience = std::chrono::microseconds(300);
constexpr int kSpinsPerLook = 512;  // at the clock
// The caller cannot sleep (a page's main thread may not wait); after so many looks it gives its core away.
constexpr int kCallerSpins = 20000;

// More than the hardware has is slow but right (tests do it); without threads there is only the caller.
int most_threads() {
#if defined(HEADLIGHT_NO_THREADS)
    return 1;
#else
    return 4 * ThreadPool::hardware_threads();
#endif
}

}  // namespace

// A loop is over when its tasks are done, whether or not every worker has noticed it: a worker that comes late finds no
// task left. Tasks are claimed by counting `left` down; what describes the loop is only read after a claim, and so
// before the loop can end.
struct ThreadPool::Shared {
    std::atomic<int> left{0};  // tasks not yet claimed; below 0 after workers that found none
    std::atomic<int> done{0};
    std::atomic<int> asleep{0};
    std::atomic<bool> stopping{false};
    int tasks = 0;
    Erased call = nullptr;
    void* context = nullptr;
    std::mutex mutex;
    std::condition_variable wake;
    std::vector<std::thread> workers;

    [[nodiscard]] bool nothing_to_do() const { return left.load() <= 0 && !stopping.load(); }

    void work(int worker) {
        while (left.load(std::memory_order_relaxed) > 0) {
            const int claimed = left.fetch_sub(1, std::memory_order_acq_rel);
            if (claimed <= 0) return;
            call(context, tasks - claimed, worker);
            done.fetch_add(1, std::memory_order_release);
        }
    }

    // Looks for tasks for a while.
    void spin() const {
        const auto until = Clock::now() + kPatience;
        do {
            for (int i = 0; i < kSpinsPerLook; ++i) {
                if (left.load(std::memory_order_relaxed) > 0 || stopping.load(std::memory_order_relaxed)) return;
            }
        } while (Clock::now() < until);
    }

    void sleep() {
        std::unique_lock lock(mutex);
        ++asleep;  // before looking again: whoever brings tasks after that look sees it, and wakes us
        wake.wait(lock, [this] { return !nothing_to_do(); });
        --asleep;
    }

    void wake_all() {
        if (asleep.load() == 0) return;
        {
            const std::lock_guard lock(mutex);
        }  // whoever has counted itself waits by now
        wake.notify_all();
    }

    void loop(int worker) {
        while (!stopping.load()) {
            work(worker);
            spin();
            if (nothing_to_do()) sleep();
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
    shared_->stopping.store(true);
    shared_->wake_all();
    for (auto& worker : shared_->workers) worker.join();
}

void ThreadPool::run_erased(int tasks, Erased call, void* context) {
    if (!shared_ || tasks <= 1) {
        for (int task = 0; task < tasks; ++task) call(context, task, 0);
        return;
    }
    Shared& shared = *shared_;
    CHECK(shared.done.load() == shared.tasks);  // not from inside a loop
    shared.tasks = tasks;
    shared.call = call;
    shared.context = context;
    shared.done.store(0);
    shared.left.store(tasks);
    shared.wake_all();
    shared.work(0);
    for (int spin = 0; shared.done.load(std::memory_order_acquire) != tasks; ++spin) {
        if (spin >= kCallerSpins) std::this_thread::yield();
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
