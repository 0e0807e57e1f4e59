#include "cli/translation_trace.h"

#include <array>
#include <iterator>

#include "cli/changed_translation.h"
#include "cli/translations.h"
#include "model/translator.h"

namespace headlight::cli {
namespace {

// What the decoder reads, the start token first.
Result<std::vector<text::TokenId>> target_ids(const kernels::Compute& compute,
                                              const model::LoadedEncoderDecoder& loaded,
                                              std::span<const text::TokenId> source, std::string_view target,
                                              std::span<const interpret::Intervention> changes) {
    const model::EncoderDecoderConfig& config = loaded.model.config();
    std::vector<text::TokenId> ids;
    if (!target.empty()) {
        ids = loaded.tokenizer->encode(trimmed(target));
    } else if (!changes.empty()) {
        ASSIGN_OR_RETURN(ChangedTranslation own,
                         (translate_changed(compute, loaded.model, source, changes, {.tokens = config.context - 1})));
        ids = std::move(own.ids);
        if (!ids.empty() && ids.back() == config.end_token) ids.pop_back();
    } else {
        model::Translator translator(compute, loaded.model, {.tokens = config.context - 1});
        RETURN_IF_ERROR(translator.start(source));
        while (!translator.done()) {
            if (translator.step().id < 0) return invalid("no logit of the model is a number");
        }
        ids.assign(translator.ids().begin(), translator.ids().end());
        if (!ids.empty() && ids.back() == config.end_token) ids.pop_back();
    }
    ids.insert(ids.begin(), config.start_token);
    if (ids.size() > static_cast<std::size_t>(config.context)) {
        return invalid("the target has " + std::to_string(ids.size()) +
                       " tokens with its start token; the model has room for " + std::to_string(config.context));
    }
    return ids;
}

}  // namespace

Result<TranslationTrace> trace_translation(const kernels::Compute& compute, const model::LoadedEncoderDecoder& loaded,
                                           std::string_view source, std::string_view target,
                                           const InterventionsInput& input,
                                           const std::function<bool(std::string_view name)>& wanted) {
    const model::EncoderDecoderConfig& config = loaded.model.config();
    TranslationTrace trace;
    trace.source = loaded.tokenizer->encode(trimmed(source));
    RETURN_IF_ERROR(model::check_source(config, trace.source));
    const auto sources = static_cast<int>(trace.source.size());
    ASSIGN_OR_RETURN(const auto possible, input.read(config, sources, config.context));
    ASSIGN_OR_RETURN(trace.target, target_ids(compute, loaded, trace.source, target, possible));
    const auto targets = static_cast<int>(trace.target.size());
    ASSIGN_OR_RETURN(trace.changes, input.read(config, sources, targets));
    const std::vector<int> lengths{sources};
    auto encoder = model::encoder_activations(config, 1, sources, model::Keep::trace);
    auto decoder = model::decoder_activations(config, 1, targets, sources, model::Keep::trace);
    const auto run = [&](nn::Observer* observer) {
        model::EncoderForward(compute, loaded.model, encoder, trace.source, lengths, {.observer = observer}).run();
        model::DecoderForward(compute, loaded.model, decoder, encoder, trace.target, 0, lengths, {.observer = observer})
            .run();
    };
    run(nullptr);
    if (!trace.changes.empty()) {
        const std::array before{encoder, decoder};
        interpret::InterventionObserver observer(trace.changes, {.encoder = &before[0],
                                                                 .decoder = &before[1],
                                                                 .own_encoder = &encoder,
                                                                 .own_decoder = &decoder,
                                                                 .sources = sources});
        run(&observer);
    }
    trace.tensors = interpret::trace_tensors(encoder, sources, wanted);
    auto of_decoder = interpret::trace_tensors(decoder, targets, wanted);
    trace.tensors.insert(trace.tensors.end(), std::make_move_iterator(of_decoder.begin()),
                         std::make_move_iterator(of_decoder.end()));
    return trace;
}

}  // namespace headlight::cli
