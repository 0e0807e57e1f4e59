#pragma once
// Logits of a PyTorch oracle with each kind of change (tests/golden/make_interventions.py and
// make_translator_interventions.py).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"

namespace headlight::interpret {

// The largest difference of two rows, beside the largest value of the oracle's.
inline double relative_error(const float* ours, const std::vector<double>& theirs) {
    double worst = 0, largest = 0;
    for (std::size_t i = 0; i < theirs.size(); ++i) {
        worst = std::max(worst, std::abs(static_cast<double>(ours[i]) - theirs[i]));
        largest = std::max(largest, std::abs(theirs[i]));
    }
    return worst / largest;
}

inline nlohmann::json golden_file(const std::string& name) {
    const auto text = read_file(std::string(HEADLIGHT_GOLDEN_DIR) + "/" + name);
    EXPECT_TRUE(text.has_value()) << name;
    return text.has_value() ? nlohmann::json(read_json(*text)) : nlohmann::json();
}

// logits_with(list): of all rows, [rows, vocab], when this is changed; valid until the next call.
template <class LogitsWith>
void expect_the_oracles_logits(const nlohmann::json& expected, std::size_t vocab, LogitsWith&& logits_with) {
    for (const auto& one : expected["cases"]) {
        const auto wanted = one["do"].get<std::string>();
        const float* logits = logits_with(wanted);
        for (std::size_t i = 0; i < expected["rows"].size(); ++i) {
            const auto row = expected["rows"][i].get<std::size_t>();
            EXPECT_LT(relative_error(logits + row * vocab, one["logits"][i].get<std::vector<double>>()), 1e-5)
                << wanted << ", row " << row;
        }
    }
}

}  // namespace headlight::interpret
