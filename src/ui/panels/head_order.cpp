#include "ui/panels/head_order.h"

#include <array>
#include <cmath>
#include <string>

#include "ui/panels/laboratory.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kTop = 4, kOrderArrow = 16, kApart = 10;
constexpr std::array kOrders{app::HeadOrder::place, app::HeadOrder::previous,  app::HeadOrder::induction,
                             app::HeadOrder::first, app::HeadOrder::duplicate, app::HeadOrder::entropy,
                             app::HeadOrder::alike};

std::string order_label(const Context& context) {
    return context.t("model.order", {{"order", order_name(context, context.app.settings().order)}});
}

// Scores of a model that has no tokenizer cannot be taken over texts.
bool has_sample(const Context& context) {
    return context.app.model()->has_text;
}

bool order_in_one_row(const Context& context, float width) {
    const ImFont* font = context.fonts.small;
    return text_width(font, order_label(context)) + kOrderArrow + kApart + text_width(font, context.t("set.sample")) <=
           width;
}

void draw_menu(const Context& context, float& x, float y) {
    const float left = x;
    const bool clicked = text_option(context, "order", order_label(context), x, y, false, Role::button);
    icon(Icon::down, ImVec2(x - 6, y + text_option_height(context) / 2), 12, context.theme.muted);
    if (clicked) ImGui::OpenPopup("order-menu");
    const app::HeadOrder now = context.app.settings().order;
    std::array<std::string, kOrders.size()> keys;
    std::array<Choice, kOrders.size()> choices;
    for (std::size_t i = 0; i < kOrders.size(); ++i) {
        keys[i] = "order." + app::to_text(kOrders[i]);
        choices[i] = {keys[i], order_name(context, kOrders[i]), now == kOrders[i]};
    }
    if (const auto chosen = popup_menu(context, "order-menu", choices,
                                       {left, y - kTop, x - left, text_option_height(context) + kTop})) {
        context.push(app::set<&app::Settings::order>(kOrders[static_cast<std::size_t>(*chosen)]));
    }
    x += kApart;
}

std::string sample_help(const Context& context, double done) {
    std::string help(context.t("set.sample.help"));
    if (done >= 0 && done < 1)
        help += "\n" + context.t("progress.compute", {{"percent", app::percent_text(done, context.app.strings())}});
    return help;
}

// While the sample is run, the line that says that it is on grows with it.
void draw_sample(const Context& context, float x, float y) {
    const bool on = context.app.settings().sample_scores;
    const double done = context.app.sample_progress();
    const bool running = done >= 0 && done < 1;
    const std::string_view label = context.t("set.sample");
    const Box box{x, y, std::ceil(text_width(context.fonts.small, label)), text_option_height(context)};
    const bool clicked = text_option(context, "sample", label, x, y, on && !running, Role::checkbox);
    const bool hovered = ImGui::IsItemHovered();
    if (running) {
        const float line = box.centre().y + 9;
        fill({box.x, line, box.width, 1.5f}, context.theme.line);
        fill({box.x, line, box.width * static_cast<float>(done), 1.5f}, context.theme.attends);
    }
    if (!context.platform.touch() && hovered) tooltip(context, sample_help(context, done));
    if (clicked) context.push(app::set<&app::Settings::sample_scores>(!on));
}

}  // namespace

float head_order_height(const Context& context, float width) {
    if (!has_laboratory(context)) return 0;
    const int rows = has_sample(context) && !order_in_one_row(context, width) ? 2 : 1;
    return kTop + static_cast<float>(rows) * text_option_height(context);
}

void draw_head_order(const Context& context, const Box& box) {
    float x = box.x, y = box.y + kTop;
    draw_menu(context, x, y);
    if (!has_sample(context)) return;
    if (!order_in_one_row(context, box.width)) {
        x = box.x;
        y += text_option_height(context);
    }
    draw_sample(context, x, y);
}

std::string_view order_name(const Context& context, app::HeadOrder order) {
    return context.t("set.order." + app::to_text(order));
}

}  // namespace headlight::ui
