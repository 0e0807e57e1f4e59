#pragma once
// Learning in the page: the tutorial's little encoder-decoder and what trains it, one step after another, in slices
// that fit into a frame. The same set-up gives the same weights bit for bit after the same number of steps, in every
// browser and natively. No ImGui, no platform.

#include <cstdint>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "app/learning_corpus.h"
#include "app/loss_curve.h"
#include "app/settings.h"
#include "interpret/pca.h"
#include "model/encoder_decoder.h"

namespace headlight::app {

// Where a training starts. Plain data, as a link carries it.
struct LearningSetup {
    std::string corpus;  // LearningCorpus::parse; "" is the tutorial's
    std::uint32_t seed = 1;
    std::string weights;  // of a link (Learning::weights_text); "": drawn from the seed
    bool operator==(const LearningSetup&) const = default;
};

enum class LearningState : std::uint8_t {
    random,     // not a single step yet
    trained,    // steps() steps
    converged,  // trained until every pair came out right, and the loss is below kConvergedLoss
    broken      // the loss or a gradient is not finite: back_to_good() or rewind()
};

struct WordChance {
    std::int32_t id;
    float probability;
};
struct PredictedWord {
    WordChance word;              // the likeliest, which was taken
    std::vector<WordChance> top;  // the kTop likeliest, likeliest first
};
// A continuation, word by word, always the likeliest (greedy decoding), until <end> or the context is full.
struct Prediction {
    std::vector<PredictedWord> words;  // <end> is the last when ended
    bool ended = false;
    bool right = false;  // it is the pair's continuation and ended
};

class Learning {
  public:
    static constexpr double kConvergedLoss = 0.05;  // nats per word
    static constexpr int kTop = 5;
    static constexpr std::int64_t kMaxSteps = 20000;

    // At the start of LearningSetup{}.
    Learning();
    ~Learning();
    Learning(const Learning&) = delete;
    Learning& operator=(const Learning&) = delete;

    // ---- start ---------------------------------------------------------------------------------------------------
    // Starts anew, unless it is the present set-up; nothing plays then. On an error (keys of the strings) everything
    // stays as it is. Weights must belong to this corpus.
    [[nodiscard]] std::expected<void, Warning> set_up(const LearningSetup& setup);
    [[nodiscard]] const LearningSetup& setup() const;
    [[nodiscard]] const LearningCorpus& corpus() const;
    // Whether another set-up, or rewind(), would throw away trained weights: ask first.
    [[nodiscard]] bool would_lose_training() const;

    // ---- training ------------------------------------------------------------------------------------------------
    // Goes on until pause(), convergence, a broken state or kMaxSteps. Once converged, playing again goes on beyond it.
    void play();
    void pause();
    [[nodiscard]] bool playing() const;
    // One step at once; false when the state is broken or kMaxSteps are done.
    bool step();
    // Steps per second while playing; 0: as fast as the budget allows.
    void set_speed(float steps_per_second);
    // To the very same start: the seed's own weights, also where a link's weights were set up (they leave setup()).
    void rewind();
    // Makes exactly `steps` steps done, in slices of advance() and regardless of the speed: on from here, or from a
    // rewind when there are more. For links and "go to step". Stops playing. Clamped to kMaxSteps.
    void train_to(std::int64_t steps);
    [[nodiscard]] bool busy() const;  // with train_to
    // Out of a broken state: the last weights whose loss and gradient were finite, at the step they belong to. The
    // optimiser starts anew there, so a link has to carry the weights (reproducible() is false).
    void back_to_good();

    // Trains for about budget_ms, at least one step when one is due. now_ms: any steady clock, for the speed. True when
    // something changed.
    bool advance(double now_ms, double budget_ms);
    // Milliseconds until advance() has something to do: 0 now, negative never.
    [[nodiscard]] double next_work_ms(double now_ms) const;

    // ---- what there is -------------------------------------------------------------------------------------------
    [[nodiscard]] LearningState state() const;
    [[nodiscard]] std::int64_t steps() const;  // with those behind a link's weights
    // Whether corpus, seed and steps() alone give these weights; otherwise a link needs weights_text().
    [[nodiscard]] bool reproducible() const;
    [[nodiscard]] const model::EncoderDecoder& model() const;
    [[nodiscard]] double loss() const;  // of the last step; NaN before the first
    // At most LossCurve::kMost points. Empty before the first step.
    [[nodiscard]] std::vector<LossPoint> curve() const;
    // Changes with the weights and with the corpus.
    [[nodiscard]] std::uint64_t revision() const;

    // Of every pair of the corpus, in order. Computed when asked for after a change.
    [[nodiscard]] const std::vector<Prediction>& predictions() const;
    // Of any prompt (1 to kMaxSideWords ids of words).
    [[nodiscard]] Prediction predict(std::span<const std::int32_t> prompt) const;

    // The passes over a pair, the decoder reading <start> and the right continuation; with Keep::trace. Computed when
    // asked for after a change; valid until the next call or change.
    struct PairTrace {
        const model::Activations* encoder;  // row i: source[i]
        const model::Activations* decoder;  // row i: target[i], which predicts the word after it
        std::vector<std::int32_t> source, target;
    };
    [[nodiscard]] const PairTrace& trace(int pair) const;

    // Every token of the vocabulary as a point, by the two principal components of the embeddings, [vocab]. The signs
    // of the axes follow the start of this seed, so that points wander and do not jump.
    [[nodiscard]] const interpret::Plane& embedding_plane() const;

    // The weights as F16 in base64url, with what they belong to, the number of steps and a checksum.
    [[nodiscard]] std::string weights_text() const;
    // Of all parameters' bits, 16 hex digits: equal exactly when training went the same way.
    [[nodiscard]] std::string hash() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace headlight::app
