//! What well-known words mean as the name of a column or field, in its cells, or before a line. A word that is missed is added here.

/// What things are called by, in words or numbers.
const IDS: &str = "id, device, dev, node, channel";

/// What they are called by in words alone: `sensor=512` is a value.
const NAMES: &str = "host, hostname, sensor, name, ifname, iface, interface, instance, \
    container, pod, topic, target, metric, room, location, symbol";

/// What a table of processes calls its column of numbers.
const PROCESS_IDS: &str = "pid, tid, tgid, lwp, spid";

/// What it calls what runs, with arguments or without.
const COMMANDS: &str = "command, cmd, comm, args";

/// What parts of a machine and its jobs are called by, whose numbers are no values where each row has another one.
const PARTS: &str = "core, gpu, jobid, port, slot, socket";

/// What satellites and senders are told apart by.
const CODES: &str = "hex, icao, mac, mmsi, prn, svid";

/// What is 0 and 1 in turn, and counts nothing.
const STATES: &str = "on, off, state, status, active, enabled, open, switch, relay, phase, \
    flag, alarm, motion, led";

/// What words are called that say something about a row, and name none.
const REMARKS: &str = "comment, comments, description, memo, message, msg, note, notes, remark, \
    text";

/// What a unit is called, which many rows share.
const UNITS: &str = "unit, units";

/// The levels of syslog, of Python's and Java's logging and of others, and what git and compilers print.
const LEVELS: &str = "trace, debug, info, information, notice, note, hint, warn, warning, \
    error, err, crit, critical, alert, emerg, emergency, fatal, panic, severe, fine, verbose, \
    dbg";

/// What a line of all rows begins with.
const TOTALS: &str = "total, totals, sum, average, avg, mean, summary";

/// What stands where there is no value, beside what `cells` knows by itself. In the first column it may be a name.
const NO_VALUES: &str = "unlimited, na, ovf, ol, not counted, unknown error, #div/0!, #value!, \
    #ref!, #num!, #name?, null, err, error, overflow, unknown, off, invalid, missing, \
    not supported, n/a, #n/a, mm";

/// Whether the name is that of what tells things apart, be it a number.
pub(in crate::input) fn is_id(name: &[u8]) -> bool {
    is_any_of(IDS, last_part(name))
}

/// Whether the name is that of the names of things.
pub(in crate::input) fn is_name(name: &[u8]) -> bool {
    is_any_of(NAMES, last_part(name))
}

/// Whether the name is that of what tells things apart.
pub(in crate::input) fn is_identity(name: &[u8]) -> bool {
    is_id(name) || is_name(name)
}

pub(in crate::input) fn is_process_id(name: &[u8]) -> bool {
    is_any_of(PROCESS_IDS, name)
}

/// Whether the number in a column tells things apart where each row has another one.
pub(in crate::input) fn is_number_of_a_thing(name: &[u8]) -> bool {
    is_id(name) || is_process_id(name) || is_any_of(PARTS, last_part(name))
}

pub(super) fn is_command(name: &[u8]) -> bool {
    is_any_of(COMMANDS, name)
}

/// Whether a column names the rows, whatever other words stand in them.
pub(super) fn is_own_name(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"name")
}

/// Whether the name is that of a code that a sender has.
pub(in crate::input) fn is_code(name: &[u8]) -> bool {
    is_any_of(CODES, name)
}

pub(in crate::input) fn is_state(name: &[u8]) -> bool {
    is_any_of(STATES, name)
}

pub(super) fn is_remark(name: &[u8]) -> bool {
    is_any_of(REMARKS, name)
}

pub(in crate::input) fn is_unit(name: &[u8]) -> bool {
    is_any_of(UNITS, name)
}

/// Whether the cell says that there is no value, in brackets perhaps.
pub(super) fn is_no_value(cell: &[u8]) -> bool {
    let inner = match cell {
        [b'[', inner @ .., b']'] | [b'<', inner @ .., b'>'] => inner,
        _ => cell,
    };
    is_any_of(NO_VALUES, inner) || inner == b"\\N"
}

/// Whether the word is the level of a log line.
pub(in crate::input) fn is_level(word: &[u8]) -> bool {
    let word = without_colon(word);
    (3..=11).contains(&word.len()) && is_any_of(LEVELS, word)
}

/// Whether the word begins a line that is of all rows.
pub(super) fn is_total(word: &[u8]) -> bool {
    is_any_of(TOTALS, without_colon(word))
}

fn without_colon(word: &[u8]) -> &[u8] {
    word.strip_suffix(b":").unwrap_or(word)
}

/// Of `device_id` and `device.id` it is `id`, of `Address:Port` `Port`.
fn last_part(name: &[u8]) -> &[u8] {
    name.rsplit(|byte| b"._-:".contains(byte)).next().unwrap_or_default()
}

fn is_any_of(words: &str, text: &[u8]) -> bool {
    let mut words = words.as_bytes().split(|byte| *byte == b',');
    words.any(|word| word.trim_ascii_start().eq_ignore_ascii_case(text))
}
