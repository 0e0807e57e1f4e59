// Saves what happens inside a model for one prompt.
#include <algorithm>

#include "base/file.h"
#include "base/json.h"
#include "base/numeric_text.h"
#include "cli/command_list.h"
#include "cli/glob.h"
#include "cli/inputs.h"
#include "cli/interventions_input.h"
#include "cli/terminal.h"
#include "cli/translation_trace.h"
#include "interpret/trace_file.h"

namespace headlight::cli {
namespace {

class Trace : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        model_.declare(options);
        prompt_.declare(options);
        options.push_back({"-t,--text", &text_, "TEXT", "a sentence to translate, with an encoder-decoder"});
        options.push_back({"--target", &target_, "TEXT", "its translation (default: the model's own, greedily)"});
        options.push_back({"-o,--out", &out_, "FILE", "safetensors file to write (F32)"});
        options.push_back({"--sites", &sites_, "GLOB...", "names to keep, * and ? are wildcards (default: all)"});
        options.push_back({"--list", &list_, "", "print the names and shapes instead of writing a file"});
        options.push_back({"--json", &json_, "", "the summary as one JSON object"});
        changes_.declare(options);
        compute_.declare(options);
    }

    Result<void> run(Terminal& terminal) override {
        if (out_.empty() && !list_) return invalid("where to? give --out FILE.safetensors, or --list");
        if (!text_.empty() && !(prompt_.prompt.empty() && prompt_.ids.empty())) {
            return invalid("--text is for an encoder-decoder, --prompt and --ids are for a GPT; expected one of them");
        }
        if (!text_.empty() && changes_.of_gpt()) {
            return invalid("--patch and --other are for a GPT; an encoder-decoder takes --do and --ablate");
        }
        if (text_.empty() && !target_.empty()) return invalid("--target is the translation of a --text");
        ASSIGN_OR_RETURN(const kernels::Compute compute, compute_.make());
        return text_.empty() ? trace_prompt(terminal, compute) : trace_sentence(terminal, compute);
    }

  private:
    Result<void> trace_prompt(Terminal& terminal, const kernels::Compute& compute) const {
        ASSIGN_OR_RETURN(const model::LoadedModel loaded, model_.load(compute));
        ASSIGN_OR_RETURN(const auto ids, prompt_.tokens(loaded));
        const model::GptConfig& config = loaded.gpt.config();
        const auto positions = static_cast<int>(ids.size());
        if (positions > config.context) {
            return invalid("the prompt has " + std::to_string(positions) + " tokens; the model has " +
                           std::to_string(config.context) + " positions");
        }
        ASSIGN_OR_RETURN(const auto changes, changes_.read(config, positions));
        ASSIGN_OR_RETURN(const auto other_ids, changes_.other_tokens(loaded, changes, positions));
        const model::Activations trace = run_changed(compute, loaded.gpt, ids, changes, other_ids);
        const auto values = interpret::trace_tensors(trace, positions, wanted());
        std::map<std::string, std::string> metadata;
        if (loaded.tokenizer.has_value()) metadata["tokens"] = tokens_text(*loaded.tokenizer, ids);
        if (!changes.empty()) metadata[kChanges] = interpret::to_text(changes);
        if (!other_ids.empty()) metadata["other_ids"] = ids_text(other_ids);
        return finish(terminal, values, ids, std::move(metadata));
    }

    Result<void> trace_sentence(Terminal& terminal, const kernels::Compute& compute) const {
        ASSIGN_OR_RETURN(const std::string folder, model_folder(model_.folder, ModelKind::encoder_decoder));
        ASSIGN_OR_RETURN(const model::LoadedEncoderDecoder loaded, load_translator(compute, folder));
        if (!loaded.tokenizer.has_value()) return invalid(folder + " has no tokenizer; trace --text needs one");
        ASSIGN_OR_RETURN(const TranslationTrace trace,
                         trace_translation(compute, loaded, text_, target_, changes_, wanted()));
        std::map<std::string, std::string> metadata{{"tokens", tokens_text(*loaded.tokenizer, trace.target)},
                                                    {"source_ids", ids_text(trace.source)},
                                                    {"source_tokens", tokens_text(*loaded.tokenizer, trace.source)}};
        if (!trace.changes.empty()) metadata[kChanges] = interpret::to_text(trace.changes);
        return finish(terminal, trace.tensors, trace.target, std::move(metadata));
    }

    [[nodiscard]] std::function<bool(std::string_view)> wanted() const {
        return [this](std::string_view name) {
            return sites_.empty() ||
                   std::ranges::any_of(sites_, [&](const auto& glob) { return glob_matches(glob, name); });
        };
    }

    // A JSON list, for the file's metadata.
    static std::string tokens_text(const text::Tokenizer& tokenizer, std::span<const text::TokenId> ids) {
        Json tokens = Json::array();
        for (const text::TokenId id : ids) {
            tokens.push_back(id < tokenizer.vocab_size() ? tokenizer.display(id) : std::string());
        }
        return write_json(tokens);
    }

    Result<void> finish(Terminal& terminal, std::span<const interpret::TraceTensor> values,
                        std::span<const text::TokenId> ids, std::map<std::string, std::string> metadata) const {
        if (values.empty()) return invalid("--sites matches no name; `headlight trace --list` shows them all");
        if (list_) return print_list(terminal, values), Result<void>{};
        return write(terminal, values, ids, std::move(metadata));
    }

    void print_list(Terminal& terminal, std::span<const interpret::TraceTensor> values) const {
        Json list = Json::array();
        for (const interpret::TraceTensor& value : values) {
            if (json_) {
                list.push_back({{"name", value.name}, {"shape", value.shape}});
            } else {
                terminal.print(value.name + " " + checkpoint::shape_text(value.shape) + "\n");
            }
        }
        if (json_) terminal.print_json({{"sites", list}});
    }

    Result<void> write(Terminal& terminal, std::span<const interpret::TraceTensor> values,
                       std::span<const text::TokenId> ids, std::map<std::string, std::string> metadata) const {
        Json summary{{"out", out_}, {"ids", ids}, {"tensors", values.size()}};
        if (metadata.contains(kChanges)) summary[kChanges] = metadata[kChanges];
        const std::string file = interpret::trace_file(values, ids, std::move(metadata));
        RETURN_IF_ERROR(write_file_atomic(out_, file));
        if (json_) {
            summary["bytes"] = file.size();
            terminal.print_json(summary);
        } else {
            terminal.print(grouped(static_cast<std::int64_t>(values.size())) + " tensors, " +
                           grouped(static_cast<std::int64_t>(file.size())) + " bytes written to " + out_ + "\n");
        }
        return {};
    }

    static constexpr const char* kChanges = "interventions";  // in the metadata and the summary

    ModelInput model_;
    PromptInput prompt_;
    InterventionsInput changes_;
    ComputeInput compute_;
    std::string out_, text_, target_;
    std::vector<std::string> sites_;
    bool list_ = false, json_ = false;
};

}  // namespace

Command trace_command() {
    return {
        "trace", "save what happens inside the model",
        "Runs a prompt and saves every intermediate value as one safetensors file, under the names of\n"
        "TransformerLens: blocks.3.attn.hook_pattern is [head, query, key] of block 3. In attn_scores, masked places\n"
        "are -infinity. With --text, of an encoder-decoder: encoder.0.attn.hook_pattern, "
        "decoder.1.cross_attn.hook_pattern.\n"
        "With --do, --ablate and --patch, of a pass in which something was changed: off:3.2 (a head, 3.attn, 3.mlp, a\n"
        "neuron 3.n17), mean:3.2, scale:3.2@-0.5, paint:3.2@first (uniform, previous, self, copy1.4, or cells\n"
        "query-key-weight: 5-0-1_5-3-0.25; raw: not normalised), freeze:3.2, patch:3.resid@5 (3.attn, 3.mlp, 3.2; "
        "@all),\n"
        "swap:5@318 (another token's embedding), drop:5 (nothing attends there). All count from 0. Of an "
        "encoder-decoder\n"
        "off, mean, scale, paint and raw with the part in front of the layer: off:enc0.2, mean:dec1.mlp, "
        "paint:cross0.1@first.",
        "headlight trace --prompt 'Once upon a time' --out trace.safetensors\n"
        "headlight trace --model ./gpt2 --ids 15496,11,314,716 --sites '*hook_pattern' logits --out t.safetensors\n"
        "headlight trace --prompt 'Hello' --list\n"
        "headlight trace --prompt 'Tim lost his' --do 'scale:1.0@0.5;paint:3.2@first' --out changed.safetensors\n"
        "headlight trace --prompt 'Tim had a' --other 'Ann had a' --patch 2.resid@0 --ablate 4.1 --out p.safetensors\n"
        "headlight trace --text 'I love you.' --out translation.safetensors\n"
        "headlight trace --text 'I love you.' --do 'off:cross0.3' --out changed.safetensors\n"
        "python3 -c \"from safetensors.numpy import load_file; print(load_file('trace.safetensors').keys())\"",
        [] { return std::unique_ptr<Action>(std::make_unique<Trace>()); }};
}

}  // namespace headlight::cli
