#include "interpret/head_sample.h"

#include <algorithm>
#include <optional>

#include "base/check.h"
#include "base/stopwatch.h"

namespace headlight::interpret {
namespace {

using Texts = std::vector<std::vector<nn::TokenId>>;

Texts usable(Texts texts, int context) {
    const auto most = static_cast<std::size_t>(std::min(context, HeadSample::kMostTokens));
    for (auto& ids : texts) ids.resize(std::min(ids.size(), most));
    std::erase_if(texts, [](const auto& ids) { return ids.size() < 2; });
    return texts;
}

int longest(const Texts& texts) {
    std::size_t most = 1;
    for (const auto& ids : texts) most = std::max(most, ids.size());
    return static_cast<int>(most);
}

int rows_of(const Texts& texts) {
    std::size_t rows = 0;
    for (const auto& ids : texts) rows += ids.size();
    return static_cast<int>(rows);
}

// Adds the new rows of every head's pattern to its tally.
class PatternReader final : public nn::Observer {
  public:
    explicit PatternReader(const model::GptConfig& config)
        : heads_(config.heads), tallies_(static_cast<std::size_t>(config.layers * config.heads)) {}

    void read(std::span<const nn::TokenId> ids) { ids_ = ids; }

    void at(nn::SiteAt site, nn::MutableSiteView view, int first) override {
        if (site.site != nn::Site::pattern) return;
        for (int head = 0; head < heads_; ++head) {  // [head, query, key]
            const Matrix pattern{view.data + head * view.stride[0], view.shape[1], view.shape[2], view.stride[1],
                                 view.stride[2]};
            tallies_[static_cast<std::size_t>(site.layer * heads_ + head)].add(pattern, ids_, first);
        }
    }

    [[nodiscard]] HeadStats stats(int layer, int head) const {
        return tallies_[static_cast<std::size_t>(layer * heads_ + head)].stats();
    }

  private:
    int heads_;
    std::vector<HeadTally> tallies_;    // [layer * heads + head]
    std::span<const nn::TokenId> ids_;  // of the text in work
};

}  // namespace

struct HeadSample::State {
    State(const model::Compute& with, const model::Gpt& model, Texts all, int rows_of_pass)
        : compute(with),
          gpt(model),
          texts(usable(std::move(all), model.config().context)),
          pass_rows(rows_of_pass),
          all_rows(rows_of(texts)),
          activations(model.config(), 1, longest(texts), model::Keep::decode),
          reader(model.config()) {
        CHECK(pass_rows > 0);
    }

    void begin_pass() {
        const std::vector<nn::TokenId>& ids = texts[text];
        const int end = std::min(row + pass_rows, static_cast<int>(ids.size()));
        reader.read(std::span(ids).first(static_cast<std::size_t>(end)));
        pass.emplace(compute, gpt, activations,
                     std::span(ids).subspan(static_cast<std::size_t>(row), static_cast<std::size_t>(end - row)), row,
                     model::ForwardOptions{.logits = model::LogitRows::none, .observer = &reader});
        pass_end = end;
    }

    // One stage of a pass. The last one, behind all patterns, is left out.
    void step() {
        if (!pass.has_value()) begin_pass();
        pass->advance();
        if (pass->stage() + 1 < pass->stages()) return;
        pass.reset();
        done_rows += pass_end - row;
        row = pass_end;
        if (row < static_cast<int>(texts[text].size())) return;
        row = 0;
        ++text;
    }

    const model::Compute& compute;
    const model::Gpt& gpt;
    const Texts texts;
    const int pass_rows, all_rows;
    model::Activations activations;
    PatternReader reader;
    std::optional<model::Forward> pass;
    std::size_t text = 0;                      // in work
    int row = 0, pass_end = 0, done_rows = 0;  // row: of `text`, where the pass begins
};

HeadSample::HeadSample(const model::Compute& compute, const model::Gpt& gpt,
                       std::vector<std::vector<nn::TokenId>> texts, int rows)
    : state_(std::make_unique<State>(compute, gpt, std::move(texts), rows)) {}
HeadSample::~HeadSample() = default;

bool HeadSample::advance(double budget_ms) {
    const Stopwatch watch;
    while (!done()) {
        state_->step();
        if (watch.ms() >= budget_ms) break;
    }
    return done();
}

bool HeadSample::done() const {
    return state_->text == state_->texts.size();
}

double HeadSample::fraction() const {
    return state_->all_rows == 0 ? 1 : static_cast<double>(state_->done_rows) / state_->all_rows;
}

HeadStats HeadSample::stats(int layer, int head) const {
    return state_->reader.stats(layer, head);
}

}  // namespace headlight::interpret
