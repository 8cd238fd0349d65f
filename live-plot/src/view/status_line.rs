//! The status line below the plot: whether more input is expected, and what has come. Its words are left to `status`. In a
//! narrow window its facts leave one by one, the least important first; the state and the note take further lines, for an
//! error says only at its end what to do.

use std::sync::Arc;

use eframe::egui::text::LayoutJob;
use eframe::egui::{Galley, Label, RichText, Sense, TextFormat, TextStyle, Ui, vec2};

use super::status::{Emphasis, Status};
use super::theme;
use crate::picture::elide::without_middle;
use crate::picture::palette::Rgb;

/// Between two facts.
const BETWEEN: &str = "  ·  ";

/// Between what is on the left and what is on the right, at least.
const GAP: f32 = 16.0;

/// A text with more letters is shortened: a path may have thousands.
const LONGEST: usize = 300;

/// The status line, as far as it depends on the frames before.
#[derive(Debug, Default)]
pub(super) struct StatusLine {
    /// The width of the window, and the greatest height there has been at it: what comes and goes does not move the plot
    /// each time.
    size: (f32, f32),
}

impl StatusLine {
    /// Shows the state, the time that is pointed at, a note, and as many facts as there is room for.
    pub(super) fn show(&mut self, ui: &mut Ui, status: &Status) {
        let wide = ui.available_width();
        if self.size.0 != wide {
            self.size = (wide, 0.0);
        }
        ui.set_min_height(self.size.1);
        let high = ui.horizontal_wrapped(|ui| line(ui, status)).response.rect.height();
        self.size.1 = self.size.1.max(high);
    }
}

fn line(ui: &mut Ui, status: &Status) {
    let palette = theme::palette(ui);
    let color = |emphasis| match emphasis {
        Emphasis::Live => palette.live,
        Emphasis::Warn => palette.warn,
        Emphasis::Plain => palette.text,
        Emphasis::Weak => palette.weak,
    };
    let (emphasis, state) = status.state();
    dot(ui, color(emphasis));
    let texts = [Some((emphasis, state)), status.time(), status.note()];
    for (emphasis, text) in texts.into_iter().flatten() {
        let text = without_middle(&text, |text| text.chars().count() <= LONGEST);
        ui.add(Label::new(RichText::new(text).color(color(emphasis))).wrap());
    }
    let facts = status.facts().into_iter().map(|(emphasis, text)| (text, color(emphasis)));
    let facts: Vec<(String, Rgb)> = facts.collect();
    let room = ui.available_size_before_wrap().x;
    let text = |count: usize| row(ui, &facts[..count], palette.weak);
    let fits = |text: &Arc<Galley>| text.size().x <= room - GAP;
    // Mostly all of them fit.
    if let Some(text) = (1..=facts.len()).rev().map(text).find(fits) {
        ui.add_space((room - text.size().x).floor());
        ui.label(text);
    }
}

/// Facts side by side.
fn row(ui: &Ui, facts: &[(String, Rgb)], weak: Rgb) -> Arc<Galley> {
    let mut job = LayoutJob::default();
    let format = |color: Rgb| TextFormat::simple(TextStyle::Body.resolve(ui.style()), color.into());
    for (number, (text, color)) in facts.iter().enumerate() {
        if number > 0 {
            job.append(BETWEEN, 0.0, format(weak));
        }
        job.append(text, 0.0, format(*color));
    }
    ui.painter().layout_job(job)
}

fn dot(ui: &mut Ui, color: Rgb) {
    let (rect, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, color);
}
