#include "model/tensor_intake.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "kernels/q8.h"

namespace headlight::model {
namespace {

using kernels::kQ8Block;
using kernels::WeightFormat;

// A panel has about so many numbers: some milliseconds of work.
constexpr std::uint64_t kPanelNumbers = 1 << 17;
constexpr std::uint64_t kSkippedAtOnce = 1 << 16;  // bytes
constexpr std::int64_t kPanelRows = kernels::PackedMatrix::kPart;

// A multiple of 32 rows with about kPanelNumbers numbers; the last panel of a tensor may be smaller.
std::int64_t panel_rows(std::int64_t rows, std::size_t width) {
    const auto groups = static_cast<std::int64_t>(kPanelNumbers / (static_cast<std::uint64_t>(width) * kPanelRows));
    return std::min(std::max<std::int64_t>(groups, 1) * kPanelRows, rows);
}

std::uint64_t product(std::span<const std::int64_t> shape) {
    std::uint64_t numbers = 1;
    for (const std::int64_t size : shape) numbers *= static_cast<std::uint64_t>(size);
    return numbers;
}

}  // namespace

Result<void> MemoryBudget::take(std::uint64_t bytes) {
    if (bytes > limit_ || held_ > limit_ - bytes) {
        return fail(ErrorCode::too_large, "no memory for " + std::to_string(bytes) + " more bytes of a model: " +
                                              std::to_string(held_) + " of " + std::to_string(limit_) + " are taken");
    }
    held_ += bytes;
    return {};
}

BudgetedBytes::BudgetedBytes(BudgetedBytes&& other) noexcept
    : budget_(other.budget_), bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}

Result<void> BudgetedBytes::reserve(std::size_t size) {
    if (size <= size_) return {};
    budget_->give_back(std::exchange(size_, 0));
    bytes_ = {};
    RETURN_IF_ERROR(budget_->take(size));
    size_ = size;
    if (bytes_.try_reserve(size)) return {};
    budget_->give_back(std::exchange(size_, 0));
    return fail(ErrorCode::too_large, "no memory for " + std::to_string(size) + " more bytes of a model");
}

TensorIntake::TensorIntake(const Compute& compute, MemoryBudget& budget)
    : compute_(compute), budget_(budget), raw_(budget), numbers_(budget) {}

std::uint64_t TensorIntake::most_memory(const GptLayout& layout, bool q8) {
    std::uint64_t panel = kSkippedAtOnce, scales = 0;
    for (const ParamInfo& param : layout.params()) {
        const auto rows = static_cast<std::uint64_t>(panel_rows(param.rows(), param.row_size()));
        panel = std::max<std::uint64_t>(panel, rows * param.row_size());
        // A file may hold all scales before the first quants: they are a ninth of such a model.
        if (q8 && layout.is_matrix(param)) scales += product(scale_shape(layout, param));
    }
    return panel * (sizeof(double) + sizeof(float)) + scales * sizeof(float);
}

Result<void> TensorIntake::begin(Gpt& gpt, const checkpoint::Safetensors& file, const checkpoint::TensorInfo& tensor,
                                 Use use) {
    CHECK(done() && in_panel_ == 0);
    gpt_ = &gpt;
    file_ = &file;
    tensor_ = &tensor;
    use_ = use;
    size_ = tensor.end - tensor.begin;
    taken_ = 0;
    if (use.role == Role::skip) {
        panel_size_ = static_cast<std::size_t>(std::min(size_, kSkippedAtOnce));
        return raw_.reserve(panel_size_);
    }
    if (filled_.contains(use.param) || (use.role == Role::scales && scales_.contains(use.param)) ||
        (use.role == Role::quants && early_.contains(use.param))) {
        return invalid(file.file_name() + ": tensor " + checkpoint::quoted_name(tensor.name) +
                       " came already; expected each once");
    }
    width_ = tensor.shape.size() == 2 ? static_cast<std::size_t>(tensor.shape[1]) : 1;
    const auto rows = panel_rows(tensor.shape[0], width_);
    const std::size_t numbers = static_cast<std::size_t>(rows) * width_;
    panel_size_ = numbers * static_cast<std::size_t>(dtype_bytes(tensor.dtype));
    RETURN_IF_ERROR(raw_.reserve(panel_size_));
    if (use.role == Role::scales) {
        const auto at = scales_.emplace(use.param, BudgetedBytes(budget_)).first;
        return at->second.reserve(static_cast<std::size_t>(tensor.elements()) * sizeof(float));
    }
    if (use.role == Role::quants && !scales_.contains(use.param)) {
        const auto at = early_.emplace(use.param, BudgetedBytes(budget_)).first;
        return at->second.reserve(static_cast<std::size_t>(tensor.elements()));
    }
    return numbers_.reserve(numbers * sizeof(float));
}

std::span<std::byte> TensorIntake::room(std::size_t want) {
    const std::uint64_t left = std::min<std::uint64_t>(panel_size_ - in_panel_, size_ - taken_);
    return {raw_.as<std::byte>() + in_panel_, std::min(want, static_cast<std::size_t>(left))};
}

Result<void> TensorIntake::take(std::size_t n) {
    in_panel_ += n;
    taken_ += n;
    CHECK(in_panel_ <= panel_size_ && taken_ <= size_);
    if (in_panel_ < panel_size_ && taken_ < size_) return {};
    const auto converted = convert_panel();
    in_panel_ = 0;
    return converted;
}

Result<void> TensorIntake::convert_panel() {
    if (use_.role == Role::skip) return {};
    const auto bytes_each = static_cast<std::size_t>(dtype_bytes(tensor_->dtype));
    const std::size_t numbers = in_panel_ / bytes_each;
    const auto first_row = static_cast<std::int64_t>((taken_ - in_panel_) / bytes_each / width_);
    switch (use_.role) {
        case Role::skip:
            break;
        case Role::numbers:
            RETURN_IF_ERROR(convert_numbers(first_row, numbers));
            break;
        case Role::scales:
            RETURN_IF_ERROR(convert_scales(first_row, numbers));
            break;
        case Role::quants:
            RETURN_IF_ERROR(convert_quants(raw_.as<std::int8_t>(), first_row, numbers));
            break;
    }
    return {};
}

Result<void> TensorIntake::convert_numbers(std::int64_t first_row, std::size_t numbers) {
    const std::span out(numbers_.as<float>(), numbers);
    const std::span bytes(raw_.as<const std::byte>(), in_panel_);
    const std::uint64_t first = static_cast<std::uint64_t>(first_row) * width_;
    RETURN_IF_ERROR(file_->convert_f32_part(*tensor_, first, bytes, out));
    gpt_->fill(compute_, use_.param, first_row, out);
    if (done()) filled_.insert(use_.param);
    return {};
}

Result<void> TensorIntake::convert_scales(std::int64_t first_row, std::size_t numbers) {
    const std::size_t first = static_cast<std::size_t>(first_row) * width_;
    const std::span out(scales_.at(use_.param).as<float>() + first, numbers);
    const std::span bytes(raw_.as<const std::byte>(), in_panel_);
    RETURN_IF_ERROR(file_->convert_f32_part(*tensor_, first, bytes, out));
    for (const float scale : out) {
        if (std::isfinite(scale * kernels::kQ8Most)) continue;
        return invalid(file_->file_name() + ": tensor " + checkpoint::quoted_name(tensor_->name) +
                       ": a scale so large that weights are infinite");
    }
    return done() ? scales_complete() : Result<void>{};
}

// Quants that came before their scales are converted now.
Result<void> TensorIntake::scales_complete() {
    const auto early = early_.find(use_.param);
    if (early == early_.end()) return {};
    const ParamInfo& param = gpt_->layout().params()[use_.param];
    width_ = param.row_size();
    const std::int64_t step = panel_rows(param.rows(), width_);
    RETURN_IF_ERROR(numbers_.reserve(static_cast<std::size_t>(step) * width_ * sizeof(float)));
    for (std::int64_t row = 0; row < param.rows(); row += step) {
        const auto rows = static_cast<std::size_t>(std::min(step, param.rows() - row));
        const std::size_t first = static_cast<std::size_t>(row) * width_;
        RETURN_IF_ERROR(fill_quants(early->second.as<std::int8_t>() + first, row, rows * width_));
    }
    early_.erase(early);
    scales_.erase(use_.param);
    filled_.insert(use_.param);
    return {};
}

Result<void> TensorIntake::convert_quants(const std::int8_t* quants, std::int64_t first_row, std::size_t numbers) {
    const auto early = early_.find(use_.param);
    if (early != early_.end()) {
        std::memcpy(early->second.as<std::int8_t>() + static_cast<std::size_t>(first_row) * width_, quants, numbers);
        return {};
    }
    RETURN_IF_ERROR(fill_quants(quants, first_row, numbers));
    if (!done()) return {};
    scales_.erase(use_.param);
    filled_.insert(use_.param);
    return {};
}

Result<void> TensorIntake::fill_quants(const std::int8_t* quants, std::int64_t first_row, std::size_t numbers) {
    const GptLayout& layout = gpt_->layout();
    const bool rows_are_outputs = layout.has_output_rows(layout.params()[use_.param]);
    const std::size_t rows = numbers / width_, blocks = (rows_are_outputs ? width_ : rows) + kQ8Block - 1;
    const std::size_t block_count = blocks / kQ8Block;
    const auto row = static_cast<std::size_t>(first_row);
    const float* scales = scales_.at(use_.param).as<float>();
    scales += rows_are_outputs ? row * block_count : row / kQ8Block * width_;
    const std::size_t scale_count = block_count * (rows_are_outputs ? rows : width_);
    if (gpt_->format() == WeightFormat::q8) {
        gpt_->fill_q8(use_.param, first_row, {quants, numbers}, {scales, scale_count});
        return {};
    }
    float* out = numbers_.as<float>();
    for (std::size_t r = 0; r < rows; ++r) {
        for (std::size_t c = 0; c < width_; ++c) {
            const std::size_t scale = rows_are_outputs ? r * block_count + c / kQ8Block : r / kQ8Block * width_ + c;
            out[r * width_ + c] = static_cast<float>(quants[r * width_ + c]) * scales[scale];
        }
    }
    gpt_->fill(compute_, use_.param, first_row, {out, numbers});
    return {};
}

Result<void> TensorIntake::check_complete(const std::string& file, const GptLayout& layout) const {
    for (std::size_t param = 0; param < layout.params().size(); ++param) {
        const ParamInfo& info = layout.params()[param];
        if (early_.contains(param)) {
            return missing_tensor(file, info.name + std::string(kScaleSuffix), scale_shape(layout, info));
        }
        if (!filled_.contains(param)) return missing_tensor(file, info.name, info.shape);
    }
    return {};
}

}  // namespace headlight::model
