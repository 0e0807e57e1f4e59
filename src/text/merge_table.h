#pragma once
// (left token, right token) -> rank and joined token; a flat hash table, and the joining of one word with it.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace headlight::text {

class MergeTable {
  public:
    struct Merge {
        std::int32_t rank = -1;  // smaller joins first; -1: this pair is never joined
        std::int32_t token = -1;
    };

    MergeTable() = default;
    explicit MergeTable(std::size_t merges);

    // Returns false when the pair is there already (nothing is changed).
    bool insert(std::int32_t left, std::int32_t right, Merge merge);
    [[nodiscard]] Merge find(std::int32_t left, std::int32_t right) const;

    // Joins the pairs of `symbols` in place, always the one of smallest rank, leftmost first, until none is left.
    // Time: n^2 for short words, n log n for long ones.
    void join(std::vector<std::int32_t>& symbols) const;

  private:
    struct Slot {
        std::uint64_t key = kEmpty;
        Merge merge;
    };
    static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};  // no pair: ids are not negative
    [[nodiscard]] std::size_t slot_of(std::uint64_t key) const;
    void join_short(std::vector<std::int32_t>& symbols) const;
    void join_long(std::vector<std::int32_t>& symbols) const;

    std::vector<Slot> slots_;  // size is a power of two, at most half full
};

}  // namespace headlight::text
