#pragma once
// A trace together with what of it is valid. Rows are positions; keys and values of a row may be there (so that later
// rows can be computed) while its other sites are not, and logits are computed when somebody looks.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/activations.h"
#include "model/config.h"
#include "model/gpt.h"

namespace headlight::app {

struct TraceBuffer {
    std::unique_ptr<model::Activations> trace;
    std::vector<std::int32_t> ids;  // of the rows whose keys and values are valid
    std::vector<bool> complete;     // [capacity] all other sites but the logits, too
    std::vector<bool> has_logits;   // [capacity]

    // A trace of `capacity` positions in which nothing is valid yet.
    void reserve(const model::GptConfig& config, int capacity);
    [[nodiscard]] int capacity() const { return trace == nullptr ? 0 : trace->context(); }
    // The rows are those of `text` up to `valid`; of the others nothing is valid.
    void keep(std::span<const std::int32_t> text, int valid);
    // Marks rows [first, last) as just computed, without logits.
    void computed(int first, int last);

    // Of the first `rows` rows, those that nobody has looked at.
    [[nodiscard]] int without_logits(int rows) const;
    // [vocab], computed when they are not there yet.
    [[nodiscard]] std::span<const float> logits(const model::Compute& compute, const model::Gpt& gpt, int row);
    // Logits of the next few of the first `rows` rows that lack them, for which the head's weights are read once. True
    // when none is left.
    bool advance_logits(const model::Compute& compute, const model::Gpt& gpt, int rows);
};

[[nodiscard]] int common_prefix(std::span<const std::int32_t> a, std::span<const std::int32_t> b);

// Of GPT traces of the same model, rows [first, last): keys and values alone, or every site.
void copy_cache(TraceBuffer& to, const TraceBuffer& from, int first, int last);
void copy_rows(TraceBuffer& to, const TraceBuffer& from, int first, int last);
// Rows [first, last) of all that a pass computes before block `layers`, the residual stream that goes into it included.
void copy_layers(model::Activations& to, const model::Activations& from, int layers, int first, int last);

// Floats of a GPT's trace of `context` positions, in bytes.
[[nodiscard]] std::size_t trace_bytes(const model::GptConfig& config, int context);
// The longest context, at most the model's, with which two traces stay within max_bytes.
[[nodiscard]] int affordable_context(const model::GptConfig& config, std::size_t max_bytes);

}  // namespace headlight::app
