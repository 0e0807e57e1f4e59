#include "kernels/implementations.h"

#include "kernels/relaxed.h"

namespace headlight::kernels {

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
    static const Kernels* const all[] = {&kScalar, &kSimd128,
#if defined(HEADLIGHT_KERNELS_X86)
                                         &kAvx2, &kAvx512,
#endif
                                         relaxed()};
    return std::span(all).first(std::size(all) - (relaxed() == nullptr ? 1 : 0));
}

const Kernels& best() {
    const Kernels* chosen = &kScalar;
    for (const Kernels* kernels : implementations()) {
        if (kernels->supported() && kernels->fast()) chosen = kernels;
    }
    return *chosen;
}

const Kernels* find(std::string_view name) {
    for (const Kernels* kernels : implementations()) {
        if (name == kernels->name && kernels->supported()) return kernels;
    }
    return nullptr;
}

}  // namespace headlight::kernels
