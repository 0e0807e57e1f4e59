#pragma once
// Rows one below the other, drawn or only measured: one description gives a panel's height and its picture.

#include "ui/panel.h"

namespace headlight::ui {

class Rows {
  public:
    Rows(const Box& box, bool paint) : box_(box), flow_{box}, paint_(paint) {}

    [[nodiscard]] bool paint() const { return paint_; }
    [[nodiscard]] float width() const { return box_.width; }
    [[nodiscard]] float used() const { return flow_.rest.y - box_.y; }
    Box take(float height) { return flow_.take(height); }
    void skip(float height) { flow_.skip(height); }
    // Wrapped at the width of the rows.
    void paragraph(const ImFont* font, Colour colour, std::string_view text, float leading) {
        flow_.skip(paint_ ? put_paragraph(font, flow_.rest, colour, text, leading)
                          : paragraph_height(font, box_.width, text, leading));
    }

  private:
    Box box_;
    Flow flow_;
    bool paint_;
};

class RowPanel : public Panel {
  public:
    float wanted_height(const Context& context, float width) final {
        Rows rows({0, 0, width, 0}, false);
        lay_out(context, rows);
        return rows.used();
    }
    void draw(const Context& context, const Box& box) final {
        Rows rows(box, true);
        lay_out(context, rows);
    }

  protected:
    // Takes its rows; draws on them only while rows.paint().
    virtual void lay_out(const Context& context, Rows& rows) = 0;
};

}  // namespace headlight::ui
