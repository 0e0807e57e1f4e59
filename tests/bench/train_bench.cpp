// bench_train [steps [warmup [threads]]]: training steps of the benchmark's GPT (6 layers, 6 heads, d 192, context 256,
// vocabulary 2048, batch 16, dropout 0.1) on made-up tokens; one JSON line with the tokens per second of the median
// step. tests/bench/train_bench.sh runs it beside PyTorch. Not a test: build it alone (ninja bench_train).

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "base/rng.h"
#include "train/trainer.h"

int main(int argc, char** argv) {
    using namespace headlight;
    const auto argument = [&](int index, int fallback) { return argc > index ? std::atoi(argv[index]) : fallback; };
    const int steps = std::max(1, argument(1, 10));
    const int warmup = std::max(0, argument(2, 2));
    const kernels::Compute compute(argument(3, 2));

    const model::GptConfig config;
    Rng rng(1);
    std::vector<nn::TokenId> tokens(100'000);
    for (auto& token : tokens) token = static_cast<nn::TokenId>(rng.below(static_cast<std::uint64_t>(config.vocab)));
    const auto dataset = train::Dataset::create({std::move(tokens)}, {}, config.context);
    if (!dataset.has_value()) return 1;
    const train::TrainOptions options;
    train::Trainer trainer(compute, model::Gpt::random(compute, config, 1), *dataset, options);

    std::vector<double> seconds;
    double loss = 0;
    for (int step = 0; step < warmup + steps; ++step) {
        const auto start = std::chrono::steady_clock::now();
        loss = trainer.step().loss;
        const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
        if (step >= warmup) seconds.push_back(taken.count());
    }
    std::ranges::sort(seconds);
    const double median = (seconds[seconds.size() / 2] + seconds[(seconds.size() - 1) / 2]) / 2;
    std::printf(
        R"({"tokens_per_s": %.1f, "steps": %d, "parameters": %zu, "loss": %.4f, "kernels": "%s", "threads": %d})"
        "\n",
        options.batch * options.context / median, steps, trainer.gpt().layout().size(), loss, compute.kernels().name,
        compute.pool().threads());
}
