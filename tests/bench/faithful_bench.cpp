// How faithful F16 and Q8 are to F32: the share of positions where both put the same token first, and the mean
// KL(F32 || other), for the model that comes with the program on a text, and for random weights of GPT-2's shape: with
// an embedding so wide that predictions are about as sharp as a trained model's, and as at the start of a training.
// There predictions are all but uniform and the first places of tens of thousands of tokens all but tied, so that any
// rounding swaps some. How many at least is the last row: independent normal weights, told in nine bits each (Q8 has a
// byte and a thirty-second of a scale), are off by 2^-9 of their spread whatever the code (Shannon, 1959). What is
// asked for is asked of a trained model and of weights that predict as sharply; the rest shows where that bound lies.
//   bench_faithful MODEL_DIR TEXT_FILE [layers heads d vocab positions]     (default: 12 12 768 50257 512)
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/file.h"
#include "base/rng.h"
#include "model/convert.h"
#include "model/hf_folder.h"
#include "train/agreement.h"

using namespace headlight;
using kernels::WeightFormat;

namespace {

constexpr double kLeastSame = 0.99, kMostDivergence = 2e-3;

bool faithful(const train::Agreement& result) {
    return result.top1() >= kLeastSame && result.mean_divergence() < kMostDivergence;
}

void print(const char* name, const char* format, const train::Agreement& result) {
    std::printf("%-24s %-4s %7zu positions  same first token %6.2f %%  mean KL %.3g nats\n", name, format,
                result.positions, 100 * result.top1(), result.mean_divergence());
    std::fflush(stdout);
}

// False: less faithful than promised.
bool compare(const kernels::Compute& compute, const char* name, const model::Gpt& exact,
             std::span<const nn::TokenId> ids, int context) {
    bool good = true;
    for (const WeightFormat format : {WeightFormat::f16, WeightFormat::q8}) {
        const auto held = model::converted(compute, exact, format);
        if (!held.has_value()) return std::printf("%s\n", held.error().message.c_str()), false;
        const train::Agreement result = train::compare(compute, exact, *held, ids, context);
        good = good && faithful(result);
        print(name, std::string(model::format_name(format)).c_str(), result);
    }
    return good;
}

// Every matrix off by 2^-bits of its spread, independently.
void blur(model::Gpt& gpt, const kernels::Compute& compute, int bits) {
    Rng rng(2);
    for (const model::ParamInfo& param : gpt.layout().params()) {
        if (param.shape.size() != 2) continue;
        const auto numbers = gpt.mutable_params().subspan(param.offset, param.size);
        double squares = 0;
        for (const float w : numbers) squares += static_cast<double>(w) * static_cast<double>(w);
        const double off = std::ldexp(std::sqrt(squares / static_cast<double>(numbers.size())), -bits);
        for (float& w : numbers) w += static_cast<float>(off * rng.normal());
    }
    gpt.pack(compute);
}

int fail_with(const Error& error) {
    std::fprintf(stderr, "bench_faithful: %s\n", error.message.c_str());
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return std::fprintf(stderr, "usage: bench_faithful MODEL_DIR TEXT_FILE [sizes]\n"), 2;
    const kernels::Compute compute(ThreadPool::hardware_threads());
    const auto loaded = model::load_model_folder(compute, argv[1], {.format = WeightFormat::f32});
    if (!loaded.has_value()) return fail_with(loaded.error());
    const auto text = read_file(argv[2]);
    if (!text.has_value()) return fail_with(text.error());
    const auto number = [&](int at, int otherwise) { return argc > at ? std::atoi(argv[at]) : otherwise; };
    bool good = true;
    if (loaded->tokenizer.has_value()) {
        const auto stream = train::encode_documents(*loaded->tokenizer, *text);
        if (!stream.has_value()) return fail_with(stream.error());
        good = compare(compute, "the model on the text", loaded->gpt, stream->ids, loaded->gpt.config().context);
    }
    const int d = number(5, 768), positions = number(7, 512);
    const model::GptConfig config{.vocab = number(6, 50257),
                                  .context = positions,
                                  .d_model = d,
                                  .layers = number(3, 12),
                                  .heads = number(4, 12),
                                  .d_mlp = 4 * d};
    if (const auto possible = model::check(config); !possible.has_value()) return fail_with(possible.error());
    Rng rng(1);
    std::vector<nn::TokenId> ids;
    for (int i = 0; i < 2 * positions; ++i) {
        ids.push_back(static_cast<nn::TokenId>(rng.below(static_cast<std::uint64_t>(config.vocab))));
    }
    model::Gpt gpt = model::Gpt::random(compute, config, 1);
    compare(compute, "random, untrained", gpt, ids, positions);
    model::Gpt blurred = model::Gpt::random(compute, config, 1);
    constexpr int kBits = 9;
    blur(blurred, compute, kBits);
    print("the same, best code", "9 b", train::compare(compute, gpt, blurred, ids, positions));
    const auto embedding = static_cast<std::size_t>(config.vocab) * static_cast<std::size_t>(d);
    constexpr float kWider = 3.5F;  // half of the probability on one token, about as in a trained model
    for (float& w : gpt.mutable_params().subspan(gpt.layout().wte, embedding)) w *= kWider;
    gpt.pack(compute);
    good = compare(compute, "random, sharp", gpt, ids, positions) && good;
    std::printf("asked for: same first token at least %.0f %%, mean KL below %g nats: %s\n", 100 * kLeastSame,
                kMostDivergence, good ? "yes" : "NO");
    return good ? 0 : 1;
}
