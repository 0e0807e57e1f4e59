#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "base/rng.h"
#include "model/hf_folder.h"

namespace headlight::model {
namespace {

GptConfig forward_config() {
    return {.vocab = 37, .context = 150, .d_model = 24, .layers = 3, .heads = 4, .d_mlp = 96};
}

std::vector<TokenId> some_ids(int count, int vocab) {
    Rng rng(11);
    std::vector<TokenId> ids;
    for (int i = 0; i < count; ++i) ids.push_back(static_cast<TokenId>(rng.below(static_cast<std::uint64_t>(vocab))));
    return ids;
}

// Every site of every layer, as bytes of its view.
std::map<std::string, std::vector<float>> all_values(const Activations& a, int positions) {
    std::map<std::string, std::vector<float>> values;
    for (const nn::SiteInfo& info : nn::kSites) {
        for (int layer = 0; layer < (info.per_layer() ? a.layers() : 1); ++layer) {
            const nn::SiteView v = a.view(info.site, layer, positions);
            auto& out = values[nn::site_name(info.site, layer)];
            for (int i = 0; i < v.shape[0]; ++i) {
                for (int j = 0; j < v.shape[1]; ++j) {
                    for (int k = 0; k < v.shape[2]; ++k) {
                        out.push_back(v.data[i * v.stride[0] + j * v.stride[1] + k * v.stride[2]]);
                    }
                }
            }
        }
    }
    return values;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

TEST(Forward, PrefillInPiecesAndTokenByTokenGiveTheSameBits) {
    const Compute compute(2);
    const GptConfig config = forward_config();
    const Gpt gpt = Gpt::random(compute, config, 1);
    const auto ids = some_ids(140, config.vocab);
    Activations whole(config, 1, config.context, Keep::trace);
    Forward(compute, gpt, whole, ids, 0).run();
    const auto expected = all_values(whole, 140);
    for (const std::vector<int>& cuts : {std::vector<int>{1, 140}, {64, 70, 140}, {139, 140}}) {
        Activations pieces(config, 1, config.context, Keep::trace);
        int first = 0;
        for (const int last : cuts) {
            const auto part =
                std::span(ids).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
            Forward(compute, gpt, pieces, part, first).run();
            first = last;
        }
        const auto values = all_values(pieces, 140);
        for (const auto& [name, value] : expected) EXPECT_TRUE(same_bits(value, values.at(name))) << name;
    }
    Activations decode(config, 1, config.context, Keep::decode);
    for (int i = 0; i < 140; ++i) {
        Forward step(compute, gpt, decode, std::span(ids).subspan(static_cast<std::size_t>(i), 1), i);
        step.run();
        const float* row = whole.at(Site::logits) + i * config.vocab;
        EXPECT_EQ(std::memcmp(step.last_logits(), row, sizeof(float) * static_cast<std::size_t>(config.vocab)), 0) << i;
    }
}

TEST(Forward, SameBitsOnEveryKernelAndNumberOfThreads) {
    const GptConfig config = forward_config();
    const auto ids = some_ids(97, config.vocab);
    std::map<std::string, std::vector<float>> expected;
    for (const auto* kernels : kernels::implementations()) {
        if (!kernels->supported()) continue;
        for (const int threads : {1, 3}) {
            const Compute compute(threads, *kernels);
            const Gpt gpt = Gpt::random(compute, config, 1);
            Activations a(config, 1, config.context, Keep::trace);
            Forward(compute, gpt, a, ids, 0).run();
            const auto values = all_values(a, 97);
            if (expected.empty()) expected = values;
            for (const auto& [name, value] : expected) {
                EXPECT_TRUE(same_bits(value, values.at(name))) << kernels->name << " " << threads << " " << name;
            }
        }
    }
}

// Counts the calls at each site; changes nothing, or one value.
class Watcher : public nn::Observer {
  public:
    std::map<std::string, int> calls;
    std::optional<nn::SiteAt> zeroed;
    void at(nn::SiteAt site, nn::MutableSiteView view, int first) override {
        ++calls[nn::site_name(site.site, site.layer)];
        if (zeroed != site) return;
        for (int i = first; i < view.shape[0]; ++i) view.data[i * view.stride[0]] = 0;
    }
};

TEST(Forward, EverySiteIsSeenOnceAndWatchingChangesNoBit) {
    const Compute compute;
    const GptConfig config = forward_config();
    const Gpt gpt = Gpt::random(compute, config, 1);
    const auto ids = some_ids(20, config.vocab);
    Activations plain(config, 1, config.context, Keep::trace);
    Forward(compute, gpt, plain, ids, 0).run();

    Watcher watcher;
    ForwardOptions options;
    options.observer = &watcher;
    Activations watched(config, 1, config.context, Keep::trace);
    Forward(compute, gpt, watched, ids, 0, options).run();
    EXPECT_EQ(all_values(plain, 20), all_values(watched, 20));
    std::size_t sites = 0;
    for (const nn::SiteInfo& info : nn::kSites) {
        for (int layer = 0; layer < (info.per_layer() ? config.layers : 1); ++layer, ++sites) {
            EXPECT_EQ(watcher.calls[nn::site_name(info.site, layer)], 1) << nn::site_name(info.site, layer);
        }
    }
    EXPECT_EQ(watcher.calls.size(), sites);

    watcher.zeroed = nn::SiteAt{Site::resid_mid, 1};
    Activations edited(config, 1, config.context, Keep::trace);
    Forward(compute, gpt, edited, ids, 0, options).run();
    const auto before = all_values(plain, 20);
    const auto after = all_values(edited, 20);
    EXPECT_TRUE(same_bits(before.at("blocks.1.hook_resid_pre"), after.at("blocks.1.hook_resid_pre")));
    EXPECT_FALSE(same_bits(before.at("blocks.1.hook_resid_post"), after.at("blocks.1.hook_resid_post")));
    EXPECT_FALSE(same_bits(before.at("logits"), after.at("logits")));
}

TEST(Forward, ShapesAndMaskAreThoseOfTransformerLens) {
    const Compute compute;
    const GptConfig config = forward_config();
    const Gpt gpt = Gpt::random(compute, config, 1);
    Activations a(config, 1, config.context, Keep::trace);
    Forward(compute, gpt, a, some_ids(9, config.vocab), 0).run();
    const auto shape = [&](Site site) { return a.view(site, 0, 9).shape; };
    EXPECT_EQ(shape(Site::q), (std::array{9, 4, 6}));
    EXPECT_EQ(shape(Site::pattern), (std::array{4, 9, 9}));
    EXPECT_EQ(shape(Site::ln1_scale), (std::array{9, 1, 1}));
    EXPECT_EQ(shape(Site::mlp_post), (std::array{9, 96, 1}));
    EXPECT_EQ(shape(Site::logits), (std::array{9, 37, 1}));
    const auto scores = a.view(Site::attn_scores, 2, 9);
    const auto pattern = a.view(Site::pattern, 2, 9);
    for (int head = 0; head < 4; ++head) {
        for (int i = 0; i < 9; ++i) {
            float sum = 0;
            for (int j = 0; j < 9; ++j) {
                const auto at = head * scores.stride[0] + i * scores.stride[1] + j;
                sum += pattern.data[at];
                EXPECT_EQ(j > i, std::isinf(scores.data[at]) && scores.data[at] < 0);
                if (j > i) {
                    EXPECT_EQ(pattern.data[at], 0);
                }
            }
            EXPECT_NEAR(sum, 1, 1e-6);
        }
    }
}

// A PyTorch oracle's logits and attention for a small random checkpoint (tests/golden/make_gpt2_rand.py).
void expect_agreement(const std::string& folder, double tolerance) {
    const Compute compute;
    const auto loaded = load_model_folder(compute, folder);
    ASSERT_TRUE(loaded.has_value()) << loaded.error().message;
    const auto text = read_file(folder + "/expected.json");
    ASSERT_TRUE(text.has_value());
    const auto expected = read_json(*text);
    const auto ids = expected["ids"].get<std::vector<TokenId>>();
    const GptConfig& config = loaded->gpt.config();
    Activations a(config, 1, config.context, Keep::trace);
    Forward(compute, loaded->gpt, a, ids, 0).run();
    double worst = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        for (std::size_t j = 0; j < static_cast<std::size_t>(config.vocab); ++j) {
            const auto ours = static_cast<double>(a.at(Site::logits)[i * static_cast<std::size_t>(config.vocab) + j]);
            worst = std::max(worst, std::abs(ours - expected["logits"][i][j].get<double>()));
        }
    }
    EXPECT_LT(worst, tolerance) << "logits of " << folder;
    worst = 0;
    const int n = static_cast<int>(ids.size());
    for (int layer = 0; layer < config.layers; ++layer) {
        const auto pattern = a.view(Site::pattern, layer, n);
        for (int head = 0; head < config.heads; ++head) {
            for (int i = 0; i < n * n; ++i) {
                const auto ours =
                    static_cast<double>(pattern.data[head * pattern.stride[0] + i / n * pattern.stride[1] + i % n]);
                const auto& theirs = expected["attn"][static_cast<std::size_t>(layer)][static_cast<std::size_t>(head)];
                worst = std::max(
                    worst,
                    std::abs(ours -
                             theirs[static_cast<std::size_t>(i / n)][static_cast<std::size_t>(i % n)].get<double>()));
            }
        }
    }
    EXPECT_LT(worst, 1e-5) << "attention of " << folder;
}

TEST(Golden, AgreesWithPyTorchInF32F16Bf16WithPrefixedNamesAndInShards) {
    for (const char* kind : {"f32", "f16", "bf16", "prefix", "shards"}) {
        SCOPED_TRACE(kind);
        expect_agreement(std::string(HEADLIGHT_GOLDEN_DIR) + "/gpt2_rand/" + kind, 1e-5);
    }
}

}  // namespace
}  // namespace headlight::model
