#include "cli/changed_translation.h"

#include "app/translation_run.h"

namespace headlight::cli {

Result<ChangedTranslation> translate_changed(const kernels::Compute& compute, const model::EncoderDecoder& model,
                                             std::span<const model::TokenId> source,
                                             std::span<const interpret::Intervention> changes,
                                             const model::TranslationOptions& options) {
    RETURN_IF_ERROR(model::check_source(model.config(), source));
    app::TranslationRun run(compute, model);
    run.want({.source = {source.begin(), source.end()},
              .taken = {},
              .length = options.tokens > 0 ? options.tokens : -1,
              .greedy = options.sampling.temperature <= 0,
              .sampling = options.sampling,
              .seed = options.seed,
              .changes = {changes.begin(), changes.end()}});
    while (run.busy()) run.advance_slice();
    ChangedTranslation result;
    result.ids.assign(run.target().begin() + 1, run.target().end());
    if (run.ended()) result.ids.push_back(model.config().end_token);
    model::LogProbabilities log_probabilities;
    for (std::size_t i = 0; i < result.ids.size(); ++i) {
        if (!log_probabilities.prepare(compute.kernels(), run.logits(static_cast<int>(i)))) break;
        result.log_probabilities.push_back(log_probabilities.of(result.ids[i]));
    }
    const bool numbers =
        log_probabilities.prepare(compute.kernels(), run.logits(static_cast<int>(run.target().size()) - 1));
    if (!numbers) return invalid("no logit of the model is a number");
    return result;
}

}  // namespace headlight::cli
