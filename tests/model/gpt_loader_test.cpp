#include "model/gpt_loader.h"

#include <cmath>
#include <set>

#include "model/checkpoint_helpers.h"

namespace headlight::model {
namespace {

class GptLoaderTest : public testing::Test {
  protected:
    Compute compute_;

    [[nodiscard]] Gpt random(const GptConfig& config, std::uint64_t seed = 4) const {
        return Gpt::random(compute_, config, seed);
    }
    [[nodiscard]] Files f32_files(bool tied = true) const {
        return written_files(random(odd_config(tied)), WeightFormat::f32);
    }
    void expect_refused(const Files& files, const std::vector<std::string>& parts) const {
        const auto loaded = load_in_pieces(compute_, files, {}, 100);
        ASSERT_FALSE(loaded.has_value()) << parts.front();
        for (const std::string& part : parts) {
            EXPECT_NE(loaded.error().message.find(part), std::string::npos)
                << part << " is not in: " << loaded.error().message;
        }
    }
};

TEST_F(GptLoaderTest, PiecesOfAnySizeGiveTheSameModel) {
    for (const bool tied : {true, false}) {
        const Gpt gpt = random(odd_config(tied));
        const Files files = written_files(gpt, WeightFormat::f32);
        for (const std::size_t longest : {std::size_t{1}, std::size_t{7}, std::size_t{300}, std::size_t{1} << 20}) {
            const auto loaded = load_in_pieces(compute_, files, {}, longest);
            ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
            EXPECT_EQ(loaded->gpt.config(), gpt.config());
            EXPECT_TRUE(std::ranges::equal(loaded->gpt.all_params(), gpt.params())) << longest;
            EXPECT_EQ(logits_of(compute_, loaded->gpt), logits_of(compute_, gpt));
        }
    }
}

TEST_F(GptLoaderTest, ConvertsToTheFormatAskedFor) {
    const Gpt gpt = random(odd_config(false));
    const Files files = written_files(gpt, WeightFormat::f32);
    const auto half = load_in_pieces(compute_, files, {.format = WeightFormat::f16}, 500);
    const auto eight = load_in_pieces(compute_, files, {.format = WeightFormat::q8}, 500);
    ASSERT_TRUE(half.has_value() && eight.has_value());
    EXPECT_EQ(half->gpt.format(), WeightFormat::f16);
    EXPECT_EQ(eight->gpt.format(), WeightFormat::q8);
    const auto halves = half->gpt.all_params(), eights = eight->gpt.all_params();
    double worst_half = 0, worst_eight = 0;
    for (std::size_t i = 0; i < halves.size(); ++i) {
        const double exact = gpt.params()[i];
        worst_half = std::max(worst_half, std::fabs(halves[i] - exact) / (std::fabs(exact) + 1e-4));
        worst_eight = std::max(worst_eight, std::fabs(eights[i] - exact));
    }
    EXPECT_LT(worst_half, 1.0 / 2048);
    EXPECT_GT(worst_half, 0);
    EXPECT_LT(worst_eight, 0.02 * 5 / 127);  // half a step of a block whose largest number is 5 standard deviations
    EXPECT_GT(worst_eight, 1e-5);
}

TEST_F(GptLoaderTest, ProgressGoesFromNothingToAll) {
    const Files files = f32_files();
    auto loader = GptLoader::begin(compute_, small_of(files));
    ASSERT_TRUE(loader.has_value());
    EXPECT_EQ(loader->wanted_files(), std::vector<std::string>{kWeightsName});
    EXPECT_EQ(loader->fraction(), 0);
    EXPECT_TRUE(loader->room(10).empty());
    const std::string& bytes = files.at(kWeightsName);
    ASSERT_TRUE(loader->begin_file(kWeightsName, bytes.size()).has_value());
    const auto all = std::as_bytes(std::span(bytes));
    ASSERT_TRUE(loader->append(all.first(bytes.size() / 2)).has_value());
    EXPECT_NEAR(loader->fraction(), 0.5, 0.01);
    EXPECT_FALSE(loader->finish().has_value());
    ASSERT_TRUE(loader->append(all.subspan(bytes.size() / 2)).has_value());
    EXPECT_EQ(loader->fraction(), 1);
    EXPECT_EQ(loader->bytes_taken(), bytes.size());
    EXPECT_TRUE(loader->room(1).empty());
    EXPECT_TRUE(loader->finish().has_value());
    EXPECT_FALSE(loader->finish().has_value());  // there is only one
}

TEST_F(GptLoaderTest, ShardsComeInAnyOrder) {
    for (const bool tied : {true, false}) {
        const Gpt gpt = random(odd_config(tied));
        const Files files = in_shards(written_files(gpt, WeightFormat::f32), 3);
        auto loader = GptLoader::begin(compute_, small_of(files));
        ASSERT_TRUE(loader.has_value()) << loader.error().message;
        std::vector<std::string> names = loader->wanted_files();
        ASSERT_EQ(names.size(), 3U);
        std::ranges::reverse(names);
        for (const std::string& name : names) {
            ASSERT_TRUE(loader->begin_file(name, files.at(name).size()).has_value());
            const auto taken = loader->append(std::as_bytes(std::span(files.at(name))));
            ASSERT_TRUE(taken.has_value()) << taken.error().message;
        }
        const auto loaded = loader->finish();
        ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
        EXPECT_EQ(loaded->gpt.config().tied_head, tied);
        EXPECT_TRUE(std::ranges::equal(loaded->gpt.all_params(), gpt.params()));
    }
}

TEST_F(GptLoaderTest, WhatIsWrongWithShardsIsNamed) {
    const Files good = in_shards(f32_files(), 2);
    const std::string second = "model-2.safetensors";
    Files files = good;
    auto tensors = raw_tensors(files.at(second));
    const std::string moved = tensors.back().info.name;
    tensors.pop_back();
    files[second] = file_of(tensors);
    expect_refused(files, {second, "'" + moved + "'", "missing", kIndexName});
    auto more = raw_tensors(files.at("model-1.safetensors"));
    more.push_back(raw_tensors(good.at(second)).back());
    files["model-1.safetensors"] = file_of(more);
    expect_refused(files, {"model-1.safetensors", "'" + moved + "'", "says that it is in " + second});
    files = good;
    files[kIndexName] = R"({"weight_map":{"wte.weight":"a.safetensors"}})";
    expect_refused(files, {kIndexName, "'wpe.weight' is missing"});
    files[kIndexName] = "{";
    expect_refused(files, {kIndexName, "JSON"});

    auto loader = GptLoader::begin(compute_, small_of(good));
    ASSERT_TRUE(loader.has_value());
    const auto stranger = loader->begin_file("other.safetensors", 100);
    ASSERT_FALSE(stranger.has_value());
    EXPECT_NE(stranger.error().message.find("other.safetensors: not one of"), std::string::npos);
    EXPECT_EQ(loader->begin_file(second, 100).error().message, stranger.error().message);  // it stays refused
    loader = GptLoader::begin(compute_, small_of(good));
    ASSERT_TRUE(loader->begin_file(second, good.at(second).size()).has_value());
    ASSERT_TRUE(loader->append(std::as_bytes(std::span(good.at(second)))).has_value());
    EXPECT_NE(loader->finish().error().message.find("no model-1.safetensors"), std::string::npos);
    EXPECT_NE(loader->begin_file(second, 8).error().message.find("came already"), std::string::npos);
}

TEST_F(GptLoaderTest, FilesThatAreShorterOrLongerThanAnnounced) {
    const Files files = f32_files();
    const auto bytes = std::as_bytes(std::span(files.at(kWeightsName)));
    auto loader = GptLoader::begin(compute_, small_of(files));
    ASSERT_TRUE(loader->begin_file(kWeightsName, bytes.size()).has_value());
    ASSERT_TRUE(loader->append(bytes).has_value());
    const auto more = loader->append(bytes.first(1));
    ASSERT_FALSE(more.has_value());
    EXPECT_NE(more.error().message.find("more than the"), std::string::npos) << more.error().message;
    EXPECT_FALSE(loader->finish().has_value());
    // A header that does not fit the size announced is told at its end, before any weights come.
    for (const std::uint64_t size : {std::uint64_t{bytes.size()} - 1, std::uint64_t{bytes.size()} + 4}) {
        loader = GptLoader::begin(compute_, small_of(files));
        ASSERT_TRUE(loader->begin_file(kWeightsName, size).has_value());
        EXPECT_FALSE(loader->append(bytes.first(bytes.size() / 2)).has_value());
    }
}

// A model of a few hundred numbers, so that every byte can be tried.
GptConfig tiny_config() {
    return {.vocab = 5, .context = 2, .d_model = 4, .layers = 1, .heads = 2, .d_mlp = 6};
}

TEST_F(GptLoaderTest, EveryTruncationIsAnError) {
    for (const WeightFormat format : kWeightFormats) {
        const Files whole = written_files(random(tiny_config()), format);
        const std::string& bytes = whole.at(kWeightsName);
        ASSERT_TRUE(load_in_pieces(compute_, whole, {}, 64).has_value());
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            Files cut = whole;
            cut[kWeightsName].resize(size);
            EXPECT_FALSE(load_in_pieces(compute_, cut, {}, 64, size).has_value()) << size;
            // The download breaks off: the size was announced.
            auto loader = GptLoader::begin(compute_, small_of(whole));
            ASSERT_TRUE(loader->begin_file(kWeightsName, bytes.size()).has_value());
            ASSERT_TRUE(loader->append(std::as_bytes(std::span(bytes)).first(size)).has_value()) << size;
            const auto loaded = loader->finish();
            ASSERT_FALSE(loaded.has_value()) << size;
            EXPECT_NE(loaded.error().message.find("ended after " + std::to_string(size)), std::string::npos);
        }
        for (std::size_t size = 0; size < whole.at("config.json").size() - 2; ++size) {
            Files cut = whole;
            cut["config.json"].resize(size);
            EXPECT_FALSE(GptLoader::begin(compute_, small_of(cut)).has_value()) << size;
        }
    }
}

TEST_F(GptLoaderTest, EveryFlippedByteOfAHeaderIsHandled) {
    const Files whole = written_files(random(tiny_config()), WeightFormat::q8);
    for (std::size_t at = 0; at < 1200; ++at) {
        for (const int flip : {0x01, 0x80, 0x22}) {
            Files broken = whole;
            char& byte = broken[kWeightsName][at];
            byte = static_cast<char>(byte ^ flip);
            (void)load_in_pieces(compute_, broken, {}, 64, at);  // accepted or refused, but never a crash
        }
    }
}

// Memory is refused at every place where it is asked for; what was loaded before works on.
TEST_F(GptLoaderTest, MemoryRefusedAnywhereLeavesTheOldModelWorking) {
    const Gpt old = random(odd_config(), 9);
    const std::vector<float> before = logits_of(compute_, old);
    for (const WeightFormat stored : {WeightFormat::f32, WeightFormat::q8}) {
        // With a tied head the size is known, and refused, before the weights come; with its own head the refusals
        // are those of every buffer on the way.
        for (const bool tied : {true, false}) {
            const Files files = written_files(random(odd_config(tied)), stored);
            for (const WeightFormat format : kWeightFormats) {
                std::uint64_t limit = 0;
                std::set<std::string> refusals;
                int count = 0;
                for (;; limit += 2048, ++count) {
                    const LoadOptions options{.format = format, .memory_limit = limit};
                    const auto loaded = load_in_pieces(compute_, files, options, 4096);
                    if (loaded.has_value()) break;
                    ASSERT_EQ(loaded.error().code, ErrorCode::too_large) << loaded.error().message;
                    ASSERT_EQ(logits_of(compute_, old), before);
                    refusals.insert(loaded.error().message);
                }
                EXPECT_GT(count, 10);
                const bool on_the_way = refusals.begin()->starts_with("no memory for");
                EXPECT_EQ(on_the_way, !tied) << *refusals.begin();
                EXPECT_LE(limit, model_needs(compute_, small_of(files))->peak(format) + 2048);
            }
        }
    }
}

TEST_F(GptLoaderTest, HoldsTheModelAndAPanelAndNoMore) {
    const GptConfig config{.vocab = 6000, .context = 64, .d_model = 256, .layers = 2, .heads = 4, .d_mlp = 1024};
    const Files files = written_files(random(config), WeightFormat::f32);
    const std::string& bytes = files.at(kWeightsName);
    for (const WeightFormat format : kWeightFormats) {
        auto loader = GptLoader::begin(compute_, small_of(files), {.format = format});
        ASSERT_TRUE(loader.has_value());
        ASSERT_TRUE(loader->begin_file(kWeightsName, bytes.size()).has_value());
        std::uint64_t most = 0;
        for (std::size_t at = 0; at < bytes.size(); at += 50'000) {
            const std::size_t n = std::min<std::size_t>(50'000, bytes.size() - at);
            ASSERT_TRUE(loader->append(std::as_bytes(std::span(bytes)).subspan(at, n)).has_value());
            most = std::max(most, loader->memory_held());
        }
        const auto needs = model_needs(compute_, small_of(files));
        EXPECT_LE(most, needs->peak(format));
        EXPECT_LT(most, needs->bytes[static_cast<std::size_t>(format)] + (2 << 20));
        EXPECT_LT(needs->working_bytes, 2U << 20);  // the embedding alone has 6 MB
        ASSERT_TRUE(loader->finish().has_value());
    }
}

}  // namespace
}  // namespace headlight::model
