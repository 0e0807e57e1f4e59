#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/panels/bottom_views.h"
#include "ui/panels/laboratory.h"
#include "ui/plots.h"
#include "ui/prompt_field.h"
#include "ui/token_text.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kSpaceNote = 20, kSpaceRow = 18, kLeastList = 288, kMostList = 480, kSpaceGap = 28, kSpaceWide = 3;
constexpr float kSpaceInset = 14, kSpaceDot = 3, kSpaceReach = 12, kPhonePlot = 260;

float space_row(const Context& context) {
    return context.phone ? 36 : kSpaceRow;
}

std::string cosine_text(const Context& context, float cosine) {
    return app::fixed_text(static_cast<double>(cosine), 2, context.app.strings());
}

// Equal units on both axes, around all points and not around the origin: what matters is how they lie to one another.
std::vector<ImVec2> places(const Box& plot, const app::Space& space) {
    constexpr double kFar = std::numeric_limits<double>::max();
    double low[2] = {kFar, kFar}, high[2] = {-kFar, -kFar};
    for (const auto& point : space.plane.points) {
        for (std::size_t axis = 0; axis < 2; ++axis) {
            const double at = std::isfinite(point[axis]) ? point[axis] : 0;
            low[axis] = std::min(low[axis], at);
            high[axis] = std::max(high[axis], at);
        }
    }
    const double unit = std::min(static_cast<double>(plot.width) / std::max(high[0] - low[0], 1e-9),
                                 static_cast<double>(plot.height) / std::max(high[1] - low[1], 1e-9));
    std::vector<ImVec2> out;
    for (const auto& point : space.plane.points) {
        const double x = std::isfinite(point[0]) ? point[0] : 0, y = std::isfinite(point[1]) ? point[1] : 0;
        out.emplace_back(plot.centre().x + static_cast<float>((x - (low[0] + high[0]) / 2) * unit),
                         plot.centre().y - static_cast<float>((y - (low[1] + high[1]) / 2) * unit));
    }
    return out;
}

int nearest_to_pointer(const std::vector<ImVec2>& points) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    int under = -1;
    float nearest = kSpaceReach;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const float distance = std::hypot(points[i].x - mouse.x, points[i].y - mouse.y);
        if (distance >= nearest) continue;
        nearest = distance;
        under = static_cast<int>(i);
    }
    return under;
}

// A token that stands in the text more than once: the one that is looked at, or else the last.
int position_of(const Context& context, std::int32_t id) {
    const auto tokens = context.app.tokens();
    const int now = context.app.selection().query;
    if (now >= 0 && now < static_cast<int>(tokens.size()) && tokens[static_cast<std::size_t>(now)].id == id) return now;
    for (int i = static_cast<int>(tokens.size()) - 1; i >= 0; --i) {
        if (tokens[static_cast<std::size_t>(i)].id == id) return i;
    }
    return -1;
}

// The selected position reads the token in place of its own, or, where it does already, its own again.
void toggle_swap(const Context& context, int position, std::int32_t id, bool reads_it) {
    const auto there = ChangeList(context).position(position);
    const bool own = context.app.tokens()[static_cast<std::size_t>(position)].id == id;
    if (reads_it || own) {
        if (there) context.push(app::RemoveChange{there->index});
        return;
    }
    interpret::Intervention change;
    change.change = interpret::Change::swap;
    change.target = interpret::Target::position;
    change.position = position;
    change.token = id;
    add_change(context, change);
}

// The list beside the plane: neighbours, or what the vocabulary was searched for.
class TokenList {
  public:
    TokenList(const Context& context, const app::Space& space, int pointed)
        : context_(context),
          space_(space),
          pointed_(pointed),
          may_swap_(!context.hidden("lab")),
          position_(context.app.selection().target),
          searching_(!space.wanted.empty()) {
        const auto there = ChangeList(context).position(position_);
        if (there && there->change.change == interpret::Change::swap) read_ = there->change.token;
    }
    // Returns which point of the plane belongs to the row that is pointed at, or -1.
    int draw(const Box& box) const {
        float y = box.y;
        draw_title({box.x, y, box.width, kViewTitle - 4});
        y += kViewTitle;
        if (may_swap_ && context_.app.model()->has_text) {
            search_field(context_, {box.x, y, box.width, field_height(context_)});
            y += field_height(context_) + kBelowField;
        }
        if (searching_ && space_.found.empty()) {
            const Box none{box.x, y, box.width, space_row(context_)};
            put_text(context_.fonts.small, none, context_.theme.muted,
                     context_.t("space.none", {{"text", wanted_name()}}));
            context_.widgets.add({"space.none", space_.wanted, Role::text, none, {}, {}});
        }
        const auto& listed = searching_ ? space_.found : space_.neighbours;
        const float height = space_row(context_);
        int under = -1;
        for (std::size_t i = 0; i < std::min(listed.size(), kMostRows) && y + height <= box.bottom() + 1;
             ++i, y += height) {
            const int at = draw_row({box.x, y, box.width, height}, i, listed[i]);
            if (at >= 0) under = at;
        }
        return under;
    }
    static float field_height(const Context& context) { return context.phone ? 42 : 30; }
    static constexpr float kBelowField = 6;
    static constexpr std::size_t kMostRows = 12;

  private:
    [[nodiscard]] std::string wanted_name() const { return token_label(space_.wanted).joined(); }

    void draw_title(const Box& at) const {
        const Theme& theme = context_.theme;
        const std::string title =
            searching_ ? context_.t("space.found", {{"text", wanted_name()}, {"count", std::to_string(space_.matches)}})
                       : context_.t("space.neighbours", {{"token", token_name(context_, space_.selected)}});
        const float end = put_text(context_.fonts.small_bold, at, theme.text, title);
        if (may_swap_)
            put_text(context_.fonts.small, {end + 6, at.y, at.right() - end - 6, at.height}, theme.muted,
                     context_.t("space.swap"));
    }

    // Returns its point, or -1, while it is pointed at.
    int draw_row(const Box& row, std::size_t i, const interpret::Neighbour& token) const {
        const Theme& theme = context_.theme;
        const float label = row.width * 0.42f, value = 44, middle = row.centre().y;
        const std::string name = token_name(context_, token.id);
        const auto found = std::ranges::find(space_.ids, token.id);
        const int point = found == space_.ids.end() ? -1 : static_cast<int>(found - space_.ids.begin());
        const bool reads_it = token.id == read_;
        const Hit hit = hit_area(context_, (searching_ ? "space.found." : "space.near.") + std::to_string(i), name,
                                 Role::button, row, switched(reads_it, static_cast<double>(token.cosine)));
        if (hit.hovered && may_swap_) {
            const std::string at = std::to_string(position_);
            tooltip(context_,
                    context_.t(reads_it ? "space.swap_back" : "space.swap_tip", {{"position", at}, {"token", name}}));
        }
        if (hit.clicked && may_swap_) toggle_swap(context_, position_, token.id, reads_it);
        const bool bright = hit.hovered || reads_it || (point >= 0 && point == pointed_);
        if (bright) fill({row.x - 4, row.y, row.width + 8, row.height}, theme.raised, kSmallRadius);
        put_text(context_.fonts.small, {row.x, row.y, label - 8, row.height}, bright ? theme.text : theme.muted, name);
        const Box bar{row.x + label, middle - 4, row.width - label - value, 8};
        fill({bar.x, bar.centre().y - 0.5f, bar.width, 1}, with_alpha(theme.line, 0.6f));
        fill({bar.x, bar.y, bar.width * std::clamp(token.cosine, 0.0f, 1.0f), bar.height}, theme.attends, 1);
        put_text(context_.fonts.mono, {row.right() - value, row.y, value, row.height},
                 bright ? theme.text : theme.muted, cosine_text(context_, token.cosine), Align::right);
        if (reads_it) fill({row.x - 4, row.y + 3, 2, row.height - 6}, theme.attends);
        return hit.hovered ? point : -1;
    }

    const Context& context_;
    const app::Space& space_;
    int pointed_;
    bool may_swap_;
    int position_;
    bool searching_;
    std::int32_t read_ = -1;
};

void draw_points(const Context& context, const Box& plot, const app::Space& space, const std::vector<ImVec2>& at,
                 int pointed) {
    const Theme& theme = context.theme;
    // First come the labels that matter most: of the selected token, of the pointed one, of the text.
    std::vector<std::size_t> order;
    const auto rank = [&](std::size_t i) {
        if (space.ids[i] == space.selected) return 0;
        if (static_cast<int>(i) == pointed) return 1;
        return i < space.of_text ? 2 : 3;
    };
    for (int wanted = 0; wanted < 4; ++wanted) {
        for (std::size_t i = 0; i < at.size(); ++i) {
            if (rank(i) == wanted) order.push_back(i);
        }
    }
    std::vector<Box> taken;
    for (const ImVec2& point : at)
        taken.push_back({point.x - kSpaceDot, point.y - kSpaceDot, 2 * kSpaceDot, 2 * kSpaceDot});
    const auto draw_dot = [&](std::size_t i) {
        const bool selected = space.ids[i] == space.selected, bright = static_cast<int>(i) == pointed;
        const Colour colour = selected ? theme.attends : bright || i < space.of_text ? theme.text : theme.muted;
        if (i < space.of_text) {
            canvas().AddCircleFilled(at[i], selected ? kSpaceDot + 1.5f : kSpaceDot, colour, 20);
        } else {  // not of the text: hollow
            canvas().AddCircle(at[i], kSpaceDot, colour, 20, 1.2f);
        }
        if (selected) canvas().AddCircle(at[i], kSpaceDot + 4, with_alpha(theme.attends, 0.6f), 24, 1.2f);
    };
    for (auto i = order.rbegin(); i != order.rend(); ++i) draw_dot(*i);
    for (const std::size_t i : order) {
        const bool selected = space.ids[i] == space.selected, bright = static_cast<int>(i) == pointed;
        const ImFont* font = selected ? context.fonts.small_bold : context.fonts.small;
        const std::string name = token_name(context, space.ids[i]);
        if (context.widgets.enabled()) {
            const Box dot{at[i].x - 5, at[i].y - 5, 10, 10};
            context.widgets.add({"space.point." + std::to_string(i), name,
                                 i < space.of_text ? Role::button : Role::cell, dot, selected,
                                 i < space.cosines.size() ? static_cast<double>(space.cosines[i]) : 0});
        }
        const Box room = free_place(plot, at[i], std::ceil(text_width(font, name)), taken, selected ? 10.0f : 6.0f);
        if (room.width <= 0) continue;  // pointing at it tells
        const Colour colour = selected            ? theme.attends
                              : bright            ? theme.text
                              : i < space.of_text ? with_alpha(theme.text, 0.85f)
                                                  : theme.muted;
        put_text_at(font, ImVec2(room.x, room.y), colour, name);
        taken.push_back(room);
    }
}

}  // namespace

float SpaceView::wanted_height(const Context& context) {
    if (!context.phone) return kInspector + 112;
    return 48 + kPhonePlot + kSpaceNote + 12 + kViewTitle + TokenList::field_height(context) + TokenList::kBelowField +
           static_cast<float>(TokenList::kMostRows) * space_row(context);
}

void SpaceView::draw(const Context& context, const Box& box, float title_width) {
    const app::Space& space = context.app.space();
    if (space.ids.empty() || space.plane.points.size() != space.ids.size() || context.app.tokens().empty()) {
        put_text(context.fonts.small, {box.x, box.y, title_width, kViewTitle - 4}, context.theme.muted,
                 context.t("space.empty"));
        return;
    }
    const app::Strings& strings = context.app.strings();
    const std::string lead = context.t("space.lead", {{"token", token_name(context, space.selected)}});
    const std::string explained =
        context.t("space.explained", {{"first", app::percent_text(space.plane.explained[0], strings)},
                                      {"second", app::percent_text(space.plane.explained[1], strings)}});
    float top = kViewTitle;
    if (context.phone) {
        top = 8 + put_paragraph(context.fonts.small, box, context.theme.muted, lead, 17);
    } else {
        put_text(context.fonts.small, {box.x, box.y, title_width, kViewTitle - 4}, context.theme.muted, lead);
    }
    // The units of both axes are equal: much wider than it is high, the plane would be empty at its sides.
    const float height = context.phone ? kPhonePlot : box.height - top - kSpaceNote;
    const float least = std::min(kLeastList, box.width * 0.4f);
    const float width = context.phone ? box.width : std::min(box.width - least - kSpaceGap, height * kSpaceWide);
    const float list = context.phone ? box.width : std::min(box.width - width - kSpaceGap, kMostList);
    const Box area{box.x, box.y + top, width, height};
    const Box beside{area.right() + kSpaceGap, area.y, list, box.bottom() - area.y};
    const Box below{box.x, area.bottom() + kSpaceNote + 12, list, box.bottom() - area.bottom() - kSpaceNote - 12};
    if (area.height < 40) return;

    fill(area, context.theme.background, kRadius);
    outline(area, context.theme.line, kRadius);
    const Hit hit = hit_area(context, "space", context.t("set.bottom.space"), Role::cell, area);
    const std::vector<ImVec2> at = places(area.inset(kSpaceInset), space);
    const int under = hit.hovered ? nearest_to_pointer(at) : -1;
    const int listed = TokenList(context, space, under).draw(context.phone ? below : beside);
    canvas().PushClipRect(area.min(), area.max(), true);
    draw_points(context, area.inset(4), space, at, under >= 0 ? under : listed);
    canvas().PopClipRect();
    const Box note{box.x, area.bottom() + 2, area.width, kSpaceNote - 2};
    put_text(context.fonts.small, note, context.theme.muted, explained);
    context.widgets.add({"space.explained", explained, Role::text, note, {}, space.plane.explained[0]});
    if (under < 0) return;
    const std::int32_t id = space.ids[static_cast<std::size_t>(under)];
    const float cosine =
        static_cast<std::size_t>(under) < space.cosines.size() ? space.cosines[static_cast<std::size_t>(under)] : 0;
    tooltip(context,
            context.t("space.tip", {{"token", token_name(context, id)}, {"cosine", cosine_text(context, cosine)}}));
    if (!hit.clicked || static_cast<std::size_t>(under) >= space.of_text) return;
    const int position = position_of(context, id);
    if (position < 0) return;
    const app::Selection now = context.app.selection();
    context.push(app::SelectCell{now.pinned && now.query == position ? -1 : position, -1});
}

}  // namespace headlight::ui
