#include "interpret/logit_lens.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/check.h"
#include "interpret/surprise.h"
#include "nn/parallel.h"

namespace headlight::interpret {
namespace {

using nn::row_offset;

const float* stream_row(const model::Activations& trace, int point, int position) {
    const nn::SiteAt at = lens_site(point);
    return trace.at(at.site, at.layer) + row_offset(position, trace.shape().d_model);
}

// logits [rows, vocab] of rows [rows, d_model] of the stream: the head of the forward pass.
void unembed(const model::Compute& compute, const model::Gpt& gpt, float* logits, const std::vector<float>& stream,
             int rows) {
    const model::GptConfig& c = gpt.config();
    std::vector<float> normalized(stream.size()), mean(static_cast<std::size_t>(rows)), scale(mean.size());
    nn::layer_norm_forward(compute, normalized.data(), {mean.data(), scale.data()}, stream.data(),
                           gpt.weights(gpt.layout().ln_f_weight), gpt.weights(gpt.layout().ln_f_bias), rows, c.d_model,
                           c.layer_norm_eps);
    matmul(compute, logits, c.vocab, {normalized.data(), c.d_model, 1}, gpt.packed_head(), rows);
}

// The five largest logits, largest first, then id.
std::array<LensToken, LensCell::kTop> largest(std::span<const float> logits) {
    std::array<LensToken, LensCell::kTop> top{};
    std::size_t held = 0;
    for (std::size_t id = 0; id < logits.size(); ++id) {
        if (held == top.size() && !(logits[id] > top.back().probability)) continue;
        std::size_t at = held < top.size() ? held++ : top.size() - 1;
        for (; at > 0 && logits[id] > top[at - 1].probability; --at) top[at] = top[at - 1];
        top[at] = {static_cast<nn::TokenId>(id), logits[id]};  // the logit, for now
    }
    return top;
}

}  // namespace

LensCell lens_cell(std::span<const float> logits, nn::TokenId next) {
    LensCell cell{.ready = true, .top = largest(logits)};
    const LogitSums all = logit_sums(logits);
    const auto probability = [&](float logit) {
        return static_cast<float>(std::exp(static_cast<double>(logit) - all.most) / all.sum);
    };
    const double nats = std::log(all.sum) - all.weighted / all.sum;
    cell.entropy = static_cast<float>(std::max(0.0, nats) / std::numbers::ln2);
    for (LensToken& token : cell.top) token.probability = token.id < 0 ? 0 : probability(token.probability);
    if (next < 0) return cell;
    const auto at = static_cast<std::size_t>(next);
    CHECK(at < logits.size());
    cell.next_probability = probability(logits[at]);
    cell.next_rank = 1;
    for (std::size_t id = 0; id < logits.size(); ++id) {
        if (logits[id] > logits[at] || (id < at && logits[id] == logits[at])) ++cell.next_rank;
    }
    return cell;
}

LogitLens::LogitLens(const model::Compute& compute, const model::Gpt& gpt, const model::Activations& trace,
                     std::span<const nn::TokenId> ids)
    : compute_(compute), gpt_(gpt), trace_(trace), ids_(ids), cells_(static_cast<std::size_t>(size())) {
    CHECK(trace.keep() == model::Keep::trace && trace.layers() == gpt.config().layers);
    CHECK(!ids.empty() && positions() <= trace.context());
}

const LensCell& LogitLens::cell(int point, int position) const {
    CHECK(point >= 0 && point < points() && position >= 0 && position < positions());
    return cells_[row_offset(point, positions()) + static_cast<std::size_t>(position)];
}

LogitLens::Place LogitLens::place(int index) const {
    return {points() - 1 - index % points(), positions() - 1 - index / points()};
}

bool LogitLens::advance(int rows) {
    const int d = gpt_.config().d_model, vocab = gpt_.config().vocab;
    const int count = std::min(std::max(rows, 1), size() - made_);
    if (count == 0) return true;
    std::vector<float> stream(row_offset(count, d));
    for (int row = 0; row < count; ++row) {
        const Place at = place(made_ + row);
        std::copy_n(stream_row(trace_, at.point, at.position), d, stream.data() + row_offset(row, d));
    }
    logits_.resize(std::max(logits_.size(), row_offset(count, vocab)));
    unembed(compute_, gpt_, logits_.data(), stream, count);
    nn::for_rows(compute_, count, 1, [&](int row, int, int) {
        const Place at = place(made_ + row);
        const bool last = at.position + 1 == positions();
        const std::span logits(logits_.data() + row_offset(row, vocab), static_cast<std::size_t>(vocab));
        cells_[row_offset(at.point, positions()) + static_cast<std::size_t>(at.position)] =
            lens_cell(logits, last ? -1 : ids_[static_cast<std::size_t>(at.position) + 1]);
    });
    made_ += count;
    return done();
}

std::vector<float> lens_distribution(const model::Compute& compute, const model::Gpt& gpt,
                                     const model::Activations& trace, int point, int position) {
    CHECK(trace.keep() == model::Keep::trace && position >= 0 && position < trace.context());
    CHECK(point >= 0 && point < lens_points(gpt.config().layers));
    const float* row = stream_row(trace, point, position);
    std::vector<float> logits(static_cast<std::size_t>(gpt.config().vocab));
    unembed(compute, gpt, logits.data(), {row, row + gpt.config().d_model}, 1);
    return logits;
}

}  // namespace headlight::interpret
