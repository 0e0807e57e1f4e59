#include "cli/program.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/json.h"
#include "base/rng.h"

namespace headlight::test {
namespace {

namespace fs = std::filesystem;

std::string make_stories() {
    constexpr std::array kWho{"a cat", "the little dog", "a girl named Ayşe", "an old tree", "the moon"};
    constexpr std::array kDoes{"saw", "loved", "found", "asked", "followed"};
    constexpr std::array kWhat{"a red ball", "the river", "a friend", "the blue bird", "some bread"};
    Rng rng(5);
    auto pick = [&rng](const auto& list) { return std::string(list[rng.below(list.size())]); };
    std::string text;
    for (int story = 0; story < 60; ++story) {
        for (int line = 0; line < 5; ++line)
            text += "One day " + pick(kWho) + " " + pick(kDoes) + " " + pick(kWhat) + ". ";
        text += "\n<|endoftext|>\n";
    }
    return text;
}

}  // namespace

Ran shell(const std::string& command) {
    const std::string folder = scratch("run");
    const std::string full = "export HEADLIGHT='" HEADLIGHT_PROGRAM "'; { " + command + " ; } >" + folder + "/out 2>" +
                             folder + "/err </dev/null";
    const int status = std::system(full.c_str());
    Ran ran;
    ran.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ran.out = slurp(folder + "/out");
    ran.err = slurp(folder + "/err");
    return ran;
}

Ran headlight(const std::string& arguments) {
    return shell("\"$HEADLIGHT\" " + arguments);
}

nlohmann::json json_of(const std::string& arguments) {
    const Ran ran = headlight(arguments);
    EXPECT_EQ(ran.code, 0) << arguments << ": " << ran.err;
    auto value = read_json(ran.out);
    EXPECT_FALSE(value.is_discarded()) << arguments << ": " << ran.out;
    return value.is_discarded() ? nlohmann::json() : value;
}

std::string joined(const nlohmann::json& ids) {
    std::string text;
    for (const auto& id : ids) text += (text.empty() ? "" : ",") + write_json(id);
    return text;
}

std::string scratch(const std::string& name) {
    const fs::path folder = fs::path(HEADLIGHT_BUILD_DIR) / "cli_test" / (std::to_string(getpid())) / name;
    fs::remove_all(folder);
    fs::create_directories(folder);
    return folder.string();
}

std::string slurp(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void spill(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

const std::string& stories_file() {
    static const std::string path = [] {
        std::string file = scratch("stories") + "/stories.txt";
        spill(file, make_stories());
        return file;
    }();
    return path;
}

const std::string& tokenizer_folder() {
    static const std::string folder = [] {
        std::string made = scratch("tokenizer");
        const Ran ran = headlight("tokenizer-train --text " + stories_file() + " --vocab 300 --out " + made);
        EXPECT_EQ(ran.code, 0) << ran.err;
        return made;
    }();
    return folder;
}

const std::string& model_folder() {
    static const std::string folder = [] {
        std::string made = scratch("model");
        const Ran ran =
            headlight("train --text " + stories_file() + " --tokenizer " + tokenizer_folder() + " --out " + made +
                      " --layers 2 --heads 2 --dim 32 --context 32 --batch 4 --steps 60 --warmup 5 "
                      "--lr 0.01 --threads 1");
        EXPECT_EQ(ran.code, 0) << ran.err;
        return made;
    }();
    return folder;
}

const std::string& pairs_file() {
    static const std::string path = [] {
        const std::pair<const char*, const char*> people[] = {{"Ayşe", "Ayşe"}, {"İlker", "İlker"}, {"Irmak", "Irmak"}};
        const std::pair<const char*, const char*> things[] = {{"light", "ışığı"}, {"rope", "ipi"}, {"book", "kitabı"}};
        const std::pair<const char*, const char*> deeds[] = {{"saw", "gördü"}, {"wanted", "istedi"}, {"took", "aldı"}};
        std::string lines;
        for (const auto& person : people) {
            for (const auto& thing : things) {
                for (const auto& deed : deeds) {
                    lines += std::string(person.first) + " " + deed.first + " the " + thing.first + ".\t" +
                             person.second + " " + thing.second + " " + deed.second + ".\n";
                }
            }
        }
        std::string file = scratch("pairs") + "/pairs.tsv";
        spill(file, lines);
        return file;
    }();
    return path;
}

const std::string& pair_model_folder() {
    static const std::string folder = [] {
        const std::string tokenizer = scratch("pair_tokenizer");
        const Ran learned = headlight("tokenizer-train --pairs " + pairs_file() +
                                      " --vocab 320 --special '<start>' '<end>' '<pad>' --out " + tokenizer);
        EXPECT_EQ(learned.code, 0) << learned.err;
        std::string made = scratch("pair_model");
        const Ran ran = headlight("train --pairs " + pairs_file() + " --tokenizer " + tokenizer + " --out " + made +
                                  " --layers 1 --heads 2 --dim 32 --mlp 64 --context 24 --rows 128 --steps 200 "
                                  "--warmup 20 --lr 0.01 --dropout 0 --smoothing 0 --weight-decay 0 --threads 1");
        EXPECT_EQ(ran.code, 0) << ran.err;
        return made;
    }();
    return folder;
}

}  // namespace headlight::test
