#include "platform/web/web_platform.h"

#include <GLES3/gl3.h>
#include <emscripten.h>
#include <emscripten/heap.h>
#include <emscripten/html5.h>
#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "imgui.h"
#include "imgui_impl_opengl3.h"
#include "platform/gl_textures.h"
#include "platform/picture_part.h"
#include "platform/web/page.h"

namespace headlight::platform {

namespace {

constexpr double kReachable = 3.5e9;  // bytes: browsers grow a memory no further, whatever the address space holds
constexpr double kProgressMs = 100;
constexpr double kHiddenMs = 50;  // between turns of a page in the background, which gets no animation frames

ImTextureID texture_id(Texture texture) {
    return reinterpret_cast<ImTextureID>(static_cast<std::uintptr_t>(texture));
}

bool page_hidden() {
    EmscriptenVisibilityChangeEvent status{};
    return emscripten_get_visibility_status(&status) == EMSCRIPTEN_RESULT_SUCCESS && status.hidden;
}

}  // namespace

WebPlatform::WebPlatform() {
    input_.wake = [this] {
        pending_ = true;
        wake();
    };
}

Result<void> WebPlatform::start(StartOptions options) {
    options_ = std::move(options);
    EmscriptenWebGLContextAttributes attributes;
    emscripten_webgl_init_context_attributes(&attributes);
    attributes.majorVersion = 2;
    attributes.alpha = false;
    attributes.depth = false;
    attributes.antialias = false;
    attributes.preserveDrawingBuffer = true;  // a picture fills anew only what it changes
    const EMSCRIPTEN_WEBGL_CONTEXT_HANDLE context = emscripten_webgl_create_context(kCanvas, &attributes);
    if (context <= 0) return fail(ErrorCode::unsupported, "This browser gives no WebGL 2, which the pictures need.");
    emscripten_webgl_make_context_current(context);
    ImGuiIO& io = ImGui::GetIO();
    io.BackendPlatformName = "headlight_web";
    io.BackendFlags |= ImGuiBackendFlags_HasMouseCursors;
    ImGui_ImplOpenGL3_Init("#version 300 es");
    input_.touch = options_.touch;
    listen(input_);
    fit_canvas();
    return {};
}

void WebPlatform::turn() {
    if (program_ == nullptr || context_lost_) return;
    const Demand demand = program_->turn();
    if (demand.soon) {
        ask_for_turn(0);
    } else if (demand.in_seconds >= 0) {
        ask_for_turn(std::max(1.0, demand.in_seconds * 1000));
    }
}

// At most one animation frame and one later timer are under way; an idle page has neither.
void WebPlatform::ask_for_turn(double in_ms) {
    if (in_ms > 0) {
        const double at = emscripten_get_now() + in_ms;
        if (frame_asked_ || (timer_at_ >= 0 && timer_at_ <= at + 1)) return;
        timer_at_ = at;
        emscripten_set_timeout(
            [](void* data) {
                auto& self = *static_cast<WebPlatform*>(data);
                // Timers may fire a little early, and one that an earlier one has overtaken costs one empty turn.
                self.timer_at_ = -1;
                self.ask_for_turn(0);
            },
            in_ms, this);
        return;
    }
    if (frame_asked_) return;
    frame_asked_ = true;
    if (page_hidden()) {
        emscripten_set_timeout(
            [](void* data) {
                auto& self = *static_cast<WebPlatform*>(data);
                self.frame_asked_ = false;
                self.turn();
            },
            kHiddenMs, this);
    } else {
        emscripten_request_animation_frame(
            [](double, void* data) -> EM_BOOL {
                auto& self = *static_cast<WebPlatform*>(data);
                self.frame_asked_ = false;
                self.turn();
                return EM_FALSE;
            },
            this);
    }
}

void WebPlatform::wake() {
    ask_for_turn(0);
}

void WebPlatform::wake_for_progress() {
    ask_for_turn(kProgressMs);
}

void WebPlatform::fit_canvas() {
    double width = 0, height = 0;
    emscripten_get_element_css_size(kCanvas, &width, &height);
    device_ratio_ = static_cast<float>(emscripten_get_device_pixel_ratio());
    css_width_ = static_cast<float>(width);
    css_height_ = static_cast<float>(height);
    const int w = static_cast<int>(std::lround(css_width_ * device_ratio_)),
              h = static_cast<int>(std::lround(css_height_ * device_ratio_));
    int now_w = 0, now_h = 0;
    emscripten_get_canvas_element_size(kCanvas, &now_w, &now_h);
    if (now_w == w && now_h == h) return;
    emscripten_set_canvas_element_size(kCanvas, w, h);  // which empties it
    last_picture_.forget();
}

float WebPlatform::pixel_ratio() const {
    return device_ratio_ * ui_scale_;
}

void WebPlatform::set_ui_scale(float scale) {
    fit_canvas();  // the ratio may have changed with the browser's zoom
    pending_ = pending_ || scale != ui_scale_;
    ui_scale_ = input_.scale = scale;
}

void WebPlatform::fonts_changed() {
    if (ImGui::GetIO().Fonts->TexID == nullptr) return;  // the first frame sends it
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    ImGui_ImplOpenGL3_CreateFontsTexture();
    last_picture_.forget();
}

void WebPlatform::begin_frame() {
    pending_ = false;
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = ImVec2(css_width_ / ui_scale_, css_height_ / ui_scale_);
    io.DisplayFramebufferScale = ImVec2(pixel_ratio(), pixel_ratio());
    io.DeltaTime = 1.0f / 60;  // nothing here depends on real time, and a page that slept must not jump
    prompts_ = {};
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
}

void WebPlatform::end_frame() {
    ImGui::Render();
    follow_cursor();
    send_picture();
    page::frame_drawn();
}

void WebPlatform::send_picture() {
    const auto areas = last_picture_.changes(*ImGui::GetDrawData(), ImGui::GetColorU32(ImGuiCol_WindowBg));
    if (areas.empty()) return;
    glViewport(0, 0, static_cast<int>(std::lround(css_width_ * device_ratio_)),
               static_cast<int>(std::lround(css_height_ * device_ratio_)));
    const ImVec4 back = ImGui::GetStyle().Colors[ImGuiCol_WindowBg];
    glClearColor(back.x, back.y, back.z, 1);
    for (const Area& area : areas) send_area(area);
}

void WebPlatform::send_area(const Area& area) {
    const ImDrawData& data = *ImGui::GetDrawData();
    const Pixels pixels = pixels_of(area, data);
    if (area.size() == data.DisplaySize.x * data.DisplaySize.y) {
        glDisable(GL_SCISSOR_TEST);
    } else {
        glEnable(GL_SCISSOR_TEST);
        glScissor(pixels.left, framebuffer_height(data) - pixels.bottom, pixels.right - pixels.left,
                  pixels.bottom - pixels.top);
    }
    glClear(GL_COLOR_BUFFER_BIT);
    PicturePart part(data, pixels);
    ImGui_ImplOpenGL3_RenderDrawData(&part.data());
}

void WebPlatform::follow_cursor() {
    const int cursor = ImGui::GetMouseCursor();
    if (cursor == cursor_) return;
    cursor_ = cursor;
    page::set_cursor(cursor == ImGuiMouseCursor_Hand        ? "pointer"
                     : cursor == ImGuiMouseCursor_TextInput ? "text"
                                                            : "default");
}

std::vector<Event> WebPlatform::poll() {
    return std::exchange(events_, {});
}

void WebPlatform::post(Event event) {
    events_.push_back(std::move(event));
    wake();
}

void WebPlatform::post_user_files(const std::vector<std::string>& names) {
    Event event;
    for (const std::string& name : names) {
        const auto found = files_.find(name);
        if (found == files_.end()) continue;
        event.files.push_back({name.substr(name.rfind('/') + 1), std::move(found->second)});
        files_.erase(found);
    }
    post(std::move(event));
}

void WebPlatform::set_dark(bool dark) {
    options_.dark = dark;
    post({EventKind::system_theme, {}, {}});
}

double WebPlatform::now() const {
    return emscripten_get_now() / 1000;
}

void WebPlatform::show_link(std::string_view fragment) {
    page::set_link(fragment);
}
std::string WebPlatform::link_address(std::string_view fragment) const {
    return page::address(fragment);
}
void WebPlatform::copy_text(std::string_view text) {
    page::copy(text);
}
void WebPlatform::open_files() {
    page::pick_files();
}
void WebPlatform::save_file(std::string_view name, std::string_view mime, std::string bytes) {
    page::save(name, mime, bytes);
}
void WebPlatform::open_url(std::string_view url) {
    page::open_url(url);
}
std::string WebPlatform::load_text(std::string_view key) const {
    return page::load(key);
}
void WebPlatform::store_text(std::string_view key, std::string_view text) {
    page::store(key, text);
}

Result<std::string> WebPlatform::asset(std::string_view path) const {
    const auto found = files_.find(path);
    if (found == files_.end()) return fail(ErrorCode::not_found, "The page did not hand in " + std::string(path) + ".");
    return found->second;
}

bool WebPlatform::fetch_model(std::string_view name) {
    return page::fetch_model(name);
}

void WebPlatform::stop_fetch(std::string_view name) {
    page::stop_fetch(name);
}

bool WebPlatform::model_request(std::string_view verb, std::string_view json) {
    return page::model_request(verb, json);
}

// What the address space has left, of which the allocator's own free blocks are a part.
Memory WebPlatform::memory() const {
    const double most = std::min(static_cast<double>(emscripten_get_heap_max()), kReachable);
    const double wished = page::memory_limit();
    const double limit = wished > 0 ? std::min(wished, most) : most;
    const double held = static_cast<double>(emscripten_get_heap_size()) - static_cast<double>(mallinfo().fordblks);
    return {limit, std::max(1.0, limit - held)};
}

std::vector<std::string> WebPlatform::assets_in(std::string_view folder) const {
    std::vector<std::string> paths;
    const std::string start = std::string(folder) + "/";
    for (const auto& [path, bytes] : files_) {
        if (path.starts_with(start)) paths.push_back(path);
    }
    return paths;
}

Texture WebPlatform::upload(Texture texture, int width, int height, std::span<const std::uint32_t> pixels) {
    const Texture now = upload_gl_texture(texture, width, height, pixels);
    last_picture_.changed(texture_id(now));
    return now;
}

void WebPlatform::upload_rows(Texture texture, int width, int, std::span<const std::uint32_t> pixels, int first_row,
                              int rows) {
    upload_gl_rows(texture, width, pixels, first_row, rows);
    last_picture_.changed(texture_id(texture));
}

std::optional<std::string> WebPlatform::prompt_field(const PromptField& field) {
    PromptField& kept = prompts_[static_cast<std::size_t>(field.id)];
    kept = field;
    kept.text = kept.hint = {};  // views of this frame only
    return std::nullopt;
}

bool WebPlatform::prompt_place(FieldId field, float* out) const {
    const PromptField& at = prompts_[static_cast<std::size_t>(field)];
    if (at.rect.width <= 0) return false;
    const std::array values{at.rect.x,    at.rect.y,   at.rect.width, at.rect.height,
                            at.font_size, at.clip_top, at.clip_bottom};
    for (std::size_t i = 0; i < values.size(); ++i) out[i] = values[i] * ui_scale_;
    out[values.size()] = at.address ? 1 : 0;
    return true;
}

void WebPlatform::focus_prompt() {
    page::focus_prompt();
}

void WebPlatform::state_changed(std::string_view theme, std::string_view language) {
    page::changed();
    if (theme != theme_) page::set_theme(theme_ = theme);
    if (language != shown_language_) page::set_language(shown_language_ = language);
}

void WebPlatform::fatal(std::string_view message) {
    page::fatal("check", message);
}

}  // namespace headlight::platform
