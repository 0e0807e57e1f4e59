#include "train/evaluate.h"

#include <algorithm>
#include <numbers>

namespace headlight::train {

double Evaluation::nats_per_token() const {
    return predicted == 0 ? 0 : nats / static_cast<double>(predicted);
}

double Evaluation::bits_per_byte() const {
    return bytes == 0 ? 0 : nats / std::numbers::ln2 / static_cast<double>(bytes);
}

Evaluation evaluate(const kernels::Compute& compute, const model::Gpt& gpt, const TokenStream& stream, int context) {
    Evaluation result{stream.documents, stream.bytes, stream.ids.size(), 0, 0};
    model::Activations activations(gpt.config(), 1, context, model::Keep::training);
    std::vector<double> losses(static_cast<std::size_t>(context));
    const auto window = static_cast<std::size_t>(context);
    for (std::size_t start = 0; start + 1 < stream.ids.size(); start += window) {
        const std::size_t count = std::min(window, stream.ids.size() - 1 - start);
        const std::span ids(stream.ids);
        model::Forward(compute, gpt, activations, ids.subspan(start, count), 0).run();
        result.nats += nn::cross_entropy(compute, nullptr, activations.at(nn::Site::logits),
                                         ids.subspan(start + 1, count), gpt.config().vocab, 1.0F, losses.data());
        result.predicted += count;
    }
    return result;
}

}  // namespace headlight::train
