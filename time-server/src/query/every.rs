//! `query --every`: asks again and again, and prints one line for each answer until it is stopped. One thread asks, which
//! may take as long as the timeout; this one waits for its answers, for signals and for the end of stdout's reader.

use std::io::{Stdout, stdout};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use common::clock::now;
use common::output::Output;
use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, ppoll};
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::sys::time::TimeSpec;

use super::ask;
use super::finding::{Finding, pairs};
use crate::args::Query;
use crate::error::Error;
use crate::ops::signals;

/// What became of one question.
type Outcome = Result<Finding, Error>;

/// Asks every `period` until INT, TERM, HUP or a closed stdout. The first question must be answered; a later one that is
/// not is logged, and printed as a gap.
///
/// # Errors
/// The first question has no answer, stdout takes nothing more, or a system call failed that never should.
pub(super) fn run(query: &Query, period: Duration) -> Result<(), Error> {
    // Blocked before the other thread starts, so that this one alone gets them.
    let signals = signals::block(&[])?;
    let mut asker = Asker::start(query.clone())?;
    let mut printer = Printer { out: Output::new(stdout()), has_printed: false, problem: None };
    let mut due = now();
    loop {
        if due <= now() && asker.ask() {
            due = next(due, period, now());
        }
        let writable =
            if printer.out.is_pending() { PollFlags::POLLOUT } else { PollFlags::empty() };
        let mut fds = [
            PollFd::new(signals.as_fd(), PollFlags::POLLIN),
            PollFd::new(asker.answered.as_fd(), PollFlags::POLLIN),
            PollFd::new(printer.out.fd(), writable),
        ];
        // While a question waits for its answer, that is what comes next.
        let left = (!asker.is_asking).then(|| due.saturating_duration_since(now()));
        match ppoll(&mut fds, left.map(TimeSpec::from_duration), None) {
            Err(Errno::EINTR) => continue,
            ready => ready.map_err(Error::system("ppoll"))?,
        };
        let [stopped, _, closed] = fds.map(|fd| fd.revents().unwrap_or(PollFlags::empty()));
        if stopped.contains(PollFlags::POLLIN) {
            printer.out.finish();
            return Ok(());
        }
        if closed.intersects(PollFlags::POLLERR | PollFlags::POLLHUP) {
            return Ok(());
        }
        if let Some(outcome) = asker.outcome() {
            printer.print(outcome)?;
        } else {
            printer.out.flush();
        }
        if printer.out.is_closed() {
            return printer.out.failure().map_or(Ok(()), |errno| Err(Error::Stdout(errno.into())));
        }
    }
}

/// When the next question is due: a whole number of periods after the last one. Those that are over are left out.
fn next(due: Instant, period: Duration, now: Instant) -> Instant {
    let late = now.saturating_duration_since(due).as_nanos() % period.as_nanos();
    now + period - Duration::from_nanos(u64::try_from(late).unwrap_or(0))
}

/// The thread that asks, one question at a time.
struct Asker {
    questions: Sender<()>,
    outcomes: Receiver<Outcome>,
    /// Readable when there is an outcome.
    answered: Arc<EventFd>,
    is_asking: bool,
}

impl Asker {
    fn start(query: Query) -> Result<Self, Error> {
        let (questions, asked) = mpsc::channel();
        let (sender, outcomes) = mpsc::channel();
        let flags = EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK;
        let answered = Arc::new(EventFd::from_flags(flags).map_err(Error::system("eventfd"))?);
        let wake = Arc::clone(&answered);
        let ask = move || {
            // Who has answered first is asked from then on: another address may be another clock.
            let mut server = None;
            while let Ok(()) = asked.recv() {
                let outcome = match server {
                    Some(address) => ask::one(&query, address),
                    None => ask::any(&query).map(|(address, finding)| {
                        server = Some(address);
                        finding
                    }),
                };
                if sender.send(outcome).is_err() {
                    return;
                }
                // It fails only if its counter is full, and then it is readable anyway, eventfd(2).
                wake.write(1).ok();
            }
        };
        let thread = thread::Builder::new().name("asker".to_owned());
        thread.spawn(ask).map_err(Error::Thread)?;
        Ok(Self { questions, outcomes, answered, is_asking: false })
    }

    /// Asks once more, unless a question still waits for its answer; says whether it did.
    fn ask(&mut self) -> bool {
        let asks = !self.is_asking && self.questions.send(()).is_ok();
        self.is_asking |= asks;
        asks
    }

    fn outcome(&mut self) -> Option<Outcome> {
        let outcome = self.outcomes.try_recv().ok()?;
        self.answered.read().ok();
        self.is_asking = false;
        Some(outcome)
    }
}

struct Printer {
    out: Output<Stdout>,
    has_printed: bool,
    /// Why the last question has no answer: that is logged once.
    problem: Option<String>,
}

impl Printer {
    fn print(&mut self, outcome: Outcome) -> Result<(), Error> {
        match outcome {
            Ok(finding) => {
                if self.problem.take().is_some() {
                    tracing::info!("There are answers again.");
                }
                self.out.push(finding.pairs().as_bytes());
            }
            Err(error) if !self.has_printed => return Err(error),
            Err(error) => {
                let problem = Some(error.to_string());
                if self.problem != problem {
                    tracing::warn!("{error}");
                }
                self.problem = problem;
                self.out.push(pairs(f64::NAN, f64::NAN).as_bytes());
            }
        }
        self.has_printed = true;
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
mod tests {
    use super::*;

    #[test]
    fn the_next_question_is_due_a_whole_number_of_periods_later() {
        let (start, period) = (Instant::now(), Duration::from_millis(100));
        let after = |milliseconds| {
            let now = start + Duration::from_millis(milliseconds);
            (next(start, period, now) - start).as_millis()
        };
        assert_eq!((after(0), after(1), after(99)), (100, 100, 100));
        assert_eq!((after(100), after(250), after(1001)), (200, 300, 1100));
    }
}
