// Help: what this is, and the keys.
#include <array>

#include "ui/panels/overlay.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kHelpWidth = 480, kHelpPad = 24, kHelpLeading = 20, kHelpRow = 26, kKeys = 120;

struct KeyHelp {
    std::string_view keys, text;
};
// Keys are written as they stand on the keyboard; see ui/keyboard.cpp.
constexpr std::array kKeyHelp{
    KeyHelp{"\xE2\x86\x90 \xE2\x86\x91 \xE2\x86\x92 \xE2\x86\x93", "help.key.arrows"},
    KeyHelp{"Enter", "help.key.enter"},
    KeyHelp{"Esc", "help.key.escape"},
    KeyHelp{".", "help.key.step"},
    KeyHelp{",", "help.key.back"},
    KeyHelp{"p", "help.key.play"},
    KeyHelp{"/", "help.key.prompt"},
    KeyHelp{"o", "help.key.off"},
    KeyHelp{"Ctrl+Z  Ctrl+Y", "help.key.undo"},
    KeyHelp{"a", "architecture.key"},
    KeyHelp{"t", "help.key.theme"},
    KeyHelp{"+  -", "help.key.text"},
    KeyHelp{"?", "help.key.help"},
};

class Help final : public Panel {
  public:
    float wanted_height(const Context&, float) override { return 0; }

    void draw(const Context& context, const Box& screen) override {
        if (!context.shared.help_open) return;
        const float width = std::min(kHelpWidth, screen.width - 24);
        const float text = width - 2 * kHelpPad;
        const float about = paragraph_height(context.fonts.body, text, context.t("help.about"), kHelpLeading);
        const float attention = paragraph_height(context.fonts.body, text, context.t("help.attention"), kHelpLeading);
        const float height = kHelpPad + 28 + about + 12 + attention + 20 + 24 +
                             kHelpRow * static_cast<float>(kKeyHelp.size()) + 16 + kButtonHeight + kHelpPad;
        const Box at{screen.x + (screen.width - width) / 2,
                     std::max(screen.y + 8, screen.y + (screen.height - height) / 2), width,
                     std::min(height, screen.height - 16)};
        overlay_window("help-shade", screen, [&] {
            fill(screen, context.theme.dark ? 0x8c000000u : 0x59000000u);
            if (hit_area(context, "help.shade", "", Role::text, screen).clicked) context.shared.help_open = false;
        });
        overlay_window("help", at, [&] { draw_card(context, at, text); });
    }

  private:
    static void draw_card(const Context& context, const Box& at, float text) {
        const Theme& theme = context.theme;
        fill(at, theme.panel, kRadius);
        outline(at, theme.line, kRadius);
        Flow flow{at.inset(kHelpPad)};
        put_text(context.fonts.title, flow.take(28), theme.text, context.t("help.title"));
        flow.skip(put_paragraph(context.fonts.body, {flow.rest.x, flow.rest.y, text, 0}, theme.text,
                                context.t("help.about"), kHelpLeading) +
                  12);
        flow.skip(put_paragraph(context.fonts.body, {flow.rest.x, flow.rest.y, text, 0}, theme.muted,
                                context.t("help.attention"), kHelpLeading) +
                  20);
        put_text(context.fonts.small_bold, flow.take(24), theme.text, context.t("help.keys"));
        for (const KeyHelp& line : kKeyHelp) {
            const Box row = flow.take(kHelpRow);
            horizontal_line(row.x, row.y, row.width, theme.line);
            put_text(context.fonts.mono, {row.x, row.y, kKeys, row.height}, theme.attends, line.keys);
            put_text(context.fonts.small, {row.x + kKeys, row.y, row.width - kKeys, row.height}, theme.muted,
                     context.t(line.text));
        }
        const std::string_view close = context.t("help.close");
        const float width = button_width(context.fonts.body_bold, close, 16);
        const Box button_box{at.right() - kHelpPad - width, at.bottom() - kHelpPad - kButtonHeight, width,
                             kButtonHeight};
        if (button(context, "help.close", close, button_box, Look::primary)) context.shared.help_open = false;
    }
};

}  // namespace

std::unique_ptr<Panel> make_help() {
    return std::make_unique<Help>();
}

}  // namespace headlight::ui
