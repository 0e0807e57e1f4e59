#include "interpret/head_stats.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace headlight::interpret {
namespace {

// Bits of one row over its visible keys, of which there are at least two, as a share of the most there could be.
double relative_entropy(const Matrix& pattern, int query, int keys) {
    double bits = 0;
    for (int key = 0; key < keys; ++key) {
        const double p = static_cast<double>(pattern.at(query, key));
        if (p > 0) bits -= p * std::log2(p);
    }
    return bits / std::log2(static_cast<double>(keys));
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
    if (stats.next >= kClear) return is(HeadKind::next, stats.next);
    if (stats.duplicate >= kClear) return is(HeadKind::duplicate, stats.duplicate);
    if (stats.self >= kClear) return is(HeadKind::self, stats.self);
    if (stats.first >= kClear) return is(HeadKind::first, stats.first);
    if (stats.last >= kClear) return is(HeadKind::last, stats.last);
}

// Of attention without a mask. Positions of the query mean something only among keys of the same sequence.
HeadStats unmasked_stats(const Matrix& pattern, std::span<const std::int32_t> ids, bool same_sequence) {
    Mean previous, next, first, last, duplicate, self, entropy;
    if (pattern.cols < 2) return {};
    const auto at = [&](int query, int key) { return static_cast<double>(pattern.at(query, key)); };
    for (int i = 0; i < pattern.rows; ++i) {
        first.add(at(i, 0));
        last.add(at(i, pattern.cols - 1));
        entropy.add(relative_entropy(pattern, i, pattern.cols));
        if (!same_sequence) continue;
        self.add(at(i, i));
        if (i > 0) previous.add(at(i, i - 1));
        if (i + 1 < pattern.cols) next.add(at(i, i + 1));
        double same = 0;
        bool twice = false;
        for (int j = 0; j < pattern.cols; ++j) {
            if (j == i || ids[static_cast<std::size_t>(j)] != ids[static_cast<std::size_t>(i)]) continue;
            same += at(i, j);
            twice = true;
        }
        if (twice) duplicate.add(same);
    }
    HeadStats stats;
    stats.previous = previous.get(), stats.next = next.get(), stats.self = self.get();
    stats.first = first.get(), stats.last = last.get();
    stats.duplicate = duplicate.get(), stats.entropy = entropy.get();
    classify(stats);
    return stats;
}

}  // namespace

HeadStats head_stats(const Matrix& pattern, std::span<const std::int32_t> ids, Attention attention) {
    if (attention != Attention::causal) return unmasked_stats(pattern, ids, attention == Attention::bidirectional);
    HeadTally tally;
    tally.add(pattern, ids);
    return tally.stats();
}

void HeadTally::add(const Matrix& pattern, std::span<const std::int32_t> ids, int first) {
    const int n = std::min(pattern.rows, static_cast<int>(ids.size()));
    std::unordered_map<std::int32_t, std::vector<int>> seen;  // token -> its earlier positions
    for (int i = 0; i < n; ++i) {
        std::vector<int>& earlier = seen[ids[static_cast<std::size_t>(i)]];
        if (i >= first) add_row(pattern, i, earlier);
        earlier.push_back(i);
    }
}

// earlier: positions of the same token.
void HeadTally::add_row(const Matrix& pattern, int row, std::span<const int> earlier) {
    const auto at = [&](int key) { return static_cast<double>(pattern.at(row, key)); };
    if (row > 0) {
        previous_.add(at(row - 1));
        first_.add(at(0));
        self_.add(at(row));
        entropy_.add(relative_entropy(pattern, row, row + 1));
    }
    if (earlier.empty()) return;
    double same = 0, after = 0;
    for (const int key : earlier) {
        same += at(key);
        if (key + 1 < row) after += at(key + 1);
    }
    duplicate_.add(same);
    induction_.add(after);
}

HeadStats HeadTally::stats() const {
    HeadStats stats;
    stats.previous = previous_.get(), stats.induction = induction_.get(), stats.first = first_.get();
    stats.duplicate = duplicate_.get(), stats.self = self_.get(), stats.entropy = entropy_.get();
    classify(stats);
    return stats;
}

std::vector<AttentionLink> strongest_links(const Matrix& pattern, int count, bool skip_first, Attention attention) {
    std::vector<AttentionLink> links;
    for (int query = 0; query < pattern.rows; ++query) {
        const int keys = attention == Attention::causal ? query : pattern.cols;
        for (int key = skip_first ? 1 : 0; key < keys; ++key) {
            if (attention == Attention::bidirectional && key == query) continue;
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
