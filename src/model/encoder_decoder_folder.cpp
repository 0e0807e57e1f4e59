#include "model/encoder_decoder_folder.h"

#include <algorithm>

#include "model/folder_files.h"

namespace headlight::model {
namespace {

Result<void> refuse_strangers(const checkpoint::Safetensors& file, const EncoderDecoderLayout& layout) {
    for (const auto& tensor : file.tensors()) {
        if (std::ranges::find(layout.params(), tensor.name, &ParamInfo::name) != layout.params().end()) continue;
        return invalid(file.file_name() + ": tensor " + checkpoint::quoted_name(tensor.name) +
                       " is not part of an encoder-decoder with the layers of config.json");
    }
    return {};
}

}  // namespace

Result<LoadedEncoderDecoder> load_encoder_decoder(const Compute& compute, const Files& files) {
    ASSIGN_OR_RETURN(const std::string* config_text, require_file(files, kConfigFile));
    ASSIGN_OR_RETURN(const std::string* weights, require_file(files, kWeightsFile));
    ASSIGN_OR_RETURN(const EncoderDecoderConfig config, parse_encoder_decoder_config(*config_text, kConfigFile));
    ASSIGN_OR_RETURN(const auto file, checkpoint::Safetensors::parse(std::as_bytes(std::span(*weights)), kWeightsFile));
    const EncoderDecoderLayout layout(config);
    RETURN_IF_ERROR(refuse_strangers(file, layout));
    const auto find = [&](const std::string& name) { return file.find(name); };
    ASSIGN_OR_RETURN(auto params, read_params(file, layout, find));
    ASSIGN_OR_RETURN(auto tokenizer, read_tokenizer(files, config.vocab));
    return LoadedEncoderDecoder{EncoderDecoder(compute, config, std::move(params)), std::move(tokenizer)};
}

Result<LoadedEncoderDecoder> load_encoder_decoder_folder(const Compute& compute, const std::string& folder) {
    ASSIGN_OR_RETURN(const Files files, read_folder(folder));
    auto loaded = load_encoder_decoder(compute, files);
    if (!loaded.has_value()) return fail(loaded.error().code, folder + ": " + loaded.error().message);
    return loaded;
}

std::string weights_file(const EncoderDecoder& model, checkpoint::Dtype dtype) {
    return weights_file(model.layout(), model.params(), dtype);
}

Result<void> save_encoder_decoder_folder(const std::string& folder, const EncoderDecoder& model,
                                         const text::Tokenizer* tokenizer, checkpoint::Dtype dtype) {
    return save_folder(folder, config_json(model.config()), weights_file(model, dtype), tokenizer);
}

}  // namespace headlight::model
