#include <array>

#include "ui/panels/panels.h"

namespace headlight::ui {

std::span<const PanelInfo> panel_list() {
    using app::Tab;
    static constexpr std::array kPanels{
        PanelInfo{"bar", Place::top, Tab::more, make_top_bar},
        PanelInfo{"prompt", Place::left, Tab::in, make_prompt},
        PanelInfo{"tokens", Place::left, Tab::in, make_tokens},
        PanelInfo{"try", Place::left, Tab::in, make_samples},
        PanelInfo{"map", Place::centre_map, Tab::heads, make_model_map},
        PanelInfo{"changes", Place::centre_map, Tab::heads, make_changes},
        PanelInfo{"head", Place::centre_head, Tab::heads, make_head_view},
        PanelInfo{"grid", Place::centre_grid, Tab::heads, make_head_grid},
        PanelInfo{"predictions", Place::right, Tab::out, make_predictions},
        PanelInfo{"sampling", Place::right, Tab::out, make_sampling},
        PanelInfo{"inspector", Place::bottom, Tab::more, make_inspector},
        PanelInfo{"menu", Place::more, Tab::more, make_menu},
        PanelInfo{"steps", Place::steps, Tab::in, make_steps},
        PanelInfo{"step.title", Place::step_title, Tab::heads, make_step_title},
        PanelInfo{"step", Place::step, Tab::heads, make_step_view},
        PanelInfo{"step.cell", Place::step_cell, Tab::heads, make_step_cell},
        PanelInfo{"mistakes", Place::step_right, Tab::heads, make_mistakes},
        PanelInfo{"learning", Place::step_right, Tab::out, make_learning},
        PanelInfo{"map2d", Place::step_right, Tab::out, make_embedding_map},
        PanelInfo{"corpus", Place::step_right, Tab::out, make_corpus},
        PanelInfo{"models.source", Place::models, Tab::in, make_model_source},
        PanelInfo{"models.import", Place::models, Tab::in, make_model_import},
        PanelInfo{"models.kept", Place::models_right, Tab::in, make_kept_models},
        PanelInfo{"arch.bar", Place::architecture_bar, Tab::in, make_architecture_bar},
        PanelInfo{"arch.config", Place::architecture_left, Tab::in, make_architecture_config},
        PanelInfo{"arch.diagram", Place::architecture_diagram, Tab::heads, make_architecture_diagram},
        PanelInfo{"arch.loop", Place::architecture_loop, Tab::heads, make_architecture_loop},
        PanelInfo{"arch.numbers", Place::architecture_right, Tab::out, make_architecture_numbers},
        PanelInfo{"notices", Place::overlay, Tab::in, make_notices},
        PanelInfo{"help", Place::overlay, Tab::in, make_help},
        PanelInfo{"tour", Place::overlay, Tab::in, make_tour},
        PanelInfo{"question", Place::overlay, Tab::in, make_question},
    };
    return kPanels;
}

}  // namespace headlight::ui
