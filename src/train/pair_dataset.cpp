#include "train/pair_dataset.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/check.h"
#include "base/rng.h"

namespace headlight::train {
namespace {

// Pairs that are sorted by length together: enough for batches alike, few enough for every epoch to mix anew.
constexpr std::size_t kSortedRun = 8192;

template <class T>
void shuffle(std::vector<T>& values, Rng& rng) {
    for (std::size_t i = values.size(); i > 1; --i)
        std::swap(values[i - 1], values[static_cast<std::size_t>(rng.below(i))]);
}

int size_of(const std::vector<TokenId>& tokens) {
    return static_cast<int>(tokens.size());
}

}  // namespace

PairDataset::PairDataset(std::vector<TokenPair> pairs, const model::EncoderDecoderConfig& config, int rows)
    : pairs_(std::move(pairs)),
      start_(config.start_token),
      end_(config.end_token),
      pad_(config.pad_token),
      rows_(rows),
      order_(pairs_.size()) {
    CHECK(!pairs_.empty());
    for (const TokenPair& pair : pairs_) {
        CHECK(!pair.source.empty() && !pair.target.empty());
        most_source_ = std::max(most_source_, size_of(pair.source));
        most_target_ = std::max(most_target_, size_of(pair.target) + 1);
    }
    CHECK(std::max(most_source_, most_target_) <= config.context);
    rows_ = std::max({rows, most_source_, most_target_});
    batches_.reserve(pairs_.size());
    begin_epoch(0, 0);
}

int PairDataset::longest(int pair) const {
    const TokenPair& p = pairs_[static_cast<std::size_t>(pair)];
    return std::max(size_of(p.source), size_of(p.target) + 1);
}

void PairDataset::begin_epoch(std::uint64_t seed, std::int64_t epoch) {
    Rng rng(mix64(seed + mix64(static_cast<std::uint64_t>(epoch))));
    std::iota(order_.begin(), order_.end(), 0);
    shuffle(order_, rng);
    const auto key = [&](int pair) {  // total, so that every library sorts alike
        const TokenPair& p = pairs_[static_cast<std::size_t>(pair)];
        return std::tuple(longest(pair), p.source.size(), pair);
    };
    for (std::size_t first = 0; first < order_.size(); first += kSortedRun) {
        const std::size_t last = std::min(first + kSortedRun, order_.size());
        std::ranges::sort(std::span(order_).subspan(first, last - first), {}, key);
    }
    batches_.clear();
    for (int first = 0; first < static_cast<int>(order_.size());) {
        int count = 0;
        int most = 0;
        while (first + count < static_cast<int>(order_.size())) {
            const int next = std::max(most, longest(order_[static_cast<std::size_t>(first + count)]));
            if (count > 0 && next * (count + 1) > rows_) break;
            most = next;
            ++count;
        }
        batches_.push_back({first, count});
        first += count;
    }
    shuffle(batches_, rng);
}

void PairDataset::fill(int batch, PairBatch& out) const {
    const Range range = batches_[static_cast<std::size_t>(batch)];
    const auto pair_at = [&](int i) -> const TokenPair& {
        return pairs_[static_cast<std::size_t>(order_[static_cast<std::size_t>(range.first + i)])];
    };
    out.batch = range.count;
    out.source_context = out.target_context = 1;
    for (int i = 0; i < range.count; ++i) {
        out.source_context = std::max(out.source_context, size_of(pair_at(i).source));
        out.target_context = std::max(out.target_context, size_of(pair_at(i).target) + 1);
    }
    out.source.clear();
    out.source_lengths.clear();
    out.target.clear();
    out.targets.clear();
    out.tokens = 0;
    for (int i = 0; i < range.count; ++i) {
        const TokenPair& pair = pair_at(i);
        const auto sources = static_cast<std::size_t>((i + 1) * out.source_context);
        const auto targets = static_cast<std::size_t>((i + 1) * out.target_context);
        out.source.insert(out.source.end(), pair.source.begin(), pair.source.end());
        out.source.resize(sources, pad_);
        out.source_lengths.push_back(size_of(pair.source));
        out.target.push_back(start_);
        out.target.insert(out.target.end(), pair.target.begin(), pair.target.end());
        out.target.resize(targets, pad_);
        out.targets.insert(out.targets.end(), pair.target.begin(), pair.target.end());
        out.targets.push_back(end_);
        out.targets.resize(targets, nn::kNoTarget);
        out.tokens += static_cast<std::int64_t>(pair.source.size() + pair.target.size()) + 1;
    }
}

}  // namespace headlight::train
