#pragma once
// What kind of head this is on some text, in numbers everybody in the field uses, and its strongest links.

#include <cstdint>
#include <span>
#include <vector>

#include "interpret/matrix.h"

namespace headlight::interpret {

enum class HeadKind : std::uint8_t { none, previous, induction, first, duplicate, self, next, last };

// Who may look at whom: earlier positions, all of the same sequence, or all of another one.
enum class Attention : std::uint8_t { causal, bidirectional, cross };

// Mean attention over the rows where the question makes sense; 0 where there is no such row.
struct HeadStats {
    float previous = 0;   // to position i - 1, rows i >= 1
    float induction = 0;  // to the positions right after earlier occurrences of the same token (Olsson et al., 2022)
    float first = 0;      // to position 0, rows i >= 1: the sink
    float duplicate = 0;  // to earlier occurrences of the same token
    float self = 0;       // to position i, rows i >= 1
    float next = 0;       // to position i + 1; not causal
    float last = 0;       // to the last key, of which rests are made too; not causal
    float entropy = 0;    // mean over rows i >= 1 of the row's entropy in bits / log2(i + 1): 0 sharp, 1 uniform
    HeadKind kind = HeadKind::none;  // the one that stands out, for the title: "induction 0.91"
    float score = 0;                 // of that kind
};

// pattern: rows are queries, after softmax; [n, n] with the ids [n] of the sequence. Of cross-attention, [n, keys],
// only what its keys alone tell: first, last and entropy. Rows and keys of a question are all there are where nothing
// is masked.
[[nodiscard]] HeadStats head_stats(const Matrix& pattern, std::span<const std::int32_t> ids,
                                   Attention attention = Attention::causal);

// Of numbers that come one by one; 0 of none.
struct Mean {
    double sum = 0;
    int count = 0;
    void add(double value) { sum += value, ++count; }
    [[nodiscard]] float get() const { return count == 0 ? 0.0F : static_cast<float>(sum / count); }
};

// HeadStats over several texts: the means are over the rows of all of them. Causal attention alone.
class HeadTally {
  public:
    // Rows [first, n) of a text's pattern, [n, n] with the ids [n].
    void add(const Matrix& pattern, std::span<const std::int32_t> ids, int first = 0);
    [[nodiscard]] HeadStats stats() const;

  private:
    void add_row(const Matrix& pattern, int row, std::span<const int> earlier);
    Mean previous_, induction_, first_, duplicate_, self_, entropy_;
};

struct AttentionLink {
    int query = 0, key = 0;
    float weight = 0;
};
// The strongest links, weight descending, then query descending, then key ascending. Leaves out links to position 0
// when `skip_first`, and self links but for cross-attention.
[[nodiscard]] std::vector<AttentionLink> strongest_links(const Matrix& pattern, int count, bool skip_first,
                                                         Attention attention = Attention::causal);

}  // namespace headlight::interpret
