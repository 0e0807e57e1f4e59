// What the laboratory shows at the bottom, as a table and as a drawing: the lens, the parts of an odds, a sweep of
// patches, the plane of embeddings.
#include "app/app_state.h"
#include "app/laboratory_drawings.h"
#include "text/tokenizer.h"

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

// Of the text and its neighbours: where they stand in the plane, and how near they are to the selected token.
Shown space_table(const Space& space, const TokenName& name) {
    std::vector<float> values;
    std::vector<std::string> names;
    for (std::size_t i = 0; i < space.ids.size(); ++i) {
        names.push_back(name(space.ids[i]));
        values.push_back(static_cast<float>(space.plane.points[i][0]));
        values.push_back(static_cast<float>(space.plane.points[i][1]));
        values.push_back(space.cosines[i]);
    }
    return table(std::move(values), static_cast<int>(space.ids.size()), {std::move(names), {"x", "y", "cosine"}});
}

bool whole(const Space& space) {
    return !space.ids.empty() && space.plane.points.size() == space.ids.size() &&
           space.cosines.size() == space.ids.size();
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
    } else if (bottom == Bottom::space && whole(lab.space)) {
        shown = space_table(lab.space, [&](std::int32_t id) { return token_label(id); });
    }
    const std::string name = to_text(bottom);
    shown.stem = "headlight-" + name;
    shown.caption = "Headlight · " + info.name + " · " + std::string(strings()("set.bottom." + name));
    return shown;
}

// With a dot for a leading space, as the panels show tokens.
std::string App::State::token_label(std::int32_t id) const {
    const text::Tokenizer* tokenizer = session == nullptr ? nullptr : session->tokenizer();
    if (tokenizer == nullptr || id < 0 || id >= tokenizer->vocab_size()) return "#" + std::to_string(id);
    const std::string display = tokenizer->display(id);
    return display.starts_with(' ') ? "·" + display.substr(1) : display;
}

std::string App::State::part_label(const interpret::AttributionPart& part) const {
    std::string key = "parts." + std::string(interpret::kPartNames[static_cast<std::size_t>(part.kind)]);
    if (part.kind == interpret::PartKind::changed && part.layer < 0) key += "_embedding";
    return strings()(key, {{"layer", std::to_string(part.layer)}, {"head", std::to_string(part.head)}});
}

Drawing App::State::laboratory_drawing() const {
    const Strings& texts = strings();
    const auto name = [&](std::int32_t id) { return token_label(id); };
    const auto quoted = [&](std::int32_t id) { return "“" + token_label(id) + "”"; };
    std::vector<std::string> columns;
    for (const TokenInfo& token : tokens) columns.push_back(token_label(token.id));
    const Bottom bottom = document.settings.bottom;
    Drawing drawing;
    if (bottom == Bottom::lens && lab.lens != nullptr && lab.lens_revision == pass_revision) {
        const int points = lab.lens->points();
        std::vector<std::string> rows{std::string(texts("lens.embedding"))};
        for (int point = 1; point < points; ++point) {
            const std::string layer = std::to_string((point - 1) / 2);
            rows.push_back(texts(point % 2 == 1 ? "lens.attention" : "lens.mlp", {{"layer", layer}}));
        }
        rows.back() = texts("lens.output");
        drawing = lens_drawing(*lab.lens, rows, columns, name, texts);
        drawing.legend.words = texts("export.legend.lens");
    } else if (bottom == Bottom::parts) {
        const interpret::Attribution& all = attribution();
        std::vector<NamedPart> parts;
        for (const interpret::AttributionPart& part : all.parts) parts.push_back({part_label(part), part.value});
        if (parts.empty()) return drawing;
        const std::string sum = texts("parts.sum", {{"sum", fixed_text(all.difference, 2, texts)}});
        drawing = parts_drawing(
            std::move(parts),
            texts("parts.title", {{"token", quoted(all.token)}, {"rival", quoted(all.rival)}}) + " · " + sum, texts);
        drawing.legend.words = texts("parts.lead");
    } else if (bottom == Bottom::patch && lab.sweep != nullptr) {
        const interpret::Sweep& sweep = lab.sweep->result();
        if (sweep.kind == interpret::SweepKind::head) columns.clear();
        for (int i = static_cast<int>(columns.size()); i < sweep.columns; ++i) columns.push_back(std::to_string(i));
        columns.resize(static_cast<std::size_t>(sweep.columns));
        drawing = sweep_drawing(sweep, columns);
        drawing.legend.words = texts("patch.scale");
    } else if (bottom == Bottom::space && whole(lab.space)) {
        const Space& space = lab.space;
        drawing =
            space_drawing(space, name, texts("space.neighbours", {{"token", token_label(space.selected)}}), texts);
        drawing.legend.words = texts("space.explained", {{"first", percent_text(space.plane.explained[0], texts)},
                                                         {"second", percent_text(space.plane.explained[1], texts)}});
    }
    return drawing;
}

}  // namespace headlight::app
