// "What comes out": the whole distribution after one position, the tail as one bar; while something is changed in the
// model, or with another prompt, behind each bar stands the one from before or from there.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "ui/heat.h"
#include "ui/panels/laboratory.h"
#include "ui/panels/odds_line.h"
#include "ui/panels/panels.h"
#include "ui/token_text.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kPredictionHeader = 16, kToken = 84, kLogit = 40, kPart = 56, kPredictionGap = 8, kPredictionNote = 17;
constexpr float kSamplingHeight = 164;  // what the controls below need
constexpr float kFaded = 0.38f, kFadedText = 0.65f;
constexpr int kLeastBars = 6, kMostBars = 16;

struct Tail {
    int count = 0;
    double part = 0;
    bool all_cut = true;
};

Tail tail_after(const app::Distribution& out, std::size_t shown) {
    Tail tail;
    for (std::size_t i = shown; i < out.candidates.size(); ++i) {
        ++tail.count;
        tail.part += static_cast<double>(out.candidates[i].probability);
        tail.all_cut = tail.all_cut && out.candidates[i].cut != app::Cut::kept;
    }
    return tail;
}

// Probabilities of the run to compare with at the temperature in use, so that they compare with the bars.
class Ghosts {
  public:
    void update(const Context& context) {
        const std::vector<float>& baseline = context.app.laboratory().baseline;
        const float temperature = context.app.settings().temperature;
        const std::uint64_t key = mixed_key({context.app.pass_revision(), std::bit_cast<std::uint32_t>(temperature),
                                             baseline.size(), static_cast<std::uint64_t>(context.app.laboratory().pair),
                                             static_cast<std::uint64_t>(context.app.distribution().position + 1)});
        if (key == key_) return;
        key_ = key;
        parts_ = baseline;
        if (temperature <= 0 || temperature == 1) return;
        double sum = 0;
        for (float& part : parts_) sum += static_cast<double>(part = std::pow(part, 1 / temperature));
        for (float& part : parts_) part = static_cast<float>(static_cast<double>(part) / sum);
    }
    [[nodiscard]] bool empty() const { return parts_.empty(); }
    // -1: there is none.
    [[nodiscard]] double of(int id) const {
        const auto i = static_cast<std::size_t>(id);
        return id >= 0 && i < parts_.size() ? static_cast<double>(parts_[i]) : -1;
    }

  private:
    std::uint64_t key_ = 0;
    std::vector<float> parts_;
};

class Predictions final : public Panel {
  public:
    float wanted_height(const Context& context, float width) override {
        if (context.app.distribution().empty()) return kPanelTitle + 80;
        const float rows = static_cast<float>(bar_count(context, width) + 1) * row_height(context);
        return kPanelTitle + 8 + kPredictionHeader + rows + 4 + odds_height(context, width) +
               notes_height(context, width) + 12;
    }

    void draw(const Context& context, const Box& box) override {
        Flow flow{box};
        const app::Distribution& out = context.app.distribution();
        std::string after;
        if (!out.empty() && out.position >= 0 && static_cast<std::size_t>(out.position) < context.app.tokens().size()) {
            const std::string token =
                token_label(context.app.tokens()[static_cast<std::size_t>(out.position)].display).joined();
            after = "· " + context.t("out.after", {{"token", token}});
        }
        heading(context, flow.take(kPanelTitle), context.t("out.title"), after);
        if (out.empty()) {
            put_paragraph(context.fonts.body, {box.x, box.y + kPanelTitle + 8, box.width, 0}, context.theme.muted,
                          context.t("out.empty"), 20);
            return;
        }
        flow.skip(8);
        draw_header(context, flow.take(kPredictionHeader));
        ghosts_.update(context);
        const auto shown = static_cast<std::size_t>(bar_count(context, box.width));
        const Tail tail = tail_after(out, shown);
        double widest = std::max(static_cast<double>(out.candidates.front().probability), tail.part * 0.25);
        for (std::size_t i = 0; i < shown; ++i) widest = std::max(widest, ghosts_.of(out.candidates[i].id));
        for (std::size_t i = 0; i < shown; ++i) draw_bar(context, flow.take(row_height(context)), out, i, widest);
        if (tail.count > 0) draw_tail(context, flow.take(row_height(context)), tail, widest);
        draw_bar_menu(context);
        flow.skip(4);
        if (const float odds = odds_height(context, box.width); odds > 0) put_odds_line(context, flow.take(odds));
        for (const std::string& note : notes(context)) {
            flow.skip(put_paragraph(context.fonts.small, flow.rest, context.theme.muted, note, kPredictionNote));
        }
    }

  private:
    static float row_height(const Context& context) { return context.phone ? 32 : 24; }

    static float odds_height(const Context& context, float width) {
        const float line = odds_line_height(context, width);
        return line > 0 ? line + 4 : 0;
    }

    static int bar_count(const Context& context, float width) {
        const int all = static_cast<int>(context.app.distribution().candidates.size());
        if (context.phone) return std::min(all, kLeastBars);  // so that the controls below are in sight
        const float room = context.column_height - 2 * kPadding - kPanelTitle - 8 - kPredictionHeader - 4 -
                           3 * kPredictionNote - 12 - kSamplingHeight - odds_height(context, width);
        const int fitting = static_cast<int>(room / row_height(context)) - 1;
        return std::min(all, std::clamp(fitting, kLeastBars, kMostBars));
    }

    static Box bar_room(const Box& row) {
        return {row.x + kToken + kPredictionGap, row.y, row.width - kToken - kLogit - kPart - 3 * kPredictionGap,
                row.height};
    }
    static Box logit_room(const Box& row) {
        return {row.right() - kPart - kPredictionGap - kLogit, row.y, kLogit, row.height};
    }
    static Box part_room(const Box& row) { return {row.right() - kPart, row.y, kPart, row.height}; }

    static void draw_header(const Context& context, const Box& row) {
        // The column names of the two numbers are signs, equal in all languages.
        put_text(context.fonts.small, logit_room(row), context.theme.muted, "logit", Align::right);
        put_text(context.fonts.small, part_room(row), context.theme.muted, "p", Align::right);
    }

    void draw_bar(const Context& context, const Box& row, const app::Distribution& out, std::size_t i, double widest) {
        const Theme& theme = context.theme;
        const app::Candidate& candidate = out.candidates[i];
        const std::string display = context.app.token_text(candidate.id);
        const TokenLabel label = token_label(display);
        const Hit hit = hit_area(context, "bar." + std::to_string(i), label.joined(), Role::button, row,
                                 switched(candidate.id == out.pick, candidate.probability));
        const bool cut = candidate.cut != app::Cut::kept, pick = candidate.id == out.pick;
        const float alpha = cut ? kFaded : 1;
        if (hit.hovered) fill({row.x - 8, row.y, row.width + 16, row.height}, theme.raised, kSmallRadius);
        const Box token{row.x, row.y, kToken, row.height};
        const float mark = put_text(context.fonts.body, token, with_alpha(theme.faint, alpha), label.mark) - token.x;
        put_text(i == 0 || pick ? context.fonts.body_bold : context.fonts.body,
                 {token.x + mark, token.y, token.width - mark, token.height},
                 with_alpha(theme.text, cut ? kFadedText : 1), label.text);
        const Box bar = bar_room(row).inset(0, (row.height - 14) / 2);
        fill(bar, with_alpha(theme.predicts_soft, alpha), 2);
        const float length =
            static_cast<float>(std::min(1.0, static_cast<double>(candidate.probability) / widest)) * bar.width;
        const double before = ghosts_.of(candidate.id);
        const float ghost = before < 0 ? -1 : static_cast<float>(std::min(1.0, before / widest)) * bar.width;
        if (ghost > 0) fill({bar.x, bar.y, ghost, bar.height}, with_alpha(theme.muted, 0.45f), 2);
        fill({bar.x, bar.y, std::max(length, 1.5f), bar.height}, with_alpha(theme.predicts, alpha), 2);
        // Where the bar has outgrown it, a mark shows where the old one ended.
        if (ghost >= 0) {
            if (std::abs(ghost - length) > 1.5f)
                fill({bar.x + std::max(0.0f, ghost - 1), bar.y - 3, 2, bar.height + 6}, cut ? theme.faint : theme.text);
            context.widgets.add({"ghost." + std::to_string(i),
                                 label.joined(),
                                 Role::text,
                                 {bar.x, bar.y, std::max(ghost, 1.0f), bar.height},
                                 {},
                                 before});
        }
        // What the seed picks carries a mark of its own shape, and a frame.
        if (pick) {
            outline(bar.inset(-2), theme.predicts, 3, 1.5f);
            canvas().AddTriangleFilled(ImVec2(bar.x - 9, bar.y + 2), ImVec2(bar.x - 9, bar.bottom() - 2),
                                       ImVec2(bar.x - 4, bar.centre().y), theme.predicts);
        }
        put_text(context.fonts.mono, logit_room(row), with_alpha(theme.muted, cut ? kFadedText : 1),
                 app::fixed_text(static_cast<double>(candidate.logit), 1, context.app.strings()), Align::right);
        put_text(context.fonts.mono, part_room(row), with_alpha(theme.muted, cut ? kFadedText : 1),
                 app::percent_text(static_cast<double>(candidate.probability), context.app.strings()), Align::right);
        if (hit.hovered) {
            context.hover.candidate = candidate.id;
            tooltip(context, tip(context, candidate, label));
            if (can_change(context) && ImGui::IsMouseClicked(ImGuiMouseButton_Right)) {
                menu_ = candidate.id;
                menu_at_ = row;
                ImGui::OpenPopup("bar-menu");
            }
        }
        if (hit.clicked) context.push(app::TakeToken{candidate.id});
    }

    // What a right click on a bar offers.
    void draw_bar_menu(const Context& context) const {
        const std::array choices{Choice{"menu.take", context.t("out.take")},
                                 Choice{"menu.token", context.t("out.as_token")},
                                 Choice{"menu.rival", context.t("out.as_rival")}};
        const auto chosen = popup_menu(context, "bar-menu", choices, menu_at_);
        if (!chosen || menu_ < 0) return;
        if (*chosen == 0) context.push(app::TakeToken{menu_});
        if (*chosen == 1) context.push(app::set<&app::Settings::token>(menu_));
        if (*chosen == 2) context.push(app::set<&app::Settings::rival>(menu_));
    }

    [[nodiscard]] std::string tip(const Context& context, const app::Candidate& candidate,
                                  const TokenLabel& label) const {
        const app::Strings& strings = context.app.strings();
        const bool prompts = context.app.laboratory().pair == app::Pair::prompts;
        std::string text = context.t(
            "out.tip", {{"token", label.joined()},
                        {"logit", app::fixed_text(static_cast<double>(candidate.logit), 3, strings)},
                        {"model", app::percent_text(static_cast<double>(candidate.model_probability), strings)},
                        {"kept", app::percent_text(static_cast<double>(candidate.kept_probability), strings)}});
        if (const double before = ghosts_.of(candidate.id); before >= 0)
            text += "\n" + context.t(prompts ? "out.other_part" : "out.before",
                                     {{"part", app::percent_text(before, strings)}});
        if (candidate.cut != app::Cut::kept) text += "\n" + std::string(context.t(cut_key(candidate.cut)));
        return text + "\n" + std::string(context.t("out.take"));
    }
    static std::string_view cut_key(app::Cut cut) {
        return cut == app::Cut::top_k   ? "out.cut.top_k"
               : cut == app::Cut::top_p ? "out.cut.top_p"
                                        : "out.cut.temperature_zero";
    }

    static void draw_tail(const Context& context, const Box& row, const Tail& tail, double widest) {
        const Theme& theme = context.theme;
        const float alpha = tail.all_cut ? kFaded : 1;
        const std::string name =
            context.t("out.other", {{"count", app::count_text(tail.count, context.app.strings())}});
        put_text(context.fonts.body, {row.x, row.y, kToken + 4, row.height},
                 with_alpha(theme.muted, tail.all_cut ? kFadedText : 1), name);
        const Box bar = bar_room(row).inset(0, (row.height - 14) / 2);
        fill(bar, with_alpha(theme.predicts_soft, alpha), 2);
        fill({bar.x, bar.y, static_cast<float>(std::min(1.0, tail.part / widest)) * bar.width, bar.height},
             with_alpha(theme.predicts, alpha * 0.7f), 2);
        put_text(context.fonts.mono, part_room(row), with_alpha(theme.muted, tail.all_cut ? kFadedText : 1),
                 app::percent_text(tail.part, context.app.strings()), Align::right);
        context.widgets.add({"bar.other", name, Role::text, row, {}, tail.part});
    }

    static std::vector<std::string> notes(const Context& context) {
        const app::Distribution& out = context.app.distribution();
        std::vector<std::string> all;
        auto quoted = [&](int id) { return token_label(context.app.token_text(id)).joined(); };
        const app::Settings& settings = context.app.settings();
        const bool translates = context.app.translation() != nullptr;
        const bool greedy = translates && settings.decoding == app::Decoding::greedy;
        const app::Laboratory& lab = context.app.laboratory();
        if (lab.pair == app::Pair::changes) all.emplace_back(context.t("out.ghost"));
        if (lab.pair == app::Pair::prompts)
            all.push_back(context.t("out.ghost_prompts",
                                    {{"token", quoted(lab.other_ids[static_cast<std::size_t>(lab.other_position)])}}));
        if (out.pick >= 0)
            all.push_back(context.t(greedy ? "out.pick_greedy" : "out.pick", {{"token", quoted(out.pick)}}));
        if (out.actual >= 0 && !(translates && out.actual == out.pick))
            all.push_back(context.t(translates ? "out.written" : "out.actual", {{"token", quoted(out.actual)}}));
        if (greedy) {
            all.emplace_back(context.t("out.greedy"));
        } else if (settings.temperature <= 0) {
            all.emplace_back(context.t("out.cut.temperature_zero"));
        } else if (out.kept < static_cast<int>(out.candidates.size())) {
            std::string cuts;
            if (settings.top_k > 0) cuts = "top-k";
            if (settings.top_p < 1) cuts += cuts.empty() ? "top-p" : ", top-p";
            all.push_back(context.t("out.cut_note", {{"cuts", cuts}}));
        }
        if (settings.query >= 0 && out.actual >= 0 && !translates) all.emplace_back(context.t("out.not_last"));
        if (out.bad_logits > 0) all.push_back(context.t("out.bad_logits", {{"count", std::to_string(out.bad_logits)}}));
        return all;
    }
    static float notes_height(const Context& context, float width) {
        // Room for the usual number of notes, so that nothing jumps when one goes.
        float height = 0;
        for (const std::string& note : notes(context))
            height += paragraph_height(context.fonts.small, width, note, kPredictionNote);
        return std::max(height, 3 * kPredictionNote);
    }

    Ghosts ghosts_;
    int menu_ = -1;  // the token of the bar that was clicked with the right button
    Box menu_at_;
};

}  // namespace

std::unique_ptr<Panel> make_predictions() {
    return std::make_unique<Predictions>();
}

}  // namespace headlight::ui
