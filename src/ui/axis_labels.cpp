#include "ui/axis_labels.h"

#include <algorithm>
#include <cmath>

#include "ui/token_text.h"

namespace headlight::ui {

namespace {

constexpr float kRoom = 14;  // a label needs so much of its axis
constexpr float kLongest = 96;
constexpr float kDegrees = 55;
constexpr float kSine = 0.8192f;  // of kDegrees

std::string plain_label(const app::TokenInfo& token) {
    const TokenLabel label = token_label(token.display);
    return label.text.empty() ? label.mark : label.text;
}

bool is_cross(const Context& context) {
    const app::ModelInfo* model = context.app.model();
    return model != nullptr && model->encoder_decoder && context.app.settings().part == app::Part::cross;
}

// Labels are drawn when their place in line is free; highlighted ones come first.
void each_label(int count, float cell, const AxisMarks& marks, const std::function<void(int)>& put) {
    const int step = std::max(1, static_cast<int>(std::ceil(kRoom / std::max(cell, 0.01f))));
    auto near_mark = [&](int i) {
        for (const int mark : {marks.strong, marks.accent}) {
            if (mark >= 0 && mark < count && mark != i && std::abs(mark - i) < step) return true;
        }
        return false;
    };
    for (int i = 0; i < count; i += step) {
        if (i != marks.strong && i != marks.accent && !near_mark(i)) put(i);
    }
    if (marks.accent >= 0 && marks.accent < count && marks.accent != marks.strong &&
        (marks.strong < 0 || std::abs(marks.accent - marks.strong) >= step)) {
        put(marks.accent);
    }
    if (marks.strong >= 0 && marks.strong < count) put(marks.strong);
}

}  // namespace

float longest_label(const Context& context, const std::vector<std::string>& labels, float most) {
    float width = 0;
    for (const std::string& label : labels) width = std::max(width, text_width(context.fonts.small, label));
    return std::min(std::ceil(width), most);
}

float column_label_height(const Context& context, const std::vector<std::string>& labels) {
    return std::ceil(longest_label(context, labels, kLongest) * kSine) + 16;
}

void put_row_labels(const Context& context, const Box& matrix, float cell, const std::vector<std::string>& labels,
                    const AxisMarks& marks, float width) {
    const Theme& theme = context.theme;
    each_label(static_cast<int>(labels.size()), cell, marks, [&](int i) {
        const float middle = matrix.y + (static_cast<float>(i) + 0.5f) * cell;
        const Box box{matrix.x - 8 - width, middle - 8, width, 16};
        const bool strong = i == marks.strong;
        const Colour colour = i == marks.accent ? theme.predicts : strong ? theme.text : theme.muted;
        put_text(strong ? context.fonts.small_bold : context.fonts.small, box, colour,
                 labels[static_cast<std::size_t>(i)], Align::right);
    });
}

void put_column_labels(const Context& context, const Box& matrix, float cell, const std::vector<std::string>& labels,
                       const AxisMarks& marks) {
    const Theme& theme = context.theme;
    each_label(static_cast<int>(labels.size()), cell, marks, [&](int i) {
        const ImVec2 end(matrix.x + (static_cast<float>(i) + 0.5f) * cell + 4, matrix.bottom() + 8);
        const bool strong = i == marks.strong;
        const ImFont* font = strong ? context.fonts.small_bold : context.fonts.small;
        const Colour colour = i == marks.accent ? theme.predicts : strong ? theme.text : theme.muted;
        put_rising_text(font, end, kDegrees, colour, shortened(font, labels[static_cast<std::size_t>(i)], kLongest));
    });
}

std::vector<std::string> query_labels(const Context& context) {
    std::vector<std::string> labels;
    const auto tokens = context.app.query_tokens();
    const bool cross = is_cross(context);
    for (std::size_t i = cross ? 1 : 0; i < tokens.size(); ++i) labels.push_back(plain_label(tokens[i]));
    if (cross && !tokens.empty()) {
        const app::Translation* translation = context.app.translation();
        labels.push_back(translation != nullptr && translation->ended ? "<end>" : "\xE2\x80\xA6");
    }
    return labels;
}

std::vector<std::string> key_labels(const Context& context) {
    std::vector<std::string> labels;
    for (const app::TokenInfo& token : context.app.key_tokens()) labels.push_back(plain_label(token));
    return labels;
}

std::string query_name(const Context& context, int row) {
    const auto i = static_cast<std::size_t>(row);
    const auto tokens = context.app.query_tokens();
    const std::vector<std::string> labels = query_labels(context);
    if (row < 0 || i >= labels.size() || i >= tokens.size()) return {};
    if (!is_cross(context)) return token_label(tokens[i].display).joined();
    return context.t("head.writes", {{"token", labels[i]}, {"before", plain_label(tokens[i])}});
}

}  // namespace headlight::ui
