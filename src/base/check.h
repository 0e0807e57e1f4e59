#pragma once
// CHECK: our own bugs, always on. DCHECK: the same in inner loops, off in release builds.
// Never for outside data: that is Result<T> (base/result.h).

namespace headlight {

// Called once with the failed expression and its place; must not return (the default prints to stderr and aborts).
using CheckHandler = void (*)(const char* expression, const char* file, int line);

// Returns the handler that was set before. A web page shows the message, a test fails with it.
CheckHandler set_check_handler(CheckHandler handler);

[[noreturn]] void check_failed(const char* expression, const char* file, int line);

}  // namespace headlight

#define CHECK(condition) \
    (static_cast<bool>(condition) ? static_cast<void>(0) : ::headlight::check_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define DCHECK(condition) static_cast<void>(sizeof(condition))
#else
#define DCHECK(condition) CHECK(condition)
#endif
