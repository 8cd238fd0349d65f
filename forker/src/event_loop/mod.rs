//! The loop: wait in one ppoll for a signal, the next deadline or the reader of our output; give the supervisor the
//! event; do its actions. Nothing is decided here, and nothing blocks but that ppoll.
//!
//! Here the loop is set up and turns. `waiting` waits and reads what has come, `reaping` finds out who has ended, `actions`
//! does what the supervisor decides.

mod actions;
mod reaping;
mod waiting;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::{Stdout, stdout};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use common::output::Output;
use common::systemd::{KeepAlive, Notifier, NotifyState};
use common::{clock, logging};
use nix::sys::prctl;
use nix::time::{ClockId, clock_gettime};
use nix::unistd::Pid;
use tracing::info;

use crate::args::Config;
use crate::error::Error;
use crate::first_tick;
use crate::process::command::{self, PreparedCommand};
use crate::process::procfs;
use crate::process::signals::{self, Received, Signals};
use crate::report::human::HumanDuration;
use crate::report::text;
use crate::report::verdict::Verdict;
use crate::schedule::Schedule;
use crate::supervisor::{Event, Supervisor};
use crate::sys;

/// How long forker waits at its end for a reader of its output that reads nothing, unless it was asked to stop.
const PATIENCE: Duration = Duration::from_secs(5);

/// Between two looks at what was killed, where the wait for events has failed.
const PAUSE: Duration = Duration::from_millis(5);

/// Runs the command on its schedule until forker is to end, and returns the exit status.
///
/// # Errors
/// What the system refuses; nothing that a run does is an error.
pub fn run(config: &Config) -> Result<u8, Error> {
    let manager = Notifier::from_environment();
    let result = EventLoop::new(config, &manager).and_then(|mut event_loop| event_loop.run());
    match &result {
        Ok(verdict) => manager.notify(&[NotifyState::Status(&text::end(*verdict))]),
        Err(error) => {
            // The exit status does not tell systemd that forker has failed: 125 may be a run's. This does, and systemd
            // starts a unit with Restart=on-abnormal again (sd_notify(3)).
            let status = format!("{}: {error}", text::end(Verdict::Failure));
            manager.notify(&[NotifyState::Status(&status), NotifyState::WatchdogTrigger]);
        }
    }
    result.map(Verdict::status)
}

/// When the first tick is due.
fn first_tick(config: &Config) -> Instant {
    let align = || {
        let wall = clock_gettime(ClockId::CLOCK_REALTIME).map_or(Duration::ZERO, Duration::from);
        first_tick::until_aligned(wall, config.interval, |time| {
            sys::utc_offset(i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
        })
    };
    // std seeds its hashes with random numbers from the system.
    let splay = |whole| first_tick::part(whole, RandomState::new().build_hasher().finish());
    let now = clock::now();
    let aligned = config.align.then(align);
    let splayed = config.splay.map(splay);
    let wait = aligned.unwrap_or_default() + splayed.unwrap_or_default();
    if aligned.or(splayed).is_some() {
        info!(seconds = wait.as_secs_f64(), "first tick in {}", HumanDuration(wait));
    }
    now + wait
}

/// What the service manager shows as forker's status.
fn status(config: &Config) -> String {
    let period = config.interval.saturating_mul(u32::try_from(config.every).unwrap_or(u32::MAX));
    format!("Running {} every {}", command::words(&config.command), HumanDuration(period))
}

#[derive(Debug)]
struct EventLoop<'a> {
    supervisor: Supervisor,
    signals: Signals,
    command: PreparedCommand,
    config: &'a Config,
    manager: &'a Notifier,
    keep_alive: Option<KeepAlive>,
    stdout: Output<Stdout>,
    /// False once stdout takes nothing any more.
    has_reader: bool,
    /// Whether children may have ended that are not reaped.
    has_zombies: bool,
}

/// Writes what the reader has not taken yet. Whoever has asked forker to stop, or does so now, does not wait for that.
fn finish<F: AsFd>(output: &mut Output<F>, signals: &Signals, is_hurried: &mut bool) {
    if *is_hurried {
        return output.finish();
    }
    output.finish_within(PATIENCE, || {
        while let Ok(Some(received)) = signals.next() {
            *is_hurried |= matches!(received, Received::Stop(_));
        }
        *is_hurried
    });
}

impl<'a> EventLoop<'a> {
    fn new(config: &'a Config, manager: &'a Notifier) -> Result<Self, Error> {
        let (signals, inherited) =
            signals::take_over().map_err(Error::system("take over signals"))?;
        let own = Pid::this();
        let command =
            PreparedCommand::new(&config.command, config.shows_ticks, &inherited, Some(own))?;
        // From here on an orphan of any generation becomes a child of forker (PR_SET_CHILD_SUBREAPER(2const)): so each
        // process of a run descends from forker, and its end is heard of.
        prctl::set_child_subreaper(true).map_err(Error::system("adopt orphans"))?;
        let schedule = Schedule::new(
            first_tick(config),
            config.interval,
            config.every,
            config.now,
            config.shows_ticks,
        );
        manager.ready(&status(config));
        Ok(Self {
            supervisor: Supervisor::new(schedule, config.policy.clone(), own),
            signals,
            command,
            config,
            manager,
            keep_alive: KeepAlive::from_environment(clock::now()),
            stdout: Output::new(stdout()),
            has_reader: true,
            has_zombies: false,
        })
    }

    fn run(&mut self) -> Result<Verdict, Error> {
        let result = self.turns();
        if result.is_err() {
            self.end_all();
        }
        let mut is_hurried = self.supervisor.is_asked_to_stop();
        finish(&mut self.stdout, &self.signals, &mut is_hurried);
        let result = result.and_then(|()| match self.stdout.failure() {
            Some(errno) => Err(Error::Stdout(errno)),
            None => Ok(self.supervisor.verdict()),
        });
        let verdict = result.as_ref().map_or(Verdict::Failure, |verdict| *verdict);
        text::log_summary(self.supervisor.tally(), verdict);
        finish(&mut logging::stderr().lock(), &self.signals, &mut is_hurried);
        result
    }

    fn turns(&mut self) -> Result<(), Error> {
        self.has_zombies = Self::has_any_child()?;
        if self.has_zombies {
            self.handle(Event::Inherited(procfs::all()));
        }
        while self.turn()? {}
        Ok(())
    }

    /// After an error of forker's own: kills everything, so that no process is left behind, and reports each run's end.
    /// What has failed may fail again, so this does without ppoll. The supervisor gives up what does not end.
    #[expect(clippy::disallowed_methods, reason = "the wait for events may be what has failed")]
    fn end_all(&mut self) {
        self.handle(Event::Failed);
        while !self.supervisor.is_done() {
            let has_looked = self.reap_all().unwrap_or(false);
            if self.supervisor.wants_look() && !has_looked {
                self.look();
            }
            std::thread::sleep(PAUSE);
            self.handle(Event::Time);
        }
    }

    /// One turn of the loop; false if forker is to end.
    fn turn(&mut self) -> Result<bool, Error> {
        self.handle(Event::Time);
        if self.keep_alive.as_mut().is_some_and(|keep_alive| keep_alive.is_due(clock::now())) {
            self.manager.notify(&[NotifyState::Watchdog]);
        }
        self.check_stdout(false);
        if self.supervisor.is_done() {
            return Ok(false);
        }
        let woken = self.wait()?;
        self.stdout.flush();
        logging::stderr().lock().flush();
        // Before the signals: when the reader of stdout goes, a run may die of SIGPIPE. If forker already stops
        // because of the closed stdout, that is no failure.
        self.check_stdout(woken.by_closed_output);
        if woken.by_signal {
            self.read_signals()?;
        }
        let has_looked = self.has_zombies && self.reap_all()?;
        if self.supervisor.wants_look() && !has_looked {
            self.look();
        }
        Ok(true)
    }

    /// Stops everything if stdout takes nothing any more: its reader has gone, or a write has failed.
    fn check_stdout(&mut self, is_closed: bool) {
        if self.has_reader && (is_closed || self.stdout.is_closed()) {
            self.has_reader = false;
            self.handle(Event::OutputClosed);
        }
    }

    /// Looks at all processes. The supervisor wants it once a turn at most.
    fn look(&mut self) {
        self.handle(Event::Looked(procfs::all()));
    }
}
