#include "app/session.h"

#include <algorithm>

#include "base/check.h"
#include "base/stopwatch.h"

namespace headlight::app {
namespace {

// A slice is one layer for a chunk of rows. It takes about kSliceMs, and until a slice has been measured it has
// kSliceProducts multiplications: a few milliseconds on one slow thread. Large chunks read the weights less often.
// Before anything is shown, larger ones are worth a lower frame rate.
constexpr double kSliceMs = 7, kFirstSliceMs = 20;
constexpr double kSliceProducts = 86e6;
constexpr int kMinChunkRows = 4, kMaxChunkRows = 96;  // kMinChunkRows: those of a tile in WebAssembly
// A trace begins with room for so many rows and doubles; the room for so many more is made ready after a pass.
constexpr int kLeastCapacity = 32, kHeadroom = 16;

double layer_products(const model::GptConfig& c) {
    return 4.0 * c.d_model * c.d_model + 2.0 * c.d_model * c.d_mlp;
}

int capacity_for(int rows, int context) {
    int capacity = kLeastCapacity;
    while (capacity < rows) capacity *= 2;
    return std::min(capacity, context);
}

// Makes the back buffer as large as the text will soon want it, a slice with every call, so that no keystroke has to
// wait for it: memory first, then the rows that the front will be too small for. True when nothing is left to do.
bool prepare_back(TraceBuffer& back, const TraceBuffer& front, const model::GptConfig& config, int rows, int context) {
    constexpr int kRows = 8;
    const int wanted = capacity_for(std::min(rows + kHeadroom, context), context);
    if (back.capacity() < wanted) {
        back.reserve(config, wanted);
        return false;
    }
    if (front.capacity() >= wanted) return true;
    int first = 0;
    while (first < common_prefix(back.ids, front.ids) && back.complete[static_cast<std::size_t>(first)]) ++first;
    const int last = std::min(first + kRows, rows);
    if (first >= last) return true;
    back.keep(front.ids, first);
    copy_rows(back, front, first, last);
    back.ids.assign(front.ids.begin(), front.ids.begin() + last);
    return false;
}

}  // namespace

int rows_of_a_slice(const model::GptConfig& config) {
    return std::clamp(static_cast<int>(kSliceProducts / layer_products(config)), kMinChunkRows, kMaxChunkRows);
}

// Rows [first, end) of a text on the way into a buffer, a chunk at a time; then what prepares the next text.
struct Session::Job {
    Text text;
    TraceBuffer* buffer = nullptr;
    int first = 0, done = 0, end = 0;
    std::unique_ptr<model::Forward> forward;  // of the present chunk
    int chunk = 0;
    bool shown = false;
};

Session::Session(const model::Compute& compute, std::string name, model::LoadedModel loaded, int context)
    : compute_(compute),
      name_(std::move(name)),
      loaded_(std::move(loaded)),
      context_(context),
      products_per_ms_(kSliceProducts / kSliceMs) {
    front_.reserve(gpt().config(), capacity_for(1, context_));
}

Session::~Session() = default;

Result<std::unique_ptr<Session>> Session::load(const model::Compute& compute, std::string name,
                                               const std::map<std::string, std::string>& files,
                                               std::size_t max_trace_bytes) {
    ASSIGN_OR_RETURN(model::LoadedModel loaded, model::load_model(compute, files));
    return create(compute, std::move(name), std::move(loaded), max_trace_bytes);
}

Result<std::unique_ptr<Session>> Session::create(const model::Compute& compute, std::string name,
                                                 model::LoadedModel loaded, std::size_t max_trace_bytes) {
    if (loaded.tokenizer.has_value() && loaded.tokenizer->vocab_size() > loaded.gpt.config().vocab) {
        return invalid("The tokenizer has " + std::to_string(loaded.tokenizer->vocab_size()) +
                       " tokens, the model only " + std::to_string(loaded.gpt.config().vocab) + ".");
    }
    const int context = affordable_context(loaded.gpt.config(), max_trace_bytes);
    return std::unique_ptr<Session>(new Session(compute, std::move(name), std::move(loaded), context));
}

const text::Tokenizer* Session::tokenizer() const {
    return loaded_.tokenizer.has_value() ? &*loaded_.tokenizer : nullptr;
}

Text Session::make_text(std::string_view prompt, std::span<const std::int32_t> taken) const {
    std::vector<std::int32_t> ids;
    if (tokenizer() != nullptr) ids = tokenizer()->encode(prompt);
    if (ids.empty() && gpt().config().end_token >= 0) ids.push_back(gpt().config().end_token);
    ids.insert(ids.end(), taken.begin(), taken.end());
    Text text;
    text.dropped = std::max(0, static_cast<int>(ids.size()) - context_);
    text.ids.assign(ids.begin() + text.dropped, ids.end());
    text.taken = static_cast<int>(std::min(taken.size(), text.ids.size()));
    return text;
}

void Session::want(Text text) {
    for (const std::int32_t id : text.ids) CHECK(id >= 0 && id < gpt().config().vocab);
    CHECK(static_cast<int>(text.ids.size()) <= context_);
    if (job_ == nullptr && text == shown_) {
        wanted_.reset();
        return;
    }
    if (job_ != nullptr && text == job_->text) {
        wanted_.reset();
        return;
    }
    wanted_ = std::move(text);
}

bool Session::passing() const {
    return wanted_.has_value() || (job_ != nullptr && !job_->shown);
}

double Session::fraction() const {
    if (job_ == nullptr && all_logits_asked_) return 1.0 - without_logits() / std::max(1.0, double(positions()));
    if (job_ == nullptr) return wanted_.has_value() ? 0.0 : 1.0;
    const double layers = job_->forward == nullptr ? 0.0 : double(job_->forward->stage()) / job_->forward->stages();
    const int rows = std::max(1, job_->end - job_->first);
    return (job_->done - job_->first + layers * job_->chunk) / rows;
}

void Session::cancel() {
    wanted_.reset();
    job_.reset();
    all_logits_asked_ = false;
}

// Takes up the wanted text. True when there is nothing to compute for it, and it is shown already.
bool Session::begin() {
    Text text = std::move(*wanted_);
    wanted_.reset();
    const int end = static_cast<int>(text.ids.size());
    const int in_front = common_prefix(front_.ids, text.ids);
    if (in_front == end) {
        shown_ = std::move(text);
        return true;
    }
    job_ = std::make_unique<Job>();
    // Rows behind those that are shown can be written where they are.
    if (in_front >= positions() && end <= front_.capacity() && usable_in_back(text, in_front) <= in_front) {
        front_.keep(text.ids, in_front);
        job_->buffer = &front_;
    } else {
        begin_in_back(text, in_front);
        job_->buffer = &back_;
    }
    job_->first = job_->done = static_cast<int>(job_->buffer->ids.size());
    job_->end = end;
    job_->text = std::move(text);
    return false;
}

// How many of the text's first rows need not be computed in the back buffer: what it lacks of a row, the front has.
int Session::usable_in_back(const Text& text, int in_front) const {
    const int in_back = common_prefix(back_.ids, text.ids);
    int usable = std::min(in_back, in_front);
    while (usable < in_back && back_.complete[static_cast<std::size_t>(usable)]) ++usable;
    return usable;
}

void Session::begin_in_back(const Text& text, int in_front) {
    const int end = static_cast<int>(text.ids.size());
    if (back_.capacity() < end) back_.reserve(gpt().config(), capacity_for(end, context_));
    const int usable = usable_in_back(text, in_front);
    back_.keep(text.ids, usable);
    // New rows read keys and values of earlier ones, and nothing else.
    copy_cache(back_, front_, usable, in_front);
    back_.ids.assign(text.ids.begin(), text.ids.begin() + std::max(usable, in_front));
}

void Session::start_chunk() {
    Job& job = *job_;
    const double slice_ms = positions() == 0 ? kFirstSliceMs : kSliceMs;
    const int rows = static_cast<int>(slice_ms * products_per_ms_ / layer_products(gpt().config()));
    const int most = std::clamp(rows / kMinChunkRows * kMinChunkRows, kMinChunkRows, kMaxChunkRows);
    job.chunk = std::min(most, job.end - job.done);
    const auto ids =
        std::span(job.text.ids).subspan(static_cast<std::size_t>(job.done), static_cast<std::size_t>(job.chunk));
    // The last row tells the next token; who wants the others' logits asks for them.
    const bool last = job.done + job.chunk == job.end;
    job.forward = std::make_unique<model::Forward>(
        compute_, gpt(), *job.buffer->trace, ids, job.done,
        model::ForwardOptions{.logits = last ? model::LogitRows::last : model::LogitRows::none});
}

// One stage of one chunk. True when a pass became complete.
bool Session::advance_slice() {
    if (job_ == nullptr) {
        if (!wanted_.has_value()) {
            all_logits_asked_ = !advance_logits();
            return !all_logits_asked_;
        }
        if (begin()) return true;
    }
    Job& job = *job_;
    if (job.shown) {
        const bool prepared = prepare_back(back_, front_, gpt().config(), positions(), context_);
        if (prepared || wanted_.has_value()) job_.reset();
        return false;
    }
    if (job.forward == nullptr && job.done < job.end) start_chunk();
    if (job.forward != nullptr) {
        if (!job.forward->advance()) return false;
        job.forward.reset();
        job.buffer->computed(job.done, job.done + job.chunk);
        job.done += job.chunk;
        rows_computed_ += job.chunk;
        job.buffer->ids.assign(job.text.ids.begin(), job.text.ids.begin() + job.done);
    }
    if (job.done < job.end) {
        // A newer text replaces this one between chunks; what it shares with it stays computed.
        if (wanted_.has_value()) job_.reset();
        return false;
    }
    publish();
    return true;
}

// Shows the text of a job that is done. When it was computed in the back buffer, one of the two becomes complete:
// whichever lacks fewer rows.
void Session::publish() {
    Job& job = *job_;
    job.buffer->has_logits[static_cast<std::size_t>(job.end) - 1] = true;
    if (job.buffer == &back_) {
        const int in_front = common_prefix(front_.ids, job.text.ids);
        const auto lacking = std::count(back_.complete.begin(), back_.complete.begin() + in_front, false);
        if (job.end <= front_.capacity() && job.end - in_front <= lacking) {
            front_.keep(job.text.ids, in_front);
            copy_rows(front_, back_, in_front, job.end);
            front_.ids = job.text.ids;
        } else {
            for (int row = 0; row < in_front; ++row) {
                if (!back_.complete[static_cast<std::size_t>(row)]) copy_rows(back_, front_, row, row + 1);
            }
            std::swap(front_, back_);
        }
    }
    shown_ = job.text;
    job.shown = true;
    const int wanted = capacity_for(std::min(positions() + kHeadroom, context_), context_);
    if (back_.capacity() >= wanted && front_.capacity() >= wanted) job_.reset();  // nothing to prepare
}

// Of a slice of a whole chunk. Few rows are bound by memory, and tell nothing about many.
void Session::learn_speed(double slice_ms) {
    if (job_ == nullptr || job_->forward == nullptr || job_->chunk < kMinChunkRows) return;
    const int stage = job_->forward->stage();
    if (stage < 2) return;  // the embedding
    const double speed = job_->chunk * layer_products(gpt().config()) / std::max(slice_ms, 0.01);
    // Up at once and down slowly: what other programs take from a slice says nothing about the next one.
    products_per_ms_ = std::max(speed, products_per_ms_ + (speed - products_per_ms_) / 24);
}

double Session::expected_ms(int rows, int layers) const {
    return rows * layers * layer_products(gpt().config()) / products_per_ms_;
}

bool Session::advance(double budget_ms) {
    const Stopwatch watch;
    bool published = false;
    double spent = 0;
    while (busy()) {
        const double before = spent;
        published = advance_slice() || published;
        spent = watch.ms();
        const double slice = spent - before;
        learn_speed(slice);
        if (spent + slice > budget_ms) break;  // the next one takes about as long
    }
    return published;
}

std::span<const float> Session::logits(int position) const {
    CHECK(position >= 0 && position < positions());
    return front_.logits(compute_, gpt(), position);
}

int Session::without_logits() const {
    return front_.without_logits(positions());
}

bool Session::advance_logits() const {
    return front_.advance_logits(compute_, gpt(), positions());
}

bool Session::ask_all_logits() const {
    if (few_logits(gpt().config(), without_logits())) compute_all_logits();
    all_logits_asked_ = without_logits() > 0;
    return !all_logits_asked_;
}

bool Session::few_logits(const model::GptConfig& config, int rows) {
    return static_cast<double>(rows) * config.d_model * config.vocab < kSliceProducts;
}

void Session::compute_all_logits() const {
    while (!advance_logits()) {
    }
}

}  // namespace headlight::app
