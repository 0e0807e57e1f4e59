#include "app/open_source.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "nn/sites.h"

namespace headlight::app {

std::vector<Command> open_source(const App& app, const interpret::Source& source) {
    constexpr std::string_view kLayer = "blocks.{l}.";
    const ModelInfo* model = app.model();
    auto at = nn::find_site(source.site);
    if (model == nullptr || !at.has_value()) return {};
    const bool pair = model->encoder_decoder;
    if (pair && at->site == nn::Site::logits) at->stack = nn::Stack::decoder;  // whose name is the GPT's
    if (pair == (at->stack == nn::Stack::gpt)) return {};
    const nn::SiteInfo& info = nn::site_info(at->site);

    std::array<int, 3> indices{};
    for (std::size_t i = 0; i < std::min(indices.size(), source.indices.size()); ++i) {
        indices[i] = std::max(0, source.indices[i]);
    }
    const Selection selected = app.selection();
    int head = std::max(0, selected.head), row = indices[0], column = indices[1];
    if (info.shape == nn::SiteShape::pos_head) head = indices[1], column = indices[2];
    if (info.shape == nn::SiteShape::head_query_key) head = indices[0], row = indices[1], column = indices[2];

    std::vector<Command> commands;
    const Part part = app.settings().part;
    if (at->stack == nn::Stack::encoder && part != Part::encoder)
        commands.push_back(set<&Settings::part>(Part::encoder));
    if (at->stack == nn::Stack::decoder && part == Part::encoder)
        commands.push_back(set<&Settings::part>(Part::decoder));
    commands.push_back(set<&Settings::bottom>(Bottom::matrix));
    commands.push_back(SelectHead{info.per_layer() ? at->layer : std::max(0, selected.layer), head});
    commands.push_back(set<&Settings::site>(std::string(info.name.substr(info.per_layer() ? kLayer.size() : 0))));
    commands.push_back(SelectMatrixCell{row, column});
    return commands;
}

}  // namespace headlight::app
