#include "interpret/attribution.h"

#include <algorithm>
#include <cmath>

#include "base/json.h"
#include "interpret/reading_fixture.h"

namespace headlight::interpret {
namespace {

using nn::Site;

double sum_of(const Attribution& a) {
    double sum = 0;
    for (const AttributionPart& part : a.parts) sum += part.value;
    return sum;
}

const AttributionPart* find(const Attribution& a, PartKind kind, int layer = -1, int head = -1) {
    const auto at = std::ranges::find_if(a.parts, [&](const AttributionPart& part) {
        return part.kind == kind && part.layer == layer && part.head == head;
    });
    return at == a.parts.end() ? nullptr : &*at;
}

double value(const Attribution& a, PartKind kind, int layer = -1, int head = -1) {
    const AttributionPart* part = find(a, kind, layer, head);
    EXPECT_NE(part, nullptr);
    return part == nullptr ? 0 : part->value;
}

// Multiplies a site's values of one layer.
struct Scaled : nn::Observer {
    Scaled(Site where, int in_layer, float by) : site(where), layer(in_layer), factor(by) {}
    void at(nn::SiteAt here, nn::MutableSiteView view, int) override {
        if (here.site != site || here.layer != layer) return;
        for (std::ptrdiff_t i = 0; i < view.shape[0] * view.stride[0]; ++i) view.data[i] *= factor;
    }
    Site site;
    int layer;
    float factor;
};

TEST(Attribution, TheLogitDifferenceIsTheSumOfItsParts) {
    for (const bool tied : {true, false}) {
        const Reading r = random_reading({"", kernels::WeightFormat::f32, tied});
        for (const AttributionQuestion& q :
             {AttributionQuestion{16, 3, 8}, AttributionQuestion{0, 330, 0}, AttributionQuestion{7, 100, -1}}) {
            const Attribution a = attribute(*r.compute, r.gpt, r.trace, q);
            const auto logits = r.logits(q.position);
            const double rival = q.rival < 0 ? 0 : static_cast<double>(logits[static_cast<std::size_t>(q.rival)]);
            EXPECT_EQ(a.difference, static_cast<double>(logits[static_cast<std::size_t>(q.token)]) - rival);
            EXPECT_NEAR(sum_of(a), a.difference, 1e-9);
            EXPECT_LT(std::abs(value(a, PartKind::rest)), 1e-4);
            EXPECT_EQ(a.parts.size(), 2U + 3 * (3 + 2) + 2);
            EXPECT_EQ(find(a, PartKind::changed, 1), nullptr);
        }
    }
}

TEST(Attribution, RoundingOfEightBitsIsInTheRest) {
    for (const auto format : {kernels::WeightFormat::f16, kernels::WeightFormat::q8}) {
        const Reading r = random_reading({"", format});
        const Attribution a = attribute(*r.compute, r.gpt, r.trace, {.position = 16, .token = 3, .rival = 8});
        EXPECT_NEAR(sum_of(a), a.difference, 1e-9);
        EXPECT_LT(std::abs(value(a, PartKind::rest)), format == kernels::WeightFormat::q8 ? 1e-2 : 1e-4);
    }
}

TEST(Attribution, AHeadOfTwiceTheSizeHasTwiceThePart) {
    const AttributionQuestion question{.position = 9, .token = 3, .rival = 8};
    Scaled last_layer(Site::z, 2, 2.0F);
    const Reading before = random_reading({""}), after = random_reading({""}, &last_layer);
    const Attribution a = attribute(*before.compute, before.gpt, before.trace, question);
    const Attribution b = attribute(*after.compute, after.gpt, after.trace, question);
    const double scales = static_cast<double>(before.trace.at(Site::ln_final_scale)[9]) /
                          static_cast<double>(after.trace.at(Site::ln_final_scale)[9]);
    for (int head = 0; head < 3; ++head) {
        EXPECT_NEAR(value(b, PartKind::head, 2, head), 2 * scales * value(a, PartKind::head, 2, head), 1e-5);
        EXPECT_NEAR(value(b, PartKind::head, 1, head), scales * value(a, PartKind::head, 1, head), 1e-5);
    }
    EXPECT_NEAR(value(b, PartKind::rest), 0, 1e-4);
}

TEST(Attribution, WhatAnInterventionPutInIsAPartOfItsLayer) {
    const AttributionQuestion question{.position = 9, .token = 3, .rival = 8, .intervened = true};
    Scaled off(Site::attn_out, 1, 0.0F);
    const Reading r = random_reading({""}, &off);
    const Attribution a = attribute(*r.compute, r.gpt, r.trace, question);
    double heads = value(a, PartKind::attention_bias, 1);
    for (int head = 0; head < 3; ++head) heads += value(a, PartKind::head, 1, head);
    EXPECT_GT(std::abs(heads), 0.01);
    EXPECT_NEAR(value(a, PartKind::changed, 1), -heads, 1e-4);
    EXPECT_NEAR(value(a, PartKind::changed, 0), 0, 1e-4);
    EXPECT_NEAR(value(a, PartKind::changed), 0, 1e-4);
    EXPECT_NEAR(value(a, PartKind::rest), 0, 1e-4);
    EXPECT_NEAR(sum_of(a), a.difference, 1e-9);

    Scaled stream(Site::resid_pre, 0, -1.0F);
    const Reading patched = random_reading({""}, &stream);
    const Attribution b = attribute(*patched.compute, patched.gpt, patched.trace, question);
    EXPECT_NEAR(value(b, PartKind::changed), -2 * (value(b, PartKind::token) + value(b, PartKind::position)), 1e-4);
    EXPECT_NEAR(value(b, PartKind::rest), 0, 1e-4);

    Scaled between(Site::resid_pre, 1, -1.0F);  // the same value as resid_post of layer 0
    const Reading turned = random_reading({""}, &between);
    const Attribution c = attribute(*turned.compute, turned.gpt, turned.trace, question);
    EXPECT_GT(std::abs(value(c, PartKind::changed, 0)), 0.01);
    EXPECT_NEAR(value(c, PartKind::rest), 0, 1e-4);
    AttributionQuestion unsaid = question;
    unsaid.intervened = false;
    const Attribution d = attribute(*turned.compute, turned.gpt, turned.trace, unsaid);
    EXPECT_NEAR(value(d, PartKind::rest), value(c, PartKind::changed, 0), 1e-4);
}

void expect_same(const Attribution& ours, const nlohmann::json& theirs) {
    EXPECT_NEAR(ours.difference, theirs["difference"].get<double>(), 1e-5);
    std::size_t found = 0;
    for (const auto& part : theirs["parts"]) {
        const auto kind = std::ranges::find(kPartNames, part["kind"].get<std::string>());
        ASSERT_NE(kind, kPartNames.end());
        const AttributionPart* own = find(ours, static_cast<PartKind>(kind - kPartNames.begin()),
                                          part["layer"].get<int>(), part["head"].get<int>());
        ASSERT_NE(own, nullptr) << write_json(part);
        EXPECT_NEAR(own->value, part["value"].get<double>(), 1e-5) << write_json(part);
        ++found;
    }
    for (const AttributionPart& part : ours.parts) {  // those that PyTorch does not name are rounding
        if (part.kind == PartKind::rest || part.kind == PartKind::changed) found += std::abs(part.value) < 1e-5;
    }
    EXPECT_EQ(found, ours.parts.size());
}

// tests/golden/make_reading.py
TEST(Attribution, AgreesWithPyTorch) {
    for (const char* kind : kGoldenKinds) {
        SCOPED_TRACE(kind);
        const Reading r = golden_reading(kind);
        for (const auto& want : r.expected["attribution"]) {
            expect_same(attribute(*r.compute, r.gpt, r.trace,
                                  {want["position"].get<int>(), want["token"].get<int>(), want["rival"].get<int>()}),
                        want);
        }
        Scaled off(Site::attn_out, 1, 0.0F);
        const Reading ablated = golden_reading(kind, &off);
        const auto& want = ablated.expected["ablated"];
        expect_same(attribute(*ablated.compute, ablated.gpt, ablated.trace,
                              {want["position"].get<int>(), want["token"].get<int>(), want["rival"].get<int>(), true}),
                    want);
    }
}

}  // namespace
}  // namespace headlight::interpret
