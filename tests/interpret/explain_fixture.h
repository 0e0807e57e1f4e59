#pragma once
// Small GPTs whose numbers are explained, one of each kind that explanations tell apart.

#include <gtest/gtest.h>

#include <string>

#include "base/rng.h"
#include "model/gpt.h"

namespace headlight::interpret {

struct ExplainCase {
    const char* name;
    bool qkv_bias, tied;
};

inline auto explain_cases() {
    return testing::Values(ExplainCase{"gpt2", true, true}, ExplainCase{"no_bias", false, true},
                           ExplainCase{"untied", true, false});
}
inline std::string explain_case_name(const testing::TestParamInfo<ExplainCase>& info) {
    return info.param.name;
}

// Of this shape; weights large enough that attention is far from even, and no bias is 0.
inline model::Gpt explained_gpt(const model::Compute& compute, model::GptConfig config, const ExplainCase& one) {
    config.qkv_bias = one.qkv_bias;
    config.tied_head = one.tied;
    model::Gpt gpt = model::Gpt::random(compute, config, 3);
    Rng rng(4);
    for (float& w : gpt.mutable_params()) w = w * 8 + static_cast<float>(rng.normal() * 0.1);
    gpt.pack(compute);
    return gpt;
}

}  // namespace headlight::interpret
