#include "model/folder_files.h"

#include "base/file.h"

namespace headlight::model {

std::unexpected<Error> no_such_file(std::string_view name) {
    return fail(ErrorCode::not_found, "no " + std::string(name) +
                                          " among the files; a model's folder has config.json, model.safetensors and "
                                          "tokenizer.json (or vocab.json and merges.txt)");
}

Result<const std::string*> require_file(const Files& files, std::string_view name) {
    const auto at = files.find(std::string(name));
    if (at != files.end()) return &at->second;
    return no_such_file(name);
}

Result<Files> read_folder(const std::string& folder) {
    Files files;
    for (const char* name : {"config.json", "model.safetensors", "tokenizer.json", "vocab.json", "merges.txt"}) {
        const std::string path = folder + "/" + name;
        if (!file_exists(path)) continue;
        ASSIGN_OR_RETURN(files[name], read_file(path));
    }
    return files;
}

Result<std::vector<float>> read_params(const checkpoint::Safetensors& file, const ParamList& layout,
                                       const FindTensor& find) {
    std::vector<float> params(layout.size());
    for (const ParamInfo& info : layout.params()) {
        const auto* tensor = find(info.name);
        if (tensor == nullptr) {
            return fail(ErrorCode::not_found, file.file_name() + ": tensor " + checkpoint::quoted_name(info.name) +
                                                  " is missing; expected shape " + checkpoint::shape_text(info.shape));
        }
        if (tensor->shape != info.shape) {
            return invalid(file.file_name() + ": tensor " + checkpoint::quoted_name(tensor->name) + " has shape " +
                           checkpoint::shape_text(tensor->shape) + ", expected " + checkpoint::shape_text(info.shape) +
                           " from config.json");
        }
        RETURN_IF_ERROR(file.read_f32(*tensor, std::span(params).subspan(info.offset, info.size)));
    }
    return params;
}

Result<std::optional<text::Tokenizer>> read_tokenizer(const Files& files, int vocab) {
    if (!files.contains("tokenizer.json") && !files.contains("vocab.json")) return std::nullopt;
    ASSIGN_OR_RETURN(auto loaded, text::Tokenizer::from_files(files));
    if (loaded.vocab_size() > vocab) {
        return invalid("the tokenizer has " + std::to_string(loaded.vocab_size()) + " tokens, the model only " +
                       std::to_string(vocab) + " (vocab_size in config.json)");
    }
    return loaded;
}

std::string weights_file(const ParamList& layout, std::span<const float> params, checkpoint::Dtype dtype) {
    std::vector<checkpoint::TensorOut> tensors;
    for (const ParamInfo& info : layout.params()) {
        tensors.push_back({info.name, info.shape, params.subspan(info.offset, info.size)});
    }
    return checkpoint::write_safetensors(tensors, dtype, {{"format", "pt"}});
}

Result<void> save_tokenizer(const std::string& folder, const text::Tokenizer* tokenizer) {
    if (tokenizer == nullptr) return {};
    RETURN_IF_ERROR(write_file_atomic(folder + "/vocab.json", tokenizer->vocab_json()));
    RETURN_IF_ERROR(write_file_atomic(folder + "/merges.txt", tokenizer->merges_txt()));
    return write_file_atomic(folder + "/tokenizer.json", tokenizer->tokenizer_json());
}

Result<void> save_folder(const std::string& folder, const std::string& config, const std::string& weights,
                         const text::Tokenizer* tokenizer) {
    RETURN_IF_ERROR(write_file_atomic(folder + "/config.json", config));
    RETURN_IF_ERROR(write_file_atomic(folder + "/model.safetensors", weights));
    return save_tokenizer(folder, tokenizer);
}

}  // namespace headlight::model
