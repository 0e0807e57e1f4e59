// Toasts: what the app has to say, newest at the bottom. Good news goes by itself, bad news waits.
#include <map>

#include "ui/panels/overlay.h"
#include "ui/panels/panels.h"
#include "ui/widgets.h"

namespace headlight::ui {

namespace {

constexpr float kNoticeWidth = 380, kNoticeLeading = 18, kMargin = 8;
constexpr double kSeconds = 6;

class Notices final : public Panel {
  public:
    float wanted_height(const Context&, float) override { return 0; }

    void draw(const Context& context, const Box& box) override {
        const auto notices = context.app.notices();
        expire(context, notices);
        const float width = std::min(kNoticeWidth, box.width - 24);
        float y = box.bottom() - kMargin;
        // From the newest upwards, as far as there is room.
        for (std::size_t i = notices.size(); i-- > 0;) {
            const float height =
                paragraph_height(context.fonts.small, width - 60, notices[i].text, kNoticeLeading) + 24;
            y -= height + kMargin;
            if (y < box.y) break;
            const std::string name = "notice" + std::to_string(notices[i].id);
            const Box at{box.x + 12, y, width, height};
            overlay_window(name.c_str(), at.inset(-8), [&] { draw_notice(context, at, notices[i]); });
        }
    }

  private:
    void expire(const Context& context, std::span<const app::Notice> notices) {
        const double now = context.platform.now();
        std::map<std::uint64_t, double> still;
        for (const app::Notice& notice : notices) {
            const auto found = born_.find(notice.id);
            const double born = found == born_.end() ? now : found->second;
            still[notice.id] = born;
            if (notice.severity != app::Severity::info) continue;
            const double end = born + kSeconds;
            if (now >= end) {
                context.push(app::DismissNotice{notice.id});
            } else {
                context.shared.wake_at(end);
            }
        }
        born_ = std::move(still);
    }

    static void draw_notice(const Context& context, const Box& at, const app::Notice& notice) {
        const Theme& theme = context.theme;
        card(context, at);
        const Colour colour = notice.severity == app::Severity::error     ? theme.bad
                              : notice.severity == app::Severity::warning ? theme.attends
                                                                          : theme.good;
        fill({at.x, at.y + 8, 3, at.height - 16}, colour, 1.5f);
        put_paragraph(context.fonts.small, {at.x + 16, at.y + 12, at.width - 60, 0}, theme.text, notice.text,
                      kNoticeLeading);
        context.widgets.add({"notice." + std::to_string(notice.id), notice.text, Role::text, at, {}, {}});
        const Box close{at.right() - 36, at.y + 8, 28, 28};
        if (icon_button(context, "dismiss." + std::to_string(notice.id), context.t("notice.dismiss"), Icon::close,
                        close)) {
            context.push(app::DismissNotice{notice.id});
        }
    }

    std::map<std::uint64_t, double> born_;
};

}  // namespace

std::unique_ptr<Panel> make_notices() {
    return std::make_unique<Notices>();
}

}  // namespace headlight::ui
