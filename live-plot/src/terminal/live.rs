//! The live screen: waits for samples, keys and signals, and shows the next picture when it is due. What a picture looks
//! like is left to `painter`, the bytes to and from the terminal to `wire`.
//!
//! One thread reads the input, one waits for signals, and this one waits in poll(2), for the terminal and for what the
//! others post (`inbox`). It never waits in write(2): while the terminal takes no bytes (Ctrl-S, a slow line) no
//! picture is begun, and everything else goes on.

use std::io;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use common::{clock, logging};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::colors::Depth;
use super::help::Help;
use super::inbox::{CONTINUED, ENDED, Inbox, RESIZED, SAMPLES, SAVED, STOP, SUSPEND};
use super::keys;
use super::painter::Painter;
use super::tty::{Tty, restore};
use super::wire::Wire;
use crate::config::{Config, Theme};
use crate::picture::palette::Palette;
use crate::picture::scene::{Extent, Scene, Size};
use crate::series::Shared;
use crate::signals::{self, Flag};
use crate::view::controls::Controls;
use crate::view::digits::Digits;
use crate::view::keys::Action;
use crate::view::repaint::{Cost, Rate};
use crate::view::save::{self, Said};
use crate::view::status::{Beside, Status};

/// The shortest time between two pictures.
const FRAME: Duration = Duration::from_millis(100);

/// How long the first picture waits for the first numbers.
const FIRST: Duration = Duration::from_millis(20);

/// The screen's state.
pub(super) struct Live<'a> {
    config: &'a Config,
    store: Shared,
    started: Instant,
    wire: Wire,
    depth: Depth,
    palette: &'static Palette,
    controls: Controls,
    help: Help,
    saved: save::Message,
    /// The size of the screen in cells, and that of the plot as of the last picture.
    size: (usize, usize),
    plot: Option<Size>,
    /// How many rows the status line had in it.
    status_rows: usize,
    /// How the values of each series are written as of the last picture.
    digits: Vec<Digits>,
    rate: Rate,
    cost: Cost,
    /// The next picture: as soon as a frame is due, or when the plot has moved.
    is_wanted: bool,
    moves_at: Option<Instant>,
    /// A message leaves.
    said_until: Option<Instant>,
    due: Instant,
}

impl<'a> Live<'a> {
    pub(super) fn new(config: &'a Config, store: Shared, started: Instant, tty: Tty) -> Self {
        let depth = Depth::here(logging::is_colored(config.color, true));
        let controls = Controls::new(config, false).in_colors(depth != Depth::None);
        Self {
            controls,
            palette: Palette::of(match config.theme {
                Theme::System => !is_light(&std::env::var("COLORFGBG").unwrap_or_default()),
                theme => theme == Theme::Dark,
            }),
            config,
            store,
            started,
            size: tty.size(),
            wire: Wire::new(tty, depth),
            depth,
            help: Help::default(),
            saved: save::Message::default(),
            plot: None,
            status_rows: 1,
            digits: Vec::new(),
            rate: Rate::new(started),
            cost: Cost::default(),
            is_wanted: true,
            moves_at: None,
            said_until: None,
            due: clock::now() + FIRST,
        }
    }

    /// Waits and acts until it is over.
    pub(super) fn run(&mut self, inbox: &Inbox) -> io::Result<()> {
        if self.config.theme == Theme::System && self.depth != Depth::None {
            self.wire.ask(clock::now());
        }
        loop {
            let (is_typed, has_news) = self.wait(&inbox.flag)?;
            let now = clock::now();
            if has_news && !self.handle(inbox.read())? {
                return self.wire.await_answer();
            }
            for event in self.wire.events(is_typed, now)? {
                if !self.act(event, inbox, now) {
                    return self.wire.await_answer();
                }
            }
            self.wire.send()?;
            if self.wire.is_free() && self.next_picture().is_some_and(|at| at <= now) {
                self.draw(inbox, now);
                self.wire.send()?;
            }
        }
    }

    /// When the next picture is due, if one is wanted.
    fn next_picture(&self) -> Option<Instant> {
        let at = [self.moves_at, self.said_until, self.is_wanted.then_some(self.due)];
        at.into_iter().flatten().min().map(|at| at.max(self.due))
    }

    /// Waits for the terminal, for news, or until something is due. Returns whether keys and news are there.
    fn wait(&self, news: &Flag) -> io::Result<(bool, bool)> {
        let picture = if self.wire.is_free() { self.next_picture() } else { None };
        let until = picture.into_iter().chain(self.wire.escape_at()).min();
        let left = until.map(|at| at.saturating_duration_since(clock::now()));
        // Rounded up: poll(2) counts milliseconds.
        let left = left.map(|left| left + Duration::from_micros(999));
        let timeout = left.map_or(Some(PollTimeout::NONE), |left| PollTimeout::try_from(left).ok());
        let wanted = match self.wire.is_free() {
            true => PollFlags::POLLIN,
            false => PollFlags::POLLIN | PollFlags::POLLOUT,
        };
        let mut fds =
            [PollFd::new(self.wire.as_fd(), wanted), PollFd::new(news.as_fd(), PollFlags::POLLIN)];
        match poll(&mut fds, timeout.unwrap_or(PollTimeout::MAX)) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        let [tty, news] = fds.map(|fd| fd.revents().unwrap_or(PollFlags::empty()));
        // A terminal that is lost is readable: the read reports it.
        Ok((tty.intersects(!PollFlags::POLLOUT), !news.is_empty()))
    }

    /// Does what the news of other threads asks for. False if it is over.
    fn handle(&mut self, news: u32) -> io::Result<bool> {
        let has = |event| news & event != 0;
        if has(STOP) || (has(ENDED) && self.config.exit) {
            return Ok(false);
        }
        if has(SUSPEND) {
            restore();
            self.wire.drop_unsent();
            signals::suspend();
        }
        if has(SUSPEND | CONTINUED) {
            self.take()?;
        }
        if has(RESIZED) {
            self.size = self.wire.size();
            self.status_rows = 1;
            self.wire.forget();
        }
        // The first picture waits for the first numbers, and no longer.
        if has(SAMPLES | ENDED) && self.plot.is_none() {
            self.due = clock::now();
        }
        self.is_wanted |= has(ENDED | SUSPEND | CONTINUED | RESIZED | SAVED);
        self.is_wanted |= has(SAMPLES) && self.controls.viewport.is_live();
        Ok(true)
    }

    /// Takes the terminal, whatever others have done with it.
    pub(super) fn take(&mut self) -> io::Result<()> {
        self.wire.take()?;
        self.size = self.wire.size();
        Ok(())
    }

    /// Does what a key asks for. False if it is to end.
    fn act(&mut self, event: keys::Event, inbox: &Inbox, now: Instant) -> bool {
        // Several keys may come between two pictures: each goes by what the last one has done.
        let seen = self.extent(now);
        self.is_wanted = true;
        match event {
            keys::Event::Action(Action::Quit) => return false,
            keys::Event::Action(Action::Help) => self.help.toggle(),
            keys::Event::Action(Action::CloseHelp) => self.help.is_shown = false,
            // While the list is open, keys are for it.
            keys::Event::Action(_) if self.help.is_shown => self.help.is_shown = false,
            keys::Event::Zoom(factor) if self.help.is_shown => self.help.scroll(factor > 1.0),
            keys::Event::Action(Action::SavePicture) => {
                let picture = save::Picture {
                    store: self.store.clone(),
                    view: self.controls.view.clone(),
                    extent: seen,
                    hidden: self.controls.hidden.clone(),
                    is_dark: self.config.theme != Theme::Light,
                };
                save::picture(picture, self.config, Arc::clone(&self.saved), wake(inbox));
            }
            keys::Event::Action(Action::SaveTable) => {
                let saved = Arc::clone(&self.saved);
                save::table(self.store.clone(), self.config, saved, wake(inbox));
            }
            keys::Event::Action(Action::Theme) => {
                let is_dark = std::ptr::eq(self.palette, Palette::of(true));
                self.palette = Palette::of(!is_dark);
                self.wire.forget();
            }
            keys::Event::Action(action) => self.controls.act(action, seen, self.config),
            keys::Event::Zoom(factor) => self.controls.zoom(factor, seen),
            keys::Event::Redraw => self.wire.forget(),
            keys::Event::Background { is_dark } => {
                self.palette = Palette::of(is_dark);
                self.wire.forget();
            }
        }
        true
    }

    /// The part of the axis that is shown now.
    fn extent(&self, now: Instant) -> Extent {
        let passed = now.saturating_duration_since(self.started).as_secs_f64();
        self.store.hold(|store| self.controls.extent(store, passed))
    }

    /// Makes the next picture, and the bytes that show it.
    fn draw(&mut self, inbox: &Inbox, now: Instant) {
        self.cost.begin(self.store.waited());
        // While it is paused nothing new is seen: samples stay posted, and wake nobody.
        if self.controls.viewport.is_live() {
            inbox.forget_samples();
        }
        let extent = self.extent(now);
        let painter = Painter {
            config: self.config,
            size: self.size,
            depth: self.depth,
            status_rows: Some(self.status_rows),
        };
        let (rates, message) = (self.rate.last, save::said(&self.saved, now));
        self.said_until = message.as_ref().map(Said::until);
        let make = |size| {
            let is_hidden = |number| self.controls.hidden.contains(&number);
            let scene = Scene::of(&self.store, &self.controls.view, extent, size, is_hidden);
            let message = message.clone();
            let beside = Beside { rates, message, digits: &self.digits, time: None };
            let status = self.store.hold(|store| Status::of(store, &scene, &self.controls, beside));
            (scene, status)
        };
        let (scene, status, plot) = painter.compose(self.plot, make);
        let (mut cells, status_rows) = painter.paint(&scene, &status);
        self.status_rows = status_rows;
        if self.help.is_shown {
            self.help.write(&mut cells);
        }
        self.wire.show(cells, self.palette);
        self.digits = status.digits();
        self.rate.count(now, status.counts.lines);
        (self.plot, self.is_wanted) = (Some(plot), false);
        let is_moving = self.controls.viewport.is_live() && status.end.is_none();
        let moves_after = scene.moves_after().filter(|_| is_moving);
        self.moves_at = moves_after.map(|moved| self.started + moved);
        self.due = now + FRAME;
        self.cost.end(self.store.waited());
    }

    pub(super) fn report(&self) {
        self.cost.report(&self.store);
        tracing::debug!("{} bytes were sent to the terminal.", self.wire.sent());
    }
}

/// Wakes the loop, once something has been saved.
fn wake(inbox: &Inbox) -> impl FnOnce() + Send + 'static {
    let inbox = inbox.clone();
    move || inbox.post(SAVED)
}

/// Whether `COLORFGBG`, which some terminals set (`15;0`, `0;default;15`), names a light background.
fn is_light(colors: &str) -> bool {
    matches!(colors.rsplit(';').next(), Some("7" | "15"))
}
