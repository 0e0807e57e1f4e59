#include "model/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/rng.h"

namespace headlight::model {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<float> random_logits(int n, std::uint64_t seed, double spread = 3) {
    Rng rng(seed);
    std::vector<float> logits(static_cast<std::size_t>(n));
    for (float& x : logits) x = static_cast<float>(rng.normal() * spread - 90);  // GPT-2's are large and negative
    return logits;
}

Sampler prepared(std::span<const float> logits, Sampling sampling) {
    Sampler sampler;
    sampler.prepare(kernels::best(), logits, sampling);
    return sampler;
}

// The same in double, by the book: temperature, then top-k, then top-p on what is left, renormalised.
std::vector<double> reference(std::span<const float> logits, const Sampling& s) {
    const std::size_t n = logits.size();
    std::vector<double> p(n);
    const double top = static_cast<double>(*std::ranges::max_element(logits));
    for (std::size_t i = 0; i < n; ++i)
        p[i] = std::exp((static_cast<double>(logits[i]) - top) / static_cast<double>(s.temperature));
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
    });
    std::size_t keep = s.top_k > 0 ? std::min(n, static_cast<std::size_t>(s.top_k)) : n;
    const auto total = [&](std::size_t count) {
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) sum += p[order[i]];
        return sum;
    };
    if (s.top_p < 1) {
        const double wanted = static_cast<double>(s.top_p) * total(keep);
        double sum = 0;
        std::size_t kept = 0;
        while (kept < keep && (kept == 0 || sum < wanted)) sum += p[order[kept++]];
        keep = kept;
    }
    std::vector<double> result(n, 0.0);
    const double sum = total(keep);
    for (std::size_t i = 0; i < keep; ++i) result[order[i]] = p[order[i]] / sum;
    return result;
}

TEST(Sampler, AgreesWithADoubleReference) {
    for (const int vocab : {1, 2, 37, 2048}) {
        const auto logits = random_logits(vocab, static_cast<std::uint64_t>(vocab));
        for (const Sampling s : {Sampling{1, 0, 1}, Sampling{0.7F, 0, 1}, Sampling{2, 10, 1}, Sampling{1, 0, 0.9F},
                                 Sampling{0.8F, 40, 0.95F}, Sampling{1.3F, 5000, 0.5F}}) {
            const Sampler sampler = prepared(logits, s);
            const auto expected = reference(logits, s);
            int kept = 0;
            for (const Candidate& c : sampler.candidates()) {
                const double want = expected[static_cast<std::size_t>(c.id)];
                EXPECT_NEAR(c.kept_probability, want, 2e-6);
                EXPECT_EQ(c.cut == Cut::kept, want > 0) << c.id;
                kept += c.cut == Cut::kept ? 1 : 0;
            }
            EXPECT_EQ(kept, sampler.kept());
        }
    }
}

TEST(Sampler, IsATotalOrder) {
    const std::vector<float> logits{1, 3, 3, kNan, 2, 3, -kInf};
    const Sampler sampler = prepared(logits, {});
    std::vector<int> order;
    for (const Candidate& c : sampler.candidates()) order.push_back(c.id);
    EXPECT_EQ(order, (std::vector<int>{1, 2, 5, 4, 0, 3, 6}));
}

TEST(Sampler, EveryImplementationPicksTheSame) {
    const auto logits = random_logits(2048, 9);
    const Sampler sampler = prepared(logits, {0.8F, 40, 0.95F});
    for (const kernels::Kernels* k : kernels::implementations()) {
        if (!k->supported()) continue;
        Sampler other;
        other.prepare(*k, logits, {0.8F, 40, 0.95F});
        for (std::size_t i = 0; i < logits.size(); ++i) {
            ASSERT_EQ(other.candidates()[i].kept_probability, sampler.candidates()[i].kept_probability) << k->name;
            ASSERT_EQ(other.candidates()[i].id, sampler.candidates()[i].id) << k->name;
        }
    }
}

TEST(Sampler, TemperatureZeroKeepsTheFirst) {
    const std::vector<float> logits{1, 5, 2};
    for (const float temperature : {0.0F, -1.0F, kNan}) {
        const Sampler sampler = prepared(logits, {temperature, 0, 1});
        EXPECT_EQ(sampler.kept(), 1);
        EXPECT_EQ(sampler.pick(0.0F), 1);
        EXPECT_EQ(sampler.pick(0.999F), 1);
        EXPECT_EQ(sampler.candidates()[1].cut, Cut::temperature_zero);
        EXPECT_EQ(sampler.candidates()[0].kept_probability, 1.0F);
        EXPECT_EQ(sampler.candidates()[0].probability, sampler.candidates()[0].model_probability);
    }
}

TEST(Sampler, ExtremeTemperaturesStayNumbers) {
    const auto logits = random_logits(100, 2);
    for (const float temperature : {1e-30F, 1e-6F, 1e6F, 1e30F}) {
        const Sampler sampler = prepared(logits, {temperature, 0, 0.9F});
        float total = 0;
        for (const Candidate& c : sampler.candidates()) {
            ASSERT_TRUE(std::isfinite(c.probability) && std::isfinite(c.kept_probability)) << temperature;
            total += c.kept_probability;
        }
        EXPECT_NEAR(total, 1, 1e-4);
    }
    EXPECT_EQ(prepared(logits, {1e-30F, 0, 1}).pick(0.99F), prepared(logits, {0, 0, 1}).pick(0));
}

TEST(Sampler, CutsAtTheirEdges) {
    const std::vector<float> logits{0, 1, 2, 3};
    EXPECT_EQ(prepared(logits, {1, 0, 0}).kept(), 1) << "top-p 0 keeps the most likely";
    EXPECT_EQ(prepared(logits, {1, 0, -1}).kept(), 1);
    EXPECT_EQ(prepared(logits, {1, 0, 1}).kept(), 4);
    EXPECT_EQ(prepared(logits, {1, 1, 1}).kept(), 1);
    EXPECT_EQ(prepared(logits, {1, 400, 1}).kept(), 4);
    EXPECT_EQ(prepared(logits, {1, -3, 1}).kept(), 4);
    const Sampler both = prepared(logits, {1, 3, 0.7F});
    EXPECT_EQ(both.kept(), 2);
    EXPECT_EQ(both.candidates()[2].cut, Cut::top_p);
    EXPECT_EQ(both.candidates()[3].cut, Cut::top_k);
}

TEST(Sampler, BadLogitsAreCountedAndNeverPicked) {
    const std::vector<float> logits{kNan, 1, kInf, -kInf, 2};
    const Sampler sampler = prepared(logits, {});
    EXPECT_EQ(sampler.bad_logits(), 3);
    for (float draw = 0; draw < 1; draw += 0.01F) {
        const int id = sampler.pick(draw);
        EXPECT_TRUE(id == 1 || id == 4) << id;
    }
    const Sampler hopeless = prepared(std::vector<float>{kNan, kNan}, {});
    EXPECT_EQ(hopeless.pick(0.5F), -1);
    EXPECT_EQ(hopeless.kept(), 0);
}

TEST(Sampler, PicksInProportion) {
    const std::vector<float> logits{std::log(1.0F), std::log(2.0F), std::log(5.0F), std::log(2.0F)};
    const Sampler sampler = prepared(logits, {});
    std::vector<int> counts(4, 0);
    constexpr int kDraws = 40'000;
    for (int n = 0; n < kDraws; ++n)
        ++counts[static_cast<std::size_t>(sampler.pick(draw_at(7, static_cast<std::uint64_t>(n))))];
    for (std::size_t i = 0; i < 4; ++i) {
        const double want = kDraws * std::exp(static_cast<double>(logits[i])) / 10;
        EXPECT_NEAR(counts[i], want, 4 * std::sqrt(want)) << i;
    }
    EXPECT_EQ(sampler.pick(0.0F), 2);
    EXPECT_EQ(sampler.pick(0x1.fffffep-1F), 0);
}

TEST(Sampler, DrawsDependOnSeedAndIndexAlone) {
    EXPECT_EQ(draw_at(7, 3), draw_at(7, 3));
    EXPECT_NE(draw_at(7, 3), draw_at(7, 4));
    EXPECT_NE(draw_at(7, 3), draw_at(8, 3));
    double mean = 0;
    for (std::uint64_t n = 0; n < 10'000; ++n) {
        const float draw = draw_at(static_cast<std::uint32_t>(n % 3), n);
        ASSERT_GE(draw, 0.0F);
        ASSERT_LT(draw, 1.0F);
        mean += static_cast<double>(draw) / 10'000;
    }
    EXPECT_NEAR(mean, 0.5, 0.02);
}

}  // namespace
}  // namespace headlight::model
