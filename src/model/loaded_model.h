#pragma once
// What a model's folder becomes.

#include <map>
#include <optional>
#include <string>

#include "model/gpt.h"
#include "text/tokenizer.h"

namespace headlight::model {

struct LoadedModel {
    Gpt gpt;
    std::optional<text::Tokenizer> tokenizer;  // a folder used with ids alone needs none
};

using Files = std::map<std::string, std::string>;  // file name -> bytes

}  // namespace headlight::model
