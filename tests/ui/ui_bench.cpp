// What a frame costs in C++: 256 tokens, all heads, a random model of the shipped size. Prints milliseconds of
// processor time, median and worst of many frames.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <vector>

#include "screen.h"

namespace headlight::ui {
namespace {

// Processor time of this one thread: a busy machine does not count.
double processor_ms() {
    return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::map<std::string, std::string> random_files() {
    const model::Compute compute(1);
    const model::GptConfig config{.vocab = app::kTinyVocab,
                                  .context = 256,
                                  .d_model = 192,
                                  .layers = 6,
                                  .heads = 6,
                                  .d_mlp = 768,
                                  .end_token = app::kTinyVocab - 1};
    model::Gpt gpt = model::Gpt::random(compute, config, 5);
    return {{"config.json", model::config_json(gpt.config())},
            {"model.safetensors", model::weights_file(gpt, checkpoint::Dtype::f32)},
            {"tokenizer.json", app::tiny_tokenizer().tokenizer_json()}};
}

void report(const char* what, std::vector<double> times) {
    std::sort(times.begin(), times.end());
    std::printf("%-40s median %6.3f ms   worst %6.3f ms\n", what, times[times.size() / 2], times.back());
}

// Draws `frames` frames, with change(i) before each.
template <class Change>
std::vector<double> measure(Screen& screen, int frames, Change&& change) {
    std::vector<double> times;
    for (int i = 0; i < frames; ++i) {
        change(i);
        screen.app->apply(screen.commands, screen.platform->time * 1000);
        while (screen.app->next_work_ms(0) == 0 && screen.app->advance(0, 1000)) {
        }
        screen.platform->input = true;
        const double start = processor_ms();
        screen.app->set_hover(screen.ui->frame(*screen.app, screen.commands, *screen.platform));
        times.push_back(processor_ms() - start);
    }
    return times;
}

void run_all() {
    auto program = app::make_app();
    app::run(*program, app::OpenLink{""});
    app::run(*program, app::LoadModel{"random", random_files()});
    Screen screen(1440, 900, std::move(program), 1, false);
    screen.run(app::SetPrompt{std::string(256, 'x')});
    const auto count = screen.app->tokens().size();
    std::printf("%zu tokens, %d layers x %d heads\n", count, screen.app->model()->layers, screen.app->model()->heads);
    report("nothing but the pointer moves",
           measure(screen, 200, [](int i) { ImGui::GetIO().AddMousePosEvent(700 + static_cast<float>(i % 50), 400); }));
    report("another head in every frame",
           measure(screen, 100, [&](int i) { screen.commands.push(app::SelectHead{i % 6, (i / 6) % 6}); }));
    report("a new pass in every frame (all heads)", measure(screen, 20, [&](int i) {
               screen.commands.push(app::SetPrompt{std::string(255, 'x') + static_cast<char>('a' + i % 26)});
           }));
}

}  // namespace
}  // namespace headlight::ui

int main() {
    headlight::ui::run_all();
}
