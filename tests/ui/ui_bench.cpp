// ui_bench [layers heads]: what a frame costs in C++ with 256 tokens and all heads on screen: a random model of the
// shipped size (6 by 6) and one with as many heads as GPT-2 small (12 by 12). Prints milliseconds of processor time,
// median and worst of many frames.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "screen.h"

namespace headlight::ui {
namespace {

// Processor time of this one thread: a busy machine does not count.
double processor_ms() {
    return 1000.0 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

std::map<std::string, std::string> random_files(int layers, int heads) {
    const model::Compute compute(1);
    const model::GptConfig config{.vocab = app::kTinyVocab,
                                  .context = 256,
                                  .d_model = 16 * heads,
                                  .layers = layers,
                                  .heads = heads,
                                  .d_mlp = 64 * heads,
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

void run_all(int layers, int heads) {
    auto program = app::make_app();
    app::run(*program, app::OpenLink{""});
    app::run(*program, app::LoadModel{"random", random_files(layers, heads)});
    Screen screen(1440, 900, std::move(program), 1, false);
    screen.run(app::SetPrompt{std::string(255, 'x')});
    std::printf("%zu tokens, %d layers x %d heads\n", screen.app->tokens().size(), layers, heads);
    report("nothing but the pointer moves", measure(screen, 200, [](int i) {
               ImGui::GetIO().AddMousePosEvent(500 + static_cast<float>(i % 50), 200 + static_cast<float>(i));
           }));
    report("another head in every frame", measure(screen, 100, [&](int i) {
               screen.commands.push(app::SelectHead{i % layers, (i / layers) % heads});
           }));
    report("another last token in every frame", measure(screen, 20, [&](int i) {
               screen.commands.push(app::SetPrompt{std::string(254, 'x') + static_cast<char>('a' + i % 26)});
           }));
    report("another prompt in every frame", measure(screen, 10, [&](int i) {
               screen.commands.push(app::SetPrompt{std::string(255, static_cast<char>('a' + i))});
           }));
    screen.run(app::SetPrompt{std::string(226, 'x')});
    int tokens = 226;
    report("a token more in every frame", measure(screen, 30, [&](int) {
               screen.commands.push(app::SetPrompt{std::string(static_cast<std::size_t>(++tokens), 'x')});
           }));
}

}  // namespace
}  // namespace headlight::ui

int main(int argc, char** argv) {
    if (argc > 2) {
        headlight::ui::run_all(std::atoi(argv[1]), std::atoi(argv[2]));
        return 0;
    }
    headlight::ui::run_all(6, 6);
    headlight::ui::run_all(12, 12);
}
