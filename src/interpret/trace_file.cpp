#include "interpret/trace_file.h"

#include <algorithm>

#include "checkpoint/safetensors.h"

namespace headlight::interpret {
namespace {

TraceTensor copy_of(std::string name, const nn::SiteView& view) {
    TraceTensor tensor{std::move(name), {view.shape.begin(), view.shape.begin() + view.rank}, {}};
    for (int i = 0; i < view.shape[0]; ++i) {
        for (int j = 0; j < view.shape[1]; ++j) {
            const float* row = view.data + i * view.stride[0] + j * view.stride[1];
            for (int k = 0; k < view.shape[2]; ++k) tensor.data.push_back(row[k * view.stride[2]]);
        }
    }
    return tensor;
}

std::string ids_text(std::span<const nn::TokenId> ids) {
    std::string text;
    for (const nn::TokenId id : ids) text += (text.empty() ? "" : ",") + std::to_string(id);
    return text;
}

}  // namespace

std::vector<TraceTensor> trace_tensors(const model::Activations& trace, int positions,
                                       const std::function<bool(std::string_view name)>& wanted) {
    std::vector<TraceTensor> tensors;
    const nn::Stack stack = trace.shape().stack;
    const auto add = [&](const nn::SiteInfo& info, int layer) {
        std::string name = nn::site_name(info.site, layer, stack);
        if (!wanted || wanted(name))
            tensors.push_back(copy_of(std::move(name), trace.view(info.site, layer, positions)));
    };
    // The table lists the sites before the blocks, those of a block, and those after.
    const std::span<const nn::SiteInfo> sites = nn::sites_of(stack);
    const auto in_block = [](const nn::SiteInfo& info) { return info.per_layer(); };
    const auto first = std::ranges::find_if(sites, in_block);
    const auto behind = std::find_if_not(first, sites.end(), in_block);
    for (auto site = sites.begin(); site != first; ++site) add(*site, 0);
    for (int layer = 0; layer < trace.layers(); ++layer) {
        for (auto site = first; site != behind; ++site) add(*site, layer);
    }
    for (auto site = behind; site != sites.end(); ++site) add(*site, 0);
    return tensors;
}

std::string trace_file(std::span<const TraceTensor> tensors, std::span<const nn::TokenId> ids,
                       std::map<std::string, std::string> metadata) {
    std::vector<checkpoint::TensorOut> out;
    for (const TraceTensor& tensor : tensors) out.push_back({tensor.name, tensor.shape, tensor.data});
    metadata["format"] = "pt";
    metadata["ids"] = ids_text(ids);
    return checkpoint::write_safetensors(out, checkpoint::Dtype::f32, metadata);
}

}  // namespace headlight::interpret
