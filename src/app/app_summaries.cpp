// Summaries of many heads, and the plane of embeddings.
#include <algorithm>
#include <cmath>

#include "app/app_state.h"
#include "interpret/attention_summary.h"
#include "text/token_search.h"

namespace headlight::app {
namespace {

constexpr int kNeighbours = 12, kFound = 24;
constexpr int kNeighbourRows = 4096;     // of the vocabulary, in one slice
constexpr std::size_t kMostOfText = 64;  // of its tokens, the last ones

std::vector<float> cosines(const model::Gpt& gpt, std::int32_t to, std::span<const std::int32_t> ids) {
    const auto width = static_cast<std::size_t>(gpt.config().d_model);
    std::vector<float> a(width), b(width), out;
    const auto product = [&](const std::vector<float>& x, const std::vector<float>& y) {
        double sum = 0;
        for (std::size_t i = 0; i < width; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(y[i]);
        return sum;
    };
    gpt.embedding(to, a.data());
    for (const std::int32_t id : ids) {
        gpt.embedding(id, b.data());
        const double lengths = std::sqrt(product(a, a)) * std::sqrt(product(b, b));
        const double cosine = product(a, b) / lengths;
        out.push_back(std::isfinite(cosine) ? static_cast<float>(cosine) : 0.0F);
    }
    return out;
}

// Of the tokens that were found, to the one that is looked at.
void note_cosines(const model::Gpt& gpt, Space& space) {
    if (space.selected < 0) return;
    std::vector<std::int32_t> ids;
    for (const interpret::Neighbour& each : space.found) ids.push_back(each.id);
    const std::vector<float> to_selected = cosines(gpt, space.selected, ids);
    for (std::size_t i = 0; i < ids.size(); ++i) space.found[i].cosine = to_selected[i];
}

}  // namespace

// What the plane is made of: the text and the token that is looked at.
std::string App::State::wanted_space() const {
    const Selection selected = selection();
    return selected.target < 0 ? "" : std::to_string(pass_revision) + ' ' + std::to_string(selected.target);
}

void App::State::advance_space() {
    const Selection selected = selection();
    Space& space = lab.space;
    const std::string key = wanted_space();
    const std::int32_t id = tokens[static_cast<std::size_t>(selected.target)].id;
    // What was there stays until all that is new has come.
    if (lab.near == nullptr || lab.near_id != id) {
        lab.near = std::make_unique<interpret::Neighbours>(session->gpt(), id, kNeighbours);
        lab.near_id = id;
    }
    if (!lab.near->done() && !lab.near->advance(kNeighbourRows)) return;
    space.selected = id;
    space.neighbours = lab.near->result();
    space.ids.clear();
    const auto add = [&](std::int32_t token) {
        if (std::ranges::find(space.ids, token) == space.ids.end()) space.ids.push_back(token);
    };
    for (std::size_t i = tokens.size() - std::min(tokens.size(), kMostOfText); i < tokens.size(); ++i)
        add(tokens[i].id);
    add(id);
    space.of_text = space.ids.size();
    for (const interpret::Neighbour& each : space.neighbours) add(each.id);
    space.cosines = cosines(session->gpt(), id, space.ids);
    note_cosines(session->gpt(), space);
    space.plane = interpret::embedding_plane(session->gpt(), space.ids);
    lab.space_key = key;
}

void App::State::find_tokens(const std::string& typed) {
    if (!gpt_rung() || session == nullptr || session->tokenizer() == nullptr) return;
    Space& space = lab.space;
    space.wanted = typed;
    const bool entered = std::erase_if(space.wanted, [](char c) { return c == '\n' || c == '\r'; }) > 0;
    const text::TokenMatches matches = text::find_tokens(*session->tokenizer(), space.wanted, kFound);
    space.matches = matches.count;
    space.found.clear();
    for (const std::int32_t id : matches.best) {
        if (id < session->gpt().config().vocab) space.found.push_back({id, 0});
    }
    note_cosines(session->gpt(), space);
    const int position = selection().target;
    if (!entered || space.found.empty() || position < 0) return;
    interpret::Intervention change;
    change.change = interpret::Change::swap;
    change.target = interpret::Target::position;
    change.position = position;
    change.token = space.found.front().id;
    add_change(interpret::to_text(change));
}

interpret::Matrix App::State::summary() const {
    return summary(document.settings.compare == Compare::baseline ? Run::baseline : Run::changed);
}

interpret::Matrix App::State::summary(Run run) const {
    const Summary wanted = document.settings.summary;
    const Selection selected = selection();
    const RunRows of = rows_of(run);
    if (of.trace == nullptr || wanted == Summary::none || selected.layer < 0) return {};
    const int layer = wanted == Summary::layer ? selected.layer : interpret::kAllLayers, n = of.rows;
    std::string key =
        std::to_string(pass_revision) + ' ' + std::to_string(static_cast<int>(wanted)) + ' ' + std::to_string(layer);
    LaboratoryState::SummaryOf& kept = lab.summaries[static_cast<std::size_t>(run)];
    if (key != kept.key) {
        kept.key = std::move(key);
        kept.values = wanted == Summary::rollout ? interpret::attention_rollout(compute, *of.trace, n)
                                                 : interpret::head_average(*of.trace, layer, n);
    }
    return {kept.values.data(), n, n, n, 1};
}

const Space& App::space() const {
    return state_->lab.space;
}
interpret::Matrix App::summary() const {
    return state_->summary();
}

}  // namespace headlight::app
