#include "cli/arguments.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <map>

#include "base/numeric_text.h"

namespace headlight::cli {
namespace {

constexpr std::size_t kHelpColumn = 28;

std::string limits_text(const Option& option) {
    auto text = [](double limit) {  // 1000000, not 1e+06
        return limit == std::floor(limit) ? std::to_string(static_cast<std::int64_t>(limit)) : shortest(limit);
    };
    if (option.high >= 1e18) return "from " + text(option.low) + " up";
    return "from " + text(option.low) + " to " + text(option.high);
}

// The number, or CLI11's exception with the reason.
double number(const Option& option, const std::string& text, bool whole) {
    double value = 0;
    bool ok = false;
    if (whole) {
        const auto parsed = parse_int(text);
        ok = parsed.has_value();
        if (ok) value = static_cast<double>(*parsed);
    } else {
        const auto parsed = parse_double(text);
        ok = parsed.has_value();
        if (ok) value = *parsed;
    }
    if (ok && value >= option.low && value <= option.high) return value;
    throw CLI::ValidationError(option.names.substr(option.names.find("--")),
                               "'" + text + "' is no " + (whole ? "whole " : "") + "number " + limits_text(option));
}

CLI::Option* add_whole(CLI::App& app, const Option& option, int* target) {
    auto take = [option, target](const std::string& text) { *target = static_cast<int>(number(option, text, true)); };
    return app.add_option_function<std::string>(option.names, take, option.help)->default_str(std::to_string(*target));
}

CLI::Option* add_whole(CLI::App& app, const Option& option, std::int64_t* target) {
    auto take = [option, target](const std::string& text) {
        (void)number(option, text, true);
        *target = parse_int(text).value_or(0);  // all 63 bits
    };
    return app.add_option_function<std::string>(option.names, take, option.help)->default_str(std::to_string(*target));
}

struct Adder {
    CLI::App& app;
    const Option& option;

    CLI::Option* operator()(bool* target) const { return app.add_flag(option.names, *target, option.help); }
    CLI::Option* operator()(int* target) const { return add_whole(app, option, target); }
    CLI::Option* operator()(std::int64_t* target) const { return add_whole(app, option, target); }
    CLI::Option* operator()(double* target) const {
        auto take = [o = option, target](const std::string& text) { *target = number(o, text, false); };
        return app.add_option_function<std::string>(option.names, take, option.help)->default_str(shortest(*target));
    }
    CLI::Option* operator()(std::string* target) const {
        CLI::Option* added = app.add_option(option.names, *target, option.help);
        return target->empty() ? added : added->default_str(*target);
    }
    CLI::Option* operator()(std::vector<std::string>* target) const {
        return app.add_option(option.names, *target, option.help);
    }
    CLI::Option* operator()(std::vector<double>* target) const {
        auto take = [o = option, target](const std::vector<std::string>& texts) {
            for (const std::string& text : texts) target->push_back(number(o, text, false));
        };
        return app.add_option_function<std::vector<std::string>>(option.names, take, option.help);
    }
};

void declare(CLI::App& app, Action& action) {
    std::vector<Option> options;
    action.declare(options);
    for (const Option& option : options) {
        CLI::Option* added = std::visit(Adder{app, option}, option.target);
        added->group(option.group)->required(option.required);
        if (!option.value.empty()) added->type_name(option.value);
        const bool repeatable = std::holds_alternative<std::vector<std::string>*>(option.target) ||
                                std::holds_alternative<std::vector<double>*>(option.target);
        if (!repeatable) added->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);  // a script's last word counts
    }
}

std::string indented(std::string_view lines) {
    std::string text = "  ";
    for (const char c : lines) text += c == '\n' ? std::string("\n  ") : std::string(1, c);
    return text;
}

std::string one_line(std::string text) {
    std::ranges::replace(text, '\n', ' ');
    while (!text.empty() && text.back() == ' ') text.pop_back();
    return text;
}

std::string list_of_names(std::span<const Command> commands) {
    std::string text;
    for (const Command& command : commands) text += (text.empty() ? "" : ", ") + std::string(command.name);
    return text;
}

Parsed failure(std::string command, std::string reason) {
    return Parsed{.action = nullptr,
                  .command = std::move(command),
                  .text = one_line(std::move(reason)),
                  .exit_code = kUsageError};
}

}  // namespace

Parsed parse_arguments(std::span<const Command> commands, std::string_view version, int argc, const char* const* argv) {
    CLI::App app("A small GPT that you can watch thinking: run it, trace it, train it.", "headlight");
    app.get_formatter()->column_width(kHelpColumn);
    app.set_version_flag("--version", "headlight " + std::string(version));
    app.footer("`headlight COMMAND --help` explains a command and shows examples.");
    const std::string_view first = argc > 1 ? argv[1] : "";
    std::map<std::string, std::unique_ptr<Action>> actions;
    for (const Command& command : commands) {
        const std::string name(command.name);
        CLI::App* sub = app.add_subcommand(name, std::string(command.summary));
        sub->get_formatter()->column_width(kHelpColumn);
        if (first == name) sub->description(std::string(command.details));  // the list of all has the summary
        sub->footer("Examples:\n" + indented(command.examples));
        actions[name] = command.make();
        declare(*sub, *actions[name]);
    }
    if (!first.empty() && first[0] != '-' && !actions.contains(std::string(first))) {
        return failure("", "unknown command '" + std::string(first) + "'; expected one of " + list_of_names(commands));
    }
    std::string chosen;
    try {
        app.parse(argc, argv);
        if (app.get_subcommands().empty()) return Parsed{.action = nullptr, .command = "", .text = app.help()};
        chosen = app.get_subcommands().front()->get_name();
    } catch (const CLI::CallForHelp&) {
        return Parsed{.action = nullptr, .command = "", .text = app.help()};
    } catch (const CLI::CallForVersion& call) {
        return Parsed{.action = nullptr, .command = "", .text = std::string(call.what()) + "\n"};
    } catch (const CLI::ParseError& error) {
        return failure(actions.contains(std::string(first)) ? std::string(first) : "", error.what());
    }
    return Parsed{.action = std::move(actions[chosen]), .command = chosen, .text = {}};
}

}  // namespace headlight::cli
