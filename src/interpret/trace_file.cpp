#include "interpret/trace_file.h"

#include <vector>

#include "checkpoint/safetensors.h"

namespace headlight::interpret {
namespace {

// A contiguous copy of a strided view.
std::vector<float> values_of(const nn::SiteView& view) {
    std::vector<float> values;
    for (int i = 0; i < view.shape[0]; ++i) {
        for (int j = 0; j < view.shape[1]; ++j) {
            const float* row = view.data + i * view.stride[0] + j * view.stride[1];
            for (int k = 0; k < view.shape[2]; ++k) values.push_back(row[k * view.stride[2]]);
        }
    }
    return values;
}

std::string ids_text(std::span<const std::int32_t> ids) {
    std::string text;
    for (const std::int32_t id : ids) text += (text.empty() ? "" : ",") + std::to_string(id);
    return text;
}

}  // namespace

std::string trace_file(const Pass& pass, std::map<std::string, std::string> metadata) {
    std::vector<checkpoint::TensorOut> tensors;
    std::vector<std::vector<float>> data;
    data.reserve(nn::kSites.size() * static_cast<std::size_t>(pass.trace.layers()));
    const auto add = [&](const nn::SiteInfo& info, int layer) {
        const nn::SiteView view = pass.trace.view(info.site, layer, static_cast<int>(pass.ids.size()));
        data.push_back(values_of(view));
        const std::vector<std::int64_t> shape(view.shape.begin(), view.shape.begin() + view.rank);
        tensors.push_back({nn::site_name(info.site, layer), shape, data.back()});
    };
    bool blocks_done = false;
    for (const nn::SiteInfo& info : nn::kSites) {
        if (!info.per_layer()) {
            add(info, 0);
            continue;
        }
        if (blocks_done) continue;
        blocks_done = true;
        for (int layer = 0; layer < pass.trace.layers(); ++layer) {
            for (const nn::SiteInfo& inner : nn::kSites) {
                if (inner.per_layer()) add(inner, layer);
            }
        }
    }
    metadata["format"] = "pt";
    metadata["ids"] = ids_text(pass.ids);
    return checkpoint::write_safetensors(tensors, checkpoint::Dtype::f32, metadata);
}

}  // namespace headlight::interpret
