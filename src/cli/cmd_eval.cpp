// How well a model predicts a text, or translates sentences.
#include "base/numeric_text.h"
#include "cli/command_list.h"
#include "cli/eval_pairs.h"
#include "cli/inputs.h"
#include "cli/terminal.h"
#include "train/agreement.h"
#include "train/evaluate.h"

namespace headlight::cli {
namespace {

class Eval : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        model_.declare(options);
        options.push_back({"-t,--text", &text_, "FILE", "text to predict (a GPT); - is standard input"});
        options.push_back({"--pairs", &pairs_.file, "FILE",
                           "sentence pairs to translate and compare with (an encoder-decoder): a pair a line, a tab "
                           "between"});
        options.push_back({"--context", &context_, "N", "length of the windows (0: the model's context)", 0, 1e6});
        options.push_back({"--against", &against_, "FORMAT",
                           "compare with the same model held as f32, f16 or q8: how often both put the same token "
                           "first, and the mean KL divergence from it"});
        options.push_back({"--json", &json_, "", "one JSON object"});
        const std::string group = "With --pairs";
        options.push_back(
            {"--beam", &pairs_.beam.beam, "N", "hypotheses of the beam search; 1: greedy", 1, 64, false, group});
        options.push_back({"--length-power", &pairs_.beam.length_power, "X",
                           "log-probability / tokens^X decides; 0 favours short sentences", 0, 10, false, group});
        options.push_back({"--first", &pairs_.first, "N", "only the first pairs (0: all)", 0, 1e9, false, group});
        options.push_back({"--translations", &pairs_.translations, "FILE", "write the translations here, a line each",
                           0, 0, false, group});
        compute_.declare(options);
    }

    Result<void> run(Terminal& terminal) override {
        if (text_.empty() == pairs_.file.empty()) {
            return invalid("what? give --text FILE (a GPT) or --pairs FILE (an encoder-decoder)");
        }
        ASSIGN_OR_RETURN(const kernels::Compute compute, compute_.make());
        if (!pairs_.file.empty()) {
            pairs_.model = model_.folder;
            pairs_.json = json_;
            return evaluate_pairs(terminal, compute, pairs_);
        }
        ASSIGN_OR_RETURN(const std::string text, read_input(text_));
        ASSIGN_OR_RETURN(const model::LoadedModel model, model_.load(compute));
        if (!model.tokenizer.has_value()) return invalid("the model folder has no tokenizer; eval needs one");
        const int context = context_ == 0 ? model.gpt.config().context : context_;
        if (context > model.gpt.config().context) {
            return invalid("--context " + std::to_string(context) + ": the model has only " +
                           std::to_string(model.gpt.config().context) + " positions");
        }
        auto stream = train::encode_documents(*model.tokenizer, text);
        if (!stream.has_value()) return std::unexpected(stream.error());
        if (stream->ids.size() < 2) return invalid(text_ + ": no text to predict");
        if (!against_.empty()) return compare(terminal, compute, model.gpt, stream->ids, context);
        const train::Evaluation result = train::evaluate(compute, model.gpt, *stream, context);
        if (json_) {
            print_json(terminal, result);
        } else {
            print_text(terminal, result);
        }
        return {};
    }

  private:
    Result<void> compare(Terminal& terminal, const kernels::Compute& compute, const model::Gpt& gpt,
                         std::span<const text::TokenId> ids, int context) const {
        ASSIGN_OR_RETURN(const kernels::WeightFormat format, parse_format(against_, "--against"));
        ASSIGN_OR_RETURN(const std::string folder, model_folder(model_.folder));
        ASSIGN_OR_RETURN(const model::LoadedModel other, load_gpt(compute, folder, {.format = format}));
        const train::Agreement result = train::compare(compute, other.gpt, gpt, ids, context);
        if (json_) {
            terminal.print_json({{"weights", model::format_name(gpt.format())},
                                 {"against", model::format_name(format)},
                                 {"positions", result.positions},
                                 {"top1_agreement", result.top1()},
                                 {"mean_kl_nats", result.mean_divergence()}});
        } else {
            terminal.print("positions         " + grouped(static_cast<std::int64_t>(result.positions)) + "\n" +
                           "same first token  " + fixed(100 * result.top1(), 2) + " %\n" + "mean KL, nats     " +
                           shortest(result.mean_divergence()) + "\n");
        }
        return {};
    }

    static void print_json(Terminal& terminal, const train::Evaluation& result) {
        terminal.print_json({{"tokens", result.tokens},
                             {"predicted", result.predicted},
                             {"nats_per_token", result.nats_per_token()},
                             {"bits_per_byte", result.bits_per_byte()},
                             {"bytes", result.bytes},
                             {"stories", result.documents}});
    }

    static void print_text(Terminal& terminal, const train::Evaluation& result) {
        const auto count = [](std::size_t n) { return grouped(static_cast<std::int64_t>(n)); };
        terminal.print("stories         " + count(result.documents) + "\n" + "bytes           " + count(result.bytes) +
                       "\n" + "tokens          " + count(result.tokens) + "\n" + "nats per token  " +
                       fixed(result.nats_per_token(), 4) + "\n" + "bits per byte   " +
                       fixed(result.bits_per_byte(), 4) + "\n");
    }

    ModelInput model_;
    ComputeInput compute_;
    std::string text_, against_;
    int context_ = 0;
    PairEvaluation pairs_;
    bool json_ = false;
};

}  // namespace

Command eval_command() {
    return {
        "eval", "how well a model predicts a text, or translates",
        "Measures the bits that a model needs for a text. Stories are separated by lines <|endoftext|>; each is "
        "followed\n"
        "by its end token. Bits of all predicted tokens, in consecutive windows of the context length, divided by the\n"
        "UTF-8 bytes of the stories plus one per story: a figure that does not depend on the tokenizer.\n"
        "With --pairs, translates the first column and compares with the second: chrF2 and BLEU as sacrebleu counts\n"
        "them (nc:6 nw:0 space:no; tok:13a smooth:exp), and the nats per token of the second column.",
        "headlight eval --text valid.txt\n"
        "headlight eval --text valid.txt --weights q8 --against f32\n"
        "headlight eval --pairs dev.tsv --beam 4 --json\n"
        "headlight eval --model ./gpt2 --text valid.txt --json",
        [] { return std::unique_ptr<Action>(std::make_unique<Eval>()); }};
}

}  // namespace headlight::cli
