#pragma once
// The parts that the tutorial's encoder and decoder share: attention, add & norm, feed-forward. Private to
// tutorial_model*.cpp.

#include <string>
#include <vector>

#include "interpret/tutorial_model.h"
#include "nn/sites.h"

namespace headlight::interpret {

using model::Site;

struct AttentionPart {
    model::Activations& trace;
    nn::Stack stack;
    const model::AttentionLayout& at;
    Site q, k, v, scores, pattern, z, out;
    std::string queries, keys;  // sheets that queries, and keys and values are made from
    std::vector<std::string> query_labels, key_labels;
    bool causal;
    std::string group;  // begins the names of its groups: "", "dec_", "cross_"
};
void add_attention(const ModelView& view, SheetMaker& sheets, const AttentionPart& part);

struct NormPart {
    model::Activations& trace;
    nn::Stack stack;
    const model::NormLayout& at;
    Site sum, scale, normalized;
    model::Activations::Norm mean;
    std::string number;       // of its sheets: "residual1", "mean1", ...
    std::string left, right;  // sheets that are added
    std::string out;          // "norm1", "encoder_out"
    const char* out_title;    // of the sheet `out`
    const char* out_symbol;
    std::vector<std::string> labels;
};
void add_norm(const ModelView& view, SheetMaker& sheets, const NormPart& part);

struct FeedForwardPart {
    model::Activations& trace;
    nn::Stack stack;
    const model::FeedForwardLayout& at;
    std::string in;  // sheet
    std::vector<std::string> labels;
};
// The id of the result's sheet.
std::string add_feed_forward(const ModelView& view, SheetMaker& sheets, const FeedForwardPart& part);

// A site's rows as a table; of one head where it has heads.
[[nodiscard]] Table table_of(model::Activations& trace, Site site, int positions, int head = 0);
// A parameter [rows, cols], or columns first ... of it.
[[nodiscard]] Table weights_of(const ModelView& view, std::size_t offset, int rows, int cols);
void make_input(Sheet& sheet, std::string input, const ModelView& view);

}  // namespace headlight::interpret
