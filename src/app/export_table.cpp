#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/export.h"
#include "base/json.h"
#include "base/numeric_text.h"

namespace headlight::app {
namespace {

std::string csv_field(const std::string& text) {
    if (text.find_first_of("\",\r\n") == std::string::npos && !text.starts_with(' ') && !text.ends_with(' '))
        return text;
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"') quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

std::string csv_number(float value) {
    if (std::isnan(value)) return "nan";
    if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
    return shortest(value);
}

}  // namespace

std::string matrix_csv(const interpret::Matrix& matrix, const TableNames& names) {
    std::string csv;
    for (int c = 0; c < matrix.cols; ++c) csv += ',' + csv_field(name_at(names.columns, c));
    csv += "\r\n";
    for (int r = 0; r < matrix.rows; ++r) {
        csv += csv_field(name_at(names.rows, r));
        for (int c = 0; c < matrix.cols; ++c) csv += ',' + csv_number(matrix.at(r, c));
        csv += "\r\n";
    }
    return csv;
}

std::string matrix_json(const interpret::Matrix& matrix, const TableNames& names, std::string_view caption,
                        std::string_view link) {
    nlohmann::ordered_json json{{"caption", caption}, {"link", link}};
    json["rows"] = nlohmann::ordered_json::array();
    json["columns"] = nlohmann::ordered_json::array();
    json["values"] = nlohmann::ordered_json::array();
    for (int r = 0; r < matrix.rows; ++r) json["rows"].push_back(name_at(names.rows, r));
    for (int c = 0; c < matrix.cols; ++c) json["columns"].push_back(name_at(names.columns, c));
    for (int r = 0; r < matrix.rows; ++r) {
        auto& row = json["values"].emplace_back(nlohmann::ordered_json::array());
        for (int c = 0; c < matrix.cols; ++c) row.push_back(matrix.at(r, c));  // the library writes infinities as null
    }
    return write_json(json);
}

}  // namespace headlight::app
