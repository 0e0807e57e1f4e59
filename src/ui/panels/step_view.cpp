// The matrices of the chosen step, from what goes in to what comes out. A click chooses a cell, a double click or Enter
// edits an input, the arrow keys go from cell to cell.
#include <algorithm>
#include <map>

#include "ui/panels/panels.h"
#include "ui/panels/step_layout.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

class StepView final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        const interpret::TutorialStep* step = step_of(context);
        return step == nullptr ? 200 : step_layout(context, *step, width).height + 24;
    }

    void draw(const Context& context, const Box& box) override {
        const interpret::TutorialStep* step = step_of(context);
        if (step == nullptr) {
            put_paragraph(context.fonts.body, box, context.theme.muted, context.t("tutorial.missing"), 20);
            return;
        }
        take_keys(context);
        const StepLayout layout = step_layout(context, *step, box.width);
        for (const StepItem& item : layout.items) draw_item(context, box, item);
        finish_editing(context);
    }

  private:
    static const interpret::TutorialStep* step_of(const Context& context) {
        const interpret::Tutorial* tutorial = context.app.tutorial();
        return tutorial == nullptr ? nullptr : &tutorial->step(context.app.settings().step - 1);
    }

    void draw_item(const Context& context, const Box& panel, const StepItem& item) {
        const Theme& theme = context.theme;
        const Box box{panel.x + item.box.x, panel.y + item.box.y, item.box.width, item.box.height};
        switch (item.kind) {
            case StepItem::Kind::text:
                put_formula_paragraph(context.fonts.body, box, theme.muted, item.text, 20);
                break;
            case StepItem::Kind::note:
                put_formula_paragraph(context.fonts.small, box, theme.muted, item.text, 18);
                break;
            case StepItem::Kind::group:
                put_text(context.fonts.body_bold, box, theme.text, item.text);
                break;
            case StepItem::Kind::sign: {
                const float cells = item.size.height() - item.size.head;
                put_text(item.box.width > 40 ? context.fonts.small : context.fonts.title,
                         {box.x, box.y + item.size.head, box.width, cells}, theme.muted, item.text, Align::centre);
                break;
            }
            case StepItem::Kind::words:
                draw_words(context, box, *item.sheet);
                break;
            case StepItem::Kind::table:
                draw_table(context, box, item, false);
                break;
            case StepItem::Kind::right_table:
                draw_table(context, box, item, true);
                break;
        }
    }

    void draw_table(const Context& context, const Box& box, const StepItem& item, bool right) {
        const interpret::Sheet& sheet = *item.sheet;
        const std::vector<std::uint8_t> underlined = found_cells(context, sheet);
        SheetLook look = sheet_look(context, sheet, right, underlined);
        if (right) {
            look.title = context.t("tutorial.mode.right");
            look.formula = nullptr;
        }
        const SheetEvent event = draw_sheet(context, box.min(), sheet, look, item.size, windows_[look.key], editor_);
        if (event.row < 0) return;
        choose(context, sheet, event.row, event.column);
        if (context.shared.seeking && !right) context.push(app::GuessMistake{sheet.id, event.row, event.column});
        if (event.edit) edit(context, sheet, event.row, event.column, {});
    }

    // Words and their ids as chips.
    static void draw_words(const Context& context, const Box& box, const interpret::Sheet& sheet) {
        const Theme& theme = context.theme;
        const float end =
            put_text(context.fonts.small_bold, {box.x, box.y, box.width, 20}, theme.text, context.t(sheet.title));
        put_text(context.fonts.small, {end + 6, box.y, box.right() - end - 6, 20}, theme.muted,
                 formula_text(sheet.formula));
        float x = box.x, y = box.y + 24;
        for (std::size_t i = 0; i < sheet.words.size(); ++i) {
            const float width = std::ceil(text_width(context.fonts.mono, sheet.words[i])) + 44;
            if (x > box.x && x + width > box.right()) {
                x = box.x;
                y += 34;
            }
            const Box chip{x, y, width, 28};
            fill(chip, theme.raised, kSmallRadius);
            const std::string id = app::fixed_text(static_cast<double>(sheet.values[i]), 0, context.app.strings());
            put_text(context.fonts.mono, {chip.x + 8, chip.y, 20, chip.height}, theme.faint, id);
            put_text(context.fonts.mono, {chip.x + 30, chip.y, chip.width - 34, chip.height}, theme.text,
                     sheet.words[i]);
            context.widgets.add({"word." + sheet.id + "." + std::to_string(i),
                                 sheet.words[i],
                                 Role::text,
                                 chip,
                                 {},
                                 static_cast<double>(sheet.values[i])});
            x += width + 6;
        }
    }

    static void choose(const Context& context, const interpret::Sheet& sheet, int row, int column) {
        const app::Settings& settings = context.app.settings();
        if (settings.sheet != sheet.id) context.push(app::set<&app::Settings::sheet>(sheet.id));
        context.push(app::SelectMatrixCell{row, column});
    }

    void edit(const Context& context, const interpret::Sheet& sheet, int row, int column, std::string_view first) {
        if (!sheet.editable || !sheet.has(row, column)) return;
        sheet_ = sheet.id;
        row_ = row;
        column_ = column;
        editor_.open(context, sheet.id, row, column, cell_text(context, sheet, sheet.values, row, column), first);
    }

    // What ui/keyboard.cpp asked for.
    void take_keys(const Context& context) {
        const app::Settings& settings = context.app.settings();
        const interpret::Sheet* sheet = context.app.tutorial()->find(settings.sheet);
        if (editor_.is_open() && (sheet == nullptr || !editor_.is_at(sheet->id, settings.row, settings.column))) {
            editor_.close();  // something else was chosen
        }
        Shared& shared = context.shared;
        if (sheet == nullptr || settings.row < 0 || settings.column < 0) return;
        if (shared.cell_right != 0 || shared.cell_down != 0) {
            const int row = std::clamp(settings.row + shared.cell_down, 0, sheet->rows - 1);
            const int column = std::clamp(settings.column + shared.cell_right, 0, sheet->cols - 1);
            if (sheet->has(row, column) || !sheet->words.empty()) choose(context, *sheet, row, column);
        }
        if (shared.edit_cell && !editor_.is_open())
            edit(context, *sheet, settings.row, settings.column, shared.edit_first);
    }

    void finish_editing(const Context& context) {
        const Box screen{0, 0, ImGui::GetIO().DisplaySize.x, ImGui::GetIO().DisplaySize.y};
        if (editor_.is_open()) {
            const interpret::Tutorial& tutorial = *context.app.tutorial();
            const interpret::Sheet* sheet = tutorial.find(sheet_);
            if (sheet == nullptr) {
                editor_.close();
            } else {
                editor_.draw_pad(context, screen, std::string(context.t(sheet->title)));
            }
        }
        if (const std::optional<float> value = editor_.take())
            context.push(app::EditCell{sheet_, row_, column_, *value});
    }

    std::map<std::string, SheetWindow, std::less<>> windows_;
    NumberEditor editor_;
    std::string sheet_;  // of the cell that is edited
    int row_ = -1, column_ = -1;
};

}  // namespace

std::unique_ptr<Panel> make_step_view() {
    return std::make_unique<StepView>();
}

}  // namespace headlight::ui
