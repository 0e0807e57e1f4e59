#include "ui/panels/architecture_layout.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace headlight::ui {

namespace {

using app::Stage;

constexpr float kLayoutWide = 620, kBetween = 44, kModelShare = 0.4f;
constexpr float kPlain = 30, kWeighted = 44, kTall = 58, kSum = 22;  // heights: no weights, weights, q k v, plus
constexpr float kLayoutGap = 11, kWideGap = 20, kFramePad = 14, kFrameTitle = 26, kStream = 30, kBlock = 52, kStack = 6,
                kLayoutBesideGap = 8;

bool is_sum(Stage stage) {
    return stage == Stage::embedded || stage == Stage::residual_1 || stage == Stage::residual_2;
}

float height_of(Stage stage) {
    if (is_sum(stage)) return kSum;
    constexpr std::array kPlainOnes{Stage::ids, Stage::scores, Stage::pattern, Stage::mixed, Stage::gelu};
    return std::ranges::find(kPlainOnes, stage) != kPlainOnes.end() ? kPlain : kWeighted;
}

// Puts boxes one below the other.
class Column {
  public:
    Column(DiagramLayout& out, float x, float y, float width, Stage selected, float detail, float gap)
        : out_(out), x_(x), y_(y), width_(width), selected_(selected), detail_(detail), gap_(gap) {}

    float y() const { return y_; }
    void skip(float height) { y_ += height; }
    void indent(float left, float right) {
        x_ += left;
        width_ -= left + right;
    }
    void add(Stage stage) {
        const float height = height_of(stage);
        const Box row{x_, y_, width_, height};
        out_.boxes.push_back({stage, is_sum(stage) ? Box{row.x, row.y, row.width, height} : row, is_sum(stage)});
        y_ += height;
        describe(stage);
        y_ += gap_;
    }
    void beside(std::initializer_list<Stage> stages, float height) {
        const auto count = static_cast<float>(stages.size());
        const float width = std::floor((width_ - kLayoutBesideGap * (count - 1)) / count);
        float x = x_;
        for (const Stage stage : stages) {
            out_.boxes.push_back({stage, {x, y_, width, height}});
            x += width + kLayoutBesideGap;
        }
        y_ += height;
        for (const Stage stage : stages) describe(stage);
        y_ += gap_;
    }

  private:
    void describe(Stage stage) {
        if (detail_ <= 0 || stage != selected_) return;
        y_ += 6;
        out_.detail = {x_, y_, width_, detail_};
        y_ += detail_;
    }

    DiagramLayout& out_;
    float x_, y_, width_;
    Stage selected_;
    float detail_, gap_;
};

void add_inside(Column& column) {
    column.add(Stage::norm_1);
    column.beside({Stage::query, Stage::key, Stage::value}, kTall);
    for (const Stage stage : {Stage::scores, Stage::pattern, Stage::mixed, Stage::projection, Stage::residual_1,
                              Stage::norm_2, Stage::first, Stage::gelu, Stage::second, Stage::residual_2})
        column.add(stage);
}

// A frame of the block from y on; returns where it ends.
float add_frame(DiagramLayout& out, float x, float y, float width, Stage selected, float detail, float gap) {
    Column inside(out, x, y + kFrameTitle + 4, width, selected, detail, gap);
    inside.indent(kStream, kFramePad);
    add_inside(inside);
    out.frame = {x, y, width, inside.y() - gap + kFramePad - y};
    out.stream = x + kStream / 2;
    return out.frame.bottom();
}

}  // namespace

const DiagramBox* DiagramLayout::find(Stage stage) const {
    const auto found = std::ranges::find(boxes, stage, &DiagramBox::stage);
    return found == boxes.end() ? nullptr : &*found;
}

float detail_width(float width) {
    return width >= kLayoutWide ? std::floor((width - kBetween) * kModelShare) : width;
}

namespace {

DiagramLayout with_gap(float width, Stage selected, float detail, float gap) {
    DiagramLayout out;
    out.wide = width >= kLayoutWide;
    const float left = detail_width(width);
    // Beside the model there is always room for the description; in one column it stands under its box.
    const float inline_detail = out.wide || selected == Stage::none ? 0 : detail;
    Column model(out, 0, 0, left, selected, inline_detail, gap);
    model.add(Stage::ids);
    model.beside({Stage::tokens, Stage::positions}, kTall);
    model.add(Stage::embedded);
    if (out.wide) {
        out.block = {0, model.y() + kStack, left, kBlock};
        model.skip(kStack + kBlock + gap);
    } else {
        const float end = add_frame(out, 0, model.y(), width, selected, inline_detail, gap);
        model.skip(end + gap - model.y());
    }
    model.add(Stage::final_norm);
    model.add(Stage::logits);
    out.height = model.y() - gap;
    if (out.wide) {
        out.detail = {0, model.y() + 16, left, detail};
        const float end = add_frame(out, left + kBetween, 0, width - left - kBetween, selected, 0, gap);
        out.height = std::max(end, out.detail.bottom());
    }
    return out;
}

}  // namespace

DiagramLayout diagram_layout(float width, Stage selected, float detail, float room) {
    DiagramLayout tight = with_gap(width, selected, detail, kLayoutGap);
    const float spare = (room - tight.height) / 13;  // gaps of the block, one below the other
    if (!tight.wide || spare <= 0) return tight;
    return with_gap(width, selected, detail, std::min(kWideGap, std::floor(kLayoutGap + spare)));
}

}  // namespace headlight::ui
