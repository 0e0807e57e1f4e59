// A model's configuration and where its parameters are.
#include <algorithm>
#include <array>

#include "base/file.h"
#include "base/numeric_text.h"
#include "cli/command_list.h"
#include "cli/info_encoder_decoder.h"
#include "cli/inputs.h"
#include "cli/table.h"
#include "cli/terminal.h"
#include "model/config.h"

namespace headlight::cli {
namespace {

using model::GptConfig;
using model::ParamGroup;
using model::ParamSummary;

struct Preset {
    std::string_view name;
    GptConfig config;
};

GptConfig gpt2_like(int layers, int heads, int dim) {
    return {.vocab = 50257,
            .context = 1024,
            .d_model = dim,
            .layers = layers,
            .heads = heads,
            .d_mlp = 4 * dim,
            .end_token = 50256};
}

std::vector<Preset> presets() {
    GptConfig seed = gpt2_like(12, 12, 768);
    seed.qkv_bias = false;
    seed.tied_head = false;
    return {{"gpt2", gpt2_like(12, 12, 768)},
            {"gpt2-medium", gpt2_like(24, 16, 1024)},
            {"gpt2-large", gpt2_like(36, 20, 1280)},
            {"gpt2-xl", gpt2_like(48, 25, 1600)},
            {"gpt-124m", seed}};
}

std::string preset_names() {
    std::string names;
    for (const Preset& preset : presets()) names += (names.empty() ? "" : ", ") + std::string(preset.name);
    return names;
}

std::int64_t sum_of(std::span<const ParamGroup> groups, std::string_view part) {
    std::int64_t sum = 0;
    for (const ParamGroup& group : groups) {
        if (group.label.find(part) != std::string::npos) sum += group.count;
    }
    return sum;
}

// The sums of one block that people ask for.
struct BlockSums {
    std::int64_t attention, feed_forward, norms;
};

BlockSums block_sums(const ParamSummary& s) {
    return {sum_of(s.one_block, "attention"), sum_of(s.one_block, "feed-forward"), sum_of(s.one_block, "norm")};
}

std::string table_text(const GptConfig& c) {
    const ParamSummary s = model::summarise(c);
    const BlockSums sums = block_sums(s);
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
    t.row(4, "attention, all", "", sums.attention);
    t.row(4, "feed-forward, all", "", sums.feed_forward);
    t.row(4, "norms, all", "", sums.norms);
    t.row(2, "one block", "", s.block);
    t.row(2, "all blocks", std::to_string(c.layers) + " x " + grouped(s.block), s.blocks);
    for (const ParamGroup& group : s.final) t.row(2, group.label, group.formula, group.count);
    t.row(2, "total", "", s.total);
    t.memory(s.total);
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
    const BlockSums sums = block_sums(s);
    Json object;
    object["config"] = {{"layers", c.layers},     {"heads", c.heads},        {"dim", c.d_model},
                        {"mlp", c.d_mlp},         {"vocab", c.vocab},        {"context", c.context},
                        {"qkv_bias", c.qkv_bias}, {"tied_head", c.tied_head}};
    object["embeddings"] = groups_json(s.embeddings);
    object["one_block"] = groups_json(s.one_block);
    object["attention_of_one_block"] = sums.attention;
    object["feed_forward_of_one_block"] = sums.feed_forward;
    object["norms_of_one_block"] = sums.norms;
    object["block"] = s.block;
    object["blocks"] = s.blocks;
    object["final"] = groups_json(s.final);
    object["parameters"] = s.total;
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
        const auto known = presets();
        const auto at = std::ranges::find(known, preset_.empty() ? "gpt2" : preset_, &Preset::name);
        if (at == known.end()) return invalid("--preset '" + preset_ + "': expected one of " + preset_names());
        GptConfig config = at->config;
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
        std::optional<bool> own_head;
        if (file_exists(folder + "/model.safetensors")) {
            ASSIGN_OR_RETURN(const std::string bytes, read_file(folder + "/model.safetensors"));
            ASSIGN_OR_RETURN(const auto file, checkpoint::Safetensors::parse(std::as_bytes(std::span(bytes)),
                                                                             folder + "/model.safetensors"));
            own_head = file.find("lm_head.weight") != nullptr;
        }
        return model::parse_config(text, path, own_head);
    }

    Result<void> list_tensors(Terminal& terminal) const {
        ASSIGN_OR_RETURN(const std::string folder, model_folder(folder_));
        const std::string path = folder + "/model.safetensors";
        ASSIGN_OR_RETURN(const std::string bytes, read_file(path));
        ASSIGN_OR_RETURN(const auto file, checkpoint::Safetensors::parse(std::as_bytes(std::span(bytes)), path));
        Json list = Json::array();
        for (const checkpoint::TensorInfo& info : file.tensors()) {
            const std::string dtype(checkpoint::dtype_name(info.dtype));
            if (json_) {
                list.push_back({{"name", info.name}, {"dtype", dtype}, {"shape", info.shape}});
            } else {
                terminal.print(dtype + std::string(6 - dtype.size(), ' ') + info.name + " " +
                               checkpoint::shape_text(info.shape) + "\n");
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
