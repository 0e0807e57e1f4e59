// The graphical program, in one page: make everything, run the turns of the loop, take everything down in reverse.
#include <algorithm>
#include <memory>
#include <utility>

#include "app/app.h"
#include "app/model_library.h"
#include "base/check.h"
#include "platform/platform.h"
#include "ui/remote.h"
#include "ui/ui.h"

namespace headlight {
namespace {

class Headlight final : public platform::Program {
  public:
    static Result<std::unique_ptr<platform::Program>> create(platform::Platform& platform) {
        app::AppOptions options;
        options.threads = platform.threads();
        options.machine = [&platform] {
            const platform::Memory memory = platform.memory();
            return app::Machine{memory.limit, memory.free};
        };
        for (const char* path :
             {"strings/en.json", "strings/tr.json", "prompts/prompts.json", "tutorial/tutorial.json"}) {
            ASSIGN_OR_RETURN(options.assets[path], platform.asset(path));
        }
        for (const char* path : {"fonts/ui.ttf", "fonts/ui-semibold.ttf", "fonts/symbols.ttf"}) {
            if (auto font = platform.asset(path)) options.assets[path] = std::move(*font);
        }
        ASSIGN_OR_RETURN(std::unique_ptr<app::App> app, app::App::create(std::move(options)));
        ASSIGN_OR_RETURN(std::unique_ptr<ui::Ui> ui, ui::Ui::create(platform));
        return std::unique_ptr<platform::Program>(new Headlight(platform, std::move(app), std::move(ui)));
    }

    platform::Demand turn() override {
        ui_->begin_turn(platform_);
        for (platform::Event& event : platform_.poll()) take(event);
        if (!opened_) {  // after what the platform had to say first: which models it keeps
            commands_.push(app::OpenLink{platform_.start_link()});  // the app asks for the model that it needs
            opened_ = true;
        }
        app_->apply(commands_, now_ms());
        app_->advance(now_ms(), ui_->work_ms(*app_, platform_));
        run_effects();
        const bool draws = ui_->wants_frame(*app_, platform_);
        if (draws) app_->set_hover(ui_->frame(*app_, commands_, platform_));
        announce_changes();
        return demand(draws);
    }

    std::string command(std::string_view json) override { return ui::run_command(json, *app_, commands_, platform_); }
    platform::ModelSink& models() override { return sink_; }
    std::string state() override { return ui::state_json(*app_, *ui_, commands_, platform_); }
    std::string widgets() override {
        std::string json = ui_->widgets_json();
        if (ui_->wants_frame(*app_, platform_)) platform_.wake();
        return json;
    }

  private:
    Headlight(platform::Platform& platform, std::unique_ptr<app::App> app, std::unique_ptr<ui::Ui> ui)
        : platform_(platform), app_(std::move(app)), ui_(std::move(ui)) {
        follow_system();
    }

    [[nodiscard]] double now_ms() const { return platform_.now() * 1000; }

    void follow_system() {
        const auto language = platform_.language() == "tr" ? app::Language::tr : app::Language::en;
        std::string page = platform_.link_address("");
        page.resize(page.find('#'));
        app_->set_environment(
            {language, platform_.prefers_dark(), platform_.prefers_reduced_motion(), std::move(page)});
    }

    void take(platform::Event& event) {
        switch (event.kind) {
            case platform::EventKind::files: {
                app::LoadModel load{event.text, {}};
                for (platform::File& file : event.files) load.files[file.name] = std::move(file.bytes);
                commands_.push(std::move(load));
                break;
            }
            case platform::EventKind::no_chooser:
                commands_.push(app::ReportProblem{"problem.no_chooser", ""});
                break;
            case platform::EventKind::link:
                commands_.push(app::OpenLink{event.text});
                break;
            case platform::EventKind::command:
                if (auto command = app::command_from_json(event.text)) commands_.push(std::move(*command));
                break;
            case platform::EventKind::system_theme:
                follow_system();
                break;
            case platform::EventKind::graphics_lost:
                commands_.push(app::ReportProblem{"problem.context_lost", ""});
                break;
        }
    }

    void run_effects() {
        for (app::Effect& effect : app_->take_effects()) {
            using enum app::Effect::Kind;
            switch (effect.kind) {
                case copy_link:
                    platform_.copy_text(platform_.link_address(effect.bytes));
                    break;
                case copy_text:
                    platform_.copy_text(effect.bytes);
                    break;
                case save_file:
                    platform_.save_file(effect.name, effect.mime, std::move(effect.bytes));
                    break;
                case set_fragment:
                    platform_.show_link(effect.bytes);
                    break;
                case fetch_model:
                    load_or_fetch(effect.name);
                    break;
                case stop_fetch:
                    platform_.stop_fetch(effect.name);
                    break;
                case model_request:
                    if (!platform_.model_request(effect.name, effect.bytes)) refuse(effect.name);
                    break;
            }
        }
    }

    // From the assets; a page downloads them first, and sends the model as a command.
    void load_or_fetch(const std::string& name) {
        if (auto load = ui::model_files(name, platform_)) {
            commands_.push(std::move(*load));
        } else if (!platform_.fetch_model(name)) {
            commands_.push(app::ReportProblem{"problem.no_model", load.error().message});
        }
    }

    // A platform that cannot do what an import needs ends it.
    void refuse(std::string_view verb) {
        if (verb != "inspect" && verb != "load") return;
        const int job = app_->library().import.job;
        commands_.push(app::ImportReport{R"({"event":"failed","key":"library.error.unsupported","job":)" +
                                         std::to_string(job) + "}"});
    }

    // A page around the program mirrors its state, theme and language.
    void announce_changes() {
        const std::uint64_t now = app_->state_revision() + app_->progress_revision();
        if (std::exchange(announced_, now) == now) return;
        platform_.state_changed(app_->dark() ? "dark" : "light", app_->language() == app::Language::tr ? "tr" : "en");
    }

    // After a picture a turn comes at once: it tells what that took (ui/pace.h).
    [[nodiscard]] platform::Demand demand(bool drew) const {
        platform::Demand demand;
        const double work = app_->next_work_ms(now_ms());
        demand.soon = drew || work == 0 || !commands_.empty() || ui_->wants_frame(*app_, platform_);
        if (work > 0) demand.in_seconds = work / 1000;
        if (const double at = ui_->next_frame_at(*app_); at >= 0) {
            const double wait = std::max(0.0, at - platform_.now());
            demand.in_seconds = demand.in_seconds < 0 ? wait : std::min(demand.in_seconds, wait);
        }
        return demand;
    }

    // Bytes of a model, straight into the app.
    class Sink final : public platform::ModelSink {
      public:
        explicit Sink(Headlight& program) : program_(program) {}
        bool begin_file(int job, std::string_view name, double bytes) override {
            return app().begin_file(job, name, bytes);
        }
        std::span<char> room(int job, std::size_t want) override { return app().room(job, want); }
        bool take(int job, std::size_t size) override { return app().take(job, size, program_.now_ms()); }
        bool end_file(int job) override { return app().end_file(job); }
        bool finish(int job) override { return app().finish(job); }
        std::optional<std::span<const char>> kept_bytes(int job) override { return app().kept_bytes(job); }

      private:
        app::App& app() { return *program_.app_; }
        Headlight& program_;
    };

    platform::Platform& platform_;
    std::unique_ptr<app::App> app_;
    std::unique_ptr<ui::Ui> ui_;
    app::CommandQueue commands_;
    Sink sink_{*this};
    std::uint64_t announced_ = 0;
    bool opened_ = false;
};

}  // namespace
}  // namespace headlight

int main(int argc, char** argv) {
    return headlight::platform::launch(argc, argv, headlight::Headlight::create);
}
