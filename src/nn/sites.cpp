#include "nn/sites.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace headlight::nn {
namespace {

constexpr std::string_view kLayerMark = "{l}";
constexpr std::string_view kBlocks = "blocks.";

// What stands in place of "blocks.", and before names without a layer.
std::string_view prefix(Stack stack) {
    switch (stack) {
        case Stack::gpt:
            return "";
        case Stack::encoder:
            return "encoder.";
        case Stack::decoder:
            return "decoder.";
    }
    return "";
}

// The site's name with kLayerMark.
std::string pattern_of(const SiteInfo& info, Stack stack) {
    if (stack == Stack::gpt || info.site == Site::logits) return std::string(info.name);
    const auto rest = info.per_layer() ? info.name.substr(kBlocks.size()) : info.name;
    return std::string(prefix(stack)) + std::string(rest);
}

std::optional<int> layer_in(std::string_view name, std::string_view pattern) {
    const auto mark = pattern.find(kLayerMark);
    const auto head = pattern.substr(0, mark);
    const auto tail = pattern.substr(mark + kLayerMark.size());
    if (name.size() <= head.size() + tail.size() || !name.starts_with(head) || !name.ends_with(tail)) return {};
    const auto digits = name.substr(head.size(), name.size() - head.size() - tail.size());
    int layer = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), layer);
    const bool whole = parsed.ec == std::errc{} && parsed.ptr == digits.data() + digits.size() && layer >= 0;
    if (!whole || std::to_string(layer) != digits) return {};
    return layer;
}

std::vector<SiteInfo> make_sites(Stack stack) {
    std::vector<SiteInfo> list;
    const auto add = [&](Site site) {
        if (has_site(stack, site)) list.push_back(site_info(site));
    };
    for (const SiteInfo& info : kSites) {
        if (info.site == Site::ln2_scale) {  // the attention to the source comes between self-attention and its norm
            for (Site site = Site::cross_q; site <= Site::resid_mid_cross;) {
                add(site);
                site = static_cast<Site>(static_cast<int>(site) + 1);
            }
        }
        add(info.site);
        if (info.site == Site::resid_post) {
            add(Site::ln3_scale);
            add(Site::ln3_normalized);
        }
    }
    if (stack == Stack::gpt) return list;
    // Post-norm: a norm comes after its sum.
    const auto behind = [&](Site norm, Site sum) {
        const auto at = [&](Site site) { return std::ranges::find(list, site, &SiteInfo::site); };
        const auto first = at(norm);
        if (at(sum) > first) std::rotate(first, first + 2, at(sum) + 1);
    };
    behind(Site::ln1_scale, Site::resid_mid);
    if (stack == Stack::encoder) behind(Site::ln2_scale, Site::resid_post);
    return list;
}

}  // namespace

std::span<const SiteInfo> sites_of(Stack stack) {
    static const std::array<std::vector<SiteInfo>, 3> kLists{make_sites(Stack::gpt), make_sites(Stack::encoder),
                                                             make_sites(Stack::decoder)};
    return kLists[static_cast<std::size_t>(stack)];
}

std::string site_name(Site site, int layer, Stack stack) {
    std::string name = pattern_of(site_info(site), stack);
    const auto mark = name.find(kLayerMark);
    if (mark != std::string::npos) name.replace(mark, kLayerMark.size(), std::to_string(layer));
    return name;
}

std::optional<SiteAt> find_site(std::string_view name) {
    for (const Stack stack : {Stack::gpt, Stack::encoder, Stack::decoder}) {
        for (const SiteInfo& info : kAllSites) {
            if (!has_site(stack, info.site)) continue;
            const std::string pattern = pattern_of(info, stack);
            if (!info.per_layer()) {
                if (pattern == name) return SiteAt{info.site, 0, stack};
            } else if (const auto layer = layer_in(name, pattern); layer.has_value()) {
                return SiteAt{info.site, *layer, stack};
            }
        }
    }
    return std::nullopt;
}

}  // namespace headlight::nn
