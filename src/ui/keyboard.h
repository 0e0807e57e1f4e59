#pragma once
// Keys that work everywhere except in a text field; help.cpp lists them.

#include "ui/context.h"

namespace headlight::ui {

void handle_keys(const Context& context);

}  // namespace headlight::ui
