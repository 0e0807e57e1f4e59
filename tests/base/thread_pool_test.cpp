#include "base/thread_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace headlight {
namespace {

TEST(ThreadPool, EveryTaskRunsOnceOnAKnownWorker) {
    for (int threads = 1; threads <= 4; ++threads) {
        ThreadPool pool(threads);
        std::vector<std::atomic<int>> runs(1000);
        std::atomic<int> strangers = 0;
        pool.run(1000, [&](int task, int worker) {
            ++runs[static_cast<std::size_t>(task)];
            if (worker < 0 || worker >= pool.threads()) ++strangers;
        });
        for (const auto& count : runs) EXPECT_EQ(count.load(), 1);
        EXPECT_EQ(strangers.load(), 0);
    }
}

TEST(ThreadPool, ManyTinyLoopsFollowEachOther) {
    for (int threads = 1; threads <= 4; ++threads) {
        ThreadPool pool(threads);
        std::vector<int> sums(8);  // not atomic: each task has its own, and the next loop sees the last one's writes
        for (int loop = 0; loop < 3000; ++loop) {
            const int tasks = loop % 9;
            pool.run(tasks, [&](int task, int) { sums[static_cast<std::size_t>(task)] += loop; });
        }
        std::vector<int> expected(8);
        for (int loop = 0; loop < 3000; ++loop) {
            for (int task = 0; task < loop % 9; ++task) expected[static_cast<std::size_t>(task)] += loop;
        }
        EXPECT_EQ(sums, expected) << threads << " threads";
    }
}

TEST(ThreadPool, TwoTasksAtATimeNeverShareAWorker) {
    ThreadPool pool(3);
    std::vector<std::atomic<int>> inside(static_cast<std::size_t>(pool.threads()));
    std::atomic<int> clashes = 0;
    for (int loop = 0; loop < 200; ++loop) {
        pool.run(30, [&](int, int worker) {
            auto& mine = inside[static_cast<std::size_t>(worker)];
            if (++mine != 1) ++clashes;
            --mine;
        });
    }
    EXPECT_EQ(clashes.load(), 0);
}

TEST(ThreadPool, PoolsComeAndGo) {
    for (int i = 0; i < 50; ++i) {
        ThreadPool unused(1 + i % 4);
        auto outer = std::make_unique<ThreadPool>(1 + i % 3);
        std::atomic<int> count = 0;
        {
            ThreadPool inner(2);  // used and gone while the other one waits
            inner.run(5, [&](int, int) { ++count; });
        }
        outer->run(7, [&](int, int) { ++count; });
        outer.reset();
        EXPECT_EQ(count.load(), 12);
    }
}

TEST(ThreadPool, AWorkerMayOwnAPoolOfItsOwn) {
    ThreadPool outer(2);
    std::atomic<int> count = 0;
    outer.run(4, [&](int, int) {
        ThreadPool inner(2);
        inner.run(10, [&](int, int) { ++count; });
    });
    EXPECT_EQ(count.load(), 40);
}

// Each task waits for the other: a worker that is not woken would be waited for in vain.
TEST(ThreadPool, SleepingWorkersAreWoken) {
    ThreadPool pool(2);
    if (pool.threads() < 2) GTEST_SKIP() << "built without threads";
    for (int loop = 0; loop < 60; ++loop) {
        std::this_thread::sleep_for(std::chrono::microseconds(loop % 3 * 300));  // awake, falling asleep, asleep
        std::atomic<int> inside = 0;
        pool.run(2, [&](int, int) {
            ++inside;
            while (inside.load() < 2) std::this_thread::yield();
        });
        EXPECT_EQ(inside.load(), 2);
    }
}

TEST(ThreadPool, ClampsTheNumberOfThreads) {
    EXPECT_EQ(ThreadPool(0).threads(), 1);
    EXPECT_EQ(ThreadPool(-3).threads(), 1);
    EXPECT_GE(ThreadPool::hardware_threads(), 1);
    EXPECT_LE(ThreadPool(100000).threads(), 4 * ThreadPool::hardware_threads());
#if defined(HEADLIGHT_NO_THREADS)
    EXPECT_EQ(ThreadPool(4).threads(), 1);
#endif
    int calls = 0;
    ThreadPool(2).run(0, [&](int, int) { ++calls; });
    EXPECT_EQ(calls, 0);
}

}  // namespace
}  // namespace headlight
