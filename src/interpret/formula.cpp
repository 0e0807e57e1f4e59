#include "interpret/formula.h"

#include <cmath>
#include <cstdio>

#include "base/numeric_text.h"

namespace headlight::interpret {

std::string number_text(float value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value < 0 ? "-∞" : "∞";
    const double size = std::abs(static_cast<double>(value));
    if (size == 0) return "0";
    if (size >= 1e6 || size < 0.001) {
        char text[32];
        std::snprintf(text, sizeof text, "%.1e", static_cast<double>(value));
        return text;
    }
    return fixed(value, size >= 1000 ? 1 : size >= 0.1 ? 2 : 4);
}

Formula& Formula::text(std::string_view text) {
    line_.push_back({std::string(text), SpanKind::plain});
    return *this;
}
Formula& Formula::number(float value) {
    line_.push_back({number_text(value), SpanKind::number});
    return *this;
}
Formula& Formula::result(float value) {
    line_.push_back({number_text(value), SpanKind::result});
    return *this;
}
Formula& Formula::raised(std::string_view text) {
    line_.push_back({std::string(text), SpanKind::superscript});
    return *this;
}
Formula& Formula::lowered(std::string_view text) {
    line_.push_back({std::string(text), SpanKind::subscript});
    return *this;
}

}  // namespace headlight::interpret
