#pragma once
// Where the boxes of the block diagram stand: a pure function of the width. Wide: the model on the left, one block
// opened on the right. Narrow: everything in one column, the block in a frame.

#include <vector>

#include "app/settings.h"
#include "ui/draw.h"

namespace headlight::ui {

struct DiagramBox {
    app::Stage stage;
    Box box;           // relative to the diagram
    bool sum = false;  // a small circle with a plus: the residual stream's additions
};

struct DiagramLayout {
    std::vector<DiagramBox> boxes;
    Box block;         // wide: the block as one box of the model
    Box frame;         // the opened block
    Box detail;        // what the selected box is; in the narrow form below that box, wide under the model
    float stream = 0;  // x of the residual stream in the frame
    float height = 0;
    bool wide = false;
    [[nodiscard]] const DiagramBox* find(app::Stage stage) const;
};
// room: the height that the gaps may grow into. detail: the height that the selected box's description takes; 0:
// nothing is selected, in the narrow form no room is left for it.
[[nodiscard]] DiagramLayout diagram_layout(float width, app::Stage selected, float detail, float room = 0);
// The width that the description has.
[[nodiscard]] float detail_width(float width);

}  // namespace headlight::ui
