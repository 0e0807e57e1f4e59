#pragma once
// What a command prints to: results go to standard output as they come, progress to standard error.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headlight::cli {

using Json = nlohmann::ordered_json;

class Terminal {
  public:
    Terminal();

    // Written through at once, so that a pipe sees a token when it is there.
    void print(std::string_view text);
    void print_json(const Json& value);  // one line

    // A line that replaces itself, shown only when standard error is a terminal.
    void progress(std::string_view line);
    void end_progress();
    // A remark that is no result.
    void note(std::string_view line);

    [[nodiscard]] bool shows_progress() const { return error_is_terminal_; }
    // Everything printed so far has been taken by the system (a full disk is an error).
    [[nodiscard]] Result<void> flush();

  private:
    bool error_is_terminal_ = false;
    bool progress_shown_ = false;
    bool failed_ = false;
};

// Ctrl-C is a wish to end well: the first one is only remembered, the second one kills.
void watch_interrupt();
[[nodiscard]] bool interrupted();
[[nodiscard]] std::unexpected<Error> interrupted_error();

// "[=====>    ] 42 %"
[[nodiscard]] std::string bar(double part, int width);
// "1 h 04 min", "3 min 20 s", "12 s"
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace headlight::cli
