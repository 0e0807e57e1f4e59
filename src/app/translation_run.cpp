#include "app/translation_run.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace headlight::app {

namespace {

// One stack's way through the model.
struct Pass {
    std::unique_ptr<model::EncoderForward> encoder;  // either
    std::unique_ptr<model::DecoderForward> decoder;  // or
    bool advance() const { return encoder != nullptr ? encoder->advance() : decoder->advance(); }
    [[nodiscard]] int stages() const { return encoder != nullptr ? encoder->stages() : decoder->stages(); }
};

std::span<const float> logits_of(const model::Activations& decoder, int row) {
    const nn::SiteView view = decoder.view(nn::Site::logits, 0, row + 1);
    return {view.data + row * view.stride[0], static_cast<std::size_t>(view.shape[1])};
}

}  // namespace

// What is under way: a new sentence on its way into the back buffer (encoder, then the decoder over the start token and
// what was chosen by hand), or one more row of the shown target. With changes, everything without them first: means are
// taken from there.
struct TranslationRun::Job {
    bool sentence = false;
    std::vector<std::int32_t> ids;  // what the decoder reads
    std::array<int, 1> lengths{};   // of the source
    std::unique_ptr<interpret::InterventionObserver> observer;
    std::vector<Pass> passes;
    std::size_t at = 0;
    int stages_done = 0;

    [[nodiscard]] double fraction() const {
        int stages = 0;
        for (const Pass& pass : passes) stages += pass.stages();
        return static_cast<double>(stages_done) / stages;
    }
    // One stage; true when all passes are complete.
    bool advance() {
        ++stages_done;
        if (passes[at].advance()) ++at;
        return at == passes.size();
    }
};

TranslationRun::TranslationRun(const model::Compute& compute, const model::EncoderDecoder& model)
    : compute_(compute), model_(model) {
    front_.shown = make_traces();
    back_.shown = make_traces();
}

TranslationRun::~TranslationRun() = default;

TranslationRun::Traces TranslationRun::make_traces() const {
    const model::EncoderDecoderConfig& c = model_.config();
    using model::Keep;
    return {std::make_unique<model::Activations>(model::encoder_activations(c, 1, c.context, Keep::trace)),
            std::make_unique<model::Activations>(model::decoder_activations(c, 1, c.context, c.context, Keep::trace))};
}

// ---- wishes

bool TranslationRun::fits_wish() const {
    return wish_.source == front_.source && wish_.changes == front_.changes;
}

bool TranslationRun::want(Wish wish) {
    if (wish == wish_) return false;
    for (const std::int32_t id : wish.source) CHECK(id >= 0 && id < model_.config().vocab);
    for (const std::int32_t id : wish.taken) CHECK(id >= 0 && id < model_.config().vocab);
    CHECK(static_cast<int>(wish.source.size()) <= model_.config().context);
    wish_ = std::move(wish);
    job_.reset();
    complete_ = ended_ = false;
    if (wish_.source.empty()) {
        front_.source.clear();
        front_.target.clear();
        front_.changes.clear();
        complete_ = true;
    } else if (fits_wish()) {
        cut_to_wish();
    }
    return true;
}

void TranslationRun::cancel() {
    job_.reset();
    complete_ = true;
}

int TranslationRun::taken() const {
    const int shown = std::max(0, static_cast<int>(front_.target.size()) - 1);
    return front_.source == wish_.source ? std::min(shown, static_cast<int>(wish_.taken.size())) : 0;
}

// What follows the last row: chosen by hand, or picked from its logits; -1 when no logit is a number.
std::int32_t TranslationRun::next_token(int row) {
    const auto index = static_cast<std::size_t>(row);
    if (index < wish_.taken.size()) return wish_.taken[index];
    const model::Sampling greedy{0, 0, 1};
    sampler_.prepare(compute_.kernels(), logits(row), wish_.greedy ? greedy : wish_.sampling);
    return sampler_.pick(wish_.greedy ? 0.0F : model::draw_at(wish_.seed, index));
}

// The rows of the shown target that the new wish would have written too.
void TranslationRun::cut_to_wish() {
    std::size_t same = std::min<std::size_t>(1, front_.target.size());
    while (same < front_.target.size()) {
        if (wish_.length >= 0 && same > static_cast<std::size_t>(wish_.length)) break;
        if (next_token(static_cast<int>(same) - 1) != front_.target[same]) break;
        ++same;
    }
    front_.target.resize(same);
}

// ---- work

// What the decoder reads at once: the start token and what was chosen by hand.
std::vector<std::int32_t> TranslationRun::first_ids() const {
    const model::EncoderDecoderConfig& c = model_.config();
    std::vector<std::int32_t> ids{c.start_token};
    for (const std::int32_t id : wish_.taken) {
        const bool room = static_cast<int>(ids.size()) < c.context &&
                          (wish_.length < 0 || static_cast<int>(ids.size()) <= wish_.length);
        if (!room || id == c.end_token) break;
        ids.push_back(id);
    }
    return ids;
}

// A job that writes rows of `ids` behind those of the buffer's target, after the encoder's for a new sentence.
void TranslationRun::begin(Buffer& buffer, bool sentence, std::vector<std::int32_t> ids) {
    job_ = std::make_unique<Job>();
    Job& job = *job_;
    job.sentence = sentence;
    job.ids = std::move(ids);
    job.lengths = {static_cast<int>(buffer.source.size())};
    const auto add_passes = [&](const Traces& to, nn::Observer* observer) {
        const model::ForwardOptions options{.observer = observer};
        if (sentence) {
            job.passes.push_back({std::make_unique<model::EncoderForward>(compute_, model_, *to.encoder, buffer.source,
                                                                          job.lengths, options),
                                  nullptr});
        }
        const int first = sentence ? 0 : static_cast<int>(buffer.target.size());
        job.passes.push_back(
            {nullptr, std::make_unique<model::DecoderForward>(compute_, model_, *to.decoder, *to.encoder, job.ids,
                                                              first, job.lengths, options)});
    };
    if (!buffer.changes.empty()) {
        job.observer = std::make_unique<interpret::InterventionObserver>(
            buffer.changes, interpret::InterventionObserver::Runs{.encoder = buffer.unchanged.encoder.get(),
                                                                  .decoder = buffer.unchanged.decoder.get(),
                                                                  .own_encoder = buffer.shown.encoder.get(),
                                                                  .own_decoder = buffer.shown.decoder.get(),
                                                                  .sources = job.lengths[0]});
        add_passes(buffer.unchanged, nullptr);
    }
    add_passes(buffer.shown, job.observer.get());
}

// Begins with the next row; false when nothing comes any more.
bool TranslationRun::decode_next() {
    const int rows = static_cast<int>(front_.target.size());
    const bool stop = rows == model_.config().context || (wish_.length >= 0 && rows > wish_.length);
    const std::int32_t next = stop ? -1 : next_token(rows - 1);
    ended_ = next == model_.config().end_token;
    complete_ = next < 0 || ended_;
    if (!complete_) begin(front_, false, {next});
    return !complete_;
}

bool TranslationRun::advance_slice() {
    if (job_ == nullptr && fits_wish()) {
        if (!decode_next()) return true;
    } else if (job_ == nullptr) {
        back_.source = wish_.source;
        back_.changes = wish_.changes;
        if (back_.changes.empty()) {
            back_.unchanged = {};
        } else if (back_.unchanged.encoder == nullptr) {
            back_.unchanged = make_traces();
        }
        begin(back_, true, first_ids());
    }
    if (!job_->advance()) return false;
    if (job_->sentence) {
        back_.target = job_->ids;
        rows_computed_ += static_cast<std::int64_t>(back_.source.size() + back_.target.size());
        job_.reset();
        std::swap(front_, back_);
    } else {
        front_.target.push_back(job_->ids.front());
        ++rows_computed_;
        job_.reset();
    }
    return true;
}

double TranslationRun::fraction() const {
    if (!busy()) return 1;
    if (job_ != nullptr && job_->sentence) return 0.5 * job_->fraction();
    const auto rows = static_cast<double>(front_.target.size());
    return 0.5 + 0.5 * rows / (rows + static_cast<double>(front_.source.size()));
}

// ---- what is shown

const model::Activations& TranslationRun::trace(nn::Stack stack) const {
    CHECK(stack != nn::Stack::gpt);
    return stack == nn::Stack::encoder ? *front_.shown.encoder : *front_.shown.decoder;
}

std::span<const float> TranslationRun::logits(int row) const {
    CHECK(row >= 0 && row < static_cast<int>(front_.target.size()));
    return logits_of(*front_.shown.decoder, row);
}

std::span<const float> TranslationRun::unchanged_logits(int row) const {
    CHECK(changed() && row >= 0 && row < static_cast<int>(front_.target.size()));
    return logits_of(*front_.unchanged.decoder, row);
}

interpret::PairPass TranslationRun::pass() const {
    return {model_, *front_.shown.encoder, *front_.shown.decoder, front_.source, front_.target};
}

}  // namespace headlight::app
