#pragma once
// A multi-line ImGui text field with word wrap, for platforms without a text field of their own.

#include <optional>
#include <string>

#include "platform/platform.h"

namespace headlight::platform {

class WrappedInput {
  public:
    // Draws the field in the current font. Returns the new text when it was edited.
    [[nodiscard]] std::optional<std::string> draw(const PromptField& field);
    void focus() { focus_next_ = true; }

  private:
    std::string buffer_;  // wrapped
    std::string plain_;   // what buffer_ means; the program's text as of the last frame
    float width_ = 0;
    bool focus_next_ = false, active_ = false;
};

}  // namespace headlight::platform
