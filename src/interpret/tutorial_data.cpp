#include "interpret/tutorial_data.h"

#include <limits>
#include <nlohmann/json.hpp>

#include "base/json.h"

namespace headlight::interpret {
namespace {

using nlohmann::json;

constexpr std::string_view kFile = "tutorial.json";
constexpr std::size_t kMistakes = 25;

// Reads keys of one object; the first error stays.
class Reader {
  public:
    Reader(const json& object, std::string where) : object_(object), where_(std::move(where)) {}

    [[nodiscard]] const json* find(std::string_view key, json::value_t kind) {
        const auto found = object_.find(key);
        if (found != object_.end() && found->type() == kind) return &*found;
        refuse(key, kind == json::value_t::array ? "a list" : "an object");
        return nullptr;
    }
    void refuse(std::string_view key, std::string_view right) {
        if (error_.empty()) error_ = where_ + ": \"" + std::string(key) + "\" must be " + std::string(right) + ".";
    }

    std::vector<int> integers(std::string_view key, int below) {
        std::vector<int> out;
        const json* list = find(key, json::value_t::array);
        if (list == nullptr) return out;
        for (const json& item : *list) {
            const std::int64_t value = item.is_number_integer() ? item.get<std::int64_t>() : -1;
            if (value < 0 || value >= below) {
                refuse(key, "whole numbers from 0 to below " + std::to_string(below));
                return {};
            }
            out.push_back(static_cast<int>(value));
        }
        return out;
    }
    std::vector<std::string> texts(std::string_view key) {
        const json* list = find(key, json::value_t::array);
        return list == nullptr ? std::vector<std::string>() : texts_of(*list, key);
    }
    std::vector<std::vector<std::string>> lists_of_texts(std::string_view key) {
        std::vector<std::vector<std::string>> out;
        const json* lists = find(key, json::value_t::array);
        if (lists == nullptr) return out;
        for (const json& list : *lists) {
            if (!list.is_array()) refuse(key, "lists of texts");
            out.push_back(list.is_array() ? texts_of(list, key) : std::vector<std::string>());
        }
        return out;
    }
    Tables tables(std::string_view key) {
        Tables out;
        const json* object = find(key, json::value_t::object);
        if (object == nullptr) return out;
        for (const auto& [name, rows] : object->items()) out[name] = table_of(rows, std::string(key) + "/" + name);
        return out;
    }

    [[nodiscard]] const std::string& error() const { return error_; }

  private:
    std::vector<std::string> texts_of(const json& list, std::string_view key) {
        std::vector<std::string> out;
        for (const json& item : list) {
            if (!item.is_string()) refuse(key, "a list of texts");
            out.push_back(item.is_string() ? item.get<std::string>() : "");
        }
        return out;
    }
    // Rows of equal length of numbers, or null where a figure shows nothing.
    Table table_of(const json& rows, const std::string& key) {
        if (!rows.is_array() || rows.empty() || !rows[0].is_array() || rows[0].empty()) {
            refuse(key, "a table: a list of rows");
            return {};
        }
        Table out(static_cast<int>(rows.size()), static_cast<int>(rows[0].size()));
        std::size_t at = 0;
        for (const json& row : rows) {
            if (!row.is_array() || row.size() != rows[0].size()) {
                refuse(key, "a table with rows of equal length");
                return {};
            }
            for (const json& cell : row) {
                if (!cell.is_number() && !cell.is_null()) refuse(key, "a table of numbers");
                out.values[at++] = cell.is_number() ? cell.get<float>() : std::numeric_limits<float>::quiet_NaN();
            }
        }
        return out;
    }

    const json& object_;
    std::string where_, error_;
};

Result<MistakePlace> place_of(const json& object, const std::string& where, const Tables& printed) {
    MistakePlace place;
    Reader reader(object, where);
    const json* sheet = reader.find("sheet", json::value_t::string);
    const json* cells = reader.find("cells", json::value_t::array);
    if (sheet == nullptr || cells == nullptr) return invalid(reader.error());
    place.sheet = sheet->get<std::string>();
    const auto table = printed.find(place.sheet);
    for (const json& cell : *cells) {
        const bool pair = cell.is_array() && cell.size() == 2 && cell[0].is_number_integer() &&
                          cell[1].is_number_integer() && table != printed.end();
        if (!pair || !table->second.has(cell[0].get<int>(), cell[1].get<int>())) {
            return invalid(where + ": \"cells\" must be pairs [row, column] of a printed table.");
        }
        place.cells.push_back({cell[0].get<int>(), cell[1].get<int>()});
    }
    return place;
}

Result<std::vector<Mistake>> mistakes_of(const json& list, const Tables& printed) {
    std::vector<Mistake> out;
    for (const json& object : list) {
        Mistake mistake;
        mistake.number = static_cast<int>(out.size()) + 1;
        const std::string key = "tutorial.mistake." + std::to_string(mistake.number);
        const std::string where = std::string(kFile) + ": mistake " + std::to_string(mistake.number);
        mistake.title = key + ".title";
        mistake.text = key + ".text";
        const bool right = object.is_object() && object.contains("step") && object["step"].is_number_integer() &&
                           object.contains("in_numbers") && object["in_numbers"].is_boolean() &&
                           object.contains("places") && object["places"].is_array();
        if (!right) return invalid(where + " must have a step, in_numbers and places.");
        mistake.step = object["step"].get<int>();
        mistake.in_numbers = object["in_numbers"].get<bool>();
        if (mistake.step < 1 || mistake.step > 14) return invalid(where + ": \"step\" must be 1 to 14.");
        for (const json& place : object["places"]) {
            ASSIGN_OR_RETURN(MistakePlace read, place_of(place, where, printed));
            mistake.places.push_back(std::move(read));
        }
        out.push_back(std::move(mistake));
    }
    if (out.size() != kMistakes) return invalid(std::string(kFile) + ": \"mistakes\" must be 25.");
    return out;
}

// The shapes that the rest of the code relies on.
Result<void> check(const TutorialData& data) {
    const auto wrong = [](std::string_view what) { return invalid(std::string(kFile) + ": " + std::string(what)); };
    struct Shape {
        const char* name;
        int rows, cols;
    };
    constexpr Shape kInputs[] = {{"wq", 6, 4},
                                 {"wk", 6, 4},
                                 {"wv", 6, 4},
                                 {"wo", 4, 6},
                                 {"ffn_w", 6, 6},
                                 {"ffn_b", 1, 6},
                                 {"toy", 3, 3},
                                 {"small", 3, 3},
                                 {"figure", 6, 6},
                                 {"visible", 9, 5},
                                 {"figure_logits", 1, 5},
                                 {"example_x", 3, 4},
                                 {"example_wq", 4, 3},
                                 {"example_wk", 4, 3},
                                 {"example_wv", 4, 3}};
    for (const Shape& shape : kInputs) {
        const auto found = data.inputs.find(shape.name);
        if (found == data.inputs.end() || found->second.rows != shape.rows || found->second.cols != shape.cols) {
            return wrong("input \"" + std::string(shape.name) + "\" must be " + std::to_string(shape.rows) + " x " +
                         std::to_string(shape.cols) + ".");
        }
    }
    for (const char* name : {"embedding", "positions", "x"}) {
        const auto found = data.printed.find(name);
        if (found == data.printed.end() || found->second.rows != 6 || found->second.cols != 6) {
            return wrong("printed \"" + std::string(name) + "\" must be 6 x 6.");
        }
    }
    if (!data.printed.contains("dec_embedding")) return wrong("printed \"dec_embedding\" is missing.");
    if (data.vocabulary.size() != 26)
        return wrong("\"vocabulary\" must have 26 entries: padding, 23 words, start, end.");
    if (data.source.size() != 6 || data.target.size() != 6) return wrong("\"source\" and \"target\" must have 6 ids.");
    if (data.visible_rows.size() != 9 || data.visible_words.size() != 5)
        return wrong("9 visible rows, 5 visible words.");
    if (data.words.size() != 3 || data.sentences.size() != 3) return wrong("there must be three sentences.");
    return {};
}

}  // namespace

Result<TutorialData> parse_tutorial(std::string_view text) {
    const json document = read_json(text);
    if (!document.is_object()) return invalid(std::string(kFile) + ": not a JSON object.");
    Reader reader(document, std::string(kFile));
    TutorialData data;
    data.sentences = reader.texts("sentences");
    data.words = reader.lists_of_texts("words");
    data.prompt = reader.texts("prompt");
    data.vocabulary = reader.texts("vocabulary");
    data.source = reader.integers("source", 26);
    data.target = reader.integers("target", 26);
    data.visible_rows = reader.integers("visible_rows", 36);
    data.visible_words = reader.integers("visible_words", 26);
    data.inputs = reader.tables("inputs");
    data.printed = reader.tables("printed");
    const json* list = reader.find("mistakes", json::value_t::array);
    if (!reader.error().empty()) return invalid(reader.error());
    ASSIGN_OR_RETURN(data.mistakes, mistakes_of(*list, data.printed));
    RETURN_IF_ERROR(check(data));
    return data;
}

}  // namespace headlight::interpret
