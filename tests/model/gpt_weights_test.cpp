// A GPT that is filled piece by piece, in each format, against the one that was made whole.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/float16.h"
#include "model/gpt.h"

namespace headlight::model {
namespace {

using kernels::WeightFormat;

GptConfig small(bool tied) {
    return {.vocab = 75, .context = 12, .d_model = 40, .layers = 2, .heads = 4, .d_mlp = 96, .tied_head = tied};
}

Gpt filled(const Compute& compute, const Gpt& from, WeightFormat format, std::size_t rows_at_once) {
    auto gpt = Gpt::reserve(compute, from.config(), format);
    EXPECT_TRUE(gpt.has_value());
    for (std::size_t param = 0; param < from.layout().params().size(); ++param) {
        const ParamInfo& info = from.layout().params()[param];
        const auto values = from.params().subspan(info.offset, info.size);
        const std::size_t width = info.shape.size() == 2 ? static_cast<std::size_t>(info.shape[1]) : 1;
        for (std::size_t at = 0; at < values.size(); at += rows_at_once * width) {
            const auto part = values.subspan(at, std::min(rows_at_once * width, values.size() - at));
            gpt->fill(compute, param, static_cast<std::int64_t>(at / width), part);
        }
    }
    return std::move(*gpt);
}

std::vector<float> logits(const Compute& compute, const Gpt& gpt) {
    const std::vector<TokenId> ids{3, 74, 0, 31, 32, 8};
    Activations trace(gpt.config(), 1, 8, Keep::trace);
    Forward(compute, gpt, trace, ids, 0).run();
    const float* first = trace.at(Site::logits);
    return {first, first + ids.size() * static_cast<std::size_t>(gpt.config().vocab)};
}

class GptWeights : public testing::TestWithParam<bool> {
  protected:
    Compute compute_{2};
    Gpt whole_ = Gpt::random(compute_, small(GetParam()), 5);
};

TEST_P(GptWeights, FloatsInPiecesAreTheWholeModel) {
    for (const std::size_t rows : {32U, 64U, 1000U}) {
        const Gpt gpt = filled(compute_, whole_, WeightFormat::f32, rows);
        EXPECT_TRUE(std::ranges::equal(gpt.all_params(), whole_.params()));
        EXPECT_EQ(logits(compute_, gpt), logits(compute_, whole_));
    }
}

TEST_P(GptWeights, EveryNumberCanBeReadByItsOffset) {
    const Gpt gpt = filled(compute_, whole_, WeightFormat::f32, 32);
    for (std::size_t i = 0; i < gpt.layout().size(); ++i) ASSERT_EQ(gpt.value(i), whole_.params()[i]) << i;
}

TEST_P(GptWeights, NarrowFormatsHoldWhatTheyRoundTo) {
    const Gpt halves = filled(compute_, whole_, WeightFormat::f16, 32);
    const Gpt bytes = filled(compute_, whole_, WeightFormat::q8, 64);
    for (std::size_t param = 0; param < whole_.layout().params().size(); ++param) {
        const ParamInfo& info = whole_.layout().params()[param];
        const auto half = halves.tensor(param), byte = bytes.tensor(param), exact = whole_.tensor(param);
        const bool matrix = info.shape.size() == 2 && info.name != "wpe.weight";
        for (std::size_t i = 0; i < exact.size(); ++i) {
            EXPECT_EQ(half[i], matrix ? f16_to_f32(f32_to_f16(exact[i])) : exact[i]) << info.name;
            EXPECT_NEAR(byte[i], exact[i], matrix ? 0.12 / 254 : 0) << info.name;
        }
    }
    const auto exact = logits(compute_, whole_), half = logits(compute_, halves), byte = logits(compute_, bytes);
    for (std::size_t i = 0; i < exact.size(); ++i) {
        EXPECT_NEAR(half[i], exact[i], 1e-3);
        EXPECT_NEAR(byte[i], exact[i], 1e-2);
    }
    EXPECT_NE(exact, half);
    EXPECT_NE(exact, byte);
}

TEST_P(GptWeights, QuantsThatWereStoredAreHeldUnchanged) {
    const Gpt gpt = filled(compute_, whole_, WeightFormat::q8, 32);
    auto copy = Gpt::reserve(compute_, gpt.config(), WeightFormat::q8);
    ASSERT_TRUE(copy.has_value());
    for (std::size_t param = 0; param < gpt.layout().params().size(); ++param) {
        const ParamInfo& info = gpt.layout().params()[param];
        if (gpt.place(param, 0, 0).matrix == nullptr) {
            copy->fill(compute_, param, 0, gpt.tensor(param));
            continue;
        }
        const auto rows = info.shape[0], columns = info.shape[1];
        const bool outputs_first = info.offset == gpt.layout().wte || info.offset == gpt.layout().lm_head;
        std::vector<std::int8_t> quants;
        std::vector<float> scales;
        for (std::int64_t r = 0; r < rows; ++r) {
            for (std::int64_t c = 0; c < columns; ++c) {
                const Gpt::Place at = gpt.place(param, r, c);
                quants.push_back(at.matrix->quant(at.k, at.n));
                if ((outputs_first ? c : r) % 32 == 0) scales.push_back(at.matrix->scale(at.k / 32, at.n));
            }
        }
        copy->fill_q8(param, 0, quants, scales);
    }
    EXPECT_EQ(copy->all_params(), gpt.all_params());
    EXPECT_EQ(logits(compute_, *copy), logits(compute_, gpt));
}

TEST_P(GptWeights, ATrainableCopyIsTheSameModel) {
    Gpt gpt = filled(compute_, whole_, WeightFormat::f32, 32);
    gpt.make_trainable(compute_);
    EXPECT_TRUE(std::ranges::equal(gpt.params(), whole_.params()));
    gpt.mutable_params()[gpt.layout().wte] += 1;
    gpt.pack(compute_);
    EXPECT_NE(logits(compute_, gpt), logits(compute_, whole_));
}

TEST_P(GptWeights, NarrowFormatsTakeLess) {
    const auto bytes = [&](WeightFormat format) { return Gpt::bytes(compute_, whole_.config(), format); };
    EXPECT_GE(bytes(WeightFormat::f32), whole_.layout().size() * 4);
    EXPECT_LT(bytes(WeightFormat::f16), bytes(WeightFormat::f32) * 3 / 5);
    EXPECT_LT(bytes(WeightFormat::q8), bytes(WeightFormat::f16));
}

TEST(GptWeightsOfALargeModel, AreRefusedInWordsWhenThereIsNoMemory) {
    const Compute compute(1);
    const GptConfig huge{.vocab = 1 << 24, .context = 8, .d_model = 1 << 16, .layers = 1, .heads = 1, .d_mlp = 1 << 16};
    const auto gpt = Gpt::reserve(compute, huge, WeightFormat::q8);
    ASSERT_FALSE(gpt.has_value());
    EXPECT_EQ(gpt.error().code, ErrorCode::too_large);
    EXPECT_NE(gpt.error().message.find("MB of weights in Q8"), std::string::npos) << gpt.error().message;
}

INSTANTIATE_TEST_SUITE_P(Heads, GptWeights, testing::Bool(),
                         [](const auto& tied) { return tied.param ? "tied" : "untied"; });

}  // namespace
}  // namespace headlight::model
