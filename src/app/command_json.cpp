// Commands as JSON, for the JavaScript interface and the tests: {"do": NAME, ...}.
#include <nlohmann/json.hpp>

#include "app/commands.h"
#include "app/settings_fields.h"
#include "base/json.h"
#include "base/numeric_text.h"

namespace headlight::app {
namespace {

using Parsed = nlohmann::json;

// One argument of the right type, or an error that names it.
Result<std::int64_t> number_of(const Parsed& json, const char* name) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_number_integer()) {
        return invalid(std::string("\"") + name + "\" must be a whole number.");
    }
    const auto value = found->get<std::int64_t>();
    if (value < -1 || value > 0x7FFFFFFF) return invalid(std::string("\"") + name + "\" is out of range.");
    return value;
}

Result<std::string> text_of(const Parsed& json, const char* name) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_string()) return invalid(std::string("\"") + name + "\" must be a string.");
    return found->get<std::string>();
}

Result<std::string> value_of(const Parsed& json) {
    const auto found = json.find("value");
    if (found == json.end()) return invalid("\"value\" is missing.");
    if (found->is_string()) return found->get<std::string>();
    if (found->is_boolean()) return std::string(found->get<bool>() ? "1" : "0");
    if (found->is_number_integer()) return std::to_string(found->get<std::int64_t>());
    if (found->is_number()) return shortest(found->get<double>());
    return invalid("\"value\" must be a string, a number or a boolean.");
}

bool known_key(std::string_view key) {
    bool known = false;
    for_each_field([&](const auto& field) { known = known || field.key == key; });
    return known;
}

Result<Command> set_command(const Parsed& json) {
    ASSIGN_OR_RETURN(std::string key, text_of(json, "key"));
    if (!known_key(key)) return invalid("There is no setting \"" + key + "\".");
    ASSIGN_OR_RETURN(std::string value, value_of(json));
    return SetField{std::move(key), std::move(value)};
}

Result<Command> export_command(const Parsed& json) {
    static constexpr std::array<std::string_view, 9> kNames{"head_svg",   "head_png",   "head_csv",
                                                            "head_json",  "matrix_csv", "matrix_json",
                                                            "matrix_png", "matrix_svg", "trace"};
    ASSIGN_OR_RETURN(const std::string what, text_of(json, "what"));
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames[i] != what) continue;
        const bool copies = json.value("to", Parsed("file")) == Parsed("clipboard");
        return Export{static_cast<ExportWhat>(i), copies ? ExportTo::clipboard : ExportTo::file};
    }
    return invalid("There is no export \"" + what + "\".");
}

template <class T, class Make>
Result<Command> map_result(Result<T> value, Make make) {
    if (!value.has_value()) return std::unexpected(value.error());
    return Command(make(std::move(*value)));
}

template <class Make>
Result<Command> two_numbers(const Parsed& json, const char* first, const char* second, Make make) {
    ASSIGN_OR_RETURN(const std::int64_t a, number_of(json, first));
    ASSIGN_OR_RETURN(const std::int64_t b, number_of(json, second));
    return Command(make(static_cast<int>(a), static_cast<int>(b)));
}

Result<bool> flag_of(const Parsed& json, const char* name) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_boolean()) {
        return invalid(std::string("\"") + name + "\" must be true or false.");
    }
    return found->get<bool>();
}

Result<Command> edit_command(const Parsed& json) {
    ASSIGN_OR_RETURN(std::string sheet, text_of(json, "sheet"));
    ASSIGN_OR_RETURN(const std::int64_t row, number_of(json, "row"));
    ASSIGN_OR_RETURN(const std::int64_t column, number_of(json, "column"));
    const auto value = json.find("value");
    if (value == json.end() || !value->is_number()) return invalid("\"value\" must be a number.");
    return Command(EditCell{std::move(sheet), static_cast<int>(row), static_cast<int>(column), value->get<float>()});
}

using Reader = Result<Command> (*)(const Parsed&);
struct Entry {
    std::string_view name;
    Reader read;
};

template <class T>
Result<Command> plain(const Parsed&) {
    return Command(T{});
}

constexpr Entry kEntries[] = {
    {"set_prompt",
     [](const Parsed& j) {
         return map_result(text_of(j, "text"), [](std::string t) { return SetPrompt{std::move(t)}; });
     }},
    {"load_sample",
     [](const Parsed& j) {
         return map_result(text_of(j, "id"), [](std::string t) { return LoadSample{std::move(t)}; });
     }},
    {"set", set_command},
    {"reset",
     [](const Parsed& j) {
         return map_result(text_of(j, "key"), [](std::string t) { return ResetField{std::move(t)}; });
     }},
    {"reset_settings", plain<ResetSettings>},
    {"select_head",
     [](const Parsed& j) { return two_numbers(j, "layer", "head", [](int a, int b) { return SelectHead{a, b}; }); }},
    {"select_cell",
     [](const Parsed& j) { return two_numbers(j, "query", "key", [](int a, int b) { return SelectCell{a, b}; }); }},
    {"select_matrix_cell",
     [](const Parsed& j) {
         return two_numbers(j, "row", "column", [](int a, int b) { return SelectMatrixCell{a, b}; });
     }},
    {"release", plain<Release>},
    {"step", plain<Step>},
    {"step_back", plain<StepBack>},
    {"play", plain<Play>},
    {"pause", plain<Pause>},
    {"take_token",
     [](const Parsed& j) {
         return map_result(number_of(j, "id"), [](std::int64_t id) { return TakeToken{static_cast<int>(id)}; });
     }},
    {"undo", plain<Undo>},
    {"redo", plain<Redo>},
    {"open_link",
     [](const Parsed& j) {
         return map_result(text_of(j, "link"), [](std::string t) { return OpenLink{std::move(t)}; });
     }},
    {"share", plain<Share>},
    {"add_change",
     [](const Parsed& j) {
         return map_result(text_of(j, "text"), [](std::string t) { return AddChange{std::move(t)}; });
     }},
    {"remove_change",
     [](const Parsed& j) {
         return map_result(number_of(j, "index"), [](std::int64_t i) { return RemoveChange{static_cast<int>(i)}; });
     }},
    {"clear_changes", plain<ClearChanges>},
    {"toggle_head",
     [](const Parsed& j) { return two_numbers(j, "layer", "head", [](int a, int b) { return ToggleHead{a, b}; }); }},
    {"find_tokens",
     [](const Parsed& j) {
         return map_result(text_of(j, "text"), [](std::string t) { return FindTokens{std::move(t)}; });
     }},
    {"run_sweep", plain<RunSweep>},
    {"stop_sweep", plain<StopSweep>},
    {"cancel_job", plain<CancelJob>},
    {"dismiss_notice",
     [](const Parsed& j) {
         return map_result(number_of(j, "id"), [](std::int64_t id) {
             return DismissNotice{static_cast<std::uint64_t>(std::max<std::int64_t>(id, 0))};
         });
     }},
    {"export", export_command},
    {"use_architecture",
     [](const Parsed& j) {
         return map_result(text_of(j, "id"), [](std::string t) { return UseArchitecture{std::move(t)}; });
     }},
    {"edit_cell", edit_command},
    {"reset_edits", plain<ResetEdits>},
    {"reveal_mistake",
     [](const Parsed& j) {
         return map_result(number_of(j, "number"), [](std::int64_t n) { return RevealMistake{static_cast<int>(n)}; });
     }},
    {"guess_mistake",
     [](const Parsed& j) -> Result<Command> {
         ASSIGN_OR_RETURN(std::string sheet, text_of(j, "sheet"));
         return two_numbers(j, "row", "column",
                            [&](int row, int column) { return GuessMistake{std::move(sheet), row, column}; });
     }},
    {"hide_mistakes", plain<HideMistakes>},
    {"learn_play", plain<LearnPlay>},
    {"learn_pause", plain<LearnPause>},
    {"learn_step", plain<LearnStep>},
    {"learn_rewind", plain<LearnRewind>},
    {"learn_back", plain<LearnBack>},
    {"learn_seed",
     [](const Parsed& j) -> Result<Command> {
         const auto seed = j.find("seed");
         const bool whole = seed != j.end() && seed->is_number_integer();
         const auto value = whole ? seed->get<std::int64_t>() : -1;
         if (value < 0 || value > 0xFFFFFFFF) return invalid("\"seed\" must be a whole number from 0 to 4294967295.");
         return Command(LearnSeed{static_cast<std::uint32_t>(value)});
     }},
    {"use_corpus",
     [](const Parsed& j) -> Result<Command> {
         if (!j.contains("text")) return Command(UseCorpus{});
         return map_result(text_of(j, "text"), [](std::string t) { return UseCorpus{std::move(t)}; });
     }},
    {"answer", [](const Parsed& j) { return map_result(flag_of(j, "yes"), [](bool yes) { return Answer{yes}; }); }},
    {"visible",
     [](const Parsed& j) { return map_result(flag_of(j, "visible"), [](bool seen) { return Visible{seen}; }); }},
    {"open_models",
     [](const Parsed& j) { return map_result(flag_of(j, "open"), [](bool open) { return OpenModels{open}; }); }},
    {"inspect_address",
     [](const Parsed& j) -> Result<Command> {
         if (!j.contains("address")) return Command(InspectAddress{});
         return map_result(text_of(j, "address"), [](std::string t) { return InspectAddress{std::move(t)}; });
     }},
    {"choose_format",
     [](const Parsed& j) -> Result<Command> {
         ASSIGN_OR_RETURN(const std::string name, text_of(j, "precision"));
         for (const Precision p : {Precision::automatic, Precision::f32, Precision::f16, Precision::q8}) {
             if (name == to_text(p)) return Command(ChooseFormat{p});
         }
         return invalid("\"precision\" must be \"auto\", \"f32\", \"f16\" or \"q8\".");
     }},
    {"download_model", plain<DownloadModel>},
    {"retry_model", plain<RetryModel>},
    {"clear_models", plain<ClearModels>},
    {"open_kept",
     [](const Parsed& j) {
         return map_result(text_of(j, "id"), [](std::string t) { return OpenKept{std::move(t)}; });
     }},
    {"delete_kept",
     [](const Parsed& j) {
         return map_result(text_of(j, "id"), [](std::string t) { return DeleteKept{std::move(t)}; });
     }},
    {"keep_model", plain<KeepModel>},
    {"import_report", [](const Parsed& j) { return Result<Command>(ImportReport{write_json(j)}); }},
    {"report_problem",
     [](const Parsed& j) -> Result<Command> {
         ASSIGN_OR_RETURN(std::string key, text_of(j, "key"));
         ASSIGN_OR_RETURN(std::string detail, text_of(j, "detail"));
         return Command(ReportProblem{std::move(key), std::move(detail)});
     }},
    {"report_progress",
     [](const Parsed& j) -> Result<Command> {
         ASSIGN_OR_RETURN(std::string key, text_of(j, "key"));
         const auto fraction = j.find("fraction");
         if (fraction == j.end() || !fraction->is_number()) return invalid("\"fraction\" must be a number.");
         return Command(ReportProgress{std::move(key), fraction->get<double>()});
     }},
};

}  // namespace

Result<Command> command_from_json(std::string_view json) {
    const Parsed document = read_json(json);
    if (!document.is_object()) return invalid("A command must be a JSON object, for example {\"do\": \"step\"}.");
    ASSIGN_OR_RETURN(const std::string name, text_of(document, "do"));
    for (const Entry& entry : kEntries) {
        if (entry.name == name) return entry.read(document);
    }
    return invalid("There is no command \"" + name + "\".");
}

}  // namespace headlight::app
