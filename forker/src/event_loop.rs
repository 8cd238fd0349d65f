//! The loop: wait in one ppoll for a signal, the next deadline or the reader of our output; give the supervisor the
//! event; do its actions. Nothing is decided here, and nothing blocks but that ppoll.

use std::io::{Stdout, stdout};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use common::output::Output;
use common::systemd::{Notifier, NotifyState};
use common::words::count;
use common::{clock, logging};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tracing::{error, info};

use crate::args::Config;
use crate::error::Error;
use crate::process::command::{self, PreparedCommand};
use crate::process::deliver;
use crate::process::reap::{self, Children, Zombie};
use crate::process::signals::{self, Signals};
use crate::process::tree::{self, Descendants};
use crate::report::human::HumanDuration;
use crate::report::run::Outcome;
use crate::report::text;
use crate::schedule::Schedule;
use crate::supervisor::{Action, Event, Supervisor};

/// Runs the command on its schedule until forker is to end, and returns the exit status.
///
/// # Errors
/// What the system refuses at the start; nothing that a run does is an error.
pub fn run(config: &Config) -> Result<u8, Error> {
    let (signals, inherited) = signals::take_over().map_err(Error::system("take over signals"))?;
    let command = PreparedCommand::new(&config.command, config.shows_ticks, inherited)
        .map_err(Error::system("prepare the command"))?;
    if !config.policy.keep_orphans {
        // From here on an orphan of any generation becomes a child of forker (PR_SET_CHILD_SUBREAPER(2const)).
        prctl::set_child_subreaper(true).map_err(Error::system("adopt orphans"))?;
    }
    let schedule =
        Schedule::new(clock::now(), config.interval, config.every, config.now, config.shows_ticks);
    let manager = Notifier::from_environment();
    manager.ready(&status(config));
    let mut event_loop = EventLoop {
        supervisor: Supervisor::new(schedule, config.policy.clone()),
        signals,
        command,
        descendants: Descendants::default(),
        config,
        manager,
        stdout: Output::new(stdout()),
        has_reader: true,
    };
    event_loop.run()
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
    descendants: Descendants,
    config: &'a Config,
    manager: Notifier,
    stdout: Output<Stdout>,
    /// False once stdout takes nothing any more.
    has_reader: bool,
}

/// What a wait ended with.
struct Woken {
    by_signal: bool,
    by_closed_output: bool,
}

impl EventLoop<'_> {
    fn run(&mut self) -> Result<u8, Error> {
        let result = self.turns();
        if result.is_err() {
            // Also after an error of forker's own no process is left behind.
            tree::signal_all(&[], Signal::SIGKILL);
        }
        self.stdout.finish();
        text::log_summary(self.supervisor.tally());
        result?;
        self.stdout
            .failure()
            .map_or_else(|| Ok(self.supervisor.status()), |errno| Err(Error::Stdout(errno)))
    }

    fn turns(&mut self) -> Result<(), Error> {
        // forker may have got children over exec that ended before it blocked SIGCHLD.
        self.reap_all()?;
        while self.turn()? {}
        Ok(())
    }

    /// One turn of the loop; false if forker is to end.
    fn turn(&mut self) -> Result<bool, Error> {
        self.handle(Event::Time);
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
        Ok(true)
    }

    /// Stops everything if stdout takes nothing any more: its reader has gone, or a write has failed.
    fn check_stdout(&mut self, is_closed: bool) {
        if self.has_reader && (is_closed || self.stdout.is_closed()) {
            self.has_reader = false;
            self.handle(Event::OutputClosed);
        }
    }

    fn wait(&self) -> Result<Woken, Error> {
        let wake_at = self.supervisor.wake_at();
        let timeout = wake_at.map(|at| at.saturating_duration_since(clock::now()).into());
        let stderr = logging::stderr().lock();
        let mut fds = vec![PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
        if self.has_reader {
            // Watched also when there is nothing to write: POLLERR comes unasked when a pipe's reader goes (poll(2)).
            let wanted =
                if self.stdout.is_pending() { PollFlags::POLLOUT } else { PollFlags::empty() };
            fds.push(PollFd::new(self.stdout.fd(), wanted));
        }
        if stderr.is_pending() {
            fds.push(PollFd::new(stderr.fd(), PollFlags::POLLOUT));
        }
        match ppoll(&mut fds, timeout, None) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(errno) => return Err(Error::system("wait for events")(errno)),
        }
        let has = |index: usize, flags| {
            let events: Option<PollFlags> = fds.get(index).and_then(PollFd::revents);
            events.is_some_and(|events| events.intersects(flags))
        };
        Ok(Woken {
            by_signal: has(0, PollFlags::POLLIN),
            by_closed_output: self.has_reader && has(1, PollFlags::POLLERR | PollFlags::POLLHUP),
        })
    }

    fn read_signals(&mut self) -> Result<(), Error> {
        let mut has_child_changed = false;
        while let Some(signal) = self.signals.next().map_err(Error::system("read signals"))? {
            match signal {
                Signal::SIGCHLD => has_child_changed = true,
                Signal::SIGINT | Signal::SIGTERM => {
                    self.manager.notify(&[NotifyState::Stopping]);
                    self.handle(Event::Stop(signal));
                }
                Signal::SIGTSTP => self.handle(Event::Suspend),
                Signal::SIGCONT => self.handle(Event::Continued { after: Duration::ZERO }),
                other => self.handle(Event::Forward(other)),
            }
        }
        if has_child_changed { self.reap_all() } else { Ok(()) }
    }

    /// Reaps every child that has ended.
    fn reap_all(&mut self) -> Result<(), Error> {
        let failed = Error::system("reap a child");
        let has_children = loop {
            match reap::look().map_err(&failed)? {
                Children::Ended(zombie) => self.reap_one(zombie).map_err(&failed)?,
                Children::Running => break true,
                Children::None => break false,
            }
        };
        self.handle(Event::AllReaped { has_children });
        Ok(())
    }

    /// First the signal to the group, then the reaping: once the leader is reaped, its group's id may be another's.
    fn reap_one(&mut self, zombie: Zombie) -> nix::Result<()> {
        let pid = zombie.pid();
        let ends_group = self.supervisor.is_leader(pid) && !self.config.policy.keep_orphans;
        if ends_group {
            zombie.signal_group(Signal::SIGTERM);
        }
        let reaped = zombie.reap()?;
        let mut outcome = Outcome::from_wait(reaped.status);
        if let Outcome::Exited(126 | 127) = outcome
            && let Some(errno) = self.command.failed_exec(pid)
        {
            outcome = Outcome::NotExecuted(errno);
        }
        let left = if ends_group { self.descendants.left(pid) } else { Vec::new() };
        self.handle(Event::Ended { pid, outcome, usage: reaped.usage, left });
        Ok(())
    }

    /// Gives the supervisor an event and does the actions that follow.
    fn handle(&mut self, event: Event) {
        self.supervisor.handle(clock::now(), event);
        while let Some(action) = self.supervisor.next_action() {
            self.act(action);
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::ShowTick(number) => self.show(&format!("{number}\n")),
            Action::Start { run, due } => self.start(run, due),
            Action::Signal { leader, signal } => self.descendants.signal(leader, signal),
            Action::SignalAll { leaders, signal } => {
                let strays = tree::signal_all(&leaders, signal);
                self.supervisor.handle(clock::now(), Event::Strays(strays));
            }
            Action::KillRest => drop(tree::signal_all(&[], Signal::SIGKILL)),
            Action::Forward { leaders, signal } => {
                for leader in leaders {
                    deliver::to_group(leader, signal);
                }
            }
            Action::Suspend => self.suspend(),
            Action::CheckTree { leader } => {
                if self.descendants.left(leader).is_empty() {
                    self.supervisor.handle(clock::now(), Event::TreeEnded { leader });
                }
            }
            Action::LogMissed(ticks) => info!(ticks, "missed {}", count(ticks, "tick")),
            Action::LogSkipped(runs) => {
                info!(runs, "skipped {}: others were still going", count(runs, "run"));
            }
            Action::LogRun(report) => text::log_run(&report, &self.config.command),
            Action::LogLeftover(leftover) => text::log_leftover(&leftover),
            Action::LogStopping { runs } => {
                let grace = HumanDuration(self.config.policy.grace);
                info!(runs, "stopping: TERM to {runs} running, KILL in {grace}");
            }
            Action::LogUnkillable => {
                error!(
                    "what was killed has not ended; see ps -o pid,stat,wchan,cmd --ppid {}",
                    Pid::this()
                );
            }
        }
    }

    fn start(&mut self, run: u64, due: Instant) {
        self.show("About to fork...\n");
        // Read before the fork: the child may run, and even end, before fork(2) returns here.
        let started = clock::now();
        let event = match self.command.start() {
            Ok(pid) => Event::Started { run, due, pid },
            Err(errno) => Event::NotStarted { run, due, errno },
        };
        self.supervisor.handle(started, event);
    }

    fn suspend(&mut self) {
        let before = clock::now();
        if let Err(errno) = signals::suspend() {
            error!("cannot stop: {}", errno.desc());
        }
        let now = clock::now();
        let after = now.saturating_duration_since(before);
        self.supervisor.handle(now, Event::Continued { after });
    }

    fn show(&mut self, line: &str) {
        if self.config.shows_ticks {
            self.stdout.push(line.as_bytes());
        }
    }
}
