#pragma once
// A sub-command of `headlight`: its options as data, and what it does. The table of all is in commands.cpp; only
// arguments.cpp knows the argument parser.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"

namespace headlight::cli {

class Terminal;

// Where an option's value goes. Numbers must be whole and finite as their type says.
using Target =
    std::variant<bool*, int*, std::int64_t*, double*, std::string*, std::vector<std::string>*, std::vector<double>*>;

struct Option {
    std::string names;  // "--top-k" or "-n,--tokens"
    Target target;      // what it points to beforehand is the default
    std::string value;  // what to write in the help: "N", "FILE"
    std::string help;
    double low = 0;  // limits of numbers, both inclusive
    double high = 1e18;
    bool required = false;
    std::string group = "Options";
};

class Action {
  public:
    virtual ~Action() = default;
    virtual void declare(std::vector<Option>& options) = 0;
    // Errors become the one line on stderr; ErrorCode::cancelled means that the user interrupted.
    virtual Result<void> run(Terminal& terminal) = 0;
};

struct Command {
    std::string_view name;
    std::string_view summary;   // one line, for the list of commands
    std::string_view details;   // a few lines that teach
    std::string_view examples;  // one a line
    std::unique_ptr<Action> (*make)();
};

// All commands, in the order of the help.
[[nodiscard]] std::span<const Command> commands();

}  // namespace headlight::cli
