#pragma once
// Small GPTs and their runs, for the tests of interventions.

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "base/rng.h"
#include "interpret/intervention.h"

namespace headlight::interpret {

using model::Activations;
using nn::Site;
using nn::TokenId;
using Ids = std::vector<TokenId>;

inline model::GptConfig small_config() {
    return {.vocab = 37, .context = 40, .d_model = 24, .layers = 3, .heads = 4, .d_mlp = 96};
}

// Larger weights than a fresh model's: its heads would attend almost evenly.
inline model::Gpt lively_gpt(const model::Compute& compute, const model::GptConfig& config, std::uint64_t seed = 5) {
    Rng rng(seed);
    std::vector<float> params = model::Gpt::random(compute, config, seed).all_params();
    for (float& value : params) value += static_cast<float>(rng.uniform() - 0.5) * 0.5F;
    return {compute, config, std::move(params)};
}

inline Ids some_ids(int count, int salt) {
    Ids ids;
    for (int i = 0; i < count; ++i) ids.push_back(static_cast<TokenId>((i * 7 + salt * 11 + i * i * salt) % 37));
    return ids;
}

// A model with the runs that interventions ask for.
struct Lab {
    model::Compute compute{1};
    model::Gpt gpt = lively_gpt(compute, small_config());
    Ids ids = some_ids(9, 1), other_ids = some_ids(9, 2);
    Activations baseline = run(ids), other = run(other_ids);

    Activations run(const Ids& of, nn::Observer* observer = nullptr) const {
        Activations a(gpt.config(), 1, gpt.config().context, model::Keep::trace);
        model::Forward(compute, gpt, a, of, 0, {.observer = observer}).run();
        return a;
    }
    int positions() const { return static_cast<int>(ids.size()); }

    // What the text changes; everything in it must fit.
    std::vector<Intervention> list(std::string_view text) const {
        const InterventionList read = parse_interventions(text);
        for (const auto& bad : read.bad) ADD_FAILURE() << bad.item << ": " << bad.reason();
        const InterventionList fits = fitting(read.good, gpt.config(), positions());
        for (const auto& bad : fits.bad) ADD_FAILURE() << bad.item << ": " << bad.reason();
        return fits.good;
    }
    InterventionObserver::Runs runs(const Activations* own = nullptr) const {
        return {.gpt = &gpt,
                .baseline = &baseline,
                .positions = positions(),
                .other = &other,
                .other_positions = static_cast<int>(other_ids.size()),
                .own = own};
    }
    Activations changed(std::string_view text) const {
        const auto interventions = list(text);
        Activations a(gpt.config(), 1, gpt.config().context, model::Keep::trace);
        InterventionObserver observer(interventions, runs(&a));
        model::Forward(compute, gpt, a, ids, 0, {.observer = &observer}).run();
        return a;
    }
};

inline std::vector<float> values_of(const nn::SiteView& v) {
    std::vector<float> out;
    for (int i = 0; i < v.shape[0]; ++i) {
        for (int j = 0; j < v.shape[1]; ++j) {
            for (int k = 0; k < v.shape[2]; ++k) {
                out.push_back(v.data[i * v.stride[0] + j * v.stride[1] + k * v.stride[2]]);
            }
        }
    }
    return out;
}

inline bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

// The names of the sites that differ in a bit, in the order of the pass.
inline std::vector<std::string> different_sites(const Activations& a, const Activations& b, int positions) {
    std::vector<std::string> names;
    for (int layer = 0; layer < a.layers(); ++layer) {
        for (const nn::SiteInfo& info : nn::kSites) {
            const int own = info.site < Site::resid_pre ? 0 : a.layers() - 1;
            if (!info.per_layer() && layer != own) continue;
            const bool same = same_bits(values_of(a.view(info.site, layer, positions)),
                                        values_of(b.view(info.site, layer, positions)));
            if (!same) names.push_back(nn::site_name(info.site, layer));
        }
    }
    return names;
}

inline float row_sum(const float* row, int query) {
    double sum = 0;
    for (int key = 0; key <= query; ++key) sum += static_cast<double>(row[key]);
    return static_cast<float>(sum);
}

// Row `query` of a head's pattern.
inline const float* pattern_row(const Activations& a, int layer, int head, int query) {
    const nn::SiteView v = a.view(Site::pattern, layer, query + 1);
    return v.data + head * v.stride[0] + query * v.stride[1];
}

}  // namespace headlight::interpret
