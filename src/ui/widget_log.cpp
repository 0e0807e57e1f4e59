#include "ui/widget_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json.h"

namespace headlight::ui {

std::string_view role_name(Role role) {
    switch (role) {
        case Role::button:
            return "button";
        case Role::checkbox:
            return "checkbox";
        case Role::radio:
            return "radio";
        case Role::slider:
            return "slider";
        case Role::tab:
            return "tab";
        case Role::cell:
            return "cell";
        case Role::option:
            return "option";
        case Role::text:
            return "text";
    }
    return "button";
}

void WidgetLog::add(Widget widget) {
    if (!enabled_) return;
    const ImVec2 low = canvas().GetClipRectMin(), high = canvas().GetClipRectMax();
    const float left = std::max(widget.box.x, low.x), top = std::max(widget.box.y, low.y);
    const float right = std::min(widget.box.right(), high.x), bottom = std::min(widget.box.bottom(), high.y);
    if (right - left < 1 || bottom - top < 1) return;
    widget.box = {left, top, right - left, bottom - top};
    widgets_.push_back(std::move(widget));
}

std::string WidgetLog::json(int frame) const {
    nlohmann::json items = nlohmann::json::array();
    for (const Widget& widget : widgets_) {
        nlohmann::json item{{"key", widget.key},     {"label", widget.label}, {"role", role_name(widget.role)},
                            {"x", widget.box.x},     {"y", widget.box.y},     {"w", widget.box.width},
                            {"h", widget.box.height}};
        if (widget.on) item["on"] = *widget.on;
        if (widget.value) item["value"] = *widget.value;
        items.push_back(std::move(item));
    }
    const nlohmann::json out{{"frame", frame}, {"items", std::move(items)}};
    return write_json(out);
}

}  // namespace headlight::ui
