// Any text as a list of interventions: reading never fails, what it takes comes back from its text, and what fits a
// model stays within it.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "interpret/intervention.h"

namespace {

using namespace headlight;
using namespace headlight::interpret;

void check_list(const InterventionList& list) {
    CHECK(list.good.size() <= kMostInterventions);
    for (const BadIntervention& bad : list.bad) {
        for (const char letter : bad.item + bad.reason()) CHECK(letter >= ' ' && letter <= '~');
        CHECK(!bad.reason().empty());
    }
}

void check_pair(std::string_view text) {
    const InterventionList list = parse_interventions(text, ModelKind::encoder_decoder);
    check_list(list);
    const InterventionList again = parse_interventions(to_text(list.good), ModelKind::encoder_decoder);
    CHECK(again.good == list.good && again.bad.empty());
    const model::EncoderDecoderConfig config{
        .context = 16, .encoder_layers = 3, .decoder_layers = 2, .heads = 4, .d_mlp = 32};
    constexpr int kSources = 7, kTargets = 5;
    const InterventionList fits = fitting(list.good, config, kSources, kTargets);
    for (const Intervention& i : fits.good) {
        CHECK(i.part != Part::gpt && i.layer >= 0 && i.layer < (i.part == Part::encoder ? 3 : 2));
        for (const PaintedCell& cell : i.cells) {
            CHECK(cell.query < (i.part == Part::encoder ? kSources : kTargets));
            CHECK(cell.key < (i.part == Part::decoder ? cell.query + 1 : kSources));
        }
    }
    CHECK(fitting(fits.good, config, kSources, kTargets).bad.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_pair(text);
    const InterventionList list = parse_interventions(text);
    check_list(list);
    const InterventionList again = parse_interventions(to_text(list.good));
    CHECK(again.good == list.good && again.bad.empty());

    const model::GptConfig config{.vocab = 400, .context = 16, .d_model = 24, .layers = 4, .heads = 4, .d_mlp = 32};
    constexpr int kPositions = 9;
    const InterventionList fits = fitting(list.good, config, kPositions);
    for (const Intervention& i : fits.good) {
        CHECK(i.layer >= 0 && i.layer < config.layers && i.position < kPositions && i.token < config.vocab);
        CHECK(i.factor >= -2 && i.factor <= 2);
        CHECK(i.from_layer <= i.layer && i.from_head < config.heads);
        for (const PaintedCell& cell : i.cells) {
            CHECK(cell.key >= 0 && cell.key <= cell.query && cell.query < kPositions);
            CHECK(cell.weight >= 0 && cell.weight <= 1);
        }
        CHECK(same_place(i, i));
    }
    CHECK(fitting(fits.good, config, kPositions).bad.empty());
    const int first = first_changed_layer(fits.good, config.layers);
    CHECK(first >= -1 && first <= config.layers);
    return 0;
}
