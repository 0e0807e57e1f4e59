#include "platform/desktop/desktop_platform.h"

#include <GLFW/glfw3.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "base/file.h"
#include "imgui.h"
#include "imgui_impl_glfw.h"
#include "imgui_impl_opengl3.h"
#include "platform/desktop/files.h"
#include "platform/gl_textures.h"

namespace headlight::platform {

namespace {

constexpr int kDefaultWidth = 1440, kDefaultHeight = 900, kLeastSide = 320;
constexpr double kFrameSeconds = 1.0 / 60;

// "width height" of the last window.
void read_size(const std::string& text, int& width, int& height) {
    int w = 0, h = 0;
    if (std::sscanf(text.c_str(), "%d %d", &w, &h) != 2) return;
    if (w >= kLeastSide && h >= kLeastSide && w < 20000 && h < 20000) {
        width = w;
        height = h;
    }
}

}  // namespace

DesktopPlatform::DesktopPlatform(Arguments arguments) : arguments_(std::move(arguments)) {}

DesktopPlatform::~DesktopPlatform() {
    inspecting_ = 0;
    for (std::thread& job : jobs_) job.join();
    if (window_ == nullptr) return;
    remember_window();
    ImGui_ImplOpenGL3_Shutdown();
    ImGui_ImplGlfw_Shutdown();
    glfwDestroyWindow(window_);
    glfwTerminate();
}

Result<void> DesktopPlatform::open_window() {
    if (glfwInit() == 0)
        return fail(ErrorCode::unsupported, "no display: the desktop program needs a graphical session");
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, 1);
    const bool given = arguments_.width >= kLeastSide && arguments_.height >= kLeastSide;
    int width = kDefaultWidth, height = kDefaultHeight;
    if (given) {
        width = arguments_.width;
        height = arguments_.height;
    } else {
        glfwWindowHint(GLFW_SCALE_TO_MONITOR, 1);
        read_size(load_text("window"), width, height);
    }
    window_ = glfwCreateWindow(width, height, "Headlight", nullptr, nullptr);
    if (window_ == nullptr) return fail(ErrorCode::unsupported, "no OpenGL 3.3 on this display");
    glfwSetWindowSizeLimits(window_, kLeastSide, kLeastSide, GLFW_DONT_CARE, GLFW_DONT_CARE);
    glfwMakeContextCurrent(window_);
    glfwSwapInterval(1);
    float ignored = 1;
    glfwGetWindowContentScale(window_, &content_scale_, &ignored);
    set_callbacks();
    ImGui_ImplGlfw_InitForOpenGL(window_, false);
    ImGui_ImplOpenGL3_Init("#version 330");
    return {};
}

DesktopPlatform& DesktopPlatform::of(GLFWwindow* window) {
    return *static_cast<DesktopPlatform*>(glfwGetWindowUserPointer(window));
}

float DesktopPlatform::logical_per_window_unit() const {
    int window_width = 1, window_height = 1, width = 1, height = 1;
    glfwGetWindowSize(window_, &window_width, &window_height);
    glfwGetFramebufferSize(window_, &width, &height);
    return static_cast<float>(width) / static_cast<float>(std::max(1, window_width)) / pixel_ratio();
}

void DesktopPlatform::set_callbacks() {
    glfwSetWindowUserPointer(window_, this);
    glfwSetCursorPosCallback(window_, [](GLFWwindow* w, double x, double y) {
        const double scale = of(w).logical_per_window_unit();
        ImGui_ImplGlfw_CursorPosCallback(w, x * scale, y * scale);
        of(w).pending_ = true;
    });
    glfwSetCursorEnterCallback(window_, [](GLFWwindow* w, int entered) {
        ImGui_ImplGlfw_CursorEnterCallback(w, entered);
        of(w).pending_ = true;
    });
    glfwSetMouseButtonCallback(window_, [](GLFWwindow* w, int button, int action, int mods) {
        ImGui_ImplGlfw_MouseButtonCallback(w, button, action, mods);
        of(w).pending_ = true;
    });
    glfwSetScrollCallback(window_, [](GLFWwindow* w, double x, double y) {
        ImGui_ImplGlfw_ScrollCallback(w, x, y);
        of(w).pending_ = true;
    });
    glfwSetKeyCallback(window_, [](GLFWwindow* w, int key, int scancode, int action, int mods) {
        ImGui_ImplGlfw_KeyCallback(w, key, scancode, action, mods);
        of(w).pending_ = true;
    });
    glfwSetCharCallback(window_, [](GLFWwindow* w, unsigned int character) {
        ImGui_ImplGlfw_CharCallback(w, character);
        of(w).pending_ = true;
    });
    glfwSetWindowFocusCallback(window_, [](GLFWwindow* w, int focused) {
        ImGui_ImplGlfw_WindowFocusCallback(w, focused);
        of(w).pending_ = true;
    });
    glfwSetWindowRefreshCallback(window_, [](GLFWwindow* w) { of(w).pending_ = true; });
    glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* w, int, int) { of(w).pending_ = true; });
    glfwSetWindowContentScaleCallback(window_, [](GLFWwindow* w, float x, float) {
        of(w).content_scale_ = x;
        of(w).pending_ = true;
    });
    glfwSetDropCallback(window_, [](GLFWwindow* w, int count, const char** paths) {
        std::vector<std::string> dropped(paths, paths + count);
        of(w).in_background([platform = &of(w), dropped = std::move(dropped)] { platform->offer(dropped); });
    });
}

void DesktopPlatform::run(Program& program) {
    // After the link that the program starts with, which closes what is open.
    program.turn();
    if (!arguments_.model.empty()) offer({arguments_.model});
    double last_turn = 0;
    while (glfwWindowShouldClose(window_) == 0) {
        const double start = now();
        const int frames_before = frames_;
        const double more = move_bytes(program, last_turn);
        const double turn_start = now();
        Demand demand = program.turn();
        last_turn = now() - turn_start;
        demand.soon = demand.soon || more == 0;
        if (more > 0) demand.in_seconds = demand.in_seconds < 0 ? more : std::min(demand.in_seconds, more);
        const bool drew = frames_ != frames_before;
        if (drew && !arguments_.test_state.empty()) write_test_state(program);
        if (arguments_.test_frames > 0 && frames_ >= arguments_.test_frames) break;
        if (!demand.soon && demand.in_seconds < 0) {
            glfwWaitEvents();
        } else if (!demand.soon) {
            glfwWaitEventsTimeout(std::max(demand.in_seconds, 0.001));
        } else if (drew && more != 0 && now() - start < kFrameSeconds) {
            // Where the display does not hold the swap back, 60 frames a second are enough.
            glfwWaitEventsTimeout(kFrameSeconds - (now() - start));
        } else {
            glfwPollEvents();
        }
    }
}

void DesktopPlatform::fonts_changed() {
    if (ImGui::GetIO().Fonts->TexID == nullptr) return;  // the first frame sends it
    ImGui_ImplOpenGL3_DestroyFontsTexture();
    ImGui_ImplOpenGL3_CreateFontsTexture();
}

void DesktopPlatform::begin_frame() {
    pending_ = false;
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    int width = 0, height = 0;
    glfwGetFramebufferSize(window_, &width, &height);
    ImGuiIO& io = ImGui::GetIO();
    const float ratio = pixel_ratio();
    io.DisplaySize = ImVec2(static_cast<float>(width) / ratio, static_cast<float>(height) / ratio);
    io.DisplayFramebufferScale = ImVec2(ratio, ratio);
    ImGui::NewFrame();
}

void DesktopPlatform::end_frame() {
    ImGui::Render();
    int width = 0, height = 0;
    glfwGetFramebufferSize(window_, &width, &height);
    glViewport(0, 0, width, height);
    const ImVec4 back = ImGui::GetStyle().Colors[ImGuiCol_WindowBg];
    glClearColor(back.x, back.y, back.z, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    glfwSwapBuffers(window_);
    ++frames_;
}

void DesktopPlatform::wake() {
    glfwPostEmptyEvent();
}

void DesktopPlatform::post(Event event) {
    {
        const std::lock_guard lock(mutex_);
        events_.push_back(std::move(event));
    }
    wake();
}

std::vector<Event> DesktopPlatform::poll() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
}

void DesktopPlatform::in_background(std::function<void()> job) {
    jobs_.emplace_back(std::move(job));
}

double DesktopPlatform::now() const {
    return glfwGetTime();
}

void DesktopPlatform::set_ui_scale(float scale) {
    pending_ = pending_ || scale != ui_scale_;
    ui_scale_ = scale;
}

void DesktopPlatform::remember_window() const {
    if (arguments_.width > 0) return;
    int width = 0, height = 0;
    glfwGetWindowSize(window_, &width, &height);
    // GLFW_SCALE_TO_MONITOR multiplies what it is given by the monitor's scale.
    const float scale = content_scale_ > 0 ? content_scale_ : 1;
    const auto unscaled = [&](int side) { return std::to_string(static_cast<int>(static_cast<float>(side) / scale)); };
    (void)write_file_atomic(config_folder() + "/window", unscaled(width) + " " + unscaled(height));
}

void DesktopPlatform::write_test_state(Program& program) const {
    const std::string json = "{\"state\":" + program.state() + ",\"widgets\":" + program.widgets() + "}\n";
    (void)write_file_atomic(arguments_.test_state, json);
}

Texture DesktopPlatform::upload(Texture texture, int width, int height, std::span<const std::uint32_t> pixels) {
    return upload_gl_texture(texture, width, height, pixels);
}

void DesktopPlatform::upload_rows(Texture texture, int width, int, std::span<const std::uint32_t> pixels, int first_row,
                                  int rows) {
    upload_gl_rows(texture, width, pixels, first_row, rows);
}

std::optional<std::string> DesktopPlatform::prompt_field(const PromptField& field) {
    return inputs_[static_cast<std::size_t>(field.id)].draw(field);
}

void DesktopPlatform::fatal(std::string_view message) {
    std::fprintf(stderr, "headlight-desktop: %.*s\n", static_cast<int>(message.size()), message.data());
}

int launch(int argc, char** argv, MakeProgram make) {
    const Result<Arguments> arguments = parse_arguments(argc, argv);
    if (!arguments) {
        std::fprintf(stderr, "headlight-desktop: %s\n", arguments.error().message.c_str());
        return 2;
    }
    if (arguments->help) {
        std::fputs(usage(), stdout);
        return 0;
    }
    ImGui::CreateContext();
    int code = 0;
    {
        DesktopPlatform platform(*arguments);
        Result<void> window = platform.open_window();
        Result<std::unique_ptr<Program>> program = window ? make(platform) : std::unexpected(window.error());
        if (program) {
            platform.run(**program);
            program->reset();
        } else {
            platform.fatal(program.error().message);
            code = 1;
        }
    }
    ImGui::DestroyContext();
    return code;
}

}  // namespace headlight::platform
