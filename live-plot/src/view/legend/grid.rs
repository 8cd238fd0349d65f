//! Where the entries of the legend stand: in columns of one width, which only grows, so that no value moves what is beside
//! it. Pure. What the entries look like is left to `legend`.

/// Between two columns.
pub(super) const GAP: f32 = 28.0;

/// The places of some entries of one width.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Grid {
    cell: f32,
    /// How many columns the first row has, beside which there are buttons, and how many the others have.
    columns: (usize, usize),
    pub(super) rows: usize,
    /// How many entries have a place.
    pub(super) shown: usize,
}

impl Grid {
    /// The places of `count` entries as wide as `cell`, in at most so many rows; the first one may be shorter than the
    /// others. A sign that others have no place takes that of an entry.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers")]
    pub(super) fn new(
        count: usize,
        cell: f32,
        (first, room): (f32, f32),
        most_rows: usize,
    ) -> Self {
        let columns = |room: f32| ((room + GAP) / (cell + GAP)) as usize;
        // Where not even one has room beside the buttons, the entries begin below them.
        let columns = (columns(first), columns(room).max(1));
        let most_rows = most_rows.max(if columns.0 == 0 { 2 } else { 1 });
        let mut grid = Self { cell, columns, rows: 1, shown: count };
        grid.rows = grid.place(count.saturating_sub(1)).1 + 1;
        if grid.rows > most_rows {
            grid.rows = most_rows;
            // The sign has the last place, but the first entry is always there.
            let places = columns.0 + (grid.rows - 1) * columns.1;
            grid.shown = (places - 1).clamp(1, count.max(1));
        }
        grid
    }

    /// How wide all columns are.
    pub(super) fn width(&self) -> f32 {
        let columns = self.columns.1.min(self.shown) as f32;
        columns * (self.cell + GAP) - GAP
    }

    /// The left edge and the row of an entry.
    pub(super) fn place(&self, entry: usize) -> (f32, usize) {
        let (first, others) = self.columns;
        let (column, row) = match entry.checked_sub(first) {
            Some(entry) => (entry % others, 1 + entry / others),
            None => (entry, 0),
        };
        (column as f32 * (self.cell + GAP), row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_does_not_fit_leaves_the_last_place_to_a_sign() {
        // Four columns, beside which there is some room.
        let grid = |count, room| Grid::new(count, 100.0, (room, room), 3);
        let shown = |count, room| (grid(count, room).rows, grid(count, room).shown);
        assert_eq!((shown(3, 600.0), shown(8, 600.0)), ((1, 3), (2, 8)));
        assert_eq!((shown(11, 600.0), shown(12, 600.0)), ((3, 11), (3, 12)));
        assert_eq!((shown(13, 600.0), shown(200, 600.0)), ((3, 11), (3, 11)));
        assert_eq!(shown(8, 500.0), (2, 8), "no row is empty");
        assert_eq!(shown(9, 10.0), (3, 1), "one column, however narrow the window");
        assert_eq!(grid(8, 600.0).place(5), (128.0, 1));
    }

    #[test]
    fn the_first_row_leaves_room_for_the_buttons() {
        let grid = Grid::new(7, 100.0, (250.0, 600.0), 3);
        assert_eq!(
            [0, 1, 2, 5].map(|entry| grid.place(entry)),
            [(0.0, 0), (128.0, 0), (0.0, 1), (384.0, 1)]
        );
        assert_eq!(grid.rows, 3);
        let grid = Grid::new(2, 100.0, (99.0, 600.0), 3);
        assert_eq!([0, 1].map(|entry| grid.place(entry)), [(0.0, 1), (128.0, 1)]);
    }

    proptest! {
        #[test]
        fn entries_stay_within_their_room_and_others_never_move_them(
            count in 1_usize..300, more in 0_usize..9, cell in 20.0..400.0_f32, room in 1.0..2000.0_f32, part in 0.0..=1.0_f32, rows in 2_usize..9,
        ) {
            let grid = |count| Grid::new(count, cell, (room * part, room), rows);
            let (few, many) = (grid(count), grid(count + more));
            for entry in 0..few.shown {
                let (left, row) = few.place(entry);
                let room = if row == 0 { room * part } else { room };
                prop_assert!(row < few.rows && (left == 0.0 || left + cell <= room + 0.1));
                prop_assert_eq!(many.place(entry), (left, row));
            }
            prop_assert!(few.rows <= rows && few.rows <= many.rows && few.shown >= 1);
        }
    }
}
