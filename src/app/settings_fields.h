#pragma once
// The table of settings: link key, member, limits, label and help. Order here is order in a link. Keys are never reused
// for another meaning, and a member's default never changes: old links leave defaults out.

#include <array>
#include <limits>
#include <string_view>
#include <tuple>
#include <type_traits>

#include "app/generation_loop.h"
#include "app/settings.h"

namespace headlight::app {

template <class Enum>
struct EnumNames;
template <>
struct EnumNames<Rung> {
    static constexpr std::array<std::string_view, 4> names{"tutorial", "small", "translate", "own"};
};
template <>
struct EnumNames<View> {
    static constexpr std::array<std::string_view, 2> names{"matrix", "lines"};
};
template <>
struct EnumNames<Values> {
    static constexpr std::array<std::string_view, 2> names{"pattern", "scores"};
};
template <>
struct EnumNames<ColourScale> {
    static constexpr std::array<std::string_view, 2> names{"linear", "log"};
};
template <>
struct EnumNames<Bottom> {
    static constexpr std::array<std::string_view, 7> names{"cell",  "matrix", "closed", "lens",
                                                           "parts", "patch",  "space"};
};
template <>
struct EnumNames<Compare> {
    static constexpr std::array<std::string_view, 4> names{"changed", "baseline", "difference", "other"};
};
template <>
struct EnumNames<SweepKind> {
    static constexpr std::array<std::string_view, 4> names{"residual", "attention", "mlp", "head"};
};
template <>
struct EnumNames<Summary> {
    static constexpr std::array<std::string_view, 4> names{"none", "layer", "all", "rollout"};
};
template <>
struct EnumNames<HeadOrder> {
    static constexpr std::array<std::string_view, 7> names{"place",     "previous", "induction", "first",
                                                           "duplicate", "entropy",  "alike"};
};
template <>
struct EnumNames<Tab> {
    static constexpr std::array<std::string_view, 4> names{"in", "heads", "out", "more"};
};
template <>
struct EnumNames<Language> {
    static constexpr std::array<std::string_view, 3> names{"auto", "en", "tr"};
};
template <>
struct EnumNames<Theme> {
    static constexpr std::array<std::string_view, 3> names{"auto", "dark", "light"};
};
template <>
struct EnumNames<Motion> {
    static constexpr std::array<std::string_view, 3> names{"auto", "reduced", "full"};
};
template <>
struct EnumNames<Part> {
    static constexpr std::array<std::string_view, 3> names{"encoder", "decoder", "cross"};
};
template <>
struct EnumNames<Decoding> {
    static constexpr std::array<std::string_view, 2> names{"greedy", "sample"};
};
template <>
struct EnumNames<TutorialMode> {
    static constexpr std::array<std::string_view, 3> names{"printed", "right", "paper"};
};
template <>
struct EnumNames<Precision> {
    static constexpr std::array<std::string_view, 4> names{"auto", "f32", "f16", "q8"};
};

template <>
struct EnumNames<Exhibit> {
    static constexpr std::array<std::string_view, 2> names{"diagram", "loop"};
};
template <>
struct EnumNames<Stage> {
    static constexpr const auto& names = model::kStageIds;
};

// Who sees a change undone: what goes in and how it is sampled (content), or only how it is looked at (view). Changes
// of view in a row are one step of undo.
enum class Kind : std::uint8_t { content, view };

// lo and hi are limits of numbers; of strings hi is the greatest length in bytes. Labels are "set.<key>" and help texts
// "set.<key>.help" in the language files; values of enums are "set.<key>.<name>".
template <class T>
struct Field {
    std::string_view key;
    T Settings::* member;
    double lo, hi;
    Kind kind;
    bool always = false;  // written to links even when it is the default
    using Type = T;
};

inline constexpr double kMaxPromptBytes = 8000;
inline constexpr double kMaxModelName = 300;  // an address, for models of other hosts
inline constexpr double kMaxSeed = 4294967295.0;
inline constexpr double kMaxIndex = 65535;
inline constexpr double kTutorialSteps = 14;
inline constexpr int kMistakes = 25;
inline constexpr double kMaxFound = (1U << kMistakes) - 1;
inline constexpr double kMaxEditBytes = 6000;
inline constexpr double kMaxCorpusBytes = 8192;
inline constexpr double kMaxLearned = 20000;
inline constexpr double kMaxWeightBytes = 24000;
inline constexpr double kMaxChangeBytes = 8000;
inline constexpr double kMaxTokenId = 1 << 24;

inline constexpr std::tuple kFields{
    Field{"rung", &Settings::rung, 0, 0, Kind::content},
    Field{"model", &Settings::model, 0, kMaxModelName, Kind::content},
    Field{"prompt", &Settings::prompt, 0, kMaxPromptBytes, Kind::content, true},
    Field{"seed", &Settings::seed, 0, kMaxSeed, Kind::content},
    Field{"temperature", &Settings::temperature, 0, 3, Kind::content},
    Field{"topk", &Settings::top_k, 0, 1000, Kind::content},
    Field{"topp", &Settings::top_p, 0, 1, Kind::content},
    Field{"pace", &Settings::pace, 0.5, 120, Kind::view},
    Field{"layer", &Settings::layer, -1, 999, Kind::view},
    Field{"head", &Settings::head, -1, 999, Kind::view},
    Field{"query", &Settings::query, -1, kMaxIndex, Kind::view},
    Field{"key", &Settings::key, -1, kMaxIndex, Kind::view},
    Field{"view", &Settings::view, 0, 0, Kind::view},
    Field{"values", &Settings::values, 0, 0, Kind::view},
    Field{"scale", &Settings::scale, 0, 0, Kind::view},
    Field{"hidesink", &Settings::hide_sink, 0, 1, Kind::view},
    Field{"bottom", &Settings::bottom, 0, 0, Kind::view},
    Field{"site", &Settings::site, 0, 60, Kind::view},
    Field{"row", &Settings::row, -1, kMaxIndex, Kind::view},
    Field{"column", &Settings::column, -1, kMaxIndex, Kind::view},
    Field{"tab", &Settings::tab, 0, 0, Kind::view},
    Field{"lang", &Settings::language, 0, 0, Kind::view},
    Field{"theme", &Settings::theme, 0, 0, Kind::view},
    Field{"motion", &Settings::motion, 0, 0, Kind::view},
    Field{"text", &Settings::text_size, 0.7, 2.5, Kind::view},
    Field{"embed", &Settings::embed, 0, 1, Kind::view},
    Field{"hide", &Settings::hide, 0, 200, Kind::view},
    Field{"translator", &Settings::translator, 0, 100, Kind::content},
    Field{"source", &Settings::source, 0, kMaxPromptBytes, Kind::content},
    Field{"part", &Settings::part, 0, 0, Kind::view},
    Field{"decode", &Settings::decoding, 0, 0, Kind::content},
    Field{"length", &Settings::length, -1, 1023, Kind::content},
    Field{"step", &Settings::step, 1, kTutorialSteps, Kind::view},
    Field{"mode", &Settings::mode, 0, 0, Kind::view},
    Field{"sheet", &Settings::sheet, 0, 60, Kind::view},
    Field{"edits", &Settings::edits, 0, kMaxEditBytes, Kind::content},
    Field{"found", &Settings::found, 0, kMaxFound, Kind::content},
    Field{"corpus", &Settings::corpus, 0, kMaxCorpusBytes, Kind::content},
    Field{"lseed", &Settings::learn_seed, 0, kMaxSeed, Kind::content},
    Field{"learned", &Settings::learned, 0, kMaxLearned, Kind::content},
    Field{"lspeed", &Settings::learn_speed, 0, 1000, Kind::view},
    Field{"weights", &Settings::weights, 0, kMaxWeightBytes, Kind::content},
    Field{"lshare", &Settings::share_weights, 0, 1, Kind::view},
    Field{"lshow", &Settings::show_learned, 0, 1, Kind::view},
    Field{"pair", &Settings::pair, 0, 63, Kind::view},
    Field{"precision", &Settings::precision, 0, 0, Kind::content},
    Field{"hub", &Settings::hub, 0, kMaxModelName, Kind::view},
    Field{"keep", &Settings::keep_models, 0, 1, Kind::view},
    Field{"arch", &Settings::architecture, 0, 1, Kind::view},
    Field{"exhibit", &Settings::exhibit, 0, 0, Kind::view},
    Field{"alayers", &Settings::arch_layers, 1, 1000, Kind::view},
    Field{"aheads", &Settings::arch_heads, 1, 1024, Kind::view},
    Field{"awidth", &Settings::arch_width, 1, 65536, Kind::view},
    Field{"acontext", &Settings::arch_context, 1, 1 << 20, Kind::view},
    Field{"avocab", &Settings::arch_vocabulary, 1, 2'000'000, Kind::view},
    Field{"amlp", &Settings::arch_mlp, 0, 1 << 20, Kind::view},
    Field{"abias", &Settings::arch_qkv_bias, 0, 1, Kind::view},
    Field{"atied", &Settings::arch_tied, 0, 1, Kind::view},
    Field{"atokens", &Settings::arch_tokens, 1, 1 << 20, Kind::view},
    Field{"stage", &Settings::stage, 0, 0, Kind::view},
    Field{"loop", &Settings::loop, 0, kLoopEnd, Kind::view},
    Field{"acrop", &Settings::loop_context, 0, 1 << 20, Kind::view},
    Field{"do", &Settings::changes, 0, kMaxChangeBytes, Kind::content},
    Field{"other", &Settings::other, 0, kMaxPromptBytes, Kind::content},
    Field{"token", &Settings::token, -1, kMaxTokenId, Kind::content},
    Field{"rival", &Settings::rival, -1, kMaxTokenId, Kind::content},
    Field{"compare", &Settings::compare, 0, 0, Kind::view},
    Field{"sweep", &Settings::sweep, 0, 0, Kind::view},
    Field{"order", &Settings::order, 0, 0, Kind::view},
    Field{"summary", &Settings::summary, 0, 0, Kind::view},
    Field{"surprise", &Settings::surprise, 0, 1, Kind::view},
    Field{"sample", &Settings::sample_scores, 0, 1, Kind::view},
    Field{"ab", &Settings::side_by_side, 0, 1, Kind::view},
    Field{"tdo", &Settings::translator_changes, 0, kMaxChangeBytes, Kind::content},
};

// fn(field) for every row, in order.
template <class Fn>
constexpr void for_each_field(Fn&& fn) {
    std::apply([&](const auto&... field) { (fn(field), ...); }, kFields);
}

namespace detail {
// Size of a struct of the members in table order: equal to sizeof(Settings) as long as no member lacks a row (the
// members stand in the same order in both).
constexpr std::size_t table_size() {
    std::size_t size = 0, alignment = 1;
    for_each_field([&](const auto& field) {
        using T = typename std::remove_cvref_t<decltype(field)>::Type;
        size = (size + alignof(T) - 1) / alignof(T) * alignof(T) + sizeof(T);
        alignment = alignof(T) > alignment ? alignof(T) : alignment;
    });
    return (size + alignment - 1) / alignment * alignment;
}
}  // namespace detail
static_assert(sizeof(Settings) == detail::table_size(), "a member of Settings has no row in kFields");

}  // namespace headlight::app
