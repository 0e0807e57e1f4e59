#pragma once
// What the program and its platform say to one another about models of one's own, as JSON.
//
// Requests: Effect::Kind::model_request, name: the verb.
//   inspect  {job, bases, tree}  find sizes; answer: described or failed. bases: addresses of folders, to be tried in
//                                order; tree: an address that lists the files of bases[0], or ""
//   load     {job, source, base, id, handle, files: [{name, bytes, sha256}]}  the files' bytes in this order, into
//                                Program::models(); from an address (source "hub"), from what was offered under
//                                `handle` ("files"), or from what is kept as `id` ("kept"). bytes -1: not known
//   retry    {job}               a paused one, at once
//   stop     {job}               inspecting or loading
//   keep     {job, id, files: [{name, bytes}]}  store what ModelSink::kept_bytes gives, as these files, the last of
//                                which makes it complete; answer: kept or keep_failed
//   delete   {id}                as soon as nobody reads it; answer: listed
//   list     {}                  answer: listed
//
// Reports: command "import_report" with "event":
//   described   {job, base, config, index, files: [{name, bytes, sha256}]}  config, index: the texts of config.json and
//               model.safetensors.index.json ("" when there is none); files: all that are to be loaded besides
//   offered     {handle, name, config, index, files}  the same for files that a person chose or dropped
//   paused      {job, seconds, attempt, key, detail}  the connection broke; tried again then
//   resumed     {job}
//   failed      {job, key, detail, file, retry}  key: a string of the language files; retry: it may help
//   listed      {supported, persistent, used, available, models: [{manifest, date}]}  manifest: the text of the file
//   kept        {job}
//   keep_failed {job, key, detail}

#include <string>
#include <string_view>
#include <vector>

#include "app/model_keeper.h"
#include "app/model_library.h"
#include "app/model_source.h"
#include "base/result.h"

namespace headlight::app {

struct Report {
    std::string event;
    int job = 0, handle = 0, attempt = 0;
    std::string name, base, config, index, key, detail, file;
    std::vector<ImportFile> files;
    double seconds = -1, used = -1, available = -1;
    bool retry = false, supported = false, persistent = false;
    struct Entry {
        Manifest manifest;
        std::string date;
    };
    std::vector<Entry> models;
};

// Missing fields stay as above; an error when it is no report at all.
[[nodiscard]] Result<Report> parse_report(std::string_view json);

[[nodiscard]] std::string inspect_request(int job, const ModelSource& source);
[[nodiscard]] std::string load_request(const Import& import, int handle);
[[nodiscard]] std::string keep_request(int job, const ModelKeeper& keeper);
[[nodiscard]] std::string job_request(int job);
[[nodiscard]] std::string id_request(std::string_view id);

// The library for the JavaScript interface.
[[nodiscard]] std::string library_json(const ModelLibrary& library);

}  // namespace headlight::app
