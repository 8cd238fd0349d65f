//! What everybody writes first to draw numbers as they come. It is wrong on purpose; how to do it right stands in
//! `docs/live-plot.md`.
//!
//! - It reads in the thread that draws. While no line comes, the window is frozen: it can be neither resized nor closed.
//! - It reads one line a frame, some sixty a second. Whoever sends more is held up by the pipe.
//! - It keeps every number for ever, and draws all of them in every frame, also where thousands share a pixel.
//! - It draws again and again as fast as the screen allows, whether anything has changed or not.
//! - A line that is no number ends it, and so does the end of input: `parse` fails, and `unwrap` panics.
//! - x is the number of the sample, not its time: a pause in the input cannot be seen.
//! - y goes from -10 to 10, whatever the numbers are.
//!
//! `(while sleep 0.1; do date +%N | cut -c 1; done) | cargo run -p live-plot --example naive-live-plot`

#![expect(
    clippy::unwrap_used,
    reason = "it is wrong on purpose, as the first version of such a program is"
)]

use eframe::egui::{self, Color32, Pos2, Shape, Stroke, emath::RectTransform, pos2};

#[derive(Default)]
struct Plot {
    values: Vec<f32>,
}

impl eframe::App for Plot {
    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        let mut line = String::new();
        std::io::stdin().read_line(&mut line).unwrap();
        self.values.push(line.trim().parse().unwrap());

        let range = egui::Rect::from_x_y_ranges(0.0..=self.values.len() as f32, 10.0..=-10.0);
        let to_screen = RectTransform::from_to(range, ui.max_rect());
        let points = (0..).zip(&self.values).map(|(x, y)| to_screen * pos2(x as f32, *y));
        let points: Vec<Pos2> = points.collect();
        ui.painter().add(Shape::line(points, Stroke::new(2.0, Color32::LIGHT_BLUE)));
        ui.ctx().request_repaint();
    }
}

fn main() -> eframe::Result {
    let app = Box::<Plot>::default();
    eframe::run_native("naive", eframe::NativeOptions::default(), Box::new(|_| Ok(app)))
}
