#include <array>

#include "cli/command_list.h"

namespace headlight::cli {

std::span<const Command> commands() {
    static const std::array table{
        eval_command(), train_command(), tokenizer_train_command(), tokenize_command(), info_command(),
    };
    return table;
}

}  // namespace headlight::cli
