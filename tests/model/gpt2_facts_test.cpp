// The released GPT-2 small, where somebody has it: HEADLIGHT_GPT2_DIR names its folder (config.json, model.safetensors
// in F32, tokenizer files). The figures are public: anyone with the weights can check them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>

#include "model/hf_folder.h"

namespace headlight::model {
namespace {

struct Fact {
    const char* prompt;
    std::vector<TokenId> ids;
    std::array<std::pair<TokenId, float>, 3> highest;  // of the last position's logits
    std::vector<float> pattern;                        // its row of head 3 in block 5
};

const std::array kFacts{
    Fact{"Data visualization empowers users to",
         {6601, 32704, 795, 30132, 2985, 284},
         {{{38350, -135.9132F}, {2251, -136.6836F}, {766, -137.1203F}}},
         {0.33961F, 0.22682F, 0.10934F, 0.25118F, 0.04886F, 0.02418F}},
    Fact{"Artificial Intelligence is transforming the",
         {8001, 9542, 9345, 318, 25449, 262},
         {{{835, -100.8785F}, {995, -101.0488F}, {3160, -103.3489F}}},
         {0.39923F, 0.03941F, 0.03709F, 0.20886F, 0.28281F, 0.03261F}},
    Fact{"As the spaceship was approaching the",
         {1722, 262, 40663, 373, 13885, 262},
         {{{5440, -92.8636F}, {4417, -94.1827F}, {4429, -94.4171F}}},
         {0.41029F, 0.07213F, 0.13366F, 0.21235F, 0.13841F, 0.03316F}},
    Fact{"On the deserted planet they discovered a",
         {2202, 262, 36043, 5440, 484, 5071, 257},
         {{{6283, -89.0186F}, {11428, -89.2613F}, {5440, -89.2634F}}},
         {0.26327F, 0.06604F, 0.04909F, 0.06204F, 0.32861F, 0.19635F, 0.03459F}},
    Fact{"IEEE VIS conference highlights the",
         {40, 31909, 50035, 4495, 11330, 262},
         {{{6817, -93.2510F}, {3452, -93.7715F}, {4034, -94.0890F}}},
         {0.28889F, 0.13347F, 0.10443F, 0.14732F, 0.22567F, 0.10022F}},
};

TEST(Gpt2Facts, TheReleasedModelSaysWhatItSaysElsewhere) {
    const char* folder = std::getenv("HEADLIGHT_GPT2_DIR");
    if (folder == nullptr || *folder == '\0') {
        GTEST_SKIP() << "HEADLIGHT_GPT2_DIR names no folder with GPT-2 small: not compared with the released model";
    }
    const Compute compute(ThreadPool::hardware_threads());
    const auto loaded = load_model_folder(compute, folder, {.format = WeightFormat::f32});
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    const GptConfig& config = loaded->gpt.config();
    EXPECT_EQ(loaded->gpt.layout().size(), 124'439'808U);
    ASSERT_TRUE(loaded->tokenizer.has_value()) << "the folder has no tokenizer";
    EXPECT_EQ(loaded->tokenizer->encode("Hello, I am"), (std::vector<TokenId>{15496, 11, 314, 716}));
    for (const Fact& fact : kFacts) {
        EXPECT_EQ(loaded->tokenizer->encode(fact.prompt), fact.ids) << fact.prompt;
        const auto n = fact.ids.size();
        const auto positions = static_cast<int>(n);
        Activations trace(config, 1, positions, Keep::trace);
        Forward(compute, loaded->gpt, trace, fact.ids, 0).run();

        const float* logits = trace.at(nn::Site::logits) + (n - 1) * static_cast<std::size_t>(config.vocab);
        std::vector<TokenId> order(static_cast<std::size_t>(config.vocab));
        std::iota(order.begin(), order.end(), 0);
        std::ranges::partial_sort(order, order.begin() + 3, std::greater{}, [&](TokenId id) { return logits[id]; });
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(order[i], fact.highest[i].first) << fact.prompt;
            EXPECT_NEAR(logits[order[i]], fact.highest[i].second, 2e-3) << fact.prompt;
        }
        const auto pattern = trace.view(nn::Site::pattern, 5, positions);  // [head, query, key]
        const float* row = pattern.data + 3 * pattern.stride[0] + (positions - 1) * pattern.stride[1];
        for (std::size_t key = 0; key < n; ++key) {
            EXPECT_NEAR(row[static_cast<std::ptrdiff_t>(key) * pattern.stride[2]], fact.pattern[key], 5e-5)
                << fact.prompt << ", key " << key;
        }
    }
}

}  // namespace
}  // namespace headlight::model
