#include "ui/panels/step_layout.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {

namespace {

using interpret::Sheet;
using interpret::SheetRule;

constexpr float kMostText = 720, kStepTextLeading = 20, kNoteLeading = 18, kStepTextSign = 36, kShouldBe = 96,
                kStepTextGap = 20, kGroup = 24;
constexpr float kWordChip = 28, kWordGap = 6;
constexpr int kMostWordColumns = 8, kMostBorrowed = 200;  // cells of a sheet of another step

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
        if (!reads(sheet, left) || !reads(sheet, right)) continue;
        const bool product = sheet.rule == SheetRule::linear || sheet.rule == SheetRule::transposed;
        if (sheet.rule == SheetRule::sum || (product && right.id == sheet.c)) return "+";
        if (product) return "\xC3\x97";
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
class StepRows {
  public:
    StepRows(StepLayout& out, float width) : out_(out), width_(width) {}

    void line(StepItem::Kind kind, std::string text, float height, float gap_below, float width) {
        finish();
        out_.items.push_back({kind, {0, y_, width, height}, nullptr, {}, std::move(text)});
        y_ += height + gap_below;
    }
    // sign may be empty; a row never begins with anything but the sign that belongs to its first table.
    // together: how much more has to stand in the same row.
    void table(StepItem item, std::string_view sign, float sign_width, float together = 0) {
        const bool wraps = x_ > 0 && x_ + sign_width + item.box.width + together > width_;
        if (wraps) finish();
        const bool indent = !sign.empty() && (x_ > 0 || sign_width + item.box.width <= width_);
        if (indent) {
            row_.push_back({StepItem::Kind::sign, {x_, y_, sign_width, 0}, item.sheet, item.size, std::string(sign)});
            x_ += sign_width;
        } else if (x_ > 0) {
            x_ += kStepTextGap;
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
        if (!row_.empty()) y_ += height_ + kStepTextGap;
        row_.clear();
        x_ = height_ = 0;
    }
    [[nodiscard]] float bottom() const { return y_; }
    [[nodiscard]] bool begins_row(float needed) const { return x_ == 0 || x_ + needed > width_; }

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
    look.formula = &sheet.formula;
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

namespace {

bool multiplies(const Sheet& sheet) {
    return sheet.rule == SheetRule::linear || sheet.rule == SheetRule::transposed;
}

// The sheets of a step in order, and before a group those of other steps that its products and sums begin with.
std::vector<const Sheet*> shown_sheets(const Context& context, const interpret::TutorialStep& step) {
    std::vector<const Sheet*> out;
    std::vector<std::string_view> known;
    for (const Sheet& sheet : step.sheets) known.push_back(sheet.id);
    auto add_missing = [&](const std::string& id) {
        if (id.empty() || std::find(known.begin(), known.end(), id) != known.end()) return;
        const Sheet* other = context.app.tutorial()->find(id);
        if (other == nullptr || other->rows * other->cols > kMostBorrowed) return;
        known.push_back(other->id);
        out.push_back(other);
    };
    for (std::size_t i = 0; i < step.sheets.size(); ++i) {
        const Sheet& sheet = step.sheets[i];
        const bool begins = i == 0 || step.sheets[i - 1].group != sheet.group;
        for (std::size_t j = i; begins && j < step.sheets.size() && step.sheets[j].group == sheet.group; ++j) {
            if (multiplies(step.sheets[j])) add_missing(step.sheets[j].a);
        }
        if (sheet.rule == SheetRule::sum) {
            add_missing(sheet.a);
            add_missing(sheet.b);
        }
        out.push_back(&sheet);
    }
    return out;
}

const std::vector<std::uint8_t> kNone;  // nothing is underlined

// "X" of "Q = X · W": what the formula of a product calls its first factor.
std::string first_factor(const Sheet& product) {
    const std::string text = formula_text(product.formula);
    const std::size_t begin = text.find("= "), end = text.find(" \xC2\xB7");
    if (begin == std::string::npos || end == std::string::npos || end <= begin + 2) return {};
    return text.substr(begin + 2, end - begin - 2);
}

float item_width(const Context& context, const SheetLook& look, const SheetSize& size, float width) {
    return std::min(width, std::max(size.width(), size.label + title_width(context, look)));
}

}  // namespace

StepLayout step_layout(const Context& context, const interpret::TutorialStep& step, float width) {
    StepLayout out;
    StepRows rows(out, width);
    const float text_width_most = std::min(width, kMostText);
    const std::string_view text = context.t(step.text);
    rows.line(StepItem::Kind::text, std::string(text),
              paragraph_height(context.fonts.body, text_width_most, text, kStepTextLeading), kStepTextGap,
              text_width_most);
    const std::vector<const Sheet*> sheets = shown_sheets(context, step);
    const Sheet* before = nullptr;
    std::string group;
    for (std::size_t i = 0; i < sheets.size(); ++i) {
        const Sheet& sheet = *sheets[i];
        const Sheet* next = i + 1 < sheets.size() ? sheets[i + 1] : nullptr;
        const bool borrowed = &sheet < step.sheets.data() || &sheet >= step.sheets.data() + step.sheets.size();
        // A borrowed sheet stands under the heading of the group that needs it.
        const Sheet* own = &sheet;
        for (std::size_t j = i; borrowed && j < sheets.size(); ++j) {
            const Sheet* each = sheets[j];
            if (each >= step.sheets.data() && each < step.sheets.data() + step.sheets.size()) {
                own = each;
                break;
            }
        }
        if (own->group != group && !own->group.empty()) {
            rows.line(StepItem::Kind::group, std::string(context.t(own->group)), kGroup, 8, width);
            before = nullptr;
        }
        group = own->group;
        const std::vector<std::uint8_t> underlined = found_cells(context, sheet);
        StepItem item{StepItem::Kind::table, {}, &sheet, {}, {}};
        if (as_chips(sheet)) {
            item.kind = StepItem::Kind::words;
            item.box = {0, 0, width, chips_height(context, sheet, width)};
            rows.table(std::move(item), "", 0);
        } else {
            const SheetLook look = sheet_look(context, sheet, false, underlined);
            item.size = sheet_size(context, sheet, look, width);
            item.box = {0, 0, item_width(context, look, item.size, width), item.size.height()};
            std::string sign(before == nullptr ? "" : sign_between(step, *before, sheet));
            // A factor and its product stay together; where the other factor is not beside it, the sign names it.
            float together = 0;
            const bool factor = next != nullptr && multiplies(*next) && next->b == sheet.id && !as_chips(*next);
            if (factor) {
                const SheetLook product = sheet_look(context, *next, false, kNone);
                const SheetSize size = sheet_size(context, *next, product, width);
                together = kStepTextSign + item_width(context, product, size, width);
                const bool beside = before != nullptr && before->id == next->a &&
                                    !rows.begins_row(kStepTextSign + item.box.width + together);
                if (!beside && !next->a.empty()) {
                    const std::string name = first_factor(*next);
                    sign = name.empty() || name.size() > 3 ? sign : name + " \xC3\x97";
                }
                if (together + item.box.width + kStepTextSign > width) together = 0;
            }
            const bool compared = !underlined.empty() && !sheet.right.empty();
            rows.table(item, sign, sign.empty() ? 0 : kStepTextSign, together);
            if (compared) {
                item.kind = StepItem::Kind::right_table;
                rows.table(item, context.t("tutorial.should_be"), kShouldBe);
            }
        }
        if (!sheet.note.empty() && !borrowed) {
            const std::string_view note = context.t(sheet.note);
            rows.finish();
            rows.line(StepItem::Kind::note, std::string(note),
                      paragraph_height(context.fonts.small, text_width_most, note, kNoteLeading), kStepTextGap,
                      text_width_most);
        }
        before = &sheet;
    }
    rows.finish();
    out.height = rows.bottom();
    return out;
}

}  // namespace headlight::ui
