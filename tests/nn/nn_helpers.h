#pragma once
// Gradients against central differences, for one layer at a time.

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/rng.h"

namespace headlight::nn {

using Floats = std::vector<float>;

inline Floats random_floats(std::size_t count, std::uint64_t seed, double scale = 1, double mean = 0) {
    Rng rng(seed);
    Floats values(count);
    for (float& value : values) value = static_cast<float>(rng.normal() * scale + mean);
    return values;
}

// A scalar that depends on every output; its gradient with respect to the outputs is `weights`.
inline double weighted_sum(const Floats& outputs, const Floats& weights) {
    double sum = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i)
        sum += static_cast<double>(outputs[i]) * static_cast<double>(weights[i]);
    return sum;
}

// gradient: of loss() with respect to every element of x, which loss() reads.
template <class Loss>
void expect_gradient(const std::string& name, Floats& x, const Floats& gradient, Loss&& loss, double tolerance = 3e-3) {
    constexpr float kStep = 1.0F / 128;
    ASSERT_EQ(x.size(), gradient.size()) << name;
    double largest = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const float before = x[i];
        x[i] = before + kStep;
        const double above = loss();
        x[i] = before - kStep;
        const double below = loss();
        x[i] = before;
        const double measured = (above - below) / (2 * static_cast<double>(kStep));
        const auto given = static_cast<double>(gradient[i]);
        EXPECT_NEAR(given, measured, tolerance * (1 + std::abs(measured))) << name << "[" << i << "]";
        largest = std::max(largest, std::abs(measured));
    }
    EXPECT_GT(largest, 0.01) << name << " does not matter to this loss";
}

}  // namespace headlight::nn
