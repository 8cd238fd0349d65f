//! Headers: which line of names fits the row after it. What may be a name is left to `names`, where it stands to `layout`.

mod layout;
mod names;

use std::ops::Range;

use super::places::{self, touch};
use super::row;
use crate::input::grammar::cells::delimiter::Delimiter;
use crate::input::grammar::cells::{self, Kind};
use crate::input::grammar::vocabulary::{is_level, is_no_value};
use names::{
    are_units, distinct, end_a_sentence, is_drawn, is_figure, is_torn, is_value, unbracketed,
};
pub(in crate::input) use names::{is_of_loads, is_of_years};

/// A line of names that fits a row.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(in crate::input) struct Header {
    /// The line itself.
    pub(in crate::input) line: Vec<u8>,
    pub(in crate::input) delimiter: Delimiter,
    /// What stands apart before its colon: `avg-cpu`.
    pub(in crate::input) label: Option<Vec<u8>>,
    pub(in crate::input) names: Vec<Vec<u8>>,
    /// Most of them are units, or one comes twice: what stands above them may be the names.
    pub(in crate::input) are_units: bool,
    /// Where the names stand; empty if that says nothing about the rows.
    pub(in crate::input) places: Vec<Range<usize>>,
    /// Its rows are read by these places, not by the number of their cells.
    pub(in crate::input) is_by_place: bool,
}

impl Header {
    /// Whether it has the same names, wherever they stand.
    pub(in crate::input) fn is_again(&self, other: &Self) -> bool {
        (self.delimiter, &self.label, &self.names) == (other.delimiter, &other.label, &other.names)
    }

    /// Whether it has as many names, and the same stands between them.
    pub(in crate::input) fn is_as_wide_as(&self, other: &Self) -> bool {
        (self.delimiter, self.names.len()) == (other.delimiter, other.names.len())
    }
}

/// A line without a number, which may be a header.
#[derive(Debug, Default, Clone, PartialEq)]
pub(in crate::input) struct Candidate {
    pub(in crate::input) line: Vec<u8>,
    /// How far it is indented.
    pub(in crate::input) indent: usize,
    /// The titles above it.
    pub(in crate::input) title: Vec<u8>,
    /// Where the runs of the rule below it stand.
    pub(in crate::input) rule: Vec<Range<usize>>,
    /// Its place in the input.
    pub(in crate::input) number: u64,
    /// It stood behind a `#`: if it is no header, it is a comment.
    pub(in crate::input) is_comment: bool,
    /// It may begin another table, after the first number: it repeats a header or follows an empty line.
    pub(in crate::input) may_begin: bool,
    /// It has been reported as a line without a number, or is not to be.
    pub(in crate::input) is_reported: bool,
}

impl Candidate {
    /// The header that it is, if its names are as many as the cells of the row, or stand over them. Names of several words,
    /// and those over a rule, are known by their places alone.
    pub(in crate::input) fn fits(&self, row: &[u8]) -> Option<Header> {
        if self.line.contains(&b'|') {
            return None;
        }
        let columns = self.fits_by_columns(row);
        let is_ruled = self.rule.len() > 1;
        let is_sure = |header: &Header| is_ruled || header.delimiter == Delimiter::WideBlanks;
        if columns.as_ref().is_some_and(is_sure) {
            return columns;
        }
        let first = Delimiter::of(&self.line);
        self.fits_by_count(first, row)
            // Tabs may be blanks to the author.
            .or_else(|| {
                (first == Delimiter::Tab).then(|| self.fits_by_count(Delimiter::Blanks, row))?
            })
            .or(columns)
            .or_else(|| self.fits_by_words(row))
    }

    /// The header that it is over a line of units, which stands below it: `time,temp` over `s,C`. Between blanks it could
    /// be any sentence, so each name has to stand over its unit, or all of these in brackets.
    pub(in crate::input) fn fits_over_units(&self, units: &Self, row: &[u8]) -> Option<Header> {
        let header = self.fits(row)?;
        let is_aligned = || {
            let (own, units) = (self.spans(), units.spans());
            own.len() == units.len() && own.iter().zip(&units).all(|(one, other)| touch(one, other))
        };
        let are_bracketed = || places::words(&units.line).all(|word| unbracketed(word) != word);
        let is_sure = || !header.delimiter.is_blanks() || is_aligned() || are_bracketed();
        let is_named = header.names.iter().skip(1).all(|name| !name.is_empty());
        (is_named && is_sure()).then_some(header)
    }

    fn fits_by_count(&self, delimiter: Delimiter, line: &[u8]) -> Option<Header> {
        if delimiter.is_blanks() && (self.is_title_of(line) || self.is_beside(line)) {
            return None;
        }
        let line = delimiter.trimmed(line);
        let (label, names) = row::label(delimiter.trimmed(&self.line), delimiter);
        let names: Vec<&[u8]> = delimiter.cells(names).collect();
        let cells = cells(line, delimiter, names.len(), label)?;
        if label.is_some_and(|label| self.is_remark(label, row::label(line, delimiter).0)) {
            return None;
        }
        let places = if label.is_none() { self.places(delimiter) } else { Vec::new() };
        let label = label.map(<[u8]>::to_vec);
        self.over(&names, &cells, delimiter).map(|header| Header { label, places, ..header })
    }

    /// Whether its words may be those of a sentence: no author writes `time,temp,hum.` as one.
    fn may_be_sentence(&self, delimiter: Delimiter) -> bool {
        delimiter.is_blanks() || memchr::memmem::find(&self.line, b", ").is_some()
    }

    /// The header with these names over these cells, if they are names and those a row.
    fn over(&self, names: &[&[u8]], cells: &[&[u8]], delimiter: Delimiter) -> Option<Header> {
        if names.iter().any(|name| is_drawn(name) || is_value(name) || is_figure(name))
            || names.iter().all(|name| is_no_value(name))
            || (self.may_be_sentence(delimiter) && end_a_sentence(names))
        {
            return None;
        }
        if delimiter.is_blanks() && names.iter().any(|name| is_torn(name)) {
            return None;
        }
        // `21.5ºC`, of which the unit is not known, is no name.
        if names.len() == 1 && names[0].first().is_some_and(u8::is_ascii_digit) {
            return None;
        }
        if are_siblings(names, cells, delimiter) {
            return None;
        }
        let kinds = || cells.iter().map(|cell| cells::kind(cell, delimiter));
        let is_number = |kind: Kind| matches!(kind, Kind::Number(_));
        // A comment of several words is a header only of numbers: vnlog's. With a time and a name beside them it is that
        // of pidstat -h, with the kind of a process and its name that of nvidia-smi pmon.
        let most = match self.is_comment && delimiter == Delimiter::Blanks {
            true if cells.len() < 5 => 0,
            true => 2,
            false => cells.len(),
        };
        let others = kinds().filter(|kind| !is_number(*kind) && *kind != Kind::Empty).count();
        let is_row = kinds().any(is_number) && others <= most;
        is_row.then(|| Header {
            delimiter,
            line: self.line.clone(),
            are_units: are_units(names),
            names: distinct(names, delimiter),
            ..Header::default()
        })
    }

    /// Whether what follows the label is no list of names: `note: sensor moved`. Names have the label of their rows, or are
    /// laid out as a table, with more than one blank or indented.
    fn is_remark(&self, label: &[u8], label_of_row: Option<&[u8]>) -> bool {
        let is_wide = || memchr::memmem::find(&self.line, b"  ").is_some();
        let is_laid_out = || self.indent > 0 || self.line.contains(&b'\t') || is_wide();
        is_level(label) || (label_of_row.is_none() && !is_laid_out())
    }

    /// Whether it may as well be a row without a number, `10:00,N/A`: no value stands behind the first cell.
    pub(in crate::input) fn lacks_values(&self) -> bool {
        let delimiter = Delimiter::of(&self.line);
        let is_gap = |cell| is_no_value(cell) || cells::kind(cell, delimiter) == Kind::Empty;
        !delimiter.is_blanks() && delimiter.cells(&self.line).skip(1).any(is_gap)
    }

    /// Whether the row is indented further, and begins with a word: then the line is a title, and each row a name and its
    /// numbers. A table's rows begin where its header does, but numbers stand at the right of their columns.
    fn is_title_of(&self, row: &[u8]) -> bool {
        let start = row.len() - row.trim_ascii_start().len();
        start > self.indent && row.get(start).is_some_and(u8::is_ascii_alphabetic)
    }

    /// Whether it is one word. With `--marks` that is a mark, and not the name of the numbers below it.
    pub(in crate::input) fn is_word(&self) -> bool {
        Delimiter::of(&self.line).cells(&self.line).count() == 1
    }

    /// Whether its names follow a label, which the next line may repeat: /proc/net/snmp. One name is a remark: `note: moved`.
    pub(in crate::input) fn has_label(&self) -> bool {
        let delimiter = Delimiter::of(&self.line);
        let (label, names) = row::label(&self.line, delimiter);
        label.is_some_and(|label| !is_level(label)) && delimiter.cells(names).count() > 1
    }
}

/// Whether the line is one like the row, and not its header: `Link detected yes` and `Link speed 1000` share a word, `Name: cat`
/// and `Umask: 0022` are pairs.
fn are_siblings(names: &[&[u8]], cells: &[&[u8]], delimiter: Delimiter) -> bool {
    let is_label = |cells: &[&[u8]]| cells.first().is_some_and(|cell| cell.ends_with(b":"));
    if delimiter != Delimiter::Blanks && is_label(names) && is_label(cells) {
        return true;
    }
    let is_shared = |(name, cell): (&&[u8], &&[u8])| {
        name == cell && cell.iter().filter(|byte| byte.is_ascii_alphabetic()).count() > 2
    };
    delimiter.is_blanks() && names.iter().zip(cells).any(is_shared)
}

/// The cells of a row of `width` columns, its label apart.
fn cells<'a>(
    line: &'a [u8],
    delimiter: Delimiter,
    width: usize,
    header: Option<&[u8]>,
) -> Option<Vec<&'a [u8]>> {
    let (label, body) = row::label(line, delimiter);
    // A single name before a label is a title: `Readings`, then `temp: 5`.
    if label.is_some() && (width < 2 || header.is_some_and(|header| Some(header) != label)) {
        return None;
    }
    // Behind a label a unit is no cell: `fan1: 1200 RPM` is no row of two.
    let cells = row::split(body, delimiter, width, label.is_some());
    (cells.len() == width).then_some(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn candidate(header: &str) -> Candidate {
        let (line, is_comment) = match header.strip_prefix('#') {
            Some(line) => (line, true),
            None => (header, false),
        };
        let indent = line.len() - line.trim_start().len();
        let line = line.trim().as_bytes().to_vec();
        Candidate { line, indent, number: 1, is_comment, ..Candidate::default() }
    }

    fn names(header: &str, row: &str) -> Option<String> {
        let header = candidate(header).fits(row.as_bytes())?;
        let names: Vec<_> =
            header.names.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect();
        Some(names.join("|"))
    }

    #[test]
    fn a_header_has_as_many_names_as_the_row_has_cells() {
        for (header, row, expected) in [
            ("us sy id", "1 2 3", "us|sy|id"),
            ("value", "1", "value"),
            ("Sensor 1,Sensor 2", "5,6", "Sensor 1|Sensor 2"),
            ("a b,\"c, \"\"d\"\"\"", "1,2", "a b|c, \"d\""),
            ("x;y", "0,5;1,5", "x|y"),
            ("total used free", "Mem: 1 2 3", "total|used|free"),
            ("avg-cpu:  %user %nice", "0.5 1", "%user|%nice"),
            ("Ip: In Out", "Ip: 1 2", "In|Out"),
            ("# time v", "0 1", "time|v"),
            ("a a a", "1 2 3", "a|a.2|a.3"),
            ("17:00:01 CPU %usr", "17:00:02 all 0.5", "|CPU|%usr"),
            ("time a", "2026-11-25 17:00:01 5", "time|a"),
            ("NAME SIZE", "x 12 GB", "NAME|SIZE"),
            ("min. avg. max.", "1 2 3", "min.|avg.|max."),
            ("temp,hum", "1,2,", "temp|hum"),
            ("a\t\tb", "1 2", "a|b"),
            ("ID  CPU %  MEM %", "x   5 %    1 / 2", "ID|CPU %|MEM %"),
            ("r b  free", "1 0  5", "r|b|free"),
            ("     a    b", "0  1.5  2.5", "|a|b"),
            ("       a     b", "25%  1.5   2.5", "|a|b"),
            ("Limit           Soft Limit", "Max open files  20000", "Limit|Soft Limit"),
            ("t x v", "      0.0 1.0 2.0", "t|x|v"),
            ("RX:  bytes packets", "5 6", "bytes|packets"),
            ("  RX: bytes packets", "5 6", "bytes|packets"),
            ("% # °C", "1 2 3", "%|#|°C"),
            ("# gpu pid type sm name", "0 77 C - python", "gpu|pid|type|sm|name"),
            ("NAME   CPU   MEM  DISK", "web     12          3", "NAME|CPU|MEM|DISK"),
            ("  host   load", "     a   0.50", "host|load"),
            (
                "Filesystem  Size Use% Mounted on",
                "/dev/vda     12G  41% /",
                "Filesystem|Size|Use%|Mounted on",
            ),
            ("RAW USE   DATA  N", "120 GiB   9 GiB 5", "RAW USE|DATA|N"),
            (
                "Name      Freq Skew  Std Dev",
                "a.org         5.066     89us",
                "Name|Freq Skew|Std Dev",
            ),
            ("  PID   RSS CMD", " 4321 99865 cc -O=2 a.c", "PID|RSS|CMD"),
            ("  PID   RSS CMD", " 4321 9986552 cc  -O 2", "PID|RSS|CMD"),
            ("NAME  READY  RESTARTS", "db-0  1/1    4 (12m ago)", "NAME|READY|RESTARTS"),
            ("NAME    Max CPU   Avg Mem", "web               7", "NAME|Max CPU|Avg Mem"),
            (
                "  LV   VG  Attr  LSize   Pool Origin",
                "  root vg0 -wi-  50.00g",
                "LV|VG|Attr|LSize|Pool|Origin",
            ),
            ("Temp  Hum  Batt", "12 C       3 V", "Temp|Hum|Batt"),
        ] {
            assert_eq!(names(header, row).as_deref(), Some(expected), "{header} / {row}");
        }
    }

    #[test]
    fn units_are_known_and_stand_below_names() {
        let units =
            |header: &str, row: &str| candidate(header).fits(row.as_bytes()).unwrap().are_units;
        for header in ["s,C,kB", "(ms),(V),(mV)", "[s],[%],", "Idx,C,C", "HH:MM:SS,deg C,%"] {
            assert!(units(header, "1,2,3"), "{header}");
        }
        for header in ["us,sy,id", "a,b,c", "time,mem,C"] {
            assert!(!units(header, "1,2,3"), "{header}");
        }
        let over = |above: &str, below: &str, row: &str| {
            let [above, below] = [above, below].map(candidate);
            above.fits_over_units(&below, row.as_bytes()).is_some()
        };
        assert!(over("time,temp", "s,C", "1,2"));
        assert!(over("a,a", "s,C", "1,2"));
        assert!(over("Depth Temp", "(m) (degC)", "1 2"));
        assert!(over("#gpu   pwr  sm mem", "#Idx     W   %   %", "0 1 2 3"));
        assert!(!over("state of both disks", "rd wr rd wr", "1 2 3 4"));
    }

    #[test]
    fn other_lines_are_no_header_of_the_row() {
        for (header, row) in [
            ("hello world", "1"),
            ("booting", "1 2"),
            ("is done (3ms)", "2 passing (25ms)"),
            ("face |bytes packets", "lo: 1 2"),
            ("a b", "x y"),
            ("Adapter: ISA adapter", "fan1: 1200 RPM"),
            ("Readings", "temp: 5"),
            ("Ip: In Out", "Tcp: 1 2"),
            ("# TYPE x gauge", "x 1 1763886079"),
            ("ISA adapter", "fan1: 1200 RPM"),
            ("21.5ºC", "22.5"),
            ("[ ID] Interval Transfer", "[ 5] 0.00 35.9"),
            ("Max cpu time unlimited", "Max open files 8388608"),
            ("Link detected yes", "Link speed 1000"),
            ("Name:\tcat", "Umask:\t0022"),
            ("=== test session starts ===", "E  assert 3 == 4"),
            ("-\t-\timg.png", "1\t2\ta.rs"),
            ("loss / acc", "1 2 3"),
            ("── run 7 ──", "1 2 3 4"),
            ("note: sensor moved", "1 2"),
            ("WARNING:  sensor moved", "1 2"),
            ("door: is open", "1 2"),
            ("DHT22 test!", "21.5 40"),
            ("Initializing...", "21.5"),
            ("3×2 Matrix{Float64}:", "1 2"),
            ("It is done.", "1 2 3"),
            ("TID DISK READ DISK WRITE", "312 0.00 B/s 11.78 K/s 4 %"),
            ("ERR", "20"),
            ("  a b", "0  1.5  2.5"),
            ("     done now", "x 1 2"),
            ("zk_version\t3.8.0-5a02", "zk_avg_latency\t0.5"),
            ("per-node stats", "      nr_free_pages 5"),
            ("checking memory      ok", "bank 0      8192     1.35"),
            ("Starting benchmark   please wait", "read    1000 ops   12.5 us"),
            ("Sensor ready    calibrating gyro    hold still", "ax  0.1   ay  0.2   az  9.8"),
            ("Build started            at host builder7", "Compiled 12 files        in 3.4 s"),
            ("2026-11-26,(345.00)", "2026-11-27,5"),
            ("AS         unlimited", "CORE               0"),
            ("PID\t0xA053", "FW\t159"),
            ("    state:         discharging", "    energy:        45.12 Wh"),
            ("     Running src/lib.rs (foo-1234)", "fib 20      time:   [26.029 us]"),
            ("      CPU0  CPU1", " 24:     1     0 IO-APIC  5-edge"),
        ] {
            assert_eq!(names(header, row), None, "{header} / {row}");
        }
    }
}
