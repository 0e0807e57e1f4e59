#pragma once
// What the laboratory shows in the bottom panel: the logit lens, what each part adds, patching, and the plane of
// embeddings. `title_width` is what the tabs leave of the first line.

#include "interpret/attribution.h"
#include "interpret/patch_sweep.h"
#include "ui/context.h"

namespace headlight::ui {

inline constexpr float kViewTitle = 24;  // the first line of a view

// Points of the stream x positions; each cell is what the model would say there.
class LensView {
  public:
    [[nodiscard]] static float wanted_height(const Context& context);
    void draw(const Context& context, const Box& box, float title_width);

  private:
    struct Grid;
    void draw_cells(const Context& context, const Grid& grid);
    static void draw_cell(const Context& context, const Grid& grid, int point, int position, const Box& cell);
    int positions_ = 0;  // that were there at the last frame: more of them scroll to the end
};

// Signed bars, the largest first or in the order of the pass.
class PartsView {
  public:
    [[nodiscard]] static float wanted_height(const Context& context);
    void draw(const Context& context, const Box& box, float title_width);

  private:
    void draw_bars(const Context& context, const Box& box, const interpret::Attribution& parts) const;
    bool by_size_ = true;
};

// The tokens of the text among the embeddings, and what is near the selected one.
class SpaceView {
  public:
    [[nodiscard]] static float wanted_height(const Context& context);
    static void draw(const Context& context, const Box& box, float title_width);
};

// The other prompt, what is copied from it, and how much of its answer comes back where.
class PatchView {
  public:
    [[nodiscard]] static float wanted_height(const Context& context);
    static void draw(const Context& context, const Box& box, float title_width);

  private:
    static void draw_field(const Context& context, const Box& row);
    static void draw_run(const Context& context, const Box& row);
    static void draw_map(const Context& context, const Box& box, const interpret::Sweep& sweep);
};

}  // namespace headlight::ui
