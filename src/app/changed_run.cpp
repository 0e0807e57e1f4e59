#include "app/changed_run.h"

#include <algorithm>

#include "base/check.h"
#include "base/stopwatch.h"

namespace headlight::app {
namespace {

// Room for `rows`; without it what was there is lost.
bool make_room(TraceBuffer& buffer, const model::GptConfig& config, int rows) {
    if (buffer.capacity() >= rows) return false;
    buffer.reserve(config, std::min(config.context, rows + rows / 2 + 8));
    return true;
}

}  // namespace

struct ChangedRun::Pass {
    TraceBuffer& buffer;
    std::vector<std::int32_t> ids;
    std::unique_ptr<interpret::InterventionObserver> observer;
    std::unique_ptr<model::Forward> forward;
};

ChangedRun::ChangedRun(const model::Compute& compute, const Session& session) : compute_(compute), session_(session) {}
ChangedRun::~ChangedRun() = default;

bool ChangedRun::affordable(int positions) const {
    return 2 * trace_bytes(session_.gpt().config(), positions) <= kMaxBytes;
}

void ChangedRun::want(std::vector<interpret::Intervention> changes, std::vector<std::int32_t> other) {
    const std::vector<std::int32_t>& ids = session_.shown().ids;
    const bool same_other = other == other_ids_;
    const bool same = changes == changes_ && (same_other || !interpret::needs_other_run(changes));
    if (same && same_other && ids == ids_) return;
    pass_.reset();
    const bool keeps = same && (ids == ids_ || !interpret::needs_whole_prompt(changes));
    done_ = keeps ? std::min(done_, common_prefix(ids_, ids)) : 0;
    if (!same_other) keep_of_other(other);
    changes_ = std::move(changes);
    other_ids_ = std::move(other);
    ids_ = ids;
    begun_ = logits_asked_ = other_logits_asked_ = false;
    first_layer_ = interpret::first_changed_layer(changes_, session_.gpt().config().layers);
    // What nobody wants now, nobody may want for a long time.
    if (other_ids_.empty()) other_ = {};
    if (!changes_.empty()) return;
    buffer_ = {};
    done_ = 0;
}

// Rows that both texts begin with.
void ChangedRun::keep_of_other(const std::vector<std::int32_t>& wanted) {
    const auto computed = std::span<const std::int32_t>(other_.ids);
    if (other_.trace != nullptr) other_.keep(wanted, common_prefix(computed, wanted));
}

// Memory for the rows that are missing, and in it what the changes leave as it is in the session's trace.
void ChangedRun::begin_rows() {
    begun_ = true;
    if (make_room(buffer_, session_.gpt().config(), rows())) done_ = 0;
    buffer_.keep(ids_, done_);
    if (first_layer_ >= 0) copy_layers(*buffer_.trace, session_.trace(), first_layer_, done_, rows());
}

void ChangedRun::begin_chunk(TraceBuffer& buffer, std::span<const std::int32_t> ids, int done) {
    const model::Gpt& gpt = session_.gpt();
    const auto left = ids.subspan(static_cast<std::size_t>(done));
    const auto chunk = left.first(std::min(left.size(), static_cast<std::size_t>(rows_of_a_slice(gpt.config()))));
    pass_ = std::make_unique<Pass>(Pass{buffer, {chunk.begin(), chunk.end()}, {}, {}});
    model::ForwardOptions options{.logits = model::LogitRows::none};
    if (&buffer == &buffer_) {
        pass_->observer = std::make_unique<interpret::InterventionObserver>(
            changes_, interpret::InterventionObserver::Runs{.gpt = &gpt,
                                                            .baseline = &session_.trace(),
                                                            .positions = rows(),
                                                            .other = other_.trace.get(),
                                                            .other_positions = static_cast<int>(other_.ids.size()),
                                                            .own = buffer_.trace.get()});
        options.observer = pass_->observer.get();
        options.first_layer = first_layer_;
    }
    pass_->forward = std::make_unique<model::Forward>(compute_, gpt, *buffer.trace, pass_->ids, done, options);
}

// Of the other prompt first.
void ChangedRun::begin_pass() {
    if (other_.ids.size() < other_ids_.size()) {
        make_room(other_, session_.gpt().config(), static_cast<int>(other_ids_.size()));
        begin_chunk(other_, other_ids_, static_cast<int>(other_.ids.size()));
    } else {
        if (!begun_) begin_rows();
        begin_chunk(buffer_, ids_, done_);
    }
}

// One stage of one chunk. True when all rows became complete, or all logits are there.
bool ChangedRun::advance_slice() {
    if (!lacks_rows()) return advance_asked_logits();
    if (pass_ == nullptr) begin_pass();
    if (!pass_->forward->advance()) return false;
    const auto chunk = static_cast<int>(pass_->ids.size());
    const auto first = static_cast<int>(pass_->buffer.ids.size());
    pass_->buffer.computed(first, first + chunk);
    pass_->buffer.ids.insert(pass_->buffer.ids.end(), pass_->ids.begin(), pass_->ids.end());
    if (&pass_->buffer == &buffer_) done_ += chunk;
    rows_computed_ += chunk;
    pass_.reset();
    return !lacks_rows();
}

bool ChangedRun::advance(double budget_ms) {
    const Stopwatch watch;
    double spent = 0;
    while (busy()) {
        const double before = spent;
        if (advance_slice()) return true;
        spent = watch.ms();
        if (spent + (spent - before) > budget_ms) break;  // the next one takes about as long
    }
    return false;
}

double ChangedRun::expected_ms() const {
    const int layers = session_.gpt().config().layers, own = layers - std::max(first_layer_, 0);
    const auto of_other = static_cast<int>(other_ids_.size() - other_.ids.size());
    return session_.expected_ms(of_other, layers) + (active() ? session_.expected_ms(rows() - done_, own) : 0);
}

std::span<const float> ChangedRun::logits(int position) const {
    CHECK(complete() && position < rows());
    return buffer_.logits(compute_, session_.gpt(), position);
}

std::span<const float> ChangedRun::other_logits(int position) const {
    CHECK(has_other() && position < static_cast<int>(other_ids_.size()));
    return other_.logits(compute_, session_.gpt(), position);
}

bool ChangedRun::advance_logits() const {
    return buffer_.advance_logits(compute_, session_.gpt(), rows());
}

bool ChangedRun::advance_other_logits() const {
    return other_.advance_logits(compute_, session_.gpt(), static_cast<int>(other_ids_.size()));
}

bool ChangedRun::advance_asked_logits() const {
    if (logits_asked_) {
        logits_asked_ = !advance_logits();
    } else if (other_logits_asked_) {
        other_logits_asked_ = !advance_other_logits();
    }
    return !logits_asked_ && !other_logits_asked_;
}

bool ChangedRun::ask_all_logits() const {
    CHECK(complete());
    const int lacking = buffer_.without_logits(rows());
    if (Session::few_logits(session_.gpt().config(), lacking)) {
        compute_all_logits();
        return true;
    }
    logits_asked_ = lacking > 0;
    return !logits_asked_;
}

bool ChangedRun::ask_all_other_logits() const {
    CHECK(has_other());
    const int lacking = other_.without_logits(static_cast<int>(other_ids_.size()));
    other_logits_asked_ = lacking > 0;
    if (other_logits_asked_ && Session::few_logits(session_.gpt().config(), lacking)) {
        while (!advance_other_logits()) {
        }
        other_logits_asked_ = false;
    }
    return !other_logits_asked_;
}

void ChangedRun::compute_all_logits() const {
    while (!advance_logits()) {
    }
}

}  // namespace headlight::app
