//! Where everything stands on a screen of characters: title, legend, plot, labels, status line; what a small one leaves out.
//! Pure.

use super::braille::DOTS;
use super::cells::width;
use crate::picture::dots::Rows;
use crate::picture::marks::Marks;
use crate::picture::panels::Spacing;
use crate::picture::scene::{Panel, Scene, Size};

/// A panel has four rows at least, and between two is the heading of the lower one; in dots.
const SPACING: Spacing = Spacing { panel: 16.0, gap: 4.0 };

/// How many of egui's points a cell is worth when marks are spaced: so wide, and so high.
const POINTS: (f64, f64) = (8.0, 16.0);

/// The least width of a plot that has labels beside it.
const PLOT: usize = 10;

/// Where things are, in cells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    /// The row of the title.
    pub(super) title: Option<usize>,
    /// The first row of the legend, and how many it has.
    pub(super) legend: Option<(usize, usize)>,
    /// The row of the texts of marks, once there are any.
    pub(super) flags: Option<usize>,
    /// How wide the labels of the values are; 0 if there is no room for them.
    pub(super) labels: usize,
    /// The left edge of the plot, and its width.
    pub(super) plot: (usize, usize),
    /// The first row and the height of each panel.
    pub(super) panels: Vec<(usize, usize)>,
    /// The row of the line below the plot.
    pub(super) line: Option<usize>,
    /// The row of the labels of the horizontal axis.
    pub(super) times: Option<usize>,
    /// The first row of the status line, and how many it has.
    pub(super) status: Option<(usize, usize)>,
}

impl Layout {
    /// The layout of a screen of this size, with so many rows of legend for a single panel, and so many of the status line.
    pub(super) fn new(
        scene: &Scene,
        (across, down): (usize, usize),
        is_titled: bool,
        (legend, below): (usize, usize),
    ) -> Self {
        let count = scene.panels.len();
        let mut top = 0;
        let mut take = |is_there: bool, rows: usize| {
            let row = top;
            top += if is_there { rows } else { 0 };
            is_there.then_some(row)
        };
        let title = take(is_titled && down >= 12, 1);
        // The other panels have their headings between them.
        let rows = if count == 1 { legend.clamp(1, (down / 5).max(1)) } else { 1 };
        let legend = take(down >= 3, rows).map(|row| (row, rows));
        let flags = take(scene.is_annotated && down >= 8, 1);
        let mut bottom = down;
        let mut take = |is_there: bool, rows: usize| {
            bottom -= if is_there { rows } else { 0 };
            is_there.then_some(bottom)
        };
        let rows = below.clamp(1, (down / 5).max(1));
        let status = take(down >= 5, rows).map(|row| (row, rows));
        let times = take(down >= 6, 1);
        let line = take(down >= 10, 1);
        // Each with the heading of the next.
        let room = bottom.saturating_sub(top) + 1;
        let height = (room / count.max(1)).saturating_sub(1).max(1);
        // All are equally high; the rows that are left over are spread between them.
        let place = |number: usize| (top + (number * room).div_ceil(count), height);
        let panels = (0..count).map(place).collect();
        let marks = scene.panels.iter().map(|panel| y_marks(scene, panel, height));
        let labels = if legend.is_some() { marks.map(|marks| widest(&marks)).max() } else { None };
        // Two cells at a time, so that the plot seldom moves.
        let labels = labels.map_or(0, |labels| labels.max(4).next_multiple_of(2));
        let labels = if labels + 1 + PLOT <= across { labels } else { 0 };
        let left = if labels > 0 { labels + 1 } else { 0 };
        let plot = (left, (across - left).max(1));
        Self { title, legend, flags, labels, plot, panels, line, times, status }
    }

    /// The size of the plot that a scene is made for.
    pub(super) fn size(&self) -> Size {
        let rows: usize = self.panels.iter().map(|(_, height)| height + 1).sum();
        let dots = |cells: usize, dots: usize| (cells * dots) as f64;
        let height = dots(rows.saturating_sub(1).max(1), DOTS.1);
        Size { width: dots(self.plot.1, DOTS.0), height, spacing: SPACING }
    }

    /// The width of the plot in points, for the spacing of its marks.
    pub(super) fn plot_points(&self) -> f64 {
        self.plot.1 as f64 * POINTS.0
    }
}

/// The marks of a panel's axis on so many rows.
pub(super) fn y_marks(scene: &Scene, panel: &Panel, height: usize) -> Marks {
    let rows = Rows { scale: panel.scale, count: height * DOTS.1 };
    let row = |value| rows.row(value).and_then(|dot| i64::try_from(dot / DOTS.1).ok());
    scene.y_marks_in_rows(panel, height as f64 * POINTS.1, |value| row(value).unwrap_or(-1))
}

fn widest(marks: &Marks) -> usize {
    marks.marks.iter().map(|mark| width(&mark.label)).max().unwrap_or(0)
}

/// The size of the plot to begin with: that of the whole screen.
pub(super) fn first((across, down): (usize, usize)) -> Size {
    let rows = down.saturating_sub(3).max(1);
    let dots = |cells: usize, dots: usize| (cells * dots) as f64;
    Size { width: dots(across.max(1), DOTS.0), height: dots(rows, DOTS.1), spacing: SPACING }
}
