#include <array>

#include "cli/command_list.h"

namespace headlight::cli {

std::span<const Command> commands() {
    static const std::array table{
        generate_command(), translate_command(),       trace_command(),    eval_command(),
        train_command(),    tokenizer_train_command(), tokenize_command(), info_command(),
        quantize_command(), bench_command(),           hash_command(),
    };
    return table;
}

}  // namespace headlight::cli
