// bench_interactive [threads [layers [f32 or q8 [cpu]]]]: what a person waits for with a GPT-2 small (12 layers of 12
// heads, 768 wide, 50257 tokens; random weights): decoding with and without the trace, a keystroke at the end of a
// prompt counted in decode steps, how long a slice of work is, and the cost of a token against the length of the
// context beside the attention's share of it. Not a test: build it alone (ninja bench_interactive); the .js of a
// WebAssembly build runs in node. tests/ui/ui_bench.cpp measures the frames.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "app/session.h"
#include "base/rng.h"
#include "nn/attention.h"

namespace {

using namespace headlight;
using Ids = std::vector<nn::TokenId>;

bool g_processor_time = false;

// The time that passed, or the time that this program got where others want the cores too: only for one thread, and
// not in WebAssembly, where the processor's clock is the other one.
double now_ms() {
    if (g_processor_time) return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

double time_of(const std::function<void()>& body) {
    const double start = now_ms();
    body();
    return now_ms() - start;
}

// Milliseconds of the median of `rounds` calls.
double median_time(int rounds, const std::function<void()>& body) {
    std::vector<double> times;
    for (int i = 0; i < rounds; ++i) times.push_back(time_of(body));
    return median(times);
}

Ids some_ids(int count, int vocab, int salt = 0) {
    Ids ids;
    for (int i = 0; i < count; ++i) ids.push_back(static_cast<nn::TokenId>((i * 7919 + salt * 104729 + 11) % vocab));
    return ids;
}

// Held in `format`, without the parameters as plain floats beside them.
model::Gpt random_model(const kernels::Compute& compute, const model::GptConfig& config, kernels::WeightFormat format) {
    auto gpt = model::Gpt::reserve(compute, config, format);
    if (!gpt.has_value()) std::exit(1);
    Rng rng(1);
    const auto& params = gpt->layout().params();
    for (std::size_t param = 0; param < params.size(); ++param) {
        const bool norm = params[param].name.find("ln_") != std::string::npos;
        std::vector<float> values(params[param].size, norm ? 1.0F : 0.0F);
        if (!norm) {
            for (float& value : values) value = static_cast<float>(rng.uniform() - 0.5) * 0.07F;
        }
        gpt->fill(compute, param, 0, values);
    }
    return std::move(*gpt);
}

void pass(const kernels::Compute& compute, const model::Gpt& gpt, model::Activations& a,
          std::span<const nn::TokenId> ids, int first) {
    model::Forward(compute, gpt, a, ids, first, {.logits = model::LogitRows::last}).run();
}

// One new row at position `context - 1`. The rows before it are zeros: arithmetic takes the same time for them.
double decode_ms(const kernels::Compute& compute, const model::Gpt& gpt, model::Activations& a, int context,
                 int rounds) {
    const Ids ids = some_ids(1, gpt.config().vocab);
    pass(compute, gpt, a, ids, context - 1);
    return median_time(rounds, [&] { pass(compute, gpt, a, ids, context - 1); });
}

// Scores, pattern and mix of all layers for one query at position `context - 1`.
double attention_ms(const kernels::Compute& compute, const model::Gpt& gpt, model::Activations& a, int context) {
    const model::GptConfig& c = gpt.config();
    const nn::AttentionShape shape{1, context - 1, 1, a.context(), c.heads, c.d_head()};
    using nn::Site;
    return median_time(9, [&] {
        for (int l = 0; l < c.layers; ++l) {
            nn::attention(compute, a.at(Site::z, l), a.at(Site::attn_scores, l), a.at(Site::pattern, l),
                          a.at(Site::q, l), a.at(Site::k, l), a.at(Site::v, l), shape);
        }
    });
}

void bench_pool(const kernels::Compute& compute) {
    constexpr int kLoops = 2000;
    const double time = median_time(9, [&] {
        for (int i = 0; i < kLoops; ++i) compute.pool().run(compute.pool().threads(), [](int, int) {});
    });
    std::printf("an empty parallel loop: %.2f us\n", time / kLoops * 1000);
}

void bench_trace(const kernels::Compute& compute, const model::Gpt& gpt) {
    model::Activations plain(gpt.config(), 1, 256, model::Keep::decode),
        traced(gpt.config(), 1, 256, model::Keep::trace);
    for (const int context : {64, 128, 256}) {
        std::vector<double> without, with;
        for (int round = 0; round < 5; ++round) {  // turn about, so that both meet the same machine
            without.push_back(decode_ms(compute, gpt, plain, context, 5));
            with.push_back(decode_ms(compute, gpt, traced, context, 5));
        }
        std::printf("decode at %4d: untraced %6.2f ms, traced %6.2f ms: %3.0f %% of the speed\n", context,
                    median(without), median(with), 100 * median(without) / median(with));
    }
}

// A text shown as fast as possible: milliseconds until it is shown, then until nothing is left to prepare for the next
// one, and the longest slice of each.
struct Shown {
    double total = 0, longest_slice = 0, afterwards = 0, longest_afterwards = 0;
};
Shown show(app::Session& session, Ids ids) {
    Shown shown;
    const double start = now_ms();
    session.want({std::move(ids), 0, 0});
    for (bool there = false; session.busy();) {
        bool published = false;
        const double slice = time_of([&] { published = session.advance(0); });
        double& longest = there ? shown.longest_afterwards : shown.longest_slice;
        longest = std::max(longest, slice);
        if (published && !there) shown.total = now_ms() - start;
        there = there || published;
    }
    shown.afterwards = now_ms() - start - shown.total;
    return shown;
}

void bench_session(const kernels::Compute& compute, app::Session& session, double step) {
    const int vocab = session.gpt().config().vocab;
    Ids prompt = some_ids(64, vocab);
    const Shown first = show(session, prompt);
    std::printf("prompt of 64: %.1f ms, longest slice %.2f ms; then %.1f ms of preparing, longest slice %.2f ms\n",
                first.total, first.longest_slice, first.afterwards, first.longest_afterwards);
    model::Activations plain(session.gpt().config(), 1, 64, model::Keep::decode);
    std::printf("  the same without a session: %.1f ms\n",
                median_time(3, [&] { pass(compute, session.gpt(), plain, prompt, 0); }));

    std::vector<double> append, replace, slices, afterwards;
    for (int i = 0; i < 12; ++i) {
        prompt.resize(64);
        prompt.back() = (i * 31 + 7) % vocab;  // the last letters change the last token
        const Shown a = show(session, prompt);
        prompt.push_back((i * 17 + 5) % vocab);  // a space begins a new one
        const Shown b = show(session, prompt);
        replace.push_back(a.total), append.push_back(b.total);
        slices.push_back(std::max(a.longest_slice, b.longest_slice));
        afterwards.push_back(std::max(a.longest_afterwards, b.longest_afterwards));
    }
    std::printf("keystroke that replaces the last of 64 tokens: %.2f ms, first %.2f (%.2f decode steps, first %.2f)\n",
                median(replace), replace[0], median(replace) / step, replace[0] / step);
    std::printf(
        "keystroke that begins a new token:             %.2f ms, longest %.2f (%.2f decode steps, longest %.2f)\n",
        median(append), *std::ranges::max_element(append), median(append) / step,
        *std::ranges::max_element(append) / step);
    std::printf("  longest slice %.2f ms, of preparing afterwards %.2f ms\n", *std::ranges::max_element(slices),
                *std::ranges::max_element(afterwards));
}

void bench_context(const kernels::Compute& compute, const model::Gpt& gpt) {
    model::Activations cache(gpt.config(), 1, 1024, model::Keep::decode);
    double least = 0, least_attention = 0;
    std::printf("context   ms a token   attention   growth   explained by attention\n");
    for (const int context : {16, 64, 128, 256, 512, 1024}) {
        const double all = decode_ms(compute, gpt, cache, context, 9), own = attention_ms(compute, gpt, cache, context);
        if (least == 0) least = all, least_attention = own;
        std::printf("%7d %12.2f %11.2f %8.2f %8.2f  ", context, all, own, all - least, own - least_attention);
        std::printf("%s\n",
                    std::string(static_cast<std::size_t>(std::clamp(all / least * 20, 0.0, 200.0)), '#').c_str());
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto argument = [&](int index, int fallback) { return argc > index ? std::atoi(argv[index]) : fallback; };
    const kernels::Compute compute(argument(1, 1));
    g_processor_time = argc > 4 && std::string(argv[4]) == "cpu";
    const model::GptConfig config{.vocab = 50257,
                                  .context = 1024,
                                  .d_model = 768,
                                  .layers = argument(2, 12),
                                  .heads = 12,
                                  .d_mlp = 3072,
                                  .end_token = 50256};
    const bool f32 = argc > 3 && std::string(argv[3]) == "f32";
    auto session = app::Session::create(
        compute, "random",
        {random_model(compute, config, f32 ? kernels::WeightFormat::f32 : kernels::WeightFormat::q8), std::nullopt});
    if (!session.has_value()) return 1;
    const model::Gpt& gpt = (*session)->gpt();
    std::printf("%s, %d thread(s), %d layers, %s\n", compute.kernels().name, compute.pool().threads(), config.layers,
                f32 ? "f32" : "q8");
    bench_pool(compute);
    model::Activations plain(config, 1, 64, model::Keep::decode);
    const double step = decode_ms(compute, gpt, plain, 64, 15);
    std::printf("decode step at 64: %.2f ms\n", step);
    bench_trace(compute, gpt);
    bench_session(compute, **session, step);
    bench_context(compute, gpt);
}
