#include "model/weights_writer.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/check.h"
#include "base/file.h"
#include "base/float16.h"
#include "checkpoint/safetensors.h"
#include "kernels/q8.h"
#include "model/folder_files.h"
#include "model/tensor_roles.h"

namespace headlight::model {
namespace {

using checkpoint::Dtype;
using checkpoint::TensorInfo;
using kernels::kQ8Block;
using kernels::WeightFormat;

constexpr std::size_t kPieceNumbers = 1 << 18;

// A tensor of the file.
struct Entry {
    std::size_t param;
    Role role;
    TensorInfo info;
};

}  // namespace

struct WeightsWriter::State {
    State(const Gpt& g, WeightFormat f) : gpt(g), format(f) {}

    const Gpt& gpt;
    WeightFormat format;
    std::vector<Entry> entries;
    std::string header;
    std::uint64_t size = 0, written = 0;
    std::size_t entry = 0;       // that comes next
    std::int64_t row = 0;        // of its parameter
    std::vector<float> numbers;  // rows of the parameter
    std::vector<std::byte> piece;

    [[nodiscard]] const ParamInfo& param(const Entry& e) const { return gpt.layout().params()[e.param]; }
    void add(Dtype dtype, Role role, std::size_t param_index, std::string name, std::vector<std::int64_t> shape);
    void list_tensors();
    void write_rows(const Entry& e, std::int64_t first, std::int64_t rows);
    void write_numbers(Dtype dtype, std::size_t count);
    void write_q8(const Entry& e, std::int64_t first, std::int64_t rows);
    void quantise_block(std::size_t param_index, std::int64_t first, std::int64_t r, std::int64_t c,
                        std::int8_t* quants, float* scale, int n) const;
};

void WeightsWriter::State::add(Dtype dtype, Role role, std::size_t param_index, std::string name,
                               std::vector<std::int64_t> shape) {
    const std::uint64_t begin = entries.empty() ? 0 : entries.back().info.end;
    std::uint64_t bytes = checkpoint::dtype_bytes(dtype);
    for (const std::int64_t n : shape) bytes *= static_cast<std::uint64_t>(n);
    entries.push_back({param_index, role, {std::move(name), dtype, std::move(shape), begin, begin + bytes}});
}

// F32 first: readers want every tensor to begin at a multiple of its numbers' size.
void WeightsWriter::State::list_tensors() {
    const auto& params = gpt.layout().params();
    for (std::size_t i = 0; i < params.size(); ++i) {
        const bool matrix = gpt.layout().is_matrix(params[i]);
        if (!matrix || format == WeightFormat::f32) add(Dtype::f32, Role::numbers, i, params[i].name, params[i].shape);
        if (matrix && format == WeightFormat::q8) {
            add(Dtype::f32, Role::scales, i, params[i].name + std::string(kScaleSuffix),
                scale_shape(gpt.layout(), params[i]));
        }
    }
    for (std::size_t i = 0; i < params.size() && format != WeightFormat::f32; ++i) {
        if (!gpt.layout().is_matrix(params[i])) continue;
        const bool q8 = format == WeightFormat::q8;
        add(q8 ? Dtype::i8 : Dtype::f16, q8 ? Role::quants : Role::numbers, i, params[i].name, params[i].shape);
    }
    std::vector<TensorInfo> infos;
    for (const Entry& e : entries) infos.push_back(e.info);
    header = checkpoint::write_header(infos, {{"format", "pt"}});
    size = header.size() + infos.back().end;
}

void WeightsWriter::State::write_numbers(Dtype dtype, std::size_t count) {
    piece.resize(count * static_cast<std::size_t>(checkpoint::dtype_bytes(dtype)));
    if (dtype == Dtype::f32) {
        std::memcpy(piece.data(), numbers.data(), piece.size());
        return;
    }
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint16_t half = f32_to_finite_f16(numbers[i]);
        std::memcpy(piece.data() + i * sizeof half, &half, sizeof half);
    }
}

// The block of n numbers that begins at row `first + r`, column `c` of the parameter: down the rows, or for the
// embedding and the head along one. Exact when the model is held in eight bits; then quants may be null, where only the
// scale is wanted.
void WeightsWriter::State::quantise_block(std::size_t param_index, std::int64_t first, std::int64_t r, std::int64_t c,
                                          std::int8_t* quants, float* scale, int n) const {
    const ParamInfo& info = gpt.layout().params()[param_index];
    const bool along = gpt.layout().has_output_rows(info);
    const auto width = static_cast<std::ptrdiff_t>(info.row_size());
    if (gpt.format() != WeightFormat::q8) {
        kernels::quantize_q8(quants, scale, numbers.data() + r * width + c, along ? 1 : width, n);
        return;
    }
    const Gpt::Place place = gpt.place(param_index, first + r, c);
    *scale = place.matrix->scale(place.k / kQ8Block, place.n);
    for (int i = 0; quants != nullptr && i < n; ++i) quants[i] = place.matrix->quant(place.k + i, place.n);
}

void WeightsWriter::State::write_q8(const Entry& e, std::int64_t first, std::int64_t rows) {
    const bool along = gpt.layout().has_output_rows(param(e));
    const auto width = static_cast<std::int64_t>(param(e).row_size());
    const std::int64_t row_step = along ? 1 : kQ8Block, column_step = along ? kQ8Block : 1;
    const std::int64_t scale_columns = (width + column_step - 1) / column_step;
    const std::int64_t scale_rows = (rows + row_step - 1) / row_step;
    const bool scales = e.role == Role::scales, held = gpt.format() == WeightFormat::q8;
    piece.resize(static_cast<std::size_t>(scales ? scale_rows * scale_columns * 4 : rows * width));
    for (std::int64_t r = 0; r < rows; r += row_step) {
        for (std::int64_t c = 0; c < width; c += column_step) {
            const auto n = static_cast<int>(std::min<std::int64_t>(kQ8Block, along ? width - c : rows - r));
            std::int8_t quants[kQ8Block];
            float scale = 0;
            quantise_block(e.param, first, r, c, scales && held ? nullptr : quants, &scale, n);
            if (scales) {
                const std::int64_t at = r / row_step * scale_columns + c / column_step;
                std::memcpy(piece.data() + at * 4, &scale, 4);
                continue;
            }
            auto* to = reinterpret_cast<std::int8_t*>(piece.data()) + r * width + c;
            for (int i = 0; i < n; ++i) to[i * (along ? 1 : width)] = quants[i];
        }
    }
}

void WeightsWriter::State::write_rows(const Entry& e, std::int64_t first, std::int64_t rows) {
    const std::size_t width = param(e).row_size();
    const bool held_as_q8 = gpt.format() == WeightFormat::q8 && gpt.layout().is_matrix(param(e));
    if (e.role == Role::numbers || !held_as_q8) {
        numbers.resize(static_cast<std::size_t>(rows) * width);
        for (std::int64_t r = 0; r < rows; ++r) {
            gpt.read_row(e.param, first + r, numbers.data() + static_cast<std::size_t>(r) * width);
        }
    }
    if (e.role == Role::numbers) return write_numbers(e.info.dtype, numbers.size());
    write_q8(e, first, rows);
}

WeightsWriter::WeightsWriter(const Gpt& gpt, WeightFormat format) : state_(std::make_unique<State>(gpt, format)) {
    state_->list_tensors();
}
WeightsWriter::WeightsWriter(WeightsWriter&&) noexcept = default;
WeightsWriter::~WeightsWriter() = default;

std::uint64_t WeightsWriter::size() const {
    return state_->size;
}

std::uint64_t WeightsWriter::written() const {
    return state_->written;
}

std::span<const std::byte> WeightsWriter::next() {
    State& s = *state_;
    if (s.written == 0) {
        s.written = s.header.size();
        return std::as_bytes(std::span(s.header));
    }
    if (s.entry == s.entries.size()) return {};
    const Entry& e = s.entries[s.entry];
    const std::int64_t all = s.param(e).shape[0];
    const auto fitting = static_cast<std::int64_t>(kPieceNumbers / s.param(e).row_size()) / kQ8Block * kQ8Block;
    const std::int64_t rows = std::min(std::max<std::int64_t>(fitting, kQ8Block), all - s.row);
    s.write_rows(e, s.row, rows);
    s.row += rows;
    if (s.row == all) {
        s.row = 0;
        ++s.entry;
    }
    s.written += s.piece.size();
    return s.piece;
}

Result<void> write_model_folder(const std::string& folder, const Gpt& gpt, const text::Tokenizer* tokenizer,
                                WeightFormat format) {
    RETURN_IF_ERROR(
        write_file_atomic(folder + "/" + std::string(kConfigFile), stored_config_json(gpt.config(), format)));
    RETURN_IF_ERROR(save_tokenizer(folder, tokenizer));
    ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::create(folder + "/" + std::string(kWeightsFile)));
    WeightsWriter writer(gpt, format);
    for (auto piece = writer.next(); !piece.empty(); piece = writer.next()) RETURN_IF_ERROR(file.write(piece));
    CHECK(writer.written() == writer.size());
    return file.commit();
}

}  // namespace headlight::model
