#include "ui/pace.h"

#include <algorithm>

namespace headlight::ui {
namespace {

// Of a frame's 16.6 ms: what drawing leaves of a turn's share is for work, less while something is dragged. The
// rest belongs to the browser or the window system.
constexpr double kTurnMs = 15, kDraggedMs = 6, kLeastWorkMs = 4;
// Where pictures take longer, work takes as much of their time as leaves the next picture its place.
constexpr double kLongestMs = 50, kWorkShare = 0.5;

constexpr double kProgressMs = 100, kSlowestProgressMs = 500;
constexpr double kProgressShare = 0.25;  // of all time goes at most into pictures of progress

constexpr double kLongestPictureMs = 400;  // beyond that something else took the time
constexpr double kNewest = 0.3;            // weight of the last picture

}  // namespace

void Pace::begin_turn(double now_ms) {
    if (drew_) {
        const double took = std::clamp(now_ms - turn_ms_, 0.0, kLongestPictureMs);
        picture_ms_ += kNewest * (took - picture_ms_);
    }
    drew_ = false;
    turn_ms_ = now_ms;
}

void Pace::drawn() {
    drew_ = true;
    drawn_ms_ = turn_ms_;
}

double Pace::work_ms(double drawing_ms, bool held) const {
    if (held) return kDraggedMs;
    const double share = std::clamp(kWorkShare * picture_ms_, kTurnMs, kLongestMs);
    return std::max(kLeastWorkMs, share - drawing_ms);
}

double Pace::progress_at_ms() const {
    return drawn_ms_ + std::clamp(picture_ms_ / kProgressShare, kProgressMs, kSlowestProgressMs);
}

}  // namespace headlight::ui
