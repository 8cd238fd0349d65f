//! What a terminal shows now, and the fewest bytes that turn it into the next picture: only cells that have changed are
//! sent, with the sequences that every terminal knows (ECMA-48: CUP, CUF, EL, ED, SGR). Pure.

use super::cells::{BLANK, Cell, Cells, Ink, WIDE};
use super::colors::Depth;
use crate::picture::palette::Palette;

/// A terminal as far as it is known.
#[derive(Debug)]
pub(super) struct Screen {
    depth: Depth,
    /// What it shows; unknown at first and after others wrote to it.
    shown: Option<Cells>,
}

impl Screen {
    pub(super) fn new(depth: Depth) -> Self {
        Self { depth, shown: None }
    }

    /// Others may have written to it: the next picture is sent whole.
    pub(super) fn forget(&mut self) {
        self.shown = None;
    }

    /// The bytes that make it show `next`.
    pub(super) fn show(&mut self, next: Cells, palette: &Palette) -> Vec<u8> {
        let size = (next.width, next.height);
        let same_size = self.shown.take().filter(|shown| (shown.width, shown.height) == size);
        let mut pen = Pen { bytes: Vec::new(), at: None, ink: Ink::Plain, depth: self.depth };
        let shown = same_size.unwrap_or_else(|| {
            pen.bytes.extend_from_slice(b"\x1b[m\x1b[2J");
            Cells::new(next.width, next.height)
        });
        for y in 0..next.height {
            row(&mut pen, y, shown.row(y), next.row(y), palette);
        }
        pen.set_ink(Ink::Plain, palette);
        self.shown = Some(next);
        pen.bytes
    }
}

/// Sends what has changed in a row.
fn row(pen: &mut Pen, y: usize, shown: &[Cell], next: &[Cell], palette: &Palette) {
    // From here on to its end it is blank.
    let end = next.iter().rposition(|cell| *cell != BLANK).map_or(0, |last| last + 1);
    let is_changed = |x: &usize| shown[*x] != next[*x];
    for x in (0..end).filter(is_changed) {
        // The second half comes with the first, which has changed as well.
        if next[x].glyph == WIDE {
            continue;
        }
        pen.go((x, y), next, palette);
        pen.write(next[x], palette);
        if next.get(x + 1).is_some_and(|cell| cell.glyph == WIDE) {
            pen.at = Some((x + 2, y));
        }
    }
    if (end..next.len()).any(|x| is_changed(&x)) {
        pen.go((end, y), next, palette);
        pen.bytes.extend_from_slice(b"\x1b[K");
    }
}

/// Where the cursor is and what it writes in.
struct Pen {
    bytes: Vec<u8>,
    /// `None` if that is not certain.
    at: Option<(usize, usize)>,
    ink: Ink,
    depth: Depth,
}

impl Pen {
    /// Goes to a cell: over a few that are as they should be by sending them again, else by the shorter sequence.
    fn go(&mut self, (x, y): (usize, usize), row: &[Cell], palette: &Palette) {
        match self.at {
            Some(at) if at == (x, y) => return,
            Some((from, at)) if at == y && from < x => {
                let between = &row[from..x];
                let sequence = if x - from == 1 { 3 } else { 3 + (x - from).to_string().len() };
                let is_plain =
                    |cell: &Cell| cell.glyph != WIDE && (cell.glyph == ' ' || cell.ink == self.ink);
                let length: usize = between.iter().map(|cell| cell.glyph.len_utf8()).sum();
                if length <= sequence && between.iter().all(is_plain) {
                    between.iter().for_each(|cell| self.write(*cell, palette));
                } else if x - from == 1 {
                    self.put("\x1b[C");
                } else {
                    self.put(&format!("\x1b[{}C", x - from));
                }
            }
            _ => self.put(&format!("\x1b[{};{}H", y + 1, x + 1)),
        }
        self.at = Some((x, y));
    }

    /// Writes a cell; of a blank one the ink does not matter.
    fn write(&mut self, cell: Cell, palette: &Palette) {
        if cell.glyph != ' ' {
            self.set_ink(cell.ink, palette);
        }
        self.put(cell.glyph.encode_utf8(&mut [0; 4]));
        self.at = self.at.map(|(x, y)| (x + 1, y));
    }

    /// Changes the ink.
    fn set_ink(&mut self, ink: Ink, palette: &Palette) {
        if self.ink != ink {
            self.put(&self.depth.sequence(ink, palette));
            self.ink = ink;
        }
    }

    fn put(&mut self, sequence: &str) {
        self.bytes.extend_from_slice(sequence.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A terminal in small: what it shows after these bytes.
    struct Terminal {
        cells: Vec<Vec<char>>,
        at: (usize, usize),
    }

    impl Terminal {
        fn new(width: usize, height: usize) -> Self {
            Self { cells: vec![vec!['?'; width]; height], at: (0, 0) }
        }

        fn take(&mut self, bytes: &[u8]) {
            let text = std::str::from_utf8(bytes).unwrap();
            let mut glyphs = text.chars();
            while let Some(glyph) = glyphs.next() {
                if glyph == '\x1b' {
                    assert_eq!(glyphs.next(), Some('['));
                    let sequence = glyphs.as_str();
                    let end = sequence.find(|c: char| c.is_ascii_alphabetic()).unwrap();
                    self.obey(&sequence[..end], &sequence[end..=end]);
                    glyphs = sequence[end + 1..].chars();
                } else {
                    self.cells[self.at.1][self.at.0] = glyph;
                    let wide = super::super::cells::width(&glyph.to_string());
                    if wide == 2 {
                        self.cells[self.at.1][self.at.0 + 1] = WIDE;
                    }
                    self.at.0 += wide;
                }
            }
        }

        fn obey(&mut self, numbers: &str, what: &str) {
            let number = |text: &str| text.parse().unwrap_or(1_usize);
            match what {
                "H" => {
                    let (y, x) = numbers.split_once(';').unwrap();
                    self.at = (number(x) - 1, number(y) - 1);
                }
                "C" => self.at.0 += number(numbers),
                "K" => self.cells[self.at.1][self.at.0..].fill(' '),
                "J" => self.cells.iter_mut().for_each(|row| row.fill(' ')),
                "m" => {}
                other => panic!("{other}"),
            }
        }
    }

    fn screen(size: (usize, usize)) -> impl Strategy<Value = Cells> {
        let glyph = prop_oneof![6 => Just(' '), 3 => Just('⠒'), 1 => Just('x'), 1 => Just('温')];
        let ink = prop_oneof![Just(Ink::Weak), Just(Ink::Series(1))];
        prop::collection::vec((glyph, ink), size.0 * size.1).prop_map(move |all| {
            let mut cells = Cells::new(size.0, size.1);
            for (number, (glyph, ink)) in all.into_iter().enumerate() {
                let (x, y) = (number % size.0, number / size.0);
                if cells.row(y)[x].glyph != WIDE {
                    cells.write((x, y), &glyph.to_string(), ink);
                }
            }
            cells
        })
    }

    proptest! {
        #[test]
        fn the_terminal_shows_each_picture(
            pictures in prop::collection::vec(screen((17, 5)), 1..4),
            depth in prop_oneof![Just(Depth::None), Just(Depth::True)],
        ) {
            let (mut terminal, mut screen) = (Terminal::new(17, 5), Screen::new(depth));
            for picture in pictures {
                terminal.take(&screen.show(picture.clone(), Palette::of(true)));
                let wanted: Vec<Vec<char>> = (0..5)
                    .map(|y| picture.row(y).iter().map(|cell| cell.glyph).collect())
                    .collect();
                prop_assert_eq!(&terminal.cells, &wanted);
                prop_assert_eq!(screen.show(picture, Palette::of(true)), b"");
            }
        }
    }

    #[test]
    fn one_changed_cell_costs_one_move_and_one_character() {
        let mut screen = Screen::new(Depth::None);
        let mut cells = Cells::new(80, 24);
        screen.show(cells.clone(), Palette::of(true));
        cells.put((40, 12), '⠁', Ink::Series(0));
        assert_eq!(screen.show(cells, Palette::of(true)), "\x1b[13;41H⠁".as_bytes());
    }
}
