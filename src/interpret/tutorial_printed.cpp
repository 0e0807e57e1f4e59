#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "base/check.h"
#include "interpret/tutorial_explain.h"
#include "interpret/tutorial_extra.h"

namespace headlight::interpret {
namespace {

// Decimals that the tutorial prints, where they are not two (or none, for ids).
struct Decimals {
    std::string_view sheet;
    int decimals;
};
constexpr auto kDecimals = std::to_array<Decimals>({{"positions", 4},
                                                    {"scores", 4},
                                                    {"scaled", 6},
                                                    {"pattern", 4},
                                                    {"z", 6},
                                                    {"mean1", 2},
                                                    {"std1", 2},
                                                    {"mean2", 4},
                                                    {"std2", 6},
                                                    {"toy", 0},
                                                    {"toy_scores", 0},
                                                    {"toy_scores2", 0},
                                                    {"toy_masked", 0},
                                                    {"toy_masked2", 0},
                                                    {"figure_probabilities", 3}});

// The rule that a printed figure is judged by, where it is not the one of the chain with right arithmetic.
void judge_by(Sheet& sheet) {
    if (sheet.id == "scaled") sheet.constant = 2;  // √d_k, with d_k = 4
    if (sheet.id == "positions") sheet.rule = SheetRule::position;
    if (sheet.id == "figure_logits") sheet.rule = SheetRule::visible;
    if (sheet.id == "figure") {  // an add & norm gives rows of mean 0 and deviation 1
        sheet.rule = SheetRule::normalized;
        sheet.a = "figure";
    }
    if (sheet.id == "attn_out") sheet.a = "z";  // one head: nothing to put beside it
    // The first printed scores are masked without a scale.
    if (sheet.id == "toy_masked") sheet.a = "toy_scores";
    if (sheet.id == "toy_masked2") sheet.a = "toy_scores2";
}

void as_printed(Sheet& sheet, const Table& table) {
    CHECK(sheet.rows == table.rows && sheet.cols == table.cols);
    sheet.values = sheet.printed = table.values;
    const auto* decimals = std::ranges::find(kDecimals, sheet.id, &Decimals::sheet);
    if (decimals != kDecimals.end()) sheet.decimals = decimals->decimals;
    sheet.site.clear();
    sheet.editable = false;
    judge_by(sheet);
}

void mark_mistakes(const TutorialData& data, Sheet& sheet) {
    sheet.wrong.assign(sheet.values.size(), 0);
    for (const Mistake& mistake : data.mistakes) {
        if (!mistake.in_numbers) continue;
        for (const MistakePlace& place : mistake.places) {
            if (place.sheet != sheet.id) continue;
            if (place.cells.empty()) std::ranges::fill(sheet.wrong, std::uint8_t{1});
            for (const auto& [row, col] : place.cells) sheet.wrong[sheet.index(row, col)] = 1;
        }
    }
}

}  // namespace

const Sheet* find_sheet(std::span<const TutorialStep> steps, std::string_view id) {
    for (const TutorialStep& step : steps) {
        const auto found = std::ranges::find(step.sheets, id, &Sheet::id);
        if (found != step.sheets.end()) return &*found;
    }
    return nullptr;
}

std::vector<TutorialStep> printed_steps(const TutorialData& data, std::vector<TutorialStep> arithmetic) {
    std::vector<TutorialStep> steps = arithmetic;
    for (TutorialStep& step : steps) {
        for (Sheet& sheet : step.sheets) {
            const auto printed = data.printed.find(sheet.id);
            if (printed != data.printed.end()) as_printed(sheet, printed->second);
            if (sheet.id == "cross_swapped") sheet.printed = sheet.values, sheet.editable = false;  // said, not printed
        }
        // What was not printed is not in this chain, but for the words.
        std::erase_if(step.sheets, [](const Sheet& sheet) { return sheet.printed.empty() && sheet.words.empty(); });
        std::erase_if(step.sheets, [](const Sheet& s) { return s.id == "predicted" || s.id == "loop"; });
    }
    const FindSheet find = [&](std::string_view id) { return find_sheet(steps, id); };
    for (TutorialStep& step : steps) {
        for (Sheet& sheet : step.sheets) {
            if (sheet.printed.empty()) continue;
            // What the text of the tutorial says of cross-attention is judged by the attention that it should be.
            const Sheet* other = find_sheet(arithmetic, sheet.id == "cross_swapped" ? "cross_z" : sheet.id);
            const bool rule = has_rule(sheet, find) && sheet.id != "cross_swapped";
            sheet.right.resize(sheet.values.size());
            for (int row = 0; row < sheet.rows; ++row) {
                for (int col = 0; col < sheet.cols; ++col) {
                    sheet.right[sheet.index(row, col)] =
                        rule ? explain_cell(sheet, row, col, find).recomputed : other->at(row, col);
                }
            }
            mark_mistakes(data, sheet);
        }
    }
    return steps;
}

}  // namespace headlight::interpret
