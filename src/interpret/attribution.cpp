#include "interpret/attribution.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "nn/parallel.h"

namespace headlight::interpret {
namespace {

using nn::row_offset;
using nn::Site;

// A direction of the residual stream, [d_model]: the product with a part is what the part adds.
class Direction {
  public:
    // logit = sum_i u_i (w_i (x_i - mean(x)) / s + b_i), with u of the unembedding, w and b of the final norm. Taking
    // the mean off x is the same as taking it off g = u w: sum_i g_i (x_i - mean(x)) = sum_i (g_i - mean(g)) x_i.
    Direction(const model::Gpt& gpt, float scale, nn::TokenId token, nn::TokenId rival)
        : values_(static_cast<std::size_t>(gpt.config().d_model)) {
        std::vector<float> up(values_.size()), down(values_.size());
        gpt.packed_head().column(token, up.data());
        if (rival >= 0) gpt.packed_head().column(rival, down.data());
        const float* weight = gpt.weights(gpt.layout().ln_f_weight);
        const float* bias = gpt.weights(gpt.layout().ln_f_bias);
        double mean = 0;
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const double u = static_cast<double>(up[i]) - static_cast<double>(down[i]);
            of_bias_ += u * static_cast<double>(bias[i]);
            values_[i] = u * static_cast<double>(weight[i]);
            mean += values_[i] / static_cast<double>(values_.size());
        }
        for (double& value : values_) value = (value - mean) / static_cast<double>(scale);
    }
    [[nodiscard]] double of(const float* x) const {
        double sum = 0;
        for (std::size_t i = 0; i < values_.size(); ++i) sum += values_[i] * static_cast<double>(x[i]);
        return sum;
    }
    [[nodiscard]] double of_norm_bias() const { return of_bias_; }

  private:
    std::vector<double> values_;
    double of_bias_ = 0;
};

class Attributor {
  public:
    Attributor(const model::Compute& compute, const model::Gpt& gpt, const model::Activations& trace,
               const AttributionQuestion& question)
        : compute_(compute),
          gpt_(gpt),
          trace_(trace),
          question_(question),
          direction_(gpt, trace.at(Site::ln_final_scale)[question.position], question.token, question.rival) {}

    [[nodiscard]] Attribution run() {
        const float* logits = row(Site::logits, 0);
        out_ = {question_.position, question_.token, question_.rival, static_cast<double>(logits[question_.token]), {}};
        if (question_.rival >= 0) out_.difference -= static_cast<double>(logits[question_.rival]);
        const double token = add(PartKind::token, -1, -1, direction_.of(row(Site::embed, 0)));
        const double position = add(PartKind::position, -1, -1, direction_.of(row(Site::pos_embed, 0)));
        double stream = direction_.of(row(Site::resid_pre, 0));
        changed(-1, stream - token - position);
        for (int l = 0; l < gpt_.config().layers; ++l) {
            const double after = direction_.of(row(Site::resid_post, l));
            changed(l, after - stream - layer(l));
            stream = after;
        }
        add(PartKind::norm_bias, -1, -1, direction_.of_norm_bias());
        double sum = 0;
        for (const AttributionPart& part : out_.parts) sum += part.value;
        add(PartKind::rest, -1, -1, out_.difference - sum);
        return std::move(out_);
    }

  private:
    [[nodiscard]] const float* row(Site site, int layer) const {
        const auto stride = static_cast<int>(trace_.view(site, layer, 0).stride[0]);
        return trace_.at(site, layer) + row_offset(question_.position, stride);
    }

    double add(PartKind kind, int layer, int head, double value) {
        out_.parts.push_back({kind, layer, head, value});
        return value;
    }

    // Of an unchanged pass this is rounding, and is left to the rest.
    void changed(int layer, double value) {
        if (question_.intervened) add(PartKind::changed, layer, -1, value);
    }

    // The parts of a layer; returns their sum.
    double layer(int l) {
        const model::GptConfig& c = gpt_.config();
        // Row h of `alone` [heads, d_model] is z with all heads but h at 0, so that one product gives every head's
        // output, by the kernel that adds them up in the pass.
        std::vector<float> alone(row_offset(c.heads, c.d_model), 0.0F), written(alone.size());
        const float* z = row(Site::z, l);  // [heads, d_head]
        for (int h = 0; h < c.heads; ++h) {
            std::copy_n(z + row_offset(h, c.d_head()), c.d_head(),
                        alone.data() + row_offset(h, c.d_model) + row_offset(h, c.d_head()));
        }
        matmul(compute_, written.data(), c.d_model, {alone.data(), c.d_model, 1}, gpt_.packed(l).proj, c.heads);
        double sum = 0;
        for (int h = 0; h < c.heads; ++h) {
            sum += add(PartKind::head, l, h, direction_.of(written.data() + row_offset(h, c.d_model)));
        }
        const float* bias = gpt_.weights(gpt_.layout().blocks[static_cast<std::size_t>(l)].proj_bias);
        sum += add(PartKind::attention_bias, l, -1, direction_.of(bias));
        return sum + add(PartKind::mlp, l, -1, direction_.of(row(Site::mlp_out, l)));
    }

    const model::Compute& compute_;
    const model::Gpt& gpt_;
    const model::Activations& trace_;
    const AttributionQuestion& question_;
    Direction direction_;
    Attribution out_;
};

}  // namespace

Attribution attribute(const model::Compute& compute, const model::Gpt& gpt, const model::Activations& trace,
                      const AttributionQuestion& question) {
    const int vocab = gpt.config().vocab;
    CHECK(trace.keep() == model::Keep::trace && trace.layers() == gpt.config().layers);
    CHECK(question.position >= 0 && question.position < trace.context());
    CHECK(question.token >= 0 && question.token < vocab && question.rival >= -1 && question.rival < vocab);
    return Attributor(compute, gpt, trace, question).run();
}

}  // namespace headlight::interpret
