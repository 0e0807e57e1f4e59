// bench_interventions [MODEL_DIR [threads [kernels]]]: what a person waits for who changes something inside the GPT of
// the page (assets/models/story by default), with 64 tokens: from the new list to the new logits of the last position,
// once for each kind of change at the first layer where it can be, and once at the last; then the sweeps of patches
// over 24 tokens. Medians. Not a test: build it alone (ninja bench_interventions). Wanted: 50 ms for a change, 5 s for
// a sweep.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "interpret/patch_sweep.h"
#include "model/hf_folder.h"

namespace {

using namespace headlight;
using model::Activations;
using Ids = std::vector<nn::TokenId>;

constexpr int kPositions = 64, kSweepPositions = 24, kRounds = 15;
constexpr double kWantedChangeMs = 50, kWantedSweepMs = 5000;

double now_ms() {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Ids some_ids(int count, int vocab, int salt) {
    Ids ids;
    for (int i = 0; i < count; ++i) ids.push_back(static_cast<nn::TokenId>((i * 7919 + salt * 104729 + 11) % vocab));
    return ids;
}

const char* verdict(double ms, double wanted) {
    return ms <= wanted ? "ok" : "TOO SLOW";
}

// The runs that are there before anybody changes something.
struct Lab {
    const kernels::Compute& compute;
    const model::Gpt& gpt;
    Ids ids = some_ids(kPositions, gpt.config().vocab, 0), other_ids = some_ids(kPositions, gpt.config().vocab, 1);
    Activations baseline{gpt.config(), 1, kPositions, model::Keep::trace}, other = baseline, changed = baseline;

    void run(const Ids& of, Activations& into, model::ForwardOptions options) const {
        model::Forward(compute, gpt, into, of, 0, options).run();
    }

    // From the text of the list on: read it, make the residual stream of the layer that it begins with as it was, and
    // run the pass from there.
    double change_ms(const std::string& text) {
        const double start = now_ms();
        const auto list = interpret::fitting(interpret::parse_interventions(text).good, gpt.config(), kPositions).good;
        const int first = interpret::first_changed_layer(list, gpt.config().layers);
        if (first >= 0) {
            std::copy_n(baseline.at(nn::Site::resid_pre, first), kPositions * gpt.config().d_model,
                        changed.at(nn::Site::resid_pre, first));
        }
        interpret::InterventionObserver observer(list, {&gpt, &baseline, kPositions, &other, kPositions, &changed});
        run(ids, changed, {.logits = model::LogitRows::last, .observer = &observer, .first_layer = first});
        if (list.empty()) std::exit(1);
        return now_ms() - start;
    }

    bool report(const std::string& text) {
        std::vector<double> times;
        for (int round = 0; round < kRounds; ++round) {
            run(ids, changed, {.logits = model::LogitRows::last});
            times.push_back(change_ms(text));
        }
        std::ranges::sort(times);
        const double ms = times[kRounds / 2];
        std::printf("%-22s %7.2f ms  %s\n", text.c_str(), ms, verdict(ms, kWantedChangeMs));
        return ms <= kWantedChangeMs;
    }
};

bool bench_sweep(const kernels::Compute& compute, const model::Gpt& gpt, interpret::SweepKind kind, const char* name) {
    const int vocab = gpt.config().vocab;
    auto sweep = interpret::PatchSweep::create(compute, gpt,
                                               {.clean = some_ids(kSweepPositions, vocab, 0),
                                                .corrupt = some_ids(kSweepPositions, vocab, 1),  // differs everywhere
                                                .token = 1,
                                                .rival = 2},
                                               kind);
    if (!sweep.has_value()) std::exit(1);
    const double start = now_ms();
    double longest = 0;
    for (bool done = false; !done;) {
        const double slice = now_ms();
        done = (*sweep)->advance(0);
        longest = std::max(longest, now_ms() - slice);
    }
    const double ms = now_ms() - start;
    std::printf("sweep of %-13s %7.0f ms  %s (%d cells, longest slice %.2f ms)\n", name, ms,
                verdict(ms, kWantedSweepMs), (*sweep)->result().done, longest);
    return ms <= kWantedSweepMs;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string folder = argc > 1 ? argv[1] : "assets/models/story";
    const kernels::Kernels* chosen = argc > 3 ? kernels::find(argv[3]) : &kernels::best();
    if (chosen == nullptr) return 1;
    const kernels::Compute compute(argc > 2 ? std::atoi(argv[2]) : 1, *chosen);
    const auto loaded = model::load_model_folder(compute, folder);
    if (!loaded.has_value()) {
        std::printf("%s\n", loaded.error().message.c_str());
        return 1;
    }
    const model::GptConfig& config = loaded->gpt.config();
    const std::string last = std::to_string(config.layers - 1);
    std::printf("%s, %d thread(s), %s: %d layers, %d positions; wanted: %.0f ms a change, %.0f s a sweep of %d\n",
                compute.kernels().name, compute.pool().threads(), folder.c_str(), config.layers, kPositions,
                kWantedChangeMs, kWantedSweepMs / 1000, kSweepPositions);
    Lab lab{.compute = compute, .gpt = loaded->gpt};
    lab.run(lab.ids, lab.baseline, {});
    lab.run(lab.other_ids, lab.other, {});
    bool fast = true;
    for (const char* text : {"off:0.1", "off:0.attn", "off:0.mlp", "off:0.n17", "mean:0.1", "mean:0.mlp",
                             "scale:0.1@-0.5", "paint:0.1@uniform", "paint:0.1@5-0-1_9-2-0.5", "raw:0.1@5-0-1",
                             "freeze:0.1", "patch:0.resid@5", "patch:0.1@all", "swap:5@318", "drop:5"}) {
        fast = lab.report(text) && fast;
    }
    fast = lab.report("paint:" + last + ".1@copy0.1") && fast;
    fast = lab.report("off:" + last + ".1") && fast;
    using interpret::SweepKind;
    fast = bench_sweep(compute, loaded->gpt, SweepKind::residual, "the residual") && fast;
    fast = bench_sweep(compute, loaded->gpt, SweepKind::attention, "attention") && fast;
    fast = bench_sweep(compute, loaded->gpt, SweepKind::mlp, "MLPs") && fast;
    fast = bench_sweep(compute, loaded->gpt, SweepKind::head, "heads") && fast;
    return fast ? 0 : 1;
}
