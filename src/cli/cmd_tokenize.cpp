// Text to token ids and back.
#include "cli/command_list.h"
#include "cli/inputs.h"
#include "cli/terminal.h"

namespace headlight::cli {
namespace {

class Tokenize : public Action {
  public:
    void declare(std::vector<Option>& options) override {
        options.push_back({"-m,--model,--tokenizer", &folder_, "DIR",
                           "folder with tokenizer.json, or vocab.json and merges.txt (default: the story model)"});
        options.push_back({"-t,--text", &text_, "TEXT", "the text"});
        options.push_back({"-f,--file", &file_, "FILE", "a file with the text; - is standard input"});
        options.push_back({"--ids", &ids_, "IDS", "the other way round: 1,2,3 to text"});
        options.push_back({"--json", &json_, "", "one JSON object: ids, tokens, text"});
    }

    Result<void> run(Terminal& terminal) override {
        if (static_cast<int>(!text_.empty()) + static_cast<int>(!file_.empty()) + static_cast<int>(!ids_.empty()) > 1) {
            return invalid("--text, --file and --ids are three kinds of input; expected one of them");
        }
        ASSIGN_OR_RETURN(const std::string folder, model_folder(folder_));
        ASSIGN_OR_RETURN(const text::Tokenizer tokenizer, load_tokenizer(folder));
        std::vector<text::TokenId> ids;
        if (!ids_.empty()) {
            ASSIGN_OR_RETURN(ids, parse_ids(ids_));
            RETURN_IF_ERROR(check_ids(ids, tokenizer.vocab_size()));
            if (!json_) return terminal.print(tokenizer.decode(ids) + "\n"), Result<void>{};
        } else {
            std::string text = text_;
            if (!file_.empty()) {
                ASSIGN_OR_RETURN(text, read_input(file_));
            }
            ids = tokenizer.encode(text);
        }
        if (json_) {
            print_json(terminal, tokenizer, ids);
        } else {
            print_table(terminal, tokenizer, ids);
        }
        return {};
    }

  private:
    static void print_json(Terminal& terminal, const text::Tokenizer& tokenizer, std::span<const text::TokenId> ids) {
        text::StreamingDecoder decoder;
        Json tokens = Json::array();
        std::string text;
        for (const text::TokenId id : ids) {
            tokens.push_back(tokenizer.display(id));
            text += decoder.push(tokenizer.bytes(id));
        }
        text += decoder.finish();
        terminal.print_json({{"ids", ids}, {"tokens", tokens}, {"text", text}, {"count", ids.size()}});
    }

    // One token a line: its id, then its text between quotes, so that spaces show.
    static void print_table(Terminal& terminal, const text::Tokenizer& tokenizer, std::span<const text::TokenId> ids) {
        std::string lines;
        for (const text::TokenId id : ids) {
            const std::string number = std::to_string(id);
            lines += std::string(number.size() < 7 ? 7 - number.size() : 0, ' ') + number + "  \"";
            for (const char c : tokenizer.display(id)) lines += c == '\n' ? std::string("\\n") : std::string(1, c);
            lines += "\"\n";
        }
        terminal.print(lines);
    }

    std::string folder_, text_, file_, ids_;
    bool json_ = false;
};

}  // namespace

Command tokenize_command() {
    return {"tokenize", "text to token ids, and ids back to text",
            "Shows how a text is cut into tokens, the pieces that a model reads. A token is a run of bytes; frequent\n"
            "words are one token, rare ones several. Every text comes back unchanged.",
            "headlight tokenize --text 'Once upon a time'\n"
            "headlight tokenize --file story.txt --json\n"
            "headlight tokenize --ids 15496,11,314,716 --model ./gpt2",
            [] { return std::unique_ptr<Action>(std::make_unique<Tokenize>()); }};
}

}  // namespace headlight::cli
