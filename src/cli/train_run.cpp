#include "cli/train_run.h"

#include <cmath>

#include "base/file.h"
#include "base/numeric_text.h"
#include "model/hf_folder.h"

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
        const Json entry = Json::parse(line, nullptr, false);
        if (!entry.is_object() || !entry.contains("step") || !entry["step"].is_number_integer()) continue;
        if (entry["step"].get<std::int64_t>() > step) break;
        kept.text += line;
        if (!entry.contains("valid") || !entry["valid"].is_number()) continue;
        kept.best_valid = std::min(kept.best_valid, entry["valid"].get<double>());
    }
    return kept;
}

}  // namespace

TrainRun::TrainRun(Terminal& terminal, const kernels::Compute& compute, const text::Tokenizer& tokenizer,
                   train::Trainer& trainer, const train::TokenStream& valid, RunPlan plan)
    : terminal_(terminal),
      compute_(compute),
      tokenizer_(tokenizer),
      trainer_(trainer),
      valid_(valid),
      plan_(std::move(plan)) {}

Result<void> TrainRun::resume() {
    const std::string path = checkpoint_path(plan_.folder);
    ASSIGN_OR_RETURN(const std::string bytes, read_file(path));
    RETURN_IF_ERROR(trainer_.restore(bytes, path));
    if (file_exists(log_path(plan_.folder))) {
        ASSIGN_OR_RETURN(const std::string text, read_file(log_path(plan_.folder)));
        LogSoFar kept = cut_log(text, trainer_.steps_done());
        log_text_ = std::move(kept.text);
        best_valid_ = kept.best_valid;
    }
    terminal_.note("continuing after step " + std::to_string(trainer_.steps_done()) + " of " +
                   std::to_string(trainer_.options().schedule.steps));
    return {};
}

Result<void> TrainRun::run() {
    const std::int64_t stop_at = plan_.stop_at > 0 ? plan_.stop_at : trainer_.options().schedule.steps;
    while (!trainer_.finished() && trainer_.steps_done() < stop_at) {
        RETURN_IF_ERROR(take_step());
        if (!interrupted()) continue;
        RETURN_IF_ERROR(save_state());
        return fail(ErrorCode::cancelled, "interrupted after step " + std::to_string(trainer_.steps_done()) +
                                              "; the same command with --resume continues");
    }
    RETURN_IF_ERROR(save_state());
    if (valid_.ids.empty()) return save_model();
    return {};
}

Result<void> TrainRun::take_step() {
    const auto begin = Clock::now();
    const train::StepReport report = trainer_.step();
    stepping_ += Clock::now() - begin;
    ++steps_timed_;
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
    const bool last = trainer_.finished();
    const bool validates = !valid_.ids.empty() && (last || report.step % plan_.eval_every == 0);
    if (last || validates || report.step % plan_.log_every == 0) {
        const auto& options = trainer_.options();
        Json line;
        line["step"] = report.step;
        line["tokens"] = report.step * options.batch * options.context;
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
    return valid_.ids.empty() ? save_model() : Result<void>{};
}

Result<void> TrainRun::validate(Json& line) {
    const train::Evaluation result = train::evaluate(compute_, trainer_.gpt(), valid_, trainer_.gpt().config().context);
    line["valid"] = rounded(result.nats_per_token(), 1e5);
    line["bits_per_byte"] = rounded(result.bits_per_byte(), 1e5);
    if (!(result.nats_per_token() < best_valid_)) return {};
    best_valid_ = result.nats_per_token();
    return save_model();
}

Result<void> TrainRun::save_state() const {
    return write_file_atomic(checkpoint_path(plan_.folder), trainer_.checkpoint());
}

Result<void> TrainRun::save_model() const {
    return model::save_model_folder(plan_.folder, trainer_.gpt(), &tokenizer_, plan_.dtype);
}

Result<void> TrainRun::log(const Json& line) {
    log_text_ += line.dump() + "\n";
    RETURN_IF_ERROR(write_file_atomic(log_path(plan_.folder), log_text_));
    if (plan_.json) {
        terminal_.print_json(line);
        return {};
    }
    std::string text = "step " + line["step"].dump() + "  loss " + fixed(line["loss"].get<double>(), 4);
    if (line.contains("valid")) {
        text += "  valid " + fixed(line["valid"].get<double>(), 4) + "  bits per byte " +
                fixed(line["bits_per_byte"].get<double>(), 4);
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
    const auto& options = trainer_.options();
    const double part = static_cast<double>(report.step) / static_cast<double>(options.schedule.steps);
    const auto steps_left = static_cast<double>(options.schedule.steps - report.step);
    const double left = steps_left * seconds(stepping_) / static_cast<double>(steps_timed_);
    terminal_.progress(bar(part, 24) + "  step " + std::to_string(report.step) + "/" +
                       std::to_string(options.schedule.steps) + "  loss " + fixed(report.loss, 3) + "  " +
                       grouped(std::llround(tokens_per_second())) + " tokens/s  " + duration_text(left) + " left");
}

double TrainRun::tokens_per_second() const {
    const auto& options = trainer_.options();
    const double tokens = static_cast<double>(steps_timed_) * options.batch * options.context;
    return seconds(stepping_) > 0 ? tokens / seconds(stepping_) : 0;
}

}  // namespace headlight::cli
