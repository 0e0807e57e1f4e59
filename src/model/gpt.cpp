#include "model/gpt.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/rng.h"

namespace headlight::model {

Gpt::Gpt(const Compute& compute, const GptConfig& config, std::vector<float> params)
    : config_(config), layout_(config), params_(std::move(params)), packed_(static_cast<std::size_t>(config.layers)) {
    CHECK(params_.size() == layout_.size());
    pack(compute);
}

Gpt Gpt::random(const Compute& compute, const GptConfig& config, std::uint64_t seed) {
    const GptLayout layout(config);
    std::vector<float> params(layout.size(), 0.0F);
    Rng rng(seed);
    const double std_dev = 0.02;
    const double residual = std_dev / std::sqrt(2.0 * config.layers);
    for (const ParamInfo& info : layout.params()) {
        const std::span tensor = std::span(params).subspan(info.offset, info.size);
        if (info.shape.size() == 2) {
            const double scale = info.name.ends_with("c_proj.weight") ? residual : std_dev;
            for (float& w : tensor) w = static_cast<float>(rng.normal() * scale);
        } else if (info.name.ends_with(".weight")) {
            std::ranges::fill(tensor, 1.0F);
        }
    }
    return {compute, config, std::move(params)};
}

nn::Dropout dropout_at(float probability, std::uint64_t seed, DropoutSite site, int layer) {
    const auto place = static_cast<std::uint64_t>(site) + 4 * static_cast<std::uint64_t>(layer);
    return {probability, static_cast<std::uint32_t>(mix64(seed + mix64(place)))};
}

}  // namespace headlight::model
