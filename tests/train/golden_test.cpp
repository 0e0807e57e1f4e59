// One fixed batch against PyTorch: loss, every gradient, ten steps of AdamW (tests/golden/make_train_golden.py).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/file.h"
#include "base/json.h"
#include "model/backward.h"
#include "model/hf_folder.h"
#include "train/adamw.h"

namespace headlight::train {
namespace {

using model::ParamInfo;

struct Golden {
    kernels::Compute compute{2};
    std::string folder;
    nlohmann::json expected;
    std::vector<nn::TokenId> ids, targets;
    int batch = 0;

    explicit Golden(const std::string& name) : folder(std::string(HEADLIGHT_GOLDEN_DIR) + "/train/" + name) {
        const auto text = read_file(folder + "/expected.json");
        CHECK(text.has_value());
        expected = read_json(*text);
        ids = expected["ids"].get<std::vector<nn::TokenId>>();
        targets = expected["targets"].get<std::vector<nn::TokenId>>();
        batch = expected["batch"].get<int>();
    }

    [[nodiscard]] model::Gpt load() const {
        auto loaded = model::load_model_folder(compute, folder);
        EXPECT_TRUE(loaded.has_value()) << loaded.error().message;
        loaded->gpt.make_trainable(compute);
        return std::move(loaded->gpt);
    }

    // Mean loss of the batch; gradients are written.
    double loss(const model::Gpt& gpt, std::vector<float>& gradients) const {
        const model::GptConfig& config = gpt.config();
        model::Activations activations(config, batch, config.context, model::Keep::training);
        model::Backward backward(compute, config, batch, config.context);
        model::Forward(compute, gpt, activations, ids, 0).run();
        gradients.assign(gpt.layout().size(), 0.0F);
        return backward.run(compute, gpt, activations, ids, targets, gradients, {});
    }

    // Every tensor of a file of PyTorch's against ours, name by name.
    // key_bias: false leaves it out.
    void expect_tensors(const model::Gpt& gpt, std::span<const float> ours, const std::string& name, double tolerance,
                        bool key_bias) const {
        const auto d = static_cast<std::size_t>(gpt.config().d_model);
        const auto bytes = read_file(folder + "/" + name);
        ASSERT_TRUE(bytes.has_value());
        const auto file = checkpoint::Safetensors::parse(std::as_bytes(std::span(*bytes)), name);
        ASSERT_TRUE(file.has_value()) << file.error().message;
        EXPECT_EQ(file->tensors().size(), gpt.layout().params().size());
        for (const ParamInfo& info : gpt.layout().params()) {
            const auto* tensor = file->find(info.name);
            ASSERT_NE(tensor, nullptr) << info.name;
            ASSERT_EQ(tensor->shape, info.shape) << info.name;
            std::vector<float> theirs(info.size);
            ASSERT_TRUE(file->read_f32(*tensor, theirs).has_value()) << info.name;
            double worst = 0;
            double largest = 0;
            for (std::size_t i = 0; i < info.size; ++i) {
                if (!key_bias && info.name.ends_with("c_attn.bias") && i / d == 1) continue;
                worst = std::max(worst,
                                 std::abs(static_cast<double>(ours[info.offset + i]) - static_cast<double>(theirs[i])));
                largest = std::max(largest, std::abs(static_cast<double>(theirs[i])));
            }
            EXPECT_LT(worst, tolerance * std::max(1.0, largest))
                << name << ": " << info.name << ", largest " << largest;
        }
    }
};

class AgainstPyTorch : public testing::TestWithParam<const char*> {};

TEST_P(AgainstPyTorch, LossAndEveryGradient) {
    const Golden golden(GetParam());
    const model::Gpt gpt = golden.load();
    std::vector<float> gradients;
    EXPECT_NEAR(golden.loss(gpt, gradients), golden.expected["loss"].get<double>(), 1e-5);
    golden.expect_tensors(gpt, gradients, "gradients.safetensors", 3e-6, true);
}

TEST_P(AgainstPyTorch, TenStepsOfAdamW) {
    const Golden golden(GetParam());
    model::Gpt gpt = golden.load();
    const auto number = [&](const char* key) { return golden.expected["adamw"][key].get<float>(); };
    AdamWOptions options;
    options.beta1 = number("beta1");
    options.beta2 = number("beta2");
    options.eps = number("eps");
    options.weight_decay = number("weight_decay");
    options.clip = number("clip");
    AdamW adamw(gpt.layout(), options);
    std::vector<float> gradients;
    ASSERT_EQ(golden.expected["losses"].size(), 10U);
    for (std::size_t step = 0; step < 10; ++step) {
        EXPECT_NEAR(golden.loss(gpt, gradients), golden.expected["losses"][step].get<double>(), 1e-4)
            << "step " << step;
        const double norm = adamw.update(golden.compute, gpt.mutable_params(), gradients, number("lr"),
                                         static_cast<std::int64_t>(step) + 1);
        EXPECT_NEAR(norm, golden.expected["gradient_norms"][step].get<double>(), 1e-3) << "step " << step;
        gpt.pack(golden.compute);
    }
    // A key's bias moves all scores of a query alike: its gradient is 0 but for rounding, and Adam, which divides by
    // the gradient's own size, makes steps of that.
    golden.expect_tensors(gpt, gpt.params(), "after.safetensors", 1e-4, false);
}

INSTANTIATE_TEST_SUITE_P(Golden, AgainstPyTorch, testing::Values("tied", "untied"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace headlight::train
