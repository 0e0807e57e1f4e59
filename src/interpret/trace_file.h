#pragma once
// A trace as one safetensors file, under TransformerLens' names and shapes (without its batch axis).

#include <map>
#include <string>

#include "interpret/explain.h"

namespace headlight::interpret {

// Every site in the order of the forward pass; the ids stand in the metadata as "1,2,3". Masked scores are -infinity.
[[nodiscard]] std::string trace_file(const Pass& pass, std::map<std::string, std::string> metadata);

}  // namespace headlight::interpret
