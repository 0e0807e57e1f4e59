#include "kernels/implementations.h"

namespace headlight::kernels {
namespace {

#if defined(HEADLIGHT_KERNELS_X86)
constexpr const Kernels* kAll[] = {&kScalar, &kSimd128, &kAvx2, &kAvx512};
#else
constexpr const Kernels* kAll[] = {&kScalar, &kSimd128};
#endif

}  // namespace

bool always_supported() {
    return true;
}

#if defined(HEADLIGHT_KERNELS_X86)
bool avx2_supported() {
    return __builtin_cpu_supports("avx2") != 0;
}

bool avx512_supported() {
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0;
}
#endif

std::span<const Kernels* const> implementations() {
    return kAll;
}

const Kernels& best() {
    const Kernels* chosen = &kScalar;
    for (const Kernels* kernels : kAll) {
        if (kernels->supported()) chosen = kernels;
    }
    return *chosen;
}

const Kernels* find(std::string_view name) {
    for (const Kernels* kernels : kAll) {
        if (name == kernels->name && kernels->supported()) return kernels;
    }
    return nullptr;
}

}  // namespace headlight::kernels
