#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "interpret/intervention.h"
#include "model/encoder_decoder_folder.h"

namespace headlight::interpret {
namespace {

using Ids = std::vector<nn::TokenId>;

// The largest difference of two rows, beside the largest value of the oracle's.
double relative_error(const float* ours, const std::vector<double>& theirs) {
    double worst = 0, largest = 0;
    for (std::size_t i = 0; i < theirs.size(); ++i) {
        worst = std::max(worst, std::abs(static_cast<double>(ours[i]) - theirs[i]));
        largest = std::max(largest, std::abs(theirs[i]));
    }
    return worst / largest;
}

// A PyTorch oracle's logits of an encoder-decoder with each kind of change
// (tests/golden/make_translator_interventions.py).
TEST(InterventionPairGolden, AgreesWithPyTorch) {
    const std::string golden = HEADLIGHT_GOLDEN_DIR;
    const model::Compute compute;
    const auto loaded = model::load_encoder_decoder_folder(compute, golden + "/encoder_decoder/paper");
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    const auto text = read_file(golden + "/translator_interventions.json");
    ASSERT_TRUE(text.has_value());
    const auto expected = read_json(*text);
    const auto source = expected["source"].get<Ids>(), target = expected["target"].get<Ids>();
    const auto sources = static_cast<int>(source.size()), targets = static_cast<int>(target.size());
    const std::array lengths{sources};
    const model::EncoderDecoderConfig& config = loaded->model.config();
    const auto run = [&](nn::Observer* observer, model::Activations& encoder, model::Activations& decoder) {
        model::EncoderForward(compute, loaded->model, encoder, source, lengths, {.observer = observer}).run();
        model::DecoderForward(compute, loaded->model, decoder, encoder, target, 0, lengths, {.observer = observer})
            .run();
    };
    auto encoder = model::encoder_activations(config, 1, sources, model::Keep::trace), changed_encoder = encoder;
    auto decoder = model::decoder_activations(config, 1, targets, sources, model::Keep::trace), changed = decoder;
    run(nullptr, encoder, decoder);
    ASSERT_GE(expected["cases"].size(), 15u);
    for (const auto& one : expected["cases"]) {
        const auto wanted = one["do"].get<std::string>();
        const InterventionList list = parse_interventions(wanted, ModelKind::encoder_decoder);
        ASSERT_TRUE(list.bad.empty() && fitting(list.good, config, sources, targets).bad.empty()) << wanted;
        InterventionObserver observer(list.good, {.encoder = &encoder, .decoder = &decoder, .sources = sources});
        run(&observer, changed_encoder, changed);
        for (std::size_t i = 0; i < expected["rows"].size(); ++i) {
            const auto row = expected["rows"][i].get<std::size_t>();
            const float* logits = changed.at(nn::Site::logits) + row * static_cast<std::size_t>(config.vocab);
            EXPECT_LT(relative_error(logits, one["logits"][i].get<std::vector<double>>()), 1e-5)
                << wanted << ", row " << row;
        }
    }
}

}  // namespace
}  // namespace headlight::interpret
