#include "text/merge_table.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <limits>
#include <queue>

#include "base/check.h"
#include "text/pair_key.h"

namespace headlight::text {

MergeTable::MergeTable(std::size_t merges) : slots_(std::bit_ceil(std::max<std::size_t>(2 * merges, 16))) {}

std::size_t MergeTable::slot_of(std::uint64_t key) const {
    // Fibonacci hashing (Knuth, vol. 3, 6.4): the top bits of a product are well mixed.
    const int bits = std::countr_zero(slots_.size());
    return static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ull) >> (64 - bits));
}

bool MergeTable::insert(std::int32_t left, std::int32_t right, Merge merge) {
    const std::uint64_t key = key_of(left, right);
    std::size_t at = slot_of(key);
    while (slots_[at].key != kEmpty) {
        if (slots_[at].key == key) return false;
        at = (at + 1) & (slots_.size() - 1);
    }
    slots_[at] = {key, merge};
    return true;
}

MergeTable::Merge MergeTable::find(std::int32_t left, std::int32_t right) const {
    if (slots_.empty()) return {};
    const std::uint64_t key = key_of(left, right);
    std::size_t at = slot_of(key);
    while (slots_[at].key != kEmpty) {
        if (slots_[at].key == key) return slots_[at].merge;
        at = (at + 1) & (slots_.size() - 1);
    }
    return {};
}

void MergeTable::join(std::vector<std::int32_t>& symbols) const {
    constexpr std::size_t kShort = 48;
    if (symbols.size() <= kShort) {
        join_short(symbols);
    } else {
        join_long(symbols);
    }
}

void MergeTable::join_short(std::vector<std::int32_t>& symbols) const {
    while (symbols.size() > 1) {
        Merge best{std::numeric_limits<std::int32_t>::max(), -1};
        std::size_t best_at = 0;
        for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
            const Merge merge = find(symbols[i], symbols[i + 1]);
            if (merge.rank >= 0 && merge.rank < best.rank) {
                best = merge;
                best_at = i;
            }
        }
        if (best.token < 0) return;
        symbols[best_at] = best.token;
        symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best_at) + 1);
    }
}

void MergeTable::join_long(std::vector<std::int32_t>& symbols) const {
    struct Candidate {
        std::int32_t rank;
        std::size_t at;
        std::int32_t left, right, token;
        bool operator>(const Candidate& other) const { return rank != other.rank ? rank > other.rank : at > other.at; }
    };
    // A linked list over the places of the word; a joined pair lives on at its left place, the right one becomes -1.
    const std::size_t n = symbols.size();
    std::vector<std::size_t> next(n), previous(n);
    for (std::size_t i = 0; i < n; ++i) {
        next[i] = i + 1;
        previous[i] = i - 1;  // wraps at 0: never followed there
    }
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
    const auto consider = [&](std::size_t at) {
        if (next[at] >= n) return;
        const std::int32_t left = symbols[at];
        const std::int32_t right = symbols[next[at]];
        const Merge merge = find(left, right);
        if (merge.rank >= 0) queue.push({merge.rank, at, left, right, merge.token});
    };
    for (std::size_t i = 0; i < n; ++i) consider(i);
    while (!queue.empty()) {
        const Candidate top = queue.top();
        queue.pop();
        const std::size_t right = next[top.at];
        // Stale when one of the two has been joined meanwhile.
        if (right >= n || symbols[top.at] != top.left || symbols[right] != top.right) continue;
        symbols[top.at] = top.token;
        symbols[right] = -1;
        next[top.at] = next[right];
        if (next[right] < n) previous[next[right]] = top.at;
        if (top.at > 0) consider(previous[top.at]);
        consider(top.at);
    }
    std::erase(symbols, -1);
}

}  // namespace headlight::text
