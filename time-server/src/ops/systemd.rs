//! What the service manager is told while the server runs, and when: that it stops, how it is, and that it
//! lives. All comes from the first worker's loop, so a loop that is stuck falls silent.

use std::time::{Duration, Instant};

use common::systemd::{Notifier, NotifyState};
use common::throttle::Throttle;

use crate::ops::stats::Totals;

/// How often the status may change.
const STATUS_PERIOD: Duration = Duration::from_secs(5);

/// How often a worker shows that it lives, for one beat of the watchdog: it can be late by a whole beat.
const TURNS_A_BEAT: u32 = 2;

/// The server's reports to its service manager, if it has one.
#[derive(Debug)]
pub struct Reports {
    manager: Notifier,
    watchdog: Option<Watchdog>,
    status: Status,
}

impl Reports {
    /// Reports to whom the environment names, with the watchdog that it asks for.
    #[must_use]
    pub fn from_environment(now: Instant) -> Self {
        let timeout = sd_notify::watchdog_enabled().filter(|timeout| !timeout.is_zero());
        let manager = Notifier::from_environment();
        // Half the time in which it must be heard, as sd_watchdog_enabled(3) recommends.
        let watchdog = timeout.filter(|_| manager.is_heard()).map(|t| Watchdog::new(t / 2, now));
        Self { manager, watchdog, status: Status::default() }
    }

    /// How often each worker's loop must turn for the watchdog, if there is one.
    #[must_use]
    pub fn turn_period(&self) -> Option<Duration> {
        self.watchdog.as_ref().map(|watchdog| watchdog.period / TURNS_A_BEAT)
    }

    /// Clients are answered from now on.
    pub fn ready(&self) {
        self.manager.ready(&sentence(&Totals::default()));
    }

    /// No more clients are accepted.
    pub fn stopping(&self) {
        self.manager.tell(&[NotifyState::Stopping, NotifyState::Status("Stopping")]);
    }

    /// Tells what is due: a beat if every worker lives, the status if it has changed. `turns` counts those of
    /// each worker's loop.
    pub fn tick(&mut self, now: Instant, totals: &Totals, turns: impl Iterator<Item = u64>) {
        if !self.manager.is_heard() {
            return;
        }
        if self.watchdog.as_mut().is_some_and(|watchdog| watchdog.beats(now, turns)) {
            self.manager.tell(&[NotifyState::Watchdog]);
        }
        if self.status.changes(now, totals) {
            self.manager.tell(&[NotifyState::Status(&sentence(totals))]);
        }
    }

    /// When something is due next.
    #[must_use]
    pub fn wake_at(&self) -> Option<Instant> {
        let beat = self.watchdog.as_ref().map(|watchdog| watchdog.due);
        [beat, self.status.pace.wake_at()]
            .into_iter()
            .flatten()
            .min()
            .filter(|_| self.manager.is_heard())
    }
}

fn sentence(totals: &Totals) -> String {
    let (replies, lingering) = (totals.replies(), totals.lingering());
    format!("replies sent: {replies}, connections closing: {lingering}")
}

/// The watchdog's beat: due every period, and left out while a worker's loop stands still.
#[derive(Debug)]
struct Watchdog {
    period: Duration,
    due: Instant,
    /// Of each worker, at the last beat that was due.
    turns: Vec<u64>,
}

impl Watchdog {
    fn new(period: Duration, now: Instant) -> Self {
        Self { period, due: now, turns: Vec::new() }
    }

    fn beats(&mut self, now: Instant, turns: impl Iterator<Item = u64>) -> bool {
        if now < self.due {
            return false;
        }
        self.due = now + self.period;
        let before = std::mem::replace(&mut self.turns, turns.collect());
        let stuck = self.turns.iter().zip(&before).position(|(now, before)| now == before);
        if let Some(index) = stuck {
            tracing::error!("worker {} stands still: the watchdog is not told", index + 1);
        }
        stuck.is_none()
    }
}

/// The status: told when it has changed, not more often than every few seconds.
#[derive(Debug)]
struct Status {
    told: Totals,
    pace: Throttle,
}

impl Default for Status {
    fn default() -> Self {
        Self { told: Totals::default(), pace: Throttle::new(1, STATUS_PERIOD) }
    }
}

impl Status {
    fn changes(&mut self, now: Instant, totals: &Totals) -> bool {
        // How often it changed meanwhile is nothing to tell.
        self.pace.take_held(now);
        let is_told = self.told != *totals && self.pace.admit(now);
        if is_told {
            self.told = *totals;
        }
        is_told
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
mod tests {
    use super::*;
    use crate::ops::stats::Counters;

    const PERIOD: Duration = Duration::from_secs(1);

    #[test]
    fn the_watchdog_is_told_once_a_period_while_every_worker_turns() {
        let start = Instant::now();
        let mut watchdog = Watchdog::new(PERIOD, start);
        assert!(watchdog.beats(start, [1, 1].into_iter()));
        assert!(!watchdog.beats(start + PERIOD / 2, [2, 2].into_iter()));
        assert!(watchdog.beats(start + PERIOD, [3, 3].into_iter()));
        assert!(!watchdog.beats(start + 2 * PERIOD, [4, 3].into_iter()));
        assert!(watchdog.beats(start + 3 * PERIOD, [5, 4].into_iter()));
    }

    #[test]
    fn the_status_is_told_when_it_has_changed_and_not_often() {
        let start = Instant::now();
        let mut status = Status::default();
        let worker = Counters::default();
        let mut after = |seconds| {
            let totals = Totals::sum([&worker].into_iter());
            status.changes(start + Duration::from_secs(seconds), &totals)
        };
        assert!(!after(10));
        worker.replies.increment();
        assert!(after(10));
        worker.replies.increment();
        assert!(!after(11));
        assert!(after(15));
        assert!(!after(60));
    }
}
