#pragma once
// Result<T>: outside data that may be bad (a link, a file, a pasted text, a download). The error says what is wrong,
// where, and what would be right; it is handled once, by whoever can show it (ui or cli).

#include <expected>
#include <string>
#include <utility>

namespace headlight {

enum class ErrorCode { invalid, not_found, unsupported, io, too_large, cancelled };

struct Error {
    ErrorCode code = ErrorCode::invalid;
    std::string message;  // one sentence or two, fit to be shown as it is
};

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
    return std::unexpected(Error{code, std::move(message)});
}
[[nodiscard]] inline std::unexpected<Error> invalid(std::string message) {
    return fail(ErrorCode::invalid, std::move(message));
}

}  // namespace headlight

#define HL_CONCAT_INNER(a, b) a##b
#define HL_CONCAT(a, b) HL_CONCAT_INNER(a, b)

// ASSIGN_OR_RETURN(auto x, expression): x takes the value, or the enclosing function returns the error.
#define ASSIGN_OR_RETURN(declaration, expression) \
    HL_ASSIGN_OR_RETURN(HL_CONCAT(hl_result_, __COUNTER__), declaration, expression)
#define HL_ASSIGN_OR_RETURN(temporary, declaration, expression)                       \
    auto temporary = (expression);                                                    \
    if (!temporary.has_value()) return std::unexpected(std::move(temporary).error()); \
    declaration = std::move(temporary).value()

// RETURN_IF_ERROR(expression): for Result<void>.
#define RETURN_IF_ERROR(expression)                                                       \
    do {                                                                                  \
        auto hl_status = (expression);                                                    \
        if (!hl_status.has_value()) return std::unexpected(std::move(hl_status).error()); \
    } while (false)
