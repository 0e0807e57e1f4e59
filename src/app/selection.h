#pragma once
// Where the pointer is, and what all panels highlight because of it. Hover is cosmetic: one per frame, set by whichever
// panel the pointer is over (App::set_hover), gone with the pointer. What is pinned stands in Settings.

namespace headlight::app {

struct Hover {
    int layer = -1, head = -1;  // of a thumbnail or a chip
    int query = -1, key = -1;   // of the head view or a token chip (a chip sets query)
    int row = -1, column = -1;  // of the inspected matrix
    int candidate = -1;         // token id of a next-token bar
    bool operator==(const Hover&) const = default;
};

// Hover before pin before default; what every panel draws. All are -1 when there is no pass yet.
struct Selection {
    int layer = -1, head = -1;
    int query = -1;       // the row looked at: hovered, pinned or last
    int key = -1;         // -1: no cell
    bool pinned = false;  // the cell or row is pinned (Esc releases)
    int target = -1;      // the position whose next token App::distribution() tells: of a GPT, and of a decoder, query
    bool operator==(const Selection&) const = default;
};

}  // namespace headlight::app
