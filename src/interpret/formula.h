#pragma once
// Builds formula lines with numbers in them.

#include <string>
#include <string_view>

#include "interpret/explanation.h"

namespace headlight::interpret {

// A number as a formula shows it: 18.42, 0.71, 0.0031, 2.1e-05, -∞.
[[nodiscard]] std::string number_text(float value);

class Formula {
  public:
    Formula& text(std::string_view text);
    Formula& number(float value);
    Formula& result(float value);
    Formula& raised(std::string_view text);
    Formula& lowered(std::string_view text);
    [[nodiscard]] FormulaLine take() { return std::move(line_); }

  private:
    FormulaLine line_;
};

}  // namespace headlight::interpret
