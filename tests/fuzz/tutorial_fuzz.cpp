// Edits of the tutorial's numbers, as a link carries them: any text.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "interpret/tutorial_inputs.h"

using headlight::interpret::Table;
using headlight::interpret::TutorialData;
using headlight::interpret::TutorialInputs;

namespace {

// As much of the tutorial as its inputs need.
TutorialInputs make_inputs() {
    TutorialData data;
    data.source = {5, 17, 7, 12, 15, 19};
    data.target = {24, 17, 14, 21, 17, 22};
    for (const char* name : {"x", "embedding", "dec_embedding"}) data.printed[name] = Table(6, 6);
    using Shape = std::array<int, 2>;
    constexpr std::pair<const char*, Shape> kWeights[] = {{"wq", {6, 4}}, {"wk", {6, 4}},    {"wv", {6, 4}},
                                                          {"wo", {4, 6}}, {"ffn_w", {6, 6}}, {"ffn_b", {1, 6}}};
    for (const auto& [name, shape] : kWeights) data.inputs[name] = Table(shape[0], shape[1], 0.5F);
    return TutorialInputs(data);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static TutorialInputs inputs = make_inputs();
    inputs.reset();
    if (!inputs.set_text({reinterpret_cast<const char*>(data), size})) {
        CHECK(inputs.edits() == 0);
        return 0;
    }
    const std::string text = inputs.text();
    CHECK(inputs.set_text(text) && inputs.text() == text);
    CHECK(inputs.params(headlight::interpret::TutorialMode::arithmetic).size() > 300);
    return 0;
}
