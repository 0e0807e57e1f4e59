#pragma once
// What the panels of the architecture exhibit share: shapes and numbers as text.

#include <string>
#include <vector>

#include "app/architecture.h"
#include "ui/context.h"

namespace headlight::ui {

// "[4, 12, 64]", with `sign` between the numbers and without brackets when it is "×".
[[nodiscard]] inline std::string shape_text(const Context& context, const std::vector<std::int64_t>& shape,
                                            std::string_view sign = ", ") {
    std::string text;
    for (const std::int64_t n : shape) {
        if (!text.empty()) text += sign;
        text += app::count_text(n, context.app.strings());
    }
    return sign == ", " ? "[" + text + "]" : text;
}

// "768 × 768 + 768": the matrix and the bias of a box; a norm has 2 × 768.
[[nodiscard]] inline std::string weights_text(const Context& context, const model::StageInfo& info) {
    std::string text = shape_text(context, info.weight, " × ");
    if (!info.bias.empty()) text += (text.empty() ? "" : " + ") + shape_text(context, info.bias, " × ");
    return text;
}

// 284.8e6 -> "284.8 M".
[[nodiscard]] inline std::string flops_text(const Context& context, double flops) {
    struct Unit {
        double size;
        std::string_view key;
    };
    constexpr Unit kUnits[] = {{1e15, "architecture.exa"},
                               {1e12, "architecture.trillion"},
                               {1e9, "architecture.billion"},
                               {1e6, "architecture.million"}};
    for (const Unit& unit : kUnits) {
        if (flops < unit.size) continue;
        const double shown = flops / unit.size;
        return context.t(unit.key, {{"n", app::fixed_text(shown, shown < 100 ? 1 : 0, context.app.strings())}});
    }
    return app::count_text(static_cast<std::int64_t>(flops), context.app.strings());
}

[[nodiscard]] inline std::string count_of(const Context& context, std::int64_t n) {
    return app::count_text(n, context.app.strings());
}

[[nodiscard]] inline std::string_view stage_name(const Context& context, app::Stage stage) {
    return context.t("set.stage." + std::string(model::stage_id(stage)));
}

}  // namespace headlight::ui
