//! A panic of any thread ends the program. Without that a window would stay and say that it is live, while nothing reads
//! for it any more. What winit panics at is no defect: see `view::window`.

use std::panic;

use common::exit::{self, Failure as _};

use crate::error::Error;
use crate::export::atomic_file;

/// Has a panic end the program, when its message has been printed.
pub fn end_at_a_panic() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        report(panic);
        end(Error::Defect);
    }));
}

/// Reports an error and ends the program, without a way back.
#[expect(clippy::exit, reason = "a panic cannot be returned from")]
pub(crate) fn end(error: Error) -> ! {
    atomic_file::remove_drafts();
    let status = error.status();
    exit::finish(Err(error));
    std::process::exit(status.into())
}
