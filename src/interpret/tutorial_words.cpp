#include <algorithm>
#include <limits>

#include "interpret/tutorial_extra.h"

namespace headlight::interpret {
namespace {

constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return text;
}

// The id of a word in either case; the tutorial's vocabulary keeps "Know" but merges "The" and "the".
float id_of(const std::vector<std::string>& vocabulary, const std::string& word) {
    const auto found = std::ranges::find(vocabulary, lower(word), lower);
    return found == vocabulary.end() ? kNone : static_cast<float>(found - vocabulary.begin());
}

Table lines(std::size_t count) {
    return {static_cast<int>(count), 1};
}

void add_lines(SheetMaker& sheets, const std::vector<std::string>& texts) {
    Table numbers = lines(texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i) numbers.values[i] = static_cast<float>(i + 1);
    Sheet& sheet = sheets.add("sentences", "sentences", "", "", SheetRule::shown, numbers);
    sheet.words = texts;
    sheet.decimals = 0;
}

// Words by their ids, from id `first` to before id `end`.
void add_vocabulary(SheetMaker& sheets, const std::vector<std::string>& words, std::size_t first, std::size_t end) {
    Table numbers = lines(end - first);
    for (std::size_t i = first; i < end; ++i) numbers.values[i - first] = static_cast<float>(i);
    Sheet& sheet = sheets.add("vocabulary", "vocabulary", "id", "", SheetRule::shown, numbers);
    sheet.row_labels.assign(words.begin() + static_cast<std::ptrdiff_t>(first),
                            words.begin() + static_cast<std::ptrdiff_t>(end));
    sheet.decimals = 0;
}

}  // namespace

void add_words(const TutorialData& data, TutorialMode mode, std::span<TutorialStep> steps) {
    SheetMaker corpus(steps[0], ""), vocabulary(steps[1], ""), sentence(steps[2], "");
    add_lines(corpus, data.sentences);

    std::size_t longest = 0;
    for (const auto& line : data.words) longest = std::max(longest, line.size());
    Table ids(static_cast<int>(data.words.size()), static_cast<int>(longest), kNone);
    std::vector<std::string> texts(ids.values.size());
    int all = 0;
    for (int row = 0; row < ids.rows; ++row) {
        const auto& line = data.words[static_cast<std::size_t>(row)];
        all += static_cast<int>(line.size());
        for (int col = 0; col < static_cast<int>(line.size()); ++col) {
            texts[ids.index(row, col)] = line[static_cast<std::size_t>(col)];
            ids.at(row, col) = id_of(data.vocabulary, texts[ids.index(row, col)]);
        }
    }
    Sheet& words = vocabulary.add("words", "words", "N", "", SheetRule::shown, ids);
    words.words = texts;
    words.decimals = 0;

    const bool merged = mode == TutorialMode::paper;  // case set aside, as a vocabulary of 23 needs
    std::vector<std::string> different;
    for (const std::string& word : texts) {
        if (!word.empty()) different.push_back(merged ? lower(word) : word);
    }
    std::ranges::sort(different);
    different.erase(std::ranges::unique(different).begin(), different.end());
    Table counts(1, 2);
    counts.values = {static_cast<float>(all), static_cast<float>(different.size())};
    Sheet& count = vocabulary.add("count", "count", "", "vocab size = count(set(N))", SheetRule::count, counts);
    count.a = "words";
    count.constant = merged ? 1 : 0;
    count.col_labels = {"N", "set(N)"};
    count.decimals = 0;
    count.note = merged ? "tutorial.note.merged" : "tutorial.note.case";
    add_vocabulary(vocabulary, data.vocabulary, 1, data.vocabulary.size() - 2);

    Table prompt(1, static_cast<int>(data.prompt.size()));
    std::ranges::transform(data.prompt, prompt.values.begin(),
                           [&](const std::string& word) { return id_of(data.vocabulary, word); });
    Sheet& whole = sentence.add("sentence", "sentence", "id", "", SheetRule::shown, prompt);
    whole.col_labels = data.prompt;
    whole.decimals = 0;
}

void add_learned_words(const ModelView& view, std::span<TutorialStep> steps) {
    const auto joined = [&](std::span<const std::int32_t> ids) {
        std::string out;
        for (const std::int32_t id : ids) out += (out.empty() ? "" : " ") + view.word(id);
        return out;
    };
    SheetMaker corpus(steps[0], ""), vocabulary(steps[1], "");
    add_lines(corpus, {joined(view.source), joined(view.target)});
    add_vocabulary(vocabulary, view.words, 0, view.words.size());
}

}  // namespace headlight::interpret
