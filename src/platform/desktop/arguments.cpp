#include "platform/desktop/arguments.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace headlight::platform {

namespace {

bool parse_count(std::string_view text, int& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() && out >= 0;
}

bool parse_size(std::string_view text, Arguments& out) {
    const std::size_t cross = text.find('x');
    return cross != std::string_view::npos && parse_count(text.substr(0, cross), out.width) &&
           parse_count(text.substr(cross + 1), out.height);
}

}  // namespace

const char* usage() {
    return "headlight-desktop: type a prompt and watch a small GPT think\n"
           "  --link LINK     opens a shared link: '#v=1&prompt=...' or the whole address\n"
           "  --model DIR     opens a model folder (GPT-2 format: config.json, model.safetensors, tokenizer)\n"
           "  --assets DIR    where strings/, prompts/ and models/ are\n"
           "  --size WxH      window size in pixels\n"
           "  --help          this text\n"
           "Model files and folders can also be dropped on the window.\n"
           "For tests: --test-state FILE (state and widgets as JSON after every frame), --test-frames N (then ends).\n";
}

Result<Arguments> parse_arguments(int argc, char** argv) {
    Arguments out;
    for (int i = 1; i < argc; ++i) {
        const std::string_view name = argv[i];
        if (name == "--help" || name == "-h") {
            out.help = true;
            continue;
        }
        if (i + 1 >= argc) return invalid("unknown argument or missing value: " + std::string(name) + " (try --help)");
        const std::string_view value = argv[++i];
        bool good = true;
        if (name == "--link") {
            const std::size_t hash = value.find('#');
            out.link = hash == std::string_view::npos ? value : value.substr(hash + 1);
        } else if (name == "--assets") {
            out.assets = value;
        } else if (name == "--model") {
            out.model = value;
        } else if (name == "--size") {
            good = parse_size(value, out);
        } else if (name == "--test-state") {
            out.test_state = value;
        } else if (name == "--test-frames") {
            good = parse_count(value, out.test_frames);
        } else {
            return invalid("unknown argument " + std::string(name) + " (try --help)");
        }
        if (!good) return invalid(std::string(name) + " does not take '" + std::string(value) + "' (try --help)");
    }
    return out;
}

}  // namespace headlight::platform
