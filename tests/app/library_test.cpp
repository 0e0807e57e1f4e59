// Models of one's own, from what a person asks for to the open model; the platform is played here.
#include "app/library_fixture.h"
#include "base/json.h"

namespace headlight::app {
namespace {

TEST_F(LibraryTest, FromAnAddressToTheOpenModel) {
    run(*app_, OpenLink{""});
    run(*app_, LoadModel{"story", tiny_files(9)});
    const std::string before = app_->checksum();
    run(*app_, InspectAddress{"owner/tiny"});
    EXPECT_EQ(import().stage, ImportStage::inspecting);
    const Json inspect = asked("inspect");
    EXPECT_EQ(inspect["bases"][0], "https://huggingface.co/owner/tiny/resolve/main/");
    EXPECT_EQ(inspect["job"], import().job);

    describe(tiny_files(), import().job);
    ASSERT_EQ(import().stage, ImportStage::inspected);
    EXPECT_TRUE(import().can_start());
    EXPECT_EQ(import().config.layers, 2);
    EXPECT_EQ(import().total_bytes, static_cast<double>(tiny_files().at("tokenizer.json").size() +
                                                        tiny_files().at("model.safetensors").size()));
    EXPECT_EQ(import().chosen(), Precision::f32);
    EXPECT_LT(import().formats[2].model_bytes, import().formats[0].model_bytes);
    EXPECT_FALSE(app_->begin_file(import().job, "tokenizer.json", 5)) << "nothing is taken before the person says so";

    run(*app_, DownloadModel{});
    EXPECT_EQ(import().stage, ImportStage::loading);
    const Json load = asked("load");
    EXPECT_EQ(load["base"], "https://host/x/");
    EXPECT_EQ(load["files"][0]["name"], "tokenizer.json") << "texts before weights";
    EXPECT_EQ(app_->model()->name, "story") << "the old one stays until the new one is complete";
    EXPECT_EQ(app_->checksum(), before);
    ASSERT_TRUE(send(tiny_files(), import().job));
    settle();
    EXPECT_EQ(app_->model()->name, "owner/tiny");
    EXPECT_EQ(app_->settings().rung, Rung::own);
    EXPECT_EQ(app_->settings().model, "owner/tiny");
    EXPECT_EQ(app_->settings().precision, Precision::f32);
    EXPECT_NE(app_->checksum(), before);
    EXPECT_TRUE(app_->ready());
    EXPECT_EQ(import().stage, ImportStage::empty);
    EXPECT_NE(app_->link().find("model=owner%2Ftiny"), std::string::npos) << app_->link();
    EXPECT_NE(app_->link().find("precision=f32"), std::string::npos);
}

TEST_F(LibraryTest, BothModelsStayInMemory) {
    run(*app_, OpenLink{""});
    run(*app_, LoadModel{"story", tiny_files(9)});
    const std::string story = app_->checksum();
    bring("owner/tiny");
    const std::string own = app_->checksum();
    (void)app_->take_effects();
    run(*app_, set<&Settings::rung>(Rung::small));
    EXPECT_EQ(app_->model()->name, "story");
    EXPECT_EQ(app_->checksum(), story);
    EXPECT_EQ(app_->settings().model, "story");
    EXPECT_EQ(app_->settings().precision, Precision::automatic);
    run(*app_, set<&Settings::rung>(Rung::own), 5000);  // a step of undo of its own
    EXPECT_EQ(app_->model()->name, "owner/tiny");
    EXPECT_EQ(app_->checksum(), own);
    run(*app_, Undo{}, 9000);
    EXPECT_EQ(app_->model()->name, "story");
    for (const Effect& effect : app_->take_effects()) EXPECT_NE(effect.kind, Effect::Kind::fetch_model);
}

TEST_F(LibraryTest, WithoutAModelOfOnesOwnItsRungShowsThePanel) {
    run(*app_, OpenLink{""});
    run(*app_, LoadModel{"story", tiny_files()});
    EXPECT_FALSE(app_->models_shown());
    run(*app_, set<&Settings::rung>(Rung::own));
    EXPECT_TRUE(app_->models_shown());
    EXPECT_TRUE(app_->ready());
    EXPECT_EQ(app_->model(), nullptr);
    EXPECT_TRUE(app_->tokens().empty());
    run(*app_, SetPrompt{"owner/tiny"});
    EXPECT_EQ(app_->field_text(), "owner/tiny");
    EXPECT_EQ(library().address, "owner/tiny");
    EXPECT_EQ(app_->settings().prompt.find("owner"), std::string::npos) << "the prompt is another text";
    run(*app_, InspectAddress{});
    EXPECT_EQ(import().name, "owner/tiny");
    run(*app_, set<&Settings::rung>(Rung::small));
    EXPECT_FALSE(app_->models_shown());
    EXPECT_EQ(app_->model()->name, "story");
    EXPECT_NE(app_->field_text(), "owner/tiny");
}

TEST_F(LibraryTest, WhatIsNoAddressIsSaid) {
    run(*app_, InspectAddress{"not an address"});
    EXPECT_EQ(import().stage, ImportStage::failed);
    EXPECT_EQ(import().error.key, "library.error.address");
    EXPECT_TRUE(asked("inspect").is_null());
}

class SmallMachine : public LibraryTest {
  protected:
    SmallMachine() : LibraryTest(300e6) {}
    // As config.json of a GPT-2 whose weights need about `parameters` floats.
    void describe_large(int layers) {
        auto files = tiny_files();
        files["config.json"] = R"({"model_type":"gpt2","vocab_size":260,"n_positions":48,"n_embd":1024,"n_layer":)" +
                               std::to_string(layers) + R"(,"n_head":16})";
        describe(files, import().job);
    }
};

TEST_F(SmallMachine, TakesWhatFits) {
    run(*app_, InspectAddress{"owner/x"});
    describe_large(4);  // 12.6 M parameters a layer: 201 MB in F32, 101 in F16, 57 in Q8; 201 are taken beside them
    EXPECT_FALSE(import().formats[0].fits);
    EXPECT_FALSE(import().formats[1].fits);
    EXPECT_TRUE(import().formats[2].fits);
    EXPECT_EQ(import().chosen(), Precision::q8);
    EXPECT_EQ(import().reason.key, "library.reason.q8");
    EXPECT_TRUE(import().can_start());

    run(*app_, ChooseFormat{Precision::f32});
    EXPECT_EQ(import().error.key, "library.error.format_too_large");
    EXPECT_FALSE(import().can_start());
    run(*app_, DownloadModel{});
    EXPECT_EQ(import().stage, ImportStage::inspected) << "refused before anything is fetched";
    EXPECT_TRUE(asked("load").is_null());
    run(*app_, ChooseFormat{Precision::q8});
    EXPECT_TRUE(import().can_start());
}

TEST_F(SmallMachine, RefusesWhatNeverFitsBeforeTheDownload) {
    run(*app_, InspectAddress{"owner/x"});
    describe_large(40);
    EXPECT_EQ(import().error.key, "library.error.too_large");
    EXPECT_FALSE(import().can_start());
    run(*app_, DownloadModel{});
    EXPECT_TRUE(asked("load").is_null());
}

TEST_F(SmallMachine, MemoryRefusedInTheMiddleLeavesTheOldModel) {
    run(*app_, OpenLink{""});
    run(*app_, LoadModel{"story", tiny_files(9)});
    const std::string before = app_->checksum();
    run(*app_, InspectAddress{"owner/x"});
    describe(tiny_files(), import().job);
    free_ = 1000;  // something else took it meanwhile
    run(*app_, DownloadModel{});
    EXPECT_FALSE(send(tiny_files(), import().job));
    EXPECT_EQ(import().stage, ImportStage::failed);
    EXPECT_EQ(import().error.key, "library.error.memory");
    EXPECT_EQ(app_->model()->name, "story");
    EXPECT_EQ(app_->checksum(), before);
    run(*app_, SetPrompt{"It still works"});
    EXPECT_NE(app_->checksum(), before);
}

TEST_F(LibraryTest, CancelFreesEverythingAndLateBytesChangeNothing) {
    run(*app_, OpenLink{""});
    run(*app_, LoadModel{"story", tiny_files(9)});
    run(*app_, InspectAddress{"owner/x"});
    describe(tiny_files(), import().job);
    run(*app_, DownloadModel{});
    const int job = import().job;
    ASSERT_TRUE(app_->begin_file(job, "tokenizer.json", static_cast<double>(tiny_files().at("tokenizer.json").size())));
    run(*app_, CancelJob{});
    EXPECT_EQ(asked("stop")["job"], job);
    EXPECT_EQ(import().stage, ImportStage::empty);
    EXPECT_TRUE(app_->room(job, 10).empty());
    EXPECT_FALSE(app_->take(job, 10, 0));
    EXPECT_FALSE(app_->finish(job));
    report({{"event", "failed"}, {"job", job}, {"key", "library.error.denied"}});
    EXPECT_EQ(import().stage, ImportStage::empty) << "an answer to an import that is over";
    EXPECT_EQ(app_->model()->name, "story");
}

TEST_F(LibraryTest, BytesOfAnImportThatWasReplacedChangeNothing) {
    run(*app_, InspectAddress{"owner/x"});
    describe(tiny_files(), import().job);
    run(*app_, DownloadModel{});
    const int old = import().job;
    run(*app_, InspectAddress{"owner/y"});
    describe(tiny_files(5), import().job);
    run(*app_, DownloadModel{});
    EXPECT_FALSE(app_->begin_file(old, "tokenizer.json", 10));
    EXPECT_TRUE(app_->room(old, 10).empty());
    EXPECT_FALSE(app_->end_file(old));
    EXPECT_FALSE(app_->finish(old));
    ASSERT_TRUE(send(tiny_files(5), import().job));
    settle();
    EXPECT_EQ(app_->model()->name, "owner/y");
    for (const Notice& notice : app_->notices()) EXPECT_NE(notice.key, "notice.link_model") << notice.text;
}

TEST_F(LibraryTest, APauseIsShownAndRetriedAtOnce) {
    run(*app_, InspectAddress{"owner/x"});
    describe(tiny_files(), import().job);
    run(*app_, DownloadModel{});
    const int job = import().job;
    report({{"event", "paused"},
            {"job", job},
            {"seconds", 4},
            {"attempt", 3},
            {"key", "library.error.broken"},
            {"detail", "reset"}});
    EXPECT_EQ(import().stage, ImportStage::paused);
    EXPECT_EQ(import().retry_seconds, 4);
    EXPECT_NE(import().error.text.find("reset"), std::string::npos);
    run(*app_, RetryModel{});
    EXPECT_EQ(asked("retry")["job"], job);
    report({{"event", "resumed"}, {"job", job}});
    EXPECT_EQ(import().stage, ImportStage::loading);
    EXPECT_TRUE(import().error.empty());
    EXPECT_TRUE(send(tiny_files(), job));
}

TEST_F(LibraryTest, AfterAFailureItStartsAgain) {
    run(*app_, OpenLink{""});
    run(*app_, LoadModel{"story", tiny_files(9)});
    run(*app_, InspectAddress{"owner/x"});
    auto files = tiny_files();
    describe(files, import().job);
    run(*app_, DownloadModel{});
    auto broken = files;
    broken["model.safetensors"].pop_back();
    EXPECT_FALSE(send(broken, import().job));
    EXPECT_EQ(import().stage, ImportStage::failed);
    EXPECT_EQ(app_->progress().activity, Activity::idle) << "nothing goes on any more";
    EXPECT_TRUE(import().can_retry);
    run(*app_, RetryModel{});
    EXPECT_EQ(import().stage, ImportStage::loading);
    EXPECT_TRUE(send(files, import().job));
    settle();
    EXPECT_EQ(app_->model()->name, "owner/x");
}

TEST_F(LibraryTest, ForeignConfigurationsAreRefusedWithWhatIsWrong) {
    run(*app_, InspectAddress{"owner/x"});
    auto files = tiny_files();
    files["config.json"] = R"({"model_type":"llama"})";
    describe(files, import().job);
    EXPECT_EQ(import().stage, ImportStage::failed);
    EXPECT_EQ(import().error.key, "library.error.content");
    EXPECT_NE(import().error.text.find("llama"), std::string::npos) << import().error.text;
}

TEST_F(LibraryTest, SmallFilesOfThisMachineOpenAtOnce) {
    Json files = Json::array();
    for (const auto& [name, bytes] : tiny_files()) {
        if (name != "config.json") files.push_back({{"name", name}, {"bytes", bytes.size()}, {"sha256", ""}});
    }
    report({{"event", "offered"},
            {"handle", 7},
            {"name", "my folder"},
            {"config", tiny_files().at("config.json")},
            {"index", ""},
            {"files", files}});
    EXPECT_EQ(import().stage, ImportStage::loading);
    const Json load = asked("load");
    EXPECT_EQ(load["handle"], 7);
    EXPECT_EQ(load["source"], "files");
    ASSERT_TRUE(send(tiny_files(), import().job));
    settle();
    EXPECT_EQ(app_->model()->name, "my folder");

    report({{"event", "offered"}, {"handle", 8}, {"name", ""}, {"config", ""}, {"index", ""}, {"files", files}});
    EXPECT_EQ(import().error.key, "library.error.no_config");
    EXPECT_EQ(app_->model()->name, "my folder");
}

TEST_F(LibraryTest, ALinkAsksBeforeItDownloads) {
    report_list();
    run(*app_, OpenLink{"v=1&rung=own&model=owner%2Ftiny&precision=q8&prompt=the+cat"});
    EXPECT_EQ(import().stage, ImportStage::inspecting);
    EXPECT_TRUE(app_->models_shown());
    describe(tiny_files(), import().job);
    EXPECT_EQ(import().stage, ImportStage::inspected) << "waits for the person";
    EXPECT_EQ(import().chosen(), Precision::q8) << "as the link says: other numbers otherwise";
    EXPECT_TRUE(asked("load").is_null());
    run(*app_, DownloadModel{});
    ASSERT_TRUE(send(tiny_files(), import().job));
    settle();
    EXPECT_EQ(app_->settings().prompt, "the cat");
    EXPECT_EQ(app_->settings().precision, Precision::q8);

    // Tokens of another vocabulary never reach the model that is open.
    run(*app_, OpenLink{"v=1&rung=own&model=owner%2Flarger&prompt=the+cat&t=50000.50001&c=12345678"});
    settle();
    EXPECT_TRUE(app_->taken().empty());
    EXPECT_EQ(app_->verdict(), Verdict::none);
    EXPECT_EQ(app_->model()->name, "owner/tiny");
}

TEST_F(LibraryTest, ALinkToWhatIsNowhereSaysSo) {
    report_list();
    run(*app_, OpenLink{"v=1&rung=own&model=somebody%27s+folder&prompt=x"});
    EXPECT_TRUE(app_->models_shown());
    ASSERT_FALSE(app_->notices().empty());
    EXPECT_EQ(app_->notices().back().key, "library.not_here");
}

TEST_F(LibraryTest, StateAsJson) {
    report_list();
    run(*app_, InspectAddress{"owner/x"});
    describe(tiny_files(), import().job);
    const Json json = read_json(app_->state_json())["models"];
    EXPECT_EQ(json["import"]["stage"], "inspected");
    EXPECT_EQ(json["import"]["name"], "owner/x");
    EXPECT_TRUE(json["import"]["formats"]["q8"]["fits"].get<bool>());
    EXPECT_EQ(json["storage"]["available"], 100);
}

TEST(LibraryReports, BadOnesChangeNothing) {
    auto app = make_app();
    for (const char* json :
         {"", "[]", "{}", "{\"event\":7}", "{\"event\":\"described\"}", "{\"event\":\"listed\",\"models\":[3,{}]}",
          "{\"event\":\"kept\",\"job\":5}", "{\"event\":\"offered\"}"}) {
        run(*app, ImportReport{json});
    }
    EXPECT_TRUE(app->library().kept.empty());
}

}  // namespace
}  // namespace headlight::app
