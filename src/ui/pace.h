#pragma once
// How much work fits between two pictures, and how often one is drawn only to tell how far something is. Both follow
// from how long a picture takes to reach the screen: without a graphics card that is many times longer than the program
// itself works on it, and the program would only wait meanwhile.

namespace headlight::ui {

class Pace {
  public:
    void begin_turn(double now_ms);
    // In this turn; the next turn is to come as soon as the screen allows: it tells what the picture took.
    void drawn();

    // For work in this turn, when drawing takes the program drawing_ms of it. held: a person drags something.
    [[nodiscard]] double work_ms(double drawing_ms, bool held) const;
    // When a picture may come that shows nothing new but progress.
    [[nodiscard]] double progress_at_ms() const;
    [[nodiscard]] double picture_ms() const { return picture_ms_; }  // about what one takes

  private:
    double picture_ms_ = 0;
    double turn_ms_ = 0;  // when this turn began
    double drawn_ms_ = -1e9;
    bool drew_ = false;
};

}  // namespace headlight::ui
