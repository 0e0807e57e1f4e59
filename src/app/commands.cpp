#include "app/commands.h"

#include <array>
#include <utility>

#include "app/any_command.h"

namespace headlight::app {
namespace {

// By the index of its type; `value` points to one of that type.
template <class... Ts>
std::unique_ptr<AnyCommand> make(CommandTypes<Ts...> /*types*/, std::size_t index, void* value) {
    using Maker = std::unique_ptr<AnyCommand> (*)(void*);
    static constexpr std::array<Maker, sizeof...(Ts)> kMakers{
        [](void* one) { return std::make_unique<AnyCommand>(std::move(*static_cast<Ts*>(one))); }...};
    return kMakers[index](value);
}

}  // namespace

Command::Command(std::size_t index, void* value) : value_(make(Commands(), index, value)) {}
Command::Command(const Command& other) : value_(std::make_unique<AnyCommand>(*other.value_)) {}
Command::Command(Command&& other) noexcept = default;
Command& Command::operator=(Command other) noexcept {
    value_.swap(other.value_);
    return *this;
}
Command::~Command() = default;

void CommandQueue::push(Command command) {
    waiting_.push_back(std::move(command));
}

std::vector<Command> CommandQueue::take() {
    return std::exchange(waiting_, {});
}

}  // namespace headlight::app
