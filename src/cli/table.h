#pragma once
// The tables of `headlight info`: what, how it comes about, how many.

#include <cstdint>
#include <string>

#include "base/numeric_text.h"

namespace headlight::cli {

[[nodiscard]] inline std::string mebibytes(std::int64_t bytes) {
    return fixed(static_cast<double>(bytes) / (1024.0 * 1024.0), 1) + " MiB";
}

class Table {
  public:
    void row(int indent, const std::string& what, const std::string& formula, std::int64_t count) {
        const std::string left = std::string(static_cast<std::size_t>(indent), ' ') + what;
        text_ += padded(left, 44) + padded(formula, 24) + aligned(grouped(count), 14) + "\n";
    }
    void line(const std::string& key, const std::string& value) { text_ += padded("  " + key, 24) + value + "\n"; }
    void title(const std::string& text) { text_ += text + "\n"; }
    void memory(std::int64_t parameters) {
        const double mib = static_cast<double>(parameters) / (1024.0 * 1024.0);
        title("");
        title("Memory: " + fixed(mib * 4, 1) + " MiB as F32, " + fixed(mib * 2, 1) + " MiB as F16");
    }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    static std::string padded(const std::string& text, std::size_t width) {
        return text + std::string(text.size() < width ? width - text.size() : 1, ' ');
    }
    static std::string aligned(const std::string& text, std::size_t width) {
        return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
    }
    std::string text_;
};

}  // namespace headlight::cli
