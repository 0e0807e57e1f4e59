#include "ui/panels/formula.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

#include "app/open_source.h"
#include "interpret/formula.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kFormulaLine = 24, kSourceLine = 18, kLeastBar = 7, kBarGap = 3;

// Whether a line may be broken before span i: only where there is a space.
bool breaks_before(const interpret::FormulaLine& line, std::size_t i) {
    const bool apart = !line[i].text.empty() && line[i].text.front() == ' ';
    return i > 0 && (apart || (!line[i - 1].text.empty() && line[i - 1].text.back() == ' '));
}

// Draws the spans of one line, going to a new one where the box ends. Returns where the next line begins.
float put_spans(const Context& context, const Box& box, const interpret::FormulaLine& line, const ImFont* font,
                Colour plain) {
    using interpret::SpanKind;
    float x = box.x, y = box.y;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const interpret::FormulaSpan& span = line[i];
        const bool raised = span.kind == SpanKind::superscript, lowered = span.kind == SpanKind::subscript;
        const ImFont* face = raised || lowered ? context.fonts.mono : font;
        const float width = text_width(face, span.text);
        float together = width;
        for (std::size_t j = i + 1; j < line.size() && !breaks_before(line, j); ++j)
            together += text_width(font, line[j].text);
        if (x > box.x && x + together > box.right() && breaks_before(line, i)) {
            x = box.x + 16;
            y += box.height;
        }
        const Colour colour =
            span.kind == SpanKind::number || span.kind == SpanKind::result ? context.theme.attends : plain;
        const float shift = raised ? -5.0f : lowered ? 4.0f : 0.0f;
        put_text(face, {x, y + shift, std::max(width + 1, 1.0f), box.height}, colour, span.text);
        x += width;
    }
    return y + box.height;
}

std::string where(const interpret::Source& source) {
    std::string text = source.site;
    if (source.indices.empty()) return text;
    text += '[';
    for (std::size_t i = 0; i < source.indices.size(); ++i) {
        if (i > 0) text += ", ";
        text += source.indices[i] < 0 ? ":" : std::to_string(source.indices[i]);
    }
    return text + ']';
}

// What fed the number, one beside the other; those that can be looked at lead there. Returns where the next line
// begins.
float put_sources(const Context& context, const Box& line, std::span<const interpret::Source> sources) {
    constexpr std::string_view kBetween = " · ";
    const ImFont* font = context.fonts.small;
    const Theme& theme = context.theme;
    float x = line.x, y = line.y;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        const std::string text =
            context.t("cell.source", {{"symbol", sources[i].symbol}, {"where", where(sources[i])}});
        const float width = std::min(text_width(font, text) + 1, line.width);
        if (x > line.x && x + text_width(font, kBetween) + width > line.right()) {
            x = line.x;
            y += line.height;
        }
        if (x > line.x) x = put_text(font, {x, y, line.width, line.height}, theme.muted, kBetween);
        const Box box{x, y, width, line.height};
        x = box.right();
        std::vector<app::Command> way = app::open_source(context.app, sources[i]);
        if (way.empty()) {
            put_text(font, box, theme.muted, text);
            continue;
        }
        const Hit hit = hit_area(context, "source." + std::to_string(i), text, Role::button, box);
        put_text(font, box, hit.hovered ? theme.text : theme.attends, text);
        if (hit.hovered) fill({box.x, box.bottom() - 2, box.width - 1, 1}, theme.text);
        if (!hit.clicked) continue;
        for (app::Command& command : way) context.push(std::move(command));
    }
    return y + line.height;
}

std::string term_tip(const Context& context, const interpret::Term& term) {
    const app::Strings& strings = context.app.strings();
    auto number = [&](float v) { return app::fixed_text(static_cast<double>(v), 4, strings); };
    return "i = " + std::to_string(term.index) + "\n" + number(term.left) + " × " + number(term.right) + " = " +
           number(term.value);
}

}  // namespace

float put_formula(const Context& context, const Box& box, const interpret::Explanation& explanation) {
    float y = box.y;
    for (const interpret::FormulaLine& line : explanation.lines) {
        y = put_spans(context, {box.x, y, box.width, kFormulaLine}, line, context.fonts.mono_large, context.theme.text);
    }
    if (!explanation.replaced.empty()) {
        const std::string told = context.t(
            "cell.replaced", {{"value", interpret::number_text(explanation.value)}, {"change", explanation.replaced}});
        y += 2;
        y += put_paragraph(context.fonts.small_bold, {box.x, y, box.width, 0}, context.theme.predicts, told,
                           kSourceLine);
    }
    if (!explanation.sources.empty())
        y = put_sources(context, {box.x, y + 2, box.width, kSourceLine}, explanation.sources);
    return y - box.y;
}

void put_terms(const Context& context, const Box& box, const interpret::Explanation& explanation) {
    if (explanation.terms.empty() || box.width < 60) return;
    const Theme& theme = context.theme;
    float x = box.x;
    for (const interpret::FormulaSpan& span : explanation.terms_title) {
        const bool lowered = span.kind == interpret::SpanKind::subscript;
        const bool raised = span.kind == interpret::SpanKind::superscript;
        const float shift = lowered ? 3.0f : raised ? -4.0f : 0.0f;
        x = put_text(lowered || raised ? context.fonts.small : context.fonts.small_bold,
                     {x, box.y + shift, 200, kPanelTitle}, theme.muted, span.text);
    }
    std::string title =
        ", " + context.t("cell.terms", {{"count", std::to_string(explanation.terms.size())}}) + " · " +
        context.t("cell.sum",
                  {{"sum", app::fixed_text(static_cast<double>(explanation.terms_sum), 3, context.app.strings())}});
    put_text(context.fonts.small, {x, box.y, box.right() - x, kPanelTitle}, theme.muted, title);

    const Box plot{box.x, box.y + kPanelTitle + 4, box.width, box.height - kPanelTitle - 4};
    if (plot.height < 16) return;
    const auto most = static_cast<std::size_t>((plot.width + kBarGap) / (kLeastBar + kBarGap));
    const std::size_t shown = std::min(explanation.terms.size(), most);
    const float pitch = std::min((plot.width + kBarGap) / static_cast<float>(shown), 36.0f);
    const float tallest = std::max(std::abs(explanation.terms.front().value), 1e-12f);
    const Hit hit = hit_area(context, "terms", title.substr(2), Role::cell, plot);
    for (std::size_t i = 0; i < shown; ++i) {
        const interpret::Term& term = explanation.terms[i];
        const float height = std::max(1.5f, std::abs(term.value) / tallest * plot.height);
        const Box slot{plot.x + pitch * static_cast<float>(i), plot.y, pitch - kBarGap, plot.height};
        const bool pointed = hit.hovered && Box{slot.x, slot.y, pitch, slot.height}.contains(ImGui::GetIO().MousePos);
        const Colour colour = term.value < 0 ? theme.predicts : theme.attends;
        fill({slot.x, plot.bottom() - height, slot.width, height}, with_alpha(colour, pointed ? 1 : 0.9f),
             std::min(2.0f, height / 2));
        // The sign is told by more than colour: negative terms carry a line of the panel through their top.
        if (term.value < 0 && height > 8)
            fill({slot.x + 2, plot.bottom() - height + 3, slot.width - 4, 1.5f}, theme.panel);
        if (pointed) tooltip(context, term_tip(context, term));
    }
}

}  // namespace headlight::ui
