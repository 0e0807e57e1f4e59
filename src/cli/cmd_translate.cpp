// Translates sentences with an encoder-decoder.
#include <algorithm>
#include <cmath>

#include "cli/changed_translation.h"
#include "cli/command_list.h"
#include "cli/inputs.h"
#include "cli/interventions_input.h"
#include "cli/terminal.h"
#include "cli/translations.h"
#include "interpret/changed_search.h"
#include "model/beam_search.h"
#include "model/translator.h"
#include "text/utf8.h"

namespace headlight::cli {
namespace {

class Translate : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        options.push_back({"-m,--model", &folder_, "DIR",
                           "folder of an encoder-decoder (default: the English-Turkish model that comes along)"});
        options.push_back({"-t,--text", &text_, "TEXT", "one sentence"});
        options.push_back({"-f,--file", &file_, "FILE", "a sentence a line; - is standard input"});
        options.push_back({"--beam", &beam_.beam, "N", "hypotheses to keep; 1: greedy, token by token", 1, 64});
        options.push_back({"--length-power", &beam_.length_power, "X",
                           "with a beam: log-probability / tokens^X decides; 0 favours short sentences", 0, 10});
        options.push_back({"-n,--tokens", &tokens_, "N", "at most this many tokens (0: the model's context)", 0, 1e6});
        options.push_back(
            {"--temperature", &temperature_, "X", "draw at this temperature; 0: the most likely", 0, 100});
        options.push_back({"--top-k", &top_k_, "N", "draw from the N most likely; 0: off", 0, 1e9});
        options.push_back({"--top-p", &top_p_, "P", "draw from the most likely that hold this share; 1: off", 0, 1});
        options.push_back(
            {"--seed", &seed_, "N", "of the draws; the same seed gives the same translation", 0, 4294967295.0});
        options.push_back({"--json", &json_, "", "a JSON object for every sentence"});
        changes_.declare_pair(options);
        compute_.declare(options);
    }

    Result<void> run(Terminal& terminal) override {
        if (text_.empty() == file_.empty()) return invalid("what? give --text TEXT or --file FILE");
        if (beam_.beam > 1 && temperature_ > 0) {
            return invalid("--beam searches and --temperature draws; expected one of them");
        }
        ASSIGN_OR_RETURN(const std::vector<std::string> lines, sentences());
        ASSIGN_OR_RETURN(const kernels::Compute compute, compute_.make());
        ASSIGN_OR_RETURN(const std::string folder, model_folder(folder_, ModelKind::encoder_decoder));
        ASSIGN_OR_RETURN(const model::LoadedEncoderDecoder loaded, load_translator(compute, folder));
        if (!loaded.tokenizer.has_value()) return invalid(folder + " has no tokenizer; translate needs one");
        beam_.tokens = tokens_;
        if (changes_.given()) return with_changes(terminal, compute, loaded, lines);
        if (temperature_ > 0 || (beam_.beam == 1 && file_.empty())) return one_by_one(terminal, compute, loaded, lines);
        return several_at_once(terminal, compute, loaded, lines);
    }

  private:
    // What an error says of a sentence.
    [[nodiscard]] std::string place(std::size_t line) const {
        return file_.empty() ? "--text" : file_ + ":" + std::to_string(line + 1);
    }

    Result<std::vector<std::string>> sentences() const {
        if (file_.empty()) {
            if (!text::utf8_valid(text_)) return invalid("--text is not UTF-8");
            if (trimmed(text_).empty()) return invalid("--text is empty; expected a sentence");
            return std::vector<std::string>{text_};
        }
        ASSIGN_OR_RETURN(const std::string content, read_input(file_));
        std::vector<std::string> lines;
        for (std::size_t at = 0; at < content.size();) {
            const std::size_t end = std::min(content.find('\n', at), content.size());
            lines.push_back(content.substr(at, end - at));
            if (!text::utf8_valid(lines.back())) return invalid(place(lines.size() - 1) + ": the line is not UTF-8");
            at = end + 1;
        }
        if (lines.empty()) return invalid(file_ + " is empty; expected a sentence a line");
        return lines;
    }

    static Json tokens_json(const text::Tokenizer& tokenizer, std::span<const text::TokenId> ids) {
        Json list = Json::array();
        for (const text::TokenId id : ids) {
            list.push_back(
                {{"id", id}, {"token", id < tokenizer.vocab_size() ? tokenizer.display(id) : std::string()}});
        }
        return list;
    }

    static Json sentence_json(const text::Tokenizer& tokenizer, std::string_view sentence,
                              std::span<const text::TokenId> source, std::span<const text::TokenId> ids,
                              double log_probability) {
        return {{"source", trimmed(sentence)},
                {"text", text_of(tokenizer, ids)},
                {"source_ids", source},
                {"ids", ids},
                {"log_probability", log_probability},
                {"source_tokens", tokens_json(tokenizer, source)},
                {"tokens", tokens_json(tokenizer, ids)}};
    }

    [[nodiscard]] model::TranslationOptions options() const {
        return {.tokens = tokens_,
                .sampling = {.temperature = static_cast<float>(temperature_),
                             .top_k = top_k_,
                             .top_p = static_cast<float>(top_p_)},
                .seed = static_cast<std::uint32_t>(seed_)};
    }

    Result<void> with_changes(Terminal& terminal, const kernels::Compute& compute,
                              const model::LoadedEncoderDecoder& loaded, std::span<const std::string> lines) const {
        for (std::size_t line = 0; line < lines.size(); ++line) {
            if (interrupted()) return interrupted_error();
            const auto result = changed_line(compute, loaded, lines[line]);
            if (!result.has_value()) return invalid(place(line) + ": " + result.error().message);
            if (json_) {
                terminal.print_json(*result);
            } else {
                terminal.print((*result)["text"].get<std::string>() + "\n");
            }
        }
        return {};
    }

    Result<Json> changed_line(const kernels::Compute& compute, const model::LoadedEncoderDecoder& loaded,
                              std::string_view sentence) const {
        const model::EncoderDecoderConfig& config = loaded.model.config();
        const std::vector<text::TokenId> source = loaded.tokenizer->encode(trimmed(sentence));
        if (source.empty()) return sentence_json(*loaded.tokenizer, sentence, source, {}, 0);
        ASSIGN_OR_RETURN(const auto changes, changes_.read(config, static_cast<int>(source.size()), config.context));
        if (beam_.beam > 1) return changed_beam(compute, loaded, sentence, source, changes);
        ASSIGN_OR_RETURN(const ChangedTranslation result,
                         translate_changed(compute, loaded.model, source, changes, options()));
        double sum = 0;
        for (const double each : result.log_probabilities) sum += each;
        Json json = sentence_json(*loaded.tokenizer, sentence, source, result.ids, sum);
        for (std::size_t i = 0; i < result.ids.size(); ++i) {
            json["tokens"][i]["probability"] = std::exp(result.log_probabilities[i]);
        }
        json["interventions"] = interpret::to_text(changes);
        return json;
    }

    Result<Json> changed_beam(const kernels::Compute& compute, const model::LoadedEncoderDecoder& loaded,
                              std::string_view sentence, std::span<const text::TokenId> source,
                              std::span<const interpret::Intervention> changes) const {
        model::BeamSearch search(
            compute, loaded.model.config(),
            std::make_unique<interpret::ChangedHypotheses>(
                compute, loaded.model, std::vector<interpret::Intervention>(changes.begin(), changes.end()),
                beam_.beam + 1),
            beam_);
        ASSIGN_OR_RETURN(const model::Translation best, search.translate(source));
        Json json = sentence_json(*loaded.tokenizer, sentence, source, best.ids, best.log_probability);
        json["score"] = best.score;
        json["interventions"] = interpret::to_text(changes);
        return json;
    }

    // Greedily or by drawing, each token as soon as it is there.
    Result<void> one_by_one(Terminal& terminal, const kernels::Compute& compute,
                            const model::LoadedEncoderDecoder& loaded, std::span<const std::string> lines) const {
        model::Translator translator(compute, loaded.model, options());
        for (std::size_t line = 0; line < lines.size(); ++line) {
            const std::vector<text::TokenId> source = loaded.tokenizer->encode(trimmed(lines[line]));
            if (!source.empty()) {
                const auto started = translator.start(source);
                if (!started.has_value()) return invalid(place(line) + ": " + started.error().message);
            }
            RETURN_IF_ERROR(stream(terminal, translator, *loaded.tokenizer, lines[line], source));
        }
        return {};
    }

    Result<void> stream(Terminal& terminal, model::Translator& translator, const text::Tokenizer& tokenizer,
                        std::string_view sentence, std::span<const text::TokenId> source) const {
        text::StreamingDecoder decoder;
        Json probabilities = Json::array();
        double before = 0;
        while (!source.empty() && !translator.done()) {
            if (interrupted()) return interrupted_error();
            const model::GeneratedToken token = translator.step();
            if (token.id < 0) return invalid("no logit of the model is a number");
            probabilities.push_back(std::exp(translator.log_probability() - before));
            before = translator.log_probability();
            const bool shown = token.id < tokenizer.vocab_size() && !tokenizer.is_special(token.id);
            if (shown && !json_) terminal.print(decoder.push(tokenizer.bytes(token.id)));
        }
        if (!json_) return terminal.print(decoder.finish() + "\n"), Result<void>{};
        const auto ids = source.empty() ? std::span<const text::TokenId>{} : translator.ids();
        Json line = sentence_json(tokenizer, sentence, source, ids, before);
        for (std::size_t i = 0; i < ids.size(); ++i) line["tokens"][i]["probability"] = probabilities[i];
        terminal.print_json(line);
        return {};
    }

    Result<void> several_at_once(Terminal& terminal, const kernels::Compute& compute,
                                 const model::LoadedEncoderDecoder& loaded, std::span<const std::string> lines) const {
        SentenceTranslator translator(compute, loaded.model, *loaded.tokenizer, beam_);
        for (std::size_t at = 0; at < lines.size();) {
            if (interrupted()) return interrupted_error();
            const std::size_t count = std::min(translator.worth_at_once(), lines.size() - at);
            const std::vector<std::string_view> some(lines.begin() + static_cast<std::ptrdiff_t>(at),
                                                     lines.begin() + static_cast<std::ptrdiff_t>(at + count));
            const auto results = translator.translate(some);
            for (std::size_t i = 0; i < count; ++i) {
                const TranslatedSentence& result = results[i];
                if (!result.error.empty()) return invalid(place(at + i) + ": " + result.error);
                if (json_) {
                    Json line = sentence_json(*loaded.tokenizer, some[i], result.source, result.target.ids,
                                              result.target.log_probability);
                    line["score"] = result.target.score;
                    terminal.print_json(line);
                } else {
                    terminal.print(result.text + "\n");
                }
            }
            at += count;
        }
        return {};
    }

    std::string folder_, text_, file_;
    model::BeamOptions beam_{.beam = 1};
    int tokens_ = 0, top_k_ = 0;
    double temperature_ = 0, top_p_ = 1;
    std::int64_t seed_ = 7;
    bool json_ = false;
    InterventionsInput changes_;
    ComputeInput compute_;
};

}  // namespace

Command translate_command() {
    return {"translate", "translate sentences with an encoder-decoder",
            "The encoder reads the whole sentence; the decoder then writes the translation token by token, looking "
            "back at\n"
            "the sentence through cross-attention. Greedy unless a beam or a temperature is given. The same sentence "
            "gives\n"
            "the same translation on every machine and in the page. With --do and --ablate, something is changed "
            "inside:\n"
            "off:enc0.2 (a head of the encoder; dec0.2 of the decoder, cross0.2 of its attention to the sentence; "
            "enc0.attn,\n"
            "enc0.mlp, enc0.n17), mean:dec0.2, scale:cross0.2@-0.5, paint:cross0.2@first (uniform, previous, self, or "
            "cells\n"
            "query-key-weight: 5-0-1_5-3-0.25; raw: not normalised).",
            "headlight translate --text 'I love you.'\n"
            "headlight translate --text 'Where is the station?' --beam 4 --json\n"
            "headlight translate --model en-tr --file sentences.txt --beam 4\n"
            "headlight translate --text 'He runs.' --temperature 0.8 --seed 3\n"
            "headlight translate --text 'I love you.' --beam 4 --do 'off:cross0.3;scale:enc0.1@0.5'",
            [] { return std::unique_ptr<Action>(std::make_unique<Translate>()); }};
}

}  // namespace headlight::cli
