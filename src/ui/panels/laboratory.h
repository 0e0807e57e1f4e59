#pragma once
// What the panels of the laboratory share: the list of changes as it stands, and words for tokens and odds.

#include <optional>
#include <string>
#include <vector>

#include "interpret/intervention.h"
#include "ui/context.h"

namespace headlight::ui {

// A GPT is shown, in which things can be changed.
[[nodiscard]] bool has_laboratory(const Context& context);

// Heads are shown that can be changed: a GPT's or a translator's.
[[nodiscard]] bool can_change(const Context& context);
// Whose heads these are in a translator.
[[nodiscard]] interpret::Part part_of(app::Part part);

// The list of the rung that is shown, Settings::changes or translator_changes, read once by whoever looks at many
// heads. It tells of one part: the one that is shown, or another of a translator's.
class ChangeList {
  public:
    explicit ChangeList(const Context& context);
    ChangeList(const Context& context, interpret::Part part);
    struct Item {
        int index = -1;
        interpret::Intervention change;
    };
    // What stands in for what a head gives (off, mean, scale), or for where it looks (paint, raw, freeze).
    [[nodiscard]] std::optional<Item> strength(int layer, int head) const;
    [[nodiscard]] std::optional<Item> pattern(int layer, int head) const;
    // A whole layer of attention or of neurons that is off or a mean.
    [[nodiscard]] std::optional<Item> layer(interpret::Target target, int layer) const;
    [[nodiscard]] std::optional<Item> neuron(int layer, int neuron) const;  // off, mean
    [[nodiscard]] std::optional<Item> position(int position) const;         // swap, drop
    // Off by itself or with its whole layer; changed in any other way.
    [[nodiscard]] bool is_off(int layer, int head) const;
    [[nodiscard]] bool is_changed(int layer, int head) const;
    [[nodiscard]] bool empty() const { return list_.empty(); }

  private:
    template <class Fits>
    [[nodiscard]] std::optional<Item> find(Fits&& fits) const;
    std::vector<interpret::Intervention> list_;
    interpret::Part part_;
};

// Of the part that is shown.
void add_change(const Context& context, interpret::Intervention change);
// A change of one head, to be filled in.
[[nodiscard]] interpret::Intervention head_change(interpret::Change change, int layer, int head);

[[nodiscard]] std::string token_name(const Context& context, int id);                       // ·ball
[[nodiscard]] std::string quoted_token(const Context& context, int id);                     // “·ball”
[[nodiscard]] std::string signed_text(const Context& context, double value, int decimals);  // "+1.20", "−0.31"

// A token of the most likely ones, chosen from a menu that ImGui::OpenPopup(key) opens.
[[nodiscard]] std::optional<int> candidate_menu(const Context& context, const char* key, int chosen, const Box& anchor);

}  // namespace headlight::ui
