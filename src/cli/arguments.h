#pragma once
// From the command line to the action to run, or a text to print.

#include <memory>
#include <span>
#include <string>

#include "cli/command.h"

namespace headlight::cli {

struct Parsed {
    std::unique_ptr<Action> action;  // null: print `text` and leave with `exit_code`
    std::string command;             // its name, "" when none was chosen
    std::string text;                // help, version, or the one-line reason
    int exit_code = 0;
};

inline constexpr int kUsageError = 2;

[[nodiscard]] Parsed parse_arguments(std::span<const Command> commands, std::string_view version, int argc,
                                     const char* const* argv);

}  // namespace headlight::cli
