#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "interpret/intervention.h"
#include "model/hf_folder.h"

namespace headlight::interpret {
namespace {

using model::Activations;
using model::Keep;
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

// A PyTorch oracle's logits with each kind of change (tests/golden/make_interventions.py).
TEST(InterventionGolden, AgreesWithPyTorch) {
    const std::string golden = HEADLIGHT_GOLDEN_DIR;
    const model::Compute compute;
    const auto loaded = model::load_model_folder(compute, golden + "/gpt2_rand/f32");
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    const auto text = read_file(golden + "/interventions.json");
    ASSERT_TRUE(text.has_value());
    const auto expected = read_json(*text);
    const auto ids = expected["ids"].get<Ids>(), other_ids = expected["other_ids"].get<Ids>();
    const model::GptConfig& config = loaded->gpt.config();
    const auto positions = static_cast<int>(ids.size());
    const auto run = [&](const Ids& of, nn::Observer* observer, Activations& a) {
        model::Forward(compute, loaded->gpt, a, of, 0, {.observer = observer}).run();
    };
    Activations baseline(config, 1, positions, Keep::trace), other = baseline, changed = baseline;
    run(ids, nullptr, baseline);
    run(other_ids, nullptr, other);
    ASSERT_GE(expected["cases"].size(), 20u);
    for (const auto& one : expected["cases"]) {
        const auto wanted = one["do"].get<std::string>();
        const InterventionList list = parse_interventions(wanted);
        ASSERT_TRUE(list.bad.empty() && fitting(list.good, config, positions).bad.empty()) << wanted;
        InterventionObserver observer(list.good, {&loaded->gpt, &baseline, positions, &other, positions, &changed});
        run(ids, &observer, changed);
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
