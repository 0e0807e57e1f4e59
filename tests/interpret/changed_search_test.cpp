#include "interpret/changed_search.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "interpret/intervention_helpers.h"
#include "model/beam_search.h"

namespace headlight::interpret {
namespace {

using model::Keep;

struct Search {
    model::Compute compute{1};
    model::EncoderDecoderConfig config{.vocab = 12,
                                       .context = 8,
                                       .d_model = 8,
                                       .encoder_layers = 2,
                                       .decoder_layers = 2,
                                       .heads = 2,
                                       .d_head = 4,
                                       .d_mlp = 12,
                                       .start_token = 9,
                                       .end_token = 10,
                                       .pad_token = 11};
    model::EncoderDecoder model = lively();
    Ids source{4, 7, 4, 1, 2};
    std::array<int, 1> lengths{5};

    model::EncoderDecoder lively() const {
        auto made = model::EncoderDecoder::random(compute, config, 3);
        Rng rng(4);
        for (float& w : made.mutable_params()) w += static_cast<float>(rng.normal() * 0.3);
        made.pack(compute);
        return made;
    }
    std::vector<Intervention> list(std::string_view text) const {
        const auto read = parse_interventions(text, ModelKind::encoder_decoder);
        EXPECT_TRUE(read.bad.empty()) << text;
        return fitting(read.good, config, static_cast<int>(source.size()), config.context).good;
    }
    // The logits after the last of these, from one pass over all of them, without any cache.
    std::vector<float> whole_pass(std::span<const Intervention> changes, Ids target) const {
        target.insert(target.begin(), config.start_token);
        const auto rows = static_cast<int>(target.size());
        const auto empty = [&] {
            return std::pair{model::encoder_activations(config, 1, config.context, Keep::trace),
                             model::decoder_activations(config, 1, config.context, config.context, Keep::trace)};
        };
        auto plain = empty(), changed = empty();
        const auto run = [&](auto& into, nn::Observer* observer) {
            model::EncoderForward(compute, model, into.first, source, lengths, {.observer = observer}).run();
            model::DecoderForward(compute, model, into.second, into.first, target, 0, lengths, {.observer = observer})
                .run();
        };
        run(plain, nullptr);
        InterventionObserver observer(changes, {.encoder = &plain.first,
                                                .decoder = &plain.second,
                                                .own_encoder = &changed.first,
                                                .own_decoder = &changed.second,
                                                .sources = static_cast<int>(source.size())});
        run(changed, &observer);
        const auto all = changed.second.view(Site::logits, 0, rows);
        const float* last = all.data + (rows - 1) * all.stride[0];
        return {last, last + config.vocab};
    }
    model::BeamSearch search(std::string_view text, const model::BeamOptions& options) const {
        return {compute, config, std::make_unique<ChangedHypotheses>(compute, model, list(text), options.beam + 1),
                options};
    }
    double log_probability(std::span<const Intervention> changes, const Ids& target) const {
        double sum = 0;
        Ids before;
        for (const TokenId id : target) {
            model::LogProbabilities of;
            EXPECT_TRUE(of.prepare(compute.kernels(), whole_pass(changes, before)));
            sum += of.of(id);
            before.push_back(id);
        }
        return sum;
    }
};

constexpr const char* kChanges[] = {"off:cross0.attn",
                                    "scale:enc0.1@-2;scale:dec1.0@2",
                                    "mean:enc1.mlp;mean:dec0.1",
                                    "mean:cross1.0;mean:dec1.mlp;mean:dec0.n3;mean:cross0.attn",
                                    "paint:cross1.0@copy0.1;mean:dec0.0;paint:dec1.1@copy1.0",
                                    "paint:cross0.1@first;paint:enc0.0@0-4-1;paint:dec0.1@previous"};

TEST(ChangedSearch, AStepHasTheBitsOfAWholePassAlsoAfterACopy) {
    const Search lab;
    for (const char* text : kChanges) {
        const auto changes = lab.list(text);
        ChangedHypotheses hypotheses(lab.compute, lab.model, changes, 3);
        ASSERT_TRUE(hypotheses.read(lab.source).has_value());
        const auto values = [](std::span<const float> logits) {
            return std::vector<float>(logits.begin(), logits.end());
        };
        (void)hypotheses.step(0, lab.config.start_token, 0);
        EXPECT_EQ(values(hypotheses.step(0, 3, 1)), lab.whole_pass(changes, {3})) << text;
        hypotheses.copy(0, 2, 2);
        EXPECT_EQ(values(hypotheses.step(0, 5, 2)), lab.whole_pass(changes, {3, 5})) << text;
        EXPECT_EQ(values(hypotheses.step(2, 8, 2)), lab.whole_pass(changes, {3, 8})) << text;
        EXPECT_EQ(values(hypotheses.step(2, 1, 3)), lab.whole_pass(changes, {3, 8, 1})) << text;
    }
}

TEST(ChangedSearch, ABeamOfOneIsGreedyWithTheChanges) {
    const Search lab;
    bool differs = false;
    for (const char* text : kChanges) {
        const auto changes = lab.list(text);
        Ids greedy;
        while (static_cast<int>(greedy.size()) < lab.config.context) {
            const auto logits = lab.whole_pass(changes, greedy);
            greedy.push_back(static_cast<TokenId>(std::ranges::max_element(logits) - logits.begin()));
            if (greedy.back() == lab.config.end_token) break;
        }
        const auto found = lab.search(text, {.beam = 1}).translate(lab.source);
        ASSERT_TRUE(found.has_value());
        EXPECT_EQ(found->ids, greedy) << text;
        differs = differs || found->ids != lab.search("", {.beam = 1}).translate(lab.source)->ids;
    }
    EXPECT_TRUE(differs) << "some change shows";
}

TEST(ChangedSearch, AWideBeamFindsTheBestOfAll) {
    const Search lab;
    for (const char* text : {kChanges[1], kChanges[3]}) {
        const auto changes = lab.list(text);
        auto search = lab.search(text, {.beam = lab.config.vocab, .tokens = 2});
        double best = -1e300;
        for (TokenId first = 0; first < lab.config.vocab; ++first) {
            const bool ends = first == lab.config.end_token;
            if (ends) best = std::max(best, search.score(lab.log_probability(changes, {first}), 1));
            for (TokenId second = 0; !ends && second < lab.config.vocab; ++second)
                best = std::max(best, search.score(lab.log_probability(changes, {first, second}), 2));
        }
        EXPECT_NEAR(search.translate(lab.source)->score, best, 1e-6) << text;
    }
}

TEST(ChangedSearch, WithoutChangesItIsTheSearchOfTheModel) {
    const Search lab;
    model::BeamSearch plain(lab.compute, lab.model, {.beam = 3});
    const auto expected = plain.translate(lab.source);
    const auto found = lab.search("", {.beam = 3}).translate(lab.source);
    EXPECT_EQ(found->ids, expected->ids);
    EXPECT_EQ(found->log_probability, expected->log_probability);
    EXPECT_FALSE(lab.search("mean:enc0.0", {.beam = 2}).translate({}).has_value());
    EXPECT_FALSE(lab.search("off:enc0.0", {.beam = 2}).translate({}).has_value());
}

}  // namespace
}  // namespace headlight::interpret
