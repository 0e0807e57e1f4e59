#include <gtest/gtest.h>

#include "app/any_command.h"

namespace headlight::app {
namespace {

template <class T>
T parse(std::string_view json) {
    const auto command = command_from_json(json);
    EXPECT_TRUE(command.has_value()) << json;
    if (!command.has_value()) return T{};
    const T* value = std::get_if<T>(&command->value().is);
    EXPECT_NE(value, nullptr) << json;
    return value == nullptr ? T{} : *value;
}

TEST(CommandJson, ReadsArguments) {
    EXPECT_EQ(parse<SetPrompt>(R"({"do": "set_prompt", "text": "Bir varmış"})").text, "Bir varmış");
    EXPECT_EQ(parse<LoadSample>(R"({"do": "load_sample", "id": "ball"})").id, "ball");
    EXPECT_EQ(parse<SelectHead>(R"({"do": "select_head", "layer": 2, "head": 3})").head, 3);
    EXPECT_EQ(parse<SelectCell>(R"({"do": "select_cell", "query": 5, "key": -1})").key, -1);
    EXPECT_EQ(parse<SelectMatrixCell>(R"({"do": "select_matrix_cell", "row": 1, "column": 2})").column, 2);
    EXPECT_EQ(parse<TakeToken>(R"({"do": "take_token", "id": 42})").id, 42);
    EXPECT_EQ(parse<OpenLink>(R"({"do": "open_link", "link": "#v=1"})").link, "#v=1");
    EXPECT_EQ(parse<ResetField>(R"({"do": "reset", "key": "seed"})").key, "seed");
    EXPECT_EQ(parse<DismissNotice>(R"({"do": "dismiss_notice", "id": 3})").id, 3U);
    EXPECT_EQ(parse<ReportProgress>(R"({"do": "report_progress", "key": "k", "fraction": 0.5})").fraction, 0.5);
    EXPECT_EQ(parse<ReportProblem>(R"({"do": "report_problem", "key": "k", "detail": "d"})").detail, "d");
    const auto copies = parse<Export>(R"({"do": "export", "what": "matrix_csv", "to": "clipboard"})");
    EXPECT_EQ(copies.what, ExportWhat::matrix_csv);
    EXPECT_EQ(copies.to, ExportTo::clipboard);
}

TEST(CommandJson, ReadsEveryPlainCommand) {
    parse<Step>(R"({"do": "step"})");
    parse<StepBack>(R"({"do": "step_back"})");
    parse<Play>(R"({"do": "play"})");
    parse<Pause>(R"({"do": "pause"})");
    parse<Undo>(R"({"do": "undo"})");
    parse<Redo>(R"({"do": "redo"})");
    parse<Share>(R"({"do": "share"})");
    parse<Release>(R"({"do": "release"})");
    parse<CancelJob>(R"({"do": "cancel_job"})");
    parse<ResetSettings>(R"({"do": "reset_settings"})");
}

TEST(CommandJson, ReadsTheTutorialsCommands) {
    const auto edit = parse<EditCell>(R"({"do": "edit_cell", "sheet": "wq", "row": 1, "column": 2, "value": -0.5})");
    EXPECT_EQ(edit.sheet, "wq");
    EXPECT_EQ(edit.column, 2);
    EXPECT_EQ(edit.value, -0.5F);
    EXPECT_EQ(parse<RevealMistake>(R"({"do": "reveal_mistake", "number": 7})").number, 7);
    EXPECT_EQ(parse<GuessMistake>(R"({"do": "guess_mistake", "sheet": "v", "row": 0, "column": 3})").column, 3);
    EXPECT_EQ(parse<LearnSeed>(R"({"do": "learn_seed", "seed": 4294967295})").seed, 4294967295U);
    EXPECT_EQ(parse<UseCorpus>(R"({"do": "use_corpus", "text": "a -> b"})").text, "a -> b");
    EXPECT_FALSE(parse<UseCorpus>(R"({"do": "use_corpus"})").text.has_value());
    EXPECT_TRUE(parse<Answer>(R"({"do": "answer", "yes": true})").yes);
    EXPECT_FALSE(parse<Visible>(R"({"do": "visible", "visible": false})").visible);
    parse<ResetEdits>(R"({"do": "reset_edits"})");
    parse<HideMistakes>(R"({"do": "hide_mistakes"})");
    parse<LearnPlay>(R"({"do": "learn_play"})");
    parse<LearnPause>(R"({"do": "learn_pause"})");
    parse<LearnStep>(R"({"do": "learn_step"})");
    parse<LearnRewind>(R"({"do": "learn_rewind"})");
    parse<LearnBack>(R"({"do": "learn_back"})");
    for (const char* bad :
         {R"({"do": "edit_cell", "sheet": "wq", "row": 1, "column": 2})", R"({"do": "learn_seed", "seed": -1})",
          R"({"do": "learn_seed", "seed": 1.5})", R"({"do": "answer", "yes": 1})",
          R"({"do": "guess_mistake", "row": 1})", R"({"do": "use_corpus", "text": 3})"}) {
        EXPECT_FALSE(command_from_json(bad).has_value()) << bad;
    }
}

TEST(CommandJson, SettingsTakeAnyJsonType) {
    EXPECT_EQ(parse<SetField>(R"({"do": "set", "key": "seed", "value": 7})").value, "7");
    EXPECT_EQ(parse<SetField>(R"({"do": "set", "key": "temperature", "value": 0.25})").value, "0.25");
    EXPECT_EQ(parse<SetField>(R"({"do": "set", "key": "embed", "value": true})").value, "1");
    EXPECT_EQ(parse<SetField>(R"({"do": "set", "key": "view", "value": "lines"})").value, "lines");
}

TEST(CommandJson, SaysWhatIsWrong) {
    for (const char* json :
         {"", "[]", "{}", R"({"do": 3})", R"({"do": "explode"})", R"({"do": "set_prompt"})",
          R"({"do": "set_prompt", "text": 5})", R"({"do": "select_head", "layer": 1})",
          R"({"do": "select_head", "layer": "1", "head": 2})", R"({"do": "take_token", "id": 1.5})",
          R"({"do": "take_token", "id": 99999999999})", R"({"do": "set", "key": "no_such_key", "value": 1})",
          R"({"do": "set", "key": "seed"})", R"({"do": "set", "key": "seed", "value": [1]})",
          R"({"do": "export", "what": "soul"})", R"({"do": "step")", "null"}) {
        const auto command = command_from_json(json);
        ASSERT_FALSE(command.has_value()) << json;
        EXPECT_GT(command.error().message.size(), 10U) << json;
    }
}

TEST(Commands, SetKnowsTheKeyOfAMember) {
    const auto command = set<&Settings::text_size>(1.5);
    EXPECT_EQ(std::get<SetField>(command.value().is).key, "text");
    EXPECT_EQ(std::get<SetField>(command.value().is).value, "1.5");
    EXPECT_EQ(std::get<SetField>(set<&Settings::theme>(Theme::light).value().is).value, "light");
    EXPECT_EQ(std::get<SetField>(set<&Settings::hide>("seed").value().is).value, "seed");
    EXPECT_EQ(std::get<SetField>(set<&Settings::hide_sink>(true).value().is).key, "hidesink");
}

}  // namespace
}  // namespace headlight::app
