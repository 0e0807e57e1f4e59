// The reader's edits of the tutorial's inputs, and their text for a link.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "base/numeric_text.h"
#include "interpret/tutorial_inputs.h"

namespace headlight::interpret {
namespace {

constexpr float kMost = 1e4F;             // of an edited number: beyond, e^x and squares say nothing any more
constexpr std::size_t kMostEdits = 2000;  // of a link

std::string place_text(std::string_view name, int row, int col) {
    return std::string(name) + "." + std::to_string(row) + "." + std::to_string(col);
}

// Splits at the first `mark`; false without one.
bool split(std::string_view text, char mark, std::string_view& left, std::string_view& right) {
    const std::size_t at = text.find(mark);
    if (at == std::string_view::npos) return false;
    left = text.substr(0, at);
    right = text.substr(at + 1);
    return true;
}

bool is_example(std::string_view name) {
    return name.starts_with("mha_");
}

// The sizes of the example's inputs, which are not drawn before they are shown.
bool example_has(std::string_view name, int row, int col) {
    constexpr std::array<std::string_view, 4> kSquare{"mha_wq", "mha_wk", "mha_wv", "mha_wo"};
    int rows = 0;
    if (std::ranges::find(kSquare, name) != kSquare.end()) rows = kExampleModel;
    if (name == "mha_x") rows = 3;
    if (name == "mha_gamma" || name == "mha_beta") rows = 1;
    return row >= 0 && row < rows && col >= 0 && col < kExampleModel;
}

}  // namespace

bool TutorialInputs::edited(std::string_view name, int row, int col) const {
    return !edits_.empty() && edits_.contains({std::string(name), row, col});
}

bool TutorialInputs::any_edited(std::string_view name) const {
    return std::ranges::any_of(edits_, [&](const auto& edit) { return std::get<0>(edit.first) == name; });
}

Result<void> TutorialInputs::check(std::string_view name, int row, int col, float value) const {
    const auto base = base_.find(name);
    const bool there =
        is_example(name) ? example_has(name, row, col)
                         : base != base_.end() && base->second.has(row, col) && !std::isnan(base->second.at(row, col));
    if (!there) return invalid("There is no input \"" + place_text(name, row, col) + "\" in the tutorial.");
    if (!std::isfinite(value) || std::abs(value) > kMost) {
        return invalid(place_text(name, row, col) + ": a number from -10000 to 10000 would be right.");
    }
    const bool id = name == "ids" || name == "target";
    if (id && (value != std::floor(value) || value < 1 || value >= kVocabulary)) {
        return invalid(place_text(name, row, col) + ": the id of a word would be right, 1 to 25.");
    }
    return {};
}

void TutorialInputs::apply(const Edits& edits) {
    edits_ = edits;
    tables_ = base_;
    for (const auto& [place, value] : edits_) {
        const auto& [name, row, col] = place;
        if (!is_example(name)) tables_.find(name)->second.at(row, col) = value;
    }
}

Result<void> TutorialInputs::edit(std::string_view name, int row, int col, float value) {
    RETURN_IF_ERROR(check(name, row, col, value));
    Edits edits = edits_;
    edits[{std::string(name), row, col}] = value;
    // Back to what it was: no edit. (Positions are other numbers in each mode.)
    const auto base = base_.find(name);
    const bool same = base != base_.end() && name != "positions" && base->second.at(row, col) == value;
    if (same) edits.erase({std::string(name), row, col});
    if (edits.size() > kMostEdits) return invalid("No more than 2000 numbers can be changed.");
    apply(edits);
    return {};
}

void TutorialInputs::apply_to_example(Tables& tables) const {
    for (const auto& [place, value] : edits_) {
        const auto& [name, row, col] = place;
        if (is_example(name)) tables.find(name)->second.at(row, col) = value;
    }
}

void TutorialInputs::reset() {
    apply({});
}

std::string TutorialInputs::text() const {
    std::string out;
    for (const auto& [place, value] : edits_) {
        if (!out.empty()) out += ',';
        out += place_text(std::get<0>(place), std::get<1>(place), std::get<2>(place)) + ":" + shortest(value);
    }
    return out;
}

Result<void> TutorialInputs::set_text(std::string_view text) {
    Edits edits;
    while (!text.empty()) {
        std::string_view entry = text, rest, place, number, name, row_text, col_text;
        if (split(text, ',', entry, rest) && rest.empty()) return invalid("An edit is missing after the last comma.");
        text = rest;
        std::string_view cell;
        if (!split(entry, ':', place, number) || !split(place, '.', name, cell) ||
            !split(cell, '.', row_text, col_text)) {
            return invalid("\"" + std::string(entry.substr(0, 40)) + "\" is no edit; \"wq.0.1:0.5\" would be one.");
        }
        ASSIGN_OR_RETURN(const std::int64_t row, parse_int(row_text));
        ASSIGN_OR_RETURN(const std::int64_t col, parse_int(col_text));
        ASSIGN_OR_RETURN(const double value, parse_double(number));
        const auto small = [](std::int64_t n) { return static_cast<int>(std::clamp<std::int64_t>(n, -1, 1 << 20)); };
        RETURN_IF_ERROR(check(name, small(row), small(col), static_cast<float>(value)));
        edits[{std::string(name), small(row), small(col)}] = static_cast<float>(value);
        if (edits.size() > kMostEdits) return invalid("No more than 2000 numbers can be changed.");
    }
    apply(edits);
    return {};
}

}  // namespace headlight::interpret
