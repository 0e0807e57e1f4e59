#pragma once
// The whole program on the platform without a window: draws frames, clicks widgets by their keys, moves the pointer.

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>

#include "app/app.h"
#include "base/check.h"
#include "base/file.h"
#include "imgui.h"
#include "imgui_internal.h"
#include "platform/null/null_platform.h"
#include "tiny_model.h"
#include "ui/ui.h"

namespace headlight::ui {

struct ScreenSize {
    float width, height, ratio;
};

// What ImGui asserts fails the test.
class ScreenTest : public testing::Test {
  protected:
    void SetUp() override {
        set_imgui_assert_handler([](const char* expression, const char* file, int line) {
            ADD_FAILURE_AT(file, line) << "ImGui: " << expression;
        });
    }
    void TearDown() override { set_imgui_assert_handler(nullptr); }
};

class Screen {
  public:
    Screen(float width, float height, std::unique_ptr<app::App> program, float ratio = 1, bool record = true)
        : app(std::move(program)) {
        ImGui::CreateContext();
        platform = std::make_unique<platform::NullPlatform>(width, height, ratio);
        for (const char* name : {"ui.ttf", "ui-semibold.ttf", "mono.ttf", "symbols.ttf"}) {
            auto bytes = read_file(std::string(HEADLIGHT_FONTS_DIR) + "/" + name);
            if (bytes) platform->files["fonts/" + std::string(name)] = std::move(*bytes);
        }
        auto made = Ui::create(*platform);
        CHECK(made.has_value());
        ui = std::move(*made);
        if (record) ui->record_widgets();
    }
    ~Screen() {
        ui.reset();
        ImGui::DestroyContext();
    }
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    // One turn of main.cpp's loop. Returns whether it drew.
    bool turn() {
        ui->begin_turn(*platform);
        const double now_ms = platform->time * 1000;
        app->apply(commands, now_ms);
        while (app->next_work_ms(now_ms) == 0 && app->advance(now_ms, 1000)) {
        }
        if (!ui->wants_frame(*app, *platform)) return false;
        app->set_hover(ui->frame(*app, commands, *platform));
        return true;
    }
    // Turns until nothing moves any more. Returns how many of them drew.
    int settle(int most = 60) {
        int drawn = 0;
        while (drawn < most && (turn() || !commands.empty())) ++drawn;
        return drawn;
    }
    void run(app::Command command) {
        commands.push(std::move(command));
        settle();
    }

    [[nodiscard]] const Widget* widget(std::string_view key) const {
        for (const Widget& each : ui->widgets().widgets()) {
            if (each.key == key) return &each;
        }
        return nullptr;
    }
    void point(float x, float y) {
        ImGui::GetIO().AddMousePosEvent(x, y);
        platform->input = true;
        settle();
    }
    bool point_at(std::string_view key) {
        const Widget* found = widget(key);
        if (found == nullptr) return false;
        point(found->box.centre().x, found->box.centre().y);
        return true;
    }
    bool click(std::string_view key) {
        if (!point_at(key)) return false;
        for (const bool down : {true, false}) {
            ImGui::GetIO().AddMouseButtonEvent(0, down);
            platform->input = true;
            settle();
        }
        return true;
    }
    void press(ImGuiKey key) {
        for (const bool down : {true, false}) {
            ImGui::GetIO().AddKeyEvent(key, down);
            platform->input = true;
            settle();
        }
    }
    void type(const char* text) {
        ImGui::GetIO().AddInputCharactersUTF8(text);
        platform->input = true;
        settle();
    }

    struct Drawn {
        int vertices = 0;
        bool finite = true;
    };
    // What the last frame holds.
    [[nodiscard]] static Drawn drawn() {
        Drawn out;
        const ImDrawData* data = ImGui::GetDrawData();
        for (const ImDrawList* list : data->CmdLists) {
            for (const ImDrawVert& vertex : list->VtxBuffer) {
                ++out.vertices;
                out.finite = out.finite && std::isfinite(vertex.pos.x) && std::isfinite(vertex.pos.y) &&
                             std::isfinite(vertex.uv.x) && std::isfinite(vertex.uv.y);
            }
        }
        return out;
    }

    std::unique_ptr<app::App> app;
    std::unique_ptr<platform::NullPlatform> platform;
    std::unique_ptr<Ui> ui;
    app::CommandQueue commands;
};

}  // namespace headlight::ui
