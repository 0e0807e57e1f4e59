// Saves what happens inside a model for one prompt.
#include <algorithm>

#include "base/file.h"
#include "base/numeric_text.h"
#include "cli/command_list.h"
#include "cli/glob.h"
#include "cli/inputs.h"
#include "cli/terminal.h"
#include "interpret/trace_file.h"

namespace headlight::cli {
namespace {

class Trace : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        model_.declare(options);
        prompt_.declare(options);
        options.push_back({"-o,--out", &out_, "FILE", "safetensors file to write (F32)"});
        options.push_back({"--sites", &sites_, "GLOB...", "names to keep, * and ? are wildcards (default: all)"});
        options.push_back({"--list", &list_, "", "print the names and shapes instead of writing a file"});
        options.push_back({"--json", &json_, "", "the summary as one JSON object"});
        compute_.declare(options);
    }

    Result<void> run(Terminal& terminal) override {
        if (out_.empty() && !list_) return invalid("where to? give --out FILE.safetensors, or --list");
        ASSIGN_OR_RETURN(const kernels::Compute compute, compute_.make());
        ASSIGN_OR_RETURN(const model::LoadedModel loaded, model_.load(compute));
        ASSIGN_OR_RETURN(const auto ids, prompt_.tokens(loaded));
        const model::GptConfig& config = loaded.gpt.config();
        const auto positions = static_cast<int>(ids.size());
        if (positions > config.context) {
            return invalid("the prompt has " + std::to_string(positions) + " tokens; the model has " +
                           std::to_string(config.context) + " positions");
        }
        model::Activations trace(config, 1, positions, model::Keep::trace);
        model::Forward(compute, loaded.gpt, trace, ids, 0).run();
        const auto values =
            interpret::trace_tensors(trace, positions, [this](std::string_view name) { return wanted(name); });
        if (values.empty()) return invalid("--sites matches no name; `headlight trace --list` shows them all");
        if (list_) return print_list(terminal, values), Result<void>{};
        return write(terminal, values, loaded, ids);
    }

  private:
    [[nodiscard]] bool wanted(std::string_view name) const {
        return sites_.empty() ||
               std::ranges::any_of(sites_, [&](const auto& glob) { return glob_matches(glob, name); });
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
                       const model::LoadedModel& loaded, std::span<const text::TokenId> ids) const {
        std::map<std::string, std::string> metadata;
        if (loaded.tokenizer.has_value()) {
            Json tokens = Json::array();
            for (const text::TokenId id : ids) {
                tokens.push_back(id < loaded.tokenizer->vocab_size() ? loaded.tokenizer->display(id) : std::string());
            }
            metadata["tokens"] = tokens.dump(-1, ' ', false, Json::error_handler_t::replace);
        }
        const std::string file = interpret::trace_file(values, ids, std::move(metadata));
        RETURN_IF_ERROR(write_file_atomic(out_, file));
        if (json_) {
            terminal.print_json({{"out", out_}, {"ids", ids}, {"tensors", values.size()}, {"bytes", file.size()}});
        } else {
            terminal.print(grouped(static_cast<std::int64_t>(values.size())) + " tensors, " +
                           grouped(static_cast<std::int64_t>(file.size())) + " bytes written to " + out_ + "\n");
        }
        return {};
    }

    ModelInput model_;
    PromptInput prompt_;
    ComputeInput compute_;
    std::string out_;
    std::vector<std::string> sites_;
    bool list_ = false, json_ = false;
};

}  // namespace

Command trace_command() {
    return {
        "trace", "save what happens inside the model",
        "Runs a prompt and saves every intermediate value as one safetensors file, under the names of\n"
        "TransformerLens: blocks.3.attn.hook_pattern is [head, query, key] of block 3. In attn_scores, masked places\n"
        "are -infinity.",
        "headlight trace --prompt 'Once upon a time' --out trace.safetensors\n"
        "headlight trace --model ./gpt2 --ids 15496,11,314,716 --sites '*hook_pattern' logits --out t.safetensors\n"
        "headlight trace --prompt 'Hello' --list\n"
        "python3 -c \"from safetensors.numpy import load_file; print(load_file('trace.safetensors').keys())\"",
        [] { return std::unique_ptr<Action>(std::make_unique<Trace>()); }};
}

}  // namespace headlight::cli
