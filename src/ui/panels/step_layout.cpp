#include "ui/panels/step_layout.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

using interpret::Sheet;
using interpret::SheetRule;

constexpr float kMostText = 720, kLeading = 20, kNoteLeading = 18, kSign = 36, kShouldBe = 96, kGap = 20, kGroup = 24;
constexpr float kWordChip = 28, kWordGap = 6;
constexpr int kMostWordColumns = 8;

// Between a sheet and the one after it: how the second follows from the first, or both give a third.
std::string_view sign_between(const interpret::TutorialStep& step, const Sheet& left, const Sheet& right) {
    auto reads = [](const Sheet& sheet, const Sheet& other) {
        for (const std::string* id : {&sheet.a, &sheet.b, &sheet.c, &sheet.d, &sheet.e}) {
            if (*id == other.id) return true;
        }
        return false;
    };
    if (reads(right, left)) {
        const bool equals =
            right.rule == SheetRule::linear || right.rule == SheetRule::transposed || right.rule == SheetRule::sum;
        return equals ? "=" : "\xE2\x86\x92";
    }
    for (const Sheet& sheet : step.sheets) {
        if (sheet.group != left.group || !reads(sheet, left) || !reads(sheet, right)) continue;
        if (sheet.rule == SheetRule::sum || right.id == sheet.c) return "+";
        if (sheet.rule == SheetRule::linear || sheet.rule == SheetRule::transposed) return "\xC3\x97";
    }
    return "";
}

// Long lists of words stand as chips that wrap, not as a table of one column.
bool as_chips(const Sheet& sheet) {
    return !sheet.words.empty() && (sheet.rows == 1 || sheet.cols == 1) && sheet.rows * sheet.cols > kMostWordColumns &&
           sheet.printed.empty();
}

float chips_height(const Context& context, const Sheet& sheet, float width) {
    float x = 0, y = 0;
    for (const std::string& word : sheet.words) {
        const float chip = std::ceil(text_width(context.fonts.mono, word)) + 44;
        if (x > 0 && x + chip > width) {
            x = 0;
            y += kWordChip + kWordGap;
        }
        x += chip + kWordGap;
    }
    return 24 + y + kWordChip;
}

// Puts items from left to right, and goes to a new row where the width ends; a row is as high as its highest item.
class Rows {
  public:
    Rows(StepLayout& out, float width) : out_(out), width_(width) {}

    void line(StepItem::Kind kind, std::string text, float height, float gap_below, float width) {
        finish();
        out_.items.push_back({kind, {0, y_, width, height}, nullptr, {}, std::move(text)});
        y_ += height + gap_below;
    }
    // sign may be empty; a row never begins with anything but the sign that belongs to its first table.
    void table(StepItem item, std::string_view sign, float sign_width) {
        const bool wraps = x_ > 0 && x_ + sign_width + item.box.width > width_;
        if (wraps) finish();
        const bool indent = !sign.empty() && (x_ > 0 || sign_width + item.box.width <= width_);
        if (indent) {
            row_.push_back({StepItem::Kind::sign, {x_, y_, sign_width, 0}, item.sheet, item.size, std::string(sign)});
            x_ += sign_width;
        } else if (x_ > 0) {
            x_ += kGap;
        }
        item.box.x = x_;
        item.box.y = y_;
        x_ += item.box.width;
        height_ = std::max(height_, item.box.height);
        row_.push_back(std::move(item));
    }
    void finish() {
        for (StepItem& item : row_) {
            if (item.kind == StepItem::Kind::sign) item.box.height = height_;
            out_.items.push_back(std::move(item));
        }
        if (!row_.empty()) y_ += height_ + kGap;
        row_.clear();
        x_ = height_ = 0;
    }
    [[nodiscard]] float bottom() const { return y_; }

  private:
    StepLayout& out_;
    float width_;
    std::vector<StepItem> row_;
    float x_ = 0, y_ = 0, height_ = 0;
};

}  // namespace

std::string formula_text(const interpret::FormulaLine& line) {
    std::string text;
    for (const interpret::FormulaSpan& span : line) text += span.text;
    return text;
}

std::vector<std::uint8_t> found_cells(const Context& context, const Sheet& sheet) {
    std::vector<std::uint8_t> cells;
    const interpret::Tutorial* tutorial = context.app.tutorial();
    if (tutorial == nullptr || tutorial->mode() != interpret::TutorialMode::printed || tutorial->learned())
        return cells;
    const std::uint32_t found = context.app.settings().found;
    auto mark = [&](std::size_t i) {
        cells.resize(static_cast<std::size_t>(sheet.rows) * static_cast<std::size_t>(sheet.cols));
        cells[i] = 1;
    };
    for (const interpret::Mistake& mistake : tutorial->mistakes()) {
        if ((found >> (mistake.number - 1) & 1u) == 0) continue;
        for (const interpret::MistakePlace& place : mistake.places) {
            if (place.sheet != sheet.id) continue;
            for (const auto& [row, column] : place.cells) {
                if (row < sheet.rows && column < sheet.cols) mark(sheet.index(row, column));
            }
            if (!place.cells.empty()) continue;
            for (std::size_t i = 0; i < sheet.values.size(); ++i) {
                if (sheet.wrong.empty() || sheet.wrong[i] != 0) mark(i);
            }
        }
    }
    return cells;
}

SheetLook sheet_look(const Context& context, const Sheet& sheet, bool right,
                     const std::vector<std::uint8_t>& underlined) {
    const interpret::Tutorial& tutorial = *context.app.tutorial();
    SheetLook look;
    look.key = right ? sheet.id + ".right" : sheet.id;
    look.title = context.t(sheet.title);
    look.rest = formula_text(sheet.formula);
    look.values = right ? sheet.right : sheet.values;
    if (!right) look.underlined = underlined;
    look.editable = sheet.editable && !right;
    look.edited_marks = !right;
    look.version = mixed_key({context.app.state_revision(), static_cast<std::uint64_t>(tutorial.mode()), right});
    const app::Settings& settings = context.app.settings();
    if (settings.sheet == sheet.id) {
        look.row = settings.row;
        look.column = settings.column;
    }
    return look;
}

StepLayout step_layout(const Context& context, const interpret::TutorialStep& step, float width) {
    StepLayout out;
    Rows rows(out, width);
    const float text_width_most = std::min(width, kMostText);
    const std::string_view text = context.t(step.text);
    rows.line(StepItem::Kind::text, std::string(text),
              paragraph_height(context.fonts.body, text_width_most, text, kLeading), kGap, text_width_most);
    const Sheet* before = nullptr;
    std::string group;
    for (const Sheet& sheet : step.sheets) {
        if (sheet.group != group && !sheet.group.empty()) {
            rows.line(StepItem::Kind::group, std::string(context.t(sheet.group)), kGroup, 8, width);
            before = nullptr;
        }
        group = sheet.group;
        const std::vector<std::uint8_t> underlined = found_cells(context, sheet);
        StepItem item{StepItem::Kind::table, {}, &sheet, {}, {}};
        if (as_chips(sheet)) {
            item.kind = StepItem::Kind::words;
            item.box = {0, 0, width, chips_height(context, sheet, width)};
            rows.table(std::move(item), "", 0);
        } else {
            const std::string_view sign = before == nullptr ? "" : sign_between(step, *before, sheet);
            const SheetLook look = sheet_look(context, sheet, false, underlined);
            item.size = sheet_size(context, sheet, look, width);
            const float title = item.size.label + text_width(context.fonts.small_bold, look.title) + 6 +
                                text_width(context.fonts.small, look.rest) + (sheet.editable ? 20.0f : 0.0f);
            item.box = {0, 0, std::min(width, std::max(item.size.width(), title)), item.size.height()};
            const bool compared = !underlined.empty() && !sheet.right.empty();
            rows.table(item, sign, kSign);
            if (compared) {
                item.kind = StepItem::Kind::right_table;
                rows.table(item, context.t("tutorial.should_be"), kShouldBe);
            }
        }
        if (!sheet.note.empty()) {
            const std::string_view note = context.t(sheet.note);
            rows.finish();
            rows.line(StepItem::Kind::note, std::string(note),
                      paragraph_height(context.fonts.small, text_width_most, note, kNoteLeading), kGap,
                      text_width_most);
        }
        before = &sheet;
    }
    rows.finish();
    out.height = rows.bottom();
    return out;
}

}  // namespace headlight::ui
