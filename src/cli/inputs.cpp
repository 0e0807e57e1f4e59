#include "cli/inputs.h"

#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "base/numeric_text.h"
#include "checkpoint/shard_index.h"

namespace headlight::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStory = "assets/models/story";
constexpr const char* kEnglishTurkish = "assets/models/en-tr";

// folder/model, in this folder or one above it.
std::optional<std::string> find_above(fs::path folder, const char* model) {
    std::error_code error;
    for (int steps = 0; steps < 8 && !folder.empty(); ++steps) {
        const fs::path candidate = folder / model;
        if (fs::exists(candidate / "config.json", error)) return candidate.string();
        if (folder == folder.parent_path()) break;
        folder = folder.parent_path();
    }
    return std::nullopt;
}

Result<checkpoint::Safetensors> read_header(const std::string& path) {
    ASSIGN_OR_RETURN(FileReader file, FileReader::open(path));
    std::vector<std::byte> prefix(checkpoint::kLengthBytes);
    ASSIGN_OR_RETURN(std::size_t got, file.read(prefix));
    prefix.resize(got);
    ASSIGN_OR_RETURN(const std::uint64_t start, checkpoint::Safetensors::data_start(prefix, file.size(), path));
    prefix.resize(static_cast<std::size_t>(start));
    ASSIGN_OR_RETURN(got, file.read(std::span(prefix).subspan(got)));
    prefix.resize(checkpoint::kLengthBytes + got);
    return checkpoint::Safetensors::parse_header(prefix, file.size(), path);
}

}  // namespace

Result<std::string> read_input(const std::string& path) {
    if (path != "-") return read_file(path);
    std::string text;
    char block[65536];
    while (const std::size_t got = std::fread(block, 1, sizeof block, stdin)) text.append(block, got);
    if (std::ferror(stdin) != 0) return fail(ErrorCode::io, "cannot read standard input");
    return text;
}

Result<std::vector<text::TokenId>> parse_ids(std::string_view text) {
    std::vector<text::TokenId> ids;
    constexpr std::string_view kBetween = ", \t\r\n[]";
    for (std::size_t at = text.find_first_not_of(kBetween); at != std::string_view::npos;) {
        const std::size_t end = std::min(text.find_first_of(kBetween, at), text.size());
        const auto word = text.substr(at, end - at);
        const auto id = parse_int(word);
        if (!id.has_value() || *id < 0 || *id > INT32_MAX) {
            return invalid("'" + std::string(word.substr(0, 40)) + "' is no token id; expected ids such as 1,2,3");
        }
        ids.push_back(static_cast<text::TokenId>(*id));
        at = text.find_first_not_of(kBetween, end);
    }
    if (ids.empty()) return invalid("no token ids given; expected ids such as 1,2,3");
    return ids;
}

std::string ids_text(std::span<const text::TokenId> ids) {
    std::string text;
    for (const text::TokenId id : ids) text += (text.empty() ? "" : ",") + std::to_string(id);
    return text;
}

Result<void> check_ids(std::span<const text::TokenId> ids, int vocab) {
    for (const text::TokenId id : ids) {
        if (id >= 0 && id < vocab) continue;
        return invalid("token id " + std::to_string(id) + " is outside the vocabulary; expected 0 to " +
                       std::to_string(vocab - 1));
    }
    return {};
}

Result<std::string> model_folder(const std::string& given, ModelKind wanted) {
    std::error_code error;
    if (!given.empty()) {
        if (fs::is_directory(given, error)) return given;
        return fail(ErrorCode::not_found, given +
                                              ": no such folder; expected one with config.json, model.safetensors "
                                              "and tokenizer.json");
    }
    const char* model = wanted == ModelKind::gpt ? kStory : kEnglishTurkish;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (!program.empty()) {
        if (auto found = find_above(program.parent_path(), model)) return *found;
    }
    if (auto found = find_above(fs::current_path(error), model)) return *found;
    return fail(ErrorCode::not_found, std::string("no ") + model + " beside the program; name a folder with --model");
}

Result<ModelKind> kind_of_model(const std::string& folder) {
    ASSIGN_OR_RETURN(const std::string config, read_file(folder + "/config.json"));
    return model::is_encoder_decoder_config(config) ? ModelKind::encoder_decoder : ModelKind::gpt;
}

Result<model::LoadedModel> load_gpt(const kernels::Compute& compute, const std::string& folder,
                                    model::LoadOptions options) {
    const auto kind = kind_of_model(folder);
    if (kind.has_value() && *kind == ModelKind::encoder_decoder) {
        return invalid(folder +
                       " holds an encoder-decoder, which translate, eval --pairs, trace --text and info take; "
                       "expected a GPT");
    }
    return model::load_model_folder(compute, folder, options);
}

Result<model::LoadedEncoderDecoder> load_translator(const kernels::Compute& compute, const std::string& folder) {
    const auto kind = kind_of_model(folder);
    if (kind.has_value() && *kind == ModelKind::gpt) {
        return invalid(folder +
                       " holds a GPT, which generate, eval --text and trace --prompt take; expected an "
                       "encoder-decoder");
    }
    return model::load_encoder_decoder_folder(compute, folder);
}

Result<std::vector<checkpoint::Safetensors>> weight_headers(const std::string& folder) {
    std::vector<std::string> names{"model.safetensors"};
    const std::string index_path = folder + "/model.safetensors.index.json";
    if (!file_exists(folder + "/" + names[0])) {
        names.clear();
        if (file_exists(index_path)) {
            ASSIGN_OR_RETURN(const std::string text, read_file(index_path));
            ASSIGN_OR_RETURN(const auto index, checkpoint::parse_shard_index(text, index_path));
            names = index.files;
        }
    }
    std::vector<checkpoint::Safetensors> headers;
    for (const std::string& name : names) {
        ASSIGN_OR_RETURN(auto header, read_header(folder + "/" + name));
        headers.push_back(std::move(header));
    }
    return headers;
}

Result<text::Tokenizer> load_tokenizer(const std::string& folder) {
    std::map<std::string, std::string> files;
    for (const char* name : {"tokenizer.json", "vocab.json", "merges.txt", "added_tokens.json"}) {
        const std::string path = folder + "/" + name;
        if (!file_exists(path)) continue;
        ASSIGN_OR_RETURN(files[name], read_file(path));
    }
    auto tokenizer = text::Tokenizer::from_files(files);
    if (!tokenizer.has_value()) return fail(tokenizer.error().code, folder + ": " + tokenizer.error().message);
    return tokenizer;
}

Result<kernels::WeightFormat> parse_format(const std::string& name, const std::string& option) {
    if (const auto format = model::find_format(name)) return *format;
    return invalid(option + ": '" + name + "' is no format of weights; expected f32, f16 or q8");
}

void WeightsInput::declare(std::vector<Option>& options) {
    options.push_back({"--weights", &format, "FORMAT",
                       "hold the matrices as f32, f16 or q8 (default: q8 for a folder in eight bits, else f32)"});
}

Result<model::LoadOptions> WeightsInput::load_options() const {
    model::LoadOptions options;
    if (!format.empty()) {
        ASSIGN_OR_RETURN(options.format, parse_format(format, "--weights"));
    }
    return options;
}

void ModelInput::declare(std::vector<Option>& options) {
    options.push_back({"-m,--model", &folder, "DIR",
                       "folder with config.json, model.safetensors and tokenizer.json (default: the story model)"});
    weights.declare(options);
}

Result<model::LoadedModel> ModelInput::load(const kernels::Compute& compute) const {
    ASSIGN_OR_RETURN(const model::LoadOptions options, weights.load_options());
    ASSIGN_OR_RETURN(const std::string path, model_folder(folder));
    return load_gpt(compute, path, options);
}

void ComputeInput::declare(std::vector<Option>& options) {
    options.push_back({"--threads", &threads, "N", "threads; 0: all of this machine. The numbers do not depend on it",
                       0, 1024, false, "Machine"});
    std::string names;
    for (const kernels::Kernels* each : kernels::implementations())
        names += (names.empty() ? "" : ", ") + std::string(each->name);
    options.push_back(
        {"--kernels", &kernels, "NAME", "one of " + names + " (default: the fastest)", 0, 0, false, "Machine"});
}

Result<kernels::Compute> ComputeInput::make() const {
    const kernels::Kernels* chosen = kernels.empty() ? &kernels::best() : kernels::find(kernels);
    if (chosen == nullptr) {
        std::string names;
        for (const kernels::Kernels* each : kernels::implementations()) {
            if (each->supported()) names += (names.empty() ? "" : ", ") + std::string(each->name);
        }
        return invalid("--kernels: '" + kernels + "' is not available here; expected one of " + names);
    }
    return kernels::Compute(threads == 0 ? ThreadPool::hardware_threads() : threads, *chosen);
}

void PromptInput::declare(std::vector<Option>& options) {
    options.push_back({"-p,--prompt", &prompt, "TEXT", "the text to begin with"});
    options.push_back({"--ids", &ids, "IDS", "token ids instead of a text: 1,2,3 (needs no tokenizer)"});
}

Result<std::vector<text::TokenId>> PromptInput::tokens(const model::LoadedModel& model) const {
    std::vector<text::TokenId> result;
    if (!ids.empty()) {
        if (!prompt.empty()) return invalid("--prompt and --ids are two ways to say the same; expected one of them");
        ASSIGN_OR_RETURN(result, parse_ids(ids));
    } else if (!model.tokenizer.has_value()) {
        return invalid("the model folder has no tokenizer; give --ids 1,2,3");
    } else {
        result = model.tokenizer->encode(prompt);
        const int end = model.gpt.config().end_token;
        if (result.empty() && end >= 0) result = {end};
        if (result.empty()) return invalid("the prompt is empty; give --prompt TEXT or --ids 1,2,3");
    }
    RETURN_IF_ERROR(check_ids(result, model.gpt.config().vocab));
    return result;
}

}  // namespace headlight::cli
