#include "app/library_requests.h"

#include <nlohmann/json.hpp>

#include "app/enum_names.h"
#include "base/json.h"

namespace headlight::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kStages[] = {"empty", "inspecting", "inspected", "loading", "paused", "failed"};
constexpr std::string_view kSources[] = {"files", "hub", "kept"};
constexpr std::string_view kChecksums[] = {"pending", "none", "checked"};
constexpr std::string_view kKeepStages[] = {"none", "writing", "kept", "failed"};

void read(const nlohmann::json& json, const char* key, std::string& value) {
    const auto found = json.find(key);
    if (found != json.end() && found->is_string()) value = found->get<std::string>();
}
void read(const nlohmann::json& json, const char* key, double& value) {
    const auto found = json.find(key);
    if (found != json.end() && found->is_number()) value = found->get<double>();
}
void read(const nlohmann::json& json, const char* key, int& value) {
    const auto found = json.find(key);
    if (found != json.end() && found->is_number_integer()) value = found->get<int>();
}
void read(const nlohmann::json& json, const char* key, bool& value) {
    const auto found = json.find(key);
    if (found != json.end() && found->is_boolean()) value = found->get<bool>();
}

const nlohmann::json& list_of(const nlohmann::json& json, const char* key) {
    static const nlohmann::json kNone = nlohmann::json::array();
    const auto found = json.find(key);
    return found != json.end() && found->is_array() ? *found : kNone;
}

Json files_json(const std::vector<ImportFile>& files) {
    Json list = Json::array();
    for (const ImportFile& file : files) {
        list.push_back({{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}});
    }
    return list;
}

Json text_json(const LibraryText& text) {
    if (text.empty()) return nullptr;
    return {{"key", text.key}, {"text", text.text}};
}

Json import_json(const Import& import) {
    Json json{{"stage", name_of(import.stage, kStages)},
              {"job", import.job},
              {"source", name_of(import.source, kSources)},
              {"name", import.name},
              {"address", import.address},
              {"done", import.done_bytes},
              {"bytes", import.total_bytes},
              {"bytes_known", import.total_known},
              {"bytes_per_second", import.bytes_per_second},
              {"seconds_left", import.seconds_left},
              {"retry_seconds", import.retry_seconds},
              {"can_retry", import.can_retry},
              {"can_start", import.can_start()},
              {"checksum", name_of(import.checksum, kChecksums)},
              {"error", text_json(import.error)},
              {"files", files_json(import.files)}};
    if (!import.described) return json;
    json["parameters"] = import.parameters;
    json["precision"] = to_text(import.chosen());
    json["automatic"] = to_text(import.automatic);
    json["reason"] = text_json(import.reason);
    json["memory_free"] = import.memory_free;
    json["formats"] = Json::object();
    for (const FormatChoice& choice : import.formats) {
        json["formats"][to_text(choice.precision)] = {
            {"bytes", choice.model_bytes}, {"peak", choice.peak_bytes}, {"fits", choice.fits}};
    }
    return json;
}

}  // namespace

Result<Report> parse_report(std::string_view text) {
    const auto json = read_json(text);
    if (!json.is_object()) return invalid("An import report must be a JSON object.");
    Report report;
    for (const auto& [key, target] : {std::pair{"event", &report.event},
                                      {"name", &report.name},
                                      {"base", &report.base},
                                      {"config", &report.config},
                                      {"index", &report.index},
                                      {"key", &report.key},
                                      {"detail", &report.detail},
                                      {"file", &report.file}}) {
        read(json, key, *target);
    }
    if (report.event.empty()) return invalid("\"event\" must be a string.");
    read(json, "job", report.job);
    read(json, "handle", report.handle);
    read(json, "attempt", report.attempt);
    read(json, "seconds", report.seconds);
    read(json, "used", report.used);
    read(json, "available", report.available);
    read(json, "retry", report.retry);
    read(json, "supported", report.supported);
    read(json, "persistent", report.persistent);
    for (const auto& entry : list_of(json, "files")) {
        if (!entry.is_object()) continue;
        ImportFile file;
        read(entry, "name", file.name);
        read(entry, "bytes", file.bytes);
        read(entry, "sha256", file.sha256);
        report.files.push_back(std::move(file));
    }
    for (const auto& entry : list_of(json, "models")) {
        if (!entry.is_object()) continue;
        std::string manifest, date;
        read(entry, "manifest", manifest);
        read(entry, "date", date);
        if (auto parsed = parse_manifest(manifest)) report.models.push_back({std::move(*parsed), std::move(date)});
    }
    return report;
}

std::string inspect_request(int job, const ModelSource& source) {
    return write_json(Json{{"job", job}, {"bases", source.bases}, {"tree", source.tree}});
}

std::string load_request(const Import& import, int handle) {
    return write_json(Json{{"job", import.job},
                           {"source", name_of(import.source, kSources)},
                           {"base", import.address},
                           {"id", import.id},
                           {"handle", handle},
                           {"files", files_json(import.files)}});
}

std::string keep_request(int job, const ModelKeeper& keeper) {
    return write_json(Json{{"job", job}, {"id", keeper.id()}, {"files", files_json(keeper.files())}});
}

std::string job_request(int job) {
    return write_json(Json{{"job", job}});
}

std::string id_request(std::string_view id) {
    return write_json(Json{{"id", id}});
}

std::string library_json(const ModelLibrary& library) {
    Json json{{"open", library.open},
              {"address", library.address},
              {"import", import_json(library.import)},
              {"keep",
               {{"stage", name_of(library.keep.stage, kKeepStages)},
                {"id", library.keep.id},
                {"done", library.keep.done_bytes},
                {"bytes", library.keep.total_bytes},
                {"error", text_json(library.keep.error)}}},
              {"listed", library.listed},
              {"kept", Json::array()},
              {"storage",
               {{"supported", library.storage.supported},
                {"persistent", library.storage.persistent},
                {"used", library.storage.used},
                {"available", library.storage.available}}}};
    for (const KeptModel& kept : library.kept) {
        json["kept"].push_back({{"id", kept.id},
                                {"name", kept.name},
                                {"precision", to_text(kept.precision)},
                                {"bytes", kept.bytes},
                                {"parameters", kept.parameters},
                                {"date", kept.date},
                                {"in_use", kept.in_use},
                                {"deleting", kept.deleting}});
    }
    return write_json(json);
}

}  // namespace headlight::app
