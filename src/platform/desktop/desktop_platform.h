#pragma once
// GLFW, OpenGL 3.3 and the file system.

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include "platform/desktop/arguments.h"
#include "platform/desktop/hub.h"
#include "platform/desktop/model_files.h"
#include "platform/platform.h"
#include "platform/wrapped_input.h"

struct GLFWwindow;

namespace headlight::platform {

class DesktopPlatform final : public Platform {
  public:
    explicit DesktopPlatform(Arguments arguments);
    ~DesktopPlatform() override;
    DesktopPlatform(const DesktopPlatform&) = delete;
    DesktopPlatform& operator=(const DesktopPlatform&) = delete;

    [[nodiscard]] Result<void> open_window();
    void run(Program& program);

    bool input_pending() const override { return pending_; }
    void begin_frame() override;
    void end_frame() override;
    void wake() override;
    std::vector<Event> poll() override;
    double now() const override;
    float pixel_ratio() const override { return content_scale_ * ui_scale_; }
    void fonts_changed() override;
    void set_ui_scale(float scale) override;
    bool prefers_dark() const override { return load_text("theme") != "light"; }
    bool prefers_reduced_motion() const override { return false; }
    std::string language() const override;
    int threads() const override;
    bool touch() const override { return false; }
    std::string start_link() const override { return arguments_.link; }
    void show_link(std::string_view) override {}
    std::string link_address(std::string_view fragment) const override;
    void copy_text(std::string_view text) override;
    void open_files() override;
    void save_file(std::string_view name, std::string_view mime, std::string bytes) override;
    void open_url(std::string_view url) override;
    std::string load_text(std::string_view key) const override;
    void store_text(std::string_view key, std::string_view text) override;
    Result<std::string> asset(std::string_view path) const override;
    std::vector<std::string> assets_in(std::string_view folder) const override;
    // What came with the program lies among its assets already.
    bool fetch_model(std::string_view) override { return false; }
    void stop_fetch(std::string_view) override {}
    bool model_request(std::string_view verb, std::string_view json) override;
    Memory memory() const override;
    Texture upload(Texture texture, int width, int height, std::span<const std::uint32_t> pixels) override;
    void upload_rows(Texture texture, int width, int height, std::span<const std::uint32_t> pixels, int first_row,
                     int rows) override;
    std::optional<std::string> prompt_field(const PromptField& field) override;
    void focus_prompt() override { inputs_.front().focus(); }
    void state_changed(std::string_view, std::string_view) override {}
    void fatal(std::string_view message) override;

  private:
    static DesktopPlatform& of(GLFWwindow* window);
    void set_callbacks();
    void remember_window() const;
    void post(Event event);
    void in_background(std::function<void()> job);
    // Tells the program which model lies there; its bytes come when it asks for them.
    void offer(const std::vector<std::string>& paths);
    [[nodiscard]] bool load_offered(int job, int handle, const std::vector<std::string>& names);
    void inspect(int job, std::vector<std::string> bases, std::string tree);
    // Of the model that is being loaded, for a few milliseconds; last_turn: seconds that the program's last turn took.
    // Returns when there may be more, in seconds; negative: nothing is being loaded.
    double move_bytes(Program& program, double last_turn);
    void write_test_state(Program& program) const;
    [[nodiscard]] float logical_per_window_unit() const;

    Arguments arguments_;
    GLFWwindow* window_ = nullptr;
    std::array<WrappedInput, kFields> inputs_;
    float content_scale_ = 1, ui_scale_ = 1;
    bool pending_ = true;
    int frames_ = 0;
    std::mutex mutex_;
    std::vector<Event> events_;        // guarded by mutex_
    int last_offer_ = 0;               // guarded by mutex_
    ModelFolder offered_;              // of that number; guarded by mutex_
    std::atomic<int> inspecting_ = 0;  // the job whose answer is awaited; another number ends the older ones
    std::vector<std::thread> jobs_;
    FileFeed files_;
    HubFeed hub_{[this](std::string command) { post({EventKind::command, std::move(command), {}}); }};
};

}  // namespace headlight::platform
