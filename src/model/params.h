#pragma once
// How the parameters of a model lie in one flat buffer.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace headlight::model {

// A parameter tensor: its name in the model's file, its shape, and where it begins in the flat buffer.
struct ParamInfo {
    std::string name;
    std::vector<std::int64_t> shape;
    std::size_t offset;
    std::size_t size;

    [[nodiscard]] std::int64_t rows() const { return shape[0]; }
    // Numbers of a row; a vector has rows of one.
    [[nodiscard]] std::size_t row_size() const { return shape.size() == 2 ? static_cast<std::size_t>(shape[1]) : 1; }
};

// One list makes names, shapes and offsets, so that they cannot drift apart.
class ParamList {
  public:
    [[nodiscard]] const std::vector<ParamInfo>& params() const { return params_; }
    [[nodiscard]] std::size_t size() const { return size_; }  // floats; the number of parameters

  protected:
    // Returns the offset.
    std::size_t add(std::string name, std::vector<std::int64_t> shape);

  private:
    std::vector<ParamInfo> params_;
    std::size_t size_ = 0;
};

}  // namespace headlight::model
