// The models that this machine keeps, already converted, and how much room they take.
#include <algorithm>
#include <cmath>

#include "ui/panels/models.h"
#include "ui/panels/panels.h"
#include "ui/rows.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kKeptHeading = 28, kKeptRow = 56, kKeptLeading = 18, kKeptBar = 6, kOption = 24;
constexpr double kSureSeconds = 4;  // for the second click of a deletion

class KeptModelsPanel final : public RowPanel {
  protected:
    void lay_out(const Context& context, Rows& rows) override {
        const app::ModelLibrary& library = context.app.library();
        if (!library.storage.supported) return;
        const Theme& theme = context.theme;
        const Box title = rows.take(kKeptHeading);
        if (rows.paint()) heading(context, title, context.t("models.kept"));
        rows.skip(4);
        for (const app::KeptModel& kept : library.kept) {
            const Box row = rows.take(kKeptRow + (context.phone ? 8.0f : 0.0f));
            if (rows.paint()) draw_kept(context, row, kept);
        }
        if (library.kept.empty() && library.listed && library.keep.stage != app::KeepStage::writing)
            rows.paragraph(context.fonts.small, theme.muted, context.t("models.kept.none"), kKeptLeading);
        lay_out_keeping(context, rows, library.keep);
        lay_out_storage(context, rows, library.storage);
        rows.skip(12);
        const Box option = rows.take(context.phone ? 40 : kOption);
        if (!rows.paint()) return;
        const bool keeps = context.app.settings().keep_models;
        float x = option.x;
        if (text_option(context, "models.keep", context.t("models.keep"), x, option.y, keeps, Role::checkbox))
            context.push(app::set<&app::Settings::keep_models>(!keeps));
    }

  private:
    void draw_kept(const Context& context, const Box& row, const app::KeptModel& kept) {
        const Theme& theme = context.theme;
        const app::Strings& strings = context.app.strings();
        horizontal_line(row.x, row.y, row.width, theme.line);
        const float end = draw_actions(context, row, kept);
        const Box text{row.x, row.centre().y - 20, end - row.x - 8, 20};
        put_text(context.fonts.body, text, theme.text, kept.name);
        const std::string facts =
            context.t("models.kept.facts", {{"format", context.t("models." + app::to_text(kept.precision))},
                                            {"size", app::bytes_text(kept.bytes, strings)},
                                            {"parameters", app::short_count_text(kept.parameters, strings)}});
        put_text(context.fonts.small, {text.x, text.bottom(), text.width, 20}, theme.muted, facts);
        context.widgets.add({"kept." + kept.id, kept.name + ", " + facts, Role::text, row, kept.in_use, kept.bytes});
    }

    // From the right end; returns where the room for text ends.
    float draw_actions(const Context& context, const Box& row, const app::KeptModel& kept) {
        const Theme& theme = context.theme;
        if (kept.deleting) {
            const std::string_view text = context.t("models.kept.deleting");
            const float width = std::ceil(text_width(context.fonts.small, text));
            put_text(context.fonts.small, {row.right() - width, row.y, width, row.height}, theme.muted, text);
            return row.right() - width;
        }
        const bool sure = sure_of_ == kept.id && context.platform.now() < sure_until_;
        if (sure) context.shared.wake_at(sure_until_);
        const std::string_view remove = context.t(sure ? "models.kept.sure" : "models.kept.delete");
        const float height = context.phone ? 44 : 28;
        const float width = button_width(context.fonts.small, remove, 8);
        const Box box{row.right() - width, row.centre().y - height / 2, width, height};
        const Hit hit = hit_area(context, "kept.delete." + kept.id, remove, Role::button, box);
        if (sure) outline(box, theme.bad, kSmallRadius);
        put_text(context.fonts.small, box,
                 sure          ? theme.bad
                 : hit.hovered ? theme.text
                               : theme.muted,
                 remove, Align::centre);
        if (hit.clicked && sure) {
            context.push(app::DeleteKept{kept.id});
            sure_of_.clear();
        } else if (hit.clicked) {
            sure_of_ = kept.id;
            sure_until_ = context.platform.now() + kSureSeconds;
            context.shared.wake_at(sure_until_);
        }
        const std::string_view open = context.t(kept.in_use ? "models.kept.in_use" : "models.open");
        const float open_width = button_width(context.fonts.body, open, kept.in_use ? 4 : 12);
        const Box at{box.x - 6 - open_width, row.centre().y - height / 2, open_width, height};
        if (kept.in_use) {
            put_text(context.fonts.small, at, theme.good, open, Align::centre);
        } else if (button(context, "kept.open." + kept.id, open, at)) {
            context.push(app::OpenKept{kept.id});
        }
        return at.x;
    }

    // The model that was opened last, on its way into the store.
    static void lay_out_keeping(const Context& context, Rows& rows, const app::Keep& keep) {
        const Theme& theme = context.theme;
        if (keep.stage == app::KeepStage::writing) {
            rows.skip(8);
            const Box row = rows.take(20), bar = rows.take(kKeptBar);
            if (!rows.paint()) return;
            put_text(context.fonts.small, row, theme.muted, context.t("models.keeping"));
            put_text(context.fonts.small, row, theme.muted, app::percent_text(keep.fraction(), context.app.strings()),
                     Align::right);
            progress_bar(context, bar, keep.fraction());
        }
        if (keep.stage == app::KeepStage::failed && !keep.error.empty()) {
            rows.skip(8);
            rows.paragraph(context.fonts.small, theme.bad, keep.error.text, kKeptLeading);
            rows.skip(6);
            const Box row = rows.take(models_button_height(context.phone));
            const std::string_view again = context.t("models.retry");
            const Box box{row.x, row.y, button_width(context.fonts.body, again), row.height};
            if (rows.paint() && button(context, "models.keep_again", again, box)) context.push(app::KeepModel{});
        }
    }

    static void lay_out_storage(const Context& context, Rows& rows, const app::Storage& storage) {
        const Theme& theme = context.theme;
        const app::Strings& strings = context.app.strings();
        if (storage.used >= 0 && storage.available >= 0) {
            rows.skip(16);
            const std::string text =
                context.t("models.storage", {{"used", app::bytes_text(storage.used, strings)},
                                             {"free", app::bytes_text(storage.available, strings)}});
            const Box bar = rows.take(kKeptBar);
            rows.skip(6);
            const Box row = rows.take(kKeptLeading);
            if (rows.paint()) {
                const double all = storage.used + storage.available;
                progress_bar(context, bar, all > 0 ? storage.used / all : 0);
                put_text(context.fonts.small, row, theme.muted, text);
                context.widgets.add({"models.storage", text, Role::text, row, {}, storage.used});
            }
        }
        if (!storage.persistent) {
            rows.skip(4);
            rows.paragraph(context.fonts.small, theme.muted, context.t("models.storage.evicted"), kKeptLeading);
        }
    }

    std::string sure_of_;  // the id that a first click on "delete" pointed at
    double sure_until_ = 0;
};

}  // namespace

std::unique_ptr<Panel> make_kept_models() {
    return std::make_unique<KeptModelsPanel>();
}

}  // namespace headlight::ui
