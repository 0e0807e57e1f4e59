#include "platform/area.h"

#include <algorithm>

namespace headlight::platform {

Area joined(const Area& a, const Area& b) {
    return {std::min(a.left, b.left), std::min(a.top, b.top), std::max(a.right, b.right), std::max(a.bottom, b.bottom)};
}

Area common(const Area& a, const Area& b) {
    return {std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right), std::min(a.bottom, b.bottom)};
}

void join_areas(std::vector<Area>& areas, std::size_t most) {
    for (;;) {
        std::size_t first = 0, second = 0;
        float least = std::numeric_limits<float>::infinity();
        for (std::size_t i = 0; i < areas.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                const float loss = areas[i].meets(areas[j])
                                       ? -1
                                       : joined(areas[i], areas[j]).size() - areas[i].size() - areas[j].size();
                if (loss < least) least = loss, first = j, second = i;
            }
        }
        if (least >= 0 && areas.size() <= most) return;
        areas[first] = joined(areas[first], areas[second]);
        areas.erase(areas.begin() + static_cast<std::ptrdiff_t>(second));
    }
}

}  // namespace headlight::platform
