#include "interpret/tutorial.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "base/json.h"
#include "interpret/tutorial_fixture.h"

namespace headlight::interpret {
namespace {

using nlohmann::json;

class TutorialTest : public TutorialFixture {
  protected:
    static json golden() { return read_json(read_text(std::string(HEADLIGHT_GOLDEN_DIR) + "/tutorial_chains.json")); }
    void expect_chain(const json& chain) {
        ASSERT_TRUE(chain.is_object());
        for (const auto& [id, rows] : chain.items()) {
            const Sheet& s = sheet(id);
            ASSERT_EQ(s.rows, static_cast<int>(rows.size())) << id;
            for (int row = 0; row < s.rows; ++row) {
                const json& right = rows[static_cast<std::size_t>(row)];
                ASSERT_EQ(s.cols, static_cast<int>(right.size())) << id;
                for (int col = 0; col < s.cols; ++col) {
                    EXPECT_NEAR(s.at(row, col), right[static_cast<std::size_t>(col)].get<double>(), 1e-5)
                        << id << "[" << row << ", " << col << "]";
                }
            }
        }
    }
};

TEST_F(TutorialTest, RightArithmeticOnThePrintedInputsIsChainB) {
    tutorial().set_mode(TutorialMode::arithmetic);
    expect_chain(golden()["B"]);
}

TEST_F(TutorialTest, WhatThePaperSaysIsChainC) {
    tutorial().set_mode(TutorialMode::paper);
    expect_chain(golden()["C"]);
}

TEST_F(TutorialTest, TheAttentionExampleHasTheSeedsNumbers) {
    const json example = golden()["example"];
    json renamed;
    for (const auto& [id, rows] : example.items()) renamed["example_" + id] = rows;
    for (const TutorialMode mode : {TutorialMode::printed, TutorialMode::arithmetic, TutorialMode::paper}) {
        tutorial().set_mode(mode);
        expect_chain(renamed);
    }
    // The first row, as the seed adds it up: three parts.
    const Sheet& parts = sheet("example_parts");
    for (int col = 0; col < 3; ++col) {
        EXPECT_NEAR(parts.at(0, col) + parts.at(1, col) + parts.at(2, col), sheet("example_sum").at(0, col), 1e-6);
        EXPECT_EQ(sheet("example_sum").at(0, col), sheet("example_z").at(0, col));
    }
}

TEST_F(TutorialTest, EightRealHeadsJoinTo512AndAreNormalised) {
    const Sheet& joined = sheet("mha_concat");
    ASSERT_EQ(joined.rows, 3);
    ASSERT_EQ(joined.cols, 512);
    for (int head = 0; head < 8; ++head) {
        const Sheet& z = sheet("mha_z" + std::to_string(head + 1));
        ASSERT_EQ(z.cols, 64);
        for (int row = 0; row < 3; ++row) {
            for (int col = 0; col < 64; ++col) EXPECT_EQ(joined.at(row, head * 64 + col), z.at(row, col));
        }
    }
    // Every head attends in its own way, and every choice of a head shows that head's pattern.
    std::set<float> seen;
    for (int head = 0; head < 8; ++head) {
        tutorial().set_head(head);
        const Sheet& pattern = sheet("mha_pattern");
        seen.insert(pattern.at(0, 0));
        EXPECT_NEAR(pattern.at(0, 0) + pattern.at(0, 1) + pattern.at(0, 2), 1, 1e-6);
        EXPECT_EQ(sheet("mha_z" + std::to_string(head + 1)).rule, SheetRule::linear);
    }
    EXPECT_EQ(seen.size(), 8U);
    const Sheet& norm = sheet("mha_norm");
    for (int row = 0; row < 3; ++row) {
        double sum = 0, squares = 0;
        for (int col = 0; col < 512; ++col) sum += norm.at(row, col), squares += norm.at(row, col) * norm.at(row, col);
        EXPECT_NEAR(sum / 512, 0, 1e-5);
        EXPECT_NEAR(squares / 512, 1, 1e-3);
    }
    ASSERT_TRUE(tutorial().edit("mha_gamma", 0, 5, 3).has_value());
    ASSERT_TRUE(tutorial().edit("mha_beta", 0, 5, 0.5F).has_value());
    const Explanation e = tutorial().explain("mha_norm", 1, 5);
    EXPECT_NEAR(e.value, e.recomputed, 1e-5);
    EXPECT_NE(e.value, 0);
}

TEST_F(TutorialTest, ThePrintedChainShowsExactlyTheTables) {
    ASSERT_EQ(tutorial().mode(), TutorialMode::printed);
    std::set<std::string> shown;
    for_sheets(Tutorial::kExampleStep, [&](const Sheet& s) {
        const auto table = tutorial().data().printed.find(s.id);
        if (table == tutorial().data().printed.end()) return;
        shown.insert(s.id);
        ASSERT_EQ(s.values.size(), table->second.values.size());
        for (std::size_t i = 0; i < s.values.size(); ++i) {
            if (std::isnan(s.values[i])) {
                EXPECT_TRUE(std::isnan(table->second.values[i]));
            } else {
                EXPECT_EQ(s.values[i], table->second.values[i]) << s.id << " " << i;
            }
        }
    });
    for (const auto& [id, table] : tutorial().data().printed) EXPECT_TRUE(shown.contains(id)) << id;
}

TEST_F(TutorialTest, EveryStepHasSheetsInEveryMode) {
    for (const TutorialMode mode : {TutorialMode::printed, TutorialMode::arithmetic, TutorialMode::paper}) {
        tutorial().set_mode(mode);
        std::set<std::string> ids;
        for (int i = 0; i < Tutorial::kSteps; ++i) {
            EXPECT_EQ(tutorial().step(i).number, i + 1);
            EXPECT_FALSE(tutorial().step(i).sheets.empty()) << i << " in mode " << static_cast<int>(mode);
        }
        for_sheets(Tutorial::kSteps, [&](const Sheet& s) {
            EXPECT_TRUE(ids.insert(s.id).second) << s.id << " twice";
            EXPECT_EQ(s.values.size(), static_cast<std::size_t>(s.rows) * static_cast<std::size_t>(s.cols)) << s.id;
            EXPECT_EQ(tutorial().find(s.id), &s);
            if (!s.words.empty()) {
                EXPECT_EQ(s.words.size(), s.values.size()) << s.id;
            }
            if (!s.row_labels.empty()) {
                EXPECT_EQ(static_cast<int>(s.row_labels.size()), s.rows) << s.id;
            }
            if (!s.col_labels.empty()) {
                EXPECT_EQ(static_cast<int>(s.col_labels.size()), s.cols) << s.id;
            }
        });
    }
}

TEST_F(TutorialTest, MaskedCellsAreExactlyZeroAndRowsSumToOne) {
    for (const TutorialMode mode : {TutorialMode::arithmetic, TutorialMode::paper}) {
        tutorial().set_mode(mode);
        for (const std::string prefix : {"toy_", "small_", "dec_"}) {
            const Sheet& free = sheet(prefix + "free");
            const Sheet& pattern = sheet(prefix + "pattern");
            const Sheet& masked = sheet(prefix + "masked");
            bool future = false;
            for (int row = 0; row < pattern.rows; ++row) {
                double with = 0, without = 0;
                for (int col = 0; col < pattern.cols; ++col) {
                    with += static_cast<double>(pattern.at(row, col));
                    without += static_cast<double>(free.at(row, col));
                    if (col <= row) continue;
                    EXPECT_EQ(pattern.at(row, col), 0.0F) << prefix << row << " " << col;
                    EXPECT_EQ(masked.at(row, col), -std::numeric_limits<float>::infinity());
                    future = future || free.at(row, col) > 0.01F;
                }
                EXPECT_NEAR(with, 1, 1e-6);
                EXPECT_NEAR(without, 1, 1e-6);
            }
            EXPECT_TRUE(future) << prefix << ": without a mask the future is seen";
        }
    }
    // Scale sqrt(3) and the mask make the toy's attention the identity: its output is its input.
    const Sheet& z = sheet("toy_z");
    for (int i = 0; i < 9; ++i) EXPECT_NEAR(z.values[static_cast<std::size_t>(i)], i + 1, 1e-6);
}

TEST_F(TutorialTest, EditsOfEveryInputChangeWhatFollows) {
    for (const TutorialMode mode : {TutorialMode::arithmetic, TutorialMode::paper}) {
        tutorial().set_mode(mode);
        std::vector<std::string> inputs;
        for_sheets(Tutorial::kSteps, [&](const Sheet& s) {
            if (s.editable) inputs.push_back(s.id);
        });
        EXPECT_GT(inputs.size(), 30U);
        for (const std::string& id : inputs) {
            tutorial().reset_edits();
            const bool example = id.starts_with("example_") || id.starts_with("mha_");
            if (example && mode == TutorialMode::paper) continue;  // the same in both
            const int steps = example ? Tutorial::kSteps : Tutorial::kExampleStep;
            std::map<std::string, std::vector<float>> before;
            for_sheets(steps, [&](const Sheet& s) { before[s.id] = s.values; });
            const Sheet& s = sheet(id);
            // The last cell of a table of embeddings is the end token, which nothing reads; "you" is read.
            const int row = id == "embed_table" ? 17 : 0;
            const float value = id == "ids" || id == "target" ? 3 : s.at(row, 0) + 0.625F;
            ASSERT_TRUE(tutorial().edit(id, row, 0, value).has_value()) << id;
            EXPECT_EQ(sheet(id).at(row, 0), value) << id;
            EXPECT_TRUE(sheet(id).is_edited(row, 0)) << id;
            int changed = 0;
            for_sheets(steps, [&](const Sheet& now) {
                const std::vector<float>& then = before[now.id];
                for (std::size_t i = 0; i < then.size(); ++i) {
                    if (now.id != id && then[i] != now.values[i] &&
                        !(std::isnan(then[i]) && std::isnan(now.values[i]))) {
                        ++changed;
                        break;
                    }
                }
            });
            EXPECT_GT(changed, 0) << id << " changes nothing";
        }
        tutorial().reset_edits();
    }
}

TEST_F(TutorialTest, AnEditFlowsThroughTheWholeChainAndBack) {
    tutorial().set_mode(TutorialMode::arithmetic);
    const auto snapshot = [&] {
        std::map<std::string, std::vector<float>> all;
        for_sheets(Tutorial::kExampleStep, [&](const Sheet& s) { all[s.id] = s.values; });
        return all;
    };
    const auto before = snapshot();
    ASSERT_TRUE(tutorial().edit("wq", 0, 1, 0.9F).has_value());
    for (const char* id :
         {"q", "scores", "scaled", "pattern", "z", "concat", "attn_out", "residual1", "norm1", "ffn_linear", "ffn_pre",
          "residual2", "encoder_out", "cross_k", "cross_z", "dec_out", "logits", "probabilities"}) {
        EXPECT_NE(sheet(id).values, before.at(id)) << id;
    }
    for (const char* id : {"x", "k", "v", "dec_pattern", "dec_norm1"}) EXPECT_EQ(sheet(id).values, before.at(id)) << id;
    // 0.79 (0.9 - 0.45) more in the column that it feeds.
    EXPECT_NEAR(sheet("q").at(0, 1) - before.at("q")[1], 0.79 * 0.45, 1e-5);
    tutorial().reset_edits();
    EXPECT_EQ(tutorial().edits(), 0);
    const auto after = snapshot();
    for (const auto& [id, values] : before) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!std::isnan(values[i])) {
                EXPECT_EQ(after.at(id)[i], values[i]) << id;
            }
        }
    }
}

TEST_F(TutorialTest, AnEditedEmbeddingIsTheWordsWhereverItStands) {
    tutorial().set_mode(TutorialMode::paper);
    ASSERT_TRUE(tutorial().edit("embedding", 1, 2, 0.5F).has_value());  // "you"
    EXPECT_EQ(sheet("embed_table").at(17, 2), 0.5F);
    EXPECT_EQ(sheet("dec_embedding").at(1, 2), 0.5F);
    EXPECT_EQ(sheet("dec_embedding").at(4, 2), 0.5F);
    EXPECT_TRUE(sheet("dec_embedding").is_edited(4, 2));
    EXPECT_FALSE(sheet("dec_embedding").is_edited(2, 2));
}

TEST_F(TutorialTest, ThePapersPositionsCanBeEditedToo) {
    tutorial().set_mode(TutorialMode::paper);
    const std::vector<float> before = sheet("positions").values;
    ASSERT_TRUE(tutorial().edit("positions", 2, 3, 0.25F).has_value());
    const Sheet& now = sheet("positions");
    for (int i = 0; i < 36; ++i) {
        EXPECT_EQ(now.values[static_cast<std::size_t>(i)], i == 15 ? 0.25F : before[static_cast<std::size_t>(i)]) << i;
    }
}

TEST_F(TutorialTest, APrintedChainStaysAsPrinted) {
    const auto refused = tutorial().edit("wq", 0, 0, 1);
    EXPECT_FALSE(refused.has_value());
    ASSERT_TRUE(tutorial().set_edits_text("wq.0.0:1").has_value());
    EXPECT_EQ(sheet("wq").at(0, 0), 0.52F);
    tutorial().set_mode(TutorialMode::arithmetic);
    EXPECT_EQ(sheet("wq").at(0, 0), 1.0F);
    EXPECT_EQ(sheet("wq").printed[0], 0.52F);
}

TEST_F(TutorialTest, WhatFollowsFromOthersCannotBeEdited) {
    tutorial().set_mode(TutorialMode::paper);
    for (const char* id : {"q", "pattern", "dec_out", "probabilities", "example_z", "nothing"}) {
        EXPECT_FALSE(tutorial().edit(id, 0, 0, 1).has_value()) << id;
    }
    EXPECT_FALSE(tutorial().edit("wq", 6, 0, 1).has_value());
    EXPECT_FALSE(tutorial().edit("wq", 0, -1, 1).has_value());
    EXPECT_FALSE(tutorial().edit("wq", 0, 0, std::numeric_limits<float>::quiet_NaN()).has_value());
    EXPECT_FALSE(tutorial().edit("ids", 0, 0, 3.5F).has_value());
    EXPECT_FALSE(tutorial().edit("ids", 0, 0, 26).has_value());
    EXPECT_EQ(tutorial().edits(), 0);
}

TEST_F(TutorialTest, TheLoopIsTheModelsOwnPredictionWordByWord) {
    tutorial().set_mode(TutorialMode::paper);
    const Sheet loop = sheet("loop");
    ASSERT_GE(loop.rows, 1);
    // Its first word is what the first row, <start>, predicts; then the predicted words are the target.
    EXPECT_EQ(loop.at(0, 0), sheet("predicted").at(0, 0));
    std::vector<float> words{24};
    for (int i = 0; i < std::min(loop.rows, 5); ++i) words.push_back(loop.at(i, 0));
    for (std::size_t i = 1; i < words.size() && i < 6; ++i) {
        ASSERT_TRUE(tutorial().edit("target", 0, static_cast<int>(i), words[i]).has_value());
    }
    for (int i = 0; i < std::min(loop.rows, 6); ++i) {
        EXPECT_EQ(sheet("predicted").at(i, 0), loop.at(i, 0)) << i;
        EXPECT_NEAR(sheet("probabilities").at(i, static_cast<int>(loop.at(i, 0))), loop.at(i, 1), 1e-6);
    }
    for (int i = 0; i + 1 < loop.rows; ++i) EXPECT_NE(loop.at(i, 0), 25.0F) << "it stops at <end>";
}

TEST_F(TutorialTest, TheLoopStopsAtTheEndToken) {
    tutorial().set_mode(TutorialMode::paper);
    EXPECT_NE(sheet("loop").at(0, 0), 25.0F);
    const std::vector<float> first(sheet("dec_out").values.begin(), sheet("dec_out").values.begin() + 6);
    for (int col = 0; col < 6; ++col) {
        ASSERT_TRUE(tutorial().edit("head", 25, col, 50 * first[static_cast<std::size_t>(col)]).has_value());
    }
    ASSERT_EQ(sheet("loop").rows, 1);
    EXPECT_EQ(sheet("loop").at(0, 0), 25.0F);
    EXPECT_EQ(sheet("loop").words[0], "<end>");
}

TEST_F(TutorialTest, EveryTextIsThereInBothLanguages) {
    std::set<std::string> keys;
    for (const TutorialMode mode : {TutorialMode::printed, TutorialMode::arithmetic, TutorialMode::paper}) {
        tutorial().set_mode(mode);
        for (int i = 0; i < Tutorial::kSteps; ++i) {
            keys.insert(tutorial().step(i).title);
            keys.insert(tutorial().step(i).text);
        }
        for_sheets(Tutorial::kSteps, [&](const Sheet& s) {
            for (const std::string& key : {s.title, s.group, s.note}) {
                if (!key.empty()) keys.insert(key);
            }
        });
    }
    for (const char* name : {"bias", "ffn_out"})
        keys.insert("tutorial.sheet." + std::string(name));  // of learned models
    for (const Mistake& mistake : tutorial().mistakes()) keys.insert({mistake.title, mistake.text});
    EXPECT_GT(keys.size(), 170U);
    for (const char* language : {"en", "tr"}) {
        const json texts = read_json(read_text(std::string(HEADLIGHT_ASSETS_DIR) + "/strings/" + language + ".json"));
        ASSERT_TRUE(texts.is_object());
        for (const std::string& key : keys) {
            EXPECT_TRUE(texts.contains(key) && texts[key].is_string() && !texts[key].get<std::string>().empty())
                << language << ": " << key;
        }
    }
}

class LearnedTest : public TutorialTest {};

TEST_F(LearnedTest, ALearnedModelIsShownInTheSameSteps) {
    const model::EncoderDecoderConfig config{.vocab = 11,
                                             .context = 9,
                                             .d_model = 8,
                                             .heads = 2,
                                             .d_head = 4,
                                             .d_mlp = 16,
                                             .start_token = 1,
                                             .end_token = 2,
                                             .pad_token = 0};
    const model::EncoderDecoder model = model::EncoderDecoder::random(compute_, config, 5);
    std::vector<std::string> words;
    for (int i = 0; i < 11; ++i) words.push_back("w" + std::to_string(i));
    tutorial().show_learned({model, words, {3, 4, 5, 6}, {1, 7, 8}});
    EXPECT_TRUE(tutorial().learned());
    EXPECT_EQ(tutorial().mode(), TutorialMode::paper);
    EXPECT_EQ(sheet("embedding").row_labels, (std::vector<std::string>{"w3", "w4", "w5", "w6"}));
    EXPECT_EQ(sheet("cross_pattern").rows, 3);
    EXPECT_EQ(sheet("cross_pattern").cols, 4);
    EXPECT_EQ(sheet("concat").cols, 8);
    EXPECT_EQ(sheet("logits").cols, 11);
    for_sheets(Tutorial::kExampleStep, [&](const Sheet& s) {
        EXPECT_FALSE(s.editable) << s.id;
        EXPECT_TRUE(s.printed.empty()) << s.id;
        for (int row = 0; row < s.rows; ++row) {
            for (int col = 0; col < s.cols; ++col) {
                const Explanation e = tutorial().explain(s.id, row, col);
                if (std::isinf(e.value)) {
                    EXPECT_EQ(e.recomputed, e.value);
                } else {
                    EXPECT_NEAR(e.recomputed, e.value, 2e-5) << s.id << " " << row << " " << col;
                }
            }
        }
    });
    tutorial().clear_learned();
    EXPECT_EQ(sheet("logits").cols, 26);
}

}  // namespace
}  // namespace headlight::interpret
