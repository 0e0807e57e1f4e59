#include "app/model_source.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "base/rng.h"

namespace headlight::app {
namespace {

// Names from before repositories had owners.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kShortNames{{
    {"gpt2", "openai-community/gpt2"},
    {"gpt2-medium", "openai-community/gpt2-medium"},
    {"gpt2-large", "openai-community/gpt2-large"},
    {"gpt2-xl", "openai-community/gpt2-xl"},
    {"distilgpt2", "distilbert/distilgpt2"},
}};

bool plain_sign(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
}

bool is_part(std::string_view text) {
    return !text.empty() && text != "." && text != ".." && text.size() <= 100 && std::ranges::all_of(text, plain_sign);
}

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        const std::size_t slash = std::min(path.find('/'), path.size());
        if (slash > 0) parts.push_back(path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return parts;
}

std::string join(std::span<const std::string_view> parts) {
    std::string text;
    for (const std::string_view part : parts) text += (text.empty() ? "" : "/") + std::string(part);
    return text;
}

ModelSource repository(const std::string& origin, const std::string& path, const std::string& revision,
                       std::string_view hub) {
    std::string name = origin == hub ? path : origin + "/" + path;
    if (revision != "main") name = origin + "/" + path + "/tree/" + revision;
    return {std::move(name),
            {origin + "/" + path + "/resolve/" + revision + "/"},
            origin + "/api/models/" + path + "/tree/" + revision};
}

bool names_file(std::string_view part) {
    return part.ends_with(".json") || part.ends_with(".safetensors") || part.ends_with(".txt") || part.ends_with(".md");
}

std::optional<ModelSource> parse_address(std::string_view text, std::string_view hub) {
    const std::size_t host_at = text.find("//") + 2;
    text = text.substr(0, text.find_first_of("?#"));
    const std::size_t path_at = std::min(text.find('/', host_at), text.size());
    const std::string origin(text.substr(0, path_at));
    const std::string_view host = text.substr(std::min(host_at, path_at), path_at - std::min(host_at, path_at));
    const bool known = !host.empty() && std::ranges::all_of(host, [](char c) { return plain_sign(c) || c == ':'; });
    if (!known) return std::nullopt;
    const std::vector<std::string_view> parts = split(text.substr(path_at));
    // "%20" and the like stay as they are.
    const auto fit = [](std::string_view part) {
        return part != "." && part != ".." &&
               std::ranges::all_of(part, [](char c) { return plain_sign(c) || c == '%' || c == '~'; });
    };
    if (parts.empty() || !std::ranges::all_of(parts, fit)) return std::nullopt;

    static constexpr std::array<std::string_view, 4> kViews{"resolve", "blob", "tree", "raw"};
    const auto view = std::ranges::find_first_of(parts.begin() + 1, parts.end(), kViews.begin(), kViews.end());
    if (view != parts.end()) {
        const std::string revision(view + 1 != parts.end() ? *(view + 1) : "main");
        return repository(origin, join({parts.begin(), view}), revision, hub);
    }
    if (names_file(parts.back())) {
        const std::string folder = join({parts.begin(), parts.end() - 1});
        const std::string base = origin + "/" + folder + (folder.empty() ? "" : "/");
        return ModelSource{base, {base}, ""};
    }
    ModelSource source = repository(origin, join(parts), "main", hub);
    source.bases.push_back(origin + "/" + join(parts) + "/");
    return source;
}

}  // namespace

std::optional<ModelSource> parse_source(std::string_view text, std::string_view hub) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return std::nullopt;
    text = text.substr(first, text.find_last_not_of(" \t\r\n") + 1 - first);
    while (hub.ends_with('/')) hub.remove_suffix(1);
    if (text.starts_with("https://") || text.starts_with("http://")) return parse_address(text, hub);
    for (const auto& [brief, full] : kShortNames) {
        if (text == brief) text = full;
    }
    const std::vector<std::string_view> parts = split(text);
    const bool name = (parts.size() == 1 || parts.size() == 2) && std::ranges::all_of(parts, is_part);
    if (!name || text.front() == '/' || hub.empty()) return std::nullopt;
    return repository(std::string(hub), join(parts), "main", hub);
}

std::string kept_id(std::string_view name, Precision precision) {
    constexpr std::size_t kLongest = 90;
    std::uint64_t hash = name.size();
    std::string id;
    bool exact = name.size() <= kLongest;
    for (const char c : name) {
        hash = mix64(hash ^ static_cast<unsigned char>(c));
        exact = exact && (plain_sign(c) || c == '/');
        if (id.size() < kLongest) id += plain_sign(c) ? std::string(1, c) : c == '/' ? "--" : "-";
    }
    if (id.empty() || id.front() == '.') id.insert(0, "m");
    if (!exact) {
        char digits[12];
        std::snprintf(digits, sizeof digits, "-%08x", static_cast<unsigned>(hash >> 32));
        id += digits;
    }
    return id + "." + to_text(precision);
}

}  // namespace headlight::app
