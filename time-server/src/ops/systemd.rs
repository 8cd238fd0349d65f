//! The notifications to the service manager while the server runs, `sd_notify`(3): ready, stopping, the status, and the
//! watchdog's keep-alive. All are sent by the first worker's loop: if that loop is stuck, no keep-alive is sent.

use std::time::{Duration, Instant};

use common::systemd::{KeepAlive, Notifier, NotifyState};

use crate::ops::stats::Totals;

/// How often the status is looked at.
const STATUS_PERIOD: Duration = Duration::from_secs(5);

/// How often a worker's loop runs at least for one keep-alive: with once, a loop that is a little late would look stuck.
const ITERATIONS_PER_KEEP_ALIVE: u32 = 2;

/// The service manager, if there is one.
#[derive(Debug)]
pub struct ServiceManager {
    notifier: Notifier,
    watchdog: Option<Watchdog>,
    status: Status,
    longest_stop: Duration,
}

impl ServiceManager {
    /// The manager that the environment names, with the watchdog that it asks for. It is told how long a stop may take.
    #[must_use]
    pub fn from_environment(longest_stop: Duration, now: Instant) -> Self {
        let notifier = Notifier::from_environment();
        let keep_alive = KeepAlive::from_environment(now).filter(|_| notifier.is_connected());
        let watchdog = keep_alive.map(Watchdog::new);
        Self { notifier, watchdog, status: Status::default(), longest_stop }
    }

    /// How often each worker's loop must run at least: for the watchdog, and for the status, because what another worker
    /// counts does not wake the one that sends it.
    #[must_use]
    pub fn loop_period(&self, workers: usize) -> Option<Duration> {
        let watchdog = self.watchdog.as_ref();
        let watchdog =
            watchdog.map(|watchdog| watchdog.keep_alive.period() / ITERATIONS_PER_KEEP_ALIVE);
        let status = (workers > 1 && self.notifier.is_connected()).then_some(STATUS_PERIOD);
        watchdog.into_iter().chain(status).min()
    }

    /// Clients are answered from now on.
    pub fn notify_ready(&self) {
        self.notifier.ready(&status_text(&Totals::default()));
    }

    /// The server stops.
    pub fn notify_stopping(&self) {
        self.notifier.stopping(self.longest_stop);
        self.notifier.notify(&[NotifyState::Status("Stopping")]);
    }

    /// Sends what is due: the keep-alive if every worker's loop runs, the status if it has changed. `totals` sums what was
    /// counted, `iterations` are those of each worker's loop.
    pub fn tick(
        &mut self,
        now: Instant,
        totals: impl FnOnce() -> Totals,
        iterations: impl Iterator<Item = u64>,
    ) {
        if !self.notifier.is_connected() {
            return;
        }
        if self.watchdog.as_mut().is_some_and(|watchdog| watchdog.keeps_alive(now, iterations)) {
            self.notifier.notify(&[NotifyState::Watchdog]);
        }
        if let Some(totals) = self.status.news(now, totals) {
            self.notifier.notify(&[NotifyState::Status(&status_text(&totals))]);
        }
    }

    /// When [`Self::tick`] is due next.
    #[must_use]
    pub fn wake_at(&self) -> Option<Instant> {
        let keep_alive = self.watchdog.as_ref().map(|watchdog| watchdog.keep_alive.wake_at());
        [keep_alive, self.status.wake_at()]
            .into_iter()
            .flatten()
            .min()
            .filter(|_| self.notifier.is_connected())
    }
}

fn status_text(totals: &Totals) -> String {
    let (replies, lingering) = (totals.replies(), totals.lingering());
    format!("replies sent: {replies}, connections closing: {lingering}")
}

/// The watchdog's keep-alive: due every period, and not sent while a worker's loop is stuck.
#[derive(Debug)]
struct Watchdog {
    keep_alive: KeepAlive,
    /// Of each worker's loop, when the last keep-alive was due.
    iterations: Vec<u64>,
}

impl Watchdog {
    fn new(keep_alive: KeepAlive) -> Self {
        Self { keep_alive, iterations: Vec::new() }
    }

    /// Whether a keep-alive is due, and each loop has run since the last one.
    fn keeps_alive(&mut self, now: Instant, iterations: impl Iterator<Item = u64>) -> bool {
        if !self.keep_alive.is_due(now) {
            return false;
        }
        let before = std::mem::replace(&mut self.iterations, iterations.collect());
        let stuck = self.iterations.iter().zip(&before).position(|(now, before)| now == before);
        if let Some(index) = stuck {
            tracing::error!("worker {} is stuck: no watchdog notification is sent", index + 1);
        }
        stuck.is_none()
    }
}

/// The status: sent when it has changed. That is looked at every few seconds, and not while nothing happens.
#[derive(Debug, Default)]
struct Status {
    sent: Totals,
    next_look: Option<Instant>,
    /// Whether something may have changed since the last look.
    is_old: bool,
}

impl Status {
    /// The totals, if they are to be sent now.
    fn news(&mut self, now: Instant, totals: impl FnOnce() -> Totals) -> Option<Totals> {
        self.is_old = self.next_look.is_some_and(|at| now < at);
        if self.is_old {
            return None;
        }
        self.next_look = Some(now + STATUS_PERIOD);
        let totals = totals();
        (self.sent != totals).then(|| self.sent = totals).map(|()| totals)
    }

    /// When [`Self::news`] is to be asked next.
    fn wake_at(&self) -> Option<Instant> {
        self.next_look.filter(|_| self.is_old)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
mod tests {
    use super::*;
    use crate::ops::stats::Counters;

    const PERIOD: Duration = Duration::from_secs(1);

    #[test]
    fn a_keep_alive_is_sent_once_a_period_while_every_loop_runs() {
        let start = Instant::now();
        let mut watchdog = Watchdog::new(KeepAlive::new(PERIOD, start));
        assert!(watchdog.keeps_alive(start, [1, 1].into_iter()));
        assert!(!watchdog.keeps_alive(start + PERIOD / 2, [2, 2].into_iter()));
        assert!(watchdog.keeps_alive(start + PERIOD, [3, 3].into_iter()));
        assert!(!watchdog.keeps_alive(start + 2 * PERIOD, [4, 3].into_iter()));
        assert!(watchdog.keeps_alive(start + 3 * PERIOD, [5, 4].into_iter()));
    }

    #[test]
    fn the_status_is_sent_when_it_has_changed_and_looked_at_not_often() {
        let start = Instant::now();
        let mut status = Status::default();
        let worker = Counters::default();
        let mut looks = 0;
        let mut after = |seconds| {
            let totals = || {
                looks += 1;
                Totals::sum([&worker].into_iter())
            };
            let now = start + Duration::from_secs(seconds);
            let is_sent = status.news(now, totals).is_some();
            (is_sent, status.wake_at().map(|at| (at - start).as_secs()))
        };
        assert_eq!(after(10), (false, None));
        worker.replies.increment();
        assert_eq!(after(11), (false, Some(15)));
        assert_eq!(after(15), (true, None));
        assert_eq!(after(16), (false, Some(20)));
        assert_eq!(after(20), (false, None), "nothing happens: nothing to wake up for");
        assert_eq!(looks, 3);
    }
}
