//! The picture of a file: the scene that the window would show, with its title, legend and axes laid out. All but the
//! series is SVG, for both kinds of file. The same input gives the same bytes. The series are left to `svg` and `raster`,
//! writing the file to `atomic_file`.

use common::escape::escape;

use super::text::{shortened, width, wrapped};
use crate::config::{Config, Draw};
use crate::picture::annotations::{self, BESIDE, Spacing};
use crate::picture::decimate::Trace;
use crate::picture::dots::Rows;
use crate::picture::marks::Marks;
use crate::picture::palette::{Dash, Palette, Rgb, WEAK_LINE};
use crate::picture::pixels::{Area, Pixels};
use crate::picture::scene::{Panel, Scene, Size};
use crate::series::Shared;

/// Room around the plot, in pixels: left, right, top, bottom.
const MARGIN: [f64; 4] = [64.0, 24.0, 44.0, 36.0];

/// The left edge of the unit's text.
const UNIT: f64 = 12.0;

/// The height of a row of the legend, and of the title.
const ROW: f64 = 18.0;

/// The most rows of a title.
const TITLE: usize = 3;

/// The room of a series in the legend beside its name.
const KEY: f64 = 36.0;

/// A picture that is laid out.
pub(crate) struct Figure<'a> {
    config: &'a Config,
    store: &'a Shared,
    pub(super) palette: &'static Palette,
    pub(super) scene: Scene,
    /// The plot's place.
    plot: Area,
    title: Vec<String>,
    /// Where the unit and the first row of the legend are.
    first_row: f64,
    legend: Legend,
}

/// The names of the series that are shown, and their places.
#[derive(Debug, Default, PartialEq)]
struct Legend {
    entries: Vec<(usize, String, (f64, f64))>,
    /// What is said of the others, and where.
    rest: Option<(String, (f64, f64))>,
    /// How much is below the first row.
    below: f64,
}

impl<'a> Figure<'a> {
    /// The picture whose outline `make` makes for a plot of a size: twice if its labels need more room. Its traces are made
    /// from the store when they are drawn.
    pub(crate) fn new(
        config: &'a Config,
        store: &'a Shared,
        is_dark: bool,
        make: impl Fn(Size) -> Scene,
    ) -> Self {
        let palette = Palette::of(is_dark);
        let make = |size| {
            let mut scene = make(size);
            if config.unit.is_some() {
                // It stands above the axis, however long it is.
                scene.panels.iter_mut().for_each(|panel| panel.unit = None);
            }
            scene
        };
        let room = f64::from(config.size.0) - 2.0 * UNIT;
        let title =
            config.title.as_ref().map_or_else(Vec::new, |t| wrapped(&escape(t), room, TITLE));
        let [left, _, top, _] = MARGIN;
        let titled = if title.is_empty() { 0.0 } else { 8.0 + ROW * title.len() as f64 };
        let first = plot(config, left, top + titled);
        let first_row = top + titled - 16.0;
        let scene = make(size(first));
        let left = left.max(labels(&scene, first)).min(f64::from(config.size.0) / 2.0);
        // Beside the unit.
        let unit = config.unit.as_ref().map_or(0.0, |unit| UNIT + width(unit) + 16.0);
        let place = plot(config, left, top + titled);
        let (from, right) = (left.max(unit), f64::from(place[2]));
        let height = f64::from(place[3] - place[1]) / 3.0;
        let legend = Legend::new(&scene, config.unit.is_none(), (from, first_row), (right, height));
        let above = if scene.is_annotated { ROW } else { 0.0 };
        let plot = plot(config, left, top + titled + legend.below + above);
        let scene = if plot == first { scene } else { make(size(plot)) };
        Self { config, store, palette, scene, plot, title, first_row, legend }
    }

    /// How many values a logarithmic axis has no place for.
    pub(crate) fn left_out(&self) -> u64 {
        self.scene.left_out
    }

    /// The size of the whole picture.
    pub(super) fn size(&self) -> (u32, u32) {
        (self.config.size.0.into(), self.config.size.1.into())
    }

    /// The panels and their pixels.
    pub(super) fn panels(&self) -> Vec<(&Panel, Pixels)> {
        let pixels = |(panel, area): (&'_ Panel, Area)| {
            let count = usize::try_from(area[3] - area[1]).unwrap_or(1);
            let rows = Rows { scale: panel.scale, count };
            Pixels { grid: self.scene.grid, span: self.scene.span, rows, area, scale: 1.0 }
        };
        let places = self.scene.places(self.plot, 1.0);
        let panels = self.scene.panels.iter().zip(places);
        panels.map(|(panel, area)| (panel, pixels((panel, area)))).collect()
    }

    /// The trace of a series of a panel. There may be many, so none is kept.
    pub(super) fn trace(&self, panel: &Panel, series: usize) -> Trace {
        self.scene.trace(self.store, panel, series, None)
    }

    /// Everything but the series, as the beginning of an SVG.
    pub(super) fn frame(&self) -> String {
        let mut svg = String::new();
        let (width, height) = self.size();
        let background = hex(self.palette.background);
        svg += &format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"Ubuntu, 'DejaVu Sans', sans-serif\" font-size=\"13\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"{background}\"/>\n"
        );
        self.titles(&mut svg);
        let times = self.scene.x_marks(f64::from(self.plot[2] - self.plot[0]));
        for (panel, pixels) in self.panels() {
            self.values(&mut svg, panel, pixels, &times);
        }
        self.times(&mut svg, &times);
        self.flags(&mut svg);
        svg
    }

    /// The title, the legend and the unit.
    fn titles(&self, svg: &mut String) {
        let middle = f64::from(self.config.size.0) / 2.0;
        for (row, line) in self.title.iter().enumerate() {
            let y = 26.0 + ROW * row as f64;
            text(svg, (middle, y), "middle", self.palette.text, line);
        }
        for (number, name, (x, y)) in &self.legend.entries {
            let (color, dash) = (hex(self.palette.series(*number)), dash(*number));
            let (end, middle) = (x + 16.0, y - 4.0);
            *svg += &match self.scene.draw {
                // A dot is a line of no length with round ends.
                Draw::Points => format!(
                    "<path d=\"M{:.1} {middle:.1}h0\" stroke=\"{color}\" stroke-width=\"7\" stroke-linecap=\"round\"/>
",
                    x + 8.0
                ),
                Draw::Line | Draw::Step => format!(
                    "<path d=\"M{x:.1} {middle:.1}H{end:.1}\" stroke=\"{color}\" stroke-width=\"3\"{dash}/>
"
                ),
            };
            text(svg, (x + 22.0, *y), "start", self.palette.text, name);
        }
        if let Some((rest, at)) = &self.legend.rest {
            text(svg, *at, "start", self.palette.weak, rest);
        }
        if let Some(unit) = &self.config.unit {
            let at = (UNIT, self.first_row);
            text(svg, at, "start", self.palette.weak, &escape(unit));
        }
    }

    /// The grid of a panel and the labels of its values.
    fn values(&self, svg: &mut String, panel: &Panel, pixels: Pixels, times: &Marks) {
        let [left, top, right, bottom] = pixels.area;
        let (grid, flag) = (hex(self.palette.grid), hex(self.palette.mark));
        let mut line = |from: (i32, i32), way: char, to: i32, color: &str, is_strong: bool| {
            let opacity = if is_strong { 1.0 } else { WEAK_LINE };
            // In the middle of a pixel a line of one pixel is sharp.
            let (x, y) = (f64::from(from.0) + 0.5, f64::from(from.1) + 0.5);
            *svg += &format!(
                "<path d=\"M{x} {y}{way}{to}\" stroke=\"{color}\" stroke-opacity=\"{opacity}\"/>\n"
            );
        };
        for mark in &times.marks {
            line((pixels.column(mark.at), top), 'V', bottom, &grid, mark.is_strong);
        }
        let marks = self.scene.y_marks(panel, f64::from(bottom - top));
        for mark in &marks.marks {
            line((left, pixels.row(mark.at, 1)), 'H', right, &grid, mark.is_strong);
        }
        for mark in &self.scene.flags {
            line((pixels.column(mark.time), top), 'V', bottom, &flag, true);
        }
        for mark in &marks.marks {
            let [_, y] = pixels.point([0.0, mark.at]);
            text(svg, (f64::from(left) - 8.0, y + 4.5), "end", self.palette.weak, &mark.label);
        }
        if let Some(offset) = &marks.offset {
            let at = (f64::from(left) + 6.0, f64::from(top) + 14.0);
            text(svg, at, "start", self.palette.weak, offset);
        }
    }

    /// The texts of the marks, above the plot.
    fn flags(&self, svg: &mut String) {
        let [left, top, right, _] = self.plot.map(f64::from);
        let Some((_, pixels)) = self.panels().into_iter().next() else { return };
        let at = |time: f64| f64::from(pixels.column(time)) + 0.5;
        let flags = self.scene.flags.iter().map(|flag| (at(flag.time), flag));
        let wide = |text: &str| width(text) + BESIDE;
        for label in annotations::labels(flags, left..right, Spacing::POINTS, wide) {
            // How wide it is exactly, only the reader of the file knows.
            let (anchor, x) = match label.is_before {
                true => ("end", label.at - BESIDE),
                false => ("start", label.at + BESIDE),
            };
            text(svg, (x, top - 5.0), anchor, self.palette.mark, &label.text);
            // From its line up beside the text.
            let (x, up, color) = (label.at, top - ROW + 2.0, hex(self.palette.mark));
            *svg += &format!("<path d=\"M{x} {up}V{top}\" stroke=\"{color}\"/>\n");
        }
    }

    /// The labels of the horizontal axis, none cut off and none over another.
    fn times(&self, svg: &mut String, times: &Marks) {
        let [left, _, right, bottom] = self.plot.map(f64::from);
        let y = bottom + 20.0;
        let mut free_from = left - 8.0;
        for mark in &times.marks {
            let middle =
                left + (mark.at - self.scene.grid.start()) / self.scene.span * (right - left);
            let half = width(&mark.label) / 2.0;
            let middle =
                middle.max(left - 8.0 + half).min(f64::from(self.config.size.0) - 4.0 - half);
            if middle - half >= free_from {
                text(svg, (middle, y), "middle", self.palette.weak, &mark.label);
                free_from = middle + half + 8.0;
            }
        }
        if let Some(offset) = &times.offset {
            // Below the labels, which may need all of their row.
            text(svg, (right, bottom + 33.0), "end", self.palette.weak, offset);
        }
    }
}

impl Legend {
    /// The series that are shown, in rows from `from` on: as many as fit to the left of `right` and within `height`; the
    /// first row is always there. With `has_units` each has its own, where no option names one for all.
    fn new(scene: &Scene, has_units: bool, from: (f64, f64), (right, height): (f64, f64)) -> Self {
        let mut shown: Vec<usize> =
            scene.panels.iter().flat_map(|panel| &panel.series).copied().collect();
        shown.sort_unstable();
        let (mut x, mut y) = from;
        let mut legend = Self::default();
        let count = shown.len();
        for (place, number) in shown.into_iter().enumerate() {
            let unit = scene.units[number].as_ref().filter(|_| has_units);
            let name = &scene.names[number];
            let name = unit.map_or_else(|| name.clone(), |unit| format!("{name} ({unit})"));
            let name = shortened(&name, (right - from.0 - KEY).max(0.0));
            let rest = format!("… {} more", count - place);
            // The last row keeps room for what is said of the others.
            let is_last_row = y - from.1 + ROW > height;
            let spare = if is_last_row && place + 1 < count { width(&rest) } else { 0.0 };
            let room = KEY + width(&name);
            if x > from.0 && x + room + spare > right {
                if is_last_row {
                    legend.rest = Some((rest, (x, y)));
                    break;
                }
                (x, y) = (from.0, y + ROW);
            }
            legend.entries.push((number, name, (x, y)));
            x += room;
        }
        legend.below = y - from.1;
        legend
    }
}

/// The plot's place in the picture.
fn plot(config: &Config, left: f64, top: f64) -> Area {
    let [_, right, _, bottom] = MARGIN;
    let (width, height) = (f64::from(config.size.0), f64::from(config.size.1));
    #[expect(clippy::cast_possible_truncation, reason = "a pixel's number")]
    let area = [left, top, width - right, height - bottom].map(|edge| edge.round() as i32);
    [area[0], area[1], area[2].max(area[0] + 1), area[3].max(area[1] + 1)]
}

fn size([left, top, right, bottom]: Area) -> Size {
    Size::pixels(f64::from(right - left), f64::from(bottom - top), 1.0)
}

/// The room that the labels of the values need.
fn labels(scene: &Scene, plot: Area) -> f64 {
    let heights = scene.places(plot, 1.0).into_iter().map(|area| f64::from(area[3] - area[1]));
    let marks =
        scene.panels.iter().zip(heights).map(|(panel, height)| scene.y_marks(panel, height));
    let widest = marks.flat_map(|marks| marks.marks).map(|mark| width(&mark.label));
    widest.fold(0.0, f64::max).ceil() + 14.0
}

/// Adds text whose middle, begin or end is at `x`.
fn text(svg: &mut String, (x, y): (f64, f64), anchor: &str, color: Rgb, text: &str) {
    let (color, text) = (hex(color), markup(text));
    *svg += &format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{color}\">{text}</text>\n"
    );
}

fn dash(series: usize) -> String {
    let lengths = Dash::of(series).lengths();
    lengths.map_or_else(String::new, |(on, period)| {
        format!(" stroke-dasharray=\"{on} {}\"", period - on)
    })
}

pub(super) fn hex(Rgb(red, green, blue): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Text, escaped for XML.
fn markup(text: &str) -> String {
    escape(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
