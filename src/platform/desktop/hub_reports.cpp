#include "platform/desktop/hub_reports.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.h"
#include "platform/desktop/model_files.h"

namespace headlight::platform {

namespace {

using Json = nlohmann::json;

std::string text_of(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double size_of(const Json& json) {
    const auto found = json.find("size");
    return found != json.end() && found->is_number() ? found->get<double>() : -1;
}

bool is_sha256(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

std::optional<std::vector<HubFile>> parse_tree(std::string_view text) {
    const Json json = read_json(text);
    if (!json.is_array()) return std::nullopt;
    std::vector<HubFile> files;
    for (const Json& entry : json) {
        if (!entry.is_object() || text_of(entry, "type") != "file") continue;
        HubFile file{text_of(entry, "path"), size_of(entry), {}};
        if (file.name.empty() || file.name.find('/') != std::string::npos) continue;
        if (const auto lfs = entry.find("lfs"); lfs != entry.end() && lfs->is_object()) {
            const std::string oid = text_of(*lfs, "oid");
            if (is_sha256(oid)) file.sha256 = oid;
            if (size_of(*lfs) >= 0) file.bytes = size_of(*lfs);
        }
        files.push_back(std::move(file));
    }
    return files;
}

std::vector<std::string> shards_of(std::string_view index) {
    std::set<std::string> names;
    const Json json = read_json(index);
    if (!json.is_object()) return {};
    const auto map = json.find("weight_map");
    if (map == json.end() || !map->is_object()) return {};
    for (const auto& [tensor, file] : map->items()) {
        if (file.is_string()) names.insert(file.get<std::string>());
    }
    return {names.begin(), names.end()};
}

std::vector<HubFile> wanted_files(const std::vector<HubFile>& all, std::string_view index) {
    const auto has = [&](std::string_view name) { return std::ranges::find(all, name, &HubFile::name) != all.end(); };
    const std::vector<std::string> weights = has(kWhole) ? std::vector{std::string(kWhole)} : shards_of(index);
    std::vector<HubFile> wanted;
    for (const HubFile& file : all) {
        const bool tokenizer = has("tokenizer.json") ? file.name == "tokenizer.json"
                                                     : file.name == "vocab.json" || file.name == "merges.txt";
        if (tokenizer || std::ranges::find(weights, file.name) != weights.end()) wanted.push_back(file);
    }
    return wanted;
}

std::string sha256_of_etag(std::string_view etag) {
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') etag = etag.substr(1, etag.size() - 2);
    return is_sha256(etag) ? std::string(etag) : std::string();
}

std::string described_report(int job, std::string_view base, std::string_view config, std::string_view index,
                             const std::vector<HubFile>& files) {
    Json list = Json::array();
    for (const HubFile& file : files)
        list.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    return write_json(Json{{"do", "import_report"},
                           {"event", "described"},
                           {"job", job},
                           {"base", base},
                           {"config", config},
                           {"index", index},
                           {"files", list}});
}

std::string status_report(int job, long status, std::string_view file) {
    const bool denied = status == 401 || status == 403;
    const std::string_view key = status == 404 ? "library.error.not_found"
                                 : denied      ? "library.error.denied"
                                               : "library.error.status";
    return failed_report(job, key, std::to_string(status), file, status >= 500);
}

std::string paused_report(int job, double seconds, int attempt, std::string_view detail) {
    return write_json(Json{{"do", "import_report"},
                           {"event", "paused"},
                           {"job", job},
                           {"seconds", seconds},
                           {"attempt", attempt},
                           {"key", "library.error.broken"},
                           {"detail", detail}});
}

std::string resumed_report(int job) {
    return write_json(Json{{"do", "import_report"}, {"event", "resumed"}, {"job", job}});
}

}  // namespace headlight::platform
