//! A window with nothing in it, drawn sixty times a second: what any window of eframe costs. The bench `windows` of
//! the crate `tests` holds live-plot against it.

use std::time::Duration;

use eframe::egui;

#[derive(Default)]
struct Empty {
    frames: u64,
}

impl eframe::App for Empty {
    fn clear_color(&self, _: &egui::Visuals) -> [f32; 4] {
        [1.0; 4]
    }

    fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
        self.frames += 1;
        ui.ctx().request_repaint_after(Duration::from_secs(1) / 60);
    }

    #[expect(clippy::print_stderr, reason = "it has no other way to tell")]
    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        eprintln!("{} frames", self.frames);
    }
}

fn main() -> eframe::Result {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id("empty")
            .with_inner_size([1280.0, 720.0]),
        dithering: false,
        ..eframe::NativeOptions::default()
    };
    eframe::run_native("empty", options, Box::new(|_| Ok(Box::<Empty>::default())))
}
