#pragma once
// The tutorial of the repository's own data, for the tests beside this file.

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "interpret/tutorial.h"

namespace headlight::interpret {

inline std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}
inline std::string tutorial_json() {
    return read_text(std::string(HEADLIGHT_ASSETS_DIR) + "/tutorial/tutorial.json");
}

class TutorialFixture : public testing::Test {
  protected:
    TutorialFixture() : made_(Tutorial::from_json(compute_, tutorial_json())) {}
    void SetUp() override { ASSERT_TRUE(made_.has_value()) << made_.error().message; }

    Tutorial& tutorial() { return *made_; }
    const Sheet& sheet(std::string_view id) {
        const Sheet* found = made_->find(id);
        EXPECT_NE(found, nullptr) << id;
        static const Sheet none;
        return found == nullptr ? none : *found;
    }
    // All sheets of the mode, step by step.
    template <class Body>
    void for_sheets(int steps, Body&& body) {
        for (int i = 0; i < steps; ++i) {
            for (const Sheet& s : made_->step(i).sheets) body(s);
        }
    }

    kernels::Compute compute_{1};
    Result<Tutorial> made_;
};

}  // namespace headlight::interpret
