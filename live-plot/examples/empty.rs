//! A window with nothing in it, drawn sixty times a second: what any window of eframe costs. `empty bare` is not even
//! painted; `empty` has a panel over all of it, as the first example of eframe's documentation. The bench `windows` of
//! the crate `tests` holds live-plot against both.

use std::time::Duration;

use eframe::egui;

struct Empty {
    bare: bool,
    frames: u64,
}

impl eframe::App for Empty {
    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        self.frames += 1;
        if !self.bare {
            egui::CentralPanel::default().show(ui, |_| ());
        }
        ui.ctx().request_repaint_after(Duration::from_secs(1) / 60);
    }

    fn clear_color(&self, _: &egui::Visuals) -> [f32; 4] {
        [1.0; 4]
    }

    #[expect(clippy::print_stderr, reason = "it has no other way to tell")]
    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        eprintln!("{} frames", self.frames);
    }
}

fn main() -> eframe::Result {
    let bare = std::env::args().nth(1).is_some_and(|what| what == "bare");
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id("empty")
            .with_inner_size([1280.0, 720.0]),
        ..eframe::NativeOptions::default()
    };
    eframe::run_native("empty", options, Box::new(move |_| Ok(Box::new(Empty { bare, frames: 0 }))))
}
