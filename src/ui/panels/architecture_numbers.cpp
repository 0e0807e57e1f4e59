// The exhibit's numbers: parameters part by part, memory, the KV cache, and the operations of a token.
#include <algorithm>
#include <array>
#include <cmath>

#include "ui/panels/architecture_parts.h"
#include "ui/panels/panels.h"
#include "ui/rows.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

using app::Stage;
using model::ParamPart;

constexpr float kNumbersRow = 20, kNumbersPhoneRow = 24, kBarHeight = 10, kNumbersPlot = 56, kCount = 98;

// Which box of the diagram a part belongs to.
Stage stage_of(ParamPart part) {
    constexpr std::array kStages{Stage::tokens, Stage::positions, Stage::norm_1, Stage::query,      Stage::projection,
                                 Stage::norm_2, Stage::first,     Stage::second, Stage::final_norm, Stage::logits};
    return kStages[static_cast<std::size_t>(part)];
}

std::string part_name(const Context& context, ParamPart part, bool tied) {
    if (part == ParamPart::qkv) return std::string(context.t("architecture.param.qkv"));
    if (part == ParamPart::head && tied) return std::string(context.t("architecture.param.head_tied"));
    return std::string(stage_name(context, stage_of(part)));
}

enum class Weight { plain, sum, total };

// The colours of the bar of shares, and of the marks before the rows that they stand for.
Colour share_colour(const Theme& theme, std::string_view share) {
    if (share == "embedding") return theme.muted;
    if (share == "attention") return theme.attends;
    return share == "head" ? theme.predicts : mixed(theme.attends, theme.background, 0.5f);
}

class ArchitectureNumbers final : public RowPanel {
  protected:
    void lay_out(const Context& context, Rows& rows) override {
        const app::Architecture shown = context.app.architecture();
        parameters(context, rows, shown);
        rows.skip(14);
        memory(context, rows, shown);
        rows.skip(14);
        operations(context, rows, shown);
    }

  private:
    static void title(const Context& context, Rows& rows, std::string_view key, std::string_view help = {}) {
        const Box row = rows.take(kPanelTitle);
        if (rows.paint()) {
            heading(context, row, context.t(key));
            if (!help.empty() && row.contains(ImGui::GetIO().MousePos) && ImGui::IsWindowHovered())
                tooltip(context, context.t(help));
        }
        rows.skip(4);
    }

    // ---- parameters

    static void parameters(const Context& context, Rows& rows, const app::Architecture& shown) {
        const model::ParamSummary s = model::summarise(shown.config);
        title(context, rows, "architecture.parameters");
        shares(context, rows, s, shown.config);
        for (const model::ParamGroup& group : s.embeddings) part(context, rows, group, shown, 0);
        for (const model::ParamGroup& group : s.one_block) part(context, rows, group, shown, 12);
        sum(context, rows, "attention", "architecture.param.attention", s.attention, 12);
        sum(context, rows, "feed_forward", "architecture.param.feed_forward", s.feed_forward, 12);
        sum(context, rows, "norms", "architecture.param.norms", s.norms, 12);
        sum(context, rows, "block", "architecture.param.block", s.block, 0);
        const std::string blocks =
            context.t("architecture.param.blocks", {{"layers", count_of(context, shown.config.layers)}});
        line(context, rows, "param.blocks", blocks,
             count_of(context, shown.config.layers) + " × " + count_of(context, s.block), s.blocks, 0, Weight::plain);
        for (const model::ParamGroup& group : s.final) part(context, rows, group, shown, 0);
        line(context, rows, "param.total", std::string(context.t("architecture.param.total")), "", s.total, 0,
             Weight::total);
    }

    // Where the parameters are, as parts of one bar: embeddings, attention, feed-forward, head.
    static void shares(const Context& context, Rows& rows, const model::ParamSummary& s, const model::GptConfig& c) {
        const Box bar = rows.take(kBarHeight);
        rows.skip(6);
        if (!rows.paint()) return;
        const Theme& theme = context.theme;
        const std::int64_t tables = s.embeddings[0].count + s.embeddings[1].count;
        struct Share {
            std::int64_t count;
            Colour colour;
            std::string_view name;
        };
        const std::array shares{
            Share{tables, share_colour(theme, "embedding"), context.t("set.stage.tokens")},
            Share{s.attention * c.layers, share_colour(theme, "attention"), context.t("architecture.param.attention")},
            Share{(s.feed_forward + s.norms) * c.layers, share_colour(theme, "feed_forward"),
                  context.t("architecture.param.feed_forward")},
            Share{s.final[0].count + s.final[1].count, share_colour(theme, "head"),
                  context.t("architecture.param.head")}};
        float x = bar.x;
        for (const Share& share : shares) {
            const double part = static_cast<double>(share.count) / static_cast<double>(s.total);
            const float width = bar.width * static_cast<float>(part);
            const Box piece{x, bar.y, std::max(0.0f, width - 1), bar.height};
            fill(piece, share.colour, 2);
            if (piece.contains(ImGui::GetIO().MousePos) && ImGui::IsWindowHovered())
                tooltip(context, std::string(share.name) + ": " + count_of(context, share.count) + ", " +
                                     app::percent_text(part, context.app.strings()));
            x += width;
        }
    }

    static void part(const Context& context, Rows& rows, const model::ParamGroup& group, const app::Architecture& shown,
                     float indent) {
        const bool tied = group.part == ParamPart::head && shown.config.tied_head;
        const auto stages = model::stages(shown.config, 1);
        const model::StageInfo& info = stages[static_cast<std::size_t>(stage_of(group.part))];
        const std::string formula = tied                           ? ""
                                    : group.part == ParamPart::qkv ? joint_text(context, shown.config)
                                                                   : weights_text(context, info);
        const std::string key = "param." + std::to_string(static_cast<int>(group.part));
        const bool on = context.app.settings().stage == info.stage;
        if (line(context, rows, key, part_name(context, group.part, tied), formula, group.count, indent, Weight::plain,
                 on))
            context.push(app::set<&app::Settings::stage>(on ? Stage::none : info.stage));
    }

    // q, k and v side by side are one matrix: "768 × 2,304 + 2,304".
    static std::string joint_text(const Context& context, const model::GptConfig& c) {
        const std::string three = count_of(context, 3LL * c.d_model);
        return count_of(context, c.d_model) + " × " + three + (c.qkv_bias ? " + " + three : "");
    }

    static void sum(const Context& context, Rows& rows, const std::string& key, std::string_view name,
                    std::int64_t count, float indent) {
        line(context, rows, "param." + key, std::string(context.t(name)), "", count, indent, Weight::sum);
    }

    // Name, how it comes about, how many. Returns whether it was clicked.
    static bool line(const Context& context, Rows& rows, const std::string& key, const std::string& name,
                     const std::string& formula, std::int64_t count, float indent, Weight weight, bool on = false) {
        const Box row = rows.take(context.phone ? kNumbersPhoneRow : kNumbersRow);
        if (!rows.paint()) return false;
        const Theme& theme = context.theme;
        const std::string text = count_of(context, count);
        const Hit hit = hit_area(context, key, name + " " + text, Role::text, row, valued(static_cast<double>(count)));
        if (on || hit.hovered) fill(row.inset(-6, 0), theme.raised, kSmallRadius);
        if (weight == Weight::total) horizontal_line(row.x, row.y, row.width, theme.muted);
        constexpr std::array kMarks{std::pair{"param.0", "embedding"}, std::pair{"param.1", "embedding"},
                                    std::pair{"param.attention", "attention"},
                                    std::pair{"param.feed_forward", "feed_forward"}, std::pair{"param.9", "head"}};
        for (const auto& [row_key, share] : kMarks) {
            if (key == row_key) fill({row.x + indent - 10, row.centre().y - 3, 6, 6}, share_colour(theme, share), 1.5f);
        }
        const ImFont* font = weight == Weight::plain ? context.fonts.small : context.fonts.small_bold;
        const Colour colour = weight == Weight::total ? theme.attends : theme.text;
        put_text(context.fonts.mono, row, colour, text, Align::right);
        const float room = row.width - kCount - indent;
        const float end = put_text(font, {row.x + indent, row.y, room, row.height},
                                   weight == Weight::plain && !hit.hovered ? theme.muted : theme.text, name);
        // Without its spaces where they are too many.
        const Box left{end + 8, row.y, row.right() - kCount - end - 8, row.height};
        std::string fitted = formula;
        if (text_width(context.fonts.mono, fitted) > left.width) std::erase(fitted, ' ');
        put_text(context.fonts.mono, left, theme.faint, fitted, Align::right);
        return hit.clicked;
    }

    // ---- memory

    static void memory(const Context& context, Rows& rows, const app::Architecture& shown) {
        const model::WeightBytes bytes = model::weight_bytes(shown.config);
        title(context, rows, "architecture.memory");
        const double most = static_cast<double>(bytes.f32);
        for (const auto& [key, count] : {std::pair{"f32", bytes.f32}, {"f16", bytes.f16}, {"q8", bytes.q8}})
            bar_row(context, rows, key, static_cast<double>(count), most);
        rows.skip(12);
        title(context, rows, "architecture.cache");
        const model::GptConfig& c = shown.config;
        quantity(context, rows, "cache.token", std::string(context.t("architecture.cache.token")),
                 bytes_of(context, model::cache_bytes(c, 1)));
        quantity(context, rows, "cache.now",
                 context.t("architecture.cache.now", {{"count", count_of(context, shown.positions)}}),
                 bytes_of(context, model::cache_bytes(c, shown.positions)));
        quantity(context, rows, "cache.full", std::string(context.t("architecture.cache.full")),
                 bytes_of(context, model::cache_bytes(c, c.context)));
    }
    static std::string bytes_of(const Context& context, std::int64_t bytes) {
        return app::bytes_text(static_cast<double>(bytes), context.app.strings());
    }

    static void bar_row(const Context& context, Rows& rows, const std::string& key, double bytes, double most) {
        const Box row = rows.take(context.phone ? kNumbersPhoneRow : kNumbersRow);
        if (!rows.paint()) return;
        const Theme& theme = context.theme;
        const std::string name = "architecture." + key, value = app::bytes_text(bytes, context.app.strings());
        const Hit hit = hit_area(context, "memory." + key, std::string(context.t(name)) + " " + value, Role::text, row,
                                 valued(bytes));
        if (hit.hovered) tooltip(context, context.t(name + ".help"));
        put_text(context.fonts.small, row, theme.muted, context.t(name));
        put_text(context.fonts.mono, row, theme.text, value, Align::right);
        const Box track{row.x + 34, row.centre().y - 3, row.width - 34 - 90, 6};
        fill(track, theme.raised, 3);
        fill({track.x, track.y, track.width * static_cast<float>(bytes / most), track.height}, theme.muted, 3);
    }

    static void quantity(const Context& context, Rows& rows, const std::string& key, const std::string& name,
                         const std::string& value) {
        const Box row = rows.take(context.phone ? kNumbersPhoneRow : kNumbersRow);
        if (!rows.paint()) return;
        hit_area(context, key, name + " " + value, Role::text, row);
        put_text(context.fonts.mono, row, context.theme.text, value, Align::right);
        put_text(context.fonts.small, {row.x, row.y, row.width - 90, row.height}, context.theme.muted, name);
    }

    // ---- operations

    static void operations(const Context& context, Rows& rows, const app::Architecture& shown) {
        const model::GptConfig& c = shown.config;
        const std::string now = count_of(context, shown.positions);
        title(context, rows, "architecture.flops", "architecture.flops.help");
        const model::Flops prompt = model::prefill_flops(c, shown.positions);
        quantity(context, rows, "flops.prefill", context.t("architecture.flops.prefill", {{"count", now}}),
                 flops_text(context, prompt.total()));
        quantity(context, rows, "flops.each", std::string(context.t("architecture.flops.each")),
                 flops_text(context, prompt.total() / shown.positions));
        const std::int64_t next = std::min<std::int64_t>(c.context, shown.positions + 1);
        quantity(context, rows, "flops.decode", context.t("architecture.flops.decode", {{"count", now}}),
                 flops_text(context, model::decode_flops(c, next).total()));
        quantity(context, rows, "flops.full",
                 context.t("architecture.flops.decode", {{"count", count_of(context, c.context - 1)}}),
                 flops_text(context, model::decode_flops(c, c.context).total()));
        rows.skip(8);
        const Box caption = rows.take(18);
        if (rows.paint())
            put_text(context.fonts.small, caption, context.theme.muted, context.t("architecture.flops.plot"));
        const Box plot = rows.take(kNumbersPlot + 18);
        if (rows.paint()) draw_plot(context, plot, c);
    }

    // What one new token costs at every position: matrices do not care, attention grows.
    static void draw_plot(const Context& context, const Box& box, const model::GptConfig& c) {
        const Theme& theme = context.theme;
        const Box area{box.x, box.y, box.width, kNumbersPlot};
        const model::Flops first = model::decode_flops(c, 1), last = model::decode_flops(c, c.context);
        const auto height = [&](double flops) {
            return kNumbersPlot * 0.94f * static_cast<float>(flops / last.total());
        };
        const float base = height(first.matrices + first.head);
        fill({area.x, area.bottom() - base, area.width, base}, mixed(theme.raised, theme.muted, 0.25f));
        const float low = height(first.attention), high = height(last.attention);
        const ImVec2 corners[] = {{area.x, area.bottom() - base},
                                  {area.x, area.bottom() - base - low},
                                  {area.right(), area.bottom() - base - high},
                                  {area.right(), area.bottom() - base}};
        canvas().AddConvexPolyFilled(corners, 4, with_alpha(theme.attends, 0.75f));
        horizontal_line(area.x, area.bottom(), area.width, theme.line);
        put_text(context.fonts.small, {area.x + 6, area.bottom() - 22, area.width, 20}, theme.text,
                 context.t("architecture.flops.matrices"));
        if (high > 14)
            put_text(context.fonts.small, {area.x, area.bottom() - base - high, area.width - 6, 16}, theme.on_attends,
                     context.t("architecture.flops.attention"), Align::right);
        const Box axis{area.x, area.bottom() + 2, area.width, 16};
        put_text(context.fonts.mono, axis, theme.faint, "1");
        put_text(context.fonts.mono, axis, theme.faint, count_of(context, c.context), Align::right);
        if (!area.contains(ImGui::GetIO().MousePos) || !ImGui::IsWindowHovered()) return;
        const float part = (ImGui::GetIO().MousePos.x - area.x) / area.width;
        const std::int64_t at = 1 + std::lround(part * static_cast<float>(c.context - 1));
        const model::Flops here = model::decode_flops(c, at);
        vertical_line(ImGui::GetIO().MousePos.x, area.y, kNumbersPlot, theme.text);
        tooltip(context, context.t("architecture.flops.full", {{"count", count_of(context, at)}}) + ": " +
                             flops_text(context, here.total()) + "\n" +
                             std::string(context.t("architecture.flops.attention")) + ": " +
                             flops_text(context, here.attention));
    }
};

}  // namespace

std::unique_ptr<Panel> make_architecture_numbers() {
    return std::make_unique<ArchitectureNumbers>();
}

}  // namespace headlight::ui
