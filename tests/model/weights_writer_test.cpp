#include "model/weights_writer.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <limits>

#include "model/checkpoint_helpers.h"

namespace headlight::model {
namespace {

class WeightsWriterTest : public testing::Test {
  protected:
    Compute compute_;

    [[nodiscard]] Gpt random(bool tied) const { return Gpt::random(compute_, odd_config(tied), 4); }
    [[nodiscard]] Gpt loaded(const Files& files, std::optional<WeightFormat> format = std::nullopt) const {
        auto result = load_in_pieces(compute_, files, {.format = format}, 70'000);
        EXPECT_TRUE(result.has_value()) << result.error().message;
        return std::move(result->gpt);
    }
    [[nodiscard]] std::string refusal(const Files& files) const {
        const auto result = load_in_pieces(compute_, files, {}, 777);
        return result.has_value() ? "(accepted)" : result.error().message;
    }
    // The same tensors after `change`.
    template <class Change>
    [[nodiscard]] static Files changed(Files files, const Change& change) {
        auto tensors = raw_tensors(files.at(kWeightsName));
        change(tensors);
        files[kWeightsName] = file_of(tensors);
        return files;
    }
    static RawTensor& find(std::vector<RawTensor>& tensors, const std::string& name) {
        const auto at = std::ranges::find(tensors, name, [](const RawTensor& t) { return t.info.name; });
        EXPECT_NE(at, tensors.end()) << name;
        return *at;
    }
};

TEST_F(WeightsWriterTest, WhatIsHeldInAFormatComesBackBitForBit) {
    for (const bool tied : {true, false}) {
        const Gpt exact = random(tied);
        for (const WeightFormat format : kWeightFormats) {
            const Gpt held = loaded(written_files(exact, WeightFormat::f32), format);
            const Files files = written_files(held, format);
            const Gpt again = loaded(files);
            EXPECT_EQ(again.format(), format == WeightFormat::f16 ? WeightFormat::f32 : format);
            EXPECT_EQ(again.all_params(), held.all_params());
            const Gpt same = loaded(files, format);
            EXPECT_EQ(logits_of(compute_, same), logits_of(compute_, held));
            EXPECT_EQ(written(same, format), files.at(kWeightsName));
            // A model of plain floats is written as the same file.
            EXPECT_EQ(written(exact, format), files.at(kWeightsName));
        }
    }
}

// Large enough that every kind of matrix is read and written in several panels.
TEST_F(WeightsWriterTest, ManyPanelsComeBackToo) {
    const GptConfig config{
        .vocab = 9001, .context = 8, .d_model = 64, .layers = 1, .heads = 2, .d_mlp = 9000, .tied_head = false};
    const Gpt exact = Gpt::random(compute_, config, 11);
    for (const WeightFormat format : kWeightFormats) {
        const Gpt held = loaded(written_files(exact, WeightFormat::f32), format);
        EXPECT_EQ(std::ranges::equal(held.all_params(), exact.params()), format == WeightFormat::f32);
        const Files files = written_files(exact, format);
        EXPECT_EQ(loaded(files, format).all_params(), held.all_params());
        EXPECT_EQ(loaded(files, WeightFormat::f32).all_params(), held.all_params());
        EXPECT_TRUE(written(held, format) == files.at(kWeightsName));
    }
}

TEST_F(WeightsWriterTest, TheContainerOfEightBits) {
    const Gpt gpt = random(false);
    const std::string file = written(gpt, WeightFormat::q8);
    const auto parsed = checkpoint::Safetensors::parse(std::as_bytes(std::span(file)), "f");
    ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
    EXPECT_EQ(parsed->metadata().at("format"), "pt");
    const auto shape_of = [&](const char* name) { return parsed->find(name)->shape; };
    using Shape = std::vector<std::int64_t>;
    EXPECT_EQ(parsed->find("wte.weight")->dtype, checkpoint::Dtype::i8);
    EXPECT_EQ(shape_of("wte.weight"), (Shape{67, 36}));
    EXPECT_EQ(shape_of("wte.weight.scale"), (Shape{67, 2}));
    EXPECT_EQ(shape_of("lm_head.weight.scale"), (Shape{67, 2}));
    EXPECT_EQ(shape_of("h.1.attn.c_attn.weight"), (Shape{36, 108}));
    EXPECT_EQ(shape_of("h.1.attn.c_attn.weight.scale"), (Shape{2, 108}));
    EXPECT_EQ(shape_of("h.0.mlp.c_proj.weight.scale"), (Shape{3, 36}));
    for (const char* plain : {"wpe.weight", "h.0.ln_1.weight", "h.0.mlp.c_fc.bias"}) {
        EXPECT_EQ(parsed->find(plain)->dtype, checkpoint::Dtype::f32) << plain;
        EXPECT_EQ(parsed->find(std::string(plain) + ".scale"), nullptr);
    }
    // Readers want each tensor to begin at a multiple of its numbers' size.
    EXPECT_EQ(parsed->data_start() % 8, 0U);
    for (const auto& tensor : parsed->tensors()) EXPECT_EQ(tensor.begin % dtype_bytes(tensor.dtype), 0U) << tensor.name;
    EXPECT_NE(stored_config_json(gpt.config(), WeightFormat::q8).find("headlight_q8"), std::string::npos);
    EXPECT_EQ(stored_config_json(gpt.config(), WeightFormat::f16).find("quantization"), std::string::npos);
}

// Number = quant * scale, whatever the reader holds it in.
TEST_F(WeightsWriterTest, EightBitsOpenAsNumbersToo) {
    const Files files = written_files(random(false), WeightFormat::q8);
    const Gpt eight = loaded(files), plain = loaded(files, WeightFormat::f32);
    EXPECT_EQ(eight.all_params(), plain.all_params());
    const auto tensors = raw_tensors(files.at(kWeightsName));
    auto copy = tensors;
    const std::string quants = find(copy, "h.1.mlp.c_proj.weight").bytes;
    const std::string scales = find(copy, "h.1.mlp.c_proj.weight.scale").bytes;
    const auto& params = plain.layout().params();
    const auto param = std::ranges::find(params, "h.1.mlp.c_proj.weight", &ParamInfo::name);
    const std::size_t row = 65, column = 35;  // the third block, which is a short one
    float scale = 0;
    std::memcpy(&scale, scales.data() + (2 * 36 + column) * 4, 4);
    const float number = static_cast<float>(static_cast<signed char>(quants[row * 36 + column])) * scale;
    EXPECT_EQ(plain.value(param->offset + row * 36 + column), number);
    EXPECT_NE(number, 0);
}

TEST_F(WeightsWriterTest, ScalesMayComeAfterTheirQuants) {
    const Files files = written_files(random(false), WeightFormat::q8);
    const Files reversed = changed(files, [](auto& tensors) { std::ranges::reverse(tensors); });
    for (const WeightFormat format : kWeightFormats) {
        EXPECT_EQ(loaded(reversed, format).all_params(), loaded(files, format).all_params());
    }
    const Files shards = in_shards(files, 4);
    EXPECT_EQ(loaded(shards).all_params(), loaded(files).all_params());
}

TEST_F(WeightsWriterTest, DamagedEightBitsAreNamed) {
    const Files files = written_files(random(true), WeightFormat::q8);
    const std::string name = "h.0.attn.c_proj.weight";
    const auto without = [](const std::string& gone) {
        return
            [gone](auto& tensors) { std::erase_if(tensors, [&](const RawTensor& t) { return t.info.name == gone; }); };
    };
    EXPECT_NE(refusal(changed(files, without(name + ".scale"))).find("'" + name + ".scale' is missing"),
              std::string::npos);
    EXPECT_NE(refusal(changed(files, without(name))).find("'" + name + "' is missing"), std::string::npos);
    const Files nan = changed(files, [&](auto& tensors) {
        const auto bits = std::bit_cast<std::array<char, 4>>(std::numeric_limits<float>::quiet_NaN());
        std::ranges::copy(bits, find(tensors, name + ".scale").bytes.begin() + 8);
    });
    EXPECT_NE(refusal(nan).find("'" + name + ".scale': NaN at index 2"), std::string::npos) << refusal(nan);
    const Files shape = changed(files, [&](auto& tensors) { find(tensors, name + ".scale").info.shape = {36, 2}; });
    EXPECT_NE(refusal(shape).find("expected [2, 36]"), std::string::npos) << refusal(shape);
    const Files norm = changed(files, [&](auto& tensors) {
        RawTensor& t = find(tensors, "ln_f.weight");
        t.info.dtype = checkpoint::Dtype::i8;
        t.bytes.resize(36);
    });
    EXPECT_NE(refusal(norm).find("'ln_f.weight': dtype I8"), std::string::npos) << refusal(norm);
    Files plain = files;
    plain["config.json"] = stored_config_json(odd_config(), WeightFormat::f32);  // says nothing of eight bits
    EXPECT_NE(refusal(plain).find(".scale' is not part of"), std::string::npos) << refusal(plain);
}

TEST_F(WeightsWriterTest, AFolderIsWrittenAndOpened) {
    const std::string folder = std::string(HEADLIGHT_BUILD_DIR) + "/weights_writer_test";
    std::filesystem::remove_all(folder);
    const Gpt gpt = random(true);
    for (const WeightFormat format : kWeightFormats) {
        ASSERT_TRUE(write_model_folder(folder, gpt, nullptr, format).has_value());
        const auto opened = load_model_folder(compute_, folder);
        ASSERT_TRUE(opened.has_value()) << opened.error().message;
        EXPECT_EQ(opened->gpt.all_params(), loaded(written_files(gpt, format)).all_params());
        EXPECT_FALSE(std::filesystem::exists(folder + "/model.safetensors.part"));
    }
    std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace headlight::model
