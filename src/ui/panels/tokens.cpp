// The prompt's tokens as chips, and the next one that the seed picks.
#include <cmath>
#include <cstdio>

#include "ui/panels/panels.h"
#include "ui/token_text.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kChip = 26, kGap = 4, kNote = 16;

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        char text[4];
        std::snprintf(text, sizeof text, "%02X", static_cast<unsigned char>(c));
        if (!out.empty()) out += ' ';
        out += text;
    }
    return out;
}

class Tokens final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        if (context.app.model() == nullptr) return 0;
        float height = 4;
        walk(context, width, [&](std::size_t, const Box& chip) { height = chip.bottom() + 16; });
        if (context.app.tokens().empty()) height = kChip + 16;
        return height + note_height(context, width);
    }

    void draw(const Context& context, const Box& box) override {
        if (context.app.model() == nullptr) return;
        const auto tokens = context.app.tokens();
        float bottom = box.y;
        walk(context, box.width, [&](std::size_t i, const Box& at) {
            const Box chip{box.x + at.x, box.y + at.y, at.width, at.height};
            bottom = chip.bottom();
            if (i < tokens.size()) {
                draw_token(context, static_cast<int>(i), tokens[i], chip);
            } else {
                draw_next(context, chip);
            }
        });
        if (const std::string text = note(context); !text.empty()) {
            put_paragraph(context.fonts.small, {box.x, bottom + 8, box.width, 0}, context.theme.muted, text, kNote);
        }
    }

  private:
    // Calls place(i, box) for each chip, the box relative to the panel; i == tokens().size() is the next token.
    template <class Fn>
    void walk(const Context& context, float width, Fn&& place) {
        float x = 0, y = 0;
        auto put = [&](std::size_t i, float chip_width) {
            chip_width = std::min(chip_width, width);
            if (x > 0 && x + chip_width > width) {
                x = 0;
                y += kChip + kGap;
            }
            place(i, Box{x, y, chip_width, kChip});
            x += chip_width + kGap;
        };
        const auto tokens = context.app.tokens();
        for (std::size_t i = 0; i < tokens.size(); ++i) put(i, chip_width(context, tokens[i].display));
        if (const std::string next = next_token(context); !next.empty()) put(tokens.size(), chip_width(context, next));
    }

    static float chip_width(const Context& context, std::string_view display) {
        return std::max(20.0f, std::ceil(token_width(context.fonts.body, token_label(display))) + 12);
    }

    static std::string next_token(const Context& context) {
        const app::Distribution& out = context.app.distribution();
        return out.pick >= 0 ? context.app.token_text(out.pick) : std::string();
    }

    static void draw_token(const Context& context, int position, const app::TokenInfo& token, const Box& chip) {
        const Theme& theme = context.theme;
        const app::Selection selection = context.app.selection();
        const std::string key = "chip." + std::to_string(position);
        const Hit hit = hit_area(context, key, token.display, Role::cell, chip, switched(selection.query == position));
        const bool query = selection.query == position, looked_at = selection.key == position;
        fill(chip,
             query         ? theme.attends_soft
             : hit.hovered ? mixed(theme.raised, theme.text, 0.08f)
                           : theme.raised,
             kSmallRadius);
        if (query) outline(chip, theme.attends, kSmallRadius);
        if (looked_at && !query) outline(chip, theme.muted, kSmallRadius);
        if (token.taken) fill({chip.x + 6, chip.bottom() - 4, chip.width - 12, 1.5f}, theme.predicts);
        const TokenLabel label = token_label(token.display);
        put_token(context, context.fonts.body, chip.inset(6, 0), token.special ? theme.muted : theme.text, label);
        if (hit.hovered) {
            context.hover.query = position;
            std::string text =
                context.t("in.token_tip", {{"id", std::to_string(token.id)}, {"bytes", hex(token.bytes)}});
            if (token.taken) text += "\n" + std::string(context.t("in.token_taken"));
            if (token.special) text += "\n" + std::string(context.t("in.token_special"));
            tooltip(context, text);
        }
        if (hit.clicked) {
            const bool pinned = context.app.settings().query == position;
            context.push(app::SelectCell{pinned ? -1 : position, -1});
        }
    }

    static void draw_next(const Context& context, const Box& chip) {
        const int pick = context.app.distribution().pick;
        const std::string display = context.app.token_text(pick);
        const Hit hit = hit_area(context, "chip.next", display, Role::button, chip);
        if (hit.hovered) fill(chip, context.theme.predicts_soft, kSmallRadius);
        dashed_outline(chip, context.theme.predicts, kSmallRadius);
        put_token(context, context.fonts.body, chip.inset(6, 0), context.theme.predicts, token_label(display));
        if (hit.hovered) {
            tooltip(context, std::string(context.t("in.next")) + "\n" + std::string(context.t("out.take")));
            context.hover.candidate = pick;
        }
        if (hit.clicked) context.push(app::TakeToken{pick});
    }

    static std::string note(const Context& context) {
        const app::ModelInfo& model = *context.app.model();
        if (context.app.dropped_tokens() > 0) {
            return context.t("in.dropped", {{"count", std::to_string(context.app.dropped_tokens())},
                                            {"context", std::to_string(model.context)}});
        }
        if (context.app.field_text().empty()) return std::string(context.t("in.empty"));
        const int count = static_cast<int>(context.app.tokens().size());
        if (count * 4 < model.context * 3) return {};
        return context.t("in.token_count",
                         {{"count", std::to_string(count)}, {"context", std::to_string(model.context)}});
    }
    static float note_height(const Context& context, float width) {
        const std::string text = note(context);
        return text.empty() ? 0 : paragraph_height(context.fonts.small, width, text, kNote) + 8;
    }
};

}  // namespace

std::unique_ptr<Panel> make_tokens() {
    return std::make_unique<Tokens>();
}

}  // namespace headlight::ui
