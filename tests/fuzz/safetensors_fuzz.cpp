// Bytes of a checkpoint folder: the header parser must refuse or hold its promises, whatever the bytes.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/check.h"
#include "checkpoint/hf_config.h"
#include "checkpoint/safetensors.h"

using namespace headlight;

namespace {

void check_tensors(const checkpoint::Safetensors& file, std::size_t size) {
    std::uint64_t covered = 0;
    for (const checkpoint::TensorInfo& info : file.tensors()) {
        CHECK(info.begin == covered && info.end >= info.begin);
        CHECK(file.find(info.name) == &info);
        covered = info.end;
        std::vector<float> values(info.elements());
        (void)file.read_f32(info, values, checkpoint::Values::infinite_too);
    }
    CHECK(file.data_start() + covered == size);
}

// What was accepted as a configuration is written and read back as the same.
void check_config(std::string_view text) {
    const auto config = checkpoint::parse_gpt2_config(text, "config.json");
    if (!config.has_value()) return CHECK(config.error().message.starts_with("config.json: "));
    const auto again = checkpoint::parse_gpt2_config(checkpoint::gpt2_config_json(*config), "config.json");
    CHECK(again.has_value() && *again == *config);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    const auto file = checkpoint::Safetensors::parse(bytes, "fuzz.safetensors");
    if (file.has_value()) {
        check_tensors(*file, size);
    } else {
        CHECK(file.error().message.starts_with("fuzz.safetensors: "));
    }
    check_config(std::string_view(reinterpret_cast<const char*>(data), size));
    return 0;
}
