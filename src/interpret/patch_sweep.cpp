#include "interpret/patch_sweep.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "base/check.h"
#include "base/stopwatch.h"

namespace headlight::interpret {
namespace {

using model::Activations;
using model::Forward;
using nn::Site;
using nn::TokenId;

Intervention patch_of(SweepKind kind, int row, int column) {
    Intervention patch;
    patch.change = Change::patch;
    patch.layer = row;
    patch.target = kind == SweepKind::residual    ? Target::residual
                   : kind == SweepKind::attention ? Target::attention
                   : kind == SweepKind::mlp       ? Target::mlp
                                                  : Target::head;
    (kind == SweepKind::head ? patch.index : patch.position) = column;
    return patch;
}

Result<void> check(const PatchSweep::Prompts& prompts, const model::GptConfig& config) {
    const auto tokens = [](std::size_t count) { return std::to_string(count) + (count == 1 ? " token" : " tokens"); };
    if (prompts.clean.size() != prompts.corrupt.size()) {
        return invalid("the clean prompt has " + tokens(prompts.clean.size()) + ", the corrupt one " +
                       tokens(prompts.corrupt.size()) + "; patches need as many in both");
    }
    if (config.vocab < 2) return invalid("the model has one token alone; odds need two");
    if (prompts.clean.empty()) return invalid("both prompts are empty; expected at least one token");
    if (prompts.clean.size() > static_cast<std::size_t>(config.context)) {
        return invalid("the prompts have " + tokens(prompts.clean.size()) + "; the model has " +
                       std::to_string(config.context) + " positions");
    }
    if (prompts.clean == prompts.corrupt) return invalid("both prompts are the same; there is nothing to restore");
    std::vector<TokenId> ids = prompts.clean;
    ids.insert(ids.end(), prompts.corrupt.begin(), prompts.corrupt.end());
    for (const TokenId asked : {prompts.token, prompts.rival}) {
        if (asked != -1) ids.push_back(asked);
    }
    for (const TokenId id : ids) {
        if (id < 0 || id >= config.vocab) {
            return invalid("token " + std::to_string(id) + " is not there: the model has tokens 0 to " +
                           std::to_string(config.vocab - 1));
        }
    }
    if (prompts.token != -1 && prompts.token == prompts.rival)
        return invalid("the token and its rival are the same; expected two");
    return {};
}

}  // namespace

struct PatchSweep::State {
    enum class Phase : std::uint8_t { clean, corrupt, cells, done };

    State(const model::Compute& with, const model::Gpt& model, Prompts both, SweepKind kind)
        : compute(with),
          gpt(model),
          prompts(std::move(both)),
          clean(model.config(), 1, positions(), model::Keep::trace),
          work(model.config(), 1, positions(), model::Keep::trace) {
        const model::GptConfig& c = gpt.config();
        sweep.kind = kind;
        sweep.rows = c.layers;
        sweep.columns = kind == SweepKind::head ? c.heads : positions();
        sweep.restored.assign(static_cast<std::size_t>(cells()), std::numeric_limits<float>::quiet_NaN());
        begin(clean, prompts.clean, 0, {.logits = model::LogitRows::last});
    }

    [[nodiscard]] int positions() const { return static_cast<int>(prompts.clean.size()); }
    [[nodiscard]] int cells() const { return sweep.rows * sweep.columns; }
    [[nodiscard]] std::size_t station_floats() const {
        return prompts.clean.size() * static_cast<std::size_t>(gpt.config().d_model);
    }

    // ids: those from position `first` on.
    void begin(Activations& into, std::span<const TokenId> ids, int first, model::ForwardOptions options) {
        pass.emplace(compute, gpt, into, ids, first, options);
    }

    [[nodiscard]] float odds(const float* logits) const { return logits[sweep.token] - logits[sweep.rival]; }

    // Both runs are there: what the clean one says most, against what the corrupt one does, unless it was chosen.
    void compare(const float* after_clean, const float* after_corrupt) {
        const auto best = [&](const float* logits, TokenId but) {
            TokenId found = but == 0 ? 1 : 0;
            for (TokenId id = found + 1; id < gpt.config().vocab; ++id) {
                if (id != but && logits[id] > logits[found]) found = id;
            }
            return found;
        };
        sweep.token = prompts.token != -1 ? prompts.token : best(after_clean, prompts.rival);
        sweep.rival = prompts.rival != -1 ? prompts.rival : best(after_corrupt, sweep.token);
        sweep.clean_odds = odds(after_clean);
        sweep.corrupt_odds = odds(after_corrupt);
    }

    // Row and column of the cell that is next. Positions go backwards, because a pass leaves the rows before its first
    // one as they are: those of the corrupt run.
    [[nodiscard]] int row() const {
        return sweep.kind == SweepKind::head ? sweep.done / sweep.columns : sweep.done % sweep.rows;
    }
    [[nodiscard]] int column() const {
        return sweep.kind == SweepKind::head ? sweep.done % sweep.columns : sweep.columns - 1 - sweep.done / sweep.rows;
    }

    // What the cells begin with, [layer][positions, d_model]: the passes write over it in `work`.
    void keep_stations() {
        for (int layer = 0; layer < gpt.config().layers; ++layer) {
            const float* station = work.at(Site::resid_pre, layer);
            stations.emplace_back(station, station + station_floats());
        }
    }

    // Up to the first position that differs, both runs have the same bits; a patch there changes nothing.
    [[nodiscard]] bool changes_nothing() const {
        if (sweep.kind == SweepKind::head) return false;
        const auto before = static_cast<std::size_t>(column()) + 1;
        return std::equal(prompts.clean.begin(), prompts.clean.begin() + static_cast<std::ptrdiff_t>(before),
                          prompts.corrupt.begin());
    }

    void begin_cell() {
        const int layer = row(), first = sweep.kind == SweepKind::head ? 0 : column();
        patch = {patch_of(sweep.kind, layer, column())};
        observer.emplace(patch,
                         InterventionObserver::Runs{.gpt = &gpt, .other = &clean, .other_positions = positions()});
        const auto offset = static_cast<std::size_t>(first) * static_cast<std::size_t>(gpt.config().d_model);
        const std::vector<float>& station = stations[static_cast<std::size_t>(layer)];
        std::copy_n(station.data() + offset, station.size() - offset, work.at(Site::resid_pre, layer) + offset);
        begin(work, std::span<const TokenId>(prompts.corrupt).subspan(static_cast<std::size_t>(first)), first,
              {.logits = model::LogitRows::last, .observer = &*observer, .first_layer = layer});
    }

    void finish_cell(float odds_now) {
        const float span = sweep.clean_odds - sweep.corrupt_odds;
        const auto at = static_cast<std::size_t>(row() * sweep.columns + column());
        sweep.restored[at] = span == 0 ? 0 : (odds_now - sweep.corrupt_odds) / span;
        pass.reset();
        if (++sweep.done == cells()) phase = Phase::done;
    }

    // One stage of a pass, or a cell that needs none.
    void step() {
        if (phase == Phase::cells && !pass.has_value()) {
            if (changes_nothing()) return finish_cell(sweep.corrupt_odds);
            begin_cell();
        }
        if (!pass->advance()) return;
        if (phase == Phase::cells) return finish_cell(odds(pass->last_logits()));
        if (phase == Phase::clean) {
            begin(work, prompts.corrupt, 0, {.logits = model::LogitRows::last});
            phase = Phase::corrupt;
            return;
        }
        const auto last = static_cast<std::ptrdiff_t>(positions() - 1) * gpt.config().vocab;
        compare(clean.at(Site::logits) + last, pass->last_logits());
        keep_stations();
        pass.reset();
        phase = Phase::cells;
    }

    const model::Compute& compute;
    const model::Gpt& gpt;
    const Prompts prompts;
    Activations clean, work;  // work: the corrupt run, and from the patched place on that of the cell
    std::vector<std::vector<float>> stations;
    Phase phase = Phase::clean;
    std::vector<Intervention> patch;               // of the cell in work
    std::optional<InterventionObserver> observer;  // reads it
    std::optional<Forward> pass;
    Sweep sweep;
};

PatchSweep::PatchSweep(std::unique_ptr<State> state) : state_(std::move(state)) {}
PatchSweep::~PatchSweep() = default;

Result<std::unique_ptr<PatchSweep>> PatchSweep::create(const model::Compute& compute, const model::Gpt& gpt,
                                                       Prompts prompts, SweepKind kind) {
    RETURN_IF_ERROR(check(prompts, gpt.config()));
    return std::unique_ptr<PatchSweep>(new PatchSweep(std::make_unique<State>(compute, gpt, std::move(prompts), kind)));
}

bool PatchSweep::advance(double budget_ms) {
    const Stopwatch watch;
    while (!done()) {
        state_->step();
        if (watch.ms() >= budget_ms) break;
    }
    return done();
}

bool PatchSweep::done() const {
    return state_->phase == State::Phase::done;
}

const Sweep& PatchSweep::result() const {
    return state_->sweep;
}

}  // namespace headlight::interpret
