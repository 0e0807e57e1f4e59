#pragma once
// What panel_list.cpp makes; every panel is one file of this folder.

#include "ui/panel.h"

namespace headlight::ui {

std::unique_ptr<Panel> make_top_bar();
std::unique_ptr<Panel> make_prompt();
std::unique_ptr<Panel> make_tokens();
std::unique_ptr<Panel> make_samples();
std::unique_ptr<Panel> make_model_map();
std::unique_ptr<Panel> make_changes();
std::unique_ptr<Panel> make_head_grid();
std::unique_ptr<Panel> make_head_view();
std::unique_ptr<Panel> make_predictions();
std::unique_ptr<Panel> make_sampling();
std::unique_ptr<Panel> make_inspector();
std::unique_ptr<Panel> make_menu();
std::unique_ptr<Panel> make_steps();
std::unique_ptr<Panel> make_step_title();
std::unique_ptr<Panel> make_step_view();
std::unique_ptr<Panel> make_step_cell();
std::unique_ptr<Panel> make_mistakes();
std::unique_ptr<Panel> make_learning();
std::unique_ptr<Panel> make_embedding_map();
std::unique_ptr<Panel> make_corpus();
std::unique_ptr<Panel> make_architecture_bar();
std::unique_ptr<Panel> make_architecture_config();
std::unique_ptr<Panel> make_architecture_diagram();
std::unique_ptr<Panel> make_architecture_loop();
std::unique_ptr<Panel> make_architecture_numbers();
std::unique_ptr<Panel> make_notices();
std::unique_ptr<Panel> make_help();
std::unique_ptr<Panel> make_tour();
std::unique_ptr<Panel> make_question();
std::unique_ptr<Panel> make_model_source();
std::unique_ptr<Panel> make_model_import();
std::unique_ptr<Panel> make_kept_models();

}  // namespace headlight::ui
