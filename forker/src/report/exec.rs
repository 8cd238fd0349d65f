//! Why a command could not be executed, and what to do, in words.

use std::ffi::CString;
use std::path::Path;

use common::escape::escape;
use common::words::quoted;
use nix::errno::Errno;

/// That a command (at least one word) could not be executed, why, and what to do.
pub(crate) fn not_executed(errno: Errno, command: &[CString]) -> String {
    let name = command[0].to_string_lossy();
    let mut text = format!("cannot execute '{}': {}", escape(&name), exec_problem(errno, &name));
    if errno == Errno::ENOENT && command.len() == 1 && is_for_a_shell(&name) {
        let line = escape(&name);
        text += &format!("; to run it in a shell: forker -- sh -c {}", quoted(&line));
    }
    text
}

/// Why exec failed, and what to do.
fn exec_problem(errno: Errno, name: &str) -> String {
    match errno {
        Errno::EISDIR => "permission denied: it is a directory; name a program in it".to_owned(),
        Errno::ENOENT | Errno::ENOTDIR if name.contains('/') => {
            if Path::new(name).exists() {
                "the interpreter that it names is missing; in a script that is its first line, and a carriage return at that line's end is part of the name".to_owned()
            } else {
                "there is no such file; check the path".to_owned()
            }
        }
        Errno::ENOENT | Errno::ENOTDIR => {
            "not found in PATH; give its path, or add its folder to PATH".to_owned()
        }
        Errno::EACCES => {
            "permission denied; is it a program, and made executable by chmod +x?".to_owned()
        }
        Errno::ENOEXEC => {
            "not a program of this machine; a script begins with a line like #!/bin/sh".to_owned()
        }
        Errno::ELOOP => "its symbolic links lead in a circle; mend them".to_owned(),
        Errno::E2BIG => {
            "its words and the environment are longer than the kernel allows; put them into a file"
                .to_owned()
        }
        Errno::ETXTBSY => "it is open for writing; start it when it has been written".to_owned(),
        other => other.desc().to_owned(),
    }
}

/// Whether a word looks like a line for a shell, and not like the name of a program.
fn is_for_a_shell(word: &str) -> bool {
    word.contains(|c: char| c.is_whitespace() || "|&;<>$*~".contains(c))
}
