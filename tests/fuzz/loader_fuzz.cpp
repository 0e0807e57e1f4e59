// Checkpoints through the streaming loader, in pieces of sizes that the input picks: refused with a message that names
// the file, or a model that computes and that comes back from what is written of it. A limit of memory keeps hostile
// sizes small.
//
// Input: one byte for the format and the pieces, then files as NAME \n SIZE \n BYTES, up to the end.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/rng.h"
#include "model/gpt_loader.h"
#include "model/model_needs.h"
#include "model/weights_writer.h"

using namespace headlight;
using namespace headlight::model;

namespace {

constexpr std::uint64_t kMemory = 1 << 20;

Files split_files(std::string_view rest) {
    Files files;
    while (!rest.empty() && files.size() < 8) {
        const std::size_t name_end = rest.find('\n');
        if (name_end == std::string_view::npos) break;
        const std::size_t size_end = rest.find('\n', name_end + 1);
        if (size_end == std::string_view::npos) break;
        std::size_t size = 0;
        std::from_chars(rest.data() + name_end + 1, rest.data() + size_end, size);
        files[std::string(rest.substr(0, name_end))] = std::string(rest.substr(size_end + 1, size));
        rest.remove_prefix(std::min(rest.size(), size_end + 1 + std::min(size, rest.size())));
    }
    return files;
}

Result<LoadedModel> load(const Compute& compute, const Files& files, LoadOptions options, std::uint64_t seed) {
    ASSIGN_OR_RETURN(GptLoader loader, GptLoader::begin(compute, files, options));
    Rng rng(seed);
    for (const std::string& name : loader.wanted_files()) {
        const auto file = files.find(name);
        if (file == files.end()) continue;
        RETURN_IF_ERROR(loader.begin_file(name, file->second.size()));
        auto bytes = std::as_bytes(std::span(file->second));
        while (!bytes.empty()) {
            const auto room = loader.room(1 + static_cast<std::size_t>(rng.below(seed % 2 == 0 ? 16 : 4096)));
            CHECK(!room.empty() && loader.memory_held() <= options.memory_limit);
            const std::size_t n = std::min(room.size(), bytes.size());
            std::ranges::copy(bytes.first(n), room.begin());
            bytes = bytes.subspan(n);
            RETURN_IF_ERROR(loader.take(n));
            CHECK(loader.fraction() >= 0 && loader.fraction() <= 1);
        }
    }
    return loader.finish();
}

void check_model(const Compute& compute, const LoadedModel& loaded, WeightFormat format) {
    const GptConfig& config = loaded.gpt.config();
    CHECK(loaded.gpt.format() == format && check(config).has_value());
    Files files{{"config.json", stored_config_json(config, format)}, {"model.safetensors", ""}};
    std::string& file = files["model.safetensors"];
    WeightsWriter writer(loaded.gpt, format);
    for (auto piece = writer.next(); !piece.empty(); piece = writer.next()) {
        file.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    }
    CHECK(file.size() == writer.size());
    const auto again = load(compute, files, {.format = format, .memory_limit = 4 * kMemory}, 1);
    CHECK(again.has_value());
    for (const ParamInfo& param : again->gpt.layout().params()) {
        for (std::size_t i : {std::size_t{0}, param.size / 2, param.size - 1}) {
            CHECK(again->gpt.value(param.offset + i) == loaded.gpt.value(param.offset + i));
        }
    }
    if (config.vocab * config.d_model > 10'000 || config.layers > 4) return;  // a pass takes long
    Activations trace(config, 1, 1, Keep::decode);
    const nn::TokenId id = config.vocab - 1;
    Forward(compute, loaded.gpt, trace, {&id, 1}, 0).run();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    static const Compute compute;
    const Files files = split_files({reinterpret_cast<const char*>(data) + 1, size - 1});
    const WeightFormat format = kWeightFormats[data[0] % 3];
    const LoadOptions options{.format = format, .memory_limit = kMemory};
    const auto needs = model_needs(compute, files);
    const auto loaded = load(compute, files, options, data[0]);
    CHECK(needs.has_value() || !loaded.has_value());
    if (!loaded.has_value()) {
        CHECK(!loaded.error().message.empty());
        return 0;
    }
    check_model(compute, *loaded, format);
    return 0;
}
