// The block diagram: every value of the forward pass with its shape, every matrix with its own.
#include <algorithm>
#include <array>

#include "ui/panels/architecture_layout.h"
#include "ui/panels/architecture_parts.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

using app::Stage;
using Stages = std::array<model::StageInfo, model::kStages>;

constexpr float kDiagramLeading = 19, kDetailPad = 12, kDiagramTitle = 38, kDiagramLine = 20, kDetailRows = 4;

class ArchitectureDiagram final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override { return layout(context, width).height + 4; }

    void draw(const Context& context, const Box& box) override {
        const app::Architecture shown = context.app.architecture();
        const Stages stages = model::stages(shown.config, shown.positions);
        const DiagramLayout layout = this->layout(context, box.width);
        draw_frame(context, moved(layout.frame, box), shown.config.layers);
        draw_links(context, layout, box);
        if (layout.wide) draw_block(context, layout, box, shown.config.layers);
        Stage pointed = Stage::none;
        for (const DiagramBox& each : layout.boxes) {
            const bool on = context.app.settings().stage == each.stage;
            if (draw_box(context, moved(each.box, box), each, stages[static_cast<std::size_t>(each.stage)], on))
                pointed = each.stage;
        }
        if (pointed != hovered_) context.shared.more_frames = std::max(context.shared.more_frames, 1);
        hovered_ = pointed;
        const Stage told = told_stage(context, layout.wide);
        if (layout.wide || told != Stage::none) draw_detail(context, moved(layout.detail, box), shown, stages, told);
    }

  private:
    static Box moved(const Box& box, const Box& by) { return {box.x + by.x, box.y + by.y, box.width, box.height}; }

    DiagramLayout layout(const Context& context, float width) const {
        const Stage selected = context.app.settings().stage;
        const float text = detail_width(width) - 2 * kDetailPad;
        float height = 2 * kDetailPad + kDiagramTitle + kDetailRows * kDiagramLine + 4;
        const std::string_view tell =
            selected == Stage::none ? context.t("architecture.hint") : tell_text(context, selected);
        height += std::max(2 * kDiagramLeading, paragraph_height(context.fonts.body, text, tell, kDiagramLeading));
        return diagram_layout(width, selected, height, context.column_height - 2 * kPadding);
    }

    // The box that is told about: the one pointed at, where there is a place of its own for it, else the selected one.
    Stage told_stage(const Context& context, bool wide) const {
        return wide && hovered_ != Stage::none ? hovered_ : context.app.settings().stage;
    }

    static std::string_view tell_text(const Context& context, Stage stage) {
        return context.t("architecture.tell." + std::string(model::stage_id(stage)));
    }

    static void draw_frame(const Context& context, const Box& frame, int layers) {
        fill(frame, with_alpha(context.theme.panel, context.theme.dark ? 0.6f : 1), kRadius);
        outline(frame, context.theme.line, kRadius);
        const std::string title = context.t("architecture.blocks", {{"layers", count_of(context, layers)}});
        put_text(context.fonts.small_bold, {frame.x + 14, frame.y + 4, frame.width - 28, 24}, context.theme.muted,
                 title);
    }

    // The model's box for its blocks, and the two lines that open it into the frame.
    static void draw_block(const Context& context, const DiagramLayout& layout, const Box& origin, int layers) {
        const Theme& theme = context.theme;
        const Box box = moved(layout.block, origin), frame = moved(layout.frame, origin);
        for (int i = 2; i >= 1; --i) {  // a stack of them
            const float by = static_cast<float>(i) * 3;
            outline({box.x + by, box.y - by, box.width - 2 * by, box.height}, theme.line, kRadius);
        }
        fill(box, theme.panel, kRadius);
        outline(box, theme.attends, kRadius);
        put_text(context.fonts.body_bold, box, theme.text,
                 context.t("architecture.blocks", {{"layers", count_of(context, layers)}}), Align::centre);
        canvas().AddLine(ImVec2(box.right(), box.y + 4), ImVec2(frame.x, frame.y + 6), theme.line);
        canvas().AddLine(ImVec2(box.right(), box.bottom() - 4), ImVec2(frame.x, frame.bottom() - 6), theme.line);
    }

    static void arrow(const Context& context, float x, float from, float to) {
        if (to - from < 3) return;
        const Colour colour = context.theme.faint;
        vertical_line(x, from, to - from, colour);
        canvas().AddTriangleFilled(ImVec2(x - 3, to - 4), ImVec2(x + 4, to - 4), ImVec2(x + 0.5f, to), colour);
    }

    // From box to box, and the residual stream past them.
    static void draw_links(const Context& context, const DiagramLayout& layout, const Box& origin) {
        const auto box_of = [&](Stage stage) { return moved(layout.find(stage)->box, origin); };
        const auto link = [&](const Box& a, const Box& b) { arrow(context, b.centre().x, a.bottom(), b.y); };
        const auto down = [&](const Box& a, const Box& b) { arrow(context, a.centre().x, a.bottom(), b.y); };
        const ImVec2 plus = box_of(Stage::embedded).centre();
        for (const Stage stage : {Stage::tokens, Stage::positions}) {
            const Box box = box_of(stage);
            link(box_of(Stage::ids), box);
            const float x = box.centre().x;
            const Colour stream = context.theme.attends;
            canvas().AddLine(ImVec2(x, box.bottom()), ImVec2(x, plus.y), stream, 1.5f);
            canvas().AddLine(ImVec2(x, plus.y), ImVec2(x < plus.x ? plus.x - 11 : plus.x + 11, plus.y), stream, 1.5f);
        }
        for (const Stage stage : {Stage::query, Stage::key, Stage::value}) link(box_of(Stage::norm_1), box_of(stage));
        down(box_of(Stage::query), box_of(Stage::scores));
        down(box_of(Stage::key), box_of(Stage::scores));
        // The values pass scores and pattern by on the right.
        const Box value = box_of(Stage::value), mix = box_of(Stage::mixed);
        const float rail = value.right() + 7, end = mix.centre().y;
        const Colour faint = context.theme.faint;
        horizontal_line(value.right(), value.centre().y, rail - value.right(), faint);
        vertical_line(rail, value.centre().y, end - value.centre().y, faint);
        horizontal_line(mix.right(), end, rail - mix.right() + 1, faint);
        canvas().AddTriangleFilled(ImVec2(mix.right() + 4, end - 3), ImVec2(mix.right() + 4, end + 4),
                                   ImVec2(mix.right(), end + 0.5f), faint);
        constexpr std::array kChain{Stage::scores, Stage::pattern, Stage::mixed, Stage::projection, Stage::residual_1,
                                    Stage::norm_2, Stage::first,   Stage::gelu,  Stage::second,     Stage::residual_2};
        for (std::size_t i = 1; i < kChain.size(); ++i) link(box_of(kChain[i - 1]), box_of(kChain[i]));
        link(box_of(Stage::final_norm), box_of(Stage::logits));
        if (layout.wide) {
            const Box block = moved(layout.block, origin);
            arrow(context, block.centre().x, box_of(Stage::embedded).bottom(), block.y - 6);
            down(block, box_of(Stage::final_norm));
        }
        draw_stream(context, layout, origin);
    }

    static void draw_stream(const Context& context, const DiagramLayout& layout, const Box& origin) {
        const float x = origin.x + layout.stream;
        const Box frame = moved(layout.frame, origin);
        const Colour colour = context.theme.attends;
        float from = frame.y + 28;
        for (const Stage stage : {Stage::residual_1, Stage::residual_2}) {
            const Box sum = moved(layout.find(stage)->box, origin);
            canvas().AddLine(ImVec2(x, from), ImVec2(x, sum.centre().y), colour, 1.5f);
            canvas().AddLine(ImVec2(x, sum.centre().y), ImVec2(sum.centre().x - 11, sum.centre().y), colour, 1.5f);
            from = sum.centre().y;
        }
    }

    // Returns whether the pointer is over it.
    static bool draw_box(const Context& context, const Box& box, const DiagramBox& each, const model::StageInfo& info,
                         bool on) {
        const std::string key = "stage." + std::string(info.id);
        const std::string shape = shape_text(context, info.shape);
        const std::string name(stage_name(context, info.stage));
        const Hit hit = hit_area(context, key, name + " " + shape, Role::button, box, switched(on), kRadius);
        if (hit.clicked) context.push(app::set<&app::Settings::stage>(on ? Stage::none : info.stage));
        if (each.sum) {
            draw_sum(context, box, info.stage, shape, on || hit.hovered);
        } else if (box.height > 50) {
            draw_tall(context, box, info, name, shape, on, hit.hovered);
        } else {
            draw_row(context, box, info, name, shape, on, hit.hovered);
        }
        return hit.hovered || hit.focused;
    }

    static Colour edge(const Context& context, Stage stage, bool on) {
        const Theme& theme = context.theme;
        if (on) return theme.attends;
        if (stage == Stage::scores || stage == Stage::pattern) return mixed(theme.line, theme.attends, 0.55f);
        return stage == Stage::logits ? mixed(theme.line, theme.predicts, 0.7f) : theme.line;
    }

    // Boxes with weights are filled; what only computes is an outline.
    static void draw_base(const Context& context, const Box& box, const model::StageInfo& info, bool on, bool hovered) {
        const Theme& theme = context.theme;
        const bool weighted = !info.weight.empty() || !info.bias.empty();
        fill(box,
             hovered || on ? theme.raised
             : weighted    ? mixed(theme.panel, theme.raised, 0.7f)
                           : theme.background,
             kRadius);
        outline(box, edge(context, info.stage, on), kRadius, on ? 1.5f : 1.0f);
    }

    static void draw_sum(const Context& context, const Box& box, Stage stage, const std::string& shape, bool lit) {
        const Theme& theme = context.theme;
        const ImVec2 centre = box.centre();
        canvas().AddCircleFilled(centre, 10, lit ? theme.raised : theme.background, 24);
        canvas().AddCircle(centre, 10, theme.attends, 24, 1.5f);
        canvas().AddLine(ImVec2(centre.x - 5, centre.y), ImVec2(centre.x + 5, centre.y), theme.attends, 1.5f);
        canvas().AddLine(ImVec2(centre.x, centre.y - 5), ImVec2(centre.x, centre.y + 5), theme.attends, 1.5f);
        const Colour colour = lit ? theme.text : theme.muted;
        if (stage == Stage::embedded) {  // lines come from both sides: under the right one
            put_text(context.fonts.mono, {centre.x + 16, centre.y + 2, box.right() - centre.x - 16, 16}, colour, shape);
            return;
        }
        put_text(context.fonts.mono, {centre.x + 18, box.y, box.right() - centre.x - 30, box.height}, colour, shape,
                 Align::right);
    }

    static void draw_row(const Context& context, const Box& box, const model::StageInfo& info, const std::string& name,
                         const std::string& shape, bool on, bool hovered) {
        const Theme& theme = context.theme;
        draw_base(context, box, info, on, hovered);
        const std::string weights = weights_text(context, info);
        const Box inside = box.inset(12, 0);
        const float line = weights.empty() ? box.height : 20;
        const float top = weights.empty() ? box.y : box.y + 4;
        const float width = text_width(context.fonts.mono, shape);
        put_text(context.fonts.mono, {inside.x, top, inside.width, line}, theme.text, shape, Align::right);
        put_text(weights.empty() ? context.fonts.body : context.fonts.body_bold,
                 {inside.x, top, inside.width - width - 8, line}, theme.text, name);
        if (weights.empty()) return;
        const std::string count = count_of(context, info.parameters);
        const Box low{inside.x, box.y + 22, inside.width, 18};
        put_text(context.fonts.mono, low, theme.muted, count, Align::right);
        put_text(context.fonts.mono, {low.x, low.y, low.width - text_width(context.fonts.mono, count) - 8, low.height},
                 theme.faint, weights);
    }

    // One beside another: name, shape and weights under each other.
    static void draw_tall(const Context& context, const Box& box, const model::StageInfo& info, const std::string& name,
                          const std::string& shape, bool on, bool hovered) {
        const Theme& theme = context.theme;
        draw_base(context, box, info, on, hovered);
        const Box inside = box.inset(4, 0);
        const auto fitted = [&](std::string text) {
            if (text_width(context.fonts.mono, text) > inside.width) std::erase(text, ' ');
            return text;
        };
        put_text(context.fonts.small_bold, {inside.x, box.y + 3, inside.width, 18}, theme.text, name, Align::centre);
        put_text(context.fonts.mono, {inside.x, box.y + 20, inside.width, 18}, theme.text, fitted(shape),
                 Align::centre);
        put_text(context.fonts.mono, {inside.x, box.y + 37, inside.width, 18}, theme.faint,
                 shape_text(context, info.weight, "×"), Align::centre);
    }

    static void draw_detail(const Context& context, const Box& box, const app::Architecture& shown,
                            const Stages& stages, Stage told) {
        const Theme& theme = context.theme;
        fill(box, theme.panel, kRadius);
        outline(box, theme.line, kRadius);
        Flow flow{box.inset(kDetailPad)};
        if (told == Stage::none) {
            put_paragraph(context.fonts.body, flow.rest, theme.muted, context.t("architecture.hint"), kDiagramLeading);
            return;
        }
        const model::StageInfo& info = stages[static_cast<std::size_t>(told)];
        const Box top = flow.take(kDiagramTitle);
        put_text(context.fonts.body_bold, {top.x, top.y - 4, top.width, 20}, theme.text, stage_name(context, told));
        const std::string_view site = told == Stage::ids ? "" : nn::site_info(info.site).name;
        put_text(context.fonts.mono, {top.x, top.y + 15, top.width, 18}, theme.faint, site);
        std::string tell(tell_text(context, told));
        if (told == Stage::logits && shown.config.tied_head) tell = context.t("architecture.tell.tied");
        flow.skip(std::max(2 * kDiagramLeading,
                           put_paragraph(context.fonts.body, flow.rest, theme.muted, tell, kDiagramLeading)));
        flow.skip(4);
        const auto row = [&](std::string_view label, const std::string& value) {
            const Box at = flow.take(kDiagramLine);
            put_text(context.fonts.small, at, theme.muted, label);
            put_text(context.fonts.mono, at, theme.text, value, Align::right);
        };
        row(context.t("architecture.shape"), shape_text(context, info.shape));
        const std::string weights = weights_text(context, info);
        row(context.t("architecture.weights"), weights.empty() ? "–" : weights);
        std::string count = info.parameters == 0 ? "–" : count_of(context, info.parameters);
        if (info.in_block && info.parameters > 0) count += " × " + count_of(context, shown.config.layers);
        row(context.t("architecture.total_unit"), count);
        std::string flops = info.flops == 0 ? "–" : flops_text(context, info.flops);
        if (info.in_block && info.flops > 0) flops += " × " + count_of(context, shown.config.layers);
        row(context.t("architecture.operations"), flops);
        context.widgets.add({"architecture.detail",
                             std::string(stage_name(context, told)) + ": " + count,
                             Role::text,
                             box,
                             {},
                             static_cast<double>(info.parameters)});
    }

    Stage hovered_ = Stage::none;
};

}  // namespace

std::unique_ptr<Panel> make_architecture_diagram() {
    return std::make_unique<ArchitectureDiagram>();
}

}  // namespace headlight::ui
