#include "app/learning.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "app/learned_weights.h"
#include "app/learning_state.h"
#include "base/check.h"
#include "base/stopwatch.h"

namespace headlight::app {
namespace {

// A small constant rate: some 200 steps until the tutorial's pairs are learned, so that they can be watched.
constexpr double kRate = 0.005;
constexpr int kWarmup = 10;
// While playing with a speed, steps that are later than this are let go.
constexpr double kMostLateMs = 250;

train::PairTrainOptions options(std::uint32_t seed) {
    train::PairTrainOptions out;
    out.schedule = {.steps = Learning::kMaxSteps, .warmup = kWarmup, .peak = kRate, .floor = kRate};
    out.adamw.weight_decay = 0;
    out.dropout = 0;
    out.smoothing = 0;
    out.seed = seed;
    return out;
}

// All pairs in one batch: the order in which they come plays no part.
train::PairDataset dataset_of(const LearningCorpus& corpus, const model::EncoderDecoderConfig& config) {
    std::vector<train::TokenPair> pairs;
    for (const LearningPair& pair : corpus.pairs()) pairs.push_back({pair.prompt, pair.continuation});
    const int rows = config.context * static_cast<int>(pairs.size());
    return {std::move(pairs), config, rows};
}

}  // namespace

// The tutorial's model as the paper has it: one head of 4, one layer in either stack, ReLU(W x) as feed-forward.
model::EncoderDecoderConfig Learning::State::config() const {
    model::EncoderDecoderConfig config;
    config.vocab = corpus.vocab();
    config.context = LearningCorpus::kMaxSideWords + 1;
    config.d_mlp = config.d_model;
    config.feed_forward = model::FeedForward::one_layer;
    config.attention_bias = false;
    config.scaled_embedding = false;
    config.tied_head = false;
    config.start_token = corpus.start();
    config.end_token = corpus.end();
    config.pad_token = LearningCorpus::kPad;
    return config;
}

void Learning::State::start(std::vector<float> params, std::int64_t steps) {
    const auto shape = config();
    auto own = model::EncoderDecoder::random(compute, shape, setup.seed);
    const interpret::Matrix embeddings{own.weights(own.layout().embed), shape.vocab, shape.d_model, shape.d_model, 1};
    start_points = interpret::principal_plane(embeddings).points;
    if (!params.empty()) own = model::EncoderDecoder(compute, shape, std::move(params));
    trainer =
        std::make_unique<train::PairTrainer>(compute, std::move(own), dataset_of(corpus, shape), options(setup.seed));
    base_steps = steps;
    goal = 0;
    playing = converged = broken = false;
    loss = std::numeric_limits<double>::quiet_NaN();
    curve.clear();
    good.clear();
    good_steps = -1;
    ++revision;
}

bool Learning::State::train_one() {
    if (broken || steps() >= kMaxSteps) return false;
    before.assign(model().params().begin(), model().params().end());
    const train::StepReport report = trainer->step();
    ++revision;
    loss = report.loss;
    broken = !report.finite;
    if (broken) return true;
    std::swap(good, before);
    good_steps = steps() - 1;
    curve.add(steps(), static_cast<float>(loss));
    judge();
    return true;
}

Learning::Learning() : state_(std::make_unique<State>()) {
    auto corpus = LearningCorpus::parse("");
    CHECK(corpus.has_value());
    state_->corpus = *std::move(corpus);
    state_->start({}, 0);
}
Learning::~Learning() = default;

std::expected<void, Warning> Learning::set_up(const LearningSetup& setup) {
    State& s = *state_;
    if (setup == s.setup) {
        pause();
        return {};
    }
    auto corpus = LearningCorpus::parse(setup.corpus);
    if (!corpus) return std::unexpected(std::move(corpus).error());
    LearnedWeights weights;
    if (!setup.weights.empty()) {
        State probe;
        probe.corpus = *corpus;
        const std::size_t params = model::EncoderDecoderLayout(probe.config()).size();
        auto found = decode_weights(setup.weights, corpus->fingerprint(), params);
        if (!found) return std::unexpected(std::move(found).error());
        weights = *std::move(found);
    }
    s.corpus = *std::move(corpus);
    s.setup = setup;
    s.reproducible = setup.weights.empty();
    s.start(std::move(weights.params), std::min(weights.steps, kMaxSteps));
    if (s.base_steps > 0) {
        s.loss = train::pair_loss(s.compute, s.model(), s.trainer->dataset());
        s.judge();
    }
    return {};
}

const LearningSetup& Learning::setup() const {
    return state_->setup;
}
const LearningCorpus& Learning::corpus() const {
    return state_->corpus;
}
bool Learning::would_lose_training() const {
    return steps() > 0;
}

void Learning::play() {
    State& s = *state_;
    if (s.broken || steps() >= kMaxSteps) return;
    s.goal = 0;
    s.playing = true;
    s.stop_when_converged = !s.converged;
    s.due_ms.reset();
}
void Learning::pause() {
    state_->playing = false;
    state_->goal = 0;
}
bool Learning::playing() const {
    return state_->playing;
}
bool Learning::step() {
    pause();
    return state_->train_one();
}
void Learning::set_speed(float steps_per_second) {
    const float speed = std::isfinite(steps_per_second) ? std::max(0.0F, steps_per_second) : 0.0F;
    if (speed != state_->speed) state_->due_ms.reset();
    state_->speed = speed;
}
void Learning::rewind() {
    state_->setup.weights.clear();
    state_->reproducible = true;
    state_->start({}, 0);
}
void Learning::train_to(std::int64_t steps) {
    const std::int64_t goal = std::clamp<std::int64_t>(steps, 0, kMaxSteps);
    if (goal < this->steps()) rewind();
    pause();
    state_->goal = goal;
}
bool Learning::busy() const {
    return !state_->broken && state_->goal > steps();
}
void Learning::back_to_good() {
    State& s = *state_;
    if (s.good_steps < 0) return rewind();
    s.reproducible = s.reproducible && s.good_steps == 0;
    s.start(std::exchange(s.good, {}), s.good_steps);
}

bool Learning::advance(double now_ms, double budget_ms) {
    State& s = *state_;
    if (next_work_ms(now_ms) != 0) return false;
    const Stopwatch watch;
    const bool paced = s.playing && s.speed > 0;
    if (paced && (!s.due_ms || *s.due_ms < now_ms - kMostLateMs)) s.due_ms = now_ms;
    do {
        if (!s.train_one() || s.broken) break;
        if (paced) *s.due_ms += 1000 / static_cast<double>(s.speed);
        if (s.playing && s.converged && s.stop_when_converged) break;
    } while (next_work_ms(now_ms) == 0 && watch.ms() < budget_ms);
    if (s.broken || steps() >= kMaxSteps || (s.converged && s.stop_when_converged)) s.playing = false;
    return true;
}

double Learning::next_work_ms(double now_ms) const {
    const State& s = *state_;
    if (busy()) return 0;
    if (!s.playing) return -1;
    if (s.speed <= 0 || !s.due_ms) return 0;
    return std::max(0.0, *s.due_ms - now_ms);
}

LearningState Learning::state() const {
    const State& s = *state_;
    if (s.broken) return LearningState::broken;
    if (s.converged) return LearningState::converged;
    return steps() > 0 ? LearningState::trained : LearningState::random;
}
std::int64_t Learning::steps() const {
    return state_->steps();
}
bool Learning::reproducible() const {
    return state_->reproducible;
}
const model::EncoderDecoder& Learning::model() const {
    return state_->model();
}
double Learning::loss() const {
    return state_->loss;
}
std::vector<LossPoint> Learning::curve() const {
    return state_->curve.points();
}
std::uint64_t Learning::revision() const {
    return state_->revision;
}

}  // namespace headlight::app
