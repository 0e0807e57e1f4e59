#include "model/generation.h"

#include <algorithm>
#include <string>

#include "base/check.h"

namespace headlight::model {

Result<Generator> Generator::create(const Compute& compute, const Gpt& gpt, std::span<const TokenId> prompt,
                                    const Generation& options) {
    const GptConfig& config = gpt.config();
    std::vector<TokenId> ids(prompt.begin(), prompt.end());
    for (const TokenId id : ids) {
        if (id < 0 || id >= config.vocab) {
            return invalid("Token id " + std::to_string(id) + " is not in the vocabulary of " +
                           std::to_string(config.vocab) + " tokens.");
        }
    }
    if (ids.empty()) {
        if (config.end_token < 0 || config.end_token >= config.vocab) {
            return invalid("The prompt is empty, and this model has no end-of-text token to start from.");
        }
        ids.push_back(config.end_token);
    }
    return Generator(compute, gpt, std::move(ids), options);
}

Generator::Generator(const Compute& compute, const Gpt& gpt, std::vector<TokenId> ids, const Generation& options)
    : compute_(&compute),
      gpt_(&gpt),
      options_(options),
      cache_(gpt.config(), 1, gpt.config().context, Keep::decode),
      ids_(std::move(ids)),
      done_(options.tokens <= 0) {
    ids_.reserve(ids_.size() + static_cast<std::size_t>(std::max(options.tokens, 0)));
}

GeneratedToken Generator::step() {
    CHECK(!done_);
    const std::span<const TokenId> seen = window(ids_, gpt_->config().context);
    const auto dropped = static_cast<int>(ids_.size() - seen.size());
    if (dropped > 0) computed_ = 0;
    Forward forward(*compute_, *gpt_, cache_, seen.subspan(static_cast<std::size_t>(computed_)), computed_,
                    {.logits = LogitRows::last});
    forward.run();
    computed_ = static_cast<int>(seen.size());

    const std::span logits(forward.last_logits(), static_cast<std::size_t>(gpt_->config().vocab));
    sampler_.prepare(compute_->kernels(), logits, options_.sampling);
    GeneratedToken token{sampler_.pick(draw_at(options_.seed, static_cast<std::uint64_t>(generated_))), generated_, 0,
                         dropped};
    for (const Candidate& c : sampler_.candidates()) {
        if (c.id != token.id) continue;
        token.probability = c.kept_probability;
        break;
    }
    ++generated_;
    const bool ended = options_.stop_at_end && token.id == gpt_->config().end_token;
    done_ = token.id < 0 || ended || generated_ >= options_.tokens;
    if (token.id >= 0) ids_.push_back(token.id);
    return token;
}

Result<std::vector<TokenId>> generate(const Compute& compute, const Gpt& gpt, std::span<const TokenId> prompt,
                                      const Generation& options,
                                      const std::function<bool(const GeneratedToken&)>& seen) {
    ASSIGN_OR_RETURN(Generator generator, Generator::create(compute, gpt, prompt, options));
    const std::size_t begin = std::max<std::size_t>(generator.ids().size(), 1);
    while (!generator.done()) {
        const GeneratedToken token = generator.step();
        if (token.id < 0) return fail(ErrorCode::invalid, "The model gave no logit that is a number.");
        if (seen && !seen(token)) break;
    }
    const auto ids = generator.ids();
    return std::vector<TokenId>(ids.begin() + static_cast<std::ptrdiff_t>(begin), ids.end());
}

}  // namespace headlight::model
