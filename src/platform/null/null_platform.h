#pragma once
// The platform of tests: no window, a clock that stands still until it is moved, and everything the program asked for
// kept to be looked at.

#include <map>
#include <utility>

#include "platform/platform.h"

namespace headlight::platform {

class NullPlatform final : public Platform {
  public:
    // The ImGui context must exist already. Lengths in logical pixels.
    NullPlatform(float width, float height, float ratio = 1);

    void resize(float width, float height);

    bool input_pending() const override { return input; }
    void begin_frame() override;
    void end_frame() override;
    void wake() override { input = true; }
    std::vector<Event> poll() override { return std::exchange(events, {}); }
    double now() const override { return time; }
    float pixel_ratio() const override { return ratio_ * scale_; }
    void fonts_changed() override {}
    void set_ui_scale(float scale) override { scale_ = scale; }
    bool prefers_dark() const override { return dark; }
    bool prefers_reduced_motion() const override { return true; }
    std::string language() const override { return "en"; }
    int threads() const override { return 1; }
    bool touch() const override { return finger; }
    std::string start_link() const override { return link; }
    void show_link(std::string_view fragment) override { link = fragment; }
    std::string link_address(std::string_view fragment) const override;
    void copy_text(std::string_view text) override { clipboard = text; }
    void open_files() override { events.push_back({EventKind::no_chooser, {}, {}}); }
    void save_file(std::string_view name, std::string_view mime, std::string bytes) override;
    void open_url(std::string_view) override {}
    std::string load_text(std::string_view key) const override;
    void store_text(std::string_view key, std::string_view text) override;
    Result<std::string> asset(std::string_view path) const override;
    std::vector<std::string> assets_in(std::string_view folder) const override;
    bool fetch_model(std::string_view name) override {
        fetched.emplace_back(name);
        return can_fetch;
    }
    void stop_fetch(std::string_view) override { fetched.clear(); }
    Texture upload(Texture texture, int width, int height, std::span<const std::uint32_t> pixels) override;
    void upload_rows(Texture texture, int width, int height, std::span<const std::uint32_t> pixels, int first_row,
                     int rows) override;
    std::optional<std::string> prompt_field(const PromptField& field) override;
    void focus_prompt() override { prompt_focused = true; }
    void state_changed(std::string_view, std::string_view) override {}
    void fatal(std::string_view) override {}

    // What tests set and look at.
    std::map<std::string, std::string, std::less<>> files;  // assets
    std::map<std::string, std::string, std::less<>> saved, texts;
    std::vector<Event> events;
    std::vector<std::string> fetched;  // names of models that were asked for
    bool can_fetch = false;
    std::string link, clipboard;
    Rect prompt_rect, other_rect, search_rect;  // of the fields
    bool prompt_address = false;                // the field on the screen takes the address of a model
    // Into the fields, in the next frame.
    std::optional<std::string> typed, typed_other, typed_search;
    double time = 0;
    bool dark = true, input = true, finger = false, prompt_focused = false;
    int frames = 0, uploads = 0;
    int first_uploaded_row = -1, uploaded_rows = 0;  // of parts of textures
    std::size_t uploaded_pixels = 0;

  private:
    float ratio_, scale_ = 1;
    float width_, height_;
    Texture next_texture_ = 1;
};

}  // namespace headlight::platform
