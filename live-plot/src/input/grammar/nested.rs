//! Objects as a program prints them for whoever debugs it: `Stats { cpu: Cpu { user: 5 } }` of Rust, `Stats{CPU:5}` and
//! `map[a:1]` of Go, `Stats(hits=5, took=float64(0.5))` of Python, `{ heap: { used: 5 } }` of Node. They are turned into
//! pairs, `Stats.cpu.user: 5`; reading these is left to `glued` and `pairs`.

use super::cells::measure;
use super::words::begins_name;

/// Longer words before a bracket are no type, and deeper brackets no objects: a line of brackets would take the square of
/// its length.
const LONGEST: usize = 64;
const DEEPEST: usize = 16;

/// The line with each name behind those of the objects around it. `None` if it has no objects, or one without an end.
pub(super) fn flat(line: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr3(b'{', b'(', b'[', line)?;
    let (mut text, mut path) = (Vec::with_capacity(line.len()), Vec::new());
    // What closes each open bracket, and how long the path is outside of it.
    let mut open: Vec<(u8, usize)> = Vec::new();
    let (mut at, mut is_flat) = (0, false);
    while at < line.len() && open.len() < DEEPEST {
        let rest = &line[at..];
        let before = line[..at].last().copied().unwrap_or(b' ');
        let is_start = b" \t,;|({[".contains(&before);
        let (name, length) = is_start.then(|| label(rest)).flatten().unwrap_or_default();
        let kind = if is_start { kind(&rest[length..]) } else { b"" };
        let inner =
            if kind.is_empty() { b"" } else { rest[length + kind.len()..].trim_ascii_start() };
        // What is logged as JSON behind words, `Order done {"ms": 5}`, has no type.
        let is_logged = length == 0 && kind.contains(&b' ') && inner.starts_with(b"\"");
        let is_object =
            label(inner).is_some() && kind.len() > usize::from(length == 0) && !is_logged;
        // A number in brackets behind a blank is no value, `kernel: [ 12.5]`, and `(5)` may be below zero.
        let is_glued = length > 0 && b"=:".contains(&rest[length - 1]) && kind != b"(";
        let is_value = is_glued || (length > 0 && kind.len() > 1);
        let is_number = is_value && is_number(kind, inner);
        if is_object || is_number {
            let ends = kind.iter().filter_map(|byte| closing(*byte));
            open.extend(ends.map(|end| (end, path.len())));
            is_flat = true;
        }
        if is_object {
            let mut words = kind.split(|byte| closing(*byte).is_some() || b" &".contains(byte));
            let last = words.rfind(|word| !word.is_empty()).unwrap_or_default();
            match if length > 0 { name } else { last } {
                b"" | b"map" => {}
                name => path.extend([name, b"."].concat()),
            }
            at = line.len() - inner.len();
        } else if length > 0 {
            let quote = usize::from(matches!(rest[0], b'"' | b'\''));
            text.extend([&rest[..quote], &path, &rest[quote..length]].concat());
            at += length + if is_number { kind.len() } else { 0 };
        } else if let Some((_, outside)) = open.pop_if(|(end, _)| *end == rest[0]) {
            path.truncate(outside);
            at += 1;
        } else {
            let is_quote = matches!(rest[0], b'"' | b'\'') && !before.is_ascii_alphanumeric();
            let end = memchr::memchr(rest[0], &rest[1..]).filter(|_| is_quote);
            let length = end.map_or(1, |end| end + 2);
            text.extend_from_slice(&rest[..length]);
            at += length;
        }
    }
    (is_flat && open.is_empty() && at == line.len()).then_some(text)
}

/// The name that the text begins with, and how long it is with its sign and the blanks behind that.
pub(super) fn label(text: &[u8]) -> Option<(&[u8], usize)> {
    let (name, end) = match text.first()? {
        quote @ (b'"' | b'\'') => {
            let end = 1 + memchr::memchr(*quote, &text[1..])?;
            (&text[1..end], end + 1)
        }
        _ => {
            let is_part =
                |byte: &u8| !byte.is_ascii_whitespace() && !b"=:,;|()[]{}<>\"'".contains(byte);
            let end = text.iter().position(|byte| !is_part(byte))?;
            (&text[..end], end)
        }
    };
    let (sign, value) =
        text[end..].trim_ascii_start().split_first().filter(|_| begins_name(name))?;
    let is_label = b"=:".contains(sign) && !value.starts_with(b"=");
    is_label.then(|| (name, text.len() - value.trim_ascii_start().len()))
}

/// The types and brackets before what stands in these: `Some(Cpu {`, or brackets alone.
fn kind(text: &[u8]) -> &[u8] {
    let is_part = |(at, byte): &(usize, &u8)| {
        let is_word = byte.is_ascii_alphanumeric() || b"_.<>&".contains(byte);
        is_word || closing(**byte).is_some() || (**byte == b' ' && text.get(at + 1) == Some(&b'{'))
    };
    let text = &text[..text.len().min(LONGEST)];
    let is_mark = |byte: &u8| *byte == b'&' || closing(*byte).is_some();
    let is_begun = begins_name(text) || text.first().is_some_and(is_mark);
    let run = text.iter().enumerate().take_while(is_part).count();
    let last = text[..run].iter().rposition(|byte| is_begun && closing(*byte).is_some());
    &text[..last.map_or(0, |last| last + 1)]
}

fn closing(bracket: u8) -> Option<u8> {
    Some(b")]}"[memchr::memchr(bracket, b"([{")?])
}

/// Whether a number is all that stands in these brackets, or before a name: `Some(2.5)`, `tensor(0.5, device='cuda:0')`.
fn is_number(kind: &[u8], inner: &[u8]) -> bool {
    measure::prefix(inner).is_some_and(|(_, length)| match &inner[length..] {
        [b',', rest @ ..] => kind.len() > 1 && label(rest.trim_ascii_start()).is_some(),
        rest => rest.first().is_some_and(|end| b")]}".contains(end)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_behind_those_of_the_objects_around_them() {
        for (line, expected) in [
            (
                "Stats { cpu: Cpu { user: 5, n: Some(7) }, s: 1 }",
                "Stats.cpu.user: 5, Stats.cpu.n: 7 , Stats.s: 1 ",
            ),
            ("Some(Stats { cpu: 5 })", "Stats.cpu: 5 "),
            ("&{CPU:5 Mem:&main.Mem{Used:7}}", "CPU:5 Mem.Used:7"),
            ("main.Stats{CPU:5, Mem:10}", "main.Stats.CPU:5, main.Stats.Mem:10"),
            ("12:30:45 map[a:1 b:2]", "12:30:45 a:1 b:2"),
            (
                "User(id=1, stats=Stats(hits=3), name='a, b=1')",
                "User.id=1, User.stats.hits=3, User.name='a, b=1'",
            ),
            ("heap: { 'a b': 5 }, ext: { used: 20 }", "'heap.a b': 5 , ext.used: 20 "),
            ("svm(total=8) ssw(total=9) n=1", "svm.total=8 ssw.total=9 n=1"),
            (
                "'loss': np.float64(0.5), n=tensor(7, device='cuda:0')",
                "'loss': 0.5, n=7, device='cuda:0'",
            ),
            ("loss=[0.5] acc={0.9}", "loss=0.5 acc=0.9"),
        ] {
            let found = flat(line.as_bytes()).map(|text| String::from_utf8(text).unwrap());
            assert_eq!(found.as_deref(), Some(expected), "{line}");
        }
    }

    #[test]
    fn other_brackets_are_no_objects() {
        for line in [
            "Core 0: +43.0°C  (high = +100.0°C, crit = +100.0°C)",
            "temp: 21.5 { hum: 40 }",
            "[a=1] [b=2]",
            "[r(1)][50.0%][r=5MiB/s]",
            "Temp [C]: 5 Active(anon): 12 kB",
            "x=[1,2] y=(5) z=f(a, 5)",
            "Stats { cpu: 5",
            "Order done {\"ms\": 5}",
            "kernel: [ 12.5] took: 5",
            "users:((\"sshd\",pid=77,fd=4))",
        ] {
            assert_eq!(flat(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn a_line_of_brackets_takes_no_square_of_its_length() {
        for part in ["a", "a(", "a(\"", "x:a{", "( \"", "a{x:", "' ", "( ", "a   "] {
            flat(format!("{{{}", part.repeat(1 << 16)).as_bytes());
        }
    }
}
