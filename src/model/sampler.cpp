#include "model/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/rng.h"

namespace headlight::model {

void Sampler::prepare(const kernels::Kernels& kernels, std::span<const float> logits, const Sampling& sampling) {
    constexpr float kNever = -std::numeric_limits<float>::infinity();
    const auto vocab = static_cast<int>(logits.size());
    candidates_.resize(logits.size());
    row_.resize(logits.size());
    bad_logits_ = 0;
    float largest = kNever;
    for (std::size_t i = 0; i < logits.size(); ++i) {
        const bool good = std::isfinite(logits[i]);
        bad_logits_ += good ? 0 : 1;
        row_[i] = good ? logits[i] : kNever;
        largest = std::max(largest, row_[i]);
        candidates_[i] = {static_cast<std::int32_t>(i), logits[i], 0, 0, 0, Cut::kept};
    }
    kept_ = 0;
    kept_total_ = 0;
    if (bad_logits_ == vocab) return;

    // By id: row_ still holds the cleaned logits, and softmax works in place afterwards.
    std::ranges::sort(candidates_, [&](const Candidate& a, const Candidate& b) {
        const float left = row_[static_cast<std::size_t>(a.id)], right = row_[static_cast<std::size_t>(b.id)];
        return left > right || (left == right && a.id < b.id);
    });
    const bool greedy = !(sampling.temperature > 0);
    if (!greedy) {
        // Shifted before it is divided: at a tiny temperature the largest stays 0 and the others become -inf, never
        // NaN.
        for (float& x : row_) x = (x - largest) / sampling.temperature;
        kernels.softmax(row_.data(), row_.data(), vocab);
        for (Candidate& c : candidates_) c.probability = row_[static_cast<std::size_t>(c.id)];
        for (std::size_t i = 0; i < logits.size(); ++i) row_[i] = std::isfinite(logits[i]) ? logits[i] : kNever;
    }
    kernels.softmax(row_.data(), row_.data(), vocab);
    for (Candidate& c : candidates_) {
        c.model_probability = row_[static_cast<std::size_t>(c.id)];
        if (greedy) c.probability = c.model_probability;
    }
    cut(sampling);
}

void Sampler::cut(const Sampling& sampling) {
    const std::size_t all = candidates_.size();
    const bool greedy = !(sampling.temperature > 0);
    std::size_t after_k = all;
    if (greedy) after_k = 1;
    if (!greedy && sampling.top_k > 0) after_k = std::min(all, static_cast<std::size_t>(sampling.top_k));
    for (std::size_t i = after_k; i < all; ++i) candidates_[i].cut = greedy ? Cut::temperature_zero : Cut::top_k;

    float total = 0;
    for (std::size_t i = 0; i < after_k; ++i) total += candidates_[i].probability;
    std::size_t kept = after_k;
    if (sampling.top_p < 1.0F) {
        const float wanted = sampling.top_p * total;
        float before = 0;
        kept = 0;
        while (kept < after_k && (kept == 0 || before < wanted)) before += candidates_[kept++].probability;
        for (std::size_t i = kept; i < after_k; ++i) candidates_[i].cut = Cut::top_p;
    }
    for (std::size_t i = 0; i < kept; ++i) kept_total_ += candidates_[i].probability;
    for (std::size_t i = 0; i < kept; ++i) candidates_[i].kept_probability = candidates_[i].probability / kept_total_;
    kept_ = static_cast<int>(kept);
}

std::int32_t Sampler::pick(float draw) const {
    const float target = draw * kept_total_;
    float sum = 0;
    std::int32_t last = -1;
    for (int i = 0; i < kept_; ++i) {
        const Candidate& c = candidates_[static_cast<std::size_t>(i)];
        if (c.probability <= 0 && last >= 0) break;
        last = c.id;
        sum += c.probability;
        if (sum > target) break;
    }
    return last;
}

float draw_at(std::uint32_t seed, std::uint64_t n) {
    const std::uint64_t bits = mix64(mix64(seed) + n * 0x9E3779B97F4A7C15ULL);
    return static_cast<float>(bits >> 40) * 0x1.0p-24F;
}

}  // namespace headlight::model
