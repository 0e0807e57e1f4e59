// Changes in an encoder-decoder: their text, what fits, and what they do in the pass.
#include <gtest/gtest.h>

#include <array>

#include "base/rng.h"
#include "interpret/intervention_helpers.h"
#include "model/encoder_decoder.h"

namespace headlight::interpret {
namespace {

using nn::Stack;

InterventionList parsed(std::string_view text) {
    return parse_interventions(text, ModelKind::encoder_decoder);
}

struct PairRun {
    Activations encoder, decoder;
};

// A small translator and what it makes of one pair without changes.
struct PairLab {
    model::Compute compute{1};
    model::EncoderDecoderConfig config{.vocab = 23,
                                       .context = 10,
                                       .d_model = 8,
                                       .encoder_layers = 2,
                                       .decoder_layers = 2,
                                       .heads = 2,
                                       .d_head = 4,
                                       .d_mlp = 12};
    model::EncoderDecoder model = lively();
    Ids source{4, 7, 4, 11, 2, 9}, target{0, 9, 18, 3, 5};
    std::array<int, 1> lengths{6};
    PairRun baseline = run(nullptr);

    model::EncoderDecoder lively() const {
        auto made = model::EncoderDecoder::random(compute, config, 3);
        Rng rng(4);
        for (float& w : made.mutable_params()) w += static_cast<float>(rng.normal() * 0.3);
        made.pack(compute);
        return made;
    }
    // `at_once`: rows of the decoder in one pass.
    PairRun run(nn::Observer* observer, int at_once = 99) const { return run_of(model, observer, at_once); }
    PairRun run_of(const model::EncoderDecoder& of, nn::Observer* observer, int at_once = 99) const {
        PairRun made = empty_run();
        fill(made, of, observer, at_once);
        return made;
    }
    PairRun empty_run() const {
        using model::Keep;
        return {model::encoder_activations(config, 1, config.context, Keep::trace),
                model::decoder_activations(config, 1, config.context, config.context, Keep::trace)};
    }
    void fill(PairRun& made, const model::EncoderDecoder& of, nn::Observer* observer, int at_once) const {
        model::EncoderForward(compute, of, made.encoder, source, lengths, {.observer = observer}).run();
        const auto rows = static_cast<int>(target.size());
        for (int first = 0; first < rows; first += at_once) {
            const Ids some(target.begin() + first, target.begin() + std::min(rows, first + at_once));
            model::DecoderForward(compute, of, made.decoder, made.encoder, some, first, lengths, {.observer = observer})
                .run();
        }
    }
    std::vector<Intervention> list(std::string_view text) const {
        const InterventionList read = parsed(text);
        for (const auto& bad : read.bad) ADD_FAILURE() << bad.item << ": " << bad.reason();
        const InterventionList fits =
            fitting(read.good, config, static_cast<int>(source.size()), static_cast<int>(target.size()));
        for (const auto& bad : fits.bad) ADD_FAILURE() << bad.item << ": " << bad.reason();
        return fits.good;
    }
    PairRun changed(std::string_view text, int at_once = 99) const {
        const auto interventions = list(text);
        PairRun made = empty_run();
        InterventionObserver observer(interventions, {.encoder = &baseline.encoder,
                                                      .decoder = &baseline.decoder,
                                                      .own_encoder = &made.encoder,
                                                      .own_decoder = &made.decoder,
                                                      .sources = static_cast<int>(source.size())});
        fill(made, model, &observer, at_once);
        return made;
    }
    std::vector<float> values(const PairRun& run, Stack stack, const nn::SiteInfo& info, int layer) const {
        const bool encoder = stack == Stack::encoder;
        return values_of((encoder ? run.encoder : run.decoder)
                             .view(info.site, layer, static_cast<int>(encoder ? source.size() : target.size())));
    }
    // The names of the sites that differ in a bit, in the order of the pass.
    std::vector<std::string> differences(const PairRun& a, const PairRun& b) const {
        std::vector<std::string> names;
        for (const Stack stack : {Stack::encoder, Stack::decoder}) {
            for (int layer = 0; layer < 2; ++layer) {
                for (const nn::SiteInfo& info : nn::sites_of(stack)) {
                    const bool last = info.site == Site::logits;
                    if (!info.per_layer() && layer != (last ? 1 : 0)) continue;
                    if (!same_bits(values(a, stack, info, layer), values(b, stack, info, layer)))
                        names.push_back(nn::site_name(info.site, layer, stack));
                }
            }
        }
        return names;
    }
    std::vector<float> logits(const PairRun& run) const {
        return values_of(run.decoder.view(Site::logits, 0, static_cast<int>(target.size())));
    }
};

const PairLab& pair_lab() {
    static const PairLab only;
    return only;
}

TEST(InterventionPair, EveryItemComesBackAsItWas) {
    for (const char* item : {"off:enc3.2", "off:dec3.attn", "off:cross3.attn", "mean:enc3.mlp", "off:dec1.n17",
                             "mean:cross0.1", "scale:cross1.0@-0.5", "paint:cross0.1@uniform", "paint:cross0.1@first",
                             "paint:enc0.1@previous", "paint:dec0.1@self", "paint:enc0.1@0-5-1",
                             "paint:cross2.1@copy0.3", "paint:cross3.2@5-9-0.25_6-0-1", "raw:dec3.2@5-5-1"}) {
        const InterventionList list = parsed(item);
        ASSERT_EQ(list.good.size(), 1u) << item << (list.bad.empty() ? "" : ": " + list.bad[0].reason());
        EXPECT_EQ(to_text(list.good[0]), item);
        EXPECT_TRUE(parse_interventions(item).good.empty()) << item << " is none of a GPT's";
    }
}

TEST(InterventionPair, WhatCannotBeReadIsToldWithAReason) {
    const struct {
        const char *item, *reason;
    } cases[] = {
        {"", "off:enc3.2"},
        {"off:3.2", "expected enc, dec or cross before the layer, as enc0.2, not \"3\""},
        {"off:encoder0.2", "expected enc, dec or cross"},
        {"off:ENC0.2", "expected enc, dec or cross"},
        {"off:enc.2", "layer \"\" is no whole number"},
        {"off:enc-1.2", "expected enc, dec or cross"},
        {"off:enc99999999999.2", "is no whole number"},
        {"off:cross0.mlp", "cross-attention has heads and attn"},
        {"off:cross0.n3", "cross-attention has heads and attn"},
        {"scale:enc0.mlp@2", "scale takes a head"},
        {"scale:dec0.1@nan", "factor \"nan\""},
        {"paint:cross0.1@previous", "is of self-attention"},
        {"paint:cross0.1@self", "is of self-attention"},
        {"paint:enc0.1@copy1.0", "layer 1 comes after layer 0"},
        {"paint:dec0.1@3-4-1", "key 4 lies behind query 3"},
        {"raw:cross0.1@first", "raw takes cells"},
        {"freeze:enc0.1", "freeze is of a GPT"},
        {"patch:enc0.resid@1", "patch is of a GPT"},
        {"swap:5@3", "swap is of a GPT"},
        {"drop:5", "drop is of a GPT"},
        {"fly:enc0.1", "expected off:, mean:, scale:, paint: or raw:"},
    };
    for (const auto& [item, reason] : cases) {
        const InterventionList list = parsed(std::string("off:dec0.0;") + item + ";off:dec0.1");
        EXPECT_EQ(to_text(list.good), "off:dec0.0;off:dec0.1") << item;
        ASSERT_EQ(list.bad.size(), 1u) << item;
        EXPECT_NE(list.bad[0].reason().find(reason), std::string::npos) << item << ": " << list.bad[0].reason();
    }
    EXPECT_NE(parse_interventions("off:enc0.2").bad.at(0).reason().find("of an encoder-decoder"), std::string::npos);
}

TEST(InterventionPair, WhatDoesNotFitIsTold) {
    const struct {
        const char *item, *reason;
    } cases[] = {
        {"off:enc2.0", "layer 2 is not there: the model has layers 0 to 1"},
        {"off:cross3.0", "layer 3 is not there: the model has layers 0 to 2"},
        {"off:dec1.2", "head 2 is not there: the model has heads 0 to 1"},
        {"mean:enc1.n12", "neuron 12 is not there: the model has neurons 0 to 11"},
        {"paint:enc0.0@0-6-1", "position 6 lies behind the end: the sentence has positions 0 to 5"},
        {"paint:cross0.0@0-6-1", "position 6 lies behind the end: the sentence has positions 0 to 5"},
        {"paint:cross0.0@5-0-1", "position 5 lies behind the end: the translation has positions 0 to 4"},
        {"paint:dec0.0@5-0-1", "position 5 lies behind the end: the translation has positions 0 to 4"},
    };
    model::EncoderDecoderConfig config = pair_lab().config;
    config.decoder_layers = 3;
    for (const auto& [item, reason] : cases) {
        const auto fits = fitting(parsed("off:dec2.0;" + std::string(item)).good, config, 6, 5);
        EXPECT_EQ(to_text(fits.good), "off:dec2.0") << item;
        ASSERT_EQ(fits.bad.size(), 1u) << item;
        EXPECT_EQ(fits.bad[0].item, item);
        EXPECT_EQ(fits.bad[0].reason(), reason);
    }
    const auto some = fitting(parsed("paint:cross0.0@0-2-0.5_0-6-0.5").good, config, 6, 5);
    EXPECT_EQ(to_text(some.good), "paint:cross0.0@0-2-0.5");
    EXPECT_EQ(fitting(parsed("off:dec0.0").good, small_config(), 5).bad.at(0).reason(),
              "is of an encoder-decoder, not of a GPT");
    EXPECT_EQ(fitting(parse_interventions("off:0.0").good, config, 6, 5).bad.at(0).reason(),
              "is of a GPT, not of an encoder-decoder");
}

TEST(InterventionPair, PlacesOfDifferentPartsAreDifferent) {
    const auto same = [](std::string_view left, std::string_view right) {
        return same_place(parsed(left).good.at(0), parsed(right).good.at(0));
    };
    EXPECT_TRUE(same("off:cross0.1", "scale:cross0.1@2"));
    EXPECT_FALSE(same("off:cross0.1", "off:dec0.1"));
    EXPECT_FALSE(same("off:enc0.1", "off:dec0.1"));
}

TEST(InterventionPair, WhatChangesNothingChangesNotOneBit) {
    const PairLab& l = pair_lab();
    InterventionObserver nothing({}, {});
    EXPECT_TRUE(l.differences(l.run(&nothing), l.baseline).empty()) << "an empty list";
    EXPECT_TRUE(l.differences(l.changed("scale:enc0.0@1;scale:dec1.1@1;scale:cross0.1@1"), l.baseline).empty());
    EXPECT_FALSE(l.differences(l.changed("paint:dec0.0@0-0-1;mean:dec0.0;mean:cross0.1", 1), l.baseline).empty());
}

TEST(InterventionPair, ChangesBeginWhereTheListSays) {
    const std::pair<const char*, const char*> cases[] = {
        {"off:enc1.0", "encoder.1.attn.hook_z"},
        {"mean:enc0.attn", "encoder.0.hook_attn_out"},
        {"off:enc1.mlp", "encoder.1.hook_mlp_out"},
        {"paint:enc0.1@uniform", "encoder.0.attn.hook_pattern"},
        {"paint:enc0.1@0-5-1", "encoder.0.attn.hook_pattern"},
        {"off:dec0.1", "decoder.0.attn.hook_z"},
        {"scale:dec1.1@-1", "decoder.1.attn.hook_z"},
        {"mean:dec1.attn", "decoder.1.hook_attn_out"},
        {"paint:dec1.0@4-0-1", "decoder.1.attn.hook_pattern"},
        {"off:cross0.1", "decoder.0.cross_attn.hook_z"},
        {"off:cross1.attn", "decoder.1.hook_cross_attn_out"},
        {"mean:cross1.1", "decoder.1.cross_attn.hook_z"},
        {"raw:cross0.1@2-5-1", "decoder.0.cross_attn.hook_pattern"},
        {"mean:dec0.mlp", "decoder.0.hook_mlp_out"},
    };
    for (const auto& [text, site] : cases) {
        const auto names = pair_lab().differences(pair_lab().changed(text), pair_lab().baseline);
        ASSERT_FALSE(names.empty()) << text;
        EXPECT_EQ(names.front(), site) << text;
    }
}

// An independent way to the same: rows of W_O that belong to the head are 0, or scaled.
TEST(InterventionPair, AHeadSwitchedOffIsAHeadWithoutItsWeights) {
    const PairLab& l = pair_lab();
    const struct {
        const char* text;
        float factor;
    } cases[] = {{"off:enc1.1", 0}, {"off:dec0.1", 0}, {"off:cross1.1", 0}, {"scale:cross0.1@-0.5", -0.5F}};
    for (const auto& [text, factor] : cases) {
        const Intervention item = l.list(text).at(0);
        auto edited = model::EncoderDecoder(l.compute, l.config, {l.model.params().begin(), l.model.params().end()});
        const auto layer = static_cast<std::size_t>(item.layer);
        const auto& decoder = edited.layout().decoder[layer];
        const std::size_t weights = item.part == Part::encoder   ? edited.layout().encoder[layer].attn.out_weight
                                    : item.part == Part::decoder ? decoder.attn.out_weight
                                                                 : decoder.cross.out_weight;
        const std::size_t head = static_cast<std::size_t>(l.config.d_head * l.config.d_model);
        for (std::size_t i = 0; i < head; ++i) edited.mutable_params()[weights + head + i] *= factor;
        edited.pack(l.compute);
        const auto ours = l.logits(l.changed(text)), theirs = l.logits(l.run_of(edited, nullptr));
        ASSERT_EQ(ours.size(), theirs.size());
        for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], theirs[i], 1e-5) << text << " " << i;
    }
}

// Means of a decoder's row are over the rows up to it, so that a translation can be written token by token.
TEST(InterventionPair, TokenByTokenIsTheSameAsAtOnce) {
    for (const char* text : {"mean:dec0.0;mean:cross1.1;mean:dec1.mlp", "mean:enc0.1;paint:cross0.0@3-2-0.5",
                             "paint:dec1.1@previous;scale:cross0.1@1.5;off:enc1.attn"}) {
        EXPECT_TRUE(pair_lab().differences(pair_lab().changed(text, 1), pair_lab().changed(text)).empty()) << text;
    }
}

TEST(InterventionPair, MeansAreOverTheSourceAndOverTheRowsSoFar) {
    const PairLab& l = pair_lab();
    const auto mean_of = [](const nn::SiteView& view, int head, int rows) {
        double sum = 0;
        for (int row = 0; row < rows; ++row) {
            sum += static_cast<double>(view.data[row * view.stride[0] + head * view.stride[1]]);
        }
        return static_cast<float>(sum / rows);
    };
    const PairRun changed = l.changed("mean:enc0.1;mean:cross0.1");
    const auto z = changed.encoder.view(Site::z, 0, 6), before = l.baseline.encoder.view(Site::z, 0, 6);
    for (int row = 0; row < 6; ++row) EXPECT_FLOAT_EQ(z.data[row * z.stride[0] + z.stride[1]], mean_of(before, 1, 6));
    const auto cross = changed.decoder.view(Site::cross_z, 0, 5);
    const auto untouched = l.baseline.decoder.view(Site::cross_z, 0, 5);
    for (int row = 0; row < 5; ++row) {
        EXPECT_FLOAT_EQ(cross.data[row * cross.stride[0] + cross.stride[1]], mean_of(untouched, 1, row + 1)) << row;
    }
}

TEST(InterventionPair, PatternsSumToOneWhereTheyAreNormalised) {
    const PairLab& l = pair_lab();
    const PairRun changed = l.changed(
        "paint:enc0.0@1-5-0.75;paint:enc0.1@previous;paint:dec0.0@3-0-0_3-1-0_3-2-0_3-3-0;"
        "paint:cross0.0@2-0-0_2-1-0_2-2-0_2-3-0_2-4-0_2-5-0;paint:cross0.1@first");
    const auto row = [](const nn::SiteView& view, int head, int query) {
        const float* values = view.data + head * view.stride[0] + query * view.stride[1];
        return std::vector<float>(values, values + view.shape[2]);
    };
    const auto encoder = changed.encoder.view(Site::pattern, 0, 6);
    EXPECT_EQ(row(encoder, 0, 1)[5], 0.75F);
    float sum = 0;
    for (const float weight : row(encoder, 0, 1)) sum += weight;
    EXPECT_NEAR(sum, 1, 1e-6);
    EXPECT_EQ(row(encoder, 1, 2), (std::vector<float>{0, 1, 0, 0, 0, 0}));
    const auto decoder = changed.decoder.view(Site::pattern, 0, 5);
    EXPECT_EQ(row(decoder, 0, 3), (std::vector<float>{0, 0, 0, 1, 0})) << "nothing is left: itself";
    const auto cross = changed.decoder.view(Site::cross_pattern, 0, 5);
    for (const float weight : row(cross, 0, 2)) EXPECT_FLOAT_EQ(weight, 1.0F / 6) << "nothing is left: all alike";
    EXPECT_EQ(row(cross, 1, 4), (std::vector<float>{1, 0, 0, 0, 0, 0}));
}

// Patterns [query, key] of one head.
std::vector<float> head_pattern(const PairRun& run, Part part, int layer, int head) {
    const bool encoder = part == Part::encoder;
    const Site site = part == Part::cross ? Site::cross_pattern : Site::pattern;
    const int rows = static_cast<int>(encoder ? pair_lab().source.size() : pair_lab().target.size());
    const nn::SiteView view = (encoder ? run.encoder : run.decoder).view(site, layer, rows);
    std::vector<float> values;
    for (int query = 0; query < rows; ++query) {
        const int keys = part == Part::decoder ? query + 1 : view.shape[2];
        for (int key = 0; key < keys; ++key)
            values.push_back(view.data[head * view.stride[0] + query * view.stride[1] + key * view.stride[2]]);
    }
    return values;
}

TEST(InterventionPair, PatternsAreCopiedFromAHeadOfTheSameKind) {
    const std::pair<Part, std::string> parts[] = {
        {Part::encoder, "enc"}, {Part::decoder, "dec"}, {Part::cross, "cross"}};
    for (const auto& [part, name] : parts) {
        for (const int at_once : {99, 1}) {
            const PairRun earlier = pair_lab().changed("scale:enc0.0@-1;paint:" + name + "1.0@copy0.1", at_once);
            EXPECT_TRUE(same_bits(head_pattern(earlier, part, 1, 0), head_pattern(earlier, part, 0, 1)))
                << name << ": as this run has it";
            EXPECT_FALSE(same_bits(head_pattern(earlier, part, 1, 0), head_pattern(pair_lab().baseline, part, 1, 0)));
            const PairRun beside =
                pair_lab().changed("paint:" + name + "0.0@copy0.1;paint:" + name + "0.1@first", at_once);
            EXPECT_TRUE(same_bits(head_pattern(beside, part, 0, 0), head_pattern(pair_lab().baseline, part, 0, 1)))
                << name << ": as the head itself computed it";
        }
    }
    EXPECT_TRUE(needs_own_trace(pair_lab().list("paint:cross1.0@copy0.1")));
    EXPECT_FALSE(needs_own_trace(pair_lab().list("paint:cross1.0@copy1.1;off:enc0.0")));
    EXPECT_EQ(fitting(parsed("paint:dec1.0@copy0.5").good, pair_lab().config, 6, 5).bad.at(0).reason(),
              "head 5 is not there: the model has heads 0 to 1");
}

}  // namespace
}  // namespace headlight::interpret
