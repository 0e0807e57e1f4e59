// Saves what happens inside a model for one prompt.
#include <algorithm>

#include "base/file.h"
#include "base/numeric_text.h"
#include "cli/command_list.h"
#include "cli/glob.h"
#include "cli/inputs.h"
#include "cli/terminal.h"

namespace headlight::cli {
namespace {

struct Value {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> data;
};

// A contiguous copy of a view, axes as its rank says.
Value copy_of(std::string name, const nn::SiteView& view) {
    Value value{std::move(name), {}, {}};
    for (int axis = 0; axis < view.rank; ++axis) value.shape.push_back(view.shape[static_cast<std::size_t>(axis)]);
    for (int i = 0; i < view.shape[0]; ++i) {
        for (int j = 0; j < view.shape[1]; ++j) {
            const float* row = view.data + i * view.stride[0] + j * view.stride[1];
            for (int k = 0; k < view.shape[2]; ++k) value.data.push_back(row[k * view.stride[2]]);
        }
    }
    return value;
}

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
        const std::vector<Value> values = chosen_values(trace, positions);
        if (values.empty()) return invalid("--sites matches no name; `headlight trace --list` shows them all");
        if (list_) return print_list(terminal, values), Result<void>{};
        return write(terminal, values, loaded, ids);
    }

  private:
    [[nodiscard]] bool wanted(const std::string& name) const {
        return sites_.empty() ||
               std::ranges::any_of(sites_, [&](const auto& glob) { return glob_matches(glob, name); });
    }

    // In the order of the forward pass.
    [[nodiscard]] std::vector<Value> chosen_values(const model::Activations& trace, int positions) const {
        std::vector<Value> values;
        auto add = [&](const nn::SiteInfo& info, int layer) {
            std::string name = nn::site_name(info.site, layer);
            if (wanted(name)) values.push_back(copy_of(std::move(name), trace.view(info.site, layer, positions)));
        };
        const auto first = std::ranges::find_if(nn::kSites, &nn::SiteInfo::per_layer);
        const auto behind =
            std::find_if_not(first, nn::kSites.end(), [](const auto& info) { return info.per_layer(); });
        for (auto site = nn::kSites.begin(); site != first; ++site) add(*site, 0);
        for (int layer = 0; layer < trace.layers(); ++layer) {
            for (auto site = first; site != behind; ++site) add(*site, layer);
        }
        for (auto site = behind; site != nn::kSites.end(); ++site) add(*site, 0);
        return values;
    }

    void print_list(Terminal& terminal, std::span<const Value> values) const {
        Json list = Json::array();
        for (const Value& value : values) {
            if (json_) {
                list.push_back({{"name", value.name}, {"shape", value.shape}});
            } else {
                terminal.print(value.name + " " + checkpoint::shape_text(value.shape) + "\n");
            }
        }
        if (json_) terminal.print_json({{"sites", list}});
    }

    Result<void> write(Terminal& terminal, std::span<const Value> values, const model::LoadedModel& loaded,
                       std::span<const text::TokenId> ids) const {
        std::vector<checkpoint::TensorOut> tensors;
        for (const Value& value : values) tensors.push_back({value.name, value.shape, value.data});
        std::map<std::string, std::string> metadata{{"format", "pt"}, {"ids", ids_text(ids)}};
        if (loaded.tokenizer.has_value()) {
            Json tokens = Json::array();
            for (const text::TokenId id : ids) {
                tokens.push_back(id < loaded.tokenizer->vocab_size() ? loaded.tokenizer->display(id) : std::string());
            }
            metadata["tokens"] = tokens.dump(-1, ' ', false, Json::error_handler_t::replace);
        }
        const std::string file = checkpoint::write_safetensors(tensors, checkpoint::Dtype::f32, metadata);
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
