//! The picture as a file: the scene that the window would show, as SVG, and as PNG made from that. The same input gives
//! the same bytes. Writing them to a file is left to `atomic_file`.

use std::fmt::Write as _;
use std::sync::Arc;

use common::escape::escape;
use resvg::{tiny_skia, usvg};

use crate::config::{Config, Draw};
use crate::picture::decimate::Trace;
use crate::picture::palette::{Dash, Palette, Rgb};
use crate::picture::scale;
use crate::picture::scene::Scene;

/// Room around the plot, in pixels: left, right, top, bottom.
const MARGIN: [f64; 4] = [64.0, 24.0, 44.0, 36.0];

/// The left edge of the unit's text.
const UNIT: f64 = 12.0;

/// The height of a row of the legend.
const ROW: f64 = 18.0;

/// The width of the widest digit, in pixels.
const DIGIT: f64 = 7.5;

/// A picture that is being drawn.
struct Figure<'a> {
    config: &'a Config,
    palette: &'static Palette,
    scene: Scene,
    names: &'a [String],
    /// The plot's place: left, top, width, height.
    plot: [f64; 4],
    svg: String,
}

/// The plot's place in the picture: left, top, width, height.
fn place(config: &Config) -> [f64; 4] {
    let [left, right, top, bottom] = MARGIN;
    let (width, height) = (f64::from(config.size.0), f64::from(config.size.1));
    let top = if config.title.is_some() { top + 26.0 } else { top };
    [left, top, (width - left - right).max(1.0), (height - top - bottom).max(1.0)]
}

/// The width of the plot in a picture, in pixels.
pub(crate) fn plot_width(config: &Config) -> f64 {
    place(config)[2]
}

/// The room that the labels of the values need.
fn labels(scene: &Scene, [_, _, width, height]: [f64; 4]) -> f64 {
    let (_, step) = scene.steps(width, height);
    let marks = scale::marks(scene.y.0, scene.y.1, step);
    let longest = marks.map(|mark| scale::label(mark, step).chars().count()).max();
    DIGIT * longest.unwrap_or(0) as f64 + 12.0
}

/// The places of the series' names, in rows from `from` on: as many as fit to the left of `right` and within `height` (the
/// first row is always there). After the last one there is room for an ellipsis.
fn legend(names: &[String], from: (f64, f64), (right, height): (f64, f64)) -> Vec<(f64, f64)> {
    let (mut x, mut y) = from;
    let mut places = Vec::new();
    for name in names {
        let room = entry(name);
        if x > from.0 && x + room > right {
            (x, y) = (from.0, y + ROW);
        }
        if y - from.1 > height {
            break;
        }
        places.push((x, y));
        x += room;
    }
    places
}

/// The room that a series takes in the legend: a letter is about half as wide as it is high.
fn entry(name: &str) -> f64 {
    36.0 + 7.0 * name.chars().count() as f64
}

/// The scene as SVG.
pub(crate) fn svg(scene: Scene, names: &[String], config: &Config, dark: bool) -> String {
    let palette = Palette::of(dark);
    let mut plot = place(config);
    // The plot was wider when its columns were counted. A few more of them than there are pixels do no harm.
    let more = (labels(&scene, plot) - plot[0]).clamp(0.0, plot[2] / 2.0);
    (plot[0], plot[2]) = (plot[0] + more, plot[2] - more);
    // Beside the unit.
    let unit = config.unit.as_ref().map_or(0, |unit| unit.chars().count());
    let from = plot[0].max(UNIT + DIGIT * unit as f64 + 16.0);
    let legend = legend(names, (from, plot[1] - 16.0), (plot[0] + plot[2], plot[3] / 3.0));
    let below = legend.last().map_or(0.0, |(_, y)| y - (plot[1] - 16.0));
    (plot[1], plot[3]) = (plot[1] + below, plot[3] - below);
    let mut figure = Figure { config, palette, scene, names, plot, svg: String::new() };
    figure.begin();
    figure.titles(&legend);
    figure.axes();
    for number in 0..figure.scene.traces.len() {
        figure.trace(number);
    }
    figure.svg.push_str("</svg>\n");
    figure.svg
}

impl Figure<'_> {
    fn begin(&mut self) {
        let (width, height) = self.config.size;
        let [left, top, w, h] = self.plot;
        let background = hex(self.palette.background);
        self.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" font-family=\"Ubuntu, 'DejaVu Sans', sans-serif\" font-size=\"13\">\n\
             <rect width=\"100%\" height=\"100%\" fill=\"{background}\"/>\n\
             <clipPath id=\"plot\"><rect x=\"{left}\" y=\"{top}\" width=\"{w}\" height=\"{h}\"/></clipPath>"
        ));
    }

    fn put(&mut self, text: std::fmt::Arguments<'_>) {
        let written = writeln!(self.svg, "{text}");
        debug_assert!(written.is_ok(), "a String takes everything");
    }

    /// Adds text whose middle, begin or end is at `x`.
    fn text(&mut self, (x, y): (f64, f64), anchor: &str, color: Rgb, text: &str) {
        let (color, text) = (hex(color), markup(text));
        self.put(format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"{color}\">{text}</text>"));
    }

    /// The title, and a legend of as many series as fit.
    fn titles(&mut self, legend: &[(f64, f64)]) {
        let [left, _, width, _] = self.plot;
        if let Some(title) = &self.config.title {
            let middle = left + width / 2.0;
            self.text((middle, 28.0), "middle", self.palette.text, title);
        }
        for (number, (name, (x, y))) in self.names.iter().zip(legend).enumerate() {
            let (color, dash) = (hex(self.palette.series(number)), dash(number));
            let (end, middle) = (x + 16.0, y - 4.0);
            self.put(format_args!("<path d=\"M{x:.1} {middle:.1}H{end:.1}\" stroke=\"{color}\" stroke-width=\"3\"{dash}/>"));
            self.text((x + 22.0, *y), "start", self.palette.text, name);
        }
        if let Some((x, y)) = legend.last().filter(|_| legend.len() < self.names.len()) {
            let after = x + entry(&self.names[legend.len() - 1]);
            self.text((after.min(left + width - 12.0), *y), "start", self.palette.weak, "…");
        }
    }

    fn axes(&mut self) {
        let [left, top, width, height] = self.plot;
        let (start, span, y) = (self.scene.grid.start(), self.scene.span, self.scene.y);
        let (x_step, y_step) = self.scene.steps(width, height);
        for mark in scale::marks(start, start + span, x_step) {
            let x = left + (mark - start) / span * width;
            self.line([x, top, x, top + height], false);
            let label = Scene::x_label(self.scene.axis, mark, x_step);
            self.text((x, top + height + 20.0), "middle", self.palette.weak, &label);
        }
        for mark in scale::marks(y.0, y.1, y_step) {
            let at = self.row(mark);
            self.line([left, at, left + width, at], mark.abs() < y_step * 0.5);
            let label = scale::label(mark, y_step);
            self.text((left - 8.0, at + 4.5), "end", self.palette.weak, &label);
        }
        if let Some(unit) = &self.config.unit {
            self.text((UNIT, top - 16.0), "start", self.palette.weak, unit);
        }
    }

    fn line(&mut self, [x1, y1, x2, y2]: [f64; 4], is_axis: bool) {
        let (color, opacity) = (hex(self.palette.grid), if is_axis { 1.0 } else { 0.55 });
        self.put(format_args!("<path d=\"M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}\" stroke=\"{color}\" stroke-opacity=\"{opacity}\"/>"));
    }

    fn trace(&mut self, number: usize) {
        let Trace { runs, .. } = std::mem::take(&mut self.scene.traces[number]);
        let (color, dash) = (hex(self.palette.series(number)), dash(number));
        let [left, _, width, _] = self.plot;
        let (start, span) = (self.scene.grid.start(), self.scene.span);
        let dots = self.scene.draw == Draw::Points;
        let mut path = String::new();
        for run in &runs {
            for (place, [time, value]) in run.iter().enumerate() {
                let (x, y) = (left + (time - start) / span * width, self.row(*value));
                // A dot is a line of no length with round ends; so is a single value between gaps.
                let joint = if dots || place == 0 { 'M' } else { 'L' };
                let end = if dots || run.len() == 1 { "h0" } else { "" };
                let written = write!(path, "{joint}{x:.2} {y:.2}{end}");
                debug_assert!(written.is_ok(), "a String takes everything");
            }
        }
        let stroke = if dots { 4.0 } else { 1.8 };
        self.put(format_args!(
            "<path clip-path=\"url(#plot)\" d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{stroke}\" \
             stroke-linejoin=\"round\" stroke-linecap=\"round\"{dash}/>"
        ));
    }

    /// The height of a value. One far outside is moved near the plot: renderers compute with 32-bit floats.
    fn row(&self, value: f64) -> f64 {
        let [_, top, _, height] = self.plot;
        let (low, high) = self.scene.y;
        top + height * ((high - value) / (high - low)).clamp(-1.0, 2.0)
    }
}

fn dash(series: usize) -> &'static str {
    match Dash::of(series) {
        Dash::Solid => "",
        Dash::Dashed => " stroke-dasharray=\"9 6\"",
        Dash::Dotted => " stroke-dasharray=\"2 5\"",
    }
}

fn hex(Rgb(red, green, blue): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Text, escaped for XML.
fn markup(text: &str) -> String {
    escape(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An SVG as PNG.
pub(crate) fn png(svg: &str) -> Result<Vec<u8>, String> {
    let mut options = usvg::Options::default();
    let fonts = Arc::make_mut(&mut options.fontdb);
    fonts.load_font_data(epaint_default_fonts::UBUNTU_LIGHT.to_vec());
    fonts.set_sans_serif_family("Ubuntu");
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size().to_int_size();
    let mut pixels =
        tiny_skia::Pixmap::new(size.width(), size.height()).ok_or("the picture has no size")?;
    resvg::render(&tree, tiny_skia::Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_legend_goes_on_below_and_leaves_the_plot_its_room() {
        let names = |count: usize| vec!["a name".to_owned(); count];
        let places = |count| legend(&names(count), (64.0, 28.0), (464.0, 100.0));
        assert_eq!(places(3), [(64.0, 28.0), (142.0, 28.0), (220.0, 28.0)]);
        assert_eq!(places(6)[5], (64.0, 46.0));
        assert_eq!(places(256).len(), 5 * 6);
        assert_eq!(legend(&["x".repeat(64)], (64.0, 28.0), (464.0, 100.0)), [(64.0, 28.0)]);
    }
}
