// Prompts that each teach one thing.
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kSampleGap = 8;

class Samples final : public Panel {
  public:
    float wanted_height(const Context& context, float) override {
        if (context.hidden("try")) return 0;
        return kPanelTitle + kSampleGap + row_height(context) * static_cast<float>(context.app.samples().size()) + 8;
    }

    void draw(const Context& context, const Box& box) override {
        if (context.hidden("try") || context.app.samples().empty()) return;
        Flow flow{box};
        heading(context, flow.take(kPanelTitle), context.t("in.try"));
        flow.skip(kSampleGap);
        for (const app::Sample& sample : context.app.samples())
            draw_sample(context, flow.take(row_height(context)), sample);
    }

  private:
    static float row_height(const Context& context) { return context.phone ? 44 : 36; }

    static void draw_sample(const Context& context, const Box& row, const app::Sample& sample) {
        const Theme& theme = context.theme;
        const std::string key = "sample." + sample.id;
        const std::string_view title = context.t(key + ".title"), note = context.t(key + ".note");
        const Hit hit = hit_area(context, key, title, Role::button, row, {});
        if (hit.hovered) fill({row.x - 8, row.y + 1, row.width + 16, row.height - 1}, theme.raised, kSmallRadius);
        horizontal_line(row.x, row.y, row.width, theme.line);
        const float note_width = std::min(text_width(context.fonts.small, note), row.width * 0.5f);
        put_text(context.fonts.body, {row.x, row.y, row.width - note_width - 8, row.height}, theme.text, title);
        put_text(context.fonts.small, row, theme.muted, note, Align::right);
        if (hit.hovered && !context.platform.touch()) tooltip(context, context.t(key + ".teach"));
        if (hit.clicked) context.push(app::LoadSample{sample.id});
    }
};

}  // namespace

std::unique_ptr<Panel> make_samples() {
    return std::make_unique<Samples>();
}

}  // namespace headlight::ui
