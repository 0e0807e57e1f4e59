// "What goes in": the text field.
#include "ui/panels/panels.h"
#include "ui/prompt_field.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kPromptGap = 12;

class Prompt final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        return kPanelTitle + kPromptGap + field_height(context, width) + kPromptGap;
    }

    void draw(const Context& context, const Box& box) override {
        Flow flow{box};
        heading(context, flow.take(kPanelTitle), context.t("in.title"));
        flow.skip(kPromptGap - 4);
        const Box field = flow.take(field_height(context, box.width));
        const bool translates = context.app.settings().rung == app::Rung::translate;
        prompt_field(context, field, context.t("in.prompt"),
                     context.t(translates ? "in.placeholder_source" : "in.placeholder"));
    }

  private:
    static float field_height(const Context& context, float width) {
        return prompt_field_height(context, width, context.phone ? 4 : 8);
    }
};

}  // namespace

std::unique_ptr<Panel> make_prompt() {
    return std::make_unique<Prompt>();
}

}  // namespace headlight::ui
