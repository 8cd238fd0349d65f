//! The one loop: wait in one ppoll for a signal, the next deadline or a reader of our output; tell the
//! supervisor; do what it says. It decides nothing, and nothing in it ever waits for anyone but that ppoll.

use std::io::{Stdout, stdout};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use common::output::Output;
use common::words::count;
use common::systemd::{Notifier, NotifyState};
use common::{clock, logging};
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::prctl;
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tracing::{error, info};

use crate::process::command::{self, Recipe};
use crate::process::reap;
use crate::process::signals::{self, Signals};
use crate::process::tree::{self, Trees};
use crate::report::run::Outcome;
use crate::report::text;
use crate::report::units::Short;
use crate::schedule::Schedule;
use crate::supervisor::{Action, Event, Supervisor};
use crate::sys::{self, Children};
use crate::{Config, Error};

/// Runs the command on its schedule until it is over, and gives the exit status.
///
/// # Errors
/// What the system refuses at the start; nothing that a run does is an error.
pub fn run(config: &Config) -> Result<u8, Error> {
    let (signals, inherited) = signals::take_over().map_err(Error::system("take over signals"))?;
    let recipe = Recipe::new(&config.command, config.shows_ticks, inherited)
        .map_err(Error::system("prepare the command"))?;
    if !config.policy.keep_orphans {
        // From here on an orphan of any generation becomes a child of forker (PR_SET_CHILD_SUBREAPER(2const)).
        prctl::set_child_subreaper(true).map_err(Error::system("adopt orphans"))?;
    }
    let now = clock::now();
    let schedule =
        Schedule::new(now, config.interval, config.every, config.now, config.shows_ticks);
    let manager = Notifier::from_environment();
    manager.ready(&status(config));
    let mut event_loop = EventLoop {
        supervisor: Supervisor::new(schedule, config.policy.clone()),
        signals,
        recipe,
        trees: Trees::default(),
        config,
        manager,
        stdout: Output::new(stdout()),
        is_read: true,
    };
    event_loop.run()
}

/// What the service manager shows people about this forker.
fn status(config: &Config) -> String {
    let period = config.interval.saturating_mul(u32::try_from(config.every).unwrap_or(u32::MAX));
    format!("Running {} every {}", command::words(&config.command), Short(period))
}

#[derive(Debug)]
struct EventLoop<'a> {
    supervisor: Supervisor,
    signals: Signals,
    recipe: Recipe,
    trees: Trees,
    config: &'a Config,
    manager: Notifier,
    stdout: Output<Stdout>,
    /// Whether stdout still has a reader, as far as we know.
    is_read: bool,
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
            // Whatever has gone wrong, nothing is left behind.
            self.trees.signal_all(&[], Signal::SIGKILL);
        }
        self.stdout.finish();
        text::tell_summary(self.supervisor.tally());
        result?;
        self.stdout
            .failure()
            .map_or_else(|| Ok(self.supervisor.status()), |errno| Err(Error::Stdout(errno)))
    }

    fn turns(&mut self) -> Result<(), Error> {
        self.reap()?;
        while self.turn()? {}
        Ok(())
    }

    /// One turn of the loop; false when all is done.
    fn turn(&mut self) -> Result<bool, Error> {
        self.handle(Event::Time);
        self.look_at_stdout(false);
        if self.supervisor.is_done() {
            return Ok(false);
        }
        let woken = self.wait()?;
        self.stdout.flush();
        logging::stderr().lock().flush();
        // Before the signals: a run that dies of SIGPIPE because stdout's reader has gone is no failure.
        self.look_at_stdout(woken.by_closed_output);
        if woken.by_signal {
            self.read_signals()?;
        }
        Ok(true)
    }

    /// Ends all when stdout takes nothing any more: its reader has gone, or a write has been refused.
    fn look_at_stdout(&mut self, is_closed: bool) {
        if self.is_read && (is_closed || self.stdout.is_gone()) {
            self.is_read = false;
            self.handle(Event::OutputClosed);
        }
    }

    /// Waits for what comes first. The signals come first in the list too: poll(2) looks in order, so when
    /// a run's end is seen, so is the closed output that it died of.
    fn wait(&self) -> Result<Woken, Error> {
        let wake_at = self.supervisor.wake_at();
        let timeout = wake_at.map(|at| at.saturating_duration_since(clock::now()).into());
        let stderr = logging::stderr().lock();
        let mut fds = vec![PollFd::new(self.signals.as_fd(), PollFlags::POLLIN)];
        if self.is_read {
            fds.push(PollFd::new(self.stdout.fd(), wanted(&self.stdout)));
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
            by_closed_output: self.is_read && has(1, PollFlags::POLLERR | PollFlags::POLLHUP),
        })
    }

    fn read_signals(&mut self) -> Result<(), Error> {
        let mut has_child_changed = false;
        while let Some(signal) = self.signals.next().map_err(Error::system("read signals"))? {
            match signal {
                Signal::SIGCHLD => has_child_changed = true,
                Signal::SIGINT | Signal::SIGTERM => {
                    self.manager.tell(&[NotifyState::Stopping]);
                    self.handle(Event::Stop(signal));
                }
                Signal::SIGTSTP => self.handle(Event::Suspend),
                Signal::SIGCONT => self.handle(Event::Continued { after: Duration::ZERO }),
                other => self.handle(Event::Forward(other)),
            }
        }
        if has_child_changed { self.reap() } else { Ok(()) }
    }

    /// Reaps every child that has ended.
    fn reap(&mut self) -> Result<(), Error> {
        let failed = Error::system("reap a child");
        loop {
            match sys::peek().map_err(&failed)? {
                Children::Ended(pid) => self.reap_one(pid).map_err(&failed)?,
                Children::Alive => break self.handle(Event::Reaped { alive: true }),
                Children::None => break self.handle(Event::Reaped { alive: false }),
            }
        }
        Ok(())
    }

    fn reap_one(&mut self, pid: Pid) -> nix::Result<()> {
        let leads = self.supervisor.is_run(pid) && !self.config.policy.keep_orphans;
        if leads {
            tree::sweep(pid);
        }
        let reaped = reap::reap(pid)?;
        let outcome = match Outcome::from_wait(reaped.status) {
            Outcome::Exited(126 | 127) => self
                .recipe
                .failed_exec(pid)
                .map_or(Outcome::from_wait(reaped.status), Outcome::NotExecuted),
            outcome => outcome,
        };
        let left = if leads { self.trees.left(pid) } else { Vec::new() };
        self.handle(Event::Ended { pid, outcome, usage: reaped.usage, left });
        Ok(())
    }

    /// Tells the supervisor what has happened and does what it says.
    fn handle(&mut self, event: Event) {
        self.supervisor.handle(clock::now(), event);
        while let Some(action) = self.supervisor.next_action() {
            self.act(action);
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::ShowTick(number) => self.show(&format!("{number}\n")),
            Action::TellMissed(ticks) => info!(ticks, "missed {}", count(ticks, "tick")),
            Action::TellSkipped(runs) => {
                info!(runs, "skipped {}: others were still going", count(runs, "run"));
            }
            Action::Start { run, due } => self.start(run, due),
            Action::Signal { leader, signal } => self.trees.signal(leader, signal),
            Action::SignalAll { leaders, signal } => {
                let strays = self.trees.signal_all(&leaders, signal);
                self.supervisor.handle(clock::now(), Event::Strays(strays));
            }
            Action::KillRest => drop(self.trees.signal_all(&[], Signal::SIGKILL)),
            Action::Pass { leaders, signal } => {
                for leader in leaders {
                    tree::to_group(leader, signal);
                }
            }
            Action::Suspend => self.suspend(),
            Action::Look { leader } => {
                if self.trees.is_gone(leader) {
                    self.supervisor.handle(clock::now(), Event::Gone { leader });
                }
            }
            Action::Tell(report) => report.tell(&command::words(&self.config.command[..1])),
            Action::TellLeft(left) => left.tell(),
            Action::TellStopping { runs } => {
                let grace = Short(self.config.policy.grace);
                info!(runs, "stopping: TERM to {runs} running, KILL in {grace}");
            }
            Action::TellImmortal => {
                error!(
                    "what was killed has not ended; see ps -o pid,stat,wchan,cmd --ppid {}",
                    Pid::this()
                );
            }
        }
    }

    fn start(&mut self, run: u64, due: Instant) {
        self.show("About to fork...\n");
        // Before the fork: a child may have ended before fork(2) returns here.
        let begun = clock::now();
        let event = match self.recipe.start() {
            Ok(pid) => Event::Started { run, due, pid },
            Err(errno) => Event::NotStarted { run, due, errno },
        };
        self.supervisor.handle(begun, event);
    }

    fn suspend(&mut self) {
        let before = clock::now();
        if let Err(errno) = signals::suspend() {
            error!("cannot stop: {}", errno.desc());
        }
        let after = clock::now().saturating_duration_since(before);
        self.supervisor.handle(clock::now(), Event::Continued { after });
    }

    fn show(&mut self, line: &str) {
        if self.config.shows_ticks {
            self.stdout.push(line.as_bytes());
        }
    }
}

fn wanted(output: &Output<Stdout>) -> PollFlags {
    if output.is_pending() { PollFlags::POLLOUT } else { PollFlags::empty() }
}
