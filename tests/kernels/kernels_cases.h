#pragma once
// What the tests of the kernels share: the list of implementations, guarded buffers, comparing bits.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/rng.h"
#include "kernels/kernels.h"

namespace headlight::kernels {

inline std::vector<std::string> supported_names() {
    std::vector<std::string> names;
    for (const Kernels* kernels : implementations()) {
        if (kernels->supported()) names.emplace_back(kernels->name);
    }
    return names;
}

inline const Kernels& scalar() {
    return *implementations().front();
}

// One test for every implementation that this machine can run.
class EachImplementation : public testing::TestWithParam<std::string> {
  protected:
    const Kernels& kernels() const { return *find(GetParam()); }
};

inline auto every_implementation() {
    return testing::ValuesIn(supported_names());
}

inline std::string name_of(const testing::TestParamInfo<std::string>& info) {
    return info.param;
}

// `size` floats that start `offset` floats past a 64-byte boundary, between guards that nobody may write.
class Guarded {
  public:
    Guarded(int size, int offset)
        : storage_(static_cast<std::size_t>(size) + 64 + 16, kGuard), size_(static_cast<std::size_t>(size)) {
        const auto address = reinterpret_cast<std::uintptr_t>(storage_.data()) / sizeof(float);
        begin_ = (32 - address % 16) + static_cast<std::size_t>(offset);
    }
    Guarded(const Guarded&) = delete;
    Guarded& operator=(const Guarded&) = delete;

    float* data() { return storage_.data() + begin_; }
    float& operator[](int i) { return data()[i]; }
    void fill(Rng& rng, float low, float high) {
        for (std::size_t i = 0; i < size_; ++i) {
            storage_[begin_ + i] = low + (high - low) * static_cast<float>(rng.uniform());
        }
    }
    void copy_from(const Guarded& other) {
        for (std::size_t i = 0; i < size_; ++i) storage_[begin_ + i] = other.storage_[other.begin_ + i];
    }
    std::vector<float> values() const {
        const float* first = storage_.data() + begin_;
        return {first, first + size_};
    }
    bool guards_hold() const {
        for (std::size_t i = 0; i < storage_.size(); ++i) {
            const bool inside = i >= begin_ && i < begin_ + size_;
            if (!inside && storage_[i] != kGuard) return false;
        }
        return true;
    }

  private:
    static constexpr float kGuard = -98765.0f;
    std::vector<float> storage_;
    std::size_t begin_ = 0, size_;
};

// The same bits; any NaN equals any NaN, because its payload is the machine's choice.
inline bool same_bits(float a, float b) {
    if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
    return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

inline testing::AssertionResult same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    if (a.size() != b.size()) return testing::AssertionFailure() << a.size() << " values against " << b.size();
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!same_bits(a[i], b[i]))
            return testing::AssertionFailure() << "element " << i << ": " << a[i] << " and " << b[i];
    }
    return testing::AssertionSuccess();
}

}  // namespace headlight::kernels
