// What the JavaScript interface and the tests read of the laboratory.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "app/app.h"
#include "base/json.h"

namespace headlight::app {
namespace {

using Json = nlohmann::ordered_json;

Json lens_json(const interpret::LogitLens& lens) {
    Json rows = Json::array();
    for (int point = 0; point < lens.points(); ++point) {
        Json row = Json::array();
        for (int position = 0; position < lens.positions(); ++position) {
            const interpret::LensCell& cell = lens.cell(point, position);
            if (!cell.ready) {
                row.push_back(nullptr);
                continue;
            }
            row.push_back({{"id", cell.top[0].id}, {"p", cell.top[0].probability}, {"rank", cell.next_rank}});
        }
        rows.push_back(std::move(row));
    }
    return {{"made", lens.made()}, {"size", lens.size()}, {"cells", std::move(rows)}};
}

Json parts_json(const interpret::Attribution& attribution) {
    Json parts = Json::array();
    for (const interpret::AttributionPart& part : attribution.parts) {
        parts.push_back({{"kind", interpret::kPartNames[static_cast<std::size_t>(part.kind)]},
                         {"layer", part.layer},
                         {"head", part.head},
                         {"value", part.value}});
    }
    return {{"difference", attribution.difference}, {"parts", std::move(parts)}};
}

// What the other of two runs that are told together expects, with the probability in the shown one, at temperature 1.
Json second_json(const App& app) {
    constexpr int kTold = 5;
    const Laboratory& lab = app.laboratory();
    Json json = Json::array();
    for (const std::int32_t id : most_likely(lab.baseline, kTold)) {
        const auto now = std::ranges::find(app.distribution().candidates, id, &Candidate::id);
        if (now == app.distribution().candidates.end()) continue;
        json.push_back({{"token", id},
                        {"text", app.token_text(id)},
                        {"p", lab.baseline[static_cast<std::size_t>(id)]},
                        {"now", now->model_probability}});
    }
    return json;
}

}  // namespace

// Lens, parts and sweep only while they are shown: they cost work.
std::string App::laboratory_json() const {
    const Laboratory& lab = laboratory();
    Json json;
    json["changed"] = lab.changed;
    json["changes"] = Json::array();
    for (const ChangeInfo& change : lab.changes) {
        json["changes"].push_back({{"text", change.text}, {"label", change.label}, {"reason", change.reason}});
    }
    json["without"] = lab.without;
    json["other"] = {{"ids", lab.other_ids}, {"why", lab.other_why}};
    constexpr std::string_view kPairs[] = {"none", "changes", "prompts"};
    json["pair"] = {{"runs", kPairs[static_cast<std::size_t>(lab.pair)]},
                    {"beside", settings().side_by_side && lab.pair != Pair::none},
                    {"difference", shows_difference()},
                    {"why", lab.pair_why}};
    json["second"] = second_json(*this);
    json["odds"] = {
        {"token", lab.odds.token}, {"rival", lab.odds.rival}, {"now", lab.odds.now}, {"baseline", lab.odds.baseline}};
    const Bottom shown = settings().bottom;
    if (shown == Bottom::lens && lens() != nullptr) json["lens"] = lens_json(*lens());
    if (shown == Bottom::parts && ready()) json["parts"] = parts_json(attribution());
    if (shown == Bottom::space) {
        std::vector<std::int32_t> found;
        for (const interpret::Neighbour& each : space().found) found.push_back(each.id);
        json["search"] = {{"text", space().wanted}, {"found", found}, {"matches", space().matches}};
    }
    json["sweeping"] = sweeping();
    if (const interpret::Sweep* s = shown == Bottom::patch ? sweep() : nullptr) {
        json["sweep"] = {{"rows", s->rows},         {"columns", s->columns},  {"done", s->done},
                         {"restored", s->restored}, {"clean", s->clean_odds}, {"corrupt", s->corrupt_odds},
                         {"token", s->token},       {"rival", s->rival}};
    }
    if (const auto bits = surprise(); !bits.empty()) json["surprise"] = std::vector<float>(bits.begin(), bits.end());
    return write_json(json);
}

}  // namespace headlight::app
