#pragma once
// Writing attention weights by hand: a brush that is drawn over the cells of a head.

#include "ui/panels/head_view.h"

namespace headlight::ui {

class PaintBrush {
  public:
    [[nodiscard]] bool on() const { return on_; }
    void set_on(bool on) { on_ = on; }
    [[nodiscard]] float weight() const { return weight_; }
    void set_weight(float weight) { weight_ = weight; }
    [[nodiscard]] bool raw() const { return raw_; }
    // Rows that are painted sum to 1 again, or are left as they are written; a painted pattern that is there follows.
    void set_raw(const Context& context, int layer, int head, bool raw);

    // While the button is held over a cell. The first cell of a stroke says whether it writes or, where the same weight
    // stands already, lets go.
    void draw_to(const Context& context, const HeadPicture& picture, int query, int key);
    void lift() { drawing_ = false; }
    [[nodiscard]] bool drawing() const { return drawing_; }

    // Marks the cells that are written, over the matrix.
    static void put_marks(const Context& context, const HeadPicture& picture, const Box& matrix, float cell);

  private:
    bool on_ = false, raw_ = false, drawing_ = false, erases_ = false;
    float weight_ = 1;
    int query_ = 0, key_ = 0;  // where the stroke is
};

}  // namespace headlight::ui
