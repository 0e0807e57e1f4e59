#pragma once
// What the head view draws: the head that is selected or a summary over many, of the run that is shown; or of two runs,
// in the same colours.

#include "ui/panels/head_view.h"

namespace headlight::ui {

class HeadPictures {
  public:
    // Once a frame; there is a model, and a text.
    void update(const Context& context);

    // The run that everything else tells of.
    [[nodiscard]] const HeadPicture& shown() const { return shown_; }
    // The run that it is compared with. It stands first when it is the one without changes.
    [[nodiscard]] bool two() const { return two_; }
    [[nodiscard]] const HeadPicture& second() const { return second_; }
    [[nodiscard]] bool second_stands_first() const { return pair_ == app::Pair::changes; }
    // What each of two is called.
    [[nodiscard]] std::string_view title(const Context& context, const HeadPicture& picture) const;

  private:
    void fill_shown(const Context& context);
    void fill_second(const Context& context);
    void select(const Context& context, HeadPicture& picture) const;

    HeadPicture shown_, second_;
    bool two_ = false;
    app::Pair pair_ = app::Pair::none;
};

// Two runs can stand beside each other: there are changes or another prompt.
[[nodiscard]] bool can_stand_beside(const Context& context);

}  // namespace headlight::ui
