#include "cli/train_pairs.h"

#include "base/numeric_text.h"
#include "cli/inputs.h"
#include "model/encoder_decoder_folder.h"
#include "text/pairs.h"

namespace headlight::cli {
namespace {

struct EncodedPairs {
    std::vector<train::TokenPair> pairs;
    std::size_t too_long = 0;  // left out
};

Result<EncodedPairs> read_token_pairs(const text::Tokenizer& tokenizer, const std::string& path, int context) {
    ASSIGN_OR_RETURN(const std::string text, read_input(path));
    ASSIGN_OR_RETURN(const auto sentences, text::read_pairs(text, path));
    EncodedPairs encoded;
    for (const text::SentencePair& sentence : sentences) {
        train::TokenPair pair{tokenizer.encode(sentence.source), tokenizer.encode(sentence.target)};
        if (std::max(pair.source.size(), pair.target.size() + 1) > static_cast<std::size_t>(context)) {
            ++encoded.too_long;
        } else {
            encoded.pairs.push_back(std::move(pair));
        }
    }
    if (encoded.pairs.empty()) return invalid(path + ": no pair fits into --context " + std::to_string(context));
    return encoded;
}

Result<int> special_token(const text::Tokenizer& tokenizer, std::string_view name) {
    const auto id = tokenizer.find(name);
    if (id.has_value()) return *id;
    return invalid("the tokenizer has no token " + std::string(name) +
                   "; make one with headlight tokenizer-train --special '<start>' '<end>' '<pad>'");
}

// Random weights, or those of `from`; with the tokenizer to use.
Result<model::LoadedEncoderDecoder> make_model(const kernels::Compute& compute, const PairRun& run) {
    std::optional<text::Tokenizer> tokenizer;
    if (!run.tokenizer.empty()) {
        ASSIGN_OR_RETURN(tokenizer, load_tokenizer(run.tokenizer));
    }
    if (!run.from.empty()) {
        ASSIGN_OR_RETURN(model::LoadedEncoderDecoder loaded, model::load_encoder_decoder_folder(compute, run.from));
        if (tokenizer.has_value()) loaded.tokenizer = std::move(tokenizer);
        if (!loaded.tokenizer.has_value()) return invalid(run.from + " has no tokenizer; give --tokenizer DIR");
        if (loaded.tokenizer->vocab_size() > loaded.model.config().vocab) {
            return invalid("the tokenizer has more tokens than the model of --from");
        }
        return loaded;
    }
    model::EncoderDecoderConfig config = run.config;
    config.vocab = tokenizer->vocab_size();
    ASSIGN_OR_RETURN(config.start_token, special_token(*tokenizer, "<start>"));
    ASSIGN_OR_RETURN(config.end_token, special_token(*tokenizer, "<end>"));
    ASSIGN_OR_RETURN(config.pad_token, special_token(*tokenizer, "<pad>"));
    RETURN_IF_ERROR(model::check(config));
    return model::LoadedEncoderDecoder{model::EncoderDecoder::random(compute, config, run.options.seed),
                                       std::move(tokenizer)};
}

void announce(Terminal& terminal, bool json, const model::EncoderDecoder& model, const EncodedPairs& pairs,
              const EncodedPairs& valid, const train::PairTrainer& trainer) {
    const auto parameters = static_cast<std::int64_t>(model.layout().size());
    const auto count = [](std::size_t n) { return static_cast<std::int64_t>(n); };
    if (json) {
        return terminal.print_json({{"parameters", parameters},
                                    {"train_pairs", pairs.pairs.size()},
                                    {"too_long", pairs.too_long + valid.too_long},
                                    {"valid_pairs", valid.pairs.size()},
                                    {"steps_per_epoch", trainer.dataset().batches()},
                                    {"steps", trainer.schedule().steps}});
    }
    terminal.print(grouped(parameters) + " parameters, " + grouped(count(pairs.pairs.size())) +
                   " pairs to learn from, " + grouped(count(valid.pairs.size())) + " to measure with, " +
                   grouped(count(pairs.too_long + valid.too_long)) + " left out as too long, " +
                   grouped(trainer.dataset().batches()) + " steps an epoch\n");
}

}  // namespace

Result<void> train_pairs(Terminal& terminal, const kernels::Compute& compute, PairRun run,
                         const std::function<Result<void>(train::Training&, TrainedModel)>& drive) {
    ASSIGN_OR_RETURN(model::LoadedEncoderDecoder start, make_model(compute, run));
    const text::Tokenizer& tokenizer = *start.tokenizer;
    const model::EncoderDecoderConfig config = start.model.config();
    ASSIGN_OR_RETURN(EncodedPairs pairs, read_token_pairs(tokenizer, run.file, config.context));
    EncodedPairs valid;
    std::optional<train::PairDataset> measure;
    if (!run.valid.empty()) {
        ASSIGN_OR_RETURN(valid, read_token_pairs(tokenizer, run.valid, config.context));
        measure.emplace(valid.pairs, config, run.rows);
    }
    train::PairTrainer trainer(compute, std::move(start.model), train::PairDataset(pairs.pairs, config, run.rows),
                               run.options);
    announce(terminal, run.json, trainer.model(), pairs, valid, trainer);
    TrainedModel model;
    model.save = [&] { return model::save_encoder_decoder_folder(run.folder, trainer.model(), &tokenizer, run.dtype); };
    if (measure.has_value()) {
        model.valid = [&](Json&) { return train::pair_loss(compute, trainer.model(), *measure); };
    }
    return drive(trainer, std::move(model));
}

}  // namespace headlight::cli
