#include "ui/fonts.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace headlight::ui {

namespace {

// Latin with Turkish, and the marks and signs that labels and formulas use.
constexpr ImWchar kTextRanges[] = {0x20,   0x17F,  0x2010, 0x2027, 0x2030, 0x203A, 0x2070, 0x2079, 0x2080,
                                   0x2089, 0x20BA, 0x20BA, 0x2190, 0x2193, 0x21B5, 0x21B5, 0x2211, 0x2212,
                                   0x221A, 0x221A, 0x221E, 0x221E, 0x2248, 0x2248, 0x2260, 0x2265, 0x22C5,
                                   0x22C5, 0x0391, 0x03C9, 0x2423, 0x2423, 0xFFFD, 0xFFFD, 0};
// Formulas stand in the mono face as well; titles need less.
constexpr ImWchar kTitleRanges[] = {0x20,   0x17F,  0x2010, 0x2027, 0x2070, 0x2079, 0x2080,
                                    0x2089, 0x2190, 0x2193, 0x2211, 0x2212, 0x221A, 0x221A,
                                    0x2423, 0x2423, 0x21B5, 0x21B5, 0x0391, 0x03C9, 0};

// A TrueType table's big-endian 16-bit field; 0 when the file is too short or has no such table.
int table_field(std::string_view file, std::string_view table, std::size_t offset) {
    auto byte = [&](std::size_t at) { return at < file.size() ? static_cast<unsigned char>(file[at]) : 0u; };
    const std::size_t tables = byte(4) << 8 | byte(5);
    for (std::size_t i = 0; i < tables; ++i) {
        const std::size_t entry = 12 + 16 * i;
        if (file.substr(std::min(entry, file.size()), 4) != table) continue;
        const std::size_t start =
            byte(entry + 8) << 24 | byte(entry + 9) << 16 | byte(entry + 10) << 8 | byte(entry + 11);
        return static_cast<std::int16_t>(byte(start + offset) << 8 | byte(start + offset + 1));
    }
    return 0;
}

// ImGui wants the height from ascender to descender; type is sized by its em square.
float height_of_em(std::string_view file) {
    const int em = table_field(file, "head", 18);
    const int height = table_field(file, "hhea", 4) - table_field(file, "hhea", 6);
    return em > 0 && height > 0 ? static_cast<float>(height) / static_cast<float>(em) : 1.2f;
}

ImFont* add(const std::string& file, float size, float ratio, const ImWchar* ranges, const std::string& symbols) {
    ImFontConfig config;
    config.FontDataOwnedByAtlas = false;
    // One sample a pixel is enough on fine screens; on coarse ones a second one gives even letter spacing.
    config.OversampleH = ratio < 1.5f ? 2 : 1;
    config.OversampleV = 1;
    ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
    // The atlas only reads the bytes while it owns none of them.
    auto bytes = [](const std::string& text) { return const_cast<char*>(text.data()); };
    const float height = size * ratio * height_of_em(file);
    ImFont* font = atlas.AddFontFromMemoryTTF(bytes(file), static_cast<int>(file.size()), height, &config, ranges);
    if (!symbols.empty()) {
        config.MergeMode = true;
        atlas.AddFontFromMemoryTTF(bytes(symbols), static_cast<int>(symbols.size()), height, &config, ranges);
    }
    return font;
}

}  // namespace

Result<void> FontSet::load(const platform::Platform& platform) {
    ASSIGN_OR_RETURN(regular_, platform.asset("fonts/ui.ttf"));
    ASSIGN_OR_RETURN(bold_, platform.asset("fonts/ui-semibold.ttf"));
    ASSIGN_OR_RETURN(mono_, platform.asset("fonts/mono.ttf"));
    symbols_ = platform.asset("fonts/symbols.ttf").value_or("");
    return {};
}

bool FontSet::fit(float pixel_ratio) {
    if (pixel_ratio == ratio_) return false;
    ratio_ = pixel_ratio;
    ImGuiIO& io = ImGui::GetIO();
    io.Fonts->Clear();
    io.Fonts->Flags |= ImFontAtlasFlags_NoMouseCursors;
    io.Fonts->TexGlyphPadding = 1;
    fonts_.body = add(regular_, 14, ratio_, kTextRanges, symbols_);  // first: ImGui's default
    fonts_.small = add(regular_, 12, ratio_, kTextRanges, symbols_);
    fonts_.prompt = add(regular_, 15, ratio_, kTextRanges, symbols_);
    fonts_.small_bold = add(bold_, 12, ratio_, kTitleRanges, {});
    fonts_.body_bold = add(bold_, 14, ratio_, kTitleRanges, {});
    fonts_.title = add(bold_, 15, ratio_, kTitleRanges, {});
    fonts_.mono = add(mono_, 12, ratio_, kTextRanges, {});
    fonts_.mono_large = add(mono_, 13, ratio_, kTextRanges, {});
    io.FontGlobalScale = 1 / ratio_;
    return true;
}

}  // namespace headlight::ui
