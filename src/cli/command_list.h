#pragma once
// The commands, one file each (cmd_<name>.cpp).

#include "cli/command.h"

namespace headlight::cli {

[[nodiscard]] Command generate_command();
[[nodiscard]] Command translate_command();
[[nodiscard]] Command trace_command();
[[nodiscard]] Command eval_command();
[[nodiscard]] Command train_command();
[[nodiscard]] Command tokenizer_train_command();
[[nodiscard]] Command tokenize_command();
[[nodiscard]] Command info_command();
[[nodiscard]] Command bench_command();
[[nodiscard]] Command quantize_command();
[[nodiscard]] Command hash_command();

}  // namespace headlight::cli
