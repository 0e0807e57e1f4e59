#include "text/json_text.h"

#include "base/json.h"

namespace headlight::text {
namespace {

using nlohmann::json;

// Only looks for the place of the first error.
struct ErrorPlace final : nlohmann::json_sax<json> {
    std::size_t byte = 0;
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool key(string_t&) override { return true; }
    bool end_object() override { return true; }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override { return true; }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
        byte = position;
        return false;
    }
};

}  // namespace

Result<json> parse_json(std::string_view text, std::string_view file_name) {
    json value = read_json(text);
    if (!value.is_discarded()) return value;
    ErrorPlace place;
    json::sax_parse(text, &place);
    const std::string size = std::to_string(text.size());
    const std::string where = place.byte > text.size()
                                  ? "it ends too early, after " + size + " bytes"
                                  : "the first error is at byte " + std::to_string(place.byte) + " of " + size;
    return invalid(std::string(file_name) + ": this is not valid JSON (UTF-8); " + where + ".");
}

std::string kind_of(const json& value) {
    switch (value.type()) {
        case json::value_t::object:
            return "an object";
        case json::value_t::array:
            return "a list";
        case json::value_t::string:
            return "a text";
        case json::value_t::boolean:
            return "true or false";
        case json::value_t::null:
            return "null";
        default:
            return value.is_number() ? "a number" : "nothing";
    }
}

}  // namespace headlight::text
