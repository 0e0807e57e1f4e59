#include "model/params.h"

namespace headlight::model {

std::size_t ParamList::add(std::string name, std::vector<std::int64_t> shape) {
    const std::size_t offset = size_;
    std::size_t size = 1;
    for (const auto n : shape) size *= static_cast<std::size_t>(n);
    params_.push_back({std::move(name), std::move(shape), offset, size});
    size_ += size;
    return offset;
}

}  // namespace headlight::model
