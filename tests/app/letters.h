#pragma once
// The program's type faces, where tests/run has put them; null elsewhere.

#include "app/lettering.h"
#include "base/file.h"

namespace headlight::app {

inline std::unique_ptr<Lettering> test_letters() {
    const auto file = [](const char* name) {
        return read_file(std::string(HEADLIGHT_FONTS_DIR) + "/" + name).value_or("");
    };
    return Lettering::create({file("ui.ttf"), file("ui-semibold.ttf"), file("symbols.ttf")});
}

}  // namespace headlight::app
