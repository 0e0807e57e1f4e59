#include "interpret/intervention_golden.h"

#include "interpret/intervention.h"
#include "model/hf_folder.h"

namespace headlight::interpret {
namespace {

using model::Activations;
using model::Keep;
using Ids = std::vector<nn::TokenId>;

TEST(InterventionGolden, AgreesWithPyTorch) {
    const model::Compute compute;
    const auto loaded = model::load_model_folder(compute, std::string(HEADLIGHT_GOLDEN_DIR) + "/gpt2_rand/f32");
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    const auto expected = golden_file("interventions.json");
    ASSERT_GE(expected["cases"].size(), 20u);
    const auto ids = expected["ids"].get<Ids>(), other_ids = expected["other_ids"].get<Ids>();
    const model::GptConfig& config = loaded->gpt.config();
    const auto positions = static_cast<int>(ids.size());
    const auto run = [&](const Ids& of, nn::Observer* observer, Activations& a) {
        model::Forward(compute, loaded->gpt, a, of, 0, {.observer = observer}).run();
    };
    Activations baseline(config, 1, positions, Keep::trace), other = baseline, changed = baseline;
    run(ids, nullptr, baseline);
    run(other_ids, nullptr, other);
    expect_the_oracles_logits(expected, static_cast<std::size_t>(config.vocab), [&](const std::string& wanted) {
        const InterventionList list = parse_interventions(wanted);
        EXPECT_TRUE(list.bad.empty() && fitting(list.good, config, positions).bad.empty()) << wanted;
        InterventionObserver observer(list.good, {&loaded->gpt, &baseline, positions, &other, positions, &changed});
        run(ids, &observer, changed);
        return changed.at(nn::Site::logits);
    });
}

}  // namespace
}  // namespace headlight::interpret
