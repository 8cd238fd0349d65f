//! What everybody writes first to run a command again and again. It is wrong on purpose; how to do it right stands in
//! `docs/forker.md`.
//!
//! - It never waits for its children: each one that has ended stays a zombie (wait(2)).
//! - It sleeps for the whole interval after its work. So each tick is late by that work, and all delays add up.
//! - If exec fails, the child prints the error and goes on with the loop: then there are two of it, then four.
//! - The command starts with SIGPIPE ignored, because Rust's runtime ignores it: `yes | head -1` then ends with an error.
//! - It handles no signal. TERM ends it alone, and the command goes on.
//! - The command has no process group of its own, and what it leaves behind is never ended.
//!
//! `cargo run -p forker --example naive-forker -- --interval 500ms -- ls -l`

#![expect(
    unsafe_code,
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "it is wrong on purpose, as the first version of such a program is"
)]

use std::env::args;
use std::ffi::CString;
use std::thread::sleep;
use std::time::Duration;

use nix::unistd::{ForkResult, execvp, fork};

fn main() {
    let interval = args().nth(2).map_or(500, |text| text.trim_end_matches("ms").parse().unwrap());
    let mut command: Vec<CString> = args().skip(4).map(|arg| CString::new(arg).unwrap()).collect();
    if command.is_empty() {
        command = vec![c"ls".into(), c"-l".into()];
    }
    for tick in 1.. {
        println!("{tick}");
        if tick % 10 == 0 {
            println!("About to fork...");
            // SAFETY: this program has one thread, so the child finds every lock free.
            if let ForkResult::Child = unsafe { fork() }.unwrap() {
                println!("Child process: About to execute {command:?}");
                let Err(error) = execvp(&command[0], &command);
                eprintln!("cannot execute {command:?}: {error}");
            }
        }
        sleep(Duration::from_millis(interval));
    }
}
