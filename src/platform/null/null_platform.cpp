#include "platform/null/null_platform.h"

#include "base/check.h"
#include "imgui.h"

namespace headlight::platform {

NullPlatform::NullPlatform(float width, float height, float ratio) : ratio_(ratio), width_(width), height_(height) {
    ImGui::GetIO().BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
}

void NullPlatform::resize(float width, float height) {
    width_ = width;
    height_ = height;
    input = true;
}

void NullPlatform::begin_frame() {
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = ImVec2(width_, height_);
    io.DisplayFramebufferScale = ImVec2(ratio_, ratio_);
    io.DeltaTime = 1.0f / 60;
    time += 1.0 / 60;
    input = false;
    if (!io.Fonts->IsBuilt()) io.Fonts->Build();
    ImGui::NewFrame();
}

void NullPlatform::end_frame() {
    ImGui::Render();
    ++frames;
}

std::string NullPlatform::link_address(std::string_view fragment) const {
    return "#" + std::string(fragment);
}

void NullPlatform::save_file(std::string_view name, std::string_view, std::string bytes) {
    saved[std::string(name)] = std::move(bytes);
}

std::string NullPlatform::load_text(std::string_view key) const {
    const auto found = texts.find(key);
    return found == texts.end() ? std::string() : found->second;
}

void NullPlatform::store_text(std::string_view key, std::string_view text) {
    texts[std::string(key)] = text;
}

Result<std::string> NullPlatform::asset(std::string_view path) const {
    const auto found = files.find(path);
    if (found == files.end()) return fail(ErrorCode::not_found, "no asset " + std::string(path));
    return found->second;
}

std::vector<std::string> NullPlatform::assets_in(std::string_view folder) const {
    std::vector<std::string> paths;
    for (const auto& [path, bytes] : files) {
        if (path.starts_with(std::string(folder) + "/")) paths.push_back(path);
    }
    return paths;
}

Texture NullPlatform::upload(Texture texture, int width, int height, std::span<const std::uint32_t> pixels) {
    CHECK(pixels.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    ++uploads;
    uploaded_pixels += pixels.size();
    return texture != 0 ? texture : next_texture_++;
}

void NullPlatform::upload_rows(Texture, int width, int, std::span<const std::uint32_t>, int first_row, int rows) {
    first_uploaded_row = first_row;
    uploaded_rows += rows;
    uploaded_pixels += static_cast<std::size_t>(rows) * static_cast<std::size_t>(width);
}

std::optional<std::string> NullPlatform::prompt_field(const PromptField& field) {
    if (field.id == FieldId::other) {
        other_rect = field.rect;
        return std::exchange(typed_other, std::nullopt);
    }
    if (field.id == FieldId::search) {
        search_rect = field.rect;
        return std::exchange(typed_search, std::nullopt);
    }
    prompt_rect = field.rect;
    prompt_address = field.address;
    return std::exchange(typed, std::nullopt);
}

}  // namespace headlight::platform
