#include "ui/panels/odds_line.h"

#include <algorithm>
#include <cmath>

#include "ui/panels/laboratory.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kOddsLeading = 18, kPhoneLeading = 30;

struct Piece {
    enum class Kind { word, token, rival } kind = Kind::word;
    std::string text;
};

float leading(const Context& context) {
    return context.phone ? kPhoneLeading : kOddsLeading;
}

// The sentence cut at its spaces; the two names stay whole.
std::vector<Piece> pieces_of(const Context& context) {
    const app::Laboratory& lab = context.app.laboratory();
    auto number = [&](float value) { return signed_text(context, static_cast<double>(value), 2); };
    const std::string_view key = lab.pair == app::Pair::prompts   ? "out.odds_prompts"
                                 : lab.pair == app::Pair::changes ? "out.odds_before"
                                                                  : "out.odds";
    const std::string sentence = context.t(
        key,
        {{"token", "\x01"}, {"rival", "\x02"}, {"now", number(lab.odds.now)}, {"before", number(lab.odds.baseline)}});
    std::vector<Piece> pieces;
    std::string word;
    auto end = [&] {
        if (!word.empty()) pieces.push_back({Piece::Kind::word, std::exchange(word, {})});
    };
    for (const char c : sentence) {
        if (c == '\x01' || c == '\x02') {
            end();
            pieces.push_back({c == '\x01' ? Piece::Kind::token : Piece::Kind::rival,
                              quoted_token(context, c == '\x01' ? lab.odds.token : lab.odds.rival)});
        } else {
            word += c;
            if (c == ' ') end();
        }
    }
    end();
    return pieces;
}

// put(piece, box relative to the line's place), from left to right in lines; returns the height.
template <class Put>
float flow(const Context& context, float width, Put&& put) {
    float x = 0, y = 0;
    for (const Piece& piece : pieces_of(context)) {
        const float wide = std::min(text_width(context.fonts.small, piece.text), width);
        if (x > 0 && x + wide > width) {
            x = 0;
            y += leading(context);
        }
        put(piece, Box{x, y, wide, leading(context)});
        x += wide;
    }
    return y + leading(context);
}

bool there(const Context& context) {
    const app::Odds& odds = context.app.laboratory().odds;
    return can_change(context) && odds.token >= 0 && odds.rival >= 0;
}

}  // namespace

float odds_line_height(const Context& context, float width) {
    if (!there(context)) return 0;
    return flow(context, width, [](const Piece&, const Box&) {});
}

void put_odds_line(const Context& context, const Box& box) {
    if (!there(context)) return;
    const app::Odds& odds = context.app.laboratory().odds;
    std::string sentence;
    Box token_box, rival_box;
    flow(context, box.width, [&](const Piece& piece, const Box& at) {
        const Box place{box.x + at.x, box.y + at.y, at.width, at.height};
        sentence += piece.text;
        if (piece.kind == Piece::Kind::word) {
            put_text_at(context.fonts.small, ImVec2(place.x, place.centre().y - line_height(context.fonts.small) / 2),
                        context.theme.muted, piece.text);
            return;
        }
        const bool token = piece.kind == Piece::Kind::token;
        (token ? token_box : rival_box) = place;
        const Hit hit = hit_area(context, token ? "odds.token" : "odds.rival", piece.text, Role::button, place);
        put_text(context.fonts.small, {place.x, place.y, place.width + 4, place.height},
                 hit.hovered ? context.theme.text : context.theme.predicts, piece.text);
        horizontal_line(place.x, place.centre().y + 8, place.width, with_alpha(context.theme.predicts, 0.6f));
        if (hit.hovered) tooltip(context, context.t("out.odds_tip"));
        if (hit.clicked) ImGui::OpenPopup(token ? "odds-token" : "odds-rival");
    });
    context.widgets.add({"odds", sentence, Role::text, box, {}, static_cast<double>(odds.now)});
    if (const auto id = candidate_menu(context, "odds-token", odds.token, token_box))
        context.push(app::set<&app::Settings::token>(*id));
    if (const auto id = candidate_menu(context, "odds-rival", odds.rival, rival_box))
        context.push(app::set<&app::Settings::rival>(*id));
}

}  // namespace headlight::ui
