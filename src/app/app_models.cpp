// Bringing a model of one's own: what a person may ask for, and what the platform answers.
#include "app/app_state.h"

namespace headlight::app {

void App::State::open_models(bool open) {
    library.open = open;
    rebuild_field_text();
}

void App::State::inspect_address(const InspectAddress& command) {
    if (command.address.has_value()) library.address = *command.address;
    rebuild_field_text();
}

void App::State::choose_format(Precision precision) {
    library.import.precision = precision;
}

void App::State::download_model() {}
void App::State::retry_model() {}
void App::State::clear_models() {
    library.import = {};
}
void App::State::open_kept(const std::string&) {}
void App::State::delete_kept(const std::string&) {}
void App::State::keep_model() {}
void App::State::read_report(const ImportReport&) {}

}  // namespace headlight::app
