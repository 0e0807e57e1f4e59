#include "model/translator.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "base/check.h"
#include "kernels/elementary.h"

namespace headlight::model {

namespace {

// Of which means over earlier positions are taken.
constexpr std::array kMeanSites{Site::z,       Site::attn_out, Site::mlp_post,
                                Site::mlp_out, Site::cross_z,  Site::cross_attn_out};

}  // namespace

Result<void> check_source(const EncoderDecoderConfig& config, std::span<const TokenId> source) {
    if (source.empty()) return invalid("the source has no token");
    if (source.size() > static_cast<std::size_t>(config.context)) {
        return fail(ErrorCode::too_large, "the source has " + std::to_string(source.size()) +
                                              " tokens; the model has room for " + std::to_string(config.context));
    }
    for (const TokenId id : source) {
        if (id >= 0 && id < config.vocab) continue;
        return invalid("token id " + std::to_string(id) + " is outside the vocabulary; expected 0 to " +
                       std::to_string(config.vocab - 1));
    }
    return {};
}

DecodeState::DecodeState(const Compute& compute, const EncoderDecoder& model, int hypotheses, Keep keep)
    : compute_(&compute),
      model_(&model),
      encoder_(encoder_activations(model.config(), 1, model.config().context, keep)),
      source_length_(1, 0) {
    const int context = model.config().context;
    for (int i = 0; i < hypotheses; ++i) {
        decoders_.push_back(decoder_activations(model.config(), 1, context, context, keep));
    }
}

Result<void> DecodeState::read(std::span<const TokenId> source, nn::Observer* observer) {
    RETURN_IF_ERROR(check_source(model_->config(), source));
    source_length_[0] = static_cast<int>(source.size());
    EncoderForward(*compute_, *model_, encoder_, source, source_length_, {.observer = observer}).run();
    return {};
}

std::span<const float> DecodeState::step(int hypothesis, TokenId token, int position, nn::Observer* observer) {
    CHECK(source_length_[0] > 0);
    Activations& cache = decoders_[static_cast<std::size_t>(hypothesis)];
    DecoderForward forward(*compute_, *model_, cache, encoder_, std::span(&token, 1), position, source_length_,
                           {.observer = observer});
    forward.run();
    return {forward.last_logits(), static_cast<std::size_t>(model_->config().vocab)};
}

void DecodeState::copy(int from, int to, int positions) {
    const Activations& source = decoders_[static_cast<std::size_t>(from)];
    Activations& target = decoders_[static_cast<std::size_t>(to)];
    const auto copy_rows = [&](Site site, int layer, int rows) {
        const auto width = static_cast<std::size_t>(source.view(site, layer, 1).stride[0]);
        std::copy_n(source.at(site, layer), static_cast<std::size_t>(rows) * width, target.at(site, layer));
    };
    const bool traced = source.keep() == Keep::trace;
    for (int layer = 0; layer < model_->config().decoder_layers; ++layer) {
        for (const Site site : {Site::k, Site::v}) copy_rows(site, layer, positions);
        for (const Site site : {Site::cross_k, Site::cross_v}) copy_rows(site, layer, source_length_[0]);
        for (const Site site : kMeanSites) {
            if (traced) copy_rows(site, layer, positions);
        }
    }
}

bool LogProbabilities::prepare(const kernels::Kernels& kernels, std::span<const float> logits) {
    logits_.resize(logits.size());
    probabilities_.resize(logits.size());
    constexpr float kNever = -std::numeric_limits<float>::infinity();
    std::ranges::transform(logits, logits_.begin(), [](float x) { return std::isfinite(x) ? x : kNever; });
    const auto largest = std::ranges::max_element(logits_);
    if (largest == logits_.end() || *largest == kNever) return false;
    best_ = static_cast<TokenId>(largest - logits_.begin());
    kernels.softmax(probabilities_.data(), logits_.data(), static_cast<int>(logits_.size()));
    log_best_ = kernels::log_f64(static_cast<double>(probabilities_[static_cast<std::size_t>(best_)]));
    return true;
}

double LogProbabilities::of(TokenId id) const {
    const auto logit = [this](TokenId token) { return static_cast<double>(logits_[static_cast<std::size_t>(token)]); };
    return logit(id) - logit(best_) + log_best_;
}

void LogProbabilities::top(int n, std::vector<TokenId>& ids) const {
    ids.clear();
    const auto better = [this](TokenId a, TokenId b) {
        const float left = logits_[static_cast<std::size_t>(a)], right = logits_[static_cast<std::size_t>(b)];
        return left > right || (left == right && a < b);
    };
    // A heap of the best so far, the worst of them in front: most tokens are refused by one comparison.
    for (TokenId id = 0; id < static_cast<TokenId>(logits_.size()); ++id) {
        if (static_cast<int>(ids.size()) == n) {
            if (!better(id, ids.front())) continue;
            std::ranges::pop_heap(ids, better);
            ids.pop_back();
        }
        ids.push_back(id);
        std::ranges::push_heap(ids, better);
    }
    std::ranges::sort_heap(ids, better);
}

Translator::Translator(const Compute& compute, const EncoderDecoder& model, const TranslationOptions& options)
    : compute_(&compute),
      model_(&model),
      options_(options),
      limit_(options.tokens > 0 ? std::min(options.tokens, model.config().context) : model.config().context),
      state_(compute, model, 1) {
    ids_.reserve(static_cast<std::size_t>(limit_));
}

Result<void> Translator::start(std::span<const TokenId> source) {
    done_ = true;
    ids_.clear();
    log_probability_ = 0;
    RETURN_IF_ERROR(state_.read(source));
    done_ = false;
    return {};
}

GeneratedToken Translator::step() {
    CHECK(!done_);
    const auto index = static_cast<int>(ids_.size());
    const TokenId last = ids_.empty() ? model_->config().start_token : ids_.back();
    const std::span<const float> logits = state_.step(0, last, index);
    GeneratedToken token{.id = -1, .index = index};
    if (log_probabilities_.prepare(compute_->kernels(), logits)) {
        if (options_.sampling.temperature > 0) {
            sampler_.prepare(compute_->kernels(), logits, options_.sampling);
            token.id = sampler_.pick(draw_at(options_.seed, static_cast<std::uint64_t>(index)));
            for (const Candidate& c : sampler_.candidates().first(static_cast<std::size_t>(sampler_.kept()))) {
                if (c.id == token.id) token.probability = c.kept_probability;
            }
        } else {
            token.id = log_probabilities_.best();  // as the sampler at temperature 0, without its sorting
            token.probability = 1;
        }
    }
    if (token.id < 0) {
        done_ = true;
        return token;
    }
    log_probability_ += log_probabilities_.of(token.id);
    ids_.push_back(token.id);
    done_ = token.id == model_->config().end_token || static_cast<int>(ids_.size()) == limit_;
    return token;
}

}  // namespace headlight::model
