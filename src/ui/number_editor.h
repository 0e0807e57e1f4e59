#pragma once
// Editing one number: a text field in its cell, or, for fingers, a pad of keys at the lower edge of the screen.

#include <optional>
#include <string>

#include "ui/context.h"

namespace headlight::ui {

class NumberEditor {
  public:
    // key: of the table; first: what was typed to begin with, or empty for the whole old number.
    void open(const Context& context, std::string_view key, int row, int column, std::string_view old,
              std::string_view first);
    void close() { key_.clear(); }
    [[nodiscard]] bool is_open() const { return !key_.empty(); }
    [[nodiscard]] bool is_at(std::string_view key, int row, int column) const {
        return is_open() && key == key_ && row == row_ && column == column_;
    }
    [[nodiscard]] bool on_pad() const { return pad_; }
    [[nodiscard]] const std::string& text() const { return text_; }

    // In the cell, when it is not on the pad.
    void draw_field(const Context& context, const Box& cell);
    // Over everything, when it is. name: of the cell.
    void draw_pad(const Context& context, const Box& screen, std::string_view name);
    // The number, once it has been confirmed; then the editor is closed.
    [[nodiscard]] std::optional<float> take();

  private:
    void confirm();
    void press(std::string_view key);

    std::string key_, text_;
    int row_ = -1, column_ = -1;
    bool pad_ = false, focus_ = false, fresh_ = false;  // fresh: the first key replaces the old number
    bool bad_ = false;                                  // what stands there is no number
    std::optional<float> result_;
};

}  // namespace headlight::ui
