#pragma once
// The browser: a WebGL 2 canvas, animation frames only while something changes, and the page's services (page.h).

#include <array>
#include <map>

#include "platform/last_picture.h"
#include "platform/platform.h"
#include "platform/web/input.h"

namespace headlight::platform {

struct StartOptions {
    bool dark = true, touch = false, reduced_motion = false;
    std::string language = "en", link;
    std::string kept;  // a report of the models that the page keeps, as a command; heard before the link is opened
    int threads = 1;
};

class WebPlatform final : public Platform {
  public:
    WebPlatform();

    // Takes the canvas; the error says that there is no WebGL 2.
    [[nodiscard]] Result<void> start(StartOptions options);
    void set_program(Program* program) { program_ = program; }
    // Keeps a file and says where its bytes are.
    char* add_file(std::string name, std::string bytes) { return (files_[std::move(name)] = std::move(bytes)).data(); }
    // Files that a person chose, by their names under "user/"; they leave the store.
    void post_user_files(const std::vector<std::string>& names);
    void post(Event event);
    void set_dark(bool dark);
    [[nodiscard]] const std::string& kept_list() const { return options_.kept; }
    void lose_context() { context_lost_ = true; }
    void turn();  // one turn of the loop, and the next one asked for
    [[nodiscard]] bool turn_pending() const { return frame_asked_; }
    // x y width height font-size clip-top clip-bottom in CSS pixels, and 1 for an address; false while the field is not
    // shown.
    [[nodiscard]] bool prompt_place(FieldId field, float* out) const;

    bool input_pending() const override { return pending_; }
    void begin_frame() override;
    void end_frame() override;
    void wake() override;
    void wake_for_progress();  // a few times a second are enough: drawing takes time from what progresses
    std::vector<Event> poll() override;
    double now() const override;
    float pixel_ratio() const override;
    void fonts_changed() override;
    void set_ui_scale(float scale) override;
    bool prefers_dark() const override { return options_.dark; }
    bool prefers_reduced_motion() const override { return options_.reduced_motion; }
    std::string language() const override { return options_.language; }
    int threads() const override { return options_.threads; }
    bool touch() const override { return input_.touch; }
    std::string start_link() const override { return options_.link; }
    void show_link(std::string_view fragment) override;
    std::string link_address(std::string_view fragment) const override;
    void copy_text(std::string_view text) override;
    void open_files() override;
    void save_file(std::string_view name, std::string_view mime, std::string bytes) override;
    void open_url(std::string_view url) override;
    std::string load_text(std::string_view key) const override;
    void store_text(std::string_view key, std::string_view text) override;
    Result<std::string> asset(std::string_view path) const override;
    std::vector<std::string> assets_in(std::string_view folder) const override;
    bool fetch_model(std::string_view name) override;
    void stop_fetch(std::string_view name) override;
    bool model_request(std::string_view verb, std::string_view json) override;
    Memory memory() const override;
    Texture upload(Texture texture, int width, int height, std::span<const std::uint32_t> pixels) override;
    void upload_rows(Texture texture, int width, int height, std::span<const std::uint32_t> pixels, int first_row,
                     int rows) override;
    std::optional<std::string> prompt_field(const PromptField& field) override;
    void focus_prompt() override;
    void state_changed(std::string_view theme, std::string_view language) override;
    void fatal(std::string_view message) override;

  private:
    void ask_for_turn(double in_ms);
    void fit_canvas();
    void follow_cursor();
    void send_picture();  // what ImGui has made of the frame, to the canvas, as far as it is new
    void send_area(const Area& area);

    StartOptions options_;
    Program* program_ = nullptr;
    WebInput input_;
    std::map<std::string, std::string, std::less<>> files_;
    std::vector<Event> events_;
    LastPicture last_picture_;
    std::array<PromptField, kFields> prompts_;  // no texts: where the fields stood in the last frame
    bool pending_ = true, context_lost_ = false;
    bool frame_asked_ = false;  // an animation frame or a timer at once is under way
    double timer_at_ = -1;      // a later timer is under way for this time
    float ui_scale_ = 1;
    float css_width_ = 0, css_height_ = 0, device_ratio_ = 1;
    int cursor_ = -2;
    std::string theme_, shown_language_;
};

}  // namespace headlight::platform
