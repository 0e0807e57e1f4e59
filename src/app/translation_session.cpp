#include "app/translation_session.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "base/check.h"
#include "text/tokenizer.h"

namespace headlight::app {

// What is under way: a new sentence on its way into the back buffer (encoder, then the decoder over the start token and
// what was chosen by hand), or one more row of the shown target.
struct TranslationSession::Job {
    bool sentence = false;
    std::vector<std::int32_t> ids;  // what the decoder reads now
    std::array<int, 1> lengths{};   // of the source
    std::unique_ptr<model::EncoderForward> encoder;
    std::unique_ptr<model::DecoderForward> decoder;
};

namespace {

std::span<const float> logits_of(const model::Activations& decoder, int row) {
    const nn::SiteView view = decoder.view(nn::Site::logits, 0, row + 1);
    return {view.data + row * view.stride[0], static_cast<std::size_t>(view.shape[1])};
}

}  // namespace

TranslationSession::TranslationSession(const model::Compute& compute, std::string name,
                                       model::LoadedEncoderDecoder loaded)
    : compute_(compute),
      name_(std::move(name)),
      loaded_(std::move(loaded)),
      front_(make_buffer()),
      back_(make_buffer()) {}

TranslationSession::~TranslationSession() = default;

TranslationSession::Buffer TranslationSession::make_buffer() const {
    const model::EncoderDecoderConfig& c = model().config();
    using model::Keep;
    return {std::make_unique<model::Activations>(model::encoder_activations(c, 1, c.context, Keep::trace)),
            std::make_unique<model::Activations>(model::decoder_activations(c, 1, c.context, c.context, Keep::trace)),
            {},
            {}};
}

Result<std::unique_ptr<TranslationSession>> TranslationSession::load(const model::Compute& compute, std::string name,
                                                                     const std::map<std::string, std::string>& files) {
    ASSIGN_OR_RETURN(model::LoadedEncoderDecoder loaded, model::load_encoder_decoder(compute, files));
    const int vocab = loaded.model.config().vocab;
    if (!loaded.tokenizer.has_value()) return invalid("A model that translates needs its tokenizer.json.");
    if (loaded.tokenizer->vocab_size() > vocab) {
        return invalid("The tokenizer has " + std::to_string(loaded.tokenizer->vocab_size()) +
                       " tokens, the model only " + std::to_string(vocab) + ".");
    }
    return std::unique_ptr<TranslationSession>(new TranslationSession(compute, std::move(name), std::move(loaded)));
}

std::vector<std::int32_t> TranslationSession::source_ids(std::string_view sentence) const {
    const auto first = sentence.find_first_not_of(" \t\n");
    if (first == std::string_view::npos) return {};
    const auto last = sentence.find_last_not_of(" \t\n");
    std::vector<std::int32_t> ids = tokenizer().encode(sentence.substr(first, last + 1 - first));
    ids.resize(std::min(ids.size(), static_cast<std::size_t>(model().config().context)));
    return ids;
}

// ---- wishes

bool TranslationSession::want(Wish wish) {
    if (wish == wish_) return false;
    for (const std::int32_t id : wish.source) CHECK(id >= 0 && id < model().config().vocab);
    for (const std::int32_t id : wish.taken) CHECK(id >= 0 && id < model().config().vocab);
    CHECK(static_cast<int>(wish.source.size()) <= model().config().context);
    wish_ = std::move(wish);
    job_.reset();
    complete_ = ended_ = false;
    if (wish_.source.empty()) {
        front_.source.clear();
        front_.target.clear();
        ++passes_;
        complete_ = true;
    } else if (wish_.source == front_.source) {
        cut_to_wish();
    }
    return true;
}

bool TranslationSession::busy() const {
    return !complete_;
}

void TranslationSession::cancel() {
    job_.reset();
    complete_ = true;
}

int TranslationSession::taken() const {
    const int shown = std::max(0, static_cast<int>(front_.target.size()) - 1);
    return front_.source == wish_.source ? std::min(shown, static_cast<int>(wish_.taken.size())) : 0;
}

// What follows the last row: chosen by hand, or picked from its logits; -1 when no logit is a number.
std::int32_t TranslationSession::next_token(const Buffer& buffer, int row) {
    const auto index = static_cast<std::size_t>(row);
    if (index < wish_.taken.size()) return wish_.taken[index];
    const model::Sampling greedy{0, 0, 1};
    sampler_.prepare(compute_.kernels(), logits_of(*buffer.decoder, row), wish_.greedy ? greedy : wish_.sampling);
    return sampler_.pick(wish_.greedy ? 0.0F : model::draw_at(wish_.seed, index));
}

// The rows of the shown target that the new wish would have written too.
void TranslationSession::cut_to_wish() {
    std::size_t same = std::min<std::size_t>(1, front_.target.size());
    while (same < front_.target.size()) {
        if (wish_.length >= 0 && same > static_cast<std::size_t>(wish_.length)) break;
        if (next_token(front_, static_cast<int>(same) - 1) != front_.target[same]) break;
        ++same;
    }
    front_.target.resize(same);
}

// ---- work

bool TranslationSession::encode_slice() {
    const model::EncoderDecoderConfig& c = model().config();
    if (job_ == nullptr) {
        job_ = std::make_unique<Job>();
        job_->sentence = true;
        job_->lengths = {static_cast<int>(wish_.source.size())};
        back_.source = wish_.source;
        job_->encoder =
            std::make_unique<model::EncoderForward>(compute_, model(), *back_.encoder, back_.source, job_->lengths);
    }
    Job& job = *job_;
    if (job.decoder == nullptr) {
        if (!job.encoder->advance()) return false;
        job.ids = {c.start_token};
        for (const std::int32_t id : wish_.taken) {
            const bool room = static_cast<int>(job.ids.size()) < c.context &&
                              (wish_.length < 0 || static_cast<int>(job.ids.size()) <= wish_.length);
            if (!room || id == c.end_token) break;
            job.ids.push_back(id);
        }
        job.decoder = std::make_unique<model::DecoderForward>(compute_, model(), *back_.decoder, *back_.encoder,
                                                              job.ids, 0, job.lengths);
        return false;
    }
    if (!job.decoder->advance()) return false;
    back_.target = job.ids;
    rows_computed_ += static_cast<std::int64_t>(back_.source.size() + back_.target.size());
    ++passes_;
    job_.reset();
    std::swap(front_, back_);
    return true;
}

bool TranslationSession::decode_slice() {
    if (job_ == nullptr) {
        const int rows = static_cast<int>(front_.target.size());
        const bool stop = rows == model().config().context || (wish_.length >= 0 && rows > wish_.length);
        const std::int32_t next = stop ? -1 : next_token(front_, rows - 1);
        ended_ = next == model().config().end_token;
        if (next < 0 || ended_) {
            complete_ = true;
            return true;
        }
        job_ = std::make_unique<Job>();
        job_->ids = {next};
        job_->lengths = {static_cast<int>(front_.source.size())};
        job_->decoder = std::make_unique<model::DecoderForward>(compute_, model(), *front_.decoder, *front_.encoder,
                                                                job_->ids, rows, job_->lengths);
    }
    if (!job_->decoder->advance()) return false;
    front_.target.push_back(job_->ids.front());
    ++rows_computed_;
    job_.reset();
    return true;
}

bool TranslationSession::advance_slice() {
    const bool sentence = job_ != nullptr ? job_->sentence : wish_.source != front_.source;
    return sentence ? encode_slice() : decode_slice();
}

bool TranslationSession::advance(double budget_ms) {
    const auto start = std::chrono::steady_clock::now();
    while (busy()) {
        if (advance_slice()) return true;
        const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
        if (spent.count() >= budget_ms) break;
    }
    return false;
}

double TranslationSession::fraction() const {
    if (!busy()) return 1;
    if (job_ != nullptr && job_->sentence) return 0.5 * job_->encoder->stage() / job_->encoder->stages();
    const auto rows = static_cast<double>(front_.target.size());
    return 0.5 + 0.5 * rows / (rows + static_cast<double>(front_.source.size()));
}

// ---- what is shown

const model::Activations& TranslationSession::trace(nn::Stack stack) const {
    CHECK(stack != nn::Stack::gpt);
    return stack == nn::Stack::encoder ? *front_.encoder : *front_.decoder;
}

std::span<const float> TranslationSession::logits(int row) const {
    const int rows = static_cast<int>(front_.target.size());
    CHECK(row >= 0 && row < rows);
    return logits_of(*front_.decoder, row);
}

interpret::PairPass TranslationSession::pass() const {
    return {model(), *front_.encoder, *front_.decoder, front_.source, front_.target};
}

}  // namespace headlight::app
