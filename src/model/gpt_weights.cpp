// How a GPT holds its parameters: which matrices a tensor becomes, filling them, and reading numbers back.
#include <algorithm>

#include "base/check.h"
#include "model/gpt.h"
#include "nn/parallel.h"

namespace headlight::model {
namespace {

using kernels::kQ8Block;
using kernels::PackedMatrix;
using kernels::WeightFormat;

const char* format_words(WeightFormat format) {
    switch (format) {
        case WeightFormat::f32:
            return "F32";
        case WeightFormat::f16:
            return "F16";
        case WeightFormat::q8:
            return "Q8";
    }
    return "";
}

}  // namespace

Gpt::Gpt(const GptConfig& config)
    : config_(config), layout_(config), packed_(static_cast<std::size_t>(config.layers)) {}

std::array<Gpt::Part, 3> Gpt::parts(std::size_t param) {
    const ParamInfo& info = layout_.params()[param];
    const int d = config_.d_model, f = config_.d_mlp, vocab = config_.vocab;
    if (info.offset == layout_.lm_head) return {Part{&head_, d, vocab, 0, true}};
    if (info.offset == layout_.wte) return {Part{&embedding_, d, vocab, 0, true}};
    if (!layout_.is_matrix(info)) return {};
    const auto after = [&](const BlockLayout& block) { return block.ln_1_weight > info.offset; };
    const auto layer =
        static_cast<std::size_t>(std::ranges::find_if(layout_.blocks, after) - layout_.blocks.begin()) - 1;
    const BlockLayout& at = layout_.blocks[layer];
    PackedBlock& block = packed_[layer];
    if (info.offset == at.attn_weight) {
        return {Part{&block.query, d, d, 0}, Part{&block.key, d, d, d}, Part{&block.value, d, d, 2 * d}};
    }
    if (info.offset == at.proj_weight) return {Part{&block.proj, d, d}};
    if (info.offset == at.fc_weight) return {Part{&block.fc, d, f}};
    CHECK(info.offset == at.mlp_proj_weight);
    return {Part{&block.mlp_proj, f, d}};
}

std::uint64_t Gpt::bytes(const Compute& compute, const GptConfig& config, WeightFormat format) {
    Gpt shape(config);
    std::uint64_t bytes = 0;
    for (std::size_t param = 0; param < shape.layout_.params().size(); ++param) {
        const auto parts = shape.parts(param);
        if (parts[0].matrix == nullptr) bytes += shape.layout_.params()[param].size * sizeof(float);
        for (const Part& part : parts) {
            if (part.matrix != nullptr) {
                bytes += PackedMatrix::packed_bytes(compute.kernels().panel, part.k, part.n, format);
            }
        }
    }
    return bytes;
}

Result<Gpt> Gpt::reserve(const Compute& compute, const GptConfig& config, WeightFormat format) {
    Gpt gpt(config);
    gpt.format_ = format;
    std::size_t plain = 0;
    for (std::size_t param = 0; param < gpt.layout_.params().size(); ++param) {
        const ParamInfo& info = gpt.layout_.params()[param];
        gpt.plain_offset_.push_back(plain);
        if (!gpt.layout_.is_matrix(info)) plain += info.size;
        for (const Part& part : gpt.parts(param)) {
            if (part.matrix == nullptr || part.matrix->reserve(compute, part.k, part.n, format)) continue;
            return fail(ErrorCode::too_large,
                        "no memory for the model's " + std::to_string(bytes(compute, config, format) / 1'000'000) +
                            " MB of weights in " + format_words(format) + " (at " + info.name + ")");
        }
    }
    gpt.plain_.resize(plain);
    return gpt;
}

void Gpt::fill(const Compute& compute, std::size_t param, std::int64_t first_row, std::span<const float> rows) {
    CHECK(params_.empty());
    const ParamInfo& info = layout_.params()[param];
    const std::size_t width = info.row_size();
    const auto first = static_cast<std::size_t>(first_row);
    CHECK(first * width + rows.size() <= info.size && rows.size() % width == 0);
    if (!layout_.is_matrix(info)) {
        std::ranges::copy(rows, plain_.begin() + static_cast<std::ptrdiff_t>(plain_offset_[param] + first * width));
        return;
    }
    const auto stride = static_cast<std::ptrdiff_t>(width);
    const auto at = static_cast<int>(first_row), count = static_cast<int>(rows.size() / width);
    for (const Part& part : parts(param)) {
        if (part.matrix == nullptr) continue;
        if (part.transposed) {
            part.matrix->fill(compute, {rows.data(), 1, stride}, 0, part.k, at, count);
        } else {
            part.matrix->fill(compute, {rows.data() + part.first_column, stride, 1}, at, count, 0, part.n);
        }
    }
}

void Gpt::fill_q8(std::size_t param, std::int64_t first_row, std::span<const std::int8_t> rows,
                  std::span<const float> scales) {
    const ParamInfo& info = layout_.params()[param];
    CHECK(format_ == WeightFormat::q8 && layout_.is_matrix(info));
    const std::size_t width = info.row_size();
    const auto stride = static_cast<std::ptrdiff_t>(width);
    const auto at = static_cast<int>(first_row), count = static_cast<int>(rows.size() / width);
    for (const Part& part : parts(param)) {
        if (part.matrix == nullptr) continue;
        if (part.transposed) {
            const int blocks = kernels::q8_blocks(part.k);
            CHECK(scales.size() == static_cast<std::size_t>(count) * static_cast<std::size_t>(blocks));
            part.matrix->fill({rows.data(), 1, stride, scales.data(), 1, blocks}, 0, part.k, at, count);
        } else {
            CHECK(scales.size() == static_cast<std::size_t>(kernels::q8_blocks(count)) * width);
            part.matrix->fill(
                {rows.data() + part.first_column, stride, 1, scales.data() + part.first_column, stride, 1}, at, count,
                0, part.n);
        }
    }
}

std::size_t Gpt::param_at(std::size_t offset) const {
    const auto& all = layout_.params();
    const auto after = std::ranges::upper_bound(all, offset, {}, &ParamInfo::offset);
    CHECK(after != all.begin() && offset < layout_.size());
    return static_cast<std::size_t>(after - all.begin()) - 1;
}

const float* Gpt::weights(std::size_t offset) const {
    if (!params_.empty()) return params_.data() + offset;
    const std::size_t param = param_at(offset);
    const ParamInfo& info = layout_.params()[param];
    CHECK(!layout_.is_matrix(info));
    return plain_.data() + plain_offset_[param] + (offset - info.offset);
}

Gpt::Place Gpt::place(std::size_t param, std::int64_t row, std::int64_t column) const {
    for (const Part& part : const_cast<Gpt*>(this)->parts(param)) {
        if (part.matrix == nullptr) break;
        if (part.transposed) return {part.matrix, static_cast<int>(column), static_cast<int>(row)};
        const auto within = static_cast<int>(column) - part.first_column;
        if (within < part.n) return {part.matrix, static_cast<int>(row), within};
    }
    return {};
}

float Gpt::value(std::size_t offset) const {
    if (!params_.empty()) return params_[offset];
    const std::size_t param = param_at(offset);
    const ParamInfo& info = layout_.params()[param];
    if (!layout_.is_matrix(info)) return *weights(offset);
    const std::size_t inside = offset - info.offset, width = info.row_size();
    const Place at = place(param, static_cast<std::int64_t>(inside / width), static_cast<std::int64_t>(inside % width));
    return at.matrix->at(at.k, at.n);
}

void Gpt::embedding(TokenId id, float* out) const {
    const int d = config_.d_model;
    if (!params_.empty()) {
        std::copy_n(params_.data() + layout_.wte + nn::row_offset(id, d), d, out);
    } else {
        (config_.tied_head ? head_ : embedding_).column(id, out);
    }
}

void Gpt::read_row(std::size_t param, std::int64_t row, float* out) const {
    const ParamInfo& info = layout_.params()[param];
    const auto width = static_cast<std::ptrdiff_t>(info.row_size());
    if (!params_.empty() || !layout_.is_matrix(info)) {
        std::copy_n(weights(info.offset) + row * width, width, out);
        return;
    }
    for (const Part& part : const_cast<Gpt*>(this)->parts(param)) {
        if (part.matrix == nullptr) break;
        if (part.transposed) return part.matrix->column(static_cast<int>(row), out);
        for (int n = 0; n < part.n; ++n) *out++ = part.matrix->at(static_cast<int>(row), n);
    }
}

std::vector<float> Gpt::tensor(std::size_t param) const {
    const ParamInfo& info = layout_.params()[param];
    std::vector<float> out(info.size);
    for (std::int64_t row = 0; row < info.rows(); ++row) {
        read_row(param, row, out.data() + static_cast<std::size_t>(row) * info.row_size());
    }
    return out;
}

std::vector<float> Gpt::all_params() const {
    if (!params_.empty()) return params_;
    std::vector<float> all;
    all.reserve(layout_.size());
    for (std::size_t param = 0; param < layout_.params().size(); ++param) {
        const std::vector<float> one = tensor(param);
        all.insert(all.end(), one.begin(), one.end());
    }
    return all;
}

void Gpt::make_trainable(const Compute& compute) {
    if (params_.empty()) *this = Gpt(compute, config_, all_params());
}

std::span<const float> Gpt::params() const {
    CHECK(!params_.empty());
    return params_;
}

std::span<float> Gpt::mutable_params() {
    CHECK(!params_.empty());
    return params_;
}

void Gpt::pack(const Compute& compute) {
    CHECK(!params_.empty());
    for (std::size_t param = 0; param < layout_.params().size(); ++param) {
        const float* from = params_.data() + layout_.params()[param].offset;
        const auto stride = static_cast<std::ptrdiff_t>(layout_.params()[param].row_size());
        for (const Part& part : parts(param)) {
            if (part.matrix == nullptr || part.matrix == &embedding_) continue;  // embedding() reads the parameters
            const kernels::MatrixView view = part.transposed ? kernels::MatrixView{from, 1, stride}
                                                             : kernels::MatrixView{from + part.first_column, stride, 1};
            part.matrix->pack(compute, view, part.k, part.n);
        }
    }
}

}  // namespace headlight::model
