// Learns a byte-level BPE tokenizer from texts.
#include "base/file.h"
#include "base/numeric_text.h"
#include "cli/command_list.h"
#include "cli/inputs.h"
#include "cli/terminal.h"
#include "text/bpe_trainer.h"
#include "text/pairs.h"

namespace headlight::cli {
namespace {

class TokenizerTrain : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        options.push_back({"-t,--text", &texts_, "FILE...", "texts to learn from"});
        options.push_back({"--pairs", &pairs_, "FILE...",
                           "sentence pairs to learn from, a pair a line, a tab between: both sides share the tokens"});
        options.push_back(
            {"-o,--out", &out_, "DIR", "folder for vocab.json, merges.txt and tokenizer.json", 0, 0, true});
        options.push_back({"-v,--vocab,--vocab-size", &options_.vocab_size, "N",
                           "tokens: 256 bytes, the merges and the special tokens", 257, 1'000'000});
        options.push_back({"--min-frequency", &options_.min_frequency, "N", "rarer pairs are not joined", 1, 1e9});
        options.push_back({"--special", &specials_, "TOKEN...", "special tokens (default: <|endoftext|>)"});
        options.push_back({"--json", &json_, "", "the summary as one JSON object"});
    }

    Result<void> run(Terminal& terminal) override {
        ASSIGN_OR_RETURN(const std::vector<std::string> texts, read_texts());
        if (!specials_.empty()) options_.special_tokens = specials_;
        options_.progress = [&terminal](int done, int total) {
            const double part = static_cast<double>(done) / std::max(total, 1);
            terminal.progress(bar(part, 30) + "  " + std::to_string(done) + " of " + std::to_string(total) + " tokens");
            return !interrupted();
        };
        ASSIGN_OR_RETURN(const text::Tokenizer tokenizer, text::train_bpe(texts, options_));
        RETURN_IF_ERROR(write_file_atomic(out_ + "/vocab.json", tokenizer.vocab_json()));
        RETURN_IF_ERROR(write_file_atomic(out_ + "/merges.txt", tokenizer.merges_txt()));
        RETURN_IF_ERROR(write_file_atomic(out_ + "/tokenizer.json", tokenizer.tokenizer_json()));
        summarise(terminal, tokenizer, texts);
        return {};
    }

  private:
    // Sentences of pairs are texts of their own: no word goes from one into the next.
    Result<std::vector<std::string>> read_texts() const {
        if (texts_.empty() && pairs_.empty()) return invalid("what from? give --text FILE... or --pairs FILE...");
        std::vector<std::string> texts;
        for (const std::string& path : texts_) {
            ASSIGN_OR_RETURN(texts.emplace_back(), read_input(path));
        }
        for (const std::string& path : pairs_) {
            ASSIGN_OR_RETURN(const std::string file, read_input(path));
            ASSIGN_OR_RETURN(const auto pairs, text::read_pairs(file, path));
            for (const text::SentencePair& pair : pairs) {
                texts.emplace_back(pair.source);
                texts.emplace_back(pair.target);
            }
        }
        return texts;
    }

    void summarise(Terminal& terminal, const text::Tokenizer& tokenizer, std::span<const std::string> texts) const {
        std::size_t bytes = 0, tokens = 0;
        for (const std::string& text : texts) {
            bytes += text.size();
            tokens += tokenizer.encode(text).size();
        }
        const double per_token = tokens == 0 ? 0 : static_cast<double>(bytes) / static_cast<double>(tokens);
        if (json_) {
            return terminal.print_json({{"vocab", tokenizer.vocab_size()},
                                        {"bytes", bytes},
                                        {"tokens", tokens},
                                        {"bytes_per_token", per_token},
                                        {"out", out_}});
        }
        terminal.print(grouped(tokenizer.vocab_size()) + " tokens written to " + out_ + "; the texts become " +
                       grouped(static_cast<std::int64_t>(tokens)) + " tokens of " + fixed(per_token, 2) + " bytes\n");
    }

    std::vector<std::string> texts_, pairs_, specials_;
    std::string out_;
    text::BpeTrainerOptions options_;
    bool json_ = false;
};

}  // namespace

Command tokenizer_train_command() {
    return {
        "tokenizer-train", "learn a tokenizer from texts",
        "Learns a byte-level BPE as GPT-2 has it: starting from the 256 bytes, the most frequent pair of neighbours\n"
        "becomes a new token, again and again. The same texts give the same tokenizer.",
        "headlight tokenizer-train --text stories.txt --vocab 2048 --out tokenizer\n"
        "headlight tokenizer-train --text a.txt b.txt --vocab 4096 --special '<|endoftext|>' --out tokenizer\n"
        "headlight tokenizer-train --pairs en_tr.tsv --vocab 3000 --special '<start>' '<end>' '<pad>' --out tokenizer",
        [] { return std::unique_ptr<Action>(std::make_unique<TokenizerTrain>()); }};
}

}  // namespace headlight::cli
