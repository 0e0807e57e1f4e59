#include "cli/eval_pairs.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/file.h"
#include "base/numeric_text.h"
#include "cli/inputs.h"
#include "cli/translations.h"
#include "text/metrics.h"
#include "text/pairs.h"
#include "train/pair_trainer.h"

namespace headlight::cli {
namespace {

using Clock = std::chrono::steady_clock;

struct Scores {
    text::Chrf chrf;
    text::Bleu bleu;
    std::string translations;  // a line each
    std::int64_t tokens = 0;   // written
    int not_translated = 0;
    std::string first_reason;  // of those, with file and line
    double seconds = 0;
};

// Nats per token of the references, each with its end token; the pairs that fit into the model's context.
double reference_loss(const kernels::Compute& compute, const model::LoadedEncoderDecoder& loaded,
                      std::span<const text::SentencePair> pairs) {
    constexpr int kRows = 1024;  // of a batch
    const auto context = static_cast<std::size_t>(loaded.model.config().context);
    std::vector<train::TokenPair> tokens;
    for (const text::SentencePair& pair : pairs) {
        train::TokenPair both{loaded.tokenizer->encode(trimmed(pair.source)),
                              loaded.tokenizer->encode(trimmed(pair.target))};
        if (std::max(both.source.size(), both.target.size() + 1) <= context) tokens.push_back(std::move(both));
    }
    if (tokens.empty()) return std::nan("");
    return train::pair_loss(compute, loaded.model, train::PairDataset(std::move(tokens), loaded.model.config(), kRows));
}

Result<Scores> score(Terminal& terminal, const kernels::Compute& compute, const model::LoadedEncoderDecoder& loaded,
                     std::span<const text::SentencePair> pairs, const PairEvaluation& options) {
    SentenceTranslator translator(compute, loaded.model, *loaded.tokenizer, options.beam);
    Scores scores;
    const auto begin = Clock::now();
    for (std::size_t at = 0; at < pairs.size();) {
        if (interrupted()) return interrupted_error();
        const auto some = pairs.subspan(at, std::min(translator.worth_at_once(), pairs.size() - at));
        std::vector<std::string_view> sentences(some.size());
        std::ranges::transform(some, sentences.begin(), &text::SentencePair::source);
        const auto results = translator.translate(sentences);
        for (std::size_t i = 0; i < some.size(); ++i) {
            const TranslatedSentence& result = results[i];
            scores.chrf.add(result.text, trimmed(some[i].target));
            scores.bleu.add(result.text, trimmed(some[i].target));
            scores.translations += result.text + "\n";
            scores.tokens += static_cast<std::int64_t>(result.target.ids.size());
            if (!result.error.empty() && scores.not_translated++ == 0) {
                scores.first_reason = options.file + ":" + std::to_string(some[i].line) + ": " + result.error;
            }
        }
        at += some.size();
        scores.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
        const double part = static_cast<double>(at) / static_cast<double>(pairs.size());
        terminal.progress(bar(part, 30) + "  " + std::to_string(at) + " of " + std::to_string(pairs.size()) +
                          " sentences, chrF " + fixed(scores.chrf.score(), 1) + ", " +
                          duration_text(scores.seconds * (1 - part) / part) + " left");
    }
    terminal.end_progress();
    return scores;
}

void print(Terminal& terminal, const PairEvaluation& options, const Scores& scores, std::size_t pairs, double loss) {
    if (options.json) {
        return terminal.print_json({{"pairs", pairs},
                                    {"chrf", scores.chrf.score()},
                                    {"bleu", scores.bleu.score()},
                                    {"nats_per_token", loss},
                                    {"brevity_penalty", scores.bleu.brevity_penalty()},
                                    {"beam", options.beam.beam},
                                    {"length_power", options.beam.length_power},
                                    {"tokens", scores.tokens},
                                    {"not_translated", scores.not_translated},
                                    {"seconds", scores.seconds}});
    }
    terminal.print("pairs           " + grouped(static_cast<std::int64_t>(pairs)) + "\n" + "chrF            " +
                   fixed(scores.chrf.score(), 2) + "\n" + "BLEU            " + fixed(scores.bleu.score(), 2) + "\n" +
                   "nats per token  " + (std::isnan(loss) ? "-" : fixed(loss, 4)) + "\n");
}

}  // namespace

Result<void> evaluate_pairs(Terminal& terminal, const kernels::Compute& compute, const PairEvaluation& options) {
    ASSIGN_OR_RETURN(const std::string file, read_input(options.file));
    ASSIGN_OR_RETURN(auto pairs, text::read_pairs(file, options.file));
    if (options.first > 0) pairs.resize(std::min(pairs.size(), static_cast<std::size_t>(options.first)));
    ASSIGN_OR_RETURN(const std::string folder, model_folder(options.model, ModelKind::encoder_decoder));
    ASSIGN_OR_RETURN(const model::LoadedEncoderDecoder loaded, load_translator(compute, folder));
    if (!loaded.tokenizer.has_value()) return invalid(folder + " has no tokenizer; eval needs one");
    const double loss = reference_loss(compute, loaded, pairs);
    ASSIGN_OR_RETURN(const Scores scores, score(terminal, compute, loaded, pairs, options));
    if (!options.translations.empty()) RETURN_IF_ERROR(write_file_atomic(options.translations, scores.translations));
    if (scores.not_translated > 0) {
        terminal.note(std::to_string(scores.not_translated) +
                      " not translated and counted as empty, the first: " + scores.first_reason);
    }
    print(terminal, options, scores, pairs.size(), loss);
    return {};
}

}  // namespace headlight::cli
