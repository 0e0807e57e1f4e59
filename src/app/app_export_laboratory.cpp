// What the laboratory shows at the bottom, as a table: the lens, the parts of an odds, a sweep of patches.
#include "app/app_state.h"

namespace headlight::app {
namespace {

std::string part_name(const interpret::AttributionPart& part) {
    std::string name(interpret::kPartNames[static_cast<std::size_t>(part.kind)]);
    if (part.layer >= 0) name += " " + std::to_string(part.layer);
    if (part.head >= 0) name += "." + std::to_string(part.head);
    return name;
}

std::vector<std::string> layer_names(int layers) {
    std::vector<std::string> names;
    for (int layer = 0; layer < layers; ++layer) names.push_back(std::to_string(layer));
    return names;
}

// Rows of equal length.
Shown table(std::vector<float> values, int rows, TableNames names) {
    Shown shown;
    shown.storage = std::move(values);
    shown.names = std::move(names);
    const int columns = rows == 0 ? 0 : static_cast<int>(shown.storage.size()) / rows;
    shown.values = {shown.storage.data(), rows, columns, columns, 1};
    return shown;
}

// The probability of the best token of every cell.
Shown lens_table(const interpret::LogitLens& lens, std::vector<std::string> tokens) {
    std::vector<float> values;
    std::vector<std::string> points;
    for (int point = 0; point < lens.points(); ++point) {
        const nn::SiteAt at = interpret::lens_site(point);
        points.push_back(nn::site_name(at.site, at.layer));
        for (int position = 0; position < lens.positions(); ++position) {
            values.push_back(lens.cell(point, position).top[0].probability);
        }
    }
    return table(std::move(values), lens.points(), {std::move(points), std::move(tokens)});
}

Shown parts_table(const interpret::Attribution& attribution) {
    std::vector<float> values;
    std::vector<std::string> names;
    for (const interpret::AttributionPart& part : attribution.parts) {
        values.push_back(static_cast<float>(part.value));
        names.push_back(part_name(part));
    }
    const int rows = static_cast<int>(values.size());
    return table(std::move(values), rows, {std::move(names), {"logit"}});
}

}  // namespace

Shown App::State::shown_laboratory() const {
    std::vector<std::string> texts;
    for (const TokenInfo& token : tokens) texts.push_back(token.display);
    const Bottom bottom = document.settings.bottom;
    Shown shown;
    if (bottom == Bottom::lens && lab.lens != nullptr && lab.lens->done()) {
        shown = lens_table(*lab.lens, std::move(texts));
    } else if (bottom == Bottom::parts) {
        shown = parts_table(attribution());
    } else if (bottom == Bottom::patch && lab.sweep != nullptr && lab.sweep->done()) {
        const interpret::Sweep& sweep = lab.sweep->result();
        const bool heads = sweep.kind == interpret::SweepKind::head;
        shown = table(sweep.restored, sweep.rows,
                      {layer_names(sweep.rows), heads ? layer_names(sweep.columns) : std::move(texts)});
    }
    const std::string name = to_text(bottom);
    shown.stem = "headlight-" + name;
    shown.caption = std::string(strings()("set.bottom." + name)) + ", " + info.name;
    return shown;
}

}  // namespace headlight::app
