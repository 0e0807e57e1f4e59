// The architecture exhibit as JSON and as a sentence.
#include <nlohmann/json.hpp>

#include "app/app_state.h"
#include "base/json.h"

namespace headlight::app {
namespace {

using Json = nlohmann::ordered_json;

Json sizes_json(const model::GptConfig& c) {
    return {{"layers", c.layers}, {"heads", c.heads}, {"width", c.d_model},     {"context", c.context},
            {"vocab", c.vocab},   {"mlp", c.d_mlp},   {"qkv_bias", c.qkv_bias}, {"tied", c.tied_head}};
}

Json flops_json(const model::Flops& f) {
    return {{"matrices", f.matrices}, {"attention", f.attention}, {"head", f.head}, {"total", f.total()}};
}

Json parameters_json(const model::ParamSummary& s) {
    Json parts = Json::array();
    for (const auto* groups : {&s.embeddings, &s.one_block, &s.final}) {
        for (const model::ParamGroup& group : *groups)
            parts.push_back({{"part", group.label}, {"formula", group.formula}, {"count", group.count}});
    }
    return {{"parts", std::move(parts)}, {"attention", s.attention}, {"feed_forward", s.feed_forward},
            {"norms", s.norms},          {"block", s.block},         {"blocks", s.blocks},
            {"total", s.total}};
}

Json stages_json(const Architecture& shown) {
    Json all = Json::object();
    for (const model::StageInfo& info : model::stages(shown.config, shown.positions)) {
        if (info.stage == Stage::none) continue;
        all[std::string(info.id)] = {{"shape", info.shape}, {"parameters", info.parameters}, {"flops", info.flops}};
    }
    return all;
}

Json step_json(const App& app, const LoopStep& step) {
    Json top = Json::array();
    for (const model::Candidate& c : step.top) {
        top.push_back({{"id", c.id}, {"text", app.loop_token(c.id)}, {"logit", c.logit}, {"p", c.model_probability}});
    }
    return {{"length", step.length}, {"first", step.first}, {"top", std::move(top)}, {"next", step.next}};
}

Json loop_json(const App& app) {
    const std::optional<LoopView> view = app.loop();
    if (!view.has_value()) return nullptr;
    Json json{{"model", view->model},      {"seed_ids", view->seed_ids}, {"context_size", view->loop.context_size()},
              {"done", view->loop.done()}, {"playing", view->playing},   {"turn", view->turn},
              {"lines", view->lines},      {"shown", view->shown},       {"ids", view->loop.ids()},
              {"steps", Json::array()}};
    for (const LoopStep& step : view->loop.steps()) json["steps"].push_back(step_json(app, step));
    return json;
}

}  // namespace

std::string App::architecture_json() const {
    const Architecture shown = architecture();
    const model::GptConfig& c = shown.config;
    const model::WeightBytes bytes = model::weight_bytes(c);
    Json json{{"open", settings().architecture},
              {"config", sizes_json(c)},
              {"draft", sizes_json(shown.draft)},
              {"problem", shown.problem},
              {"presets", Json::array()},
              {"parameters", parameters_json(model::summarise(c))},
              {"bytes", {{"f32", bytes.f32}, {"f16", bytes.f16}, {"q8", bytes.q8}}},
              {"cache_bytes", model::cache_bytes(c, c.context)},
              {"decode", flops_json(model::decode_flops(c, shown.positions))},
              {"decode_full", flops_json(model::decode_flops(c, c.context))},
              {"prefill", flops_json(model::prefill_flops(c, shown.positions))},
              {"positions", shown.positions},
              {"stages", stages_json(shown)},
              {"loop", loop_json(*this)}};
    for (const ArchitecturePreset& preset : architecture_presets())
        json["presets"].push_back({{"id", preset.id}, {"name", preset.name}, {"on", preset.on}});
    return write_json(json);
}

// What a screen reader hears: the configuration with its size, or the turn of the loop.
std::string App::State::spoken_architecture() const {
    const Strings& words = strings();
    if (in_loop()) {
        const std::optional<LoopView> view = loop_view();
        if (!view.has_value()) return std::string(words("architecture.loop.none"));
        std::string text;
        for (int i = 0; i < view->shown; ++i) text += loop_token(view->loop.ids()[static_cast<std::size_t>(i)]);
        return words("architecture.live.loop", {{"turn", std::to_string(view->turn + 1)}, {"text", text}});
    }
    const Architecture shown = architecture();
    if (!shown.problem.empty()) return shown.problem;
    const model::GptConfig& c = shown.config;
    return words("architecture.live", {{"layers", count_text(c.layers, words)},
                                       {"heads", count_text(c.heads, words)},
                                       {"width", count_text(c.d_model, words)},
                                       {"parameters", count_text(model::summarise(c).total, words)}});
}

}  // namespace headlight::app
