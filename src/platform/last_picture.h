#pragma once
// What was drawn last. Pictures come to rest after the program has: the second and third after a change are mostly the
// first one again, and need not be sent. That saves a slow graphics process, or a battery, two thirds of its work.

#include <cstddef>
#include <cstdint>
#include <vector>

struct ImDrawData;

namespace headlight::platform {

class LastPicture {
  public:
    // Whether `data` on that background would show what the last call's did. Keeps it for the next.
    [[nodiscard]] bool repeats(const ImDrawData& data, std::uint32_t background);
    // What a texture holds has changed, or the screen: the next picture repeats none.
    void forget() { size_ = 0; }

  private:
    std::vector<std::byte> bytes_;  // of the whole picture, in the order in which it is compared
    std::size_t size_ = 0;          // of them in use
};

}  // namespace headlight::platform
