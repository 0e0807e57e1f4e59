// The state as JSON (JavaScript interface, tests) and as sentences (live region).
#include <nlohmann/json.hpp>

#include "app/app_state.h"
#include "app/enum_names.h"
#include "app/settings_fields.h"
#include "base/json.h"
#include "text/utf8.h"

namespace headlight::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kShownPredictions = 10, kSpokenPredictions = 3;
constexpr int kShownLinks = 5, kSpokenLinks = 3;
constexpr std::size_t kSpokenTokens = 12;

constexpr std::string_view kVerdicts[] = {"none", "pending", "reproduced", "differs"};
constexpr std::string_view kActivities[] = {"empty", "idle", "downloading", "loading", "computing", "generating"};
constexpr std::string_view kCuts[] = {"kept", "top_k", "top_p", "temperature_zero"};
constexpr std::string_view kSeverities[] = {"info", "warning", "error"};
constexpr std::string_view kKinds[] = {"none", "previous", "induction", "first", "duplicate", "self", "next", "last"};
constexpr std::string_view kLearningStates[] = {"random", "trained", "converged", "broken"};

std::string hex_bytes(std::string_view bytes) {
    static constexpr std::string_view kHex = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        out += kHex[static_cast<unsigned char>(c) >> 4];
        out += kHex[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

Json settings_json(const Settings& settings) {
    Json json = Json::object();
    for_each_field([&](const auto& field) {
        using T = typename std::remove_cvref_t<decltype(field)>::Type;
        const std::string key(field.key);
        if constexpr (std::is_enum_v<T>) {
            json[key] = to_text(settings.*field.member);
        } else {
            json[key] = settings.*field.member;
        }
    });
    return json;
}

Json tokens_json(std::span<const TokenInfo> tokens) {
    Json json = Json::array();
    for (const TokenInfo& token : tokens) {
        json.push_back(
            {{"id", token.id}, {"text", token.display}, {"bytes", hex_bytes(token.bytes)}, {"taken", token.taken}});
    }
    return json;
}

// Cells that do not exist, and masked ones, are null.
Json sheet_json(const interpret::Sheet& sheet) {
    Json rows = Json::array();
    for (int row = 0; row < sheet.rows; ++row) {
        Json values = Json::array();
        for (int col = 0; col < sheet.cols; ++col) values.push_back(sheet.at(row, col));
        rows.push_back(std::move(values));
    }
    return {{"id", sheet.id}, {"site", sheet.site}, {"editable", sheet.editable}, {"values", std::move(rows)}};
}

Json tutorial_json(const interpret::Tutorial& tutorial, const Settings& settings) {
    Json json{{"step", settings.step},  {"mode", to_text(settings.mode)}, {"edits", tutorial.edits_text()},
              {"found", Json::array()}, {"learned", tutorial.learned()},  {"sheets", Json::array()}};
    for (int n = 1; n <= kMistakes; ++n) {
        if ((settings.found >> (n - 1) & 1U) != 0) json["found"].push_back(n);
    }
    for (const interpret::Sheet& sheet : tutorial.step(settings.step - 1).sheets) {
        json["sheets"].push_back(sheet_json(sheet));
    }
    return json;
}

Json prediction_json(const Prediction& prediction, const LearningCorpus& corpus) {
    std::vector<std::int32_t> ids;
    for (const PredictedWord& word : prediction.words) ids.push_back(word.word.id);
    if (prediction.ended) ids.pop_back();
    return {{"text", corpus.text(ids)}, {"ended", prediction.ended}, {"right", prediction.right}};
}

Json learning_json(const Learning& learning) {
    const LearningCorpus& corpus = learning.corpus();
    Json json{{"state", name_of(learning.state(), kLearningStates)},
              {"steps", learning.steps()},
              {"loss", learning.loss()},
              {"playing", learning.playing()},
              {"busy", learning.busy()},
              {"hash", learning.hash()},
              {"reproducible", learning.reproducible()},
              {"pairs", Json::array()}};
    const std::vector<Prediction>& predictions = learning.predictions();
    for (std::size_t i = 0; i < corpus.pairs().size(); ++i) {
        const LearningPair& pair = corpus.pairs()[i];
        json["pairs"].push_back({{"prompt", corpus.text(pair.prompt)},
                                 {"continuation", corpus.text(pair.continuation)},
                                 {"says", prediction_json(predictions[i], corpus)}});
    }
    return json;
}

interpret::Attention attention_kind(const App& app) {
    if (app.causal()) return interpret::Attention::causal;
    return app.settings().part == Part::cross ? interpret::Attention::cross : interpret::Attention::bidirectional;
}

}  // namespace

std::string App::state_json() const {
    const State& s = *state_;
    Json json;
    json["revision"] = s.state_revision;
    json["pass_revision"] = s.pass_revision;
    json["ready"] = ready();
    const ImportStage stage = s.library.import.stage;
    const bool brings = stage == ImportStage::inspecting || stage == ImportStage::loading;
    json["busy"] = brings || s.loop_busy() || s.laboratory_wants_work() ||
                   (!s.blocked() && (s.working() || s.learning_busy() || s.pending_steps > 0));
    json["models"] = read_ordered_json(library_json(s.library));
    json["rung"] = to_text(s.rung());
    json["activity"] = name_of(s.progress.activity, kActivities);
    json["fraction"] = s.progress.fraction;
    json["prompt"] = s.field_text;
    json["live"] = live_text();
    json["taken"] = s.document.taken;
    json["dropped"] = dropped_tokens();
    json["rows_computed"] = rows_computed();

    json["tokens"] = tokens_json(tokens());
    if (const Translation* t = translation()) {
        json["source_tokens"] = tokens_json(source_tokens());
        json["translation"] = {
            {"text", t->text}, {"complete", t->complete}, {"ended", t->ended}, {"taken", s.document.target}};
    }
    if (s.rung() == Rung::tutorial && tutorial() != nullptr) json["tutorial"] = tutorial_json(*tutorial(), settings());
    if (s.rung() == Rung::tutorial && learning() != nullptr) json["learning"] = learning_json(*learning());
    if (settings().architecture) json["architecture"] = read_ordered_json(architecture_json());
    if (s.gpt_rung() || s.rung() == Rung::translate) json["laboratory"] = read_ordered_json(laboratory_json());
    json["question"] = nullptr;
    if (s.question.has_value()) json["question"] = {{"key", s.question->key}, {"text", s.question->text}};
    const Distribution& d = distribution();
    json["predictions"] = Json::array();
    for (std::size_t i = 0; i < std::min(kShownPredictions, d.candidates.size()); ++i) {
        const Candidate& c = d.candidates[i];
        json["predictions"].push_back({{"token", c.id},
                                       {"text", token_text(c.id)},
                                       {"p", c.probability},
                                       {"model_p", c.model_probability},
                                       {"kept_p", c.kept_probability},
                                       {"logit", c.logit},
                                       {"cut", c.cut != Cut::kept},
                                       {"cut_by", name_of(c.cut, kCuts)}});
    }
    json["pick"] = d.pick;
    json["kept"] = d.kept;
    json["draw"] = d.draw;

    const Selection selected = selection();
    json["selection"] = {{"layer", selected.layer},  {"head", selected.head},     {"query", selected.query},
                         {"key", selected.key},      {"pinned", selected.pinned}, {"token", selected.query},
                         {"target", selected.target}};
    json["head_title"] = head_title(selected.layer, selected.head);
    json["strongest"] = Json::array();
    if (const interpret::HeadStats* stats = head_stats(selected.layer, selected.head)) {
        json["head_kind"] = name_of(stats->kind, kKinds);
        for (const auto& link : interpret::strongest_links(s.pattern(selected.layer, selected.head), kShownLinks,
                                                           settings().hide_sink, attention_kind(*this))) {
            json["strongest"].push_back({{"from", link.query}, {"to", link.key}, {"weight", link.weight}});
        }
    }
    const interpret::Explanation& cell = explanation();
    if (!cell.empty()) {
        json["cell"] = {
            {"site", cell.site}, {"indices", cell.indices}, {"value", cell.value}, {"recomputed", cell.recomputed}};
    }
    if (const interpret::Explanation& own = matrix_explanation(); !own.empty()) {
        json["matrix_cell"] = {
            {"site", own.site}, {"indices", own.indices}, {"value", own.value}, {"recomputed", own.recomputed}};
    }
    json["playing"] = playing();
    json["can_undo"] = can_undo();
    json["can_redo"] = can_redo();
    json["seed"] = settings().seed;
    json["settings"] = settings_json(settings());
    json["model"] = nullptr;
    if (const ModelInfo* m = model()) {
        json["model"] = {{"name", m->name},
                         {"layers", m->layers},
                         {"heads", m->heads},
                         {"width", m->width},
                         {"context", m->context},
                         {"vocab", m->vocabulary},
                         {"parameters", m->parameters},
                         {"has_text", m->has_text},
                         {"encoder_decoder", m->encoder_decoder}};
    }
    json["hash"] = checksum();
    json["link"] = link();
    json["verdict"] = name_of(s.verdict, kVerdicts);
    json["notices"] = Json::array();
    json["notice_list"] = Json::array();
    for (const Notice& notice : s.notices) {
        json["notices"].push_back(notice.text);
        json["notice_list"].push_back({{"id", notice.id},
                                       {"severity", name_of(notice.severity, kSeverities)},
                                       {"key", notice.key},
                                       {"text", notice.text}});
    }
    json["samples"] = Json::array();
    for (const Sample& sample : samples()) json["samples"].push_back(sample.id);
    json["language"] = language() == Language::tr ? "tr" : "en";
    json["theme"] = dark() ? "dark" : "light";
    return write_json(json);
}

namespace {

// A token as it is read out: without its leading space, in quotes.
std::string spoken(std::string_view display, const Strings& strings) {
    std::string text(display);
    while (!text.empty() && text.front() == ' ') text.erase(text.begin());
    if (text.empty() || text == "\n") text = strings("live.space");
    return "“" + text + "”";
}

void append_item(std::string& list, const std::string& item) {
    if (!list.empty()) list += ", ";
    list += item;
}

}  // namespace

std::string App::State::spoken_tokens(const std::vector<TokenInfo>& all) const {
    std::string list;
    const std::size_t first = all.size() > kSpokenTokens ? all.size() - kSpokenTokens : 0;
    if (first > 0) list = "…";
    for (std::size_t i = first; i < all.size(); ++i) append_item(list, spoken(all[i].display, strings()));
    return list;
}

std::string App::State::spoken_links(const interpret::Matrix& pattern, interpret::Attention kind) const {
    std::string links;
    for (const auto& link :
         interpret::strongest_links(pattern, kSpokenLinks, kind != interpret::Attention::cross, kind)) {
        const auto& query = query_tokens()[static_cast<std::size_t>(link.query)].display;
        const auto& key = key_tokens()[static_cast<std::size_t>(link.key)].display;
        append_item(links, strings()("live.link_item",
                                     {{"query", spoken(query, strings())},
                                      {"key", spoken(key, strings())},
                                      {"percent", percent_text(static_cast<double>(link.weight), strings())}}));
    }
    return links;
}

// The step, its mode, and what the learned model says.
std::string App::State::spoken_tutorial() const {
    const Settings& s = document.settings;
    const interpret::TutorialStep& step = tutorial->step(s.step - 1);
    std::string text = strings()("live.step", {{"number", std::to_string(step.number)},
                                               {"title", strings()(step.title)},
                                               {"mode", strings()("set.mode." + to_text(s.mode))}});
    if (learning->steps() == 0 || learning->playing()) return text;
    const std::vector<Prediction>& predictions = learning->predictions();
    const LearningCorpus& corpus = learning->corpus();
    const std::size_t right = static_cast<std::size_t>(std::ranges::count(predictions, true, &Prediction::right));
    return text + ' ' +
           strings()("live.learned", {{"count", std::to_string(learning->steps())},
                                      {"right", std::to_string(right)},
                                      {"all", std::to_string(corpus.pairs().size())}});
}

namespace {

// What the run expects that the shown one is compared with, and how far both are ahead in the odds; "" without one.
// Probabilities are those of temperature 1.
std::string spoken_pair(const App& app) {
    const Laboratory& lab = app.laboratory();
    if (lab.pair == Pair::none || app.distribution().empty()) return "";
    const Strings& strings = app.strings();
    const auto percent = [&](float p) { return percent_text(static_cast<double>(p), strings); };
    std::string list;
    for (const std::int32_t id : most_likely(lab.baseline, kSpokenPredictions)) {
        const auto now = std::ranges::find(app.distribution().candidates, id, &Candidate::id);
        if (now == app.distribution().candidates.end()) continue;
        append_item(list, strings("live.pair_item", {{"token", spoken(app.token_text(id), strings)},
                                                     {"percent", percent(lab.baseline[static_cast<std::size_t>(id)])},
                                                     {"now", percent(now->model_probability)}}));
    }
    const bool prompts = lab.pair == Pair::prompts;
    std::string text = strings(prompts ? "live.other" : "live.without", {{"list", list}});
    if (lab.odds.token < 0) return text + '.';
    const auto odds = [&](float value) { return fixed_text(static_cast<double>(value), 2, strings); };
    return text + "; " +
           strings(prompts ? "out.odds_prompts" : "out.odds_before",
                   {{"token", spoken(app.token_text(lab.odds.token), strings)},
                    {"rival", spoken(app.token_text(lab.odds.rival), strings)},
                    {"now", odds(lab.odds.now)},
                    {"before", odds(lab.odds.baseline)}}) +
           '.';
}

}  // namespace

std::string App::live_text() const {
    const State& s = *state_;
    const Strings& strings = s.strings();
    if (s.document.settings.architecture) return s.spoken_architecture();
    if (s.rung() == Rung::tutorial && s.tutorial.has_value()) return s.spoken_tutorial();
    const std::vector<TokenInfo>& tokens = s.rung_tokens();
    if (s.model() == nullptr || tokens.empty()) return std::string(strings("live.empty"));
    std::string text;
    if (s.rung() == Rung::translate) {
        text = strings("live.translation", {{"source", s.document.settings.source}, {"target", s.translation.text}});
        if (const std::string& without = laboratory().without; !without.empty())
            text += ' ' + strings("changes.without", {{"text", without}});
    } else {
        text = strings("live.tokens", {{"count", count_text(static_cast<std::int64_t>(tokens.size()), strings)},
                                       {"tokens", s.spoken_tokens(tokens)}});
    }

    const Distribution& d = distribution();
    std::string predictions;
    for (std::size_t i = 0; i < std::min(kSpokenPredictions, d.candidates.size()); ++i) {
        const Candidate& c = d.candidates[i];
        append_item(predictions, strings("live.prediction_item",
                                         {{"token", spoken(token_text(c.id), strings)},
                                          {"percent", percent_text(static_cast<double>(c.probability), strings)}}));
    }
    const std::string predicting = spoken(tokens[static_cast<std::size_t>(d.position)].display, strings);
    text += ' ' + strings("live.prediction", {{"token", predicting}, {"list", predictions}});
    if (const std::string second = spoken_pair(*this); !second.empty()) text += ' ' + second;

    const Selection selected = selection();
    const std::string links = s.spoken_links(s.pattern(selected.layer, selected.head), attention_kind(*this));
    const std::string title = head_title(selected.layer, selected.head);
    if (!links.empty()) {
        text += ' ' + strings("live.head", {{"layer", std::to_string(selected.layer)},
                                            {"head", std::to_string(selected.head)},
                                            {"kind", title.empty() ? "" : " (" + title + ")"},
                                            {"list", links}});
    }
    return text;
}

}  // namespace headlight::app
