// All heads at once: rows are layers, columns are heads. One texture holds every thumbnail.
#include <algorithm>
#include <cmath>

#include "ui/heat.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kRowLabel = 20, kColumnLabel = 20, kGap = 4, kLeast = 10, kMost = 56, kLeading = 17;
constexpr int kMostPixels = 64;  // a side of a thumbnail in the texture

class HeadGrid final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        const app::ModelInfo* model = context.app.model();
        if (model == nullptr) return 0;
        const float side = thumbnail(context, width, 1e9f);
        return kColumnLabel + static_cast<float>(model->layers) * (side + kGap) + hint_height(context, width) + 16;
    }

    void draw(const Context& context, const Box& box) override {
        const app::ModelInfo* model = context.app.model();
        if (model == nullptr || context.app.tokens().empty()) return;
        const float side = thumbnail(context, box.width, box.height);
        const Box grid{box.x + kRowLabel, box.y + kColumnLabel, static_cast<float>(model->heads) * (side + kGap),
                       static_cast<float>(model->layers) * (side + kGap)};
        update_texture(context, *model);
        draw_labels(context, *model, grid, side);
        draw_thumbnails(context, *model, grid, side);
        const float hint = put_paragraph(context.fonts.small, {box.x, grid.bottom() + 12, box.width, 0},
                                         context.theme.muted, context.t("model.grid_hint"), kLeading);
        context.shared.places["grid"] = {box.x, box.y, box.width, grid.bottom() + 12 + hint - box.y};
    }

  private:
    // The side of one picture: as large as both directions allow.
    static float thumbnail(const Context& context, float width, float height) {
        const app::ModelInfo& model = *context.app.model();
        const float across = (width - kRowLabel) / static_cast<float>(model.heads) - kGap;
        const float down =
            (height - kColumnLabel - hint_height(context, width) - 12) / static_cast<float>(model.layers) - kGap;
        return std::floor(std::clamp(std::min(across, down), kLeast, kMost));
    }
    static float hint_height(const Context& context, float width) {
        return paragraph_height(context.fonts.small, width, context.t("model.grid_hint"), kLeading);
    }

    // Atlas: layer rows, head columns, `cell` pixels each.
    void update_texture(const Context& context, const app::ModelInfo& model) {
        const app::App& app = context.app;
        const bool skip = app.settings().hide_sink;
        const int cell = std::min(static_cast<int>(app.tokens().size()), kMostPixels);
        const std::uint64_t key = mixed_key({app.pass_revision(), skip, context.theme.dark});
        texture_.update(context.platform, key, [&](Pixels& out) {
            out.width = cell * model.heads;
            out.height = cell * model.layers;
            out.data.assign(static_cast<std::size_t>(out.width) * static_cast<std::size_t>(out.height), 0);
            HeatOptions options;
            options.root = true;
            options.causal = true;
            options.skip_first = skip;
            options.most_rows = options.most_columns = cell;
            for (int layer = 0; layer < model.layers; ++layer) {
                for (int head = 0; head < model.heads; ++head) {
                    heat_pixels(app.attention(layer, head, app::Values::pattern), context.theme, options, one_);
                    for (int y = 0; y < one_.height; ++y) {
                        const auto from = one_.data.begin() + static_cast<std::ptrdiff_t>(y) * one_.width;
                        const auto to =
                            out.data.begin() + static_cast<std::ptrdiff_t>(layer * cell + y) * out.width + head * cell;
                        std::copy(from, from + one_.width, to);
                    }
                }
            }
        });
    }

    static void draw_labels(const Context& context, const app::ModelInfo& model, const Box& grid, float side) {
        const app::Selection now = context.app.selection();
        const int step = side + kGap < 14 ? 4 : 1;
        for (int head = 0; head < model.heads; ++head) {
            if (head % step != 0 && head != now.head) continue;
            const Box at{grid.x + static_cast<float>(head) * (side + kGap) - 4, grid.y - kColumnLabel, side + 8,
                         kColumnLabel - 2};
            put_text(context.fonts.small, at, head == now.head ? context.theme.text : context.theme.muted,
                     std::to_string(head), Align::centre);
        }
        for (int layer = 0; layer < model.layers; ++layer) {
            if (layer % step != 0 && layer != now.layer) continue;
            const Box at{grid.x - kRowLabel, grid.y + static_cast<float>(layer) * (side + kGap), kRowLabel - 8, side};
            put_text(context.fonts.small, at, layer == now.layer ? context.theme.text : context.theme.muted,
                     std::to_string(layer));
        }
    }

    void draw_thumbnails(const Context& context, const app::ModelInfo& model, const Box& grid, float side) {
        const Theme& theme = context.theme;
        const app::Selection now = context.app.selection();
        const Hit hit = hit_area(context, "grid", context.t("model.grid"), Role::cell, grid);
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        // Pieces of one texture, with the panel's colour behind the masked half.
        for (int layer = 0; layer < model.layers; ++layer) {
            for (int head = 0; head < model.heads; ++head) {
                const Box at{grid.x + static_cast<float>(head) * (side + kGap),
                             grid.y + static_cast<float>(layer) * (side + kGap), side, side};
                fill(at, theme.panel, 2);
                const float u = static_cast<float>(head) / static_cast<float>(model.heads),
                            v = static_cast<float>(layer) / static_cast<float>(model.layers);
                texture_.draw_part(at, u, v, u + 1 / static_cast<float>(model.heads),
                                   v + 1 / static_cast<float>(model.layers));
                if (layer == now.layer && head == now.head) outline(at.inset(-2.5f), theme.attends, 3, 2);
                const bool pointed = hit.hovered && at.inset(-kGap / 2).contains(mouse);
                if (context.widgets.enabled()) log(context, layer, head, at, layer == now.layer && head == now.head);
                if (!pointed) continue;
                if (layer != now.layer || head != now.head) outline(at.inset(-1), theme.muted, 2);
                context.hover.layer = layer;
                context.hover.head = head;
                tooltip(context, tip(context, layer, head));
                if (hit.clicked) context.push(app::SelectHead{layer, head});
            }
        }
    }

    static void log(const Context& context, int layer, int head, const Box& at, bool on) {
        const std::string key = "head." + std::to_string(layer) + "." + std::to_string(head);
        // Without the kind of head: that is worked out only for the one pointed at.
        context.widgets.add({key, title(context, layer, head), Role::button, at, on, {}});
    }
    static std::string title(const Context& context, int layer, int head) {
        return context.t("head.title", {{"layer", std::to_string(layer)}, {"head", std::to_string(head)}});
    }
    static std::string tip(const Context& context, int layer, int head) {
        std::string text = title(context, layer, head);
        if (const std::string kind = context.app.head_title(layer, head); !kind.empty()) text += " · " + kind;
        return text;
    }

    HeatTexture texture_;
    Pixels one_;
};

}  // namespace

std::unique_ptr<Panel> make_head_grid() {
    return std::make_unique<HeadGrid>();
}

}  // namespace headlight::ui
