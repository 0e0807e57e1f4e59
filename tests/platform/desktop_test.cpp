#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "platform/desktop/arguments.h"
#include "platform/desktop/hub_reports.h"
#include "platform/desktop/model_files.h"

namespace headlight::platform {
namespace {

Result<Arguments> parse(std::vector<std::string> words) {
    std::vector<char*> arguments;
    words.insert(words.begin(), "headlight-desktop");
    for (std::string& word : words) arguments.push_back(word.data());
    return parse_arguments(static_cast<int>(arguments.size()), arguments.data());
}

TEST(Arguments, LinksComeAsFragmentOrAddress) {
    EXPECT_EQ(parse({"--link", "#v=1&seed=3"})->link, "v=1&seed=3");
    EXPECT_EQ(parse({"--link", "https://example.org/page/#v=1"})->link, "v=1");
    EXPECT_EQ(parse({"--link", "v=1"})->link, "v=1");
}

TEST(Arguments, SizesAndFolders) {
    const auto arguments = parse({"--size", "390x844", "--model", "m", "--assets", "a", "--test-frames", "5"});
    ASSERT_TRUE(arguments.has_value());
    EXPECT_EQ(arguments->width, 390);
    EXPECT_EQ(arguments->height, 844);
    EXPECT_EQ(arguments->model, "m");
    EXPECT_EQ(arguments->assets, "a");
    EXPECT_EQ(arguments->test_frames, 5);
}

TEST(Arguments, MistakesAreNamed) {
    for (const auto& words : {std::vector<std::string>{"--size", "wide"},
                              {"--size", "12"},
                              {"--lnik", "x"},
                              {"--link"},
                              {"--test-frames", "-1"}}) {
        const auto arguments = parse(words);
        ASSERT_FALSE(arguments.has_value()) << words[0];
        EXPECT_NE(arguments.error().message.find(words[0]), std::string::npos) << arguments.error().message;
    }
    EXPECT_TRUE(parse({"--help"})->help);
}

class ModelFiles : public testing::Test {
  protected:
    void SetUp() override {
        std::filesystem::remove_all(folder_);
        for (const char* name : {"config.json", "model.safetensors", "merges.txt", "README.md", "training.log"})
            write(name, name);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }
    void write(const std::string& name, const std::string& text) {
        ASSERT_TRUE(write_file_atomic((folder_ / name).string(), text).has_value());
    }
    static std::vector<std::string> names(const ModelFolder& found) {
        std::vector<std::string> all;
        for (const ModelFile& file : found.files) all.push_back(file.name);
        return all;
    }
    std::filesystem::path folder_ = std::filesystem::temp_directory_path() / "headlight_dropped" / "mine";
};

TEST_F(ModelFiles, AFolderGivesWhatBelongsToAModel) {
    const ModelFolder found = find_model({folder_.string()});
    EXPECT_EQ(names(found), (std::vector<std::string>{"merges.txt", "model.safetensors"}));
    EXPECT_EQ(found.config, "config.json");
    EXPECT_EQ(found.files[1].bytes, 17);
    EXPECT_EQ(found.name, "mine");
    EXPECT_EQ(find_model({folder_.string() + "/"}).name, "mine");
    EXPECT_EQ(find_model({(folder_ / "config.json").string()}).name, "mine");
    EXPECT_TRUE(find_model({"/nowhere/at/all"}).files.empty());
    EXPECT_TRUE(find_model({}).name.empty());
}

TEST_F(ModelFiles, ShardsAreLeftOutBesideTheWhole) {
    write("model.safetensors.index.json", "{}");
    write("model-00001-of-00002.safetensors", "1");
    EXPECT_EQ(names(find_model({folder_.string()})), (std::vector<std::string>{"merges.txt", "model.safetensors"}));
    std::filesystem::remove(folder_ / "model.safetensors");
    const ModelFolder sharded = find_model({folder_.string()});
    EXPECT_EQ(names(sharded), (std::vector<std::string>{"merges.txt", "model-00001-of-00002.safetensors"}));
    EXPECT_EQ(sharded.index, "{}");
}

// A program that keeps what it is given; `most`: bytes of a file that it takes before it refuses.
class Keeper final : public ModelSink {
  public:
    bool begin_file(int job, std::string_view name, double bytes) override {
        log += "[" + std::string(name) + " " + std::to_string(static_cast<int>(bytes)) + "]";
        return job == 7;
    }
    std::span<char> room(int, std::size_t want) override {
        buffer.assign(std::min(want, piece), '?');
        return buffer;
    }
    bool take(int, std::size_t size) override {
        log += buffer.substr(0, size);
        return ++pieces < most;
    }
    bool end_file(int) override {
        log += ";";
        return true;
    }
    bool finish(int) override {
        log += "done";
        return true;
    }
    std::optional<std::span<const char>> kept_bytes(int) override { return std::nullopt; }

    std::string log, buffer;
    std::size_t piece = 5;
    int pieces = 0, most = 1000;
};

TEST_F(ModelFiles, FilesGoInPieceByPieceInTheOrderAskedFor) {
    const ModelFolder found = find_model({folder_.string()});
    FileFeed feed;
    Keeper sink;
    EXPECT_EQ(feed.pump(sink, 0), std::nullopt) << "nothing to do";
    feed.start(7, {found.files[1], found.files[0]});
    int turns = 0;
    for (; feed.running(); ++turns) EXPECT_EQ(feed.pump(sink, 0), std::nullopt);
    EXPECT_EQ(sink.log, "[model.safetensors 17]model.safetensors;[merges.txt 10]merges.txt;done");
    EXPECT_GT(turns, 8) << "one piece a turn when there is no time";
}

TEST_F(ModelFiles, AProgramThatRefusesEndsIt) {
    FileFeed feed;
    Keeper sink;
    sink.most = 2;
    feed.start(7, find_model({folder_.string()}).files);
    EXPECT_EQ(feed.pump(sink, 10), std::nullopt);
    EXPECT_FALSE(feed.running());
    EXPECT_EQ(sink.log, "[merges.txt 10]merges.txt");
    feed.start(8, find_model({folder_.string()}).files);
    EXPECT_EQ(feed.pump(sink, 10), std::nullopt);
    EXPECT_FALSE(feed.running());
}

TEST_F(ModelFiles, AFileThatIsGoneIsReportedByItsName) {
    FileFeed feed;
    Keeper sink;
    feed.start(7, find_model({folder_.string()}).files);
    std::filesystem::remove(folder_ / "merges.txt");
    const auto report = feed.pump(sink, 10);
    ASSERT_TRUE(report.has_value());
    EXPECT_NE(report->find("\"file\":\"merges.txt\""), std::string::npos) << *report;
    EXPECT_NE(report->find("\"job\":7"), std::string::npos) << *report;
    EXPECT_FALSE(feed.running());
}

TEST(HubReports, TheListOfARepositoryGivesSizesAndChecksums) {
    const std::string hash(64, 'a');
    const auto files = parse_tree(R"([{"type":"file","path":"model.safetensors","size":10,"lfs":{"oid":")" + hash +
                                  R"(","size":548105171}},{"type":"directory","path":"onnx"},
                                  {"type":"file","path":"onnx/model.safetensors","size":3},
                                  {"type":"file","path":"vocab.json","size":1042301,"lfs":{"oid":"short"}}, 3, {}])");
    ASSERT_TRUE(files.has_value());
    ASSERT_EQ(files->size(), 2u);
    EXPECT_EQ(files->at(0).bytes, 548105171);
    EXPECT_EQ(files->at(0).sha256, hash);
    EXPECT_EQ(files->at(1).bytes, 1042301);
    EXPECT_EQ(files->at(1).sha256, "");
    for (const char* bad : {"", "{}", "<html>", "[1"}) EXPECT_FALSE(parse_tree(bad).has_value()) << bad;
}

std::vector<std::string> wanted(const std::vector<std::string>& names, const std::string& index = "") {
    std::vector<HubFile> all;
    for (const std::string& name : names) all.push_back({name, 1, ""});
    std::vector<std::string> out;
    for (const HubFile& file : wanted_files(all, index)) out.push_back(file.name);
    return out;
}

TEST(HubReports, OnlyWhatIsReadIsWanted) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(wanted({"README.md", "model.safetensors", "tokenizer.json", "merges.txt", "tf_model.h5"}),
              (Names{"model.safetensors", "tokenizer.json"}));
    EXPECT_EQ(wanted({"merges.txt", "vocab.json", "pytorch_model.bin"}), (Names{"merges.txt", "vocab.json"}));
    const char* index = R"({"weight_map":{"a":"s2.safetensors","b":"s1.safetensors","c":"s2.safetensors","d":4}})";
    EXPECT_EQ(shards_of(index), (Names{"s1.safetensors", "s2.safetensors"}));
    EXPECT_EQ(wanted({"s1.safetensors", "s2.safetensors", "s3.safetensors"}, index),
              (Names{"s1.safetensors", "s2.safetensors"}));
    for (const char* bad : {"", "[]", R"({"weight_map":[]})"}) EXPECT_TRUE(shards_of(bad).empty()) << bad;
}

TEST(HubReports, AnETagIsAChecksumOnlyWhenItLooksLikeOne) {
    const std::string hash(64, '7');
    EXPECT_EQ(sha256_of_etag("\"" + hash + "\""), hash);
    EXPECT_EQ(sha256_of_etag(hash), hash);
    EXPECT_EQ(sha256_of_etag("W/\"" + hash + "\""), "");
    EXPECT_EQ(sha256_of_etag("\"abc\""), "");
    EXPECT_EQ(sha256_of_etag(""), "");
}

TEST(HubReports, AnAnswerThatIsNoSuccessIsTold) {
    const auto holds = [](const std::string& report, const std::string& part) {
        return report.find(part) != std::string::npos;
    };
    EXPECT_TRUE(holds(status_report(3, 404, "config.json"), "library.error.not_found"));
    EXPECT_TRUE(holds(status_report(3, 401, "config.json"), "library.error.denied"));
    EXPECT_TRUE(holds(status_report(3, 503, "config.json"), "\"retry\":true"));
    EXPECT_TRUE(holds(status_report(3, 418, "config.json"), "\"detail\":\"418\""));
    EXPECT_TRUE(holds(paused_report(3, 2, 1, "reset"), "\"event\":\"paused\""));
}

}  // namespace
}  // namespace headlight::platform
