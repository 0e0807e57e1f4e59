#include "app/settings.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "app/architecture.h"
#include "app/settings_fields.h"
#include "base/numeric_text.h"
#include "interpret/intervention.h"
#include "nn/sites.h"
#include "text/utf8.h"

namespace headlight::app {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Valid UTF-8 without control codes (of which a prompt may have tab and newline), at most `limit` bytes.
std::string clean_text(std::string_view text, std::size_t limit, bool multi_line, std::string_view key,
                       Warnings& warnings) {
    std::string clean;
    bool broken = false;
    std::size_t at = 0;
    while (at < text.size()) {
        const text::Utf8Char c = text::utf8_at(text, at);
        const bool invalid = c.code == text::Utf8Char::kInvalid;
        const bool control = c.code < 0x20 || c.code == 0x7F;
        const bool allowed = !control || (multi_line && (c.code == '\n' || c.code == '\t'));
        const auto length = static_cast<std::size_t>(c.length);
        const std::string_view piece = invalid ? kReplacement : text.substr(at, length);
        if (allowed || invalid) {
            if (clean.size() + piece.size() > limit) break;
            clean += piece;
        }
        broken = broken || invalid;
        at += length;
    }
    if (broken) warnings.push_back({"notice.bad_utf8", std::string(key), ""});
    if (at < text.size()) warnings.push_back({"notice.prompt_cut", std::string(key), ""});
    return clean;
}

// The number within [lo, hi]; nothing when the text is no number.
std::optional<double> number_in(std::string_view text, double lo, double hi, bool& clamped) {
    const auto number = parse_double(text);
    if (!number.has_value() || std::isnan(*number)) return std::nullopt;
    const double inside = std::clamp(*number, lo, hi) + 0.0;  // no negative zero
    clamped = inside != *number;
    return inside;
}

// Reads `text` into `value`; false when it cannot be read.
template <class T>
bool read_value(const Field<T>& field, std::string_view text, T& value, Warnings& warnings) {
    if constexpr (std::is_same_v<T, std::string>) {
        const bool multi_line =
            field.key == "prompt" || field.key == "source" || field.key == "corpus" || field.key == "other";
        value = clean_text(text, static_cast<std::size_t>(field.hi), multi_line, field.key, warnings);
        return true;
    } else if constexpr (std::is_same_v<T, bool>) {
        if (text != "0" && text != "1" && text != "true" && text != "false") return false;
        value = text == "1" || text == "true";
        return true;
    } else if constexpr (std::is_enum_v<T>) {
        const auto& names = EnumNames<T>::names;
        const auto found = std::ranges::find(names, text);
        if (found == names.end()) return false;
        value = static_cast<T>(found - names.begin());
        return true;
    } else {
        bool clamped = false;
        const std::optional<double> number = number_in(text, field.lo, field.hi, clamped);
        if (!number.has_value()) return false;
        if (std::is_integral_v<T> && *number != std::floor(*number)) return false;
        value = static_cast<T>(*number);
        if (clamped) warnings.push_back({"notice.clamped", std::string(field.key), to_text(value)});
        return true;
    }
}

// Of any stack: which one is meant follows from `part`.
bool known_site(const std::string& site) {
    for (const char* before : {"", "blocks.0.", "decoder.0."}) {
        if (nn::find_site(before + site).has_value())
            return !site.starts_with("encoder.") && !site.starts_with("decoder.");
    }
    return false;
}

// What can be read of a list of changes.
std::string readable_changes(std::string_view text, interpret::ModelKind kind, Warnings& warnings) {
    const interpret::InterventionList changes = interpret::parse_interventions(text, kind);
    constexpr std::size_t kMostTold = 3;  // of a thousand bad ones
    for (std::size_t i = 0; i < std::min(changes.bad.size(), kMostTold); ++i) {
        warnings.push_back({"notice.bad_change", changes.bad[i].item, "", changes.bad[i].fault});
    }
    if (changes.bad.size() > kMostTold) {
        warnings.push_back({"notice.bad_changes", std::to_string(changes.bad.size() - kMostTold), ""});
    }
    return interpret::to_text(changes.good);
}

bool base64url(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

}  // namespace

std::string to_text(bool value) {
    return value ? "1" : "0";
}
std::string to_text(int value) {
    return std::to_string(value);
}
std::string to_text(std::uint32_t value) {
    return std::to_string(value);
}
std::string to_text(float value) {
    return shortest(value);
}

template <class Enum>
    requires std::is_enum_v<Enum>
std::string to_text(Enum value) {
    return std::string(EnumNames<Enum>::names[static_cast<std::size_t>(value)]);
}

template <class T>
std::string_view key_of(T Settings::* member) {
    std::string_view key;
    for_each_field([&](const auto& field) {
        using Type = typename std::remove_cvref_t<decltype(field)>::Type;
        if constexpr (std::is_same_v<Type, T>) {
            if (field.member == member) key = field.key;
        }
    });
    return key;
}

template std::string_view key_of(bool Settings::*);
template std::string_view key_of(int Settings::*);
template std::string_view key_of(std::uint32_t Settings::*);
template std::string_view key_of(float Settings::*);
template std::string_view key_of(std::string Settings::*);
#define INSTANTIATE(Enum)               \
    template std::string to_text(Enum); \
    template std::string_view key_of(Enum Settings::*)
INSTANTIATE(Rung);
INSTANTIATE(View);
INSTANTIATE(Values);
INSTANTIATE(ColourScale);
INSTANTIATE(Bottom);
INSTANTIATE(Compare);
INSTANTIATE(SweepKind);
INSTANTIATE(Summary);
INSTANTIATE(HeadOrder);
INSTANTIATE(Tab);
INSTANTIATE(Language);
INSTANTIATE(Theme);
INSTANTIATE(Motion);
INSTANTIATE(Part);
INSTANTIATE(Decoding);
INSTANTIATE(TutorialMode);
INSTANTIATE(Precision);
INSTANTIATE(Exhibit);
INSTANTIATE(Stage);
#undef INSTANTIATE

bool set_field(Settings& settings, std::string_view key, std::string_view text, Warnings& warnings) {
    bool found = false;
    for_each_field([&](const auto& field) {
        if (found || field.key != key) return;
        found = true;
        auto value = settings.*field.member;
        if (read_value(field, text, value, warnings)) {
            settings.*field.member = std::move(value);
        } else {
            warnings.push_back({"notice.bad_value", std::string(key), to_text(settings.*field.member)});
        }
    });
    return found;
}

std::string field_text(const Settings& settings, std::string_view key) {
    std::string text;
    for_each_field([&](const auto& field) {
        if (field.key == key) text = to_text(settings.*field.member);
    });
    return text;
}

void reset_field(Settings& settings, std::string_view key) {
    const Settings defaults;
    for_each_field([&](const auto& field) {
        if (field.key == key) settings.*field.member = defaults.*field.member;
    });
}

Settings normalised(Settings settings, Warnings& warnings) {
    if (settings.layer < 0 || settings.head < 0) settings.layer = settings.head = -1;
    if (settings.query < 0) settings.key = -1;
    if (settings.row < 0 || settings.column < 0) settings.row = settings.column = -1;
    if (!known_site(settings.site)) {
        warnings.push_back({"notice.unknown_site", "site", settings.site});
        settings.site = Settings().site;
    }
    if (model::impossible(architecture_config(settings)) != model::Impossible::no) {
        warnings.push_back({"notice.impossible_architecture", "arch", ""});
        set_architecture_config(settings, architecture_config(Settings()));
    }
    settings.arch_tokens = std::min(settings.arch_tokens, settings.arch_context);
    settings.changes = readable_changes(settings.changes, interpret::ModelKind::gpt, warnings);
    settings.translator_changes =
        readable_changes(settings.translator_changes, interpret::ModelKind::encoder_decoder, warnings);
    if (!base64url(settings.weights)) {
        warnings.push_back({"notice.bad_value", "weights", ""});
        settings.weights.clear();
    }
    return settings;
}

bool hidden(const Settings& settings, std::string_view control) {
    std::string_view rest = settings.hide;
    while (!rest.empty()) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        if (rest.substr(0, comma) == control) return true;
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return false;
}

}  // namespace headlight::app
