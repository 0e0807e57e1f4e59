// The model's stations from left to right, as a map: a block leads to its heads, the others to their matrix.
#include <algorithm>
#include <cmath>

#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kModelGap = 12, kStation = 28, kDash = 14, kSpace = 6, kNarrow = 480;

struct Station {
    std::string key;
    std::string label;
    std::string site;  // the matrix it leads to; "" for blocks
    int layer = -1;
    bool dash_before = false;
    app::Part part = app::Part::decoder;  // of a block of an encoder-decoder
};

class ModelMap final : public Panel {
  public:
    float wanted_height(const Context& context, float) override {
        return kPanelTitle + (context.phone ? 4 : kModelGap - 4 + kStation + 14);
    }

    void draw(const Context& context, const Box& box) override {
        Flow flow{box};
        const Box top = flow.take(kPanelTitle);
        heading(context, top, context.t("model.title"));
        if (context.phone) return;
        draw_exhibit_link(context, top);
        flow.skip(kModelGap - 4);
        const Box row = flow.take(kStation);
        const app::ModelInfo* model = context.app.model();
        if (model != nullptr && model->encoder_decoder) {
            std::vector<Station> all = pair_stations(context, *model, true);
            if (width_of(context, all) > row.width) all = pair_stations(context, *model, false);
            draw_stations(context, row, all);
            return;
        }
        const int layers = model != nullptr ? model->layers : 0;
        // Deep models show the blocks around the selected one; narrow columns leave out what is no matrix of weights.
        for (int shown = layers; shown >= 0; shown -= (shown > 12 ? 4 : 1)) {
            const std::vector<Station> all = stations(context, layers, shown, row.width < kNarrow);
            if (width_of(context, all) <= row.width || shown <= 1) {
                draw_stations(context, row, all);
                return;
            }
        }
    }

  private:
    // What the model is made of, at the right end of the heading.
    static void draw_exhibit_link(const Context& context, const Box& row) {
        const std::string_view label = context.t("architecture.open");
        float x = row.right() - std::ceil(text_width(context.fonts.small, label));
        if (text_option(context, "architecture", label, x, row.y - 2, false, Role::button))
            context.push(app::set<&app::Settings::architecture>(true));
    }

    static std::vector<Station> stations(const Context& context, int layers, int shown, bool narrow) {
        std::vector<Station> all;
        if (!narrow) all.push_back({"map.tokens", std::string(context.t("model.map.tokens")), "", -1, false});
        all.push_back({"map.embedding", std::string(context.t("model.map.embedding")), "hook_embed", -1, !narrow});
        const int selected = std::max(context.app.selection().layer, 0);
        const int first = std::clamp(selected - shown / 2, 0, std::max(0, layers - shown));
        for (int layer = first; layer < first + shown; ++layer) {
            std::string label = std::to_string(layer);
            if (layer == first && first > 0) label = "… " + label;
            if (layer == first + shown - 1 && layer < layers - 1) label += " …";
            all.push_back({"map.block." + std::to_string(layer), label, "", layer, layer == first});
        }
        if (!narrow)
            all.push_back({"map.norm", std::string(context.t("model.map.norm")), "ln_final.hook_normalized", -1, true});
        all.push_back({"map.unembed", std::string(context.t("model.map.unembed")), "logits", -1, true});
        return all;
    }

    // The sentence, the encoder's blocks, the decoder's, and the words.
    static std::vector<Station> pair_stations(const Context& context, const app::ModelInfo& model, bool wide) {
        std::vector<Station> all;
        if (wide) all.push_back({"map.tokens", std::string(context.t("model.map.tokens")), "", -1, false});
        auto blocks = [&](app::Part part, int layers, std::string_view name) {
            for (int layer = 0; layer < layers; ++layer) {
                std::string label = std::to_string(layer);
                if (layer == 0) label = std::string(context.t(name)) + " 0";
                all.push_back({"map." + app::to_text(part) + "." + std::to_string(layer), std::move(label), "", layer,
                               layer == 0 && !all.empty(), part});
            }
        };
        blocks(app::Part::encoder, model.encoder_layers, "model.map.encoder");
        blocks(app::Part::decoder, model.decoder_layers, "model.map.decoder");
        all.push_back({"map.unembed", std::string(context.t("model.map.unembed")), "logits", -1, true});
        return all;
    }

    static float station_width(const Context& context, const Station& station) {
        return std::max(24.0f, std::ceil(text_width(context.fonts.small, station.label)) + 16);
    }
    static float width_of(const Context& context, const std::vector<Station>& all) {
        float width = 0;
        for (const Station& s : all) width += station_width(context, s) + kSpace + (s.dash_before ? kDash + kSpace : 0);
        return width;
    }

    static void draw_stations(const Context& context, const Box& row, const std::vector<Station>& all) {
        const Theme& theme = context.theme;
        float x = row.x;
        for (const Station& station : all) {
            if (station.dash_before) {
                horizontal_line(x, row.centre().y, kDash, theme.line);
                x += kDash + kSpace;
            }
            const Box box{x, row.y, station_width(context, station), row.height};
            const bool on = is_on(context, station);
            const std::string label = station.layer < 0
                                          ? station.label
                                          : context.t("model.map.block", {{"layer", std::to_string(station.layer)}});
            const Hit hit = hit_area(context, station.key, label, Role::button, box, switched(on));
            fill(box, hit.hovered ? theme.raised : theme.panel, kSmallRadius);
            outline(box, on ? theme.attends : theme.line, kSmallRadius);
            put_text(context.fonts.small, box, on || hit.hovered ? theme.text : theme.muted, station.label,
                     Align::centre);
            if (hit.hovered) tooltip(context, station.layer >= 0 ? label : tip(context, station));
            if (hit.clicked) go(context, station);
            x = box.right() + kSpace;
        }
    }

    static bool is_on(const Context& context, const Station& station) {
        if (station.layer >= 0) {
            const bool encoder = context.app.settings().part == app::Part::encoder;
            const bool here = !context.app.model()->encoder_decoder || encoder == (station.part == app::Part::encoder);
            return here && context.app.selection().layer == station.layer;
        }
        const app::Settings& settings = context.app.settings();
        return !station.site.empty() && settings.bottom == app::Bottom::matrix && settings.site == station.site;
    }
    static std::string tip(const Context& context, const Station& station) {
        if (station.site.empty()) return std::string(context.t("in.tokens"));
        return std::string(context.t("site." + station.site)) + "\n" + station.site;
    }
    static void go(const Context& context, const Station& station) {
        if (station.layer >= 0) {
            const app::Part part = context.app.settings().part;
            const bool pair = context.app.model() != nullptr && context.app.model()->encoder_decoder;
            const bool moves = pair && (part == app::Part::encoder) != (station.part == app::Part::encoder);
            if (moves) {
                context.push(app::set<&app::Settings::part>(station.part == app::Part::encoder ? app::Part::encoder
                                                                                               : app::Part::cross));
            }
            context.push(app::SelectHead{station.layer, std::max(0, context.app.selection().head)});
        } else if (station.site.empty()) {
            context.platform.focus_prompt();
        } else {
            // The logits are the decoder's.
            if (context.app.model() != nullptr && context.app.model()->encoder_decoder &&
                context.app.settings().part == app::Part::encoder)
                context.push(app::set<&app::Settings::part>(app::Part::decoder));
            context.push(app::set<&app::Settings::site>(station.site));
            context.push(app::set<&app::Settings::bottom>(app::Bottom::matrix));
        }
    }
};

}  // namespace

std::unique_ptr<Panel> make_model_map() {
    return std::make_unique<ModelMap>();
}

}  // namespace headlight::ui
