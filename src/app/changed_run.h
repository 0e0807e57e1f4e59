#pragma once
// What a session shows, computed once more with changes in it, in slices that fit into a frame; and the run of the
// other prompt, which some changes read and which is compared with this one. Only layers from the first changed one on
// are computed, and rows that the changes leave as they were when the text grows are kept.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "app/session.h"
#include "app/trace_buffer.h"
#include "interpret/intervention.h"

namespace headlight::app {

class ChangedRun {
  public:
    // Both must outlive the run.
    ChangedRun(const model::Compute& compute, const Session& session);
    ~ChangedRun();

    // Changes that fit the session's text (interpret::fitting()), and the tokens of the other prompt if they need one
    // or if it is wanted for itself. To be told again when the session shows another text.
    void want(std::vector<interpret::Intervention> changes, std::vector<std::int32_t> other);
    // Memory that `positions` rows of two more traces would take stays within kMaxBytes.
    [[nodiscard]] bool affordable(int positions) const;
    static constexpr std::size_t kMaxBytes = 768U << 20;

    [[nodiscard]] bool active() const { return !changes_.empty(); }
    [[nodiscard]] bool busy() const { return lacks_rows() || logits_asked_ || other_logits_asked_; }
    // The run of the session's present text is there.
    [[nodiscard]] bool complete() const { return active() && done_ == rows(); }
    // The run of the other prompt is there.
    [[nodiscard]] bool has_other() const { return !other_ids_.empty() && other_.ids.size() == other_ids_.size(); }
    // Works for at most about budget_ms, at least one slice. True when everything that was wanted became complete, or
    // all logits that were asked for are there.
    bool advance(double budget_ms);
    // About how long the rows that are missing take.
    [[nodiscard]] double expected_ms() const;

    // Of a complete run.
    [[nodiscard]] const model::Activations& trace() const { return *buffer_.trace; }
    [[nodiscard]] std::span<const float> logits(int position) const;  // [vocab]
    [[nodiscard]] bool ask_all_logits() const;                        // whether they are there; else soon
    void compute_all_logits() const;                                  // now
    [[nodiscard]] std::int64_t rows_computed() const { return rows_computed_; }

    // Of the other prompt, without changes; has_other().
    [[nodiscard]] const model::Activations& other_trace() const { return *other_.trace; }
    [[nodiscard]] std::span<const float> other_logits(int position) const;  // [vocab]
    [[nodiscard]] bool ask_all_other_logits() const;                        // whether they are there; else soon

  private:
    [[nodiscard]] int rows() const { return static_cast<int>(ids_.size()); }
    struct Pass;  // one chunk on its way through the model
    [[nodiscard]] bool lacks_rows() const { return other_.ids.size() < other_ids_.size() || (active() && !complete()); }
    bool advance_slice();
    bool advance_asked_logits() const;
    bool advance_logits() const;
    bool advance_other_logits() const;
    void keep_of_other(const std::vector<std::int32_t>& wanted);
    void begin_pass();
    void begin_rows();
    void begin_chunk(TraceBuffer& buffer, std::span<const std::int32_t> ids, int done);

    const model::Compute& compute_;
    const Session& session_;
    std::vector<interpret::Intervention> changes_;
    std::vector<std::int32_t> ids_, other_ids_;
    mutable TraceBuffer buffer_;  // logits come into it when somebody looks
    mutable TraceBuffer other_;   // of the other prompt, without changes
    int done_ = 0;                // rows of buffer_ that are complete
    bool begun_ = false;          // buffer_ has what the changes leave alone
    int first_layer_ = 0;
    mutable bool logits_asked_ = false, other_logits_asked_ = false;
    std::unique_ptr<Pass> pass_;
    std::int64_t rows_computed_ = 0;
};

}  // namespace headlight::app
