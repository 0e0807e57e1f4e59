#include "model/architecture.h"

#include <gtest/gtest.h>

#include <set>

#include "base/file.h"
#include "base/rng.h"
#include "model/activations.h"
#include "model/hf_folder.h"

namespace headlight::model {
namespace {

const GptConfig& known(std::string_view name) {
    return find_config(name)->config;
}

std::int64_t count_of(const std::vector<ParamGroup>& groups, ParamPart part) {
    for (const ParamGroup& group : groups) {
        if (group.part == part) return group.count;
    }
    ADD_FAILURE() << "no part " << static_cast<int>(part);
    return -1;
}

// Any configuration that check() takes, small enough to make a layout of.
GptConfig random_config(Rng& rng) {
    const auto up_to = [&](int most) { return 1 + static_cast<int>(rng.uniform() * static_cast<double>(most)); };
    GptConfig c;
    c.heads = up_to(6);
    c.d_model = c.heads * up_to(24);
    c.layers = up_to(5);
    c.vocab = up_to(500);
    c.context = up_to(60);
    c.d_mlp = up_to(4) == 1 ? up_to(100) : 4 * c.d_model;
    c.qkv_bias = up_to(2) == 1;
    c.tied_head = up_to(2) == 1;
    return c;
}

TEST(Architecture, ParametersOfGpt124MPartByPart) {
    const ParamSummary s = summarise(known("gpt-124m"));
    EXPECT_EQ(s.total, 163'009'536);
    EXPECT_EQ(count_of(s.embeddings, ParamPart::token_embedding), 38'597'376);
    EXPECT_EQ(count_of(s.embeddings, ParamPart::position_embedding), 786'432);
    EXPECT_EQ(count_of(s.one_block, ParamPart::qkv), 1'769'472);
    EXPECT_EQ(count_of(s.one_block, ParamPart::projection), 590'592);
    EXPECT_EQ(s.attention, 2'360'064);
    EXPECT_EQ(count_of(s.one_block, ParamPart::first), 2'362'368);
    EXPECT_EQ(count_of(s.one_block, ParamPart::second), 2'360'064);
    EXPECT_EQ(s.feed_forward, 4'722'432);
    EXPECT_EQ(s.norms, 3'072);
    EXPECT_EQ(s.block, 7'085'568);
    EXPECT_EQ(s.blocks, 85'026'816);
    EXPECT_EQ(count_of(s.final, ParamPart::final_norm), 1'536);
    EXPECT_EQ(count_of(s.final, ParamPart::head), 38'597'376);
}

TEST(Architecture, TheReleasesHaveAsManyAsTheyAreKnownFor) {
    const ParamSummary s = summarise(known("gpt2"));
    EXPECT_EQ(s.total, 124'439'808);
    EXPECT_EQ(count_of(s.final, ParamPart::head), 0);
    EXPECT_EQ(count_of(s.one_block, ParamPart::qkv), 1'771'776);
    EXPECT_EQ(summarise(known("gpt2-medium")).total, 354'823'168);
    EXPECT_EQ(summarise(known("gpt2-large")).total, 774'030'080);
    EXPECT_EQ(summarise(known("gpt2-xl")).total, 1'557'611'200);
}

TEST(Architecture, TheModelThatComesAlongIsTheOneInTheAssets) {
    const std::string path = std::string(HEADLIGHT_ASSETS_DIR) + "/models/story/config.json";
    const auto text = read_file(path);
    ASSERT_TRUE(text.has_value());
    const auto config = parse_config(*text, path, std::nullopt);
    ASSERT_TRUE(config.has_value());
    EXPECT_TRUE(same_sizes(*config, known("story")));
    EXPECT_FALSE(same_sizes(*config, known("gpt2")));
    EXPECT_EQ(find_config("gpt-5"), nullptr);
}

TEST(Architecture, TheTableHoldsWhatTheLayoutHolds) {
    Rng rng(11);
    for (int i = 0; i < 300; ++i) {
        const GptConfig c = random_config(rng);
        ASSERT_TRUE(check(c).has_value());
        const GptLayout layout(c);
        const ParamSummary s = summarise(c);
        EXPECT_EQ(s.total, static_cast<std::int64_t>(layout.size()));
        EXPECT_EQ(s.block, s.attention + s.feed_forward + s.norms);
        std::int64_t drawn = 0, matrices = 0, q8 = 0;
        for (const StageInfo& info : stages(c, 1)) drawn += info.parameters * (info.in_block ? c.layers : 1);
        EXPECT_EQ(drawn, s.total) << "the diagram's boxes";
        // Memory, tensor by tensor: Q8 scales stand for 32 inputs of one output; [vocab, d] has its inputs in rows.
        for (const ParamInfo& info : layout.params()) {
            const auto size = static_cast<std::int64_t>(info.size);
            if (info.shape.size() < 2 || info.name == "wpe.weight") {
                q8 += size * 4;
                continue;
            }
            const bool table = info.name == "wte.weight" || info.name == "lm_head.weight";
            const std::int64_t inputs = info.shape[table ? 1 : 0], outputs = info.shape[table ? 0 : 1];
            for (std::int64_t k = 0; k < inputs; k += 32) q8 += outputs * (4 + std::min<std::int64_t>(32, inputs - k));
            matrices += size;
        }
        const WeightBytes bytes = weight_bytes(c);
        EXPECT_EQ(bytes.f32, s.total * 4);
        EXPECT_EQ(bytes.f16, s.total * 4 - matrices * 2);
        EXPECT_EQ(bytes.q8, q8);
    }
}

TEST(Architecture, TheCacheIsWhatADecoderKeepsOfEveryLayer) {
    Rng rng(12);
    for (int i = 0; i < 40; ++i) {
        GptConfig c = random_config(rng);
        c.d_model = c.heads * 16;  // the work space is padded to 16 numbers
        const Activations fewer(c, 1, c.context, Keep::decode);
        GptConfig more = c;
        more.layers = c.layers + 3;
        const Activations deeper(more, 1, c.context, Keep::decode);
        // With one layer nothing is strided: the difference of two is what three layers keep.
        EXPECT_EQ(static_cast<std::int64_t>(deeper.bytes() - fewer.bytes()),
                  cache_bytes(more, c.context) - cache_bytes(c, c.context));
    }
    EXPECT_EQ(cache_bytes(known("gpt2"), 1024), 75'497'472);
    EXPECT_EQ(cache_bytes(known("gpt2"), 1), 73'728);
}

TEST(Architecture, EveryBoxHasTheShapeOfItsSite) {
    Rng rng(13);
    for (int i = 0; i < 40; ++i) {
        const GptConfig c = random_config(rng);
        const int positions = std::min(5, c.context);
        const Activations trace(c, 1, c.context, Keep::trace);
        std::set<std::string_view> ids;
        for (const StageInfo& info : stages(c, positions)) {
            EXPECT_TRUE(ids.insert(info.id).second);
            if (info.stage <= Stage::ids) continue;
            const nn::SiteView view = trace.view(info.site, 0, positions);
            ASSERT_EQ(static_cast<int>(info.shape.size()), view.rank) << info.id;
            for (std::size_t axis = 0; axis < info.shape.size(); ++axis)
                EXPECT_EQ(info.shape[axis], view.shape[axis]) << info.id;
            EXPECT_EQ(info.in_block, nn::site_info(info.site).per_layer() && info.stage != Stage::embedded) << info.id;
        }
    }
}

// Counts the multiply-adds of one pass by walking through it.
double walked(const GptConfig& c, int first, int last, bool all_heads) {
    const GptLayout layout(c);
    double adds = 0;
    for (int query = first; query <= last; ++query) {
        for (const ParamInfo& info : layout.params()) {
            if (info.shape.size() == 2 && info.name.starts_with("h.")) adds += static_cast<double>(info.size);
        }
        for (int layer = 0; layer < c.layers; ++layer) {
            for (int head = 0; head < c.heads; ++head) {
                for (int key = 0; key <= query; ++key) adds += 2 * c.d_head();  // a score, and its share of a value
            }
        }
        if (all_heads || query == last) adds += static_cast<double>(c.vocab) * c.d_model;
    }
    return 2 * adds;
}

TEST(Architecture, OperationsAreThoseOfAWalkThroughThePass) {
    Rng rng(14);
    for (int i = 0; i < 40; ++i) {
        const GptConfig c = random_config(rng);
        const int n = 1 + static_cast<int>(rng.uniform() * c.context * 0.99);
        EXPECT_EQ(prefill_flops(c, n).total(), walked(c, 0, n - 1, false));
        EXPECT_EQ(decode_flops(c, n).total(), walked(c, n - 1, n - 1, false));
        double drawn = 0;
        for (const StageInfo& info : stages(c, n)) drawn += info.flops * (info.in_block ? c.layers : 1);
        EXPECT_EQ(drawn, walked(c, 0, n - 1, true)) << "the diagram's boxes, logits of every position";
    }
    // What everybody quotes: two operations a parameter that is multiplied (Kaplan et al., 2020).
    const Flops one = decode_flops(known("gpt2"), 1);
    EXPECT_EQ(one.matrices + one.head, 2.0 * (84'934'656 + 38'597'376));
    EXPECT_EQ(one.attention, 4.0 * 768 * 12);
    EXPECT_EQ(decode_flops(known("gpt2"), 1024).attention, 4.0 * 768 * 12 * 1024);
}

TEST(Architecture, SizesThatNoMachineHoldsDoNotOverflow) {
    const GptConfig c{
        .vocab = 2'000'000, .context = 1 << 20, .d_model = 16384, .layers = 48, .heads = 128, .d_mlp = 65536};
    ASSERT_TRUE(check(c).has_value());
    EXPECT_EQ(summarise(c).blocks, 48 * (12LL * 16384 * 16384 + 13LL * 16384));
    EXPECT_EQ(cache_bytes(c, c.context), 8LL * 48 * 16384 * (1 << 20));
    EXPECT_GT(prefill_flops(c, c.context).total(), 1e17);
    EXPECT_GT(weight_bytes(c).f32, weight_bytes(c).f16);
    EXPECT_GT(weight_bytes(c).f16, weight_bytes(c).q8);
}

TEST(Architecture, ImpossibleOnesAreToldApart) {
    GptConfig c = known("gpt2");
    EXPECT_EQ(impossible(c), Impossible::no);
    c.heads = 7;
    EXPECT_EQ(impossible(c), Impossible::heads);
    EXPECT_EQ(possible_heads(c.d_model, c.heads, 4), (std::vector{4, 6, 8, 12}));
    EXPECT_EQ(possible_heads(7, 3, 4), (std::vector{1, 7}));
    c.heads = 0;
    EXPECT_EQ(impossible(c), Impossible::below_one);
    c = known("gpt2");
    c.d_model = 1 << 20;
    c.d_mlp = 4 << 20;
    c.heads = 16;
    EXPECT_EQ(impossible(c), Impossible::too_large);
    c = known("gpt2");
    c.layers = 1001;
    EXPECT_EQ(impossible(c), Impossible::too_large);
}

}  // namespace
}  // namespace headlight::model
