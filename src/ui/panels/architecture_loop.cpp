// The generation loop of seed 003, line by line, with what each line gave.
#include <algorithm>
#include <array>

#include "app/generation_loop.h"
#include "ui/panels/architecture_parts.h"
#include "ui/panels/panels.h"
#include "ui/rows.h"
#include "ui/token_text.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

using app::LoopLine;

constexpr float kLoopLeading = 20, kLoopChip = 44, kChipGap = 6, kLineHeight = 52, kBarRow = 20, kWideCode = 560;

class ArchitectureLoop final : public RowPanel {
  protected:
    void lay_out(const Context& context, Rows& rows) override {
        const std::optional<app::LoopView> view = context.app.loop();
        if (!view.has_value()) {
            rows.paragraph(context.fonts.body, context.theme.muted, context.t("architecture.loop.none"), kLoopLeading);
            return;
        }
        about(context, rows, *view);
        rows.skip(14);
        chips(context, rows, *view);
        rows.skip(14);
        turns(context, rows, *view);
        rows.skip(8);
        for (int line = 0; line < app::kLoopLines; ++line) code_line(context, rows, *view, line);
        rows.skip(14);
        controls(context, rows, *view);
    }

  private:
    static void about(const Context& context, Rows& rows, const app::LoopView& view) {
        std::string text = context.t("architecture.loop.about", {{"text", app::kLoopText}, {"model", view.model}});
        text += ' ';
        text += context.t(!view.has_text  ? "architecture.loop.no_text"
                          : view.seed_ids ? "architecture.loop.same"
                                          : "architecture.loop.other");
        rows.paragraph(context.fonts.body, context.theme.muted, text, kLoopLeading);
    }

    // ---- the text so far

    static float chip_width(const Context& context, std::int32_t id) {
        const std::string token = quoted(context, id);
        return std::max(text_width(context.fonts.body, token), text_width(context.fonts.mono, std::to_string(id))) + 16;
    }
    static std::string quoted(const Context& context, std::int32_t id) {
        return token_label(context.app.loop_token(id)).joined();
    }

    static void chips(const Context& context, Rows& rows, const app::LoopView& view) {
        const std::vector<std::int32_t>& ids = view.loop.ids();
        const int cropped = crop_of(view);
        float x = 0;
        Box row = rows.take(kLoopChip);
        for (int i = 0; i < view.shown; ++i) {
            const std::int32_t id = ids[static_cast<std::size_t>(i)];
            const float width = chip_width(context, id);
            if (x > 0 && x + width > rows.width()) {
                rows.skip(kChipGap);
                row = rows.take(kLoopChip);
                x = 0;
            }
            if (rows.paint())
                chip(context, {row.x + x, row.y, width, kLoopChip}, i, id, i >= view.loop.typed(), i < cropped);
            x += width + kChipGap;
        }
    }

    // How many tokens at the front the line that is shown leaves out.
    static int crop_of(const app::LoopView& view) {
        const auto turn = static_cast<std::size_t>(view.turn);
        const bool known = view.lines > 0 && view.lines < app::kLoopLines && turn < view.loop.steps().size();
        return known ? view.loop.steps()[turn].first : 0;
    }

    static void chip(const Context& context, const Box& box, int index, std::int32_t id, bool fresh, bool left_out) {
        const Theme& theme = context.theme;
        const std::string text = quoted(context, id);
        hit_area(context, "loop.token." + std::to_string(index), text, Role::text, box, valued(id));
        fill(box, fresh ? theme.predicts_soft : theme.raised, kSmallRadius);
        if (left_out) dashed_outline(box, theme.faint, kSmallRadius);
        const float alpha = left_out ? 0.4f : 1;
        put_text(context.fonts.body, {box.x, box.y + 3, box.width, 20}, with_alpha(theme.text, alpha), text,
                 Align::centre);
        put_text(context.fonts.mono, {box.x, box.y + 22, box.width, 18},
                 with_alpha(fresh ? theme.predicts : theme.muted, alpha), std::to_string(id), Align::centre);
    }

    // ---- the lines

    static void turns(const Context& context, Rows& rows, const app::LoopView& view) {
        const float height = context.phone ? 40 : 28;
        const Box row = rows.take(height);
        if (!rows.paint()) return;
        const Theme& theme = context.theme;
        const std::string title = context.t("architecture.loop.turn", {{"turn", std::to_string(view.turn + 1)},
                                                                       {"turns", std::to_string(app::kLoopTokens)}});
        put_text(context.fonts.body_bold, row, theme.text, title);
        const float width = context.phone ? 36 : 28;
        float x = row.right() - width * app::kLoopTokens;
        for (int turn = 0; turn < app::kLoopTokens; ++turn) {
            const Box box{x, row.y, width, height};
            const bool on = turn == view.turn, ran = context.app.settings().loop >= (turn + 1) * app::kLoopLines;
            const std::string number = std::to_string(turn + 1);
            const Hit hit = hit_area(context, "turn." + number, number, Role::tab, box, switched(on));
            if (on) fill(box.inset(2), theme.raised, kSmallRadius);
            put_text(context.fonts.mono, box,
                     on || hit.hovered ? theme.text
                     : ran             ? theme.predicts
                                       : theme.faint,
                     number, Align::centre);
            if (hit.clicked) context.push(app::set<&app::Settings::loop>((turn + 1) * app::kLoopLines));
            x += width;
        }
    }

    static std::string code_of(const app::LoopView& view, int line) {
        const std::string size = std::to_string(view.loop.context_size());
        const std::array<std::string, app::kLoopLines> code{
            "idx_cond = idx[:, -" + size + ":]", "logits = model(idx_cond)",
            "logits = logits[:, -1, :]",         "probas = softmax(logits, dim=-1)",
            "idx_next = argmax(probas, dim=-1)", "idx = cat((idx, idx_next), dim=1)"};
        return code[static_cast<std::size_t>(line)];
    }

    static void code_line(const Context& context, Rows& rows, const app::LoopView& view, int line) {
        const bool wide = rows.width() >= kWideCode;
        const float bars = kBarRow * static_cast<float>(app::GenerationLoop::kShownTokens) + 16;
        float height = wide ? kLineHeight : kLineHeight + 24;
        if (static_cast<LoopLine>(line) == LoopLine::softmax) height = (wide ? 0.0f : 26.0f) + bars;
        const Box row = rows.take(height);
        if (!rows.paint()) return;
        const Theme& theme = context.theme;
        const bool ran = line < view.lines, current = line == view.lines - 1;
        const std::string code = code_of(view, line);
        hit_area(context, "loop.line." + std::to_string(line), code, Role::text, row, switched(ran));
        if (current) fill(row.inset(-8, 0), with_alpha(theme.raised, 0.7f), kSmallRadius);
        if (current) fill({row.x - 8, row.y, 2, row.height}, theme.attends);
        horizontal_line(row.x, row.y, row.width, theme.line);
        const Box left = wide ? Box{row.x, row.y, 264, kLineHeight} : Box{row.x, row.y + 2, row.width, 26};
        put_text(context.fonts.mono_large, left, ran ? theme.text : theme.faint, code);
        if (!ran) return;
        const Box value = wide ? Box{row.x + 280, row.y, row.width - 280, row.height}
                               : Box{row.x, row.y + 26, row.width, row.height - 26};
        const auto turn = static_cast<std::size_t>(view.turn);
        if (turn >= view.loop.steps().size()) {
            put_text(context.fonts.small, {value.x, value.y, value.width, kLineHeight}, theme.muted,
                     context.t("architecture.loop.computing"));
            return;
        }
        draw_value(context, value, view, view.loop.steps()[turn], static_cast<LoopLine>(line));
    }

    // A value in mono over a remark.
    static void two_lines(const Context& context, const Box& box, const std::string& value, std::string_view remark,
                          Colour colour) {
        put_text(context.fonts.mono, {box.x, box.y + 6, box.width, 20}, colour, value);
        put_text(context.fonts.small, {box.x, box.y + 26, box.width, 20}, context.theme.muted, remark);
    }

    static void draw_value(const Context& context, const Box& box, const app::LoopView& view, const app::LoopStep& step,
                           LoopLine line) {
        const Theme& theme = context.theme;
        const std::int64_t rows = step.length - step.first, vocabulary = view.loop.gpt().config().vocab;
        switch (line) {
            case LoopLine::crop: {
                const std::string count = count_of(context, rows);
                const std::string remark =
                    step.first == 0 ? context.t("architecture.loop.all", {{"count", count}})
                                    : context.t("architecture.loop.cropped",
                                                {{"count", count}, {"length", count_of(context, step.length)}});
                two_lines(context, box, ids_text(view, step.first, step.length), remark, theme.text);
                break;
            }
            case LoopLine::forward:
                two_lines(context, box, shape_text(context, {1, rows, vocabulary}), context.t("architecture.loop.rows"),
                          theme.text);
                break;
            case LoopLine::last_row:
                two_lines(context, box, logits_text(context, step),
                          shape_text(context, {1, vocabulary}) + ", " +
                              context.t("architecture.loop.last", {{"row", count_of(context, rows)}}),
                          theme.text);
                break;
            case LoopLine::softmax:
                draw_bars(context, box, step, vocabulary);
                break;
            case LoopLine::argmax:
                if (step.next < 0) {
                    two_lines(context, box, "–", context.t("architecture.loop.bad"), theme.bad);
                    break;
                }
                two_lines(context, box, std::to_string(step.next) + "  " + quoted(context, step.next),
                          context.t("architecture.loop.largest",
                                    {{"percent", app::percent_text(static_cast<double>(step.top[0].model_probability),
                                                                   context.app.strings())}}),
                          theme.predicts);
                break;
            case LoopLine::append: {
                const int length = step.length + (step.next < 0 ? 0 : 1);
                std::string text;
                for (int i = 0; i < length; ++i)
                    text += context.app.loop_token(view.loop.ids()[static_cast<std::size_t>(i)]);
                two_lines(context, box, ids_text(view, 0, length), text, theme.text);
                break;
            }
        }
    }

    static std::string ids_text(const app::LoopView& view, int from, int to) {
        std::string text = "[";
        for (int i = from; i < to; ++i)
            text += (i > from ? ", " : "") + std::to_string(view.loop.ids()[static_cast<std::size_t>(i)]);
        return text + "]";
    }

    static std::string logits_text(const Context& context, const app::LoopStep& step) {
        std::string text = "[";
        const auto add = [&](float value) {
            text +=
                (text.size() > 1 ? "  " : "") + app::fixed_text(static_cast<double>(value), 3, context.app.strings());
        };
        for (const float value : step.begin) add(value);
        text += "  …";
        for (const float value : step.end) add(value);
        return text + "]";
    }

    static void draw_bars(const Context& context, const Box& box, const app::LoopStep& step, std::int64_t vocabulary) {
        const Theme& theme = context.theme;
        if (step.top.empty()) return;
        const float most = std::max(step.top[0].model_probability, 1e-6f);
        const bool wide = box.width > 380;
        const float label = wide ? 110 : 84, logit = wide ? 72 : 0, value = 60;
        float y = box.y + 8;
        for (std::size_t i = 0; i < step.top.size(); ++i) {
            const model::Candidate& c = step.top[i];
            const std::string text = quoted(context, c.id);
            const std::string percent =
                app::percent_text(static_cast<double>(c.model_probability), context.app.strings());
            context.widgets.add({"loop.top." + std::to_string(i),
                                 text + " " + percent,
                                 Role::text,
                                 {box.x, y, box.width, kBarRow},
                                 {},
                                 static_cast<double>(c.id)});
            const bool first = i == 0;
            put_text(context.fonts.body, {box.x, y, label - 8, kBarRow}, first ? theme.text : theme.muted, text);
            if (logit > 0)
                put_text(context.fonts.mono, {box.x + label, y, logit - 12, kBarRow}, theme.faint,
                         app::fixed_text(static_cast<double>(c.logit), 3, context.app.strings()), Align::right);
            const Box track{box.x + label + logit, y + 5, box.width - label - logit - value - 8, kBarRow - 10};
            fill(track, theme.predicts_soft, 2);
            fill({track.x, track.y, track.width * c.model_probability / most, track.height}, theme.predicts, 2);
            put_text(context.fonts.mono, {track.right() + 8, y, value, kBarRow}, first ? theme.text : theme.muted,
                     percent, Align::right);
            y += kBarRow;
        }
        context.widgets.add({"loop.softmax",
                             context.t("architecture.loop.sum", {{"count", count_of(context, vocabulary)}}),
                             Role::text,
                             box,
                             {},
                             {}});
    }

    // ---- running it

    static void controls(const Context& context, Rows& rows, const app::LoopView& view) {
        const float height = context.phone ? 40 : kButtonHeight;
        const Box row = rows.take(height);
        const bool below = rows.width() < kWideCode;
        if (below) rows.skip(10);
        const Box crop = below ? rows.take(height) : row;
        if (!rows.paint()) return;
        float x = row.x;
        const auto put = [&](std::string_view key, std::string_view label, Look look, bool enabled) {
            const float width =
                button_width(look == Look::primary ? context.fonts.body_bold : context.fonts.body, label);
            const Box box{x, row.y, width, height};
            x += width + 8;
            return button(context, key, label, box, look, enabled);
        };
        const bool over = !context.app.can_step();
        if (put("loop.back", context.t("architecture.loop.back"), Look::plain, context.app.can_step_back()))
            context.push(app::StepBack{});
        if (put("loop.next", context.t("architecture.loop.next"), Look::primary, !over)) context.push(app::Step{});
        const std::string_view run = view.playing ? context.t("architecture.loop.pause")
                                     : over       ? context.t("architecture.loop.again")
                                                  : context.t("architecture.loop.run");
        if (put("loop.run", run, Look::plain, true))
            context.push(view.playing ? app::Command(app::Pause{}) : app::Command(app::Play{}));
        draw_crop(context, crop, view, below);
    }

    // context_size, from 1 to what the model can see; small ones show the crop.
    static void draw_crop(const Context& context, const Box& row, const app::LoopView& view, bool left) {
        constexpr std::array kSizes{3, 5, 8};
        const int most = view.loop.gpt().config().context, now = view.loop.context_size();
        const std::string_view label = context.t("set.acrop");
        const float name = text_width(context.fonts.mono, label) + 10, width = 44;
        const float all = name + width * (kSizes.size() + 1);
        float x = left ? row.x : row.right() - all;
        put_text(context.fonts.mono, {x, row.y, name, row.height}, context.theme.muted, label);
        if (Box{x, row.y, name, row.height}.contains(ImGui::GetIO().MousePos) && ImGui::IsWindowHovered())
            tooltip(context, context.t("set.acrop.help"));
        x += name;
        const auto size = [&](int value, int setting) {
            const Box box{x, row.centre().y - 14, width - 4, 28};
            const std::string text = count_of(context, value);
            const Hit hit = hit_area(context, "crop." + std::to_string(setting), std::string(label) + " " + text,
                                     Role::radio, box, switched(now == value));
            if (now == value || hit.hovered) fill(box, context.theme.raised, kSmallRadius);
            put_text(context.fonts.mono, box, now == value ? context.theme.attends : context.theme.muted, text,
                     Align::centre);
            if (hit.clicked) context.push(app::set<&app::Settings::loop_context>(setting));
            x += width;
        };
        for (const int value : kSizes) {
            if (value < most) size(value, value);
        }
        size(most, 0);
    }
};

}  // namespace

std::unique_ptr<Panel> make_architecture_loop() {
    return std::make_unique<ArchitectureLoop>();
}

}  // namespace headlight::ui
