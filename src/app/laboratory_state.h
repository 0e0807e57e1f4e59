#pragma once
// The laboratory's part of App::State. Private to the app*.cpp files.

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "app/changed_run.h"
#include "app/laboratory.h"
#include "app/settings.h"
#include "interpret/head_search.h"

namespace headlight::app {

struct LaboratoryState {
    std::unique_ptr<ChangedRun> run;            // of the session that is seated
    std::vector<interpret::Intervention> list;  // Settings::changes
    std::vector<std::string> reasons;           // of list: why it does nothing on this text; "": it does
    std::uint64_t revision = 0;                 // of the list, its reasons and the other prompt
    std::string told;                           // the list whose misfits were told
    std::string other_why;
    std::vector<std::int32_t> other_ids;
    std::string pair_why;

    std::unique_ptr<interpret::PatchSweep> sweep;
    interpret::PatchSweep::Prompts sweep_of;  // what it tells about
    bool sweeping = false;

    // Caches of the last pass, by a key of what they were made of.
    // Of what `view` is: the list, the pass, the position, the tokens of the odds, the language, a run on its way, and
    // of a translator the part.
    using ViewKey = std::tuple<std::uint64_t, std::uint64_t, int, int, int, Language, bool, interpret::Part>;
    mutable Laboratory view;
    mutable std::optional<ViewKey> view_key;
    mutable std::unique_ptr<interpret::LogitLens> lens;
    mutable std::uint64_t lens_revision = 0;
    mutable interpret::Attribution parts;
    mutable std::optional<ViewKey> parts_key;
    mutable std::vector<float> bits;
    mutable std::uint64_t bits_revision = 0;
    std::unique_ptr<interpret::Neighbours> near;
    std::int32_t near_id = -1;  // whose
    Space space;
    std::string space_key;
    struct SummaryOf {
        std::vector<float> values;
        std::string key;
    };
    mutable std::array<SummaryOf, 3> summaries;  // of each Run
    mutable std::vector<int> order;
    mutable std::string order_key;
    mutable std::vector<float> alike;  // by layer * heads + head, for HeadOrder::alike; otherwise empty
    mutable std::map<std::string, std::vector<float>, std::less<>> differences;
    mutable std::uint64_t differences_revision = 0;

    [[nodiscard]] bool busy() const { return run != nullptr && run->busy(); }
    [[nodiscard]] bool changed() const { return run != nullptr && run->complete(); }
    [[nodiscard]] bool has_other() const { return run != nullptr && run->has_other(); }
};

}  // namespace headlight::app
