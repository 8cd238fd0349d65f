//! Guesses from what comes through a pipe, and when, whether its producer fills a buffer before it writes: setvbuf(3), whole
//! blocks to a pipe, lines to a terminal. Pure: the caller passes the time and shows the hint.

use std::time::{Duration, Instant};

use crate::series::store::Hint;

/// What a buffer's size is a multiple of: C libraries, Python and others use 4,096 to 65,536 bytes.
const UNIT: usize = 4096;

/// A producer that has filled a buffer pauses until it has filled the next one.
const PAUSE: Duration = Duration::from_millis(200);

/// A first buffer takes longer than this to fill, or there is not much to come.
const SILENCE: Duration = Duration::from_secs(3);

/// The producer, as far as it is known.
#[derive(Debug)]
pub(super) struct Producer {
    /// When the last read returned, or the input was opened.
    last: Instant,
    /// A byte has come.
    has_begun: bool,
    /// How many reads in a row were whole buffers after a pause.
    in_a_row: u32,
    /// Silence has been hinted at.
    is_hinted: bool,
}

impl Producer {
    /// A producer that is expected to begin at this time.
    pub(super) fn new(now: Instant) -> Self {
        Self { last: now, has_begun: false, in_a_row: 0, is_hinted: false }
    }

    /// How long to wait for the first byte before a hint; `None` for any time.
    pub(super) fn patience(&self, now: Instant) -> Option<Duration> {
        let is_awaited = !self.has_begun && !self.is_hinted;
        is_awaited.then(|| (self.last + SILENCE).saturating_duration_since(now))
    }

    /// Takes into account that nothing has come until now.
    pub(super) fn nothing(&mut self, now: Instant) -> Option<Hint> {
        let is_over = self.patience(now) == Some(Duration::ZERO);
        self.is_hinted |= is_over;
        is_over.then_some(Hint::Silent)
    }

    /// Takes a read of `length` bytes into account. Two whole buffers in a row, each after a pause, are no chance.
    pub(super) fn read(&mut self, length: usize, now: Instant) -> Option<Hint> {
        let paused = !self.has_begun || now.saturating_duration_since(self.last) >= PAUSE;
        let is_buffer = length > 0 && length.is_multiple_of(UNIT);
        (self.last, self.has_begun) = (now, true);
        self.in_a_row = if is_buffer && paused { self.in_a_row + 1 } else { 0 };
        (self.in_a_row >= 2).then_some(Hint::Buffers)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "any instant will do to start from")]
mod tests {
    use super::*;

    #[test]
    fn whole_buffers_with_pauses_between_them_mean_a_producer_that_buffers() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        for length in [4096, 8192, 12_288, 65_536] {
            let mut producer = Producer::new(start);
            assert_eq!(producer.read(length, at(0)), None);
            assert_eq!(producer.read(length, at(3)), Some(Hint::Buffers), "{length}");
            assert_eq!(producer.read(17, at(4)), None);
            assert_eq!(producer.read(length, at(5)), None);
            assert_eq!(producer.read(length, at(5)), None, "a flood is no buffering");
        }
    }

    #[test]
    fn silence_before_the_first_byte_is_hinted_at_once() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut producer = Producer::new(start);
        assert_eq!(producer.patience(at(1)), Some(Duration::from_secs(2)));
        assert_eq!(producer.nothing(at(1)), None);
        assert_eq!(producer.nothing(at(3)), Some(Hint::Silent));
        assert_eq!((producer.patience(at(4)), producer.nothing(at(9))), (None, None));
        let mut producer = Producer::new(start);
        assert_eq!(producer.read(2, at(1)), None);
        assert_eq!(
            (producer.patience(at(2)), producer.nothing(at(9))),
            (None, None),
            "it has begun"
        );
    }
}
