#include <array>

#include "interpret/intervention.h"
#include "interpret/intervention_golden.h"
#include "model/encoder_decoder_folder.h"

namespace headlight::interpret {
namespace {

using Ids = std::vector<nn::TokenId>;

TEST(InterventionPairGolden, AgreesWithPyTorch) {
    const model::Compute compute;
    const auto loaded =
        model::load_encoder_decoder_folder(compute, std::string(HEADLIGHT_GOLDEN_DIR) + "/encoder_decoder/paper");
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    const auto expected = golden_file("translator_interventions.json");
    ASSERT_GE(expected["cases"].size(), 15u);
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
    expect_the_oracles_logits(expected, static_cast<std::size_t>(config.vocab), [&](const std::string& wanted) {
        const InterventionList list = parse_interventions(wanted, ModelKind::encoder_decoder);
        EXPECT_TRUE(list.bad.empty() && fitting(list.good, config, sources, targets).bad.empty()) << wanted;
        InterventionObserver observer(list.good, {.encoder = &encoder,
                                                  .decoder = &decoder,
                                                  .own_encoder = &changed_encoder,
                                                  .own_decoder = &changed,
                                                  .sources = sources});
        run(&observer, changed_encoder, changed);
        return changed.at(nn::Site::logits);
    });
}

}  // namespace
}  // namespace headlight::interpret
