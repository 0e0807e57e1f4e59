// Writes on from a prompt, token by token.
#include "base/numeric_text.h"
#include "cli/command_list.h"
#include "cli/inputs.h"
#include "cli/terminal.h"
#include "model/generation.h"

namespace headlight::cli {
namespace {

class Generate : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        model_.declare(options);
        prompt_.declare(options);
        options.push_back({"-n,--tokens", &tokens_, "N", "at most this many new tokens", 0, 1e6});
        options.push_back({"--seed", &seed_, "N", "the same seed gives the same text, everywhere", 0, 4294967295.0});
        options.push_back(
            {"--temperature", &temperature_, "X", "below 1 safer, above 1 wilder; 0: the most likely", 0, 100});
        options.push_back({"--top-k", &top_k_, "N", "draw from the N most likely; 0: off", 0, 1e9});
        options.push_back({"--top-p", &top_p_, "P", "draw from the most likely that hold this share; 1: off", 0, 1});
        options.push_back({"--no-stop", &no_stop_, "", "go on after the end token"});
        options.push_back({"--json", &json_, "", "one JSON object at the end: ids, text, tokens with probabilities"});
        compute_.declare(options);
    }

    Result<void> run(Terminal& terminal) override {
        ASSIGN_OR_RETURN(const kernels::Compute compute, compute_.make());
        ASSIGN_OR_RETURN(const model::LoadedModel loaded, model_.load(compute));
        ASSIGN_OR_RETURN(const auto prompt, prompt_.tokens(loaded));
        ASSIGN_OR_RETURN(auto generator, model::Generator::create(compute, loaded.gpt, prompt, generation()));
        const text::Tokenizer* tokenizer = loaded.tokenizer.has_value() ? &*loaded.tokenizer : nullptr;
        if (json_) return run_json(terminal, generator, tokenizer, prompt);
        return run_text(terminal, generator, tokenizer, prompt);
    }

  private:
    [[nodiscard]] model::Generation generation() const {
        return {.tokens = tokens_,
                .seed = static_cast<std::uint32_t>(seed_),
                .sampling = {.temperature = static_cast<float>(temperature_),
                             .top_k = top_k_,
                             .top_p = static_cast<float>(top_p_)},
                .stop_at_end = !no_stop_};
    }

    // The text that a token makes certain; end tokens, and ids beyond the tokenizer's, have none.
    static std::string shown(text::StreamingDecoder& decoder, const text::Tokenizer& tokenizer, text::TokenId id) {
        if (id >= tokenizer.vocab_size() || tokenizer.is_special(id)) return {};
        return decoder.push(tokenizer.bytes(id));
    }

    // The prompt as it was given, then each token as soon as it is there; ids where there is no tokenizer.
    Result<void> run_text(Terminal& terminal, model::Generator& generator, const text::Tokenizer* tokenizer,
                          std::span<const text::TokenId> prompt) {
        text::StreamingDecoder decoder;
        if (tokenizer == nullptr) {
            terminal.print(ids_text(prompt));
        } else {
            for (const text::TokenId id : prompt) terminal.print(shown(decoder, *tokenizer, id));
        }
        while (!generator.done()) {
            if (interrupted()) {
                terminal.print(decoder.finish() + "\n");
                return interrupted_error();
            }
            const model::GeneratedToken token = generator.step();
            if (token.id < 0) return invalid("no logit of the model is a number");
            if (tokenizer == nullptr) {
                terminal.print("," + std::to_string(token.id));
            } else {
                terminal.print(shown(decoder, *tokenizer, token.id));
            }
        }
        terminal.print(decoder.finish() + "\n");
        return {};
    }

    Result<void> run_json(Terminal& terminal, model::Generator& generator, const text::Tokenizer* tokenizer,
                          std::span<const text::TokenId> prompt) {
        text::StreamingDecoder decoder;
        Json tokens = Json::array();
        Json ids = Json::array();
        std::string text;
        while (!generator.done()) {
            if (interrupted()) return interrupted_error();
            const model::GeneratedToken token = generator.step();
            if (token.id < 0) return invalid("no logit of the model is a number");
            ids.push_back(token.id);
            Json entry{{"id", token.id}, {"probability", token.probability}};
            if (tokenizer != nullptr && token.id < tokenizer->vocab_size()) {
                entry["token"] = tokenizer->display(token.id);
                text += shown(decoder, *tokenizer, token.id);
            }
            tokens.push_back(std::move(entry));
        }
        Json result{{"prompt_ids", prompt}, {"ids", ids}};
        if (tokenizer != nullptr) result["text"] = text + decoder.finish();
        result["tokens"] = tokens;
        terminal.print_json(result);
        return {};
    }

    // The defaults are those of the page, so that the same seed tells the same story in both.
    ModelInput model_;
    PromptInput prompt_;
    ComputeInput compute_;
    int tokens_ = 100, top_k_ = 40;
    std::int64_t seed_ = 7;
    double temperature_ = 0.8, top_p_ = 0.95;
    bool no_stop_ = false, json_ = false;
};

}  // namespace

Command generate_command() {
    return {
        "generate", "write on from a prompt",
        "Computes the probabilities of the next token, draws one, appends it, and so on. Temperature, top-k and top-p\n"
        "shape the draw. A seed fixes it: the same seed gives the same text on every machine and in the page.",
        "headlight generate --prompt 'Once upon a time'\n"
        "headlight generate --prompt 'The dragon' --tokens 200 --seed 3 --temperature 1.1\n"
        "headlight generate --prompt 'The dragon' --temperature 0 --json\n"
        "headlight generate --model ./gpt2 --ids 15496,11,314,716",
        [] { return std::unique_ptr<Action>(std::make_unique<Generate>()); }};
}

}  // namespace headlight::cli
