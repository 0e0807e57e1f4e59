#pragma once
// The text fields of the window: on the page real HTML fields laid over their places, so that input methods, phone
// keyboards and screen readers work. What the first one holds depends on the rung (App::field_text); the other one
// holds the prompt to compare with.

#include <string_view>

#include "ui/context.h"

namespace headlight::ui {

inline constexpr float kFieldLeading = 22;  // height of a line of its text

// Grows with its text, between so many lines; beyond them it scrolls by itself.
[[nodiscard]] float prompt_field_height(const Context& context, float width, float most_lines, float least_lines = 3);
[[nodiscard]] float other_field_height(const Context& context, float width, float most_lines);

// Draws the field and pushes what a person types. label: its name for people; hint: what stands there while it is
// empty. address: the name or address of a model, without line breaks; Enter looks it up.
void prompt_field(const Context& context, const Box& field, std::string_view label, std::string_view hint,
                  bool address = false);
// Settings::other.
void other_field(const Context& context, const Box& field);
// What the vocabulary is searched for: one line.
void search_field(const Context& context, const Box& field);

}  // namespace headlight::ui
