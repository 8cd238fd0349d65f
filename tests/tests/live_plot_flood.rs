//! live-plot under a flood of what nobody means to plot: it ends properly, says little, and its memory does not grow.

use std::process::Stdio;
use std::time::Instant;

use tests::plot::{live_plot, peak_memory, totals};
use tests::random::Random;
use tests::{Finished, Running};

const GIGABYTE: usize = 1 << 30;
/// A line of noise is tried in every form, so that it takes longer.
const NOISE: usize = 64 << 20;

/// What `live-plot --summary` says of `length` bytes of `block` time and again, and of `rest`; its memory and what it
/// says are bounded.
fn summary(length: usize, mut block: impl FnMut(&mut [u8]), rest: &[u8]) -> Finished {
    let begun = Instant::now();
    let mut command = live_plot(&["--summary"]);
    command.stdin(Stdio::piped());
    let mut plot = Running::start(command);
    let mut bytes = vec![0; 1 << 16];
    for _ in 0..length / bytes.len() {
        block(&mut bytes);
        plot.write_bytes(&bytes);
    }
    plot.write_bytes(rest);
    let peak = peak_memory(&plot);
    plot.end_input();
    let end = plot.finish();
    assert_eq!(end.status.code(), Some(0), "{:?}", end.err);
    assert!(peak < 64 << 10, "{peak} KiB");
    // Ten complaints a second, and how many more there were of each kind.
    let most = 14 * (begun.elapsed().as_secs() + 2);
    assert!((end.err.len() as u64) < most, "{} lines on stderr", end.err.len());
    // Two lines of a terminal; an input of many lines would fill the page of the failed test.
    let length = |line: &&String| line.chars().count();
    let longest = end.err.iter().max_by_key(length);
    assert!(longest.is_none_or(|line| length(&line) < 240), "{longest:?}");
    end
}

#[test]
#[ignore = "slow: 64 MiB of noise"]
fn random_bytes_are_read_to_their_end() {
    let mut random = Random::new(0x9e37_79b9_7f4a_7c15);
    let noise = |block: &mut [u8]| {
        block.as_chunks_mut().0.iter_mut().for_each(|bytes| *bytes = random.number().to_le_bytes());
    };
    let end = summary(NOISE, noise, b"");
    assert!(end.out.len() <= 256, "{} series", end.out.len());
    assert!(end.out.iter().all(|line| !line.contains("inf")), "{:?}", end.out);
    assert!(!end.err.is_empty());
}

#[test]
#[ignore = "slow: a gigabyte"]
fn a_gigabyte_without_a_newline_is_one_bad_line_and_the_next_one_is_read() {
    let end = summary(GIGABYTE, |block| block.fill(b'7'), b"\n42\n");
    assert_eq!(totals(&end), ["value count=1 min=42 max=42 mean=42"]);
    assert_eq!(end.err.len(), 1, "{:?}", end.err);
    assert!(end.err[0].contains("Line 1 is longer than 64 KiB"), "{:?}", end.err);
}
