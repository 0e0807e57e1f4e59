#pragma once
// What the panels of the models page share: bringing one (models_source), what is on its way (models_import), and what
// this machine keeps (models_kept).

#include <algorithm>
#include <string>
#include <string_view>

#include "app/model_library.h"
#include "ui/widgets.h"

namespace headlight::ui {

// The page closes; where no model of one's own is open, back to the small GPT.
inline void close_models(const Context& context) {
    context.push(app::OpenModels{false});
    if (context.app.settings().rung == app::Rung::own && context.app.model() == nullptr)
        context.push(app::set<&app::Settings::rung>(app::Rung::small));
}

[[nodiscard]] constexpr float models_button_height(bool phone) {
    return phone ? 44 : kButtonHeight;
}

// A bar that fills from the left; part: 0 to 1.
inline void progress_bar(const Context& context, const Box& box, double part) {
    fill(box, context.theme.line, box.height / 2);
    if (part <= 0) return;
    const float width = std::max(box.height, box.width * std::min(static_cast<float>(part), 1.0f));
    fill({box.x, box.y, width, box.height}, context.theme.attends, box.height / 2);
}

// "huggingface.co" of "https://huggingface.co/openai-community/gpt2/resolve/main/".
[[nodiscard]] inline std::string host_of(std::string_view address) {
    const std::size_t scheme = address.find("://");
    if (scheme == std::string_view::npos) return {};
    const std::string_view rest = address.substr(scheme + 3);
    return std::string(rest.substr(0, rest.find('/')));
}

}  // namespace headlight::ui
