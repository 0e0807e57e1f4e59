// A model's configuration and where its parameters are.
#include "base/file.h"
#include "base/numeric_text.h"
#include "cli/command_list.h"
#include "cli/info_encoder_decoder.h"
#include "cli/inputs.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "model/architecture.h"

namespace headlight::cli {
namespace {

using model::GptConfig;
using model::ParamGroup;
using model::ParamSummary;

std::string preset_names() {
    std::string names;
    for (const model::KnownConfig& known : model::known_configs())
        names += (names.empty() ? "" : ", ") + std::string(known.name);
    return names;
}

// What it takes to hold the weights and to compute with them.
void cost_rows(Table& t, const GptConfig& c) {
    const model::WeightBytes bytes = model::weight_bytes(c);
    const model::Flops first = model::decode_flops(c, 1), last = model::decode_flops(c, c.context);
    t.title("");
    t.title("Memory of the weights");
    t.line("F32", mebibytes(bytes.f32));
    t.line("F16", mebibytes(bytes.f16) + " (matrices; the rest stays F32)");
    t.line("Q8", mebibytes(bytes.q8) + " (matrices, with a scale for every 32 weights)");
    t.line("KV cache", mebibytes(model::cache_bytes(c, c.context)) + " for " + grouped(c.context) + " positions, " +
                           grouped(model::cache_bytes(c, 1)) + " bytes each");
    t.title("");
    t.title("Floating-point operations (matrix products)");
    t.line("one new token", fixed(first.total() / 1e6, 1) + " M after none, " + fixed(last.total() / 1e6, 1) +
                                " M after " + grouped(c.context - 1));
    t.line("a whole prompt",
           fixed(model::prefill_flops(c, c.context).total() / 1e9, 1) + " G for " + grouped(c.context) + " tokens");
}

std::string table_text(const GptConfig& c) {
    const ParamSummary s = model::summarise(c);
    Table t;
    t.title("Configuration");
    t.line("layers", std::to_string(c.layers));
    t.line("heads", std::to_string(c.heads) + " of " + std::to_string(c.d_head()));
    t.line("dim", std::to_string(c.d_model) + ", feed-forward " + std::to_string(c.d_mlp));
    t.line("vocabulary", grouped(c.vocab));
    t.line("context", grouped(c.context));
    t.line("q, k, v bias", c.qkv_bias ? "yes" : "no");
    t.line("head", c.tied_head ? "tied to the token embedding" : "untied");
    t.title("");
    t.title("Parameters");
    for (const ParamGroup& group : s.embeddings) t.row(2, group.label, group.formula, group.count);
    for (const ParamGroup& group : s.one_block) t.row(4, group.label, group.formula, group.count);
    t.row(4, "attention, all", "", s.attention);
    t.row(4, "feed-forward, all", "", s.feed_forward);
    t.row(4, "norms, all", "", s.norms);
    t.row(2, "one block", "", s.block);
    t.row(2, "all blocks", std::to_string(c.layers) + " x " + grouped(s.block), s.blocks);
    for (const ParamGroup& group : s.final) t.row(2, group.label, group.formula, group.count);
    t.row(2, "total", "", s.total);
    cost_rows(t, c);
    return t.text();
}

Json groups_json(std::span<const ParamGroup> groups) {
    Json list = Json::array();
    for (const ParamGroup& group : groups) {
        list.push_back({{"part", group.label}, {"formula", group.formula}, {"count", group.count}});
    }
    return list;
}

Json info_json(const GptConfig& c) {
    const ParamSummary s = model::summarise(c);
    Json object;
    object["config"] = {{"layers", c.layers},     {"heads", c.heads},        {"dim", c.d_model},
                        {"mlp", c.d_mlp},         {"vocab", c.vocab},        {"context", c.context},
                        {"qkv_bias", c.qkv_bias}, {"tied_head", c.tied_head}};
    object["embeddings"] = groups_json(s.embeddings);
    object["one_block"] = groups_json(s.one_block);
    object["attention_of_one_block"] = s.attention;
    object["feed_forward_of_one_block"] = s.feed_forward;
    object["norms_of_one_block"] = s.norms;
    object["block"] = s.block;
    object["blocks"] = s.blocks;
    object["final"] = groups_json(s.final);
    object["parameters"] = s.total;
    const model::WeightBytes bytes = model::weight_bytes(c);
    object["bytes"] = {{"f32", bytes.f32}, {"f16", bytes.f16}, {"q8", bytes.q8}};
    object["cache_bytes"] = model::cache_bytes(c, c.context);
    object["flops"] = {{"decode_first", model::decode_flops(c, 1).total()},
                       {"decode_last", model::decode_flops(c, c.context).total()},
                       {"prefill", model::prefill_flops(c, c.context).total()}};
    return object;
}

class Info : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        options.push_back({"-m,--model", &folder_, "DIR",
                           "folder with config.json, of a GPT or an encoder-decoder (default: the story model)"});
        options.push_back({"--preset", &preset_, "NAME", "a known configuration: " + preset_names()});
        options.push_back({"--tensors", &tensors_, "", "list the tensors of model.safetensors"});
        options.push_back({"--json", &json_, "", "one JSON object"});
        const std::string own = "A configuration of your own (without weights)";
        options.push_back({"--layers", &layers_, "N", "blocks", 0, 1000, false, own});
        options.push_back({"--heads", &heads_, "N", "attention heads of a block", 0, 1000, false, own});
        options.push_back({"--dim", &dim_, "N", "width of the residual stream", 0, 16384, false, own});
        options.push_back({"--mlp", &mlp_, "N", "width of the feed-forward layer (0: 4 x dim)", 0, 100000, false, own});
        options.push_back({"--vocab", &vocab_, "N", "tokens of the vocabulary", 0, 1e7, false, own});
        options.push_back({"--context", &context_, "N", "positions", 0, 1e6, false, own});
        options.push_back({"--no-qkv-bias", &no_qkv_bias_, "", "query, key and value without bias", 0, 0, false, own});
        options.push_back({"--untied", &untied_, "", "a head with weights of its own", 0, 0, false, own});
    }

    Result<void> run(Terminal& terminal) override {
        if (of_a_folder()) {
            ASSIGN_OR_RETURN(const std::string folder, model_folder(folder_));
            const auto kind = kind_of_model(folder);
            if (kind.has_value() && *kind == ModelKind::encoder_decoder) return encoder_decoder(terminal, folder);
        }
        ASSIGN_OR_RETURN(const GptConfig config, chosen());
        if (tensors_) return list_tensors(terminal);
        if (json_) {
            terminal.print_json(info_json(config));
        } else {
            terminal.print(table_text(config));
        }
        return {};
    }

  private:
    Result<void> encoder_decoder(Terminal& terminal, const std::string& folder) const {
        const std::string path = folder + "/config.json";
        ASSIGN_OR_RETURN(const std::string text, read_file(path));
        ASSIGN_OR_RETURN(const auto config, model::parse_encoder_decoder_config(text, path));
        if (tensors_) return list_tensors(terminal);
        if (json_) {
            terminal.print_json(encoder_decoder_json(config));
        } else {
            terminal.print(encoder_decoder_text(config));
        }
        return {};
    }

    [[nodiscard]] bool of_a_folder() const { return preset_.empty() && !own_sizes() && !no_qkv_bias_ && !untied_; }
    [[nodiscard]] bool own_sizes() const { return layers_ + heads_ + dim_ + mlp_ + vocab_ + context_ > 0; }

    // The preset or gpt2, with the sizes that were given in their place; otherwise the folder's.
    Result<GptConfig> chosen() const {
        if (of_a_folder()) return of_folder();
        if (!folder_.empty()) return invalid("--model and a configuration of your own exclude each other");
        const model::KnownConfig* known = model::find_config(preset_.empty() ? "gpt2" : preset_);
        if (known == nullptr) return invalid("--preset '" + preset_ + "': expected one of " + preset_names());
        GptConfig config = known->config;
        if (layers_ > 0) config.layers = layers_;
        if (heads_ > 0) config.heads = heads_;
        if (dim_ > 0) config.d_model = dim_;
        if (dim_ > 0 || mlp_ > 0) config.d_mlp = mlp_ > 0 ? mlp_ : 4 * config.d_model;
        if (vocab_ > 0) config.vocab = vocab_;
        if (context_ > 0) config.context = context_;
        config.qkv_bias = config.qkv_bias && !no_qkv_bias_;
        config.tied_head = config.tied_head && !untied_;
        RETURN_IF_ERROR(model::check(config));
        return config;
    }

    Result<GptConfig> of_folder() const {
        ASSIGN_OR_RETURN(const std::string folder, model_folder(folder_));
        const std::string path = folder + "/config.json";
        ASSIGN_OR_RETURN(const std::string text, read_file(path));
        ASSIGN_OR_RETURN(const auto headers, weight_headers(folder));
        std::optional<bool> own_head;
        for (const checkpoint::Safetensors& file : headers) {
            own_head = own_head.value_or(false) || file.find("lm_head.weight") != nullptr;
        }
        return model::parse_config(text, path, own_head);
    }

    Result<void> list_tensors(Terminal& terminal) const {
        ASSIGN_OR_RETURN(const std::string folder, model_folder(folder_));
        ASSIGN_OR_RETURN(const auto headers, weight_headers(folder));
        if (headers.empty()) return fail(ErrorCode::not_found, folder + " has no model.safetensors");
        Json list = Json::array();
        for (const checkpoint::Safetensors& file : headers) {
            for (const checkpoint::TensorInfo& info : file.tensors()) {
                const std::string dtype(checkpoint::dtype_name(info.dtype));
                if (json_) {
                    list.push_back({{"name", info.name}, {"dtype", dtype}, {"shape", info.shape}});
                } else {
                    terminal.print(dtype + std::string(6 - dtype.size(), ' ') + info.name + " " +
                                   checkpoint::shape_text(info.shape) + "\n");
                }
            }
        }
        if (json_) terminal.print_json({{"tensors", list}});
        return {};
    }

    std::string folder_, preset_;
    int layers_ = 0, heads_ = 0, dim_ = 0, mlp_ = 0, vocab_ = 0, context_ = 0;
    bool no_qkv_bias_ = false, untied_ = false, json_ = false, tensors_ = false;
};

}  // namespace

Command info_command() {
    return {"info", "a model's configuration and parameter table",
            "Shows what a model is made of and where its parameters are, part by part. Give a folder, a known\n"
            "configuration, or sizes of your own: what you leave out is as in GPT-2 small.",
            "headlight info\n"
            "headlight info --model ./gpt2 --tensors\n"
            "headlight info --preset gpt2-xl\n"
            "headlight info --layers 12 --heads 12 --dim 768 --vocab 50257 --context 1024 --no-qkv-bias --untied",
            [] { return std::unique_ptr<Action>(std::make_unique<Info>()); }};
}

}  // namespace headlight::cli
