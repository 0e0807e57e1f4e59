#include "app/session.h"

#include <algorithm>
#include <chrono>

#include "base/check.h"

namespace headlight::app {
namespace {

using nn::Site;

// Multiplications of one slice (one layer for a chunk of rows): a few milliseconds on one slow thread.
constexpr std::int64_t kSliceProducts = 40'000'000;
constexpr int kMinChunkRows = 4;

int rows_per_chunk(const model::GptConfig& c) {
    const std::int64_t layer = 4LL * c.d_model * c.d_model + 2LL * c.d_model * c.d_mlp;
    const std::int64_t head = static_cast<std::int64_t>(c.d_model) * c.vocab;
    return static_cast<int>(std::max<std::int64_t>(kMinChunkRows, kSliceProducts / std::max(layer, head)));
}

std::size_t trace_bytes(const model::GptConfig& c, int context) {
    const auto n = static_cast<std::size_t>(context);
    const auto per_layer =
        static_cast<std::size_t>(12 * c.d_model + 2 * c.d_mlp) + 2 * static_cast<std::size_t>(c.heads) * n;
    return n * (static_cast<std::size_t>(c.layers) * per_layer + static_cast<std::size_t>(c.vocab)) * sizeof(float);
}

int affordable_context(const model::GptConfig& config, std::size_t max_bytes) {
    int context = config.context;
    while (context > 16 && 2 * trace_bytes(config, context) > max_bytes) context = context * 3 / 4;
    return context;
}

std::size_t common_prefix(std::span<const std::int32_t> a, std::span<const std::int32_t> b) {
    const auto [left, right] = std::ranges::mismatch(a, b);
    return static_cast<std::size_t>(left - a.begin());
}

// Copies the rows [first, last) of every site.
void copy_rows(model::Activations& to, const model::Activations& from, int first, int last) {
    for (const nn::SiteInfo& info : nn::kSites) {
        for (int layer = 0; layer < (info.per_layer() ? from.layers() : 1); ++layer) {
            const auto source = from.view(info.site, layer, last);
            const auto target = to.view(info.site, layer, last);
            const bool matrices = info.shape == nn::SiteShape::head_query_key;
            const std::ptrdiff_t row = source.stride[matrices ? 1 : 0];
            for (int head = 0; head < (matrices ? source.shape[0] : 1); ++head) {
                const std::ptrdiff_t at = (matrices ? head * source.stride[0] : 0) + first * row;
                std::copy_n(source.data + at, (last - first) * row, target.data + at);
            }
        }
    }
}

}  // namespace

// Rows [first, end) of a text on the way into the back buffer, a chunk at a time.
struct Session::Job {
    Text text;
    int first = 0, done = 0, end = 0;
    std::unique_ptr<model::Forward> forward;  // of the present chunk
    int chunk = 0;
};

Session::Session(const model::Compute& compute, std::string name, model::LoadedModel loaded, int context)
    : compute_(compute),
      name_(std::move(name)),
      loaded_(std::move(loaded)),
      context_(context),
      chunk_rows_(rows_per_chunk(loaded_.gpt.config())),
      front_(make_buffer()),
      back_(make_buffer()) {}

Session::~Session() = default;

Session::Buffer Session::make_buffer() const {
    return {std::make_unique<model::Activations>(loaded_.gpt.config(), 1, context_, model::Keep::trace), {}};
}

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

double Session::fraction() const {
    if (job_ == nullptr) return wanted_.has_value() ? 0.0 : 1.0;
    const double layers = job_->forward == nullptr ? 0.0 : double(job_->forward->stage()) / job_->forward->stages();
    const int rows = std::max(1, job_->end - job_->first);
    return (job_->done - job_->first + layers * job_->chunk) / rows;
}

void Session::cancel() {
    wanted_.reset();
    job_.reset();
}

// Takes up the wanted text. True when there is nothing to compute for it, and it is shown already.
bool Session::begin() {
    Text text = std::move(*wanted_);
    wanted_.reset();
    if (text.ids.empty() || common_prefix(front_.ids, text.ids) == text.ids.size()) {
        shown_ = std::move(text);
        return true;
    }
    const std::size_t in_back = common_prefix(back_.ids, text.ids);
    const std::size_t in_front = common_prefix(front_.ids, text.ids);
    const std::size_t known = std::max(in_back, in_front);
    if (in_front > in_back) {
        copy_rows(*back_.trace, *front_.trace, static_cast<int>(in_back), static_cast<int>(in_front));
    }
    back_.ids.assign(text.ids.begin(), text.ids.begin() + static_cast<std::ptrdiff_t>(known));
    job_ = std::make_unique<Job>();
    job_->first = job_->done = static_cast<int>(known);
    job_->end = static_cast<int>(text.ids.size());
    job_->text = std::move(text);
    return false;
}

void Session::start_chunk() {
    Job& job = *job_;
    job.chunk = std::min(chunk_rows_, job.end - job.done);
    const auto ids =
        std::span(job.text.ids).subspan(static_cast<std::size_t>(job.done), static_cast<std::size_t>(job.chunk));
    job.forward = std::make_unique<model::Forward>(compute_, gpt(), *back_.trace, ids, job.done);
}

// One stage of one chunk. True when a pass became complete.
bool Session::advance_slice() {
    if (job_ == nullptr) {
        if (begin()) return true;
    }
    Job& job = *job_;
    if (job.forward == nullptr && job.done < job.end) start_chunk();
    if (job.forward != nullptr) {
        if (!job.forward->advance()) return false;
        job.forward.reset();
        job.done += job.chunk;
        rows_computed_ += job.chunk;
        back_.ids.assign(job.text.ids.begin(), job.text.ids.begin() + job.done);
    }
    if (job.done < job.end) {
        // A newer text replaces this one between chunks; what it shares with it stays computed.
        if (wanted_.has_value()) job_.reset();
        return false;
    }
    shown_ = std::move(job.text);
    job_.reset();
    std::swap(front_, back_);
    return true;
}

bool Session::advance(double budget_ms) {
    const auto start = std::chrono::steady_clock::now();
    bool published = false;
    while (busy()) {
        published = advance_slice() || published;
        const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
        if (spent.count() >= budget_ms) break;
    }
    return published;
}

std::span<const float> Session::logits(int position) const {
    const auto view = trace().view(Site::logits, 0, positions());
    CHECK(position >= 0 && position < positions());
    return {view.data + position * view.stride[0], static_cast<std::size_t>(view.shape[1])};
}

}  // namespace headlight::app
