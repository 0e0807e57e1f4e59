// How fast this machine computes.
#include <algorithm>
#include <chrono>

#include "base/numeric_text.h"
#include "cli/command_list.h"
#include "cli/inputs.h"
#include "cli/terminal.h"
#include "model/convert.h"
#include "train/trainer.h"

namespace headlight::cli {
namespace {

using Clock = std::chrono::steady_clock;

// Repeats `body`, which does `work` units, for about `budget` seconds; units per second of the fastest repetition.
template <class Body>
double fastest_rate(double budget, double work, Body&& body) {
    double best = 0;
    const auto begin = Clock::now();
    do {
        const auto start = Clock::now();
        body();
        const double taken = std::chrono::duration<double>(Clock::now() - start).count();
        best = std::max(best, work / std::max(taken, 1e-9));
    } while (!interrupted() && std::chrono::duration<double>(Clock::now() - begin).count() < budget);
    return best;
}

std::vector<text::TokenId> spread_ids(int count, int vocab) {
    std::vector<text::TokenId> ids;
    for (std::int64_t i = 0; i < count; ++i) ids.push_back(static_cast<text::TokenId>((i * 7919 + 13) % vocab));
    return ids;
}

class Bench : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        options.push_back({"-m,--model", &folder_, "DIR", "model folder (default: random weights of the sizes below)"});
        weights_.declare(options);
        options.push_back({"--seconds", &seconds_, "X", "time for each figure", 0.01, 600});
        options.push_back({"--batch", &batch_, "N", "sequences of a training step", 1, 4096});
        options.push_back({"--no-train", &no_train_, "", "leave the training step out"});
        options.push_back({"--layers", &config_.layers, "N", "blocks", 1, 1000, false, "Random model"});
        options.push_back({"--heads", &config_.heads, "N", "heads", 1, 1000, false, "Random model"});
        options.push_back({"--dim", &config_.d_model, "N", "width", 1, 16384, false, "Random model"});
        options.push_back({"--context", &config_.context, "N", "positions", 2, 1e6, false, "Random model"});
        options.push_back({"--vocab", &config_.vocab, "N", "tokens", 2, 1e7, false, "Random model"});
        options.push_back({"--json", &json_, "", "one JSON object"});
        compute_.declare(options);
    }

    Result<void> run(Terminal& terminal) override {
        ASSIGN_OR_RETURN(const kernels::Compute compute, compute_.make());
        ASSIGN_OR_RETURN(model::Gpt gpt, make_gpt(compute));
        Json result;
        result["kernels"] = compute.kernels().name;
        result["threads"] = compute.pool().threads();
        result["parameters"] = gpt.layout().size();
        result["weights"] = model::format_name(gpt.format());
        const int rows = std::min(gpt.config().context, 256);
        add(terminal, result, "gemm_gflops", "matrix product, GFLOP/s", gemm_rate(compute, 256));
        add(terminal, result, "gemv_gflops", "matrix times vector, GFLOP/s", gemm_rate(compute, 1));
        add(terminal, result, "prefill_tokens_per_s", "prompt, tokens/s", prefill_rate(compute, gpt, rows));
        add(terminal, result, "decode_tokens_per_s", "decode, tokens/s", decode_rate(compute, gpt, rows));
        if (!no_train_ && !interrupted()) {
            ASSIGN_OR_RETURN(const double rate, train_rate(compute, std::move(gpt)));
            add(terminal, result, "train_tokens_per_s", "training, tokens/s", rate);
        }
        if (interrupted()) return interrupted_error();
        if (json_) {
            terminal.print_json(result);
        } else {
            terminal.print("(" + grouped(result["parameters"].get<std::int64_t>()) + " parameters, kernels " +
                           compute.kernels().name + ", weights " + result["weights"].get<std::string>() + ", " +
                           std::to_string(compute.pool().threads()) + " threads)\n");
        }
        return {};
    }

  private:
    void add(Terminal& terminal, Json& result, const char* key, const std::string& label, double rate) const {
        result[key] = rate;
        if (json_) return;
        const std::string number = rate >= 1000 ? grouped(static_cast<std::int64_t>(rate)) : fixed(rate, 1);
        terminal.print(label + std::string(30 - label.size(), ' ') + number + "\n");
    }

    Result<model::Gpt> make_gpt(const kernels::Compute& compute) {
        ASSIGN_OR_RETURN(const model::LoadOptions options, weights_.load_options());
        if (folder_.empty()) {
            config_.d_mlp = 4 * config_.d_model;
            RETURN_IF_ERROR(model::check(config_));
            model::Gpt gpt = model::Gpt::random(compute, config_, 1);
            if (!options.format || *options.format == kernels::WeightFormat::f32) return gpt;
            return model::converted(compute, gpt, *options.format);
        }
        ASSIGN_OR_RETURN(model::LoadedModel loaded, load_gpt(compute, folder_, options));
        return std::move(loaded.gpt);
    }

    // The feed-forward layer of a model 512 wide: a[rows, 512] * b[512, 2048].
    [[nodiscard]] double gemm_rate(const kernels::Compute& compute, int rows) const {
        constexpr int k = 512, n = 2048;
        const auto m = static_cast<std::size_t>(rows);
        std::vector<float> a(m * k, 0.5F), b(std::size_t{k} * n, 0.25F), c(m * n);
        kernels::PackedMatrix packed;
        packed.pack(compute, {b.data(), n, 1}, k, n);
        const double work = 2e-9 * rows * k * n;
        return fastest_rate(seconds_, work,
                            [&] { kernels::matmul(compute, c.data(), n, {a.data(), k, 1}, packed, rows); });
    }

    [[nodiscard]] double prefill_rate(const kernels::Compute& compute, const model::Gpt& gpt, int rows) const {
        const auto ids = spread_ids(rows, gpt.config().vocab);
        model::Activations activations(gpt.config(), 1, rows, model::Keep::decode);
        return fastest_rate(seconds_, rows, [&] { model::Forward(compute, gpt, activations, ids, 0).run(); });
    }

    // Token by token from half of `rows` on, the cache filled before.
    [[nodiscard]] double decode_rate(const kernels::Compute& compute, const model::Gpt& gpt, int rows) const {
        const auto ids = spread_ids(rows, gpt.config().vocab);
        const int first = rows / 2;
        const auto half = static_cast<std::size_t>(first);
        model::Activations cache(gpt.config(), 1, rows, model::Keep::decode);
        model::Forward(compute, gpt, cache, std::span(ids).first(half), 0).run();
        const int steps = std::min(rows - first, 16);
        return fastest_rate(seconds_, steps, [&] {
            for (int i = 0; i < steps; ++i) {
                const auto one = std::span(ids).subspan(half + static_cast<std::size_t>(i), 1);
                model::Forward(compute, gpt, cache, one, first + i).run();
            }
        });
    }

    [[nodiscard]] Result<double> train_rate(const kernels::Compute& compute, model::Gpt gpt) const {
        const model::GptConfig config = gpt.config();
        ASSIGN_OR_RETURN(const auto dataset,
                         train::Dataset::create({spread_ids(config.context * 4, config.vocab)}, {}, config.context));
        train::TrainOptions options;
        options.batch = batch_;
        options.context = config.context;
        train::Trainer trainer(compute, std::move(gpt), dataset, options);
        return fastest_rate(seconds_, static_cast<double>(batch_) * config.context, [&] { (void)trainer.step(); });
    }

    std::string folder_;
    double seconds_ = 1;
    int batch_ = 16;
    bool no_train_ = false, json_ = false;
    model::GptConfig config_;
    ComputeInput compute_;
    WeightsInput weights_;
};

}  // namespace

Command bench_command() {
    return {"bench", "how fast this machine computes",
            "Measures matrix products, reading a prompt, decoding token by token, and a training step; of each the\n"
            "fastest repetition. Without --model it takes random weights of the story model's sizes.",
            "headlight bench\n"
            "headlight bench --threads 1 --kernels scalar --no-train\n"
            "headlight bench --model ./gpt2 --weights q8 --no-train\n"
            "headlight bench --layers 6 --heads 6 --dim 192 --context 256 --vocab 2048 --batch 16 --threads 2 --json",
            [] { return std::unique_ptr<Action>(std::make_unique<Bench>()); }};
}

}  // namespace headlight::cli
