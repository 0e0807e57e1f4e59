#include "base/check.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace headlight {
namespace {

void print_and_abort(const char* expression, const char* file, int line) {
    std::fprintf(stderr, "headlight: internal error: CHECK(%s) failed at %s:%d\n", expression, file, line);
    std::abort();
}

std::atomic<CheckHandler> g_handler{print_and_abort};

}  // namespace

CheckHandler set_check_handler(CheckHandler handler) {
    return g_handler.exchange(handler);
}

void check_failed(const char* expression, const char* file, int line) {
    g_handler.load()(expression, file, line);
    std::abort();
}

}  // namespace headlight
