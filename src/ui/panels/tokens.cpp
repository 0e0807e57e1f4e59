// The tokens as chips: of a prompt, with the next one that the seed picks; or of a sentence and of its translation,
// where pointing at a word of the one shows which of the other it looked at.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "ui/panels/laboratory.h"
#include "ui/panels/panels.h"
#include "ui/token_text.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kTokenChip = 26, kTokenGap = 4, kTokenNote = 16, kGroupTitle = 22, kResultLine = 22;
constexpr float kFullBits = 12;  // of surprise: the strongest tint

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

float chip_width(const Context& context, std::string_view display) {
    return std::max(20.0f, std::ceil(token_width(context.fonts.body, token_label(display))) + 12);
}

// Puts chips from left to right in rows; the boxes are relative to the panel.
struct Chips {
    float width, x = 0, y = 0;
    Box put(float chip) {
        chip = std::min(chip, width);
        if (x > 0 && x + chip > width) {
            x = 0;
            y += kTokenChip + kTokenGap;
        }
        const Box box{x, y, chip, kTokenChip};
        x += chip + kTokenGap;
        return box;
    }
    void line(float height) {
        if (x > 0) y += kTokenChip + 8;
        x = 0;
        y += height;
    }
};

class Tokens final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        if (context.app.model() == nullptr) return 0;
        Layout at = lay_out(context, width);
        return at.height + note_height(context, width);
    }

    void draw(const Context& context, const Box& box) override {
        if (context.app.model() == nullptr) return;
        const Layout at = lay_out(context, box.width);
        auto placed = [&](const Box& b) { return Box{box.x + b.x, box.y + b.y, b.width, b.height}; };
        const auto source = context.app.source_tokens(), tokens = context.app.tokens();
        if (at.pair) {
            label(context, placed(at.source_title), "in.source");
            label(context, placed(at.target_title), "in.target");
        }
        for (std::size_t i = 0; i < at.source.size() && i < source.size(); ++i)
            draw_source(context, static_cast<int>(i), source[i], placed(at.source[i]));
        for (std::size_t i = 0; i < at.tokens.size() && i < tokens.size(); ++i)
            draw_token(context, static_cast<int>(i), tokens[i], placed(at.tokens[i]), at.pair);
        if (at.next.width > 0) draw_next(context, placed(at.next));
        if (at.surprise.width > 0) draw_surprise(context, placed(at.surprise));
        if (at.pair) draw_result(context, placed(at.result));
        if (at.without.width > 0) draw_without(context, placed(at.without));
        if (const std::string text = note(context); !text.empty()) {
            put_paragraph(context.fonts.small, {box.x, box.y + at.height - 8, box.width, 0}, context.theme.muted, text,
                          kTokenNote);
        }
    }

  private:
    struct Layout {
        bool pair = false;  // source and target, not one text
        std::vector<Box> source, tokens;
        Box source_title, target_title, next, result, without, surprise;
        float height = 0;
    };

    static Layout lay_out(const Context& context, float width) {
        Layout out;
        out.pair = context.app.model()->encoder_decoder;
        Chips chips{width};
        if (out.pair) {
            out.source_title = {0, chips.y, width, kGroupTitle};
            chips.line(kGroupTitle);
            for (const app::TokenInfo& token : context.app.source_tokens())
                out.source.push_back(chips.put(chip_width(context, token.display)));
            chips.line(0);
            out.target_title = {0, chips.y, width, kGroupTitle};
            chips.line(kGroupTitle);
        }
        for (const app::TokenInfo& token : context.app.tokens())
            out.tokens.push_back(chips.put(chip_width(context, token.display)));
        const std::string next = next_token(context);
        if (!next.empty()) out.next = chips.put(chip_width(context, next));
        chips.line(0);
        if (out.pair) {
            const float text = paragraph_height(context.fonts.prompt, width, result_text(context), kResultLine);
            out.result = {0, chips.y, width, std::max(text, kResultLine)};
            chips.y += out.result.height + 8;
            if (const std::string without = without_text(context); !without.empty()) {
                out.without = {0, chips.y - 2, width,
                               paragraph_height(context.fonts.small, width, without, kTokenNote)};
                chips.y += out.without.height + 6;
            }
        }
        if (has_laboratory(context)) {
            out.surprise = {0, chips.y - 4, width, text_option_height(context)};
            chips.y += out.surprise.height - 4;
        }
        out.height = std::max(chips.y, kTokenChip) + 8;
        return out;
    }

    static void label(const Context& context, const Box& row, std::string_view key) {
        put_text(context.fonts.small, row, context.theme.muted, context.t(key));
    }

    static std::string next_token(const Context& context) {
        const app::Translation* translation = context.app.translation();
        if (translation != nullptr && translation->complete) return {};
        const app::Distribution& out = context.app.distribution();
        return out.pick >= 0 ? context.app.token_text(out.pick) : std::string();
    }
    static std::string result_text(const Context& context) {
        const app::Translation* translation = context.app.translation();
        return translation != nullptr ? translation->text : std::string();
    }

    // What is written without the changes that stand in the translator; "" when there are none.
    static std::string without_text(const Context& context) {
        const app::Translation* translation = context.app.translation();
        const app::Laboratory& lab = context.app.laboratory();
        if (translation == nullptr || !lab.changed) return {};
        if (translation->complete && lab.without == translation->text) return std::string(context.t("changes.same"));
        return context.t("changes.without", {{"text", lab.without.empty() ? "…" : lab.without}});
    }

    // How strongly the selected row looks at each source token: of the selected head of cross-attention, or else the
    // mean over the heads of the last layer.
    static float looked_at(const Context& context, int source) {
        const app::App& app = context.app;
        const app::Selection now = app.selection();
        const app::ModelInfo& model = *app.model();
        if (app.settings().part == app::Part::encoder) return 0;
        // Of cross-attention a row is chosen as it is; of the decoder's own it is the one that wrote the chosen token.
        const bool cross = app.settings().part == app::Part::cross;
        const int row = cross ? now.query : now.query - 1;
        if (row < 0) return 0;
        float sum = 0;
        const int layer = cross ? now.layer : model.decoder_layers - 1;
        const int first = cross ? now.head : 0, last = cross ? now.head + 1 : model.heads;
        for (int head = first; head < last; ++head) {
            const interpret::Matrix m = app.attention(app::Part::cross, layer, head, app::Values::pattern);
            if (row < m.rows && source < m.cols) sum += m.at(row, source);
        }
        return sum / static_cast<float>(std::max(1, last - first));
    }

    static void draw_source(const Context& context, int position, const app::TokenInfo& token, const Box& chip) {
        const Theme& theme = context.theme;
        const bool encoder = context.app.settings().part == app::Part::encoder;
        const app::Selection now = context.app.selection();
        const bool query = encoder && now.query == position, key = now.key == position && !is_decoder(context);
        const Hit hit = hit_area(context, "source." + std::to_string(position), token.display, Role::cell, chip,
                                 switched(query || key, looked_at(context, position)));
        const float part = std::sqrt(looked_at(context, position));
        fill(chip, query ? theme.attends_soft : mixed(theme.raised, theme.attends, 0.6f * part), kSmallRadius);
        if (query) outline(chip, theme.attends, kSmallRadius);
        if (key && !query) outline(chip, theme.muted, kSmallRadius);
        // Told by more than colour: a bar as long as the share.
        const float share = looked_at(context, position);
        if (share > 0.02f) fill({chip.x, chip.bottom() - 2, chip.width * std::min(share, 1.0f), 2}, theme.attends);
        put_token(context, context.fonts.body, chip.inset(6, 0), token.special ? theme.muted : theme.text,
                  token_label(token.display));
        if (hit.hovered) {
            if (encoder) {
                context.hover.query = position;
            } else if (!is_decoder(context)) {
                context.hover.query = now.query;
                context.hover.key = position;
            }
            tooltip(context, tip(context, token));
        }
        if (hit.clicked && encoder)
            context.push(app::SelectCell{context.app.settings().query == position ? -1 : position, -1});
    }
    static bool is_decoder(const Context& context) { return context.app.settings().part == app::Part::decoder; }

    static std::string tip(const Context& context, const app::TokenInfo& token) {
        std::string text = context.t("in.token_tip", {{"id", std::to_string(token.id)}, {"bytes", hex(token.bytes)}});
        if (token.taken) text += "\n" + std::string(context.t("in.token_taken"));
        if (token.special) text += "\n" + std::string(context.t("in.token_special"));
        return text;
    }

    // pair: of a translation. There a chip of cross-attention stands for the row that wrote it.
    static void draw_token(const Context& context, int position, const app::TokenInfo& token, const Box& chip,
                           bool pair) {
        const Theme& theme = context.theme;
        const app::Selection selection = context.app.selection();
        const bool encoder = pair && context.app.settings().part == app::Part::encoder;
        const int row = pair && context.app.settings().part == app::Part::cross ? position - 1 : position;
        const bool query = !encoder && row >= 0 && selection.query == row;
        const bool looked = !encoder && selection.key == position && (!pair || is_decoder(context));
        const std::string key = "chip." + std::to_string(position);
        const Hit hit = hit_area(context, key, token.display, Role::cell, chip, switched(query));
        const float bits = bits_of(context, position);
        const float tint = std::isfinite(bits) ? std::clamp(bits / kFullBits, 0.0f, 1.0f) : 0;
        const Colour base = mixed(theme.raised, theme.predicts_soft, std::min(1.0f, 1.4f * tint));
        fill(chip, query ? theme.attends_soft : hit.hovered ? mixed(base, theme.text, 0.08f) : base, kSmallRadius);
        // Told by more than colour: a bar as high as the surprise.
        if (tint > 0) {
            const float high = tint * (chip.height - 8);
            fill({chip.x + 1, chip.bottom() - 4 - high, 2, high}, theme.predicts, 1);
        }
        const bool unseen = drops(context, position);
        if (query) outline(chip, theme.attends, kSmallRadius);
        if (looked && !query) outline(chip, theme.muted, kSmallRadius);
        if (token.taken) fill({chip.x + 6, chip.bottom() - 4, chip.width - 12, 1.5f}, theme.predicts);
        const TokenLabel label = token_label(token.display);
        put_token(context, context.fonts.body, chip.inset(6, 0),
                  unseen          ? theme.faint
                  : token.special ? theme.muted
                                  : theme.text,
                  label);
        if (unseen) horizontal_line(chip.x + 4, chip.centre().y, chip.width - 8, theme.muted);
        if (hit.hovered) {
            if (!encoder && row >= 0) context.hover.query = row;
            std::string text = tip(context, token);
            if (std::isfinite(bits)) {
                const auto number = app::fixed_text(static_cast<double>(bits), 1, context.app.strings());
                text += "\n" + context.t("in.bits", {{"bits", number}});
            }
            if (!pair && has_laboratory(context) && !context.platform.touch())
                text += "\n" + std::string(context.t("in.drop"));
            tooltip(context, text);
        }
        if (hit.clicked && !pair && has_laboratory(context) && ImGui::GetIO().KeyShift) {
            toggle_drop(context, position);
        } else if (hit.clicked && !encoder && row >= 0) {
            const bool pinned = context.app.settings().query == row;
            context.push(app::SelectCell{pinned ? -1 : row, -1});
        }
    }

    // NaN while nobody asked, and for the first token.
    static float bits_of(const Context& context, int position) {
        if (!has_laboratory(context) || !context.app.settings().surprise) return std::nanf("");
        const std::span<const float> bits = context.app.surprise();
        const auto i = static_cast<std::size_t>(position);
        return i < bits.size() ? bits[i] : std::nanf("");
    }

    static bool drops(const Context& context, int position) {
        if (!has_laboratory(context) || context.app.settings().changes.empty()) return false;
        const auto item = ChangeList(context).position(position);
        return item && item->change.change == interpret::Change::drop;
    }

    // Nobody looks at the token any more, or everybody may again.
    static void toggle_drop(const Context& context, int position) {
        if (const auto item = ChangeList(context).position(position);
            item && item->change.change == interpret::Change::drop) {
            context.push(app::RemoveChange{item->index});
            return;
        }
        interpret::Intervention change;
        change.change = interpret::Change::drop;
        change.target = interpret::Target::position;
        change.position = position;
        add_change(context, change);
    }

    static void draw_surprise(const Context& context, const Box& row) {
        const bool on = context.app.settings().surprise;
        float x = row.x;
        if (token_option(context, "surprise", "set.surprise", "set.surprise.help", x, row, on))
            context.push(app::set<&app::Settings::surprise>(!on));
        const int chosen = context.app.settings().query;
        if (context.hidden("lab") || chosen < 0 || chosen >= static_cast<int>(context.app.tokens().size())) return;
        if (token_option(context, "token.unseen", "in.unseen", "in.unseen.help", x, row, drops(context, chosen)))
            toggle_drop(context, chosen);
        if (token_option(context, "token.read_as", "in.read_as", "in.read_as.help", x, row,
                         reads_another(context, chosen))) {
            context.push(app::set<&app::Settings::bottom>(app::Bottom::space));
            if (context.phone) context.push(app::set<&app::Settings::tab>(app::Tab::more));
        }
    }

    // A switch of the row below the tokens, which explains itself.
    static bool token_option(const Context& context, std::string_view key, std::string_view label,
                             std::string_view help, float& x, const Box& row, bool on) {
        const Box box{x, row.y, text_width(context.fonts.small, context.t(label)) + 4, row.height};
        const bool clicked = text_option(context, key, context.t(label), x, row.y, on, Role::checkbox);
        if (!context.platform.touch() && box.contains(ImGui::GetIO().MousePos) && ImGui::IsItemHovered())
            tooltip(context, context.t(help));
        return clicked;
    }

    static bool reads_another(const Context& context, int position) {
        if (context.app.settings().changes.empty()) return false;
        const auto item = ChangeList(context).position(position);
        return item && item->change.change == interpret::Change::swap;
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

    // The translation as a sentence.
    static void draw_result(const Context& context, const Box& box) {
        const std::string text = result_text(context);
        context.widgets.add({"translation", text, Role::text, box, {}, {}});
        put_paragraph(context.fonts.prompt, box, context.theme.text, text, kResultLine);
    }

    static void draw_without(const Context& context, const Box& box) {
        const std::string text = without_text(context);
        context.widgets.add({"translation.without", text, Role::text, box, {}, {}});
        put_paragraph(context.fonts.small, box, context.theme.muted, text, kTokenNote);
    }

    static std::string note(const Context& context) {
        const app::ModelInfo& model = *context.app.model();
        if (model.encoder_decoder)
            return context.app.source_tokens().empty() ? std::string(context.t("in.empty_source")) : std::string();
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
        return text.empty() ? 0 : paragraph_height(context.fonts.small, width, text, kTokenNote) + 8;
    }
};

}  // namespace

std::unique_ptr<Panel> make_tokens() {
    return std::make_unique<Tokens>();
}

}  // namespace headlight::ui
