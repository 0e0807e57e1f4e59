#include "model/hf_folder.h"

#include "base/file.h"
#include "checkpoint/hf_config.h"
#include "model/folder_files.h"
#include "model/weights_writer.h"

namespace headlight::model {
namespace {

constexpr std::size_t kReadAtOnce = 1 << 20;

bool is_weight_file(std::string_view name) {
    return name.ends_with(".safetensors");
}

// The small files of a checkpoint. With model.safetensors there, an index of shards beside it does not count.
Files small_files(const Files& files) {
    Files small;
    for (const auto& [name, bytes] : files) {
        if (is_weight_file(name) || (name == kIndexFile && files.contains(std::string(kWeightsFile)))) continue;
        small.emplace(name, bytes);
    }
    return small;
}

Result<Files> read_small_files(const std::string& folder) {
    Files files;
    const bool one_file = file_exists(folder + "/" + std::string(kWeightsFile));
    for (const char* name : {"config.json", "tokenizer.json", "vocab.json", "merges.txt", "added_tokens.json",
                             "model.safetensors.index.json"}) {
        const std::string path = folder + "/" + name;
        if (!file_exists(path) || (name == kIndexFile && one_file)) continue;
        ASSIGN_OR_RETURN(files[name], read_file(path));
    }
    return files;
}

Result<void> read_weights(GptLoader& loader, const std::string& folder, const std::string& name) {
    const std::string path = folder + "/" + name;
    if (!file_exists(path)) return no_such_file(name);
    ASSIGN_OR_RETURN(FileReader file, FileReader::open(path));
    RETURN_IF_ERROR(loader.begin_file(name, file.size()));
    for (auto room = loader.room(kReadAtOnce); !room.empty(); room = loader.room(kReadAtOnce)) {
        ASSIGN_OR_RETURN(const std::size_t got, file.read(room));
        if (got == 0) return fail(ErrorCode::io, name + ": ended before its " + std::to_string(file.size()) + " bytes");
        RETURN_IF_ERROR(loader.take(got));
    }
    return {};
}

Result<LoadedModel> load_from_disk(const Compute& compute, const std::string& folder, const LoadOptions& options) {
    ASSIGN_OR_RETURN(Files small, read_small_files(folder));
    ASSIGN_OR_RETURN(GptLoader loader, GptLoader::begin(compute, std::move(small), options));
    for (const std::string& name : loader.wanted_files()) RETURN_IF_ERROR(read_weights(loader, folder, name));
    return loader.finish();
}

}  // namespace

Result<GptConfig> parse_config(std::string_view json, std::string_view file_name, std::optional<bool> lm_head_in_file) {
    ASSIGN_OR_RETURN(const checkpoint::Gpt2Config hf, checkpoint::parse_gpt2_config(json, file_name));
    GptConfig config;
    config.vocab = hf.vocab_size;
    config.context = hf.n_positions;
    config.d_model = hf.n_embd;
    config.layers = hf.n_layer;
    config.heads = hf.n_head;
    config.d_mlp = hf.inner();
    config.qkv_bias = hf.qkv_bias;
    config.tied_head = hf.tie_word_embeddings;
    if (lm_head_in_file.has_value()) config.tied_head = hf.tie_word_embeddings || !*lm_head_in_file;
    config.layer_norm_eps = static_cast<float>(hf.layer_norm_epsilon);
    config.end_token = hf.eos_token_id.value_or(-1);
    RETURN_IF_ERROR(check(config));
    return config;
}

namespace {

checkpoint::Gpt2Config to_hf(const GptConfig& config) {
    checkpoint::Gpt2Config hf;
    hf.vocab_size = config.vocab;
    hf.n_positions = config.context;
    hf.n_embd = config.d_model;
    hf.n_layer = config.layers;
    hf.n_head = config.heads;
    if (config.d_mlp != 4 * config.d_model) hf.n_inner = config.d_mlp;
    hf.qkv_bias = config.qkv_bias;
    hf.tie_word_embeddings = config.tied_head;
    // 1e-5f widened to double would print as 9.999999747e-06: keep the digits of the float.
    hf.layer_norm_epsilon = config.layer_norm_eps == 1e-5F ? 1e-5 : static_cast<double>(config.layer_norm_eps);
    if (config.end_token >= 0) hf.bos_token_id = hf.eos_token_id = config.end_token;
    return hf;
}

}  // namespace

std::string config_json(const GptConfig& config) {
    return checkpoint::gpt2_config_json(to_hf(config));
}

std::string stored_config_json(const GptConfig& config, kernels::WeightFormat format) {
    checkpoint::Gpt2Config hf = to_hf(config);
    hf.headlight_q8 = format == kernels::WeightFormat::q8;
    return checkpoint::gpt2_config_json(hf);
}

Result<LoadedModel> load_model(const Compute& compute, const Files& files, LoadOptions options) {
    ASSIGN_OR_RETURN(GptLoader loader, GptLoader::begin(compute, small_files(files), options));
    for (const std::string& name : loader.wanted_files()) {
        ASSIGN_OR_RETURN(const std::string* bytes, require_file(files, name));
        RETURN_IF_ERROR(loader.begin_file(name, bytes->size()));
        RETURN_IF_ERROR(loader.append(std::as_bytes(std::span(*bytes))));
    }
    return loader.finish();
}

Result<LoadedModel> load_model_folder(const Compute& compute, const std::string& folder, LoadOptions options) {
    auto loaded = load_from_disk(compute, folder, options);
    if (!loaded.has_value()) return fail(loaded.error().code, folder + ": " + loaded.error().message);
    return loaded;
}

std::string weights_file(const Gpt& gpt, checkpoint::Dtype dtype) {
    return weights_file(gpt.layout(), gpt.all_params(), dtype);
}

Result<void> save_model_folder(const std::string& folder, const Gpt& gpt, const text::Tokenizer* tokenizer,
                               checkpoint::Dtype dtype) {
    return save_folder(folder, config_json(gpt.config()), weights_file(gpt, dtype), tokenizer);
}

}  // namespace headlight::model
