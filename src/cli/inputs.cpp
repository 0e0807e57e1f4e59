#include "cli/inputs.h"

#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "base/numeric_text.h"

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

Result<model::LoadedModel> load_gpt(const kernels::Compute& compute, const std::string& folder) {
    const auto kind = kind_of_model(folder);
    if (kind.has_value() && *kind == ModelKind::encoder_decoder) {
        return invalid(folder +
                       " holds an encoder-decoder, which translate, eval --pairs, trace --text and info take; "
                       "expected a GPT");
    }
    return model::load_model_folder(compute, folder);
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

void ModelInput::declare(std::vector<Option>& options) {
    options.push_back({"-m,--model", &folder, "DIR",
                       "folder with config.json, model.safetensors and tokenizer.json (default: the story model)"});
}

Result<model::LoadedModel> ModelInput::load(const kernels::Compute& compute) const {
    ASSIGN_OR_RETURN(const std::string path, model_folder(folder));
    return load_gpt(compute, path);
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
