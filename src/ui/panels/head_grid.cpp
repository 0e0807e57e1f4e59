// All heads at once: rows are layers, columns are heads; or one list, sorted by what they do. One texture holds every
// thumbnail. An encoder-decoder has three such grids, one below the other.
#include <algorithm>
#include <cmath>
#include <vector>

#include "ui/head_atlas.h"
#include "ui/panels/head_order.h"
#include "ui/panels/laboratory.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kRowLabel = 20, kColumnLabel = 20, kGridGap = 4, kLeast = 10, kMost = 56, kGridLeading = 17,
                kGroupGap = 8;
constexpr float kCaption = 23, kLeastSorted = 20;  // a sorted head has its name and a bar for its score below it

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
        const float below = head_order_height(context, width) + hint_height(context, width) + 16;
        if (sorted(context)) {
            const Sorted at = sorted_places(context, {0, 0, width, 1e9f});
            return kColumnLabel + static_cast<float>(at.rows) * (at.side + kCaption) + below;
        }
        const float side = thumbnail(context, width, 1e9f);
        return labels_height(*model) + static_cast<float>(layers_of(*model)) * (side + kGridGap) + below;
    }

    void draw(const Context& context, const Box& box) override {
        const app::ModelInfo* model = context.app.model();
        if (model == nullptr || context.app.tokens().empty()) return;
        update_atlas(context, *model);
        Flow flow{box};
        if (sorted(context)) {
            const ChangeList changes(context);
            changes_ = &changes;
            flow.skip(kColumnLabel);
            flow.skip(draw_sorted(context, flow.rest));
        } else {
            const float side = thumbnail(context, box.width, box.height);
            for (const Group& group : groups_of(*model)) {
                const ChangeList changes(context, group.title.empty() ? interpret::Part::gpt : part_of(group.part));
                changes_ = &changes;
                if (!group.title.empty()) draw_title(context, flow.take(kColumnLabel), group);
                flow.skip(kColumnLabel);
                const Box grid{box.x + kRowLabel, flow.rest.y, static_cast<float>(model->heads) * (side + kGridGap),
                               static_cast<float>(group.layers) * (side + kGridGap)};
                draw_labels(context, *model, group, grid, side);
                draw_thumbnails(context, *model, group, grid, side);
                flow.skip(grid.height + (group.title.empty() ? 0 : kGroupGap));
            }
        }
        if (const float height = head_order_height(context, box.width); height > 0)
            draw_head_order(context, flow.take(height));
        const float hint = put_paragraph(context.fonts.small, {box.x, flow.rest.y + 12, box.width, 0},
                                         copying(context) ? context.theme.attends : context.theme.muted,
                                         context.t(hint_key(context)), kGridLeading);
        context.shared.places["grid"] = {box.x, box.y, box.width, flow.rest.y + 12 + hint - box.y};
        changes_ = nullptr;
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
        const float across = (width - kRowLabel) / static_cast<float>(model.heads) - kGridGap;
        const float below = hint_height(context, width) + head_order_height(context, width) + 12;
        const float down = (height - labels_height(model) - below) / static_cast<float>(layers_of(model)) - kGridGap;
        return std::floor(std::clamp(std::min(across, down), kLeast, kMost));
    }
    static std::string_view hint_key(const Context& context) {
        if (copying(context)) return "tools.copying";
        if (!can_change(context)) return "model.grid_hint";
        return context.platform.touch() ? "model.grid_hint_touch" : "model.grid_hint_test";
    }
    static float hint_height(const Context& context, float width) {
        return paragraph_height(context.fonts.small, width, context.t(hint_key(context)), kGridLeading);
    }
    static bool copying(const Context& context) { return can_change(context) && context.shared.copy_layer >= 0; }

    static bool is_selected(const Context& context, const Group& group) {
        return group.title.empty() || context.app.settings().part == group.part;
    }

    // Atlas: layer rows, head columns. What a growing text leaves alone is not drawn again.
    void update_atlas(const Context& context, const app::ModelInfo& model) {
        const app::App& app = context.app;
        const bool skip = app.settings().hide_sink;
        const std::uint64_t look =
            mixed_key({skip, context.theme.dark, static_cast<std::uint64_t>(app.settings().rung),
                       app.laboratory().changed ? static_cast<std::uint64_t>(app.settings().compare) + 1 : 0});
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
        const int step = side + kGridGap < 14 ? 4 : 1;
        for (int head = 0; head < model.heads; ++head) {
            if (head % step != 0 && head != now.head) continue;
            const Box at{grid.x + static_cast<float>(head) * (side + kGridGap) - 4, grid.y - kColumnLabel, side + 8,
                         kColumnLabel - 2};
            put_text(context.fonts.small, at, here && head == now.head ? context.theme.text : context.theme.muted,
                     std::to_string(head), Align::centre);
        }
        for (int layer = 0; layer < group.layers; ++layer) {
            if (layer % step != 0 && layer != now.layer) continue;
            const Box at{grid.x - kRowLabel, grid.y + static_cast<float>(layer) * (side + kGridGap), kRowLabel - 8,
                         side};
            put_text(context.fonts.small, at, here && layer == now.layer ? context.theme.text : context.theme.muted,
                     std::to_string(layer));
        }
    }

    void draw_thumbnails(const Context& context, const app::ModelInfo& model, const Group& group, const Box& grid,
                         float side) {
        const std::string key = group.title.empty() ? "grid" : "grid." + app::to_text(group.part);
        const Hit hit = hit_area(context, key, context.t("model.grid"), Role::cell, grid);
        std::vector<Place> places;
        for (int layer = 0; layer < group.layers; ++layer) {
            for (int head = 0; head < model.heads; ++head) {
                places.push_back({layer,
                                  head,
                                  {grid.x + static_cast<float>(head) * (side + kGridGap),
                                   grid.y + static_cast<float>(layer) * (side + kGridGap), side, side}});
            }
        }
        draw_heads(context, group, places, hit);
    }

    struct Place {
        int layer, head;
        Box at;
    };

    // Pieces of the texture, with the panel's colour behind the masked half. All of one kind after all of the other: a
    // change of texture is a draw call.
    void draw_heads(const Context& context, const Group& group, const std::vector<Place>& places, const Hit& hit) {
        for (const Place& place : places) fill(place.at, context.theme.panel);
        for (const Place& place : places) atlas_.draw(place.head, group.first_row + place.layer, place.at);
        for (const Place& place : places) finish_head(context, group, place.layer, place.head, place.at, hit);
    }

    // What stands over its picture. A click opens a head, Shift switches it off.
    void finish_head(const Context& context, const Group& group, int layer, int head, const Box& at, const Hit& hit) {
        const Theme& theme = context.theme;
        const app::Selection now = context.app.selection();
        const bool here = is_selected(context, group);
        if (!changes_->empty()) draw_change(context, layer, head, at);
        const bool selected = here && layer == now.layer && head == now.head;
        if (selected) outline(at.inset(-2.5f), theme.attends, 3, 2);
        const bool pointed = hit.hovered && at.inset(-kGridGap / 2).contains(ImGui::GetIO().MousePos);
        if (context.widgets.enabled()) log(context, group, layer, head, at, selected);
        if (!pointed) return;
        if (!selected) outline(at.inset(-1), theme.muted, 2);
        // The other kinds of attention have other axes: they are not previewed, only opened.
        if (here) {
            context.hover.layer = layer;
            context.hover.head = head;
        }
        tooltip(context, tip(context, group, layer, head));
        if (hit.clicked) click(context, group, layer, head);
    }

    static void click(const Context& context, const Group& group, int layer, int head) {
        if (copying(context)) {
            copy_from(context, is_selected(context, group), layer, head);
            return;
        }
        if (!is_selected(context, group)) context.push(app::set<&app::Settings::part>(group.part));
        if (can_change(context) && ImGui::GetIO().KeyShift) {
            context.push(app::ToggleHead{layer, head});
        } else {
            context.push(app::SelectHead{layer, head});
        }
    }

    // A pattern that is not there yet when the head is computed cannot be copied: a later layer's is not taken, nor one
    // of another part, which has other rows and columns.
    static void copy_from(const Context& context, bool same_part, int layer, int head) {
        app::App const& app = context.app;
        const int to_layer = std::exchange(context.shared.copy_layer, -1);
        const int to_head = std::exchange(context.shared.copy_head, -1);
        if (!same_part || layer > to_layer || (layer == to_layer && head == to_head)) return;
        if (to_layer >= app.model()->layers || to_head >= app.model()->heads) return;
        interpret::Intervention change = head_change(interpret::Change::paint, to_layer, to_head);
        change.preset = interpret::Preset::copy;
        change.from_layer = layer;
        change.from_head = head;
        add_change(context, change);
    }

    // A head that is off is faded and struck out; one that is changed otherwise carries a corner.
    void draw_change(const Context& context, int layer, int head, const Box& at) const {
        const Theme& theme = context.theme;
        if (changes_->is_off(layer, head)) {
            fill(at, with_alpha(theme.background, 0.72f), 2);
            canvas().AddLine(ImVec2(at.x + 2, at.bottom() - 2), ImVec2(at.right() - 2, at.y + 2), theme.muted, 1.5f);
        } else if (changes_->is_changed(layer, head)) {
            const float side = std::clamp(at.width / 4, 4.0f, 8.0f);
            canvas().AddTriangleFilled(ImVec2(at.right() - side, at.y), ImVec2(at.right(), at.y),
                                       ImVec2(at.right(), at.y + side), theme.predicts);
        }
    }

    // ---- sorted by a score ---------------------------------------------------------------------------------------
    static bool sorted(const Context& context) {
        return has_laboratory(context) && context.app.settings().order != app::HeadOrder::place &&
               !context.app.tokens().empty();
    }
    struct Sorted {
        float side = 0;
        int columns = 1, rows = 1;
    };
    // As large as all of them fit into the box.
    static Sorted sorted_places(const Context& context, const Box& box) {
        const app::ModelInfo& model = *context.app.model();
        const int count = model.layers * model.heads;
        const float below = hint_height(context, box.width) + head_order_height(context, box.width) + 12;
        Sorted out;
        for (int columns = 1; columns <= count; ++columns) {
            const float side = std::floor(std::min(box.width / static_cast<float>(columns) - kGridGap, kMost));
            if (side < kLeastSorted && out.side > 0) break;
            out = {side, columns, (count + columns - 1) / columns};
            const float height = static_cast<float>(out.rows) * (side + kCaption);
            if (side < kMost && height + below <= box.height) break;
        }
        return out;
    }

    float draw_sorted(const Context& context, const Box& box) {
        const app::ModelInfo& model = *context.app.model();
        const Group group = groups_of(model).front();
        const Sorted places = sorted_places(context, box);
        const std::vector<int>& order = context.app.head_order();
        const float pitch = places.side + kGridGap, down = places.side + kCaption;
        const Box grid{box.x, box.y, static_cast<float>(places.columns) * pitch,
                       static_cast<float>(places.rows) * down};
        const Hit hit = hit_area(context, "grid", context.t("model.grid"), Role::cell, grid);
        std::vector<Place> heads;
        for (std::size_t i = 0; i < order.size(); ++i) {
            const int layer = order[i] / model.heads, head = order[i] % model.heads;
            const auto n = static_cast<int>(i);
            const int row = n / places.columns, column = n % places.columns;
            const Box at{grid.x + static_cast<float>(column) * pitch, grid.y + static_cast<float>(row) * down,
                         places.side, places.side};
            heads.push_back({layer, head, at});
            draw_caption(context, {at.x, at.bottom() + 2, at.width, kCaption - 4}, layer, head);
        }
        draw_heads(context, group, heads, hit);
        return grid.height;
    }

    static void draw_caption(const Context& context, const Box& at, int layer, int head) {
        const float score = std::clamp(context.app.head_score(layer, head), 0.0f, 1.0f);
        fill({at.x, at.y, at.width, 2}, context.theme.line);
        fill({at.x, at.y, at.width * score, 2}, context.theme.attends);
        const app::Selection now = context.app.selection();
        put_text(context.fonts.small, {at.x - 2, at.y + 2, at.width + 4, at.height - 2},
                 now.layer == layer && now.head == head ? context.theme.text : context.theme.muted,
                 std::to_string(layer) + "." + std::to_string(head), Align::centre);
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
    std::string tip(const Context& context, const Group& group, int layer, int head) const {
        std::string text = title(context, group, layer, head);
        if (!is_selected(context, group)) return text;
        if (group.title.empty() && changes_->is_off(layer, head)) {
            text += " · " + std::string(context.t("model.off"));
        } else if (group.title.empty() && changes_->is_changed(layer, head)) {
            text += " · " + std::string(context.t("model.changed"));
        }
        const std::string kind =
            sorted(context) ? score_text(context, layer, head) : context.app.head_title(layer, head);
        if (!kind.empty()) text += " · " + kind;
        if (!kind.empty() && context.app.sample_progress() >= 1)
            text += " · " + std::string(context.t("model.of_sample"));
        return text;
    }

    static std::string score_text(const Context& context, int layer, int head) {
        const auto score = static_cast<double>(context.app.head_score(layer, head));
        return context.t("model.score", {{"order", order_name(context, context.app.settings().order)},
                                         {"score", app::fixed_text(score, 2, context.app.strings())}});
    }

    HeadAtlas atlas_;
    std::uint64_t drawn_ = 0, look_ = 0;   // the pass and the look that the atlas shows
    const ChangeList* changes_ = nullptr;  // while it is being drawn
};

}  // namespace

std::unique_ptr<Panel> make_head_grid() {
    return std::make_unique<HeadGrid>();
}

}  // namespace headlight::ui
