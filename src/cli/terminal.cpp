#include "cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>

#include "base/json.h"

namespace headlight::cli {
namespace {

volatile std::sig_atomic_t g_interrupted = 0;

extern "C" void remember_interrupt(int) {
    g_interrupted = 1;
}

}  // namespace

Terminal::Terminal() : error_is_terminal_(isatty(STDERR_FILENO) != 0) {}

void Terminal::print(std::string_view text) {
    if (progress_shown_) end_progress();
    failed_ |= std::fwrite(text.data(), 1, text.size(), stdout) != text.size();
    failed_ |= std::fflush(stdout) != 0;
}

void Terminal::print_json(const Json& value) {
    print(write_json(value) + "\n");
}

void Terminal::progress(std::string_view line) {
    if (!error_is_terminal_) return;
    constexpr const char* kClearLine = "\r\033[K";
    std::fprintf(stderr, "%s%.*s", kClearLine, static_cast<int>(line.size()), line.data());
    std::fflush(stderr);
    progress_shown_ = true;
}

void Terminal::end_progress() {
    if (!progress_shown_) return;
    std::fputs("\n", stderr);
    progress_shown_ = false;
}

void Terminal::note(std::string_view line) {
    end_progress();
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

Result<void> Terminal::flush() {
    if (failed_ || std::fflush(stdout) != 0) return fail(ErrorCode::io, "cannot write to standard output");
    return {};
}

void watch_interrupt() {
    struct sigaction action{};
    action.sa_handler = remember_interrupt;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

bool interrupted() {
    return g_interrupted != 0;
}

std::unexpected<Error> interrupted_error() {
    return fail(ErrorCode::cancelled, "interrupted");
}

std::string bar(double part, int width) {
    const double clamped = std::clamp(part, 0.0, 1.0);
    const int full = static_cast<int>(clamped * width);
    std::string text = "[";
    for (int i = 0; i < width; ++i) text += i < full ? '=' : i == full ? '>' : ' ';
    return text + "] " + std::to_string(static_cast<int>(clamped * 100)) + " %";
}

std::string duration_text(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return "?";
    const auto whole = static_cast<std::int64_t>(std::llround(seconds));
    const auto two_digits = [](std::int64_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    if (whole < 60) return std::to_string(whole) + " s";
    if (whole < 3600) return std::to_string(whole / 60) + " min " + two_digits(whole % 60) + " s";
    return std::to_string(whole / 3600) + " h " + two_digits(whole / 60 % 60) + " min";
}

}  // namespace headlight::cli
