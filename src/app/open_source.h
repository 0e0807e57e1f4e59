#pragma once
// From the explanation of a number to what fed it.

#include <vector>

#include "app/app.h"

namespace headlight::app {

// The commands that show a source in the inspector, with its cell selected: at the first of an axis that the source
// takes whole. None for what is no traced value of the model that is shown: a weight, a sheet of the tutorial.
[[nodiscard]] std::vector<Command> open_source(const App& app, const interpret::Source& source);

}  // namespace headlight::app
