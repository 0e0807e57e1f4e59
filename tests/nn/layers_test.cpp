#include "nn/layers.h"

#include <algorithm>

#include "nn/nn_helpers.h"

namespace headlight::nn {
namespace {

TEST(Embedding, PicksRowsAndAddsTheirGradientsBack) {
    const Compute compute;
    constexpr int kD = 5;
    Floats table = random_floats(7 * kD, 1);
    const std::vector<TokenId> ids{3, 0, 3, 6};
    Floats out(ids.size() * kD);
    embedding_forward(out.data(), ids, table.data(), kD);
    for (std::size_t i = 0; i < out.size(); ++i) {
        EXPECT_EQ(out[i], table[static_cast<std::size_t>(ids[i / kD]) * kD + i % kD]);
    }
    const Floats dout = random_floats(out.size(), 2);
    Floats dtable(table.size(), 0.0F);
    embedding_backward(compute, dtable.data(), dout.data(), ids, kD);
    expect_gradient("table", table, dtable, [&] {
        embedding_forward(out.data(), ids, table.data(), kD);
        return weighted_sum(out, dout);
    });
}

struct LayerNormCase {
    int rows = 37, d = 10;
    Floats x = random_floats(370, 1, 1.5, 0.3), weight = random_floats(10, 2, 0.5, 1), bias = random_floats(10, 3);
    Floats y = Floats(370), mean = Floats(37), scale = Floats(37), dy = random_floats(370, 4);

    void forward(const Compute& compute) {
        layer_norm_forward(compute, y.data(), {mean.data(), scale.data()}, x.data(), weight.data(), bias.data(), rows,
                           d, 1e-5F);
    }
    [[nodiscard]] Floats backward(const Compute& compute, Floats& dx, Floats& dweight, Floats& dbias) {
        forward(compute);
        Floats partial(layer_norm_partial_floats(d));
        layer_norm_backward(compute, dx.data(), dweight.data(), dbias.data(), dy.data(), x.data(), weight.data(),
                            {mean.data(), scale.data()}, rows, d, partial.data());
        Floats all = dx;
        all.insert(all.end(), dweight.begin(), dweight.end());
        all.insert(all.end(), dbias.begin(), dbias.end());
        return all;
    }
};

TEST(LayerNorm, IsTheDefinition) {
    LayerNormCase c;
    c.forward(Compute(2));
    for (int row = 0; row < c.rows; ++row) {
        double mean = 0;
        double variance = 0;
        const float* x = c.x.data() + row * c.d;
        for (int j = 0; j < c.d; ++j) mean += static_cast<double>(x[j]) / c.d;
        for (int j = 0; j < c.d; ++j) variance += std::pow(static_cast<double>(x[j]) - mean, 2) / c.d;
        const auto at = static_cast<std::size_t>(row);
        EXPECT_NEAR(static_cast<double>(c.scale[at]), std::sqrt(variance + 1e-5), 1e-5);
        EXPECT_NEAR(static_cast<double>(c.mean[at]), mean, 1e-5);
        for (std::size_t j = 0; j < static_cast<std::size_t>(c.d); ++j) {
            const double expected =
                (static_cast<double>(x[j]) - mean) / std::sqrt(variance + 1e-5) * static_cast<double>(c.weight[j]) +
                static_cast<double>(c.bias[j]);
            EXPECT_NEAR(static_cast<double>(c.y[at * 10 + j]), expected, 1e-5);
        }
    }
}

// y times (sigma + epsilon) is what y times sqrt(variance + epsilon) is without: centred, weighted.
TEST(LayerNorm, TheEpsilonMayStandOutsideTheRoot) {
    const Compute compute(2);
    LayerNormCase inside;
    layer_norm_forward(compute, inside.y.data(), {inside.mean.data(), inside.scale.data()}, inside.x.data(),
                       inside.weight.data(), inside.bias.data(), inside.rows, inside.d, 0);
    LayerNormCase c;
    constexpr float kOutside = 0.25F;
    layer_norm_forward(compute, c.y.data(), {c.mean.data(), c.scale.data()}, c.x.data(), c.weight.data(), c.bias.data(),
                       c.rows, c.d, 0, kOutside);
    EXPECT_EQ(c.mean, inside.mean);
    for (std::size_t i = 0; i < c.y.size(); ++i) {
        const std::size_t row = i / 10;
        EXPECT_NEAR(c.scale[row], inside.scale[row] + kOutside, 1e-6F);
        EXPECT_NEAR((c.y[i] - c.bias[i % 10]) * c.scale[row], (inside.y[i] - c.bias[i % 10]) * inside.scale[row],
                    1e-5F);
    }
}

TEST(LayerNorm, BackwardAgreesWithFiniteDifferences) {
    const Compute compute(2);
    LayerNormCase c;
    Floats dx(370, 0.0F), dweight(10, 0.0F), dbias(10, 0.0F);
    (void)c.backward(compute, dx, dweight, dbias);
    const auto loss = [&] {
        c.forward(compute);
        return weighted_sum(c.y, c.dy);
    };
    expect_gradient("x", c.x, dx, loss);
    expect_gradient("weight", c.weight, dweight, loss);
    expect_gradient("bias", c.bias, dbias, loss);
}

TEST(LayerNorm, BackwardAddsAndDoesNotDependOnThreads) {
    LayerNormCase c;
    Floats dx(370, 0.0F), dweight(10, 0.0F), dbias(10, 0.0F);
    const Floats fresh = c.backward(Compute(1), dx, dweight, dbias);
    dx.assign(370, 0.0F), dweight.assign(10, 0.0F), dbias.assign(10, 0.0F);
    EXPECT_EQ(c.backward(Compute(3), dx, dweight, dbias), fresh);
    const Floats twice = c.backward(Compute(2), dx, dweight, dbias);
    for (std::size_t i = 0; i < twice.size(); ++i) EXPECT_NEAR(twice[i], 2 * fresh[i], 1e-4F);
}

// y = x W + b, W a column range of a wider matrix.
struct LinearCase {
    static constexpr int kRows = 9, kIn = 6, kOut = 5, kStride = 8;
    Floats x = random_floats(kRows * kIn, 1), weight = random_floats(kIn * kStride, 2), bias = random_floats(kOut, 3);
    Floats dy = random_floats(kRows * kOut, 4);

    [[nodiscard]] double loss(const Compute& compute) const {
        kernels::PackedMatrix packed;
        packed.pack(compute, {weight.data(), kStride, 1}, kIn, kOut);
        Floats y(kRows * kOut);
        matmul(compute, y.data(), kOut, {x.data(), kIn, 1}, packed, kRows, kernels::Into::store, bias.data());
        return weighted_sum(y, dy);
    }
};

TEST(Linear, BackwardAgreesWithFiniteDifferences) {
    const Compute compute(2);
    LinearCase c;
    Floats dx(c.x.size(), 0.0F), dweight(c.weight.size(), 0.0F), dbias(c.bias.size(), 0.0F);
    linear_backward(compute, {dx.data(), dweight.data(), dbias.data()}, c.dy.data(), c.x.data(), c.weight.data(),
                    LinearCase::kRows, LinearCase::kIn, LinearCase::kOut, LinearCase::kStride);
    const auto loss = [&] { return c.loss(compute); };
    expect_gradient("x", c.x, dx, loss);
    expect_gradient("weight", c.weight, dweight, loss);
    expect_gradient("bias", c.bias, dbias, loss);
    for (std::size_t i = 0; i < dweight.size(); ++i) {  // the other columns of the wider matrix are not touched
        if (i % LinearCase::kStride >= LinearCase::kOut) {
            EXPECT_EQ(dweight[i], 0.0F);
        }
    }
}

TEST(Linear, BackwardAddsStoresAndSkips) {
    const Compute compute;
    const LinearCase c;
    const auto run = [&](Floats& dx, Floats& dweight, float* dx_or_null, float* dbias, kernels::Into into) {
        linear_backward(compute, {dx_or_null, dweight.data(), dbias}, c.dy.data(), c.x.data(), c.weight.data(),
                        LinearCase::kRows, LinearCase::kIn, LinearCase::kOut, LinearCase::kStride, into);
        return dx[0];
    };
    Floats dx(c.x.size(), 0.0F), dweight(c.weight.size(), 0.0F), dbias(c.bias.size(), 0.0F);
    const float once = run(dx, dweight, dx.data(), dbias.data(), kernels::Into::store);
    EXPECT_EQ(run(dx, dweight, dx.data(), dbias.data(), kernels::Into::store), once);
    EXPECT_NEAR(run(dx, dweight, dx.data(), dbias.data(), kernels::Into::accumulate), 2 * once, 1e-5F);
    const Floats kept = dx;
    run(dx, dweight, nullptr, nullptr, kernels::Into::store);
    EXPECT_EQ(dx, kept);
    Floats single(c.weight.size(), 0.0F);
    run(dx, single, nullptr, nullptr, kernels::Into::store);
    for (std::size_t i = 0; i < single.size(); ++i) EXPECT_NEAR(dweight[i], 4 * single[i], 1e-4F);  // dW always adds
}

TEST(Relu, IsTheDefinitionAndItsDerivative) {
    const Compute compute(2);
    Floats x = random_floats(7 * 33, 1);
    for (float& value : x) value += value < 0 ? -0.1F : 0.1F;  // the differences must not reach across the corner
    const Floats dy = random_floats(x.size(), 2);
    Floats y(x.size()), dx(x.size());
    relu_forward(compute, y.data(), x.data(), 7, 33);
    for (std::size_t i = 0; i < x.size(); ++i) EXPECT_EQ(y[i], std::max(x[i], 0.0F));
    relu_backward(compute, dx.data(), dy.data(), y.data(), 7, 33);
    expect_gradient("x", x, dx, [&] {
        relu_forward(compute, y.data(), x.data(), 7, 33);
        return weighted_sum(y, dy);
    });
    const Floats zero{0.0F};
    Floats slope{5.0F};
    relu_backward(compute, slope.data(), slope.data(), zero.data(), 1, 1);
    EXPECT_EQ(slope[0], 0.0F);  // at 0 itself
}

TEST(Gelu, IsTheTanhFormulaAndItsDerivative) {
    const Compute compute(2);
    constexpr int kRows = 8, kD = 9;
    Floats x = random_floats(kRows * kD, 1, 2);
    x[0] = -30, x[1] = 30, x[2] = 0;
    Floats y(x.size());
    gelu_forward(compute, y.data(), x.data(), kRows, kD);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const auto v = static_cast<double>(x[i]);
        EXPECT_NEAR(static_cast<double>(y[i]),
                    0.5 * v * (1 + std::tanh(std::sqrt(2 / 3.14159265358979) * (v + 0.044715 * v * v * v))), 2e-6);
    }
    const Floats dy = random_floats(x.size(), 2);
    Floats dx(x.size());
    gelu_backward(compute, dx.data(), dy.data(), x.data(), kRows, kD);
    expect_gradient("x", x, dx, [&] {
        gelu_forward(compute, y.data(), x.data(), kRows, kD);
        return weighted_sum(y, dy);
    });
}

TEST(Residual, AddsADroppedBranchWhoseGradientIsDroppedAlike) {
    const Compute compute(2);
    constexpr int kRows = 11, kD = 7;
    Floats a = random_floats(kRows * kD, 1), b = random_floats(kRows * kD, 2);
    const Floats dy = random_floats(a.size(), 3);
    const Dropout dropout{0.4F, 99};
    Floats y(a.size()), db(a.size());
    const auto loss = [&] {
        residual_forward(compute, y.data(), a.data(), b.data(), kRows, kD, dropout);
        return weighted_sum(y, dy);
    };
    dropout_forward(compute, db.data(), dy.data(), kRows, kD, dropout);
    expect_gradient("a", a, dy, loss);
    expect_gradient("b", b, db, loss);
    residual_forward(compute, y.data(), a.data(), b.data(), kRows, kD);
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_EQ(y[i], a[i] + b[i]);
    add_rows(compute, y.data(), a.data(), kRows, kD);
    for (std::size_t i = 0; i < y.size(); ++i) EXPECT_EQ(y[i], a[i] + b[i] + a[i]);
}

TEST(DropoutLayer, KeepsTheMeanAndDependsOnSeedAndPlaceOnly) {
    constexpr int kRows = 300, kD = 40;  // several tasks
    const Floats ones(kRows * kD, 1.0F);
    Floats first(ones.size()), again(ones.size()), other(ones.size());
    dropout_forward(Compute(1), first.data(), ones.data(), kRows, kD, {0.25F, 7});
    dropout_forward(Compute(3), again.data(), ones.data(), kRows, kD, {0.25F, 7});
    dropout_forward(Compute(1), other.data(), ones.data(), kRows, kD, {0.25F, 8});
    EXPECT_EQ(first, again);
    EXPECT_NE(first, other);
    double sum = 0;
    for (const float value : first) {
        EXPECT_TRUE(value == 0.0F || std::abs(value - 1 / 0.75F) < 1e-6F) << value;
        sum += static_cast<double>(value);
    }
    EXPECT_NEAR(sum / (kRows * kD), 1.0, 0.03);
    dropout_forward(Compute(1), first.data(), ones.data(), kRows, kD, {0, 7});
    EXPECT_EQ(first, ones);
}

}  // namespace
}  // namespace headlight::nn
