// One number for the bits of a model's logits.
#include <algorithm>
#include <array>
#include <bit>
#include <set>

#include "cli/command_list.h"
#include "cli/inputs.h"
#include "cli/terminal.h"
#include "model/logits_hash.h"

namespace headlight::cli {
namespace {

enum class Pass { prefill, token_by_token };

// Of the logits of every position, in order.
std::uint64_t hash_of(const kernels::Compute& compute, const model::Gpt& gpt, std::span<const text::TokenId> ids,
                      Pass pass) {
    const auto vocab = static_cast<std::size_t>(gpt.config().vocab);
    const auto positions = static_cast<int>(ids.size());
    if (pass == Pass::prefill) {
        model::Activations activations(gpt.config(), 1, positions, model::Keep::training);
        model::Forward(compute, gpt, activations, ids, 0).run();
        return model::logits_hash(std::span<const float>(activations.at(model::Site::logits), vocab * ids.size()));
    }
    model::Activations cache(gpt.config(), 1, positions, model::Keep::decode);
    std::uint64_t hash = model::kHashStart;
    for (int position = 0; position < positions; ++position) {
        const auto one = ids.subspan(static_cast<std::size_t>(position), 1);
        model::Forward forward(compute, gpt, cache, one, position);
        forward.run();
        hash = model::logits_hash(std::span<const float>(forward.last_logits(), vocab), hash);
    }
    return hash;
}

// model::golden_hash, by either pass.
std::uint64_t golden_hash(const kernels::Compute& compute, Pass pass, kernels::WeightFormat format) {
    std::uint64_t hash = model::kHashStart;
    for (const model::GoldenCase& golden : model::golden_cases()) {
        const std::uint64_t one = hash_of(compute, golden.model(compute, format), golden.ids, pass);
        hash = model::logits_hash(std::bit_cast<std::array<float, 2>>(one), hash);  // its eight bytes
    }
    return hash;
}

// Ids to hash with when nobody names any: 40 (or as many as fit) scattered over the vocabulary.
std::vector<text::TokenId> scattered_ids(const model::GptConfig& config) {
    std::vector<text::TokenId> ids;
    for (std::int64_t i = 0; i < std::min(40, config.context); ++i) {
        ids.push_back(static_cast<text::TokenId>((i * 7919 + 13) % config.vocab));
    }
    return ids;
}

Json available_kernels() {
    Json names = Json::array();
    for (const kernels::Kernels* each : kernels::implementations()) {
        if (each->supported()) names.push_back(each->name);
    }
    return names;
}

class Hash : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        options.push_back(
            {"-m,--model", &folder_, "DIR", "model folder (default: small built-in models, always the same)"});
        options.push_back({"--ids", &ids_, "IDS", "token ids: 1,2,3 (default: 40 scattered over the vocabulary)"});
        options.push_back({"--token-by-token", &stepwise_, "", "decode with the KV cache instead of one pass"});
        options.push_back(
            {"--check", &check_, "", "try all kernels, 1 to 3 threads, both passes; fail if any differs"});
        options.push_back({"--json", &json_, "", "one JSON object"});
        weights_.declare(options);
        compute_.declare(options);
    }

    Result<void> run(Terminal& terminal) override {
        if (check_) return check_all(terminal);
        ASSIGN_OR_RETURN(const kernels::Compute compute, compute_.make());
        const Pass pass = stepwise_ ? Pass::token_by_token : Pass::prefill;
        ASSIGN_OR_RETURN(const std::string hash, chosen_hash(compute, pass));
        if (json_) {
            terminal.print_json(line(compute, pass, hash));
        } else {
            terminal.print(hash + "\n");
        }
        return {};
    }

  private:
    Result<std::string> chosen_hash(const kernels::Compute& compute, Pass pass) const {
        ASSIGN_OR_RETURN(const model::LoadOptions options, weights_.load_options());
        if (folder_.empty()) {
            if (!ids_.empty()) return invalid("--ids needs a --model; the built-in models have ids of their own");
            return model::hash_text(golden_hash(compute, pass, options.format.value_or(kernels::WeightFormat::f32)));
        }
        ASSIGN_OR_RETURN(const std::string folder, model_folder(folder_));
        ASSIGN_OR_RETURN(const model::LoadedModel loaded, load_gpt(compute, folder, options));
        const model::GptConfig& config = loaded.gpt.config();
        std::vector<text::TokenId> ids = scattered_ids(config);
        if (!ids_.empty()) {
            ASSIGN_OR_RETURN(ids, parse_ids(ids_));
        }
        RETURN_IF_ERROR(check_ids(ids, config.vocab));
        if (static_cast<int>(ids.size()) > config.context) {
            return invalid(std::to_string(ids.size()) + " ids; the model has " + std::to_string(config.context) +
                           " positions");
        }
        return model::hash_text(hash_of(compute, loaded.gpt, ids, pass));
    }

    static Json line(const kernels::Compute& compute, Pass pass, const std::string& hash) {
        return {{"hash", hash},
                {"kernels", compute.kernels().name},
                {"threads", compute.pool().threads()},
                {"pass", pass == Pass::prefill ? "prefill" : "token-by-token"},
                {"available", available_kernels()}};
    }

    Result<void> check_all(Terminal& terminal) const {
        std::set<std::string> seen;
        for (const kernels::Kernels* each : kernels::implementations()) {
            if (!each->supported()) continue;
            for (int threads = 1; threads <= 3; ++threads) {
                const kernels::Compute compute(threads, *each);
                for (const Pass pass : {Pass::prefill, Pass::token_by_token}) {
                    if (interrupted()) return interrupted_error();
                    ASSIGN_OR_RETURN(const std::string hash, chosen_hash(compute, pass));
                    seen.insert(hash);
                    const Json row = line(compute, pass, hash);
                    if (json_) {
                        terminal.print_json(row);
                    } else {
                        terminal.print(hash + "  " + each->name + ", " + std::to_string(threads) + " threads, " +
                                       row["pass"].get<std::string>() + "\n");
                    }
                }
            }
        }
        if (seen.size() == 1) return {};
        return invalid("the logits differ: " + std::to_string(seen.size()) + " different hashes");
    }

    std::string folder_, ids_;
    bool stepwise_ = false, check_ = false, json_ = false;
    ComputeInput compute_;
    WeightsInput weights_;
};

}  // namespace

Command hash_command() {
    return {
        "hash", "the golden hash of logits",
        "Prints FNV-1a (64 bits) over the bits of the logits at every position. The same model and ids give the same\n"
        "hash with every implementation of the kernels, any number of threads, in one pass or token by token, and in\n"
        "the browser: that is what makes a shared link reproduce exactly.",
        "headlight hash\n"
        "headlight hash --threads 3 --kernels scalar\n"
        "headlight hash --check\n"
        "headlight hash --model ./gpt2 --ids 15496,11,314,716 --json",
        [] { return std::unique_ptr<Action>(std::make_unique<Hash>()); }};
}

}  // namespace headlight::cli
