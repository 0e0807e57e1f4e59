// Under the step: how the chosen cell came about, in whose arithmetic, and what was edited.
#include <algorithm>
#include <cmath>

#include "ui/panels/formula.h"
#include "ui/panels/panels.h"
#include "ui/panels/step_layout.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kCellTitle = 24, kHeight = 152, kLowHeight = 88, kPhoneHeight = 132, kTerms = 0.36f;

class StepCell final : public Panel {
  public:
    float wanted_height(const Context& context, float) override {
        if (context.app.tutorial() == nullptr) return 0;
        const bool chosen = chosen_sheet(context) != nullptr;
        if (context.phone) return chosen ? kPhoneHeight : edits(context) > 0 ? 48.0f : 0;
        const bool terms = context.app.matrix_explanation().terms.size() > 1;
        return !chosen ? 48 : terms ? kHeight : kLowHeight;
    }

    void draw(const Context& context, const Box& box) override {
        if (context.app.tutorial() == nullptr || box.height <= 0) return;
        fill(box, context.theme.panel);
        horizontal_line(box.x, box.y, box.width, context.theme.line);
        const Box inside = box.inset(context.phone ? kPhonePadding : kPadding, 10);
        const Box row{inside.x, inside.y, inside.width, kCellTitle};
        float right = inside.right();
        const interpret::Sheet* sheet = chosen_sheet(context);
        if (sheet != nullptr) draw_close(context, row, right);
        draw_reset(context, row, right);
        if (sheet == nullptr) {
            put_text(context.fonts.small, {row.x, row.y, right - row.x, row.height}, context.theme.muted,
                     context.t(context.app.settings().mode == app::TutorialMode::printed ? "tutorial.hint.printed"
                                                                                         : "tutorial.hint"));
            return;
        }
        draw_name(context, {row.x, row.y, right - row.x - 8, row.height}, *sheet);
        draw_terms(context, {inside.x, inside.y + kCellTitle + 6, inside.width, inside.height - kCellTitle - 6},
                   *sheet);
    }

  private:
    static int edits(const Context& context) { return context.app.tutorial()->edits(); }

    static const interpret::Sheet* chosen_sheet(const Context& context) {
        const app::Settings& settings = context.app.settings();
        const interpret::Sheet* sheet = context.app.tutorial()->find(settings.sheet);
        return sheet != nullptr && sheet->has(settings.row, settings.column) ? sheet : nullptr;
    }

    static void draw_reset(const Context& context, const Box& row, float& right) {
        const int count = edits(context);
        if (count == 0) return;
        const std::string label = context.t("tutorial.reset_edits", {{"count", std::to_string(count)}});
        const float width = button_width(context.fonts.small, label, 10);
        const Box box{right - width, row.y - 1, width, 26};
        outline(box, context.theme.line, kSmallRadius);
        if (button(context, "edits.reset", label, box, Look::quiet)) context.push(app::ResetEdits{});
        right = box.x - 8;
    }
    static void draw_close(const Context& context, const Box& row, float& right) {
        const Box box{right - 26, row.y - 1, 26, 26};
        if (icon_button(context, "cell.close", context.t("inspect.close"), Icon::close, box))
            context.push(app::Release{});
        right = box.x - 8;
    }

    // "V[When, 2] = 4.08 · as printed · right: 4.21"
    static void draw_name(const Context& context, const Box& box, const interpret::Sheet& sheet) {
        const Theme& theme = context.theme;
        const app::Settings& settings = context.app.settings();
        const interpret::Explanation& explanation = context.app.matrix_explanation();
        auto label = [](const std::vector<std::string>& labels, int i) {
            const auto at = static_cast<std::size_t>(i);
            return at < labels.size() ? labels[at] : std::to_string(i);
        };
        const std::string place = std::string(context.t(sheet.title)) + " [" + label(sheet.row_labels, settings.row) +
                                  ", " + label(sheet.col_labels, settings.column) + "]";
        const std::string value = cell_text(context, sheet, sheet.values, settings.row, settings.column);
        float x = put_text(context.fonts.small_bold, box, theme.text, place);
        x = put_text(context.fonts.mono_large, {x + 10, box.y, box.right() - x - 10, box.height}, theme.attends,
                     "= " + value);
        context.widgets.add({"cell.value",
                             place + " = " + value,
                             Role::text,
                             box,
                             {},
                             static_cast<double>(sheet.at(settings.row, settings.column))});
        const bool learned = context.app.tutorial()->learned();
        constexpr std::string_view kModes[] = {"tutorial.mode.printed", "tutorial.mode.right", "tutorial.mode.paper"};
        std::string rest =
            "\xC2\xB7 " +
            std::string(context.t(learned ? "tutorial.mode.learned" : kModes[static_cast<std::size_t>(settings.mode)]));
        const std::size_t i = sheet.index(settings.row, settings.column);
        const bool found = [&] {
            const std::vector<std::uint8_t> cells = found_cells(context, sheet);
            return i < cells.size() && cells[i] != 0;
        }();
        if (found && i < sheet.right.size() && std::isfinite(sheet.right[i])) {
            rest += " \xC2\xB7 " +
                    context.t("tutorial.right_is",
                              {{"value", cell_text(context, sheet, sheet.right, settings.row, settings.column)}});
        }
        if (!explanation.empty() && i < sheet.edited.size() && sheet.edited[i] != 0)
            rest += " \xC2\xB7 " + std::string(context.t("tutorial.edited"));
        if (sheet.editable) rest += " \xC2\xB7 " + std::string(context.t("tutorial.how_to_edit"));
        put_text(context.fonts.small, {x + 10, box.y, box.right() - x - 10, box.height},
                 found ? theme.bad : theme.muted, rest);
    }

    static void draw_terms(const Context& context, const Box& box, const interpret::Sheet&) {
        const interpret::Explanation& explanation = context.app.matrix_explanation();
        if (explanation.empty()) return;
        interpret::Explanation shown = explanation;
        shown.sources.clear();  // the sheets stand above
        canvas().PushClipRect(ImVec2(box.x - 4, box.y), ImVec2(box.right() + 4, box.bottom() + 8), true);
        if (context.phone || shown.terms.size() < 2) {
            put_formula(context, box, shown);
        } else {
            const float terms = std::floor(box.width * kTerms);
            put_formula(context, {box.x, box.y, box.width - terms - 24, box.height}, shown);
            put_terms(context, {box.right() - terms, box.y, terms, box.height}, shown);
        }
        canvas().PopClipRect();
    }
};

}  // namespace

std::unique_ptr<Panel> make_step_cell() {
    return std::make_unique<StepCell>();
}

}  // namespace headlight::ui
