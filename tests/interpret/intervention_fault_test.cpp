#include "interpret/intervention_fault.h"

#include <gtest/gtest.h>

#include <set>

#include "interpret/intervention.h"

namespace headlight::interpret {
namespace {

TEST(InterventionFault, IsToldInEnglishWithItsValues) {
    EXPECT_EQ(in_english({"layer", "", {{"index", "9"}, {"last", "3"}}}),
              "layer 9 is not there: the model has layers 0 to 3");
    EXPECT_EQ(in_english({"count", "copied head", {{"text", "{what}"}}}),
              "copied head \"{what}\" is no whole number from 0")
        << "what a person wrote is no hole";
}

TEST(InterventionFault, KindsAndWordsStandOnceEach) {
    std::set<std::string_view> keys, words;
    for (const FaultText& each : fault_texts()) EXPECT_TRUE(keys.insert(each.key).second) << each.key;
    for (const std::string_view word : fault_words()) EXPECT_TRUE(words.insert(word).second) << word;
}

// Whatever cannot be read has values for all holes of its text.
TEST(InterventionFault, LeavesNoHoleOpen) {
    const std::pair<ModelKind, std::string_view> lists[] = {
        {ModelKind::gpt,
         ";nothing;off:x.1;off:1.x;off:1.nx;off:1;off:1.resid;scale:1.1@x;scale:1.1;scale:1.mlp@1;off:1.1@2;patch:1.n3@"
         "1;"
         "patch:1.1@x;swap:x@1;swap:1@x;paint:1.1@x;paint:1.1@x-1-1;paint:1.1@1-x-1;paint:1.1@1-1-x;paint:1.1@1-2-1;"
         "paint:1.1@copy2.1;paint:1.1@copyx.1;paint:1.1@copy1.x;raw:1.1@first;off:enc1.1"},
        {ModelKind::encoder_decoder, ";nothing;off:1.1;off:enc.1;swap:1@1;off:cross1.mlp;paint:cross1.1@self"}};
    std::set<std::string_view> met;
    const auto look = [&](const InterventionList& list) {
        for (const BadIntervention& bad : list.bad) {
            met.insert(bad.fault.key);
            EXPECT_EQ(bad.reason().find('{'), std::string::npos) << bad.item << ": " << bad.reason();
        }
    };
    for (const auto& [kind, text] : lists) {
        const InterventionList list = parse_interventions(text, kind);
        EXPECT_TRUE(list.good.empty()) << to_text(list.good);
        look(list);
    }
    std::string many, none, cells = "paint:1.1@300-0-1";
    for (int i = 0; i < 66; ++i) many += "off:0.0;", none += "x;";
    for (int i = 0; i < 257; ++i) cells += "_300-" + std::to_string(i) + "-1";
    look(parse_interventions(many + "off:0.0"));
    look(parse_interventions(many.substr(0, 64 * 8) + "off:0.0"));
    look(parse_interventions(none + "x"));
    look(parse_interventions(cells));
    const model::GptConfig gpt{.vocab = 5, .context = 4, .d_model = 4, .layers = 2, .heads = 2, .d_mlp = 8};
    const auto fits = [&](std::string_view text, int positions = 4) {
        look(fitting(parse_interventions(text).good, gpt, positions));
    };
    fits("off:9.0;off:0.9;off:0.n9;swap:1@9;drop:9;paint:1.1@9-1-1;paint:1.1@copy1.9");
    fits("drop:0", 0);
    const auto pair = parse_interventions("off:enc0.0", ModelKind::encoder_decoder).good;
    look(fitting(pair, gpt, 4));
    look(fitting(parse_interventions("off:0.0").good, model::EncoderDecoderConfig{}, 1, 1));
    for (const FaultText& each : fault_texts()) EXPECT_TRUE(met.contains(each.key)) << each.key << " was not met";
}

}  // namespace
}  // namespace headlight::interpret
