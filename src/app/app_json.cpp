// The state as JSON (JavaScript interface, tests) and as sentences (live region).
#include <nlohmann/json.hpp>

#include "app/app_state.h"
#include "app/settings_fields.h"
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
constexpr std::string_view kKinds[] = {"none", "previous", "induction", "first", "duplicate", "self"};

template <class Enum, std::size_t N>
std::string name_of(Enum value, const std::string_view (&names)[N]) {
    return std::string(names[static_cast<std::size_t>(value)]);
}

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

}  // namespace

std::string App::state_json() const {
    const State& s = *state_;
    Json json;
    json["revision"] = s.state_revision;
    json["pass_revision"] = s.pass_revision;
    json["ready"] = s.ready();
    json["busy"] = s.session != nullptr && (s.session->busy() || s.pending_steps > 0);
    json["activity"] = name_of(s.progress.activity, kActivities);
    json["fraction"] = s.progress.fraction;
    json["prompt"] = s.field_text;
    json["live"] = live_text();
    json["taken"] = s.document.taken;
    json["dropped"] = dropped_tokens();
    json["rows_computed"] = rows_computed();

    json["tokens"] = Json::array();
    for (const TokenInfo& token : s.tokens) {
        json["tokens"].push_back(
            {{"id", token.id}, {"text", token.display}, {"bytes", hex_bytes(token.bytes)}, {"taken", token.taken}});
    }
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
    json["selection"] = {{"layer", selected.layer}, {"head", selected.head},     {"query", selected.query},
                         {"key", selected.key},     {"pinned", selected.pinned}, {"token", selected.query}};
    json["head_title"] = head_title(selected.layer, selected.head);
    json["strongest"] = Json::array();
    if (const interpret::HeadStats* stats = head_stats(selected.layer, selected.head)) {
        json["head_kind"] = name_of(stats->kind, kKinds);
        for (const auto& link : interpret::strongest_links(attention(selected.layer, selected.head, Values::pattern),
                                                           kShownLinks, settings().hide_sink)) {
            json["strongest"].push_back({{"from", link.query}, {"to", link.key}, {"weight", link.weight}});
        }
    }
    const interpret::Explanation& cell = explanation();
    if (!cell.empty()) {
        json["cell"] = {
            {"site", cell.site}, {"indices", cell.indices}, {"value", cell.value}, {"recomputed", cell.recomputed}};
    }
    json["playing"] = s.playing;
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
                         {"has_text", m->has_text}};
    }
    json["hash"] = s.checksum;
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
    for (const Sample& sample : s.samples) json["samples"].push_back(sample.id);
    json["language"] = language() == Language::tr ? "tr" : "en";
    json["theme"] = dark() ? "dark" : "light";
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
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

std::string App::live_text() const {
    const State& s = *state_;
    const Strings& strings = s.strings();
    if (s.session == nullptr || s.tokens.empty()) return std::string(strings("live.empty"));
    const auto token_at = [&](int position) {
        return spoken(s.tokens[static_cast<std::size_t>(position)].display, strings);
    };

    std::string tokens;
    const std::size_t first = s.tokens.size() > kSpokenTokens ? s.tokens.size() - kSpokenTokens : 0;
    if (first > 0) tokens = "…";
    for (std::size_t i = first; i < s.tokens.size(); ++i) append_item(tokens, spoken(s.tokens[i].display, strings));
    std::string text =
        strings("live.tokens",
                {{"count", count_text(static_cast<std::int64_t>(s.tokens.size()), strings)}, {"tokens", tokens}});

    const Distribution& d = distribution();
    std::string predictions;
    for (std::size_t i = 0; i < std::min(kSpokenPredictions, d.candidates.size()); ++i) {
        const Candidate& c = d.candidates[i];
        append_item(predictions, strings("live.prediction_item",
                                         {{"token", spoken(token_text(c.id), strings)},
                                          {"percent", percent_text(static_cast<double>(c.probability), strings)}}));
    }
    text += ' ' + strings("live.prediction", {{"token", token_at(d.position)}, {"list", predictions}});

    const Selection selected = selection();
    std::string links;
    for (const auto& link :
         interpret::strongest_links(attention(selected.layer, selected.head, Values::pattern), kSpokenLinks, true)) {
        append_item(links,
                    strings("live.link_item", {{"query", token_at(link.query)},
                                               {"key", token_at(link.key)},
                                               {"percent", percent_text(static_cast<double>(link.weight), strings)}}));
    }
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
