// After set-up a decode step and a training step allocate nothing: this program counts every operator new, and every
// aligned_alloc, to which the linker leads all calls here.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <new>

#include "model/beam_search.h"
#include "model/translator.h"
#include "train/pair_helpers.h"
#include "train/train_helpers.h"

namespace {

std::atomic<long> g_allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
    const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
    void* memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
    if (memory == nullptr) std::abort();
    return memory;
}

constexpr std::size_t kUsual = alignof(std::max_align_t);

}  // namespace

extern "C" void* __real_aligned_alloc(std::size_t alignment, std::size_t size);
extern "C" void* __wrap_aligned_alloc(std::size_t alignment, std::size_t size) {
    ++g_allocations;
    return __real_aligned_alloc(alignment, size);
}

void* operator new(std::size_t size) {
    return counted(size, kUsual);
}
void* operator new[](std::size_t size) {
    return counted(size, kUsual);
}
void* operator new(std::size_t size, std::align_val_t at) {
    return counted(size, static_cast<std::size_t>(at));
}
void* operator new[](std::size_t size, std::align_val_t at) {
    return counted(size, static_cast<std::size_t>(at));
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
    std::free(memory);
}

namespace headlight::train {
namespace {

int g_failures = 0;

// One line a check, in the form that tests/run counts.
void expect(const char* what, int threads, long allocations, bool wanted) {
    static int number = 0;
    if (!wanted) ++g_failures;
    std::printf("%s %d %s, %d threads: %ld allocations\n", wanted ? "ok" : "not ok", ++number, what, threads,
                allocations);
}

template <class Body>
long allocations_of(Body&& body) {
    const long before = g_allocations.load();
    body();
    return g_allocations.load() - before;
}

// Scratch memory grows when a thread first gets a large task, and which thread gets which task is chance: rounds go on
// until one allocates nothing. A step that always allocates never gets there.
template <class Body>
long steady_allocations_of(Body&& body) {
    long count = 0;
    for (int round = 0; round < 50; ++round) {
        count = allocations_of(body);
        if (count == 0) break;
    }
    return count;
}

void check_decode(int threads) {
    const kernels::Compute compute(threads);
    const model::GptConfig config = tiny_config();
    const model::Gpt gpt = model::Gpt::random(compute, config, 1);
    model::Activations cache(config, 1, config.context, model::Keep::decode);
    const std::vector<TokenId> ids = made_up_tokens(static_cast<std::size_t>(config.context), config.vocab, 2);
    const auto decode = [&](int position) {
        model::Forward(compute, gpt, cache, std::span(ids).subspan(static_cast<std::size_t>(position), 1), position)
            .run();
    };
    const long count = steady_allocations_of([&] {
        for (int i = 0; i < config.context; ++i) decode(i);
    });
    expect("decoding tokens one by one", threads, count, count == 0);
}

void check_training(int threads) {
    const kernels::Compute compute(threads);
    const Dataset dataset = tiny_dataset(tiny_config());
    Trainer trainer = tiny_trainer(compute, dataset);
    const long count = steady_allocations_of([&] {
        for (int i = 0; i < 5; ++i) trainer.step();
    });
    expect("training steps", threads, count, count == 0);
}

// Whole epochs: batches of every size, and the shuffling in between.
void check_pair_training(int threads) {
    const kernels::Compute compute(threads);
    PairTrainer trainer = pair_trainer(compute);
    const long count = steady_allocations_of([&] {
        for (int i = 0; i < 2 * trainer.dataset().batches(); ++i) trainer.step();
    });
    expect("training steps on pairs", threads, count, count == 0);
}

void check_translation(int threads) {
    const kernels::Compute compute(threads);
    const auto model = model::EncoderDecoder::random(compute, pair_config(), 1);
    model::Translator translator(compute, model);
    const std::vector<TokenId> source{5, 6, 7, 8, 9};
    long steps = 0;
    const long count = steady_allocations_of([&] {
        if (!translator.start(source).has_value()) return;
        for (; !translator.done(); ++steps) translator.step();
    });
    expect("translating token by token", threads, count, count == 0 && steps > 0);
}

// The ids of the result are its own.
void check_beam_search(int threads) {
    const kernels::Compute compute(threads);
    const auto model = model::EncoderDecoder::random(compute, pair_config(), 1);
    model::BeamSearch search(compute, model, {.beam = 3});
    const std::vector<TokenId> source{5, 6, 7, 8, 9};
    bool found = true;
    long count = 0;
    for (int round = 0; round < 50; ++round) {
        count = allocations_of([&] { found = found && search.translate(source).has_value(); });
        if (count == 1) break;
    }
    expect("a beam search, but for its result", threads, count - 1, count == 1 && found);
}

}  // namespace
}  // namespace headlight::train

int main() {
    using namespace headlight::train;
    const long counted_here = allocations_of([] {
        const int* volatile one = new int(1);  // volatile: a compiler may leave out what nobody sees
        delete one;
    });
    expect("the counter counts", 1, counted_here, counted_here == 1);
    for (const int threads : {1, 2}) {
        check_decode(threads);
        check_training(threads);
        check_pair_training(threads);
        check_translation(threads);
        check_beam_search(threads);
    }
    return g_failures == 0 ? 0 : 1;
}
