#include "ui/draw.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace headlight::ui {

namespace {

float size_of(const ImFont* font) {
    return font->FontSize * ImGui::GetIO().FontGlobalScale;
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// ImGui breaks a line after any point or comma, also within a number: then the line ends before the number, where a
// space lets it. shown: how many bytes ImGui wants in the line.
std::size_t without_part_of_number(std::string_view text, std::size_t shown) {
    if (shown == 0 || shown >= text.size() || !is_digit(text[shown])) return shown;
    if (text[shown - 1] != '.' && text[shown - 1] != ',') return shown;
    std::size_t end = text.rfind(' ', shown - 1);
    if (end == std::string_view::npos) return shown;
    while (end > 0 && text[end - 1] == ' ') --end;
    return end == 0 ? shown : end;
}

// The next line of a paragraph: how many bytes it takes, and how many of them are shown.
struct Line {
    std::size_t taken, shown;
};
Line next_line(const ImFont* font, std::string_view text, float width) {
    const std::size_t hard = std::min(text.find('\n'), text.size());
    const char* begin = text.data();
    const float scale = ImGui::GetIO().FontGlobalScale;
    const char* end = font->CalcWordWrapPositionA(scale, begin, begin + hard, width);
    std::size_t shown = without_part_of_number(text.substr(0, hard), static_cast<std::size_t>(end - begin));
    if (shown == 0 && hard > 0) shown = 1;
    if (shown >= hard) return {std::min(hard + 1, text.size()), hard};
    std::size_t taken = shown;
    while (taken < hard && text[taken] == ' ') ++taken;
    return {taken, shown};
}

}  // namespace

float line_height(const ImFont* font) {
    return size_of(font);
}

float text_width(const ImFont* font, std::string_view text) {
    if (text.empty()) return 0;  // ImGui takes a null end for a terminated string
    return font->CalcTextSizeA(size_of(font), 1e9f, 0, text.data(), text.data() + text.size()).x;
}

float snapped(float length) {
    const float ratio = std::max(ImGui::GetIO().DisplayFramebufferScale.x, 0.1f);
    return std::round(length * ratio) / ratio;
}

float put_text_at(const ImFont* font, ImVec2 at, Colour colour, std::string_view text) {
    if (text.empty()) return 0;
    canvas().AddText(font, size_of(font), ImVec2(snapped(at.x), snapped(at.y)), colour, text.data(),
                     text.data() + text.size());
    return text_width(font, text);
}

float put_text(const ImFont* font, const Box& box, Colour colour, std::string_view text, Align align) {
    float width = text_width(font, text);
    std::string cut;
    if (width > box.width + 0.5f) {
        cut = shortened(font, text, box.width);
        text = cut;
        width = text_width(font, text);
    }
    float x = box.x;
    if (align == Align::centre) x += (box.width - width) / 2;
    if (align == Align::right) x += box.width - width;
    put_text_at(font, ImVec2(x, box.y + (box.height - line_height(font)) / 2), colour, text);
    return x + width;
}

float put_paragraph(const ImFont* font, const Box& box, Colour colour, std::string_view text, float leading) {
    float y = box.y;
    while (!text.empty()) {
        const Line line = next_line(font, text, box.width);
        put_text_at(font, ImVec2(box.x, y + (leading - line_height(font)) / 2), colour, text.substr(0, line.shown));
        text.remove_prefix(line.taken);
        y += leading;
    }
    return y - box.y;
}

namespace {

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// One line; after '_' or '^' inside a word the letters that follow are lowered or raised, and the sign is not shown.
void put_indexed_line(const ImFont* font, ImVec2 at, Colour colour, std::string_view text) {
    std::size_t begin = 0;
    auto put = [&](std::size_t end, float shift) {
        at.x += put_text_at(font, ImVec2(at.x, at.y + shift), colour, text.substr(begin, end - begin));
        begin = end;
    };
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if ((text[i] != '_' && text[i] != '^') || !is_word(text[i - 1]) || !is_word(text[i + 1])) continue;
        put(i, 0);
        const float shift = text[i] == '_' ? 3.0f : -4.0f;
        begin = i + 1;
        while (i + 1 < text.size() && is_word(text[i + 1])) ++i;
        put(i + 1, shift);
    }
    put(text.size(), 0);
}

}  // namespace

void put_formula_paragraph(const ImFont* font, const Box& box, Colour colour, std::string_view text, float leading) {
    float y = box.y;
    while (!text.empty()) {
        const Line line = next_line(font, text, box.width);
        put_indexed_line(font, ImVec2(box.x, y + (leading - line_height(font)) / 2), colour,
                         text.substr(0, line.shown));
        text.remove_prefix(line.taken);
        y += leading;
    }
}

float paragraph_height(const ImFont* font, float width, std::string_view text, float leading) {
    float height = 0;
    while (!text.empty()) {
        text.remove_prefix(next_line(font, text, width).taken);
        height += leading;
    }
    return height;
}

void put_rising_text(const ImFont* font, ImVec2 end, float degrees, Colour colour, std::string_view text) {
    if (text.empty()) return;
    ImDrawList& list = canvas();
    const int first = list.VtxBuffer.Size;
    const float width = text_width(font, text), height = line_height(font);
    // Written level with its right end at `end`, then turned about that point.
    list.AddText(font, size_of(font), ImVec2(end.x - width, end.y - height / 2), colour, text.data(),
                 text.data() + text.size());
    const float angle = -degrees * std::numbers::pi_v<float> / 180;
    const float c = std::cos(angle), s = std::sin(angle);
    for (int i = first; i < list.VtxBuffer.Size; ++i) {
        ImVec2& p = list.VtxBuffer[i].pos;
        const float dx = p.x - end.x, dy = p.y - end.y;
        p = ImVec2(end.x + dx * c - dy * s, end.y + dx * s + dy * c);
    }
}

std::string shortened(const ImFont* font, std::string_view text, float width) {
    if (text_width(font, text) <= width) return std::string(text);
    constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
    std::size_t n = text.size();
    while (n > 0) {
        do {
            --n;
        } while (n > 0 && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80);
        std::string cut(text.substr(0, n));
        cut.append(kEllipsis);
        if (text_width(font, cut) <= width) return cut;
    }
    return {};
}

// Rounded corners are many triangles, which ImGui makes also where nothing of them is seen.
void fill(const Box& box, Colour colour, float radius) {
    if (!ImGui::IsRectVisible(box.min(), box.max())) return;
    canvas().AddRectFilled(box.min(), box.max(), colour, radius);
}

void outline(const Box& box, Colour colour, float radius, float thickness) {
    const Box drawn = box.inset(-thickness);
    if (!ImGui::IsRectVisible(drawn.min(), drawn.max())) return;
    canvas().AddRect(box.min(), box.max(), colour, radius, 0, thickness);
}

void dashed_outline(const Box& box, Colour colour, float radius) {
    constexpr float kDash = 3, kGap = 2;
    auto dash = [&](ImVec2 from, ImVec2 to) {
        const float length = std::max(std::abs(to.x - from.x), std::abs(to.y - from.y));
        if (length <= 0) return;
        const float dx = (to.x - from.x) / length, dy = (to.y - from.y) / length;
        for (float at = 0; at < length; at += kDash + kGap) {
            const float end = std::min(at + kDash, length);
            canvas().AddLine(ImVec2(from.x + dx * at, from.y + dy * at), ImVec2(from.x + dx * end, from.y + dy * end),
                             colour);
        }
    };
    const float l = box.x + 0.5f, t = box.y + 0.5f, r = box.right() - 0.5f, b = box.bottom() - 0.5f;
    dash({l + radius, t}, {r - radius, t});
    dash({l + radius, b}, {r - radius, b});
    dash({l, t + radius}, {l, b - radius});
    dash({r, t + radius}, {r, b - radius});
    constexpr float kPi = std::numbers::pi_v<float>;
    const ImVec2 centres[] = {
        {r - radius, b - radius}, {l + radius, b - radius}, {l + radius, t + radius}, {r - radius, t + radius}};
    for (int i = 0; i < 4; ++i) {
        canvas().PathArcTo(centres[i], radius, kPi / 2 * static_cast<float>(i), kPi / 2 * static_cast<float>(i + 1), 6);
        canvas().PathStroke(colour);
    }
}

void horizontal_line(float x, float y, float width, Colour colour) {
    const float thickness = snapped(1);
    canvas().AddRectFilled(ImVec2(x, snapped(y)), ImVec2(x + width, snapped(y) + thickness), colour);
}

void vertical_line(float x, float y, float height, Colour colour) {
    const float thickness = snapped(1);
    canvas().AddRectFilled(ImVec2(snapped(x), y), ImVec2(snapped(x) + thickness, y + height), colour);
}

}  // namespace headlight::ui
