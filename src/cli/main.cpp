// headlight: run, trace, measure and train small GPTs from the command line.
#include <cstdio>

#include "cli/arguments.h"
#include "cli/terminal.h"

namespace {

constexpr int kInterrupted = 130;  // 128 + SIGINT, as shells have it

int report(const std::string& command, const std::string& reason) {
    std::fprintf(stderr, "headlight%s%s: %s\n", command.empty() ? "" : " ", command.c_str(), reason.c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    using namespace headlight;
    const cli::Parsed parsed = cli::parse_arguments(cli::commands(), HEADLIGHT_VERSION, argc, argv);
    cli::Terminal terminal;
    if (parsed.action == nullptr) {
        if (parsed.exit_code == 0) {
            terminal.print(parsed.text);
        } else {
            report(parsed.command, parsed.text);
        }
        return parsed.exit_code;
    }
    cli::watch_interrupt();
    auto done = parsed.action->run(terminal);
    terminal.end_progress();
    if (done.has_value()) done = terminal.flush();
    if (done.has_value()) return 0;
    if (done.error().code == ErrorCode::cancelled) {
        report(parsed.command, done.error().message);
        return kInterrupted;
    }
    return report(parsed.command, done.error().message);
}
