// Where a model of one's own comes from: a folder that is dropped or chosen, or a hub.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "ui/panels/models.h"
#include "ui/panels/panels.h"
#include "ui/prompt_field.h"
#include "ui/rows.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kSourceTitle = 28, kSourceLeading = 20, kDrop = 92, kSourceHeading = 20, kSourceChip = 28,
                kSourceNote = 17;
constexpr const char* kGpt2 = "openai-community/gpt2";

class ModelSourcePanel final : public RowPanel {
  protected:
    void lay_out(const Context& context, Rows& rows) override {
        const Theme& theme = context.theme;
        const Box title = rows.take(kSourceTitle);
        if (rows.paint()) draw_title(context, title);
        rows.skip(4);
        rows.paragraph(context.fonts.body, theme.muted, context.t("models.lead"), kSourceLeading);
        rows.skip(16);
        const Box drop = rows.take(context.phone ? models_button_height(true) : kDrop);
        if (rows.paint()) draw_drop(context, drop);
        rows.skip(24);
        const Box hub = rows.take(kSourceHeading);
        if (rows.paint()) draw_hub_title(context, hub);
        rows.skip(8);
        const Box field = rows.take(prompt_field_height(context, field_width(context, rows.width()), 3, 1));
        if (rows.paint()) draw_field(context, field);
        if (context.phone) {
            rows.skip(8);
            const Box row = rows.take(models_button_height(true));
            if (rows.paint()) draw_look_up(context, row);
        }
        rows.skip(10);
        const Box offer = rows.take(context.phone ? models_button_height(true) : kSourceChip);
        if (rows.paint()) draw_offer(context, offer);
        rows.skip(24);
    }

  private:
    static void draw_title(const Context& context, const Box& row) {
        put_text(context.fonts.title, row, context.theme.text, context.t("models.title"));
        const float side = context.phone ? 44 : 28;
        const Box close{row.right() - side + (context.phone ? 8.0f : 0.0f), row.centre().y - side / 2, side, side};
        if (icon_button(context, "models.close", context.t("models.close"), Icon::close, close)) close_models(context);
    }

    static void draw_drop(const Context& context, const Box& box) {
        const Theme& theme = context.theme;
        const std::string_view choose = context.t("models.choose");
        if (context.phone) {
            // Nothing can be dropped on a phone.
            if (button(context, "models.choose", choose, box)) context.platform.open_files();
            return;
        }
        dashed_outline(box, theme.faint, kRadius);
        const float width = button_width(context.fonts.body, choose, 14);
        const Box at{box.right() - 20 - width, box.centre().y - kButtonHeight / 2, width, kButtonHeight};
        const Box text{box.x + 20, box.centre().y - 21, at.x - box.x - 36, 22};
        put_text(context.fonts.body_bold, text, theme.text, context.t("models.drop"));
        put_text(context.fonts.small, {text.x, text.bottom(), text.width, 20}, theme.muted,
                 context.t("models.drop.note"));
        if (button(context, "models.choose", choose, at)) context.platform.open_files();
    }

    // "From a hub", and which one at the right end.
    void draw_hub_title(const Context& context, const Box& row) {
        heading(context, row, context.t("models.hub"));
        const std::string host = host_of(context.app.settings().hub);
        const float width = std::ceil(text_width(context.fonts.small, host)) + 28, height = context.phone ? 40 : 24;
        const Box box{row.right() - width, row.centre().y - height / 2, width, height};
        const Hit hit = hit_area(context, "models.host", context.t("models.host"), Role::button, box);
        const Colour colour = hit.hovered ? context.theme.text : context.theme.muted;
        put_text(context.fonts.small, {box.x + 6, box.y, width - 22, height}, colour, host);
        icon(Icon::down, ImVec2(box.right() - 8, box.centre().y), 12, colour);
        if (hit.hovered) tooltip(context, context.t("models.host"));
        if (hit.clicked) ImGui::OpenPopup("models.hosts");
        choose_host(context, box);
    }

    // The usual host, the one in use, and the one whose address stands in the field.
    static void choose_host(const Context& context, const Box& anchor) {
        const std::string& now = context.app.settings().hub;
        const std::string typed = host_of(context.app.library().address);
        std::vector<std::string> hosts{app::Settings().hub};
        auto add = [&](const std::string& host) {
            if (std::ranges::find(hosts, host) == hosts.end()) hosts.push_back(host);
        };
        add(now);
        if (!typed.empty()) add(origin_of(context.app.library().address));
        std::vector<std::string> labels;
        for (const std::string& host : hosts) labels.push_back(host_of(host));
        if (typed.empty()) labels.emplace_back(context.t("models.host.hint"));
        std::vector<Choice> choices;
        for (std::size_t i = 0; i < labels.size(); ++i)
            choices.push_back({labels[i], labels[i], i < hosts.size() && hosts[i] == now});
        const auto chosen = popup_menu(context, "models.hosts", choices, anchor);
        if (chosen && static_cast<std::size_t>(*chosen) < hosts.size())
            context.push(app::set<&app::Settings::hub>(hosts[static_cast<std::size_t>(*chosen)]));
    }
    // "http://127.0.0.1:8000" of an address below it.
    static std::string origin_of(const std::string& address) {
        return address.substr(0, address.find('/', address.find("://") + 3));
    }

    static float field_width(const Context& context, float width) {
        return context.phone ? width : width - 8 - look_up_width(context);
    }
    static float look_up_width(const Context& context) {
        return button_width(context.fonts.body, context.t("models.look_up"), 16);
    }
    static void draw_field(const Context& context, const Box& row) {
        const float width = field_width(context, row.width);
        prompt_field(context, {row.x, row.y, width, row.height}, context.t("models.address"),
                     context.t("models.address.hint"), true);
        if (!context.phone)
            draw_look_up(context, {row.right() - look_up_width(context), row.y, look_up_width(context), row.height});
    }
    static void draw_look_up(const Context& context, const Box& box) {
        const bool any = !context.app.library().address.empty();
        if (button(context, "models.look_up", context.t("models.look_up"), box, Look::plain, any))
            context.push(app::InspectAddress{});
    }

    // The model that most people mean, by one click.
    static void draw_offer(const Context& context, const Box& row) {
        const Theme& theme = context.theme;
        const std::string_view label = context.t("models.gpt2");
        const float width = button_width(context.fonts.small, label, 14);
        const Box box{row.x, row.y, width, row.height};
        const Hit hit = hit_area(context, "models.gpt2", label, Role::button, box, {}, row.height / 2);
        fill(box, mixed(theme.panel, theme.text, hit.held ? 0.16f : hit.hovered ? 0.08f : 0), row.height / 2);
        outline(box, hit.hovered ? theme.attends : theme.line, row.height / 2);
        put_text(context.fonts.small, box, theme.text, label, Align::centre);
        if (hit.clicked) context.push(app::InspectAddress{std::string(kGpt2)});
        const std::string_view note = context.t("models.gpt2.note");
        const float room = row.right() - box.right() - 12;
        const float height = paragraph_height(context.fonts.small, room, note, kSourceNote);
        put_paragraph(context.fonts.small, {box.right() + 12, row.centre().y - height / 2, room, height}, theme.muted,
                      note, kSourceNote);
    }
};

}  // namespace

std::unique_ptr<Panel> make_model_source() {
    return std::make_unique<ModelSourcePanel>();
}

}  // namespace headlight::ui
