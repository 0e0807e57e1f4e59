#pragma once
// What a Command holds, for those few who look into it.

#include <variant>

#include "app/commands.h"

namespace headlight::app {

template <class List>
struct CommandVariant;
template <class... Ts>
struct CommandVariant<CommandTypes<Ts...>> {
    using Type = std::variant<Ts...>;
};

struct AnyCommand {
    CommandVariant<Commands>::Type is;
};

}  // namespace headlight::app
