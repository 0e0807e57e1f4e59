// How well a model predicts a text.
#include "base/numeric_text.h"
#include "cli/command_list.h"
#include "cli/inputs.h"
#include "cli/terminal.h"
#include "train/evaluate.h"

namespace headlight::cli {
namespace {

class Eval : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        model_.declare(options);
        options.push_back({"-t,--text", &text_, "FILE", "text to predict; - is standard input", 0, 0, true});
        options.push_back({"--context", &context_, "N", "length of the windows (0: the model's context)", 0, 1e6});
        options.push_back({"--json", &json_, "", "one JSON object"});
        compute_.declare(options);
    }

    Result<void> run(Terminal& terminal) override {
        ASSIGN_OR_RETURN(const kernels::Compute compute, compute_.make());
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
        const train::Evaluation result = train::evaluate(compute, model.gpt, *stream, context);
        if (json_) {
            print_json(terminal, result);
        } else {
            print_text(terminal, result);
        }
        return {};
    }

  private:
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
    std::string text_;
    int context_ = 0;
    bool json_ = false;
};

}  // namespace

Command eval_command() {
    return {
        "eval", "how well a model predicts a text",
        "Measures the bits that a model needs for a text. Stories are separated by lines <|endoftext|>; each is "
        "followed\n"
        "by its end token. Bits of all predicted tokens, in consecutive windows of the context length, divided by the\n"
        "UTF-8 bytes of the stories plus one per story: a figure that does not depend on the tokenizer.",
        "headlight eval --text valid.txt\n"
        "headlight eval --model ./gpt2 --text valid.txt --json",
        [] { return std::unique_ptr<Action>(std::make_unique<Eval>()); }};
}

}  // namespace headlight::cli
