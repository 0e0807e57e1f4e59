#pragma once
// An app, and the platform that brings it models, played by the test.

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/library_requests.h"
#include "app/model_library.h"
#include "app/tiny_model.h"
#include "base/json.h"

namespace headlight::app {

using Json = nlohmann::json;

class LibraryTest : public testing::Test {
  protected:
    explicit LibraryTest(double free = 0) : free_(free) {
        AppOptions options;
        for (const char* name :
             {"strings/en.json", "strings/tr.json", "prompts/prompts.json", "tutorial/tutorial.json"}) {
            auto bytes = read_file(std::string(HEADLIGHT_ASSETS_DIR) + "/" + name);
            CHECK(bytes.has_value());
            options.assets[name] = std::move(*bytes);
        }
        options.machine = [this] { return Machine{free_, free_}; };
        auto app = App::create(std::move(options));
        CHECK(app.has_value());
        app_ = std::move(*app);
    }

    [[nodiscard]] const ModelLibrary& library() const { return app_->library(); }
    [[nodiscard]] const Import& import() const { return library().import; }

    // The last request with this verb since the last call; null when there was none.
    Json asked(std::string_view verb) {
        Json found;
        for (Effect& effect : app_->take_effects()) {
            if (effect.kind == Effect::Kind::model_request && effect.name == verb) found = read_json(effect.bytes);
        }
        return found;
    }
    void report(const Json& json) { run(*app_, ImportReport{write_json(json)}); }
    void report_list(const Json& models = Json::array(), bool supported = true) {
        report({{"event", "listed"}, {"supported", supported}, {"used", 5}, {"available", 100}, {"models", models}});
    }

    // A host that holds `files`.
    void describe(const std::map<std::string, std::string>& files, int job) {
        Json list = Json::array();
        for (const auto& [name, bytes] : files) {
            if (name == "config.json") continue;
            list.push_back({{"name", name}, {"bytes", bytes.size()}, {"sha256", ""}});
        }
        report({{"event", "described"},
                {"job", job},
                {"base", "https://host/x/"},
                {"config", files.at("config.json")},
                {"index", ""},
                {"files", list}});
    }
    // False when the app wants no more.
    bool send(const std::map<std::string, std::string>& files, int job) {
        for (const ImportFile& file : std::vector(import().files)) {
            const std::string& bytes = files.at(file.name);
            if (!app_->begin_file(job, file.name, static_cast<double>(bytes.size()))) return false;
            for (std::size_t at = 0; at < bytes.size();) {
                const std::span<char> room = app_->room(job, std::min<std::size_t>(5000, bytes.size() - at));
                if (room.empty()) return false;
                std::copy_n(bytes.data() + at, room.size(), room.begin());
                if (!app_->take(job, room.size(), 0)) return false;
                at += room.size();
            }
            if (!app_->end_file(job)) return false;
        }
        return app_->finish(job);
    }
    void settle() {
        while (app_->next_work_ms(0) == 0 && app_->advance(0, 1000)) {
        }
    }
    // The whole way from an address to the open model.
    void bring(const std::string& address, std::uint64_t seed = 3, Precision precision = Precision::automatic) {
        run(*app_, InspectAddress{address});
        describe(tiny_files(seed), import().job);
        run(*app_, ChooseFormat{precision});
        run(*app_, DownloadModel{});
        ASSERT_EQ(import().stage, ImportStage::loading);
        ASSERT_TRUE(send(tiny_files(seed), import().job));
        settle();
    }
    // Everything that the store was given to keep, and its last file, the manifest.
    std::string keep() {
        const Json request = asked("keep");
        EXPECT_TRUE(request.is_object());
        const int job = request["job"].get<int>();
        std::string all;
        for (auto bytes = app_->kept_bytes(job); bytes && !bytes->empty(); bytes = app_->kept_bytes(job)) {
            all.append(bytes->data(), bytes->size());
        }
        report({{"event", "kept"}, {"job", job}});
        const auto manifest = static_cast<std::size_t>(request["files"].back()["bytes"].get<double>());
        kept_bytes_ = all;
        return all.substr(all.size() - manifest);
    }

    std::unique_ptr<App> app_;
    double free_;
    std::string kept_bytes_;
};

}  // namespace headlight::app
