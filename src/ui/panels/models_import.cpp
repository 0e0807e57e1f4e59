// The model that is on its way in: what it is, how it would be held in memory, how far it has come, what went wrong.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "ui/panels/models.h"
#include "ui/panels/panels.h"
#include "ui/rows.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

using app::ImportStage;

constexpr float kName = 28, kFact = 44, kImportHeading = 20, kFormat = 52, kImportNote = 18, kIndent = 28,
                kImportLine = 20, kImportBar = 8, kImportLeading = 20;
constexpr std::size_t kFacts = 6;

class ModelImportPanel final : public RowPanel {
  protected:
    void lay_out(const Context& context, Rows& rows) override {
        const app::Import& import = context.app.library().import;
        if (import.stage == ImportStage::empty) {
            lay_out_opened(context, rows, import);
            return;
        }
        const Box line = rows.take(1);
        if (rows.paint()) horizontal_line(line.x, line.y, line.width, context.theme.line);
        rows.skip(16);
        const Box name = rows.take(kName);
        if (rows.paint()) draw_name(context, name, import);
        if (import.described) {
            rows.skip(8);
            const bool two = context.phone;
            const Box facts = rows.take(two ? 2 * kFact : kFact);
            if (rows.paint()) draw_facts(context, facts, import, two ? kFacts / 2 : kFacts);
            rows.skip(16);
            lay_out_formats(context, rows, import);
        }
        rows.skip(16);
        lay_out_state(context, rows, import);
        rows.skip(24);
    }

  private:
    // The model is in the workspace: what is left to say is whether its bytes were the promised ones.
    static void lay_out_opened(const Context& context, Rows& rows, const app::Import& import) {
        if (import.checksum != app::ChecksumState::checked) return;
        const Box row = rows.take(kImportLine + 24);
        if (!rows.paint()) return;
        const Colour colour = context.theme.good;
        const ImVec2 c(row.x + 6, row.y + kImportLine / 2);
        const ImVec2 mark[] = {ImVec2(c.x - 5, c.y), ImVec2(c.x - 1, c.y + 4), ImVec2(c.x + 6, c.y - 4)};
        canvas().AddPolyline(mark, 3, colour, 0, 1.8f);
        const std::string_view text = context.t("models.checked");
        put_text(context.fonts.small, {row.x + 20, row.y, row.width - 20, kImportLine}, context.theme.muted, text);
        context.widgets.add({"import.checked", std::string(text), Role::text, row, {}, {}});
    }

    static void draw_name(const Context& context, const Box& row, const app::Import& import) {
        const Theme& theme = context.theme;
        const float side = context.phone ? 44 : 28;
        const Box forget{row.right() - side + (context.phone ? 8.0f : 0.0f), row.centre().y - side / 2, side, side};
        const std::string host = host_of(import.address);
        const std::string from = import.source == app::SourceKind::hub && !host.empty()
                                     ? context.t("models.from.hub", {{"host", host}})
                                 : import.source == app::SourceKind::files ? std::string(context.t("models.from.files"))
                                 : import.source == app::SourceKind::kept  ? std::string(context.t("models.from.kept"))
                                                                           : std::string();
        const float room = forget.x - row.x - 8;
        const float end = put_text(context.fonts.title, {row.x, row.y, room, row.height}, theme.text, import.name);
        put_text(context.fonts.small, {end + 10, row.y + 1, std::max(0.0f, row.x + room - end - 10), row.height},
                 theme.muted, from);
        context.widgets.add({"import.name", import.name, Role::text, row, {}, {}});
        if (icon_button(context, "import.forget", context.t("models.forget"), Icon::close, forget))
            context.push(app::ClearModels{});
    }

    // Numbers over their names, side by side.
    static void draw_facts(const Context& context, const Box& box, const app::Import& import, std::size_t across) {
        const app::Strings& strings = context.app.strings();
        const model::GptConfig& config = import.config;
        const std::array<std::pair<std::string_view, std::int64_t>, kFacts> facts{
            std::pair{"models.parameters", import.parameters},
            {"models.layers", config.layers},
            {"models.heads", config.heads},
            {"models.width", config.d_model},
            {"models.context", config.context},
            {"models.vocabulary", config.vocab}};
        const float width = box.width / static_cast<float>(across);
        for (std::size_t i = 0; i < kFacts; ++i) {
            const std::size_t row = i / across;
            const Box at{box.x + width * static_cast<float>(i % across), box.y + kFact * static_cast<float>(row),
                         width - 8, kFact};
            const std::string_view label = context.t(facts[i].first);
            const std::string number =
                i == 0 ? app::short_count_text(facts[i].second, strings) : app::count_text(facts[i].second, strings);
            put_text(context.fonts.mono_large, {at.x, at.y, at.width, 22}, context.theme.text, number);
            put_text(context.fonts.small, {at.x, at.y + 20, at.width, 18}, context.theme.muted, label);
            context.widgets.add({"import." + std::string(facts[i].first.substr(7)),
                                 std::string(label) + " " + app::count_text(facts[i].second, strings),
                                 Role::text,
                                 at,
                                 {},
                                 static_cast<double>(facts[i].second)});
        }
    }

    // ---- F32, F16, Q8 ----------------------------------------------------------------------------------------------
    static void lay_out_formats(const Context& context, Rows& rows, const app::Import& import) {
        const Box title = rows.take(kImportHeading);
        if (rows.paint()) heading(context, title, context.t("models.held"));
        rows.skip(6);
        for (const app::FormatChoice& choice : import.formats) {
            const float note_height = paragraph_height(context.fonts.small, rows.width() - kIndent,
                                                       note(context, import, choice), kImportNote);
            const Box row = rows.take(kFormat - kImportNote + note_height);
            if (rows.paint()) draw_format(context, row, import, choice);
        }
    }

    static void draw_format(const Context& context, const Box& row, const app::Import& import,
                            const app::FormatChoice& choice) {
        const Theme& theme = context.theme;
        const app::Strings& strings = context.app.strings();
        const std::string key = "models." + app::to_text(choice.precision);
        const std::string size = app::bytes_text(choice.model_bytes, strings);
        const bool on = choice.precision == import.chosen(), open = import.stage == ImportStage::inspected;
        const bool usable = choice.fits && open;
        WidgetState state = switched(on, choice.peak_bytes);
        state.enabled = usable;
        horizontal_line(row.x, row.y, row.width, theme.line);
        const std::string label = std::string(context.t(key)) + " " + size;
        const Hit hit = hit_area(context, "format." + app::to_text(choice.precision), label, Role::radio, row, state);
        const Colour bright = choice.fits && (open || on) ? theme.text : theme.faint;
        draw_dot(context, ImVec2(row.x + 8, row.y + 18), on, bright);
        const Box first{row.x + 28, row.y + 7, row.width - 28, 22},
            second{first.x, first.bottom() - 1, first.width, 18};
        const float end = put_text(on ? context.fonts.body_bold : context.fonts.body, first, bright, context.t(key));
        const float numbers = std::ceil(text_width(context.fonts.mono, size));
        put_text(context.fonts.mono, first, bright, size, Align::right);
        if (choice.precision == import.automatic && choice.fits) {
            put_text(context.fonts.small, {end + 10, first.y, row.right() - end - 20 - numbers, first.height},
                     theme.attends, context.t("models.recommended"));
        }
        put_paragraph(context.fonts.small, second, choice.fits ? theme.muted : theme.bad, note(context, import, choice),
                      kImportNote);
        if (hit.clicked) context.push(app::ChooseFormat{choice.precision});
    }

    // Why it does not fit, why it was chosen, or what it is.
    static std::string note(const Context& context, const app::Import& import, const app::FormatChoice& choice) {
        const app::Strings& strings = context.app.strings();
        if (!choice.fits) {
            return context.t("models.too_large", {{"need", app::bytes_text(choice.peak_bytes, strings)},
                                                  {"free", app::bytes_text(import.memory_free, strings)}});
        }
        // Written anew, in the language of now.
        if (choice.precision == import.automatic && !import.reason.empty()) {
            return context.t(import.reason.key, {{"needed", app::bytes_text(choice.peak_bytes, strings)},
                                                 {"free", app::bytes_text(import.memory_free, strings)}});
        }
        return std::string(context.t("models." + app::to_text(choice.precision) + ".note"));
    }

    static void draw_dot(const Context& context, ImVec2 centre, bool on, Colour colour) {
        canvas().AddCircle(centre, 7, on ? context.theme.attends : colour, 24, 1.5f);
        if (on) canvas().AddCircleFilled(centre, 4, context.theme.attends, 24);
    }

    // ---- what can be done now, and how far it is ------------------------------------------------------------------
    static void lay_out_state(const Context& context, Rows& rows, const app::Import& import) {
        if (!import.error.empty()) {
            lay_out_error(context, rows, import);
            if (import.active()) rows.skip(12);
        }
        switch (import.stage) {
            case ImportStage::empty:
                break;
            case ImportStage::inspecting:
                rows.paragraph(context.fonts.small, context.theme.muted, context.t("models.inspecting"), kImportLine);
                lay_out_buttons(context, rows, {{"models.cancel", false, app::ClearModels{}}});
                break;
            case ImportStage::inspected:
                if (import.can_start()) lay_out_start(context, rows, import);
                break;
            case ImportStage::paused:
                rows.paragraph(context.fonts.small, context.theme.text, paused_text(context, import), kImportLine);
                rows.skip(6);
                lay_out_progress(context, rows, import);
                lay_out_buttons(
                    context, rows,
                    {{"models.retry_now", true, app::RetryModel{}}, {"models.cancel", false, app::CancelJob{}}});
                break;
            case ImportStage::loading:
                lay_out_progress(context, rows, import);
                lay_out_buttons(context, rows, {{"models.cancel", false, app::CancelJob{}}});
                break;
            case ImportStage::failed:
                if (import.can_retry) lay_out_buttons(context, rows, {{"models.retry", true, app::RetryModel{}}});
                break;
        }
    }

    // What, where, and what would be right, beside a red edge.
    static void lay_out_error(const Context& context, Rows& rows, const app::Import& import) {
        const float height = paragraph_height(context.fonts.body, rows.width() - 16, import.error.text, kImportLeading);
        const Box box = rows.take(height + 8);
        if (!rows.paint()) return;
        const bool waits = import.stage == ImportStage::paused;
        fill({box.x, box.y, 3, box.height}, waits ? context.theme.attends : context.theme.bad, 1.5f);
        put_paragraph(context.fonts.body, {box.x + 16, box.y + 4, box.width - 16, 0}, context.theme.text,
                      import.error.text, kImportLeading);
        context.widgets.add({"import.error", import.error.text, Role::text, box, {}, {}});
    }

    struct Action {
        std::string_view key;
        bool primary;
        app::Command command;
    };
    static void lay_out_buttons(const Context& context, Rows& rows, std::vector<Action> actions) {
        rows.skip(12);
        const Box row = rows.take(models_button_height(context.phone));
        if (!rows.paint()) return;
        float x = row.x;
        for (Action& action : actions) {
            const std::string_view label = context.t(action.key);
            const Box box{x, row.y, button_width(context.fonts.body_bold, label, 16), row.height};
            if (button(context, action.key, label, box, action.primary ? Look::primary : Look::plain))
                context.push(std::move(action.command));
            x = box.right() + 8;
        }
    }

    // "Download 548 MB", and what it takes while it comes in.
    static void lay_out_start(const Context& context, Rows& rows, const app::Import& import) {
        const app::Strings& strings = context.app.strings();
        const bool hub = import.source == app::SourceKind::hub;
        const std::string size = app::bytes_text(import.total_bytes, strings);
        const std::string label = !hub                 ? std::string(context.t("models.open"))
                                  : import.total_known ? context.t("models.download", {{"size", size}})
                                                       : std::string(context.t("models.download.unknown"));
        const Box row = rows.take(models_button_height(context.phone));
        const float width = button_width(context.fonts.body_bold, label, 16);
        const Box box{row.x, row.y, context.phone ? row.width : width, row.height};
        if (rows.paint() && button(context, "models.start", label, box, Look::primary))
            context.push(app::DownloadModel{});
        const std::string note =
            context.t(hub ? "models.start.hub" : "models.start.files",
                      {{"files", app::count_text(static_cast<std::int64_t>(import.files.size()), strings)},
                       {"size", size},
                       {"memory", app::bytes_text(import.choice().peak_bytes, strings)}});
        if (!context.phone) {
            if (rows.paint())
                put_text(context.fonts.small, {box.right() + 14, row.y, row.right() - box.right() - 14, row.height},
                         context.theme.muted, note);
            return;
        }
        rows.skip(8);
        rows.paragraph(context.fonts.small, context.theme.muted, note, 18);
    }

    static void lay_out_progress(const Context& context, Rows& rows, const app::Import& import) {
        const Theme& theme = context.theme;
        const app::Strings& strings = context.app.strings();
        const Box bar = rows.take(kImportBar);
        rows.skip(6);
        const Box row = rows.take(kImportLine);
        const Box file = rows.take(kImportLine);
        if (!rows.paint()) return;
        progress_bar(context, bar, import.fraction());
        const std::string done = app::bytes_text(import.done_bytes, strings);
        const std::string text =
            import.total_known ? context.t("models.progress",
                                           {{"done", done}, {"total", app::bytes_text(import.total_bytes, strings)}})
                               : done;
        put_text(context.fonts.mono, row, theme.text, text);
        put_text(context.fonts.mono, row, theme.muted, pace_text(context, import), Align::right);
        context.widgets.add({"import.progress", text, Role::text, row, {}, import.fraction()});
        const std::string checks = checksum_text(context, import);
        put_text(context.fonts.small, file, theme.muted, checks, Align::right);
        const float room = file.width - text_width(context.fonts.small, checks) - 12;
        put_text(context.fonts.small, {file.x, file.y, room, file.height}, theme.muted, import.file);
    }
    // "12 MB/s · 27 s left"
    static std::string pace_text(const Context& context, const app::Import& import) {
        const app::Strings& strings = context.app.strings();
        if (import.stage != ImportStage::loading || import.bytes_per_second <= 0) return {};
        std::string text = context.t("models.speed", {{"size", app::bytes_text(import.bytes_per_second, strings)}});
        if (import.seconds_left >= 0) {
            text += " \xC2\xB7 ";
            text += context.t("models.left", {{"time", app::seconds_text(import.seconds_left, strings)}});
        }
        return text;
    }
    static std::string checksum_text(const Context& context, const app::Import& import) {
        if (import.checksum == app::ChecksumState::none) return std::string(context.t("models.unchecked"));
        if (import.checksum == app::ChecksumState::checked) return std::string(context.t("models.checked"));
        const bool promised =
            std::ranges::any_of(import.files, [](const app::ImportFile& file) { return !file.sha256.empty(); });
        return promised ? std::string(context.t("models.checking")) : std::string();
    }
    static std::string paused_text(const Context& context, const app::Import& import) {
        if (import.retry_seconds < 0) return std::string(context.t("models.paused"));
        return context.t("models.paused.in",
                         {{"time", app::seconds_text(import.retry_seconds, context.app.strings())}});
    }
};

}  // namespace

std::unique_ptr<Panel> make_model_import() {
    return std::make_unique<ModelImportPanel>();
}

}  // namespace headlight::ui
