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
std::string file_stem(const Selection& selected, const SiteInfo& site) {
    std::string name = site.full_name;
    if (const auto mark = name.find("{l}"); mark != std::string::npos) {
        name.replace(mark, 3, std::to_string(selected.layer));
    }
    return "headlight-" + name + (site.per_head ? "-head." + std::to_string(selected.head) : "");
}

std::string string_key_of(Part part) {
    return "set.part." + to_text(part);
}

}  // namespace

// Which of the runs a single picture shows, and what was changed in it.
std::string App::State::run_caption() const {
    const Strings& texts = strings();
    const Compare compare = document.settings.compare;
    if (shows_difference()) {
        return std::string(texts(compare == Compare::other ? "ab.difference" : "set.compare.difference"));
    }
    const Laboratory& view = laboratory();
    if (!view.changed) return "";
    if (gpt_rung() && compare == Compare::baseline) return std::string(texts("ab.baseline"));
    std::string made;
    for (const ChangeInfo& change : view.changes) {
        if (change.reason.empty()) made += (made.empty() ? "" : ", ") + change.label;
    }
    constexpr double kWidest = 600;
    return fitting_text(made, kWidest);
}

// The head view.
Shown App::State::shown_head() const {
    const Settings& s = document.settings;
    const Selection selected = selection();
    const Strings& texts = strings();
    const bool pattern = s.values == Values::pattern;
    const std::string layer = std::to_string(selected.layer), head = std::to_string(selected.head);
    Shown shown{attention(selected.layer, selected.head, s.values),
                {token_names(query_tokens()), token_names(key_tokens())},
                texts("export.caption", {{"model", model()->name},
                                         {"layer", layer},
                                         {"head", head},
                                         {"values", texts(pattern ? "head.pattern" : "head.scores")}}),
                "headlight-head-" + layer + "." + head,
                gpt_rung() || s.part == Part::decoder,
                pattern,
                true};
    if (const interpret::Matrix many = summary(); !many.empty()) {
        shown.values = many;
        shown.caption = std::string(texts("set.summary." + to_text(s.summary))) + ", " + shown.caption;
        shown.stem = "headlight-" + to_text(s.summary) + "-" + layer;
        shown.pattern = true;
    }
    if (!gpt_rung()) {
        shown.caption = std::string(texts(string_key_of(s.part))) + ", " + shown.caption;
        shown.stem = "headlight-" + to_text(s.part) + "-head-" + layer + "." + head;
    }
    shown.difference = summary().empty() && shows_difference();
    if (gpt_rung()) put_beside(shown);
    if (const std::string run = run_caption(); shown.runs.empty() && !run.empty()) shown.caption += " · " + run;
    return shown;
}

// Of the views that take the inspected matrix's place.
bool App::State::shows_laboratory() const {
    const Bottom bottom = document.settings.bottom;
    return gpt_rung() &&
           (bottom == Bottom::lens || bottom == Bottom::parts || bottom == Bottom::patch || bottom == Bottom::space);
}

// The inspected matrix, or what the laboratory shows in its place.
Shown App::State::shown_matrix() const {
    const Settings& s = document.settings;
    if (shows_laboratory()) return shown_laboratory();
    const Selection selected = selection();
    const SiteInfo* place = site(s.site);
    if (place == nullptr) return {};
    const auto names_of = [&](AxisKind axis) -> std::vector<std::string> {
        if (axis == AxisKind::source_position) return token_names(source_tokens);
        const bool positions = axis == AxisKind::position || axis == AxisKind::key_position;
        return positions ? token_names(query_tokens()) : std::vector<std::string>();
    };
    Shown shown{matrix(s.site, selected.layer, selected.head),
                {names_of(place->rows), names_of(place->columns)},
                "",
                file_stem(selected, *place)};
    shown.caption = strings()("export.caption_matrix", {{"model", model()->name}, {"site", shown.stem.substr(10)}});
    shown.causal = place->columns == AxisKind::key_position && stack() != nn::Stack::encoder;
    shown.pattern = s.site.ends_with("hook_pattern");
    shown.difference = shows_difference();
    if (const std::string run = run_caption(); !run.empty()) shown.caption += " · " + run;
    return shown;
}

// The tutorial's selected sheet.
Shown App::State::shown_sheet() const {
    const interpret::Sheet* chosen = sheet();
    if (chosen == nullptr) return {};
    const std::string mode = "set.mode." + to_text(document.settings.mode);
    Shown shown{{chosen->values.data(), chosen->rows, chosen->cols, chosen->cols, 1},
                {chosen->row_labels, chosen->col_labels},
                std::string(strings()(chosen->title)) + " (" + std::string(strings()(mode)) + ")",
                "headlight-tutorial-" + chosen->id};
    shown.decimals = chosen->decimals;
    return shown;
}

std::string App::State::trace_bytes(const std::string& link_text) const {
    if (gpt_rung()) {
        session->compute_all_logits();
        if (lab.changed()) lab.run->compute_all_logits();
        std::map<std::string, std::string> metadata{{"link", link_text}};
        if (lab.changed()) metadata["interventions"] = document.settings.changes;
        return interpret::trace_file(interpret::trace_tensors(trace(), session->positions()), session->shown().ids,
                                     std::move(metadata));
    }
    const auto source = static_cast<int>(translator->source().size()), target = static_cast<int>(target_tokens.size());
    auto tensors = interpret::trace_tensors(translator->trace(nn::Stack::encoder), source);
    for (auto& tensor : interpret::trace_tensors(translator->trace(nn::Stack::decoder), target)) {
        tensors.push_back(std::move(tensor));
    }
    std::string ids;
    for (const std::int32_t id : translator->source()) ids += (ids.empty() ? "" : ",") + std::to_string(id);
    std::map<std::string, std::string> metadata{{"link", link_text}, {"source_ids", ids}};
    if (translator->changed()) metadata["interventions"] = document.settings.translator_changes;
    return interpret::trace_file(tensors, translator->target(), std::move(metadata));
}

// The picture of a head or a matrix as the screen has it, or of what the laboratory shows in the matrix's place.
Drawing App::State::drawing_of(const Shown& shown, ExportWhat what) const {
    const Settings& settings = document.settings;
    if (!of_head(what) && shows_laboratory()) {
        if (Drawing drawing = laboratory_drawing(); !drawing.empty()) return drawing;
    }
    // The colour setting is the head view's.
    const ColourScale scale = shown.head ? settings.scale : ColourScale::linear;
    const int first_key = settings.hide_sink && shown.head && (shown.causal || !shown.runs.empty()) ? 1 : 0;
    const HeatRange range = shown.difference ? difference_range(shown.values, scale, first_key)
                            : shown.pattern  ? pattern_range(shown.values, scale, first_key)
                                             : matrix_range(shown.values, scale, first_key);
    const bool numbers = shown.decimals >= 0;
    const Strings& texts = strings();
    Picture picture{range, first_key,
                    [&](float value) {
                        return numbers ? fixed_text(static_cast<double>(value), shown.decimals, texts)
                                       : scale_text(range, value, texts);
                    },
                    numbers, settings.query};
    if (shown.head && settings.view == View::lines && shown.pattern) {
        const std::vector<HeadLines> one{{shown.values, shown.names, ""}};
        return head_lines_drawing(shown.runs.empty() ? one : shown.runs, picture, shown.causal || !shown.runs.empty());
    }
    for (const HeadLines& run : shown.runs) {
        const int begin =
            picture.titles.empty() ? 0 : picture.titles.back().first + shown.runs.front().pattern.cols + 1;
        picture.titles.emplace_back(begin, run.title);
    }
    Drawing drawing = matrix_drawing(shown.values, shown.names, picture, shown.causal);
    drawing.legend.words = texts(scale == ColourScale::log ? "head.log" : "head.linear");
    if (const int shared = columns_in_a_cell(shown.values.cols); shared > 1) {
        drawing.legend.words += " · " + texts("export.shared", {{"count", std::to_string(shared)}});
    }
    return drawing;
}

void App::State::run_export(const Export& command) {
    const Settings& settings = document.settings;
    const bool in_tutorial = rung() == Rung::tutorial, of_trace = command.what == ExportWhat::trace;
    const Format format = format_of(command.what);
    Shown shown;
    if (gpt_rung() && session != nullptr && settings.site == "logits") session->compute_all_logits();
    if (in_tutorial && !of_trace) shown = shown_sheet();
    if (!in_tutorial && !rung_tokens().empty()) shown = of_head(command.what) ? shown_head() : shown_matrix();
    if (shown.values.empty()) return notify_key(Severity::info, "notice.nothing_to_export");
    if (of_trace) shown.stem = "headlight-trace";
    const std::string link_text = environment.page + "#" + link();
    std::string bytes;
    switch (command.what) {
        case ExportWhat::head_svg:
        case ExportWhat::matrix_svg:
            bytes = drawing_svg(with_caption(drawing_of(shown, command.what), shown.caption, link_text), shown.caption);
            break;
        case ExportWhat::head_png:
        case ExportWhat::matrix_png:
            bytes = drawing_png(with_caption(drawing_of(shown, command.what), shown.caption, link_text), letters.get(),
                                shown.caption + " " + link_text);
            break;
        case ExportWhat::head_csv:
        case ExportWhat::matrix_csv:
            bytes = matrix_csv(shown.values, shown.names);
            break;
        case ExportWhat::head_json:
        case ExportWhat::matrix_json:
            bytes = matrix_json(shown.values, shown.names, shown.caption, link_text);
            break;
        case ExportWhat::trace:
            bytes = trace_bytes(link_text);
            break;
    }
    // Text goes onto the clipboard, pictures and traces always into a file.
    const bool textual = format.extension == ".csv" || format.extension == ".json" || format.extension == ".svg";
    const bool copies = command.to == ExportTo::clipboard && textual;
    const std::string name = shown.stem + std::string(format.extension);
    effects.push_back(
        {copies ? Effect::Kind::copy_text : Effect::Kind::save_file, name, std::string(format.mime), std::move(bytes)});
    if (copies) {
        notify_key(Severity::info, "notice.copied");
    } else {
        notify_key(Severity::info, "notice.exported", {{"name", name}});
    }
}

}  // namespace headlight::app
