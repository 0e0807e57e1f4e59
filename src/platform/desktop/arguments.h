#pragma once
// The command line of the desktop program.

#include <string>

#include "base/result.h"

namespace headlight::platform {

struct Arguments {
    std::string link;           // without '#'
    std::string assets;         // folder with strings/, prompts/, models/
    std::string model;          // a model folder to open at the start
    int width = 0, height = 0;  // 0: as the window was left
    bool help = false;
    // For tests: writes {"state": ..., "widgets": ...} to a file after every frame; ends after so many frames (0:
    // never).
    std::string test_state;
    int test_frames = 0;
};

// Errors name the argument and what would be right.
[[nodiscard]] Result<Arguments> parse_arguments(int argc, char** argv);
[[nodiscard]] const char* usage();

}  // namespace headlight::platform
