// Trains a GPT from texts, or an encoder-decoder from sentence pairs.
#include <cmath>

#include "base/file.h"
#include "base/numeric_text.h"
#include "cli/command_list.h"
#include "cli/inputs.h"
#include "cli/train_pairs.h"
#include "cli/train_run.h"
#include "train/evaluate.h"
#include "train/trainer.h"

namespace headlight::cli {
namespace {

constexpr const char* kTexts = "Texts";
constexpr const char* kModel = "Model";
constexpr const char* kOptimiser = "Optimiser";
constexpr const char* kRun = "Run";

class Train : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        auto add = [&options](const char* group, Option option) {
            option.group = group;
            options.push_back(std::move(option));
        };
        add(kTexts,
            {"-t,--text", &texts_, "FILE...", "texts to learn from, documents separated by lines <|endoftext|>"});
        add(kTexts, {"--weight", &weights_, "W...", "how often each text is drawn (default: all alike)", 0, 1e9});
        add(kTexts, {"--pairs", &pairs_.file, "FILE",
                     "instead of texts: sentence pairs, a pair a line, a tab between; trains "
                     "an encoder-decoder"});
        add(kTexts, {"--valid", &valid_, "FILE", "text (or pairs) to measure with; the best weights are kept"});
        add(kTexts, {"--tokenizer", &tokenizer_, "DIR", "folder of the tokenizer (or that of --from)"});
        add(kTexts, {"-o,--out", &plan_.folder, "DIR", "folder for the model, the checkpoint and the log", 0, 0, true});
        add(kModel,
            {"--layers", &config_.layers, "N", "blocks (with pairs: of the encoder, and of the decoder)", 1, 1000});
        add(kModel, {"--heads", &config_.heads, "N", "attention heads of a block", 1, 1000});
        add(kModel, {"--dim", &config_.d_model, "N", "width of the residual stream", 1, 16384});
        add(kModel, {"--mlp", &d_mlp_, "N", "width of the feed-forward (default: 4 times --dim)", 1, 65536});
        add(kModel, {"--context", &config_.context, "N", "positions", 1, 1e6});
        add(kModel, {"--untied", &untied_, "", "a head with weights of its own"});
        add(kModel, {"--no-qkv-bias", &no_qkv_bias_, "", "query, key and value without bias"});
        add(kModel, {"--from", &from_, "DIR", "begin with this model instead of random weights"});
        add(kOptimiser, {"--batch", &train_.batch, "N", "sequences of one step", 1, 65536});
        add(kOptimiser, {"--rows", &pairs_.rows, "N", "with pairs: most tokens of one step on either side", 1, 1e6});
        add(kOptimiser, {"--smoothing", &pairs_.smoothing, "P", "with pairs: label smoothing", 0, 0.9});
        add(kOptimiser, {"--steps", &train_.schedule.steps, "N", "steps of the whole run", 1, 1e12});
        add(kOptimiser, {"--lr", &train_.schedule.peak, "X", "highest learning rate", 1e-12, 10});
        add(kOptimiser, {"--min-lr", &train_.schedule.floor, "X", "learning rate at the end of the cosine", 0, 10});
        add(kOptimiser, {"--warmup", &train_.schedule.warmup, "N", "steps of linear warm-up", 0, 1e12});
        add(kOptimiser, {"--dropout", &dropout_, "P", "probability of dropping a value", 0, 0.9});
        add(kOptimiser, {"--weight-decay", &weight_decay_, "X", "decoupled decay of the matrices", 0, 10});
        add(kOptimiser, {"--seed", &seed_, "N", "the same seed gives the same weights", 0});
        add(kRun, {"--eval-every", &plan_.eval_every, "N", "steps between validations", 1});
        add(kRun, {"--save-every", &plan_.save_every, "N", "steps between checkpoints", 1});
        add(kRun, {"--log-every", &plan_.log_every, "N", "steps between lines of the log", 1});
        add(kRun, {"--dtype", &dtype_, "TYPE", "of the stored weights: f16, bf16 or f32"});
        add(kRun, {"--stop-at", &plan_.stop_at, "N", "stop cleanly after this step; --resume goes on (0: never)"});
        add(kRun, {"--resume", &resume_, "", "continue an interrupted run with the very same next step"});
        add(kRun, {"--restart", &restart_, "", "begin again in a folder that has a run"});
        add(kRun, {"--json", &plan_.json, "", "the log lines as JSON on standard output"});
        compute_.declare(options);
    }

    Result<void> run(Terminal& terminal) override {
        RETURN_IF_ERROR(check_options());
        ASSIGN_OR_RETURN(const kernels::Compute compute, compute_.make());
        if (!pairs_.file.empty()) return run_pairs(terminal, compute);
        ASSIGN_OR_RETURN(model::LoadedModel start, make_model(compute));
        const text::Tokenizer& tokenizer = *start.tokenizer;
        ASSIGN_OR_RETURN(const train::Dataset dataset, make_dataset(tokenizer, start.gpt.config().context));
        train::TokenStream valid;
        if (!valid_.empty()) {
            ASSIGN_OR_RETURN(const std::string text, read_input(valid_));
            ASSIGN_OR_RETURN(valid, train::encode_documents(tokenizer, text));
            if (valid.ids.size() < 2) return invalid(valid_ + ": no text to measure with");
        }
        announce(terminal, start.gpt, dataset, valid);
        train::Trainer trainer(compute, std::move(start.gpt), dataset, train_);
        TrainedModel model;
        model.save = [&] { return model::save_model_folder(plan_.folder, trainer.gpt(), &tokenizer, plan_.dtype); };
        if (!valid.ids.empty()) {
            model.valid = [&](Json& line) {
                const auto result = train::evaluate(compute, trainer.gpt(), valid, trainer.gpt().config().context);
                line["bits_per_byte"] = std::round(result.bits_per_byte() * 1e5) / 1e5;
                return result.nats_per_token();
            };
        }
        return go(terminal, trainer, std::move(model));
    }

  private:
    Result<void> go(Terminal& terminal, train::Training& training, TrainedModel model) const {
        TrainRun run(terminal, training, std::move(model), plan_);
        if (resume_) RETURN_IF_ERROR(run.resume());
        return run.run();
    }

    Result<void> run_pairs(Terminal& terminal, const kernels::Compute& compute) {
        PairRun run = pairs_;
        run.valid = valid_;
        run.tokenizer = tokenizer_;
        run.from = from_;
        run.folder = plan_.folder;
        run.dtype = plan_.dtype;
        run.json = plan_.json;
        run.config.d_model = config_.d_model;
        run.config.heads = config_.heads;
        run.config.d_head = config_.d_model / config_.heads;
        run.config.encoder_layers = run.config.decoder_layers = config_.layers;
        run.config.context = config_.context;
        run.config.d_mlp = d_mlp_ > 0 ? d_mlp_ : 4 * config_.d_model;
        run.config.attention_bias = !no_qkv_bias_;
        run.config.tied_head = !untied_;
        run.options = {train_.schedule, train_.adamw, train_.dropout, static_cast<float>(pairs_.smoothing),
                       train_.seed};
        const auto drive = [&](train::Training& training, TrainedModel model) {
            return go(terminal, training, std::move(model));
        };
        return train_pairs(terminal, compute, std::move(run), drive);
    }

    Result<void> check_options() {
        if (texts_.empty() == pairs_.file.empty()) return invalid("give --text FILE... or --pairs FILE");
        if (!pairs_.file.empty() && config_.d_model % config_.heads != 0) {
            return invalid("--heads " + std::to_string(config_.heads) + " does not divide --dim " +
                           std::to_string(config_.d_model));
        }
        if (dtype_ == "f32") {
            plan_.dtype = checkpoint::Dtype::f32;
        } else if (dtype_ == "bf16") {
            plan_.dtype = checkpoint::Dtype::bf16;
        } else if (dtype_ != "f16") {
            return invalid("--dtype '" + dtype_ + "': expected f16, bf16 or f32");
        }
        if (tokenizer_.empty() && from_.empty()) return invalid("no tokenizer; give --tokenizer DIR");
        const bool has_run = file_exists(TrainRun::checkpoint_path(plan_.folder));
        if (resume_ && restart_) return invalid("--resume and --restart exclude each other");
        if (resume_ && !has_run) return invalid(plan_.folder + " has no training.safetensors to resume from");
        if (has_run && !resume_ && !restart_) {
            return invalid(plan_.folder + " has a run already; --resume continues it, --restart begins again");
        }
        train_.dropout = static_cast<float>(dropout_);
        train_.adamw.weight_decay = static_cast<float>(weight_decay_);
        train_.seed = static_cast<std::uint64_t>(seed_);
        return {};
    }

    // Random weights, or those of --from; with the tokenizer to use.
    Result<model::LoadedModel> make_model(const kernels::Compute& compute) {
        std::optional<text::Tokenizer> tokenizer;
        if (!tokenizer_.empty()) {
            ASSIGN_OR_RETURN(tokenizer, load_tokenizer(tokenizer_));
        }
        if (!from_.empty()) {
            ASSIGN_OR_RETURN(model::LoadedModel loaded, model::load_model_folder(compute, from_));
            if (tokenizer.has_value()) loaded.tokenizer = std::move(tokenizer);
            if (!loaded.tokenizer.has_value()) return invalid(from_ + " has no tokenizer; give --tokenizer DIR");
            if (loaded.tokenizer->vocab_size() > loaded.gpt.config().vocab) {
                return invalid("the tokenizer has more tokens than the model of --from");
            }
            train_.context = loaded.gpt.config().context;
            return loaded;
        }
        config_.vocab = tokenizer->vocab_size();
        config_.d_mlp = d_mlp_ > 0 ? d_mlp_ : 4 * config_.d_model;
        config_.tied_head = !untied_;
        config_.qkv_bias = !no_qkv_bias_;
        config_.end_token = tokenizer->end_token().value_or(-1);
        RETURN_IF_ERROR(model::check(config_));
        train_.context = config_.context;
        return model::LoadedModel{model::Gpt::random(compute, config_, train_.seed), std::move(tokenizer)};
    }

    Result<train::Dataset> make_dataset(const text::Tokenizer& tokenizer, int context) const {
        std::vector<std::vector<text::TokenId>> streams;
        for (const std::string& path : texts_) {
            ASSIGN_OR_RETURN(const std::string text, read_input(path));
            ASSIGN_OR_RETURN(train::TokenStream stream, train::encode_documents(tokenizer, text));
            streams.push_back(std::move(stream.ids));
        }
        return train::Dataset::create(std::move(streams), weights_, context);
    }

    void announce(Terminal& terminal, const model::Gpt& gpt, const train::Dataset& dataset,
                  const train::TokenStream& valid) const {
        const auto parameters = static_cast<std::int64_t>(gpt.layout().size());
        const auto tokens = static_cast<std::int64_t>(dataset.tokens());
        if (plan_.json) {
            return terminal.print_json({{"parameters", parameters},
                                        {"train_tokens", tokens},
                                        {"valid_tokens", valid.ids.size()},
                                        {"valid_bytes", valid.bytes},
                                        {"steps", train_.schedule.steps}});
        }
        terminal.print(grouped(parameters) + " parameters, " + grouped(tokens) + " tokens to learn from, " +
                       grouped(static_cast<std::int64_t>(valid.ids.size())) + " to measure with\n");
    }

    std::vector<std::string> texts_;
    std::vector<double> weights_;
    std::string valid_, tokenizer_, from_, dtype_ = "f16";
    model::GptConfig config_;
    train::TrainOptions train_;
    double dropout_ = 0.1, weight_decay_ = 0.1;
    std::int64_t seed_ = 1;
    RunPlan plan_;
    PairRun pairs_;
    int d_mlp_ = 0;
    bool untied_ = false, no_qkv_bias_ = false, resume_ = false, restart_ = false;
    ComputeInput compute_;
};

}  // namespace

Command train_command() {
    return {
        "train", "train a GPT from texts, or an encoder-decoder from sentence pairs",
        "Trains a GPT-2-shaped model (or, with --pairs, an encoder-decoder that translates) with AdamW, warm-up and a\n"
        "cosine schedule. The folder gets a model that every\n"
        "other command opens, training.safetensors to continue from, and log.jsonl with the loss curve. Ctrl-C saves\n"
        "and stops. Two runs with the same options give the same weights, on any number of threads.",
        "headlight train --text stories.txt --tokenizer tokenizer --out model --steps 2000\n"
        "headlight train --text a.txt b.txt --weight 3 1 --valid v.txt --tokenizer tokenizer --out model\n"
        "headlight train --text a.txt --tokenizer tokenizer --out model --resume\n"
        "headlight train --pairs en_tr.tsv --valid dev.tsv --tokenizer tokenizer --out model --layers 2\n"
        "headlight generate --model model --prompt 'Once upon a time'",
        [] { return std::unique_ptr<Action>(std::make_unique<Train>()); }};
}

}  // namespace headlight::cli
