#include "ui/panels/bottom_export.h"

#include <array>
#include <cmath>

#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kExportSign = 28;

struct Offer {
    const char *key, *label;
    app::ExportWhat what;
    app::ExportTo to = app::ExportTo::file;
};
constexpr std::array kOffers{
    Offer{"bottom.png", "inspect.png", app::ExportWhat::matrix_png},
    Offer{"bottom.svg", "inspect.svg", app::ExportWhat::matrix_svg},
    Offer{"bottom.csv", "inspect.csv", app::ExportWhat::matrix_csv},
    Offer{"bottom.json", "inspect.json", app::ExportWhat::matrix_json},
    Offer{"bottom.copy", "inspect.copy", app::ExportWhat::matrix_csv, app::ExportTo::clipboard}};

}  // namespace

// On a phone the tabs leave room for a sign alone.
float bottom_export_width(const Context& context) {
    if (context.phone) return kExportSign;
    return std::ceil(text_width(context.fonts.small, context.t("head.export"))) + 14;
}

void draw_bottom_export(const Context& context, const Box& box) {
    constexpr std::string_view kKey = "bottom.export";
    const std::string_view label = context.t("head.export");
    float x = box.x;
    const bool clicked = context.phone ? icon_button(context, kKey, label, Icon::down, box)
                                       : text_option(context, kKey, label, x, box.centre().y - 12, false, Role::button);
    if (clicked) ImGui::OpenPopup("bottom-export-menu");
    std::array<Choice, kOffers.size()> choices;
    for (std::size_t i = 0; i < kOffers.size(); ++i) choices[i] = {kOffers[i].key, context.t(kOffers[i].label), false};
    if (const auto chosen = popup_menu(context, "bottom-export-menu", choices, box)) {
        const Offer& offer = kOffers[static_cast<std::size_t>(*chosen)];
        context.push(app::Export{offer.what, offer.to});
    }
}

}  // namespace headlight::ui
