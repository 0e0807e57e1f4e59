#include "model/gpt_loader.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "base/check.h"
#include "checkpoint/safetensors.h"
#include "checkpoint/shard_index.h"
#include "model/folder_files.h"
#include "model/hf_folder.h"
#include "model/tensor_intake.h"

namespace headlight::model {
namespace {

using checkpoint::kLengthBytes;
using checkpoint::Safetensors;

// A GPT of a thousand layers has a header of 2 MB; one that is longer would only cost memory.
constexpr std::uint64_t kLongestHeader = 8 << 20;

}  // namespace

struct GptLoader::State {
    State(const Compute& c, LoadOptions o)
        : compute(c), options(o), budget(o.memory_limit), header(budget), intake(c, budget) {}

    const Compute& compute;
    LoadOptions options;
    MemoryBudget budget;
    std::string config_text;
    ModelNeeds needs;
    std::optional<checkpoint::ShardIndex> index;
    std::optional<text::Tokenizer> tokenizer;
    std::optional<Gpt> gpt;  // reserved when it is known whether the head is tied
    std::set<std::string, std::less<>> begun;
    std::uint64_t taken = 0, announced = 0;  // bytes of all files
    std::optional<Error> error;

    // The file that comes at present.
    std::string name;
    std::uint64_t size = 0, position = 0;
    std::array<std::byte, kLengthBytes> length{};
    std::uint64_t data_start = 0;  // 0: not known yet
    BudgetedBytes header;
    std::optional<Safetensors> file;  // its header, once it is there
    std::vector<Use> uses;            // by tensor
    std::size_t next = 0;             // tensor
    TensorIntake intake;

    [[nodiscard]] WeightFormat format() const { return options.format.value_or(needs.natural_format()); }
    [[nodiscard]] bool has(std::string_view tensor) const {
        return index ? index->weight_map.contains(tensor) : file && file->find(tensor) != nullptr;
    }
    [[nodiscard]] HasTensor names() const {
        return [this](std::string_view tensor) { return has(tensor); };
    }

    // The first error is kept, and returned by every later step.
    template <class Step>
    Result<void> kept(Step step) {
        if (!error) {
            const Result<void> done = step();
            if (!done.has_value()) error = done.error();
        }
        return error ? Result<void>(std::unexpected(*error)) : Result<void>();
    }

    Result<void> read_small_files(const Files& files);
    Result<void> begin_file(const std::string& file_name, std::uint64_t file_size);
    std::span<std::byte> room(std::size_t want);
    Result<void> take(std::size_t n);
    Result<void> take_header(std::size_t n);
    Result<void> header_complete();
    Result<void> reserve_model();
    Result<void> check_against_index() const;
    Result<void> next_tensor();
    Result<void> finish() const;
};

Result<void> GptLoader::State::read_small_files(const Files& files) {
    ASSIGN_OR_RETURN(needs, model_needs(compute, files));
    config_text = files.at(std::string(kConfigFile));
    const auto index_file = files.find(std::string(kIndexFile));
    if (index_file != files.end()) {
        ASSIGN_OR_RETURN(index, checkpoint::parse_shard_index(index_file->second, kIndexFile));
        RETURN_IF_ERROR(check_all_there(std::string(kIndexFile), GptLayout(needs.config), names()));
    }
    ASSIGN_OR_RETURN(tokenizer, read_tokenizer(files, needs.config.vocab));
    // An untied head may turn out to be missing, which makes the model smaller.
    if (!index && !needs.config.tied_head) return {};
    return check_fits(needs, format(), options.memory_limit);
}

Result<void> GptLoader::State::begin_file(const std::string& file_name, std::uint64_t file_size) {
    if (position < size) {
        return invalid(name + ": only " + std::to_string(position) + " of its " + std::to_string(size) +
                       " bytes came before " + file_name + " began");
    }
    if (std::ranges::find(needs.weight_files, file_name) == needs.weight_files.end()) {
        return invalid(file_name + ": not one of the model's files; expected " + needs.weight_files.front() +
                       (index ? " and the others of " + std::string(kIndexFile) : std::string()));
    }
    if (!begun.insert(file_name).second) return invalid(file_name + ": came already; expected each file once");
    name = file_name;
    size = file_size;
    position = 0;
    data_start = 0;
    file.reset();
    announced += file_size;
    if (size >= kLengthBytes) return {};
    return std::unexpected(Safetensors::data_start({}, size, name).error());
}

std::span<std::byte> GptLoader::State::room(std::size_t want) {
    if (error || position == size) return {};
    if (position < kLengthBytes) {
        const auto at = static_cast<std::size_t>(position);
        return std::span(length).subspan(at, std::min<std::size_t>(want, kLengthBytes - at));
    }
    if (position < data_start) {
        const std::size_t left = static_cast<std::size_t>(data_start - position);
        return {header.as<std::byte>() + static_cast<std::size_t>(position), std::min(want, left)};
    }
    return intake.room(want);
}

Result<void> GptLoader::State::take(std::size_t n) {
    if (n == 0) return {};
    CHECK(n <= room(n).size());
    taken += n;
    if (position < std::max(data_start, kLengthBytes)) return take_header(n);
    position += n;
    RETURN_IF_ERROR(intake.take(n));
    return next_tensor();
}

Result<void> GptLoader::State::take_header(std::size_t n) {
    position += n;
    if (position < kLengthBytes) return {};
    if (data_start == 0) {
        ASSIGN_OR_RETURN(data_start, Safetensors::data_start(length, size, name));
        if (data_start > kLongestHeader) {
            return fail(ErrorCode::too_large, name + ": header of " + std::to_string(data_start) +
                                                  " bytes; expected at most " + std::to_string(kLongestHeader) +
                                                  " for a GPT-2");
        }
        RETURN_IF_ERROR(header.reserve(static_cast<std::size_t>(data_start)));
        std::memcpy(header.as<std::byte>(), length.data(), length.size());
    }
    return position < data_start ? Result<void>{} : header_complete();
}

Result<void> GptLoader::State::header_complete() {
    const std::span bytes(header.as<const std::byte>(), static_cast<std::size_t>(data_start));
    ASSIGN_OR_RETURN(file, Safetensors::parse_header(bytes, size, name));
    if (!gpt) {
        RETURN_IF_ERROR(reserve_model());
    }
    uses.clear();
    for (const checkpoint::TensorInfo& tensor : file->tensors()) {
        ASSIGN_OR_RETURN(const Use use, use_of(tensor, name, gpt->layout(), needs.stored_as_q8, names()));
        uses.push_back(use);
    }
    RETURN_IF_ERROR(index ? check_against_index() : check_all_there(name, gpt->layout(), names()));
    next = 0;
    return next_tensor();
}

Result<void> GptLoader::State::reserve_model() {
    ASSIGN_OR_RETURN(const GptConfig config, parse_config(config_text, kConfigFile, has_head(names())));
    RETURN_IF_ERROR(budget.take(Gpt::bytes(compute, config, format())));
    ASSIGN_OR_RETURN(gpt, Gpt::reserve(compute, config, format()));
    return {};
}

// The shard holds what the index says, no more and no less.
Result<void> GptLoader::State::check_against_index() const {
    for (const checkpoint::TensorInfo& tensor : file->tensors()) {
        const auto at = index->weight_map.find(tensor.name);
        if (at != index->weight_map.end() && at->second == name) continue;
        return invalid(name + ": tensor " + checkpoint::quoted_name(tensor.name) + " is here; " +
                       std::string(kIndexFile) +
                       (at == index->weight_map.end() ? " does not know it" : " says that it is in " + at->second));
    }
    for (const auto& [tensor, home] : index->weight_map) {
        if (home != name || file->find(tensor) != nullptr) continue;
        return fail(ErrorCode::not_found, name + ": tensor " + checkpoint::quoted_name(tensor) + " is missing; " +
                                              std::string(kIndexFile) + " says that it is here");
    }
    return {};
}

Result<void> GptLoader::State::next_tensor() {
    while (intake.done() && next < uses.size()) {
        const Use use = uses[next];
        RETURN_IF_ERROR(intake.begin(*gpt, *file, file->tensors()[next++], use));
    }
    return {};
}

Result<void> GptLoader::State::finish() const {
    for (const std::string& wanted : needs.weight_files) {
        if (!begun.contains(wanted)) return no_such_file(wanted);
    }
    if (position < size) {
        return invalid(name + ": ended after " + std::to_string(position) + " of its " + std::to_string(size) +
                       " bytes");
    }
    return intake.check_complete(name, gpt->layout());
}

GptLoader::GptLoader(std::unique_ptr<State> state) : state_(std::move(state)) {}
GptLoader::GptLoader(GptLoader&&) noexcept = default;
GptLoader& GptLoader::operator=(GptLoader&&) noexcept = default;
GptLoader::~GptLoader() = default;

Result<GptLoader> GptLoader::begin(const Compute& compute, Files small_files, LoadOptions options) {
    const Files files = std::move(small_files);  // not needed any longer than this takes
    auto state = std::make_unique<State>(compute, options);
    RETURN_IF_ERROR(state->read_small_files(files));
    return GptLoader(std::move(state));
}

const std::vector<std::string>& GptLoader::wanted_files() const {
    return state_->needs.weight_files;
}

Result<void> GptLoader::begin_file(const std::string& name, std::uint64_t size) {
    return state_->kept([&] { return state_->begin_file(name, size); });
}

std::span<std::byte> GptLoader::room(std::size_t want) {
    return state_->room(want);
}

Result<void> GptLoader::take(std::size_t n) {
    return state_->kept([&] { return state_->take(n); });
}

Result<void> GptLoader::append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const auto to = room(bytes.size());
        if (to.empty() && !state_->error) {
            state_->error = Error{ErrorCode::invalid, state_->name + ": more than the " + std::to_string(state_->size) +
                                                          " bytes announced"};
        }
        if (state_->error) return std::unexpected(*state_->error);
        std::memcpy(to.data(), bytes.data(), to.size());
        bytes = bytes.subspan(to.size());
        RETURN_IF_ERROR(take(to.size()));
    }
    return {};
}

double GptLoader::fraction() const {
    const State& s = *state_;
    const bool all_begun = s.begun.size() == s.needs.weight_files.size();
    const auto total =
        static_cast<double>(all_begun ? s.announced : std::max(s.needs.file_bytes.value_or(0), s.announced));
    if (!all_begun && !s.needs.file_bytes) return 0;
    return total > 0 ? std::min(1.0, static_cast<double>(s.taken) / total) : 0;
}

std::uint64_t GptLoader::bytes_taken() const {
    return state_->taken;
}

WeightFormat GptLoader::format() const {
    return state_->format();
}

std::uint64_t GptLoader::memory_held() const {
    return state_->budget.held();
}

Result<LoadedModel> GptLoader::finish() {
    if (state_->error) return std::unexpected(*state_->error);
    const auto whole = state_->finish();
    if (!whole.has_value()) return std::unexpected(whole.error());
    state_->error = Error{ErrorCode::invalid, "the model was handed over already"};
    return LoadedModel{std::move(*state_->gpt), std::move(state_->tokenizer)};
}

}  // namespace headlight::model
