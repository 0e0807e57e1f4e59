// A model's folder in another format of weights.
#include <filesystem>

#include "base/numeric_text.h"
#include "cli/command_list.h"
#include "cli/inputs.h"
#include "cli/terminal.h"
#include "model/weights_writer.h"

namespace headlight::cli {
namespace {

namespace fs = std::filesystem;

std::int64_t folder_bytes(const std::string& folder) {
    std::error_code error;
    std::int64_t bytes = 0;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (entry.path().extension() == ".safetensors") bytes += static_cast<std::int64_t>(entry.file_size(error));
    }
    return bytes;
}

class Quantize : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        options.push_back(
            {"IN", &in_, "", "folder with config.json and model.safetensors (or shards and their index)", 0, 0, true});
        options.push_back({"OUT", &out_, "", "folder to write", 0, 0, true});
        options.push_back({"--format", &format_, "FORMAT", "what the matrices become: q8, f16 or f32"});
        options.push_back({"--json", &json_, "", "one JSON object"});
        compute_.declare(options);
    }

    Result<void> run(Terminal& terminal) override {
        ASSIGN_OR_RETURN(const kernels::WeightFormat format, parse_format(format_, "--format"));
        ASSIGN_OR_RETURN(const std::string in, model_folder(in_));
        std::error_code error;
        if (fs::equivalent(in, out_, error)) return invalid(out_ + " is the folder to read; expected another one");
        ASSIGN_OR_RETURN(const kernels::Compute compute, compute_.make());
        ASSIGN_OR_RETURN(const model::LoadedModel loaded, load_gpt(compute, in, {.format = format}));
        const auto* tokenizer = loaded.tokenizer.has_value() ? &*loaded.tokenizer : nullptr;
        RETURN_IF_ERROR(model::write_model_folder(out_, loaded.gpt, tokenizer, format));
        const std::int64_t before = folder_bytes(in), after = folder_bytes(out_);
        if (json_) {
            terminal.print_json({{"out", out_}, {"format", format_}, {"bytes_before", before}, {"bytes", after}});
        } else {
            terminal.print(grouped(before) + " bytes of weights became " + grouped(after) + " as " + format_ + " in " +
                           out_ + "\n");
        }
        return {};
    }

  private:
    std::string in_, out_, format_ = "q8";
    bool json_ = false;
    ComputeInput compute_;
};

}  // namespace

Command quantize_command() {
    return {"quantize", "write a model with smaller weights",
            "Reads a GPT's folder and writes it with its matrices in another format; norms, biases and positions stay\n"
            "F32. q8: bytes in blocks of 32 with an F32 scale (28 % of F32). f16: half. f32: from q8 back to plain\n"
            "numbers that every other program opens. All commands take such folders; `headlight eval --against f32`\n"
            "shows how much is lost.",
            "headlight quantize ./gpt2 ./gpt2-q8\n"
            "headlight quantize ./gpt2 ./gpt2-f16 --format f16\n"
            "headlight quantize ./gpt2-q8 ./gpt2-plain --format f32",
            [] { return std::unique_ptr<Action>(std::make_unique<Quantize>()); }};
}

}  // namespace headlight::cli
