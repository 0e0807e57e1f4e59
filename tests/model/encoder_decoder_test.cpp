#include "model/encoder_decoder.h"

#include <cstring>
#include <map>

#include "model/encoder_decoder_helpers.h"

namespace headlight::model {
namespace {

using Values = std::map<std::string, std::vector<float>>;

EncoderDecoderConfig pair_config() {
    return {.vocab = 37,
            .context = 150,
            .d_model = 24,
            .encoder_layers = 2,
            .decoder_layers = 3,
            .heads = 3,
            .d_head = 6,
            .d_mlp = 50};
}
// Everything otherwise.
EncoderDecoderConfig other_pair_config() {
    EncoderDecoderConfig c = pair_config();
    c.d_mlp = c.d_model;
    c.feed_forward = FeedForward::one_layer;
    c.positions = Positions::table;
    c.attention_bias = c.scaled_embedding = c.tied_head = false;
    c.attention_scale = 2.0F;
    c.layer_norm_eps_outside = 1e-4F;
    return c;
}

// Every site of every layer, as the numbers of its view.
void add_values(Values& values, const Activations& a, int positions) {
    const nn::Stack stack = a.shape().stack;
    for (const nn::SiteInfo& info : nn::sites_of(stack)) {
        for (int layer = 0; layer < (info.per_layer() ? a.layers() : 1); ++layer) {
            const nn::SiteView v = a.view(info.site, layer, positions);
            auto& out = values[nn::site_name(info.site, layer, stack)];
            for (int i = 0; i < v.shape[0]; ++i) {
                for (int j = 0; j < v.shape[1]; ++j) {
                    for (int k = 0; k < v.shape[2]; ++k) {
                        out.push_back(v.data[i * v.stride[0] + j * v.stride[1] + k * v.stride[2]]);
                    }
                }
            }
        }
    }
}

bool same_bits(std::span<const float> a, std::span<const float> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

void expect_same(const Values& expected, const Values& values, const std::string& where = "") {
    ASSERT_EQ(expected.size(), values.size());
    for (const auto& [name, value] : expected) EXPECT_TRUE(same_bits(value, values.at(name))) << name << " " << where;
}

// Both stacks over one pair, everything kept.
struct Traced {
    Activations encoder, decoder;
    int sources, targets;

    Traced(const Compute& compute, const EncoderDecoder& model, std::span<const TokenId> source,
           std::span<const TokenId> input, ForwardOptions options = {})
        : encoder(encoder_activations(model.config(), 1, static_cast<int>(source.size()), Keep::trace)),
          decoder(decoder_activations(model.config(), 1, static_cast<int>(input.size()),
                                      static_cast<int>(source.size()), Keep::trace)),
          sources(static_cast<int>(source.size())),
          targets(static_cast<int>(input.size())) {
        const std::vector<int> lengths{sources};
        EncoderForward(compute, model, encoder, source, lengths, options).run();
        DecoderForward(compute, model, decoder, encoder, input, 0, lengths, options).run();
    }
    [[nodiscard]] Values values() const {
        Values all;
        add_values(all, encoder, sources);
        add_values(all, decoder, targets);
        return all;
    }
    [[nodiscard]] std::span<const float> logits(int position) const {
        const auto vocab = static_cast<std::size_t>(decoder.shape().vocab);
        return {decoder.at(Site::logits) + static_cast<std::size_t>(position) * vocab, vocab};
    }
};

class ForwardAgainstPyTorch : public testing::TestWithParam<const char*> {};

// Each pair alone, without its padding: every value that PyTorch's padded batch has.
TEST_P(ForwardAgainstPyTorch, EveryValueOnTheWay) {
    const Compute compute(2);
    const GoldenPairs golden(GetParam());
    const EncoderDecoder model = golden.load(compute);
    const GoldenFile values = golden.file("values.safetensors");
    std::size_t compared = 0;
    for (int b = 0; b < golden.batch.batch; ++b) {
        const Traced traced(compute, model, golden.batch.source(b), golden.batch.input(b));
        for (const auto& info : values.file.tensors()) {
            auto at = nn::find_site(info.name);
            ASSERT_TRUE(at.has_value()) << info.name;
            const bool of_encoder = at->stack == nn::Stack::encoder;
            const Activations& a = of_encoder ? traced.encoder : traced.decoder;
            const nn::SiteView view = a.view(at->site, at->layer, of_encoder ? traced.sources : traced.targets);
            const std::vector<float> theirs = values.values(info);
            const auto size_of = [&](std::size_t axis) { return axis < info.shape.size() ? info.shape[axis] : 1; };
            double worst = 0;
            for (int i = 0; i < view.shape[0]; ++i) {
                for (int j = 0; j < view.shape[1]; ++j) {
                    for (int k = 0; k < view.shape[2]; ++k, ++compared) {
                        const auto cell = ((b * size_of(1) + i) * size_of(2) + j) * size_of(3) + k;
                        const float ours = view.data[i * view.stride[0] + j * view.stride[1] + k * view.stride[2]];
                        worst = std::max(worst, std::abs(static_cast<double>(ours) -
                                                         static_cast<double>(theirs[static_cast<std::size_t>(cell)])));
                    }
                }
            }
            EXPECT_LT(worst, 1e-5) << info.name << " of pair " << b;
        }
    }
    EXPECT_GT(compared, 5000U);
}

INSTANTIATE_TEST_SUITE_P(Golden, ForwardAgainstPyTorch, testing::Values("paper", "tutorial"),
                         [](const auto& each) { return std::string(each.param); });

TEST(EncoderDecoder, TokenByTokenAndInPiecesGivesTheBitsOfTheWholePass) {
    const Compute compute(2);
    for (const EncoderDecoderConfig& config : {pair_config(), other_pair_config()}) {
        const EncoderDecoder model = lively_model(compute, config);
        const PaddedPairs pair = random_batch(config, {97}, {140});
        const Traced whole(compute, model, pair.sources, pair.inputs);
        const Values expected = whole.values();
        const auto piece = [&](int first, int last) {
            return std::span(pair.inputs)
                .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
        };
        for (const std::vector<int>& cuts : {std::vector<int>{1, 140}, {64, 70, 140}, {139, 140}}) {
            Activations decoder = decoder_activations(config, 1, 140, 97, Keep::trace);
            int first = 0;
            for (const int last : cuts) {
                DecoderForward(compute, model, decoder, whole.encoder, piece(first, last), first, pair.source_lengths)
                    .run();
                first = last;
            }
            Values values;
            add_values(values, whole.encoder, 97);
            add_values(values, decoder, 140);
            expect_same(expected, values);
        }
        Activations encoder = encoder_activations(config, 1, 120, Keep::decode);  // room for longer sources
        Activations cache = decoder_activations(config, 1, 145, 120, Keep::decode);
        EncoderForward(compute, model, encoder, pair.sources, pair.source_lengths).run();
        for (int i = 0; i < 140; ++i) {
            DecoderForward step(compute, model, cache, encoder, piece(i, i + 1), i, pair.source_lengths);
            step.run();
            EXPECT_TRUE(same_bits({step.last_logits(), 37}, whole.logits(i))) << i;
        }
    }
}

// The prompt of a target in one pass into the cache, as in a trace.
TEST(EncoderDecoder, TheCachesPassGivesTheBitsOfTheTraces) {
    const Compute compute(2);
    const EncoderDecoderConfig config = pair_config();
    const EncoderDecoder model = lively_model(compute, config);
    const PaddedPairs pair = random_batch(config, {30}, {70});
    const Traced trace(compute, model, pair.sources, pair.inputs);
    Activations encoder = encoder_activations(config, 1, 30, Keep::decode);
    Activations cache = decoder_activations(config, 1, 70, 30, Keep::decode);
    EncoderForward(compute, model, encoder, pair.sources, pair.source_lengths).run();
    DecoderForward pass(compute, model, cache, encoder, pair.inputs, 0, pair.source_lengths);
    pass.run();
    EXPECT_TRUE(same_bits({pass.last_logits(), 37}, trace.logits(69)));
    DecoderForward of_trace(compute, model, const_cast<Activations&>(trace.decoder), trace.encoder, pair.inputs, 0,
                            pair.source_lengths);
    of_trace.run();
    EXPECT_TRUE(same_bits({of_trace.last_logits(), 37}, trace.logits(69)));
}

// A second sentence in the same caches: nothing of the first, longer one shows.
TEST(EncoderDecoder, CachesServeOneSentenceAfterAnother) {
    const Compute compute;
    const EncoderDecoderConfig config = pair_config();
    const EncoderDecoder model = lively_model(compute, config);
    Activations encoder = encoder_activations(config, 1, 50, Keep::decode);
    Activations cache = decoder_activations(config, 1, 50, 50, Keep::decode);
    for (const int length : {50, 7, 23}) {
        const PaddedPairs pair = random_batch(config, {length}, {length}, static_cast<std::uint64_t>(length));
        const Traced alone(compute, model, pair.sources, pair.inputs);
        EncoderForward(compute, model, encoder, pair.sources, pair.source_lengths).run();
        for (int i = 0; i < length; ++i) {
            DecoderForward step(compute, model, cache, encoder,
                                std::span(pair.inputs).subspan(static_cast<std::size_t>(i), 1), i, pair.source_lengths);
            step.run();
            EXPECT_TRUE(same_bits({step.last_logits(), 37}, alone.logits(i))) << length << " " << i;
        }
    }
}

TEST(EncoderDecoder, APaddedRowOfABatchHasTheBitsOfThePairAlone) {
    const Compute compute(2);
    for (const EncoderDecoderConfig& config : {pair_config(), other_pair_config()}) {
        const EncoderDecoder model = lively_model(compute, config);
        const PaddedPairs pairs = random_batch(config, {5, 80, 33, 1}, {70, 3, 41, 90});
        Activations encoder = encoder_activations(config, 4, 80, Keep::training);
        Activations decoder = decoder_activations(config, 4, 90, 80, Keep::training);
        EncoderForward(compute, model, encoder, pairs.sources, pairs.source_lengths).run();
        DecoderForward(compute, model, decoder, encoder, pairs.inputs, 0, pairs.source_lengths).run();
        for (int b = 0; b < 4; ++b) {
            const Traced alone(compute, model, pairs.source(b), pairs.input(b));
            const auto expect_rows = [&](const Activations& batch, const Activations& one, Site site, int layer,
                                         int context, int rows) {
                const auto width = static_cast<std::size_t>(one.view(site, layer, 0).stride[0]);
                const auto count = static_cast<std::size_t>(rows) * width;
                EXPECT_TRUE(same_bits({batch.at(site, layer) + static_cast<std::size_t>(b * context) * width, count},
                                      {one.at(site, layer), count}))
                    << nn::site_name(site, layer, one.shape().stack) << " of pair " << b;
            };
            for (const Site site : {Site::z, Site::ln1_normalized, Site::ln2_normalized}) {
                expect_rows(encoder, alone.encoder, site, 1, 80, alone.sources);
            }
            for (const Site site : {Site::z, Site::cross_z, Site::resid_mid_cross, Site::ln3_normalized}) {
                expect_rows(decoder, alone.decoder, site, 2, 90, alone.targets);
            }
            expect_rows(decoder, alone.decoder, Site::logits, 0, 90, alone.targets);
        }
    }
}

// Padding behind a single source, too: a longer list of ids with a length.
TEST(EncoderDecoder, PaddingBehindASourceChangesNothing) {
    const Compute compute;
    const EncoderDecoderConfig config = pair_config();
    const EncoderDecoder model = lively_model(compute, config);
    const PaddedPairs pair = random_batch(config, {9}, {12});
    const Traced alone(compute, model, pair.sources, pair.inputs);
    std::vector<TokenId> padded = pair.sources;
    padded.resize(20, 5);
    Activations encoder = encoder_activations(config, 1, 20, Keep::trace);
    Activations decoder = decoder_activations(config, 1, 12, 20, Keep::trace);
    EncoderForward(compute, model, encoder, padded, pair.source_lengths).run();
    DecoderForward(compute, model, decoder, encoder, pair.inputs, 0, pair.source_lengths).run();
    Values expected, values;
    add_values(expected, alone.decoder, 12);
    add_values(values, decoder, 12);
    expect_same(expected, values);
    const auto pattern = encoder.view(Site::pattern, 1, 20);
    for (int key = 9; key < 20; ++key) EXPECT_EQ(pattern.data[3 * pattern.stride[1] + key], 0.0F);
}

TEST(EncoderDecoder, SameBitsOnEveryKernelAndNumberOfThreads) {
    for (const EncoderDecoderConfig& config : {pair_config(), other_pair_config()}) {
        const PaddedPairs pair = random_batch(config, {97}, {70});
        Values expected;
        int ran = 0;
        for (const auto* kernels : kernels::implementations()) {
            if (!kernels->supported()) continue;
            for (const int threads : {1, 3}) {
                const Compute compute(threads, *kernels);
                const EncoderDecoder model = lively_model(compute, config);
                const Values values = Traced(compute, model, pair.sources, pair.inputs).values();
                if (expected.empty()) expected = values;
                expect_same(expected, values, std::string(kernels->name) + " " + std::to_string(threads));
                ++ran;
            }
        }
        EXPECT_GE(ran, 4);
    }
}

// Counts the calls at each site; changes nothing, or one value.
class PairWatcher : public nn::Observer {
  public:
    std::vector<std::string> order;
    std::optional<nn::SiteAt> zeroed;
    void at(nn::SiteAt site, nn::MutableSiteView view, int first) override {
        order.push_back(nn::site_name(site.site, site.layer, site.stack));
        if (zeroed != site) return;
        for (int i = first; i < view.shape[0]; ++i) view.data[i * view.stride[0]] = 0;
    }
};

TEST(EncoderDecoder, EverySiteIsSeenOnceInOrderAndWatchingChangesNoBit) {
    const Compute compute;
    const EncoderDecoderConfig config = pair_config();
    const EncoderDecoder model = lively_model(compute, config);
    const PaddedPairs pair = random_batch(config, {12}, {20});
    const Values plain = Traced(compute, model, pair.sources, pair.inputs).values();
    PairWatcher watcher;
    ForwardOptions options;
    options.observer = &watcher;
    expect_same(plain, Traced(compute, model, pair.sources, pair.inputs, options).values());
    std::vector<std::string> wanted;
    for (const nn::Stack stack : {nn::Stack::encoder, nn::Stack::decoder}) {
        const int layers = stack == nn::Stack::encoder ? config.encoder_layers : config.decoder_layers;
        const auto sites = nn::sites_of(stack);
        const auto add = [&](const nn::SiteInfo& info, int layer) {
            wanted.push_back(nn::site_name(info.site, layer, stack));
        };
        for (const nn::SiteInfo& info : sites) {
            if (!info.per_layer() && info.site != Site::logits) add(info, 0);
        }
        for (int layer = 0; layer < layers; ++layer) {
            for (const nn::SiteInfo& info : sites) {
                if (info.per_layer()) add(info, layer);
            }
        }
        if (stack == nn::Stack::decoder) wanted.emplace_back("logits");
    }
    EXPECT_EQ(watcher.order, wanted);

    watcher.zeroed = nn::SiteAt{Site::resid_mid_cross, 1, nn::Stack::decoder};
    const Values edited = Traced(compute, model, pair.sources, pair.inputs, options).values();
    EXPECT_TRUE(same_bits(plain.at("decoder.1.ln1.hook_normalized"), edited.at("decoder.1.ln1.hook_normalized")));
    EXPECT_FALSE(same_bits(plain.at("decoder.1.ln2.hook_normalized"), edited.at("decoder.1.ln2.hook_normalized")));
    EXPECT_FALSE(same_bits(plain.at("logits"), edited.at("logits")));
    watcher.zeroed = nn::SiteAt{Site::ln2_normalized, 1, nn::Stack::encoder};  // what the decoder looks at
    const Values blind = Traced(compute, model, pair.sources, pair.inputs, options).values();
    EXPECT_TRUE(same_bits(plain.at("decoder.0.cross_attn.hook_q"), blind.at("decoder.0.cross_attn.hook_q")));
    EXPECT_FALSE(same_bits(plain.at("decoder.0.cross_attn.hook_k"), blind.at("decoder.0.cross_attn.hook_k")));
}

TEST(EncoderDecoder, TheDecoderSeesTheWholeSourceAndOnlyTheTargetBefore) {
    const Compute compute;
    const EncoderDecoderConfig config = pair_config();
    const EncoderDecoder model = lively_model(compute, config);
    PaddedPairs pair = random_batch(config, {9}, {12});
    const Traced before(compute, model, pair.sources, pair.inputs);
    pair.inputs[7] = (pair.inputs[7] + 1) % config.vocab;
    const Traced later(compute, model, pair.sources, pair.inputs);
    for (int i = 0; i < 12; ++i) EXPECT_EQ(same_bits(before.logits(i), later.logits(i)), i < 7) << i;
    pair.inputs[7] = (pair.inputs[7] + config.vocab - 1) % config.vocab;
    pair.sources[8] = (pair.sources[8] + 1) % config.vocab;
    const Traced other_source(compute, model, pair.sources, pair.inputs);
    for (int i = 0; i < 12; ++i) EXPECT_FALSE(same_bits(before.logits(i), other_source.logits(i))) << i;
    const auto self = before.decoder.view(Site::pattern, 0, 12);
    const auto cross = before.decoder.view(Site::cross_pattern, 2, 12);
    EXPECT_EQ(cross.shape, (std::array{3, 12, 9}));
    for (int head = 0; head < 3; ++head) {
        for (int i = 0; i < 12; ++i) {
            float sum = 0;
            for (int j = 0; j < 12; ++j) {
                EXPECT_EQ(self.data[head * self.stride[0] + i * self.stride[1] + j] == 0.0F, j > i);
            }
            for (int j = 0; j < 9; ++j) {
                const float share = cross.data[head * cross.stride[0] + i * cross.stride[1] + j];
                EXPECT_GT(share, 0);
                sum += share;
            }
            EXPECT_NEAR(sum, 1, 1e-6);
        }
    }
}

// Vaswani et al., section 3.5.
TEST(EncoderDecoder, PositionsAreThePapersSinusoidsOrATable) {
    const Compute compute;
    EncoderDecoderConfig config = pair_config();
    config.d_model = 7;
    const EncoderDecoder model = EncoderDecoder::random(compute, config, 1);
    for (int pos = 0; pos < config.context; ++pos) {
        for (int column = 0; column < 7; ++column) {
            const int pair = column / 2;
            const double angle = pos / std::pow(10000.0, 2.0 * pair / 7);
            const double expected = column % 2 == 0 ? std::sin(angle) : std::cos(angle);
            EXPECT_NEAR(static_cast<double>(model.position(pos)[column]), expected, 1e-6) << pos << " " << column;
        }
    }
    const EncoderDecoder with_table = EncoderDecoder::random(compute, other_pair_config(), 1);
    EXPECT_EQ(with_table.position(3), with_table.weights(with_table.layout().positions) + 3 * 24);
}

TEST(EncoderDecoder, RandomWeightsHaveTheAskedSpread) {
    const Compute compute;
    const EncoderDecoderConfig config{
        .vocab = 300, .d_model = 64, .heads = 4, .d_head = 20, .d_mlp = 200, .tied_head = false};
    const EncoderDecoder model = EncoderDecoder::random(compute, config, 5);
    const auto spread = [&](std::size_t offset, std::size_t count) {
        double squares = 0;
        for (std::size_t i = 0; i < count; ++i) squares += std::pow(static_cast<double>(model.weights(offset)[i]), 2);
        return std::sqrt(squares / static_cast<double>(count));
    };
    const EncoderDecoderLayout& at = model.layout();
    EXPECT_NEAR(spread(at.embed, 300UL * 64), 1.0 / 8, 0.005);
    EXPECT_NEAR(spread(at.head, 300UL * 64), 1.0 / 8, 0.005);
    EXPECT_NEAR(spread(at.decoder[0].cross.query_weight, 64UL * 80), std::sqrt(2.0 / 144), 0.01);
    EXPECT_NEAR(spread(at.encoder[0].mlp.in_weight, 64UL * 200), std::sqrt(2.0 / 264), 0.01);
    EXPECT_EQ(spread(at.encoder[0].attn.query_bias, 80), 0);
    EXPECT_EQ(spread(at.decoder[0].mlp.in_bias, 200), 0);
    EXPECT_EQ(spread(at.decoder[0].ln3.bias, 64), 0);
    for (const NormLayout& norm : {at.decoder[0].ln1, at.decoder[0].ln2, at.decoder[0].ln3, at.encoder[0].ln2}) {
        for (int i = 0; i < 64; ++i) EXPECT_EQ(model.weights(norm.weight)[i], 1.0F);
    }
    EXPECT_TRUE(same_bits(model.params(), EncoderDecoder::random(compute, config, 5).params()));
    EXPECT_FALSE(same_bits(model.params(), EncoderDecoder::random(compute, config, 6).params()));
}

// Stage by stage is the same pass.
TEST(EncoderDecoder, StopsAfterEveryStage) {
    const Compute compute;
    const EncoderDecoderConfig config = pair_config();
    const EncoderDecoder model = lively_model(compute, config);
    const PaddedPairs pair = random_batch(config, {4}, {3});
    const Traced whole(compute, model, pair.sources, pair.inputs);
    Activations encoder = encoder_activations(config, 1, 4, Keep::trace);
    Activations decoder = decoder_activations(config, 1, 3, 4, Keep::trace);
    EncoderForward first(compute, model, encoder, pair.sources, pair.source_lengths);
    for (int stage = 0; stage < 3; ++stage) {
        EXPECT_EQ(first.stage(), stage);
        EXPECT_FALSE(first.done());
        EXPECT_EQ(first.advance(), stage == 2);
    }
    EXPECT_TRUE(first.done());
    DecoderForward second(compute, model, decoder, encoder, pair.inputs, 0, pair.source_lengths);
    EXPECT_EQ(second.stages(), 5);
    int stages = 1;
    while (!second.advance()) ++stages;
    EXPECT_EQ(stages, 5);
    EXPECT_TRUE(same_bits({second.last_logits(), 37}, whole.logits(2)));
}

}  // namespace
}  // namespace headlight::model
