#include "base/json.h"

#include <set>

namespace headlight {

using nlohmann::json;
using nlohmann::ordered_json;

json read_json(std::string_view text) {
    return json::parse(text, nullptr, false);
}

ordered_json read_ordered_json(std::string_view text) {
    return ordered_json::parse(text, nullptr, false);
}

json read_json(std::string_view text, std::optional<std::string>& repeated) {
    std::set<std::string> names, fields;
    auto watch = [&](int depth, json::parse_event_t event, json& value) {
        if (event != json::parse_event_t::key || depth > 2) return true;
        const auto& key = value.get_ref<const std::string&>();
        if (depth == 1) fields.clear();
        if (!(depth == 1 ? names : fields).insert(key).second && !repeated) repeated = key;
        return true;
    };
    return json::parse(text, watch, false);
}

std::string write_json(const json& value, int indent) {
    return value.dump(indent, ' ', false, json::error_handler_t::replace);
}

std::string write_json(const ordered_json& value, int indent) {
    return value.dump(indent, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace headlight
