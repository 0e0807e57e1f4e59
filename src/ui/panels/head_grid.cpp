// All heads at once: rows are layers, columns are heads. One texture holds every thumbnail. An encoder-decoder has
// three such grids, one below the other.
#include <algorithm>
#include <cmath>

#include "ui/head_atlas.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kRowLabel = 20, kColumnLabel = 20, kGap = 4, kLeast = 10, kMost = 56, kLeading = 17, kGroupGap = 8;

// One kind of attention: its layers, and where they begin in the texture.
struct Group {
    app::Part part = app::Part::decoder;
    std::string_view title;  // a string key, or ""
    int layers = 0, first_row = 0;
    bool causal = true;
};

std::vector<Group> groups_of(const app::ModelInfo& model) {
    if (!model.encoder_decoder) return {{app::Part::decoder, "", model.layers, 0, true}};
    const int encoder = model.encoder_layers, decoder = model.decoder_layers;
    return {{app::Part::encoder, "part.encoder", encoder, 0, false},
            {app::Part::decoder, "part.decoder", decoder, encoder, true},
            {app::Part::cross, "part.cross", decoder, encoder + decoder, false}};
}

class HeadGrid final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        const app::ModelInfo* model = context.app.model();
        if (model == nullptr) return 0;
        const float side = thumbnail(context, width, 1e9f);
        return labels_height(*model) + static_cast<float>(layers_of(*model)) * (side + kGap) +
               hint_height(context, width) + 16;
    }

    void draw(const Context& context, const Box& box) override {
        const app::ModelInfo* model = context.app.model();
        if (model == nullptr || context.app.tokens().empty()) return;
        const float side = thumbnail(context, box.width, box.height);
        update_atlas(context, *model);
        Flow flow{box};
        for (const Group& group : groups_of(*model)) {
            if (!group.title.empty()) draw_title(context, flow.take(kColumnLabel), group);
            flow.skip(kColumnLabel);
            const Box grid{box.x + kRowLabel, flow.rest.y, static_cast<float>(model->heads) * (side + kGap),
                           static_cast<float>(group.layers) * (side + kGap)};
            draw_labels(context, *model, group, grid, side);
            draw_thumbnails(context, *model, group, grid, side);
            flow.skip(grid.height + (group.title.empty() ? 0 : kGroupGap));
        }
        const float hint = put_paragraph(context.fonts.small, {box.x, flow.rest.y + 12, box.width, 0},
                                         context.theme.muted, context.t("model.grid_hint"), kLeading);
        context.shared.places["grid"] = {box.x, box.y, box.width, flow.rest.y + 12 + hint - box.y};
    }

  private:
    static int layers_of(const app::ModelInfo& model) {
        int layers = 0;
        for (const Group& group : groups_of(model)) layers += group.layers;
        return layers;
    }
    static float labels_height(const app::ModelInfo& model) {
        return model.encoder_decoder ? 3 * (2 * kColumnLabel + kGroupGap) : kColumnLabel;
    }

    // The side of one picture: as large as both directions allow.
    static float thumbnail(const Context& context, float width, float height) {
        const app::ModelInfo& model = *context.app.model();
        const float across = (width - kRowLabel) / static_cast<float>(model.heads) - kGap;
        const float down =
            (height - labels_height(model) - hint_height(context, width) - 12) / static_cast<float>(layers_of(model)) -
            kGap;
        return std::floor(std::clamp(std::min(across, down), kLeast, kMost));
    }
    static float hint_height(const Context& context, float width) {
        return paragraph_height(context.fonts.small, width, context.t("model.grid_hint"), kLeading);
    }

    static bool is_selected(const Context& context, const Group& group) {
        return group.title.empty() || context.app.settings().part == group.part;
    }

    // Atlas: layer rows, head columns. What a growing text leaves alone is not drawn again.
    void update_atlas(const Context& context, const app::ModelInfo& model) {
        const app::App& app = context.app;
        const bool skip = app.settings().hide_sink;
        const std::uint64_t look =
            mixed_key({skip, context.theme.dark, static_cast<std::uint64_t>(app.settings().rung)});
        if (drawn_ == app.pass_revision() && look == look_) return;
        const int unchanged = look == look_ ? app.unchanged_rows(drawn_) : 0;
        atlas_.prepare(model.heads, layers_of(model), context.theme, skip);
        for (const Group& group : groups_of(model)) {
            for (int layer = 0; layer < group.layers; ++layer) {
                for (int head = 0; head < model.heads; ++head) {
                    atlas_.put(head, group.first_row + layer, attention(app, group, layer, head), group.causal,
                               unchanged);
                }
            }
        }
        atlas_.upload(context.platform);
        drawn_ = app.pass_revision();
        look_ = look;
    }
    static interpret::Matrix attention(const app::App& app, const Group& group, int layer, int head) {
        return group.title.empty() ? app.attention(layer, head, app::Values::pattern)
                                   : app.attention(group.part, layer, head, app::Values::pattern);
    }

    static void draw_title(const Context& context, const Box& row, const Group& group) {
        put_text(context.fonts.small_bold, row, is_selected(context, group) ? context.theme.text : context.theme.muted,
                 context.t(group.title));
    }

    static void draw_labels(const Context& context, const app::ModelInfo& model, const Group& group, const Box& grid,
                            float side) {
        const app::Selection now = context.app.selection();
        const bool here = is_selected(context, group);
        const int step = side + kGap < 14 ? 4 : 1;
        for (int head = 0; head < model.heads; ++head) {
            if (head % step != 0 && head != now.head) continue;
            const Box at{grid.x + static_cast<float>(head) * (side + kGap) - 4, grid.y - kColumnLabel, side + 8,
                         kColumnLabel - 2};
            put_text(context.fonts.small, at, here && head == now.head ? context.theme.text : context.theme.muted,
                     std::to_string(head), Align::centre);
        }
        for (int layer = 0; layer < group.layers; ++layer) {
            if (layer % step != 0 && layer != now.layer) continue;
            const Box at{grid.x - kRowLabel, grid.y + static_cast<float>(layer) * (side + kGap), kRowLabel - 8, side};
            put_text(context.fonts.small, at, here && layer == now.layer ? context.theme.text : context.theme.muted,
                     std::to_string(layer));
        }
    }

    void draw_thumbnails(const Context& context, const app::ModelInfo& model, const Group& group, const Box& grid,
                         float side) {
        const Theme& theme = context.theme;
        const app::Selection now = context.app.selection();
        const bool here = is_selected(context, group);
        const std::string key = group.title.empty() ? "grid" : "grid." + app::to_text(group.part);
        const Hit hit = hit_area(context, key, context.t("model.grid"), Role::cell, grid);
        const ImVec2 mouse = ImGui::GetIO().MousePos;
        // Pieces of one texture, with the panel's colour behind the masked half.
        for (int layer = 0; layer < group.layers; ++layer) {
            for (int head = 0; head < model.heads; ++head) {
                const Box at{grid.x + static_cast<float>(head) * (side + kGap),
                             grid.y + static_cast<float>(layer) * (side + kGap), side, side};
                fill(at, theme.panel, 2);
                atlas_.draw(head, group.first_row + layer, at);
                const bool selected = here && layer == now.layer && head == now.head;
                if (selected) outline(at.inset(-2.5f), theme.attends, 3, 2);
                const bool pointed = hit.hovered && at.inset(-kGap / 2).contains(mouse);
                if (context.widgets.enabled()) log(context, group, layer, head, at, selected);
                if (!pointed) continue;
                if (!selected) outline(at.inset(-1), theme.muted, 2);
                // The other kinds of attention have other axes: they are not previewed, only opened.
                if (here) {
                    context.hover.layer = layer;
                    context.hover.head = head;
                }
                tooltip(context, tip(context, group, layer, head));
                if (!hit.clicked) continue;
                if (!here) context.push(app::set<&app::Settings::part>(group.part));
                context.push(app::SelectHead{layer, head});
            }
        }
    }

    static void log(const Context& context, const Group& group, int layer, int head, const Box& at, bool on) {
        std::string key = "head.";
        if (!group.title.empty()) key += app::to_text(group.part) + ".";
        key += std::to_string(layer) + "." + std::to_string(head);
        // Without the kind of head: that is worked out only for the one pointed at.
        context.widgets.add({key, title(context, group, layer, head), Role::button, at, on, {}});
    }
    static std::string title(const Context& context, const Group& group, int layer, int head) {
        const std::string name =
            context.t("head.title", {{"layer", std::to_string(layer)}, {"head", std::to_string(head)}});
        return group.title.empty() ? name : std::string(context.t(group.title)) + " · " + name;
    }
    static std::string tip(const Context& context, const Group& group, int layer, int head) {
        std::string text = title(context, group, layer, head);
        if (!is_selected(context, group)) return text;
        if (const std::string kind = context.app.head_title(layer, head); !kind.empty()) text += " · " + kind;
        return text;
    }

    HeadAtlas atlas_;
    std::uint64_t drawn_ = 0, look_ = 0;  // the pass and the look that the atlas shows
};

}  // namespace

std::unique_ptr<Panel> make_head_grid() {
    return std::make_unique<HeadGrid>();
}

}  // namespace headlight::ui
