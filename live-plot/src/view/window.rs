//! Starts the threads that read for the window and close it, and opens it; reports why it cannot be opened or is lost.
//! What the window shows is left to `app`.

use std::ffi::OsStr;
use std::io;
use std::panic::Location;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use common::escape::escape;
use common::exit;
use eframe::egui::{self, Context, ThemePreference, ViewportCommand};

use super::app::App;
use super::error_window::{ERROR, ErrorWindow};
use super::repaint::Repaint;
use super::{fallback_font, icon, theme};
use crate::config::{Config, Theme};
use crate::defect;
use crate::error::Error;
use crate::export::atomic_file;
use crate::input::pipeline::Input;
use crate::input::reader::Reader;
use crate::input::source::Source;
use crate::picture::elide::without_middle;
use crate::series::Shared;
use crate::series::store::{End, Store};
use crate::signals::{Event, Flag, Signals};
use crate::system_font;

/// The problem when the display server has ended.
const DISPLAY_ENDED: &str = "the display has gone";

/// So many letters of a file's name are in the window's title.
const LONGEST: usize = 60;

/// Opens the window and stays until it is closed.
///
/// # Errors
/// When there is no display, or none that can be drawn on.
pub fn run(config: Config, source: Source, signals: Signals) -> Result<u8, Error> {
    let display = display().ok_or(Error::NoDisplay)?;
    let options = options(&title(&config), config.size);
    let theme = config.theme;
    let store = Shared::new(Store::new(config.history));
    let from = source.name().to_owned();
    let continued = Flag::new()?;
    let is_typed = source.is_typed();
    let input = Input::live(source, &config, continued.clone());
    let app = App::new(config, store.clone(), is_typed, input.started());
    let window = Arc::new(OnceLock::new());
    let notify = notifier(Arc::clone(&window), app.repaint());
    // It does not wait for the window: what comes while that opens has the time of its arrival.
    Reader::new(input, store.clone(), notify).start()?;
    let start = move |cc: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        set_theme(&cc.egui_ctx, theme);
        window.get_or_init(|| cc.egui_ctx.clone());
        watch(signals, continued, cc.egui_ctx.clone())?;
        Ok(Box::new(app))
    };
    report_lost_windows(display.clone());
    let window = eframe::run_native("live-plot", options, Box::new(start));
    system_font::give_up();
    window.map_err(|error| failure(&error.to_string(), display))?;
    match store.hold(|store| store.end.take()) {
        Some(End::Error(problem)) => Err(Error::Read { from, problem }),
        _ => Ok(exit::OK),
    }
}

/// The window's title: the one that an option names, else the name of the file.
fn title(config: &Config) -> String {
    let file = config.file.as_deref().and_then(Path::file_name).map(OsStr::to_string_lossy);
    match (&config.title, file) {
        (Some(title), _) => escape(title).into_owned(),
        (None, Some(name)) => {
            let name = without_middle(&escape(&name), |text| text.chars().count() <= LONGEST);
            format!("{name} – live-plot")
        }
        (None, None) => "live-plot".to_owned(),
    }
}

/// A window of live-plot's.
fn options(title: &str, (width, height): (u16, u16)) -> eframe::NativeOptions {
    eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title(title)
            // WM_CLASS on X11; by it a desktop finds the entry with this StartupWMClass, or with this name.
            .with_app_id("live-plot")
            .with_icon(icon::icon())
            .with_inner_size([f32::from(width), f32::from(height)])
            .with_min_inner_size([320.0, 200.0]),
        // Noise against banding has no use without gradients, and costs on every pixel.
        dithering: false,
        // Of egui's: it would look at all fonts at the start. `fallback_font` looks when a letter is missing.
        system_font_fallback: false,
        ..eframe::NativeOptions::default()
    }
}

/// Shows an error in a window if the configuration asks for that: who starts a program from a desktop sees no stderr. The
/// error is still to be reported there.
pub fn show_error(error: &Error, config: &Config) {
    let has_window = !config.outputs.any() && !config.terminal;
    if !config.show_errors || !has_window || display().is_none() {
        return;
    }
    let (text, theme) = (error.to_string(), config.theme);
    let start = move |cc: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        set_theme(&cc.egui_ctx, theme);
        Ok(Box::new(ErrorWindow(text)))
    };
    let window = eframe::run_native("live-plot", options("live-plot", ERROR), Box::new(start));
    if let Err(problem) = window {
        tracing::debug!("The error is not shown in a window: {problem}");
    }
}

/// Gives the window its colours and sizes.
fn set_theme(ctx: &Context, theme: Theme) {
    theme::apply(ctx);
    fallback_font::look_when_needed(ctx);
    ctx.set_theme(match theme {
        Theme::System => ThemePreference::System,
        Theme::Dark => ThemePreference::Dark,
        Theme::Light => ThemePreference::Light,
    });
}

/// The error for what eframe reports. winit's loop ends with an exit status when a Wayland compositor ends.
fn failure(error: &str, display: String) -> Error {
    if error.contains("Exit Failure") {
        return Error::LostWindow { display, problem: DISPLAY_ENDED.to_owned() };
    }
    Error::Window { display, problem: problem(error) }
}

/// The problem in one line, with what to install if that helps. winit's messages name a line of its source: `… os error
/// at FILE.rs:LINE: CAUSE`; glutin's name the configuration that was not found.
fn problem(error: &str) -> String {
    let after_line = error.split_once(".rs:").and_then(|(_, rest)| rest.split_once(": "));
    let cause = after_line.map_or(error, |(_, cause)| cause).replace('\n', " ");
    if cause.contains("glutin configs") {
        "it has no OpenGL (Debian: libgl1 libegl1 libgl1-mesa-dri)".to_owned()
    } else if cause.contains("librar") || cause.contains("Librar") {
        let libraries = "libx11-6 libx11-xcb1 libxcursor1 libxi6 libxkbcommon-x11-0";
        format!("{} (Debian: {libraries})", cause.trim_end_matches('.'))
    } else if cause.contains("IoError") {
        DISPLAY_ENDED.to_owned()
    } else {
        cause
    }
}

/// Reports winit's panics as errors. It panics when the display server has ended, another client has destroyed the window,
/// or a library is missing that it loads by name; a user can cause each of these.
fn report_lost_windows(display: String) {
    let otherwise = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_in_winit = |place: &Location<'_>| {
            ["/winit-", "/xkbcommon-dl-", "/x11-dl-"].iter().any(|of| place.file().contains(of))
        };
        if panic.location().is_some_and(is_in_winit) {
            let problem = problem(panic.payload_as_str().unwrap_or_default());
            defect::end(Error::LostWindow { display: display.clone(), problem });
        }
        otherwise(panic);
    }));
}

/// The display that winit will open: Wayland's first.
#[must_use]
pub fn display() -> Option<String> {
    ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"]
        .into_iter()
        .filter_map(|name| Some((name, std::env::var(name).ok()?)))
        .find(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
}

/// What the reader calls after each commit: requests a frame, once there is a window. Its first frame needs no request.
fn notifier(window: Arc<OnceLock<Context>>, repaint: Arc<Repaint>) -> impl Fn(bool) + Send {
    move |last| {
        if let Some(window) = window.get()
            && let Some(delay) = repaint.request(last)
        {
            window.request_repaint_after(delay);
        }
    }
}

/// Starts the thread that waits for signals and closes the window.
fn watch(signals: Signals, continued: Flag, window: Context) -> io::Result<()> {
    signals.watch(move |event| match event {
        Event::Stop => {
            window.send_viewport_cmd(ViewportCommand::Close);
            window.request_repaint();
        }
        Event::End => atomic_file::remove_drafts(),
        Event::Continued => continued.raise(),
        Event::Suspend | Event::Resized => {}
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::Args;

    #[test]
    fn the_title_is_the_name_of_the_file_unless_an_option_names_one() {
        let title = |args: &[&str]| {
            let args = Args::try_parse_from([&["live-plot"], args].concat()).unwrap();
            title(&Config::try_from(args).unwrap())
        };
        assert_eq!(title(&[]), "live-plot");
        assert_eq!(title(&["/tmp/numbers.txt"]), "numbers.txt – live-plot");
        assert_eq!(title(&["--title", "Load", "/tmp/numbers.txt"]), "Load");
        assert_eq!(title(&["a\u{1b}b"]), format!("{} – live-plot", escape("a\u{1b}b")));
        let long = title(&[&format!("begin{}.csv", "x".repeat(200))]);
        assert!(long.starts_with("beginx") && long.ends_with("x.csv – live-plot"), "{long}");
        assert!(long.chars().count() < 80, "{long}");
    }

    #[test]
    fn a_compositor_that_ends_is_a_lost_window() {
        let display = || "WAYLAND_DISPLAY=wayland-1".to_owned();
        let ended = failure("winit EventLoopError: Exit Failure: 1", display());
        assert!(matches!(ended, Error::LostWindow { .. }));
        let missing = failure("Could not find wayland compositor", display());
        assert!(matches!(missing, Error::Window { .. }));
    }

    #[test]
    fn a_problem_is_reported_in_the_users_words_and_with_what_to_install() {
        let winit = "winit EventLoopError: os error at /src/winit/mod.rs:788: Failed to open connection to X server";
        assert_eq!(problem(winit), "Failed to open connection to X server");
        let glutin =
            "Found no glutin configs matching the template: ConfigTemplate { … }. Error: not found";
        assert!(problem(glutin).starts_with("it has no OpenGL"));
        let ended =
            "called `Result::unwrap()` on an `Err` value: Connection(IoError(Custom { … }))";
        assert_eq!(problem(ended), "the display has gone");
        let xkb = "Library libxkbcommon-x11.so could not be loaded.";
        assert!(
            problem(xkb).starts_with("Library libxkbcommon-x11.so could not be loaded (Debian: ")
        );
    }
}
