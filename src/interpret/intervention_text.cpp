// Interventions as text and back. The text comes from links and command lines: anything can stand there.
#include <algorithm>
#include <array>
#include <expected>
#include <map>
#include <utility>

#include "base/numeric_text.h"
#include "base/result.h"
#include "interpret/intervention.h"

namespace headlight::interpret {
namespace {

constexpr std::size_t kMostBad = 64;
constexpr std::size_t kMostShown = 48;  // characters of an item that is told

template <class Value>
using Names = std::span<const std::pair<Value, std::string_view>>;
using Changes = std::pair<Change, std::string_view>;
constexpr std::array kChanges{
    Changes{Change::off, "off"},     Changes{Change::mean, "mean"}, Changes{Change::scale, "scale"},
    Changes{Change::paint, "paint"}, Changes{Change::raw, "raw"},   Changes{Change::freeze, "freeze"},
    Changes{Change::patch, "patch"}, Changes{Change::swap, "swap"}, Changes{Change::drop, "drop"}};
using Presets = std::pair<Preset, std::string_view>;
constexpr std::array kPresets{Presets{Preset::uniform, "uniform"}, Presets{Preset::previous, "previous"},
                              Presets{Preset::first, "first"}, Presets{Preset::self, "self"}};
using Targets = std::pair<Target, std::string_view>;
constexpr std::array kTargets{Targets{Target::attention, "attn"}, Targets{Target::mlp, "mlp"},
                              Targets{Target::residual, "resid"}};

using Parts = std::pair<Part, std::string_view>;
constexpr std::array kParts{Parts{Part::encoder, "enc"}, Parts{Part::decoder, "dec"}, Parts{Part::cross, "cross"}};

template <class Value>
const Value* value_of(Names<Value> names, std::string_view name) {
    const auto found = std::ranges::find(names, name, [](const auto& each) { return each.second; });
    return found == names.end() ? nullptr : &found->first;
}
template <class Value>
std::string name_of(Names<Value> names, Value value) {
    const auto found = std::ranges::find(names, value, [](const auto& each) { return each.first; });
    return std::string(found == names.end() ? "?" : found->second);
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") + 1 - begin);
}

// Fit for a notice, whatever bytes these are.
std::string shown(std::string_view text) {
    std::string result(text.substr(0, kMostShown));
    for (char& letter : result) {
        if (letter < ' ' || letter > '~') letter = '?';
    }
    return text.size() > kMostShown ? result + "..." : result;
}

// What was read, or why it cannot be.
template <class T>
using Read = std::expected<T, Fault>;
using Values = std::vector<std::pair<std::string_view, std::string>>;
std::unexpected<Fault> bad(std::string_view key, Values values = {}) {
    return std::unexpected(Fault{key, "", std::move(values)});
}
std::unexpected<Fault> bad(std::string_view key, std::string_view text) {
    return bad(key, Values{{"text", shown(text)}});
}
std::unexpected<Fault> bad_word(std::string_view key, std::string_view word, Values values) {
    return std::unexpected(Fault{key, word, std::move(values)});
}

// Before and behind the first mark.
struct Halves {
    std::string_view before, behind;
    bool marked = false;
};
Halves halves(std::string_view text, char mark) {
    const std::size_t at = text.find(mark);
    if (at == std::string_view::npos) return {text, {}, false};
    return {text.substr(0, at), text.substr(at + 1), true};
}

Read<int> read_count(std::string_view text, std::string_view what) {
    const bool digits = !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
    const auto value = digits && text.size() <= 9 ? parse_int(text) : invalid("no digits");
    if (!value.has_value()) return bad_word("count", what, {{"text", shown(text)}});
    return static_cast<int>(*value);
}

Read<float> read_number(std::string_view text, std::string_view what, int low, int high) {
    const auto value = parse_double(text);
    if (!value.has_value() || *value < low || *value > high) {
        return bad_word("number", what,
                        {{"text", shown(text)}, {"low", std::to_string(low)}, {"high", std::to_string(high)}});
    }
    return static_cast<float>(*value) + 0.0F;  // no negative zero
}

// "3" in a GPT, "enc3" in an encoder-decoder
Read<void> read_layer(std::string_view text, ModelKind kind, Intervention& into) {
    const std::size_t digits = std::min(text.find_first_of("0123456789"), text.size());
    const Part* part = value_of<Part>(kParts, text.substr(0, digits));
    if (kind == ModelKind::gpt && part != nullptr) {
        return bad("layer_of_pair", text);
    }
    if (kind == ModelKind::encoder_decoder && part == nullptr) {
        return bad("part", text);
    }
    if (part != nullptr) into.part = *part;
    ASSIGN_OR_RETURN(into.layer, read_count(part != nullptr ? text.substr(digits) : text, "layer"));
    return {};
}

// "3.2", "3.attn", "3.mlp", "3.n17", "3.resid"
Read<void> read_place(std::string_view text, ModelKind kind, Intervention& into) {
    const Halves parts = halves(text, '.');
    if (!parts.marked) return bad("place", text);
    RETURN_IF_ERROR(read_layer(parts.before, kind, into));
    if (const Target* target = value_of<Target>(kTargets, parts.behind)) {
        into.target = *target;
    } else if (parts.behind.starts_with('n')) {
        into.target = Target::neuron;
        ASSIGN_OR_RETURN(into.index, read_count(parts.behind.substr(1), "neuron"));
    } else {
        into.target = Target::head;
        ASSIGN_OR_RETURN(into.index, read_count(parts.behind, "head"));
    }
    return {};
}

bool takes(Change change, Part part, Target target) {
    const bool of_mlp = target == Target::mlp || target == Target::neuron;
    if (part == Part::cross && of_mlp) return false;
    switch (change) {
        case Change::off:
        case Change::mean:
            return target != Target::residual;
        case Change::patch:
            return target != Target::neuron;
        default:
            return target == Target::head;
    }
}
std::unexpected<Fault> taken_by(Change change, Part part, std::string_view text) {
    if (part == Part::cross) return bad("takes_cross", text);
    if (change == Change::patch) return bad("takes_patch", text);
    const bool of_values = change == Change::off || change == Change::mean;
    return bad(of_values ? "takes_values" : "takes_head",
               {{"change", name_of<Change>(kChanges, change)}, {"text", shown(text)}});
}

// "5-0-1_5-3-0.25"; of two that are the same cell, the later one.
Read<std::vector<PaintedCell>> read_cells(std::string_view text, Part part) {
    const bool causal = part == Part::gpt || part == Part::decoder;
    std::map<std::pair<int, int>, float> cells;
    for (Halves rest{{}, text, true}; rest.marked;) {
        rest = halves(rest.behind, '_');
        const Halves query = halves(rest.before, '-'), key = halves(query.behind, '-');
        if (!key.marked) return bad("cell", rest.before);
        ASSIGN_OR_RETURN(const int at_query, read_count(query.before, "query"));
        ASSIGN_OR_RETURN(const int at_key, read_count(key.before, "key"));
        ASSIGN_OR_RETURN(const float weight, read_number(key.behind, "weight", 0, 1));
        if (causal && at_key > at_query) {
            return bad("later_key", {{"key", std::to_string(at_key)}, {"query", std::to_string(at_query)}});
        }
        cells[{at_query, at_key}] = weight;
        if (cells.size() > kMostPaintedCells) {
            return bad("many_cells", {{"most", std::to_string(kMostPaintedCells)}});
        }
    }
    std::vector<PaintedCell> sorted;
    for (const auto& [at, weight] : cells) sorted.push_back({at.first, at.second, weight});
    return sorted;
}

Read<void> read_paint(std::string_view text, Intervention& into) {
    const bool copies = text.starts_with("copy");
    const Preset* preset = value_of<Preset>(kPresets, text);
    if ((copies || preset != nullptr) && into.change == Change::raw) {
        return bad("raw_preset");
    }
    const bool of_itself = preset != nullptr && (*preset == Preset::previous || *preset == Preset::self);
    if (of_itself && into.part == Part::cross) {
        return bad("self_preset", text);
    }
    if (preset != nullptr) {
        into.preset = *preset;
        return {};
    }
    if (!copies) {
        ASSIGN_OR_RETURN(into.cells, read_cells(text, into.part));
        return {};
    }
    into.preset = Preset::copy;
    const Halves from = halves(text.substr(4), '.');
    ASSIGN_OR_RETURN(into.from_layer, read_count(from.before, "copied layer"));
    ASSIGN_OR_RETURN(into.from_head, read_count(from.behind, "copied head"));
    if (into.from_layer > into.layer) {
        return bad("later_layer", {{"from", std::to_string(into.from_layer)}, {"layer", std::to_string(into.layer)}});
    }
    return {};
}

// What stands behind the "@".
Read<void> read_detail(std::string_view text, Intervention& into) {
    switch (into.change) {
        case Change::scale: {
            ASSIGN_OR_RETURN(into.factor, read_number(text, "factor", -2, 2));
            return {};
        }
        case Change::paint:
        case Change::raw:
            return read_paint(text, into);
        case Change::patch: {
            if (text == "all") return {};
            ASSIGN_OR_RETURN(into.position, read_count(text, "position"));
            return {};
        }
        default: {
            ASSIGN_OR_RETURN(into.token, read_count(text, "token"));
            return {};
        }
    }
}

bool in_gpt_only(Change change) {
    return change >= Change::freeze;
}

Read<Intervention> read_item(std::string_view item, ModelKind kind) {
    const bool gpt = kind == ModelKind::gpt;
    if (item.empty()) return bad(gpt ? "empty_gpt" : "empty_pair");
    const Halves word = halves(item, ':');
    const Change* change = value_of<Change>(kChanges, word.before);
    if (change == nullptr || !word.marked) return bad(gpt ? "word_gpt" : "word_pair");
    if (!gpt && in_gpt_only(*change)) return bad("change_of_gpt", {{"change", std::string(word.before)}});
    Intervention result;
    result.change = *change;
    const Halves where = halves(word.behind, '@');
    if (*change == Change::swap || *change == Change::drop) {
        result.target = Target::position;
        ASSIGN_OR_RETURN(result.position, read_count(where.before, "position"));
    } else {
        RETURN_IF_ERROR(read_place(where.before, kind, result));
        if (!takes(*change, result.part, result.target)) return taken_by(*change, result.part, where.before);
    }
    const bool detailed = *change == Change::scale || *change == Change::paint || *change == Change::raw ||
                          *change == Change::patch || *change == Change::swap;
    if (where.marked != detailed) {
        return detailed ? bad("detail") : bad("no_detail", {{"change", std::string(word.before)}});
    }
    if (detailed) RETURN_IF_ERROR(read_detail(where.behind, result));
    return result;
}

std::string place_text(const Intervention& i) {
    if (i.target == Target::position) return std::to_string(i.position);
    const std::string part = i.part == Part::gpt ? "" : name_of<Part>(kParts, i.part);
    const std::string layer = part + std::to_string(i.layer) + ".";
    if (i.target == Target::head) return layer + std::to_string(i.index);
    if (i.target == Target::neuron) return layer + "n" + std::to_string(i.index);
    return layer + name_of<Target>(kTargets, i.target);
}

std::string paint_text(const Intervention& i) {
    if (i.preset == Preset::copy) return "copy" + std::to_string(i.from_layer) + "." + std::to_string(i.from_head);
    if (i.preset != Preset::none) return name_of<Preset>(kPresets, i.preset);
    std::string text;
    for (const PaintedCell& cell : i.cells) {
        text += (text.empty() ? "" : "_") + std::to_string(cell.query) + "-" + std::to_string(cell.key) + "-" +
                shortest(cell.weight);
    }
    return text;
}

}  // namespace

InterventionList parse_interventions(std::string_view text, ModelKind kind) {
    InterventionList list;
    if (trimmed(text).empty()) return list;
    std::size_t too_many = 0, unread = 0;
    std::string first_too_many;
    for (Halves rest{{}, text, true}; rest.marked;) {
        rest = halves(rest.behind, ';');
        const std::string_view item = trimmed(rest.before);
        auto read = read_item(item, kind);
        if (!read.has_value()) {
            if (list.bad.size() < kMostBad) {
                list.bad.push_back({shown(item), std::move(read).error()});
            } else {
                ++unread;
            }
        } else if (list.good.size() < kMostInterventions) {
            list.good.push_back(*std::move(read));
        } else if (++too_many == 1) {
            first_too_many = shown(item);
        }
    }
    if (unread > 0) list.bad.push_back({"...", bad("unread", {{"count", std::to_string(unread)}}).error()});
    if (too_many > 0) {
        list.bad.push_back(
            {first_too_many, bad(too_many == 1 ? "one_too_many" : "too_many",
                                 {{"most", std::to_string(kMostInterventions)}, {"count", std::to_string(too_many)}})
                                 .error()});
    }
    return list;
}

std::string to_text(const Intervention& i) {
    std::string text = name_of<Change>(kChanges, i.change) + ":" + place_text(i);
    switch (i.change) {
        case Change::scale:
            return text + "@" + shortest(i.factor);
        case Change::paint:
        case Change::raw:
            return text + "@" + paint_text(i);
        case Change::patch:
            return text + "@" + (i.position < 0 ? "all" : std::to_string(i.position));
        case Change::swap:
            return text + "@" + std::to_string(i.token);
        default:
            return text;
    }
}

std::string to_text(std::span<const Intervention> list) {
    std::string text;
    for (const Intervention& intervention : list) text += (text.empty() ? "" : ";") + to_text(intervention);
    return text;
}

}  // namespace headlight::interpret
