//! Where a picture is drawn: in a window, in the terminal, or into files. Pure; what is known of the place is given to it.

use crate::config::Config;
use crate::error::Error;

/// Where a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a window.
    Window,
    /// In the terminal, as it comes.
    Terminal,
    /// Into files or stdout, at the end of input.
    Files,
}

/// What is known of the place that the program was started at.
#[derive(Debug, Clone, Copy)]
pub struct Here {
    /// There is a display.
    pub has_display: bool,
    /// stdout is a terminal that can do more than print lines.
    pub has_screen: bool,
    /// The numbers are typed at the terminal.
    pub is_typed: bool,
}

impl Here {
    /// What the environment says.
    #[must_use]
    pub fn now(has_display: bool, is_terminal: bool, is_typed: bool) -> Self {
        let term = std::env::var("TERM").unwrap_or_default();
        let has_screen = is_terminal && !matches!(term.as_str(), "" | "dumb");
        Self { has_display, has_screen, is_typed }
    }
}

/// Where this picture is drawn.
///
/// # Errors
/// When the numbers are to be typed at the terminal that it would be drawn in.
pub fn choose(config: &Config, here: Here) -> Result<Place, Error> {
    if config.outputs.any() || (config.terminal && !here.has_screen) {
        Ok(Place::Files)
    } else if config.terminal && here.is_typed {
        Err(Error::Typed)
    } else if config.terminal || (!here.has_display && here.has_screen && !here.is_typed) {
        Ok(Place::Terminal)
    } else {
        // Without a display it reports what would help.
        Ok(Place::Window)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::Args;

    fn place(args: &[&str], has_display: bool, has_screen: bool, is_typed: bool) -> Option<Place> {
        let args = Args::parse_from(["live-plot"].iter().chain(args));
        let config = Config::try_from(args).unwrap();
        choose(&config, Here { has_display, has_screen, is_typed }).ok()
    }

    #[test]
    fn a_window_comes_first_then_the_terminal_and_only_what_can_show_a_picture() {
        assert_eq!(place(&[], true, true, false), Some(Place::Window));
        assert_eq!(place(&[], false, true, false), Some(Place::Terminal));
        assert_eq!(place(&[], false, true, true), Some(Place::Window));
        assert_eq!(place(&[], false, false, false), Some(Place::Window));
        assert_eq!(place(&["--terminal"], true, true, false), Some(Place::Terminal));
        assert_eq!(place(&["--terminal"], true, true, true), None);
        assert_eq!(place(&["--terminal"], true, false, true), Some(Place::Files));
        assert_eq!(place(&["--terminal", "--png", "x"], false, true, false), Some(Place::Files));
        assert_eq!(place(&["--summary"], false, true, false), Some(Place::Files));
    }
}
