// The Export command: what the head view and the inspector show, as files or on the clipboard.
#include "app/app_state.h"
#include "app/export.h"
#include "interpret/trace_file.h"

namespace headlight::app {
namespace {

struct Format {
    std::string_view extension, mime;
};

Format format_of(ExportWhat what) {
    switch (what) {
        case ExportWhat::head_svg:
        case ExportWhat::matrix_svg:
            return {".svg", "image/svg+xml"};
        case ExportWhat::head_png:
        case ExportWhat::matrix_png:
            return {".png", "image/png"};
        case ExportWhat::head_csv:
        case ExportWhat::matrix_csv:
            return {".csv", "text/csv"};
        case ExportWhat::head_json:
        case ExportWhat::matrix_json:
            return {".json", "application/json"};
        case ExportWhat::trace:
            return {".safetensors", "application/octet-stream"};
    }
    return {"", ""};
}

bool of_head(ExportWhat what) {
    return what == ExportWhat::head_svg || what == ExportWhat::head_png || what == ExportWhat::head_csv ||
           what == ExportWhat::head_json;
}

std::vector<std::string> token_names(const std::vector<TokenInfo>& tokens) {
    std::vector<std::string> names;
    for (const TokenInfo& token : tokens) names.push_back(token.display);
    return names;
}

// "blocks.2.attn.hook_pattern" with the head, fit for a file name.
std::string file_stem(const Settings& settings, const Selection& selected, const SiteInfo& site) {
    std::string stem = "headlight";
    if (site.per_layer) stem += "-blocks." + std::to_string(selected.layer);
    stem += (site.per_layer ? "." : "-") + settings.site;
    if (site.per_head) stem += "-head." + std::to_string(selected.head);
    return stem;
}

}  // namespace

void App::State::run_export(const Export& command) {
    if (tokens.empty()) return notify_key(Severity::info, "notice.nothing_to_export");
    const Settings& settings = document.settings;
    const Selection selected = selection();
    const Strings& texts = strings();
    const Format format = format_of(command.what);
    const bool head = of_head(command.what);
    const SiteInfo& shown = *site(settings.site);
    const std::string link_text = "#" + link();

    interpret::Matrix values;
    TableNames names{token_names(tokens), {}};
    std::string caption, stem;
    if (head) {
        values = attention(selected.layer, selected.head, settings.values);
        names.columns = names.rows;
        const std::string_view which = texts(settings.values == Values::pattern ? "head.pattern" : "head.scores");
        caption = texts("export.caption", {{"model", info.name},
                                           {"layer", std::to_string(selected.layer)},
                                           {"head", std::to_string(selected.head)},
                                           {"values", which}});
        stem = "headlight-head-" + std::to_string(selected.layer) + "." + std::to_string(selected.head);
    } else {
        values = matrix(settings.site, selected.layer, selected.head);
        if (shown.columns == AxisKind::key_position) names.columns = names.rows;
        stem = command.what == ExportWhat::trace ? "headlight-trace" : file_stem(settings, selected, shown);
        caption = texts("export.caption_matrix", {{"model", info.name}, {"site", stem.substr(10)}});
    }
    const int first_key = settings.hide_sink ? 1 : 0;
    const bool pattern = head ? settings.values == Values::pattern : settings.site == "attn.hook_pattern";
    const HeatRange range = pattern ? pattern_range(values, settings.scale, head ? first_key : 0)
                                    : matrix_range(values, settings.scale, head ? first_key : 0);
    const Picture picture{caption, link_text, range, first_key};

    std::string bytes;
    switch (command.what) {
        case ExportWhat::head_svg:
            bytes = settings.view == View::lines && pattern ? head_lines_svg(values, names, picture)
                                                            : matrix_svg(values, names, picture, true);
            break;
        case ExportWhat::matrix_svg:
            bytes = matrix_svg(values, names, picture, shown.columns == AxisKind::key_position);
            break;
        case ExportWhat::head_png:
        case ExportWhat::matrix_png:
            bytes =
                matrix_png(values, range, head || shown.columns == AxisKind::key_position, caption + " " + link_text);
            break;
        case ExportWhat::head_csv:
        case ExportWhat::matrix_csv:
            bytes = matrix_csv(values, names);
            break;
        case ExportWhat::head_json:
        case ExportWhat::matrix_json:
            bytes = matrix_json(values, names, caption, link_text);
            break;
        case ExportWhat::trace:
            bytes = interpret::trace_file(interpret::trace_tensors(session->trace(), session->positions()),
                                          session->shown().ids, {{"link", link_text}});
            break;
    }
    // Text goes onto the clipboard, pictures and traces always into a file.
    const bool textual = format.extension == ".csv" || format.extension == ".json" || format.extension == ".svg";
    const bool copies = command.to == ExportTo::clipboard && textual;
    const std::string name = stem + std::string(format.extension);
    effects.push_back(
        {copies ? Effect::Kind::copy_text : Effect::Kind::save_file, name, std::string(format.mime), std::move(bytes)});
    if (copies) {
        notify_key(Severity::info, "notice.copied");
    } else {
        notify_key(Severity::info, "notice.exported", {{"name", name}});
    }
}

}  // namespace headlight::app
