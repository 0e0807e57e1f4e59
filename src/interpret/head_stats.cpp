#include "interpret/head_stats.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace headlight::interpret {
namespace {

struct Mean {
    double sum = 0;
    int count = 0;
    void add(double value) { sum += value, ++count; }
    [[nodiscard]] float get() const { return count == 0 ? 0.0F : static_cast<float>(sum / count); }
};

// Bits of one row over its n + 1 visible keys, as a share of the most there could be.
double relative_entropy(const Matrix& pattern, int query) {
    double bits = 0;
    for (int key = 0; key <= query; ++key) {
        const double p = static_cast<double>(pattern.at(query, key));
        if (p > 0) bits -= p * std::log2(p);
    }
    return bits / std::log2(query + 1.0);
}

// The kind that stands out. Looking at the first token counts only when nothing more telling is there.
void classify(HeadStats& stats) {
    constexpr float kClear = 0.4F, kClearInduction = 0.3F;
    const auto is = [&](HeadKind kind, float score) {
        stats.kind = kind;
        stats.score = score;
    };
    if (stats.induction >= kClearInduction) return is(HeadKind::induction, stats.induction);
    if (stats.previous >= kClear) return is(HeadKind::previous, stats.previous);
    if (stats.duplicate >= kClear) return is(HeadKind::duplicate, stats.duplicate);
    if (stats.self >= kClear) return is(HeadKind::self, stats.self);
    if (stats.first >= kClear) return is(HeadKind::first, stats.first);
}

}  // namespace

HeadStats head_stats(const Matrix& pattern, std::span<const std::int32_t> ids) {
    const int n = std::min(pattern.rows, static_cast<int>(ids.size()));
    Mean previous, induction, first, duplicate, self, entropy;
    std::unordered_map<std::int32_t, std::vector<int>> seen;  // token -> its earlier positions
    for (int i = 0; i < n; ++i) {
        std::vector<int>& earlier = seen[ids[static_cast<std::size_t>(i)]];
        if (i > 0) {
            previous.add(static_cast<double>(pattern.at(i, i - 1)));
            first.add(static_cast<double>(pattern.at(i, 0)));
            self.add(static_cast<double>(pattern.at(i, i)));
            entropy.add(relative_entropy(pattern, i));
        }
        if (!earlier.empty()) {
            double same = 0, after = 0;
            for (const int j : earlier) {
                same += static_cast<double>(pattern.at(i, j));
                if (j + 1 < i) after += static_cast<double>(pattern.at(i, j + 1));
            }
            duplicate.add(same);
            induction.add(after);
        }
        earlier.push_back(i);
    }
    HeadStats stats{previous.get(), induction.get(), first.get(),    duplicate.get(),
                    self.get(),     entropy.get(),   HeadKind::none, 0};
    classify(stats);
    return stats;
}

std::vector<AttentionLink> strongest_links(const Matrix& pattern, int count, bool skip_first) {
    std::vector<AttentionLink> links;
    for (int query = 0; query < pattern.rows; ++query) {
        for (int key = skip_first ? 1 : 0; key < query; ++key) {
            if (const float weight = pattern.at(query, key); weight > 0) links.push_back({query, key, weight});
        }
    }
    const auto stronger = [](const AttentionLink& a, const AttentionLink& b) {
        if (a.weight != b.weight) return a.weight > b.weight;
        return a.query != b.query ? a.query > b.query : a.key < b.key;
    };
    const auto wanted = std::min(links.size(), static_cast<std::size_t>(std::max(count, 0)));
    std::ranges::partial_sort(links, links.begin() + static_cast<std::ptrdiff_t>(wanted), stronger);
    links.resize(wanted);
    return links;
}

}  // namespace headlight::interpret
