#pragma once
// Puts one tensor after another into a GPT, from bytes that come in pieces: collects a panel of a few dozen rows,
// converts it, forgets it. Private to the loader.

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>

#include "checkpoint/safetensors.h"
#include "model/gpt.h"
#include "model/tensor_roles.h"

namespace headlight::model {

// What a load may hold, and holds.
class MemoryBudget {
  public:
    explicit MemoryBudget(std::uint64_t limit) : limit_(limit) {}

    // Room for `bytes` more, or too_large.
    [[nodiscard]] Result<void> take(std::uint64_t bytes);
    void give_back(std::uint64_t bytes) { held_ -= bytes; }
    [[nodiscard]] std::uint64_t held() const { return held_; }

  private:
    std::uint64_t limit_, held_ = 0;
};

// Memory of a budget; it knows its size.
class BudgetedBytes {
  public:
    explicit BudgetedBytes(MemoryBudget& budget) : budget_(&budget) {}
    BudgetedBytes(BudgetedBytes&& other) noexcept;
    BudgetedBytes& operator=(BudgetedBytes&&) = delete;
    ~BudgetedBytes() { budget_->give_back(size_); }

    // At least `size` bytes; what they held is lost when there must be more.
    [[nodiscard]] Result<void> reserve(std::size_t size);
    template <class T>
    [[nodiscard]] T* as() {
        return reinterpret_cast<T*>(bytes_.data());
    }
    [[nodiscard]] std::size_t size() const { return size_; }

  private:
    MemoryBudget* budget_;
    kernels::AlignedBytes bytes_;
    std::size_t size_ = 0;
};

class TensorIntake {
  public:
    // All of them must outlive the intake.
    TensorIntake(const Compute& compute, MemoryBudget& budget);

    // The next tensor of `file`, for `use`. What does not fit is refused.
    [[nodiscard]] Result<void> begin(Gpt& gpt, const checkpoint::Safetensors& file,
                                     const checkpoint::TensorInfo& tensor, Use use);
    [[nodiscard]] bool done() const { return taken_ == size_; }  // no bytes of the tensor are outstanding

    // As GptLoader's. room() is empty when done().
    [[nodiscard]] std::span<std::byte> room(std::size_t want);
    [[nodiscard]] Result<void> take(std::size_t n);

    // At the end: every parameter is filled, and no quants or scales wait for each other. `file` is for the message.
    [[nodiscard]] Result<void> check_complete(const std::string& file, const GptLayout& layout) const;

    // Bytes held at most beside a model of this layout, stored as numbers or (q8) in eight bits.
    [[nodiscard]] static std::uint64_t most_memory(const GptLayout& layout, bool q8);

  private:
    [[nodiscard]] Result<void> convert_panel();
    [[nodiscard]] Result<void> convert_numbers(std::int64_t first_row, std::size_t numbers);
    [[nodiscard]] Result<void> convert_scales(std::int64_t first_row, std::size_t numbers);
    [[nodiscard]] Result<void> convert_quants(const std::int8_t* quants, std::int64_t first_row, std::size_t numbers);
    [[nodiscard]] Result<void> scales_complete();
    [[nodiscard]] Result<void> fill_quants(const std::int8_t* quants, std::int64_t first_row, std::size_t numbers);

    const Compute& compute_;
    MemoryBudget& budget_;
    BudgetedBytes raw_, numbers_;                  // of one panel
    std::map<std::size_t, BudgetedBytes> scales_;  // by parameter, until its quants are in
    std::map<std::size_t, BudgetedBytes> early_;   // quants that came before their scales
    std::set<std::size_t> filled_;

    Gpt* gpt_ = nullptr;
    const checkpoint::Safetensors* file_ = nullptr;
    const checkpoint::TensorInfo* tensor_ = nullptr;
    Use use_;
    std::size_t width_ = 1;                      // numbers of a row
    std::uint64_t size_ = 0, taken_ = 0;         // bytes of the tensor
    std::size_t panel_size_ = 0, in_panel_ = 0;  // bytes of the panel that is being collected
};

}  // namespace headlight::model
