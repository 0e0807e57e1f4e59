#include "cli/train_run.h"

#include <cmath>

#include "base/file.h"
#include "base/json.h"
#include "base/numeric_text.h"

namespace headlight::cli {
namespace {

constexpr int kNotFiniteLimit = 10;

double seconds(std::chrono::steady_clock::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

// A number with a few digits, as people read logs.
double rounded(double value, double digits) {
    return std::round(value * digits) / digits;
}

// The lines of a log up to and including `step`, and the lowest validation loss among them.
struct LogSoFar {
    std::string text;
    double best_valid = std::numeric_limits<double>::infinity();
};

LogSoFar cut_log(const std::string& text, std::int64_t step) {
    LogSoFar kept;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
        const std::string line = text.substr(at, end - at);
        at = end;
        const Json entry = read_ordered_json(line);
        if (!entry.is_object() || !entry.contains("step") || !entry["step"].is_number_integer()) continue;
        if (entry["step"].get<std::int64_t>() > step) break;
        kept.text += line;
        if (!entry.contains("valid") || !entry["valid"].is_number()) continue;
        kept.best_valid = std::min(kept.best_valid, entry["valid"].get<double>());
    }
    return kept;
}

}  // namespace

TrainRun::TrainRun(Terminal& terminal, train::Training& training, TrainedModel model, RunPlan plan)
    : terminal_(terminal), training_(training), model_(std::move(model)), plan_(std::move(plan)) {}

Result<void> TrainRun::resume() {
    const std::string path = checkpoint_path(plan_.folder);
    ASSIGN_OR_RETURN(const std::string bytes, read_file(path));
    RETURN_IF_ERROR(training_.restore(bytes, path));
    if (file_exists(log_path(plan_.folder))) {
        ASSIGN_OR_RETURN(const std::string text, read_file(log_path(plan_.folder)));
        LogSoFar kept = cut_log(text, training_.steps_done());
        log_text_ = std::move(kept.text);
        best_valid_ = kept.best_valid;
    }
    terminal_.note("continuing after step " + std::to_string(training_.steps_done()) + " of " +
                   std::to_string(training_.schedule().steps));
    return {};
}

Result<void> TrainRun::run() {
    const std::int64_t stop_at = plan_.stop_at > 0 ? plan_.stop_at : training_.schedule().steps;
    while (!training_.finished() && training_.steps_done() < stop_at) {
        RETURN_IF_ERROR(take_step());
        if (!interrupted()) continue;
        RETURN_IF_ERROR(save_state());
        return fail(ErrorCode::cancelled, "interrupted after step " + std::to_string(training_.steps_done()) +
                                              "; the same command with --resume continues");
    }
    RETURN_IF_ERROR(save_state());
    if (!model_.valid) return model_.save();
    return {};
}

Result<void> TrainRun::take_step() {
    const auto begin = Clock::now();
    const train::StepReport report = training_.step();
    stepping_ += Clock::now() - begin;
    ++steps_timed_;
    if (tokens_before_ < 0) tokens_before_ = report.tokens - report.tokens / report.step;
    tokens_timed_ = report.tokens - tokens_before_;
    if (!report.finite) {
        if (++not_finite_ < kNotFiniteLimit) return {};
        return invalid("the loss is not finite at step " + std::to_string(report.step) +
                       " and stays so; a lower --lr or a longer --warmup may help");
    }
    not_finite_ = 0;
    loss_sum_ += report.loss;
    ++loss_count_;
    show_progress(report);
    return finish_step(report);
}

// What is due after a step: a line in the log, a validation, a checkpoint.
Result<void> TrainRun::finish_step(const train::StepReport& report) {
    const bool last = training_.finished();
    const bool validates = model_.valid && (last || report.step % plan_.eval_every == 0);
    if (last || validates || report.step % plan_.log_every == 0) {
        Json line;
        line["step"] = report.step;
        line["tokens"] = report.tokens;
        line["loss"] = rounded(loss_sum_ / static_cast<double>(loss_count_), 1e5);
        line["lr"] = rounded(report.lr, 1e9);
        line["gradient_norm"] = rounded(report.gradient_norm, 1e4);
        line["tokens_per_s"] = std::llround(tokens_per_second());
        loss_sum_ = 0;
        loss_count_ = 0;
        if (validates) RETURN_IF_ERROR(validate(line));
        RETURN_IF_ERROR(log(line));
    }
    if (last || report.step % plan_.save_every != 0) return {};
    RETURN_IF_ERROR(save_state());
    return model_.valid ? Result<void>{} : model_.save();
}

Result<void> TrainRun::validate(Json& line) {
    const double nats = model_.valid(line);
    line["valid"] = rounded(nats, 1e5);
    if (!(nats < best_valid_)) return {};
    best_valid_ = nats;
    return model_.save();
}

Result<void> TrainRun::save_state() const {
    return write_file_atomic(checkpoint_path(plan_.folder), training_.checkpoint());
}

Result<void> TrainRun::log(const Json& line) {
    log_text_ += write_json(line) + "\n";
    RETURN_IF_ERROR(write_file_atomic(log_path(plan_.folder), log_text_));
    if (plan_.json) {
        terminal_.print_json(line);
        return {};
    }
    std::string text = "step " + write_json(line["step"]) + "  loss " + fixed(line["loss"].get<double>(), 4);
    if (line.contains("valid")) {
        text += "  valid " + fixed(line["valid"].get<double>(), 4);
    }
    if (line.contains("bits_per_byte")) {
        text += "  bits per byte " + fixed(line["bits_per_byte"].get<double>(), 4);
    }
    terminal_.print(text + "  lr " + shortest(line["lr"].get<double>()) + "  " +
                    grouped(line["tokens_per_s"].get<std::int64_t>()) + " tokens/s\n");
    return {};
}

void TrainRun::show_progress(const train::StepReport& report) {
    constexpr auto kPause = std::chrono::milliseconds(200);
    const auto now = Clock::now();
    if (!terminal_.shows_progress() || now - shown_ < kPause) return;
    shown_ = now;
    const std::int64_t steps = training_.schedule().steps;
    const double part = static_cast<double>(report.step) / static_cast<double>(steps);
    const auto steps_left = static_cast<double>(steps - report.step);
    const double left = steps_left * seconds(stepping_) / static_cast<double>(steps_timed_);
    terminal_.progress(bar(part, 24) + "  step " + std::to_string(report.step) + "/" + std::to_string(steps) +
                       "  loss " + fixed(report.loss, 3) + "  " + grouped(std::llround(tokens_per_second())) +
                       " tokens/s  " + duration_text(left) + " left");
}

double TrainRun::tokens_per_second() const {
    return seconds(stepping_) > 0 ? static_cast<double>(tokens_timed_) / seconds(stepping_) : 0;
}

}  // namespace headlight::cli
