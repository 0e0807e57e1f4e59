#include <array>

#include "cli/command_list.h"

namespace headlight::cli {

std::span<const Command> commands() {
    static const std::array table{
        tokenize_command(),
        tokenizer_train_command(),
        info_command(),
    };
    return table;
}

}  // namespace headlight::cli
