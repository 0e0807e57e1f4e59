#include "model/encoder_decoder_backward.h"

#include "model/encoder_decoder_helpers.h"

namespace headlight::model {
namespace {

class BackwardAgainstPyTorch : public testing::TestWithParam<const char*> {};

TEST_P(BackwardAgainstPyTorch, LossAndEveryGradient) {
    const Compute compute(2);
    const GoldenPairs golden(GetParam());
    const EncoderDecoder model = golden.load(compute);
    std::vector<float> gradients;
    EXPECT_NEAR(loss_of(compute, model, golden.batch, gradients, golden.smoothing()),
                golden.expected["loss"].get<double>(), 1e-5);
    golden.expect_tensors(model.layout(), gradients, "gradients.safetensors", 5e-6, true);
}

INSTANTIATE_TEST_SUITE_P(Golden, BackwardAgainstPyTorch, testing::Values("paper", "tutorial"),
                         [](const auto& each) { return std::string(each.param); });

EncoderDecoderConfig batch_config() {
    return {.vocab = 11,
            .context = 7,
            .d_model = 10,
            .encoder_layers = 2,
            .decoder_layers = 2,
            .heads = 2,
            .d_head = 4,
            .d_mlp = 14};
}

PaddedPairs batch() {
    return random_batch(batch_config(), {4, 7, 1}, {6, 2, 5});
}

// Every unit of the feed-forward is far on one side of ReLU's corner, across which a difference would reach.
void leave_the_corner(const Compute& compute, EncoderDecoder& model) {
    constexpr float kFar = 6;
    for (const ParamInfo& info : model.layout().params()) {
        if (!info.name.ends_with("mlp.in.bias")) continue;
        for (std::size_t i = 0; i < info.size; ++i) {
            model.mutable_params()[info.offset + i] += i % 3 == 0 ? -kFar : kFar;
        }
    }
    model.pack(compute);
}

// Directional derivatives along each tensor's gradient and along a random direction, against central differences.
void expect_gradients(const EncoderDecoderConfig& config, float dropout = 0) {
    const Compute compute(2);
    const PaddedPairs pairs = batch();
    EncoderDecoder model = lively_model(compute, config);
    leave_the_corner(compute, model);
    std::vector<float> gradients, sink;
    loss_of(compute, model, pairs, gradients, 0, dropout);
    Rng rng(21);
    int moved = 0;
    for (const ParamInfo& info : model.layout().params()) {
        for (int trial = 0; trial < 2; ++trial) {
            std::vector<float> direction(info.size);
            double norm = 0;
            for (std::size_t i = 0; i < info.size; ++i) {
                direction[i] = trial == 0 ? gradients[info.offset + i] : static_cast<float>(rng.normal());
                norm += static_cast<double>(direction[i]) * static_cast<double>(direction[i]);
            }
            norm = std::sqrt(norm);
            ASSERT_TRUE(std::isfinite(norm));
            if (norm < 1e-6) {  // a key's bias moves all scores of a query alike
                EXPECT_TRUE(info.name.ends_with("key.bias")) << info.name << " has no gradient";
                continue;
            }
            double expected = 0;
            for (std::size_t i = 0; i < info.size; ++i) {
                direction[i] /= static_cast<float>(norm);
                expected += static_cast<double>(gradients[info.offset + i]) * static_cast<double>(direction[i]);
            }
            const std::vector<float> before(model.params().begin(), model.params().end());
            const auto loss_at = [&](double step) {
                for (std::size_t i = 0; i < info.size; ++i) {
                    model.mutable_params()[info.offset + i] =
                        before[info.offset + i] + static_cast<float>(step) * direction[i];
                }
                model.pack(compute);
                return loss_of(compute, model, pairs, sink, 0, dropout);
            };
            const double step = trial == 0 ? 2e-3 / std::max(1.0, norm) : 3e-3;
            const double measured = (loss_at(step) - loss_at(-step)) / (2 * step);
            std::ranges::copy(before, model.mutable_params().begin());
            model.pack(compute);
            EXPECT_NEAR(measured, expected, 1.5e-3 + 1e-2 * std::abs(expected)) << info.name << " trial " << trial;
            ++moved;
        }
    }
    EXPECT_GT(moved, 60);
}

TEST(EncoderDecoderBackward, AgreesWithFiniteDifferences) {
    expect_gradients(batch_config());
}
TEST(EncoderDecoderBackward, WithoutBiasWithATableAndAnUntiedHead) {
    EncoderDecoderConfig c = batch_config();
    c.attention_bias = c.tied_head = c.scaled_embedding = false;
    c.positions = Positions::table;
    c.attention_scale = 1.3F;
    expect_gradients(c);
}
TEST(EncoderDecoderBackward, WithOneLayerOfFeedForward) {
    EncoderDecoderConfig c = batch_config();
    c.feed_forward = FeedForward::one_layer;
    c.d_mlp = c.d_model;
    expect_gradients(c);
}
TEST(EncoderDecoderBackward, WithDropoutOfTheSameMask) {
    EncoderDecoderConfig c = batch_config();
    c.tied_head = false;  // whose share of the embedding's gradient would hide a wrong mask there
    expect_gradients(c, 0.2F);
}

TEST(EncoderDecoderBackward, DoesNotDependOnThreadsOrKernels) {
    std::vector<float> expected;
    double expected_loss = 0;
    for (const auto* kernels : kernels::implementations()) {
        if (!kernels->supported()) continue;
        for (const int threads : {1, 2, 3}) {
            const Compute compute(threads, *kernels);
            std::vector<float> gradients;
            const double loss = loss_of(compute, lively_model(compute, batch_config()), batch(), gradients, 0.1F, 0.1F);
            if (expected.empty()) expected = gradients, expected_loss = loss;
            EXPECT_EQ(gradients, expected) << kernels->name << ", " << threads << " threads";
            EXPECT_EQ(loss, expected_loss);
        }
    }
}

// What stands in padding, of sources and of targets, changes neither loss nor gradient by a bit.
TEST(EncoderDecoderBackward, PaddingTakesNoPart) {
    const Compute compute(2);
    const EncoderDecoder model = lively_model(compute, batch_config());
    PaddedPairs pairs = batch();
    std::vector<float> before, after;
    const double loss = loss_of(compute, model, pairs, before, 0.1F);
    int changed = 0;
    for (std::size_t i = 0; i < pairs.sources.size(); ++i) {
        const auto context = static_cast<std::size_t>(pairs.source_context());
        if (static_cast<int>(i % context) < pairs.source_lengths[i / context]) continue;
        pairs.sources[i] = 7, ++changed;
    }
    for (std::size_t i = 0; i < pairs.inputs.size(); ++i) {
        if (pairs.targets[i] == nn::kNoTarget) pairs.inputs[i] = 8, ++changed;
    }
    EXPECT_GT(changed, 5);
    EXPECT_EQ(loss_of(compute, model, pairs, after, 0.1F), loss);
    EXPECT_EQ(after, before);
}

TEST(EncoderDecoderBackward, AddsToTheGradients) {
    const Compute compute;
    const EncoderDecoder model = lively_model(compute, batch_config());
    const PaddedPairs pairs = batch();
    std::vector<float> once;
    loss_of(compute, model, pairs, once, 0);
    Activations encoder = encoder_activations(batch_config(), 3, 7, Keep::training);
    Activations decoder = decoder_activations(batch_config(), 3, 6, 7, Keep::training);
    EncoderDecoderBackward backward(batch_config(), 21, nn::attention_work_floats(compute, {3, 0, 7, 7, 2, 4}));
    std::vector<float> sum(once.size(), 0.0F);
    for (int i = 0; i < 2; ++i) {
        EncoderForward(compute, model, encoder, pairs.sources, pairs.source_lengths).run();
        DecoderForward(compute, model, decoder, encoder, pairs.inputs, 0, pairs.source_lengths).run();
        (void)backward.run(compute, model, encoder, decoder,
                           {pairs.sources, pairs.source_lengths, pairs.inputs, pairs.targets}, sum, {});
    }
    for (std::size_t i = 0; i < sum.size(); ++i) ASSERT_NEAR(sum[i], 2 * once[i], 1e-4F + 1e-4F * std::abs(once[i]));
}

}  // namespace
}  // namespace headlight::model
