// Over the exhibit: its name, how many parameters it counts, what its middle shows, and the way out.
#include <array>

#include "ui/panels/architecture_parts.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kArchitectureBar = 48;

class ArchitectureBar final : public Panel {
  public:
    float wanted_height(const Context& context, float) override {
        const bool two = context.phone && context.app.settings().tab == app::Tab::heads;
        return two ? 2 * kPhoneRow : context.phone ? kPhoneRow : kArchitectureBar;
    }

    void draw(const Context& context, const Box& box) override {
        const float height = context.phone ? kPhoneRow : kArchitectureBar;
        const Box row = Box{box.x, box.y, box.width, height}.inset(context.phone ? kPhonePadding : kPadding, 0);
        horizontal_line(box.x, box.bottom() - 1, box.width, context.theme.line);
        const float size = context.phone ? 40.0f : 28.0f;
        const Box close{row.right() - size, row.centre().y - size / 2, size, size};
        if (icon_button(context, "architecture.close", context.t("architecture.close"), Icon::close, close))
            context.push(app::set<&app::Settings::architecture>(false));
        const std::int64_t total = model::summarise(context.app.architecture().config).total;
        const std::string count = count_of(context, total);
        float x = put_text(context.fonts.title, row, context.theme.text, context.t("architecture.title")) + 12;
        x = put_text(context.fonts.mono_large, {x, row.y, close.x - x, row.height}, context.theme.attends, count) + 6;
        context.widgets.add({"architecture.total", count, Role::text, row, {}, static_cast<double>(total)});
        put_text(context.fonts.small, {x, row.y, close.x - x, row.height}, context.theme.muted,
                 context.t("architecture.total_unit"));
        if (!context.phone) {
            const auto choices = exhibits(context);
            const float width = segmented_width(context.fonts.body, choices, 12);
            choose(context, choices, {box.centre().x - width / 2, row.centre().y - 16, width, 32}, 12);
        } else if (context.app.settings().tab == app::Tab::heads) {
            const auto choices = exhibits(context);
            const float bare = segmented_width(context.fonts.body, choices, 0) - 4;
            const float padding = std::max(4.0f, (row.width - 4 - bare) / 4);
            choose(context, choices, {row.x, row.bottom(), row.width, 36}, padding);
        }
    }

  private:
    static std::array<Choice, 2> exhibits(const Context& context) {
        const app::Exhibit now = context.app.settings().exhibit;
        using enum app::Exhibit;
        return {Choice{"exhibit.diagram", context.t("set.exhibit.diagram"), now == diagram},
                Choice{"exhibit.loop", context.t("set.exhibit.loop"), now == loop}};
    }
    static void choose(const Context& context, std::span<const Choice> choices, const Box& box, float padding) {
        if (const auto clicked = segmented(context, context.fonts.body, choices, box, padding))
            context.push(app::set<&app::Settings::exhibit>(static_cast<app::Exhibit>(*clicked)));
    }
};

}  // namespace

std::unique_ptr<Panel> make_architecture_bar() {
    return std::make_unique<ArchitectureBar>();
}

}  // namespace headlight::ui
