//! Titles: a line of a few words over the lines that it is about, until an empty line or the next title. `nvme-pci-0100`
//! and `Units (standard)` over a paragraph, which an empty line or a rule begins, `[disk]`, `2: eth0: <UP>` over indented
//! lines; the `==> FILE <==` of head(1) and tail(1) over all lines until the next one. What a title is for is left to
//! `schema`: the same name under two titles is two series.

use super::cells::delimiter::Delimiter;
use super::cells::{self, Kind};
use super::vocabulary::{self, is_level};
use super::words::is_name;

/// More titles, one in the other, are not kept, nor are longer ones.
const DEEPEST: usize = 8;
const LONGEST: usize = 256;

/// A title of more words is prose.
const MOST_WORDS: usize = 4;

/// The titles over the next line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Titles {
    /// The file that the lines are of.
    file: Vec<u8>,
    /// Those over indented lines, from the outermost: how far each is indented itself, and its text.
    open: Vec<(usize, Vec<u8>)>,
    /// That over a paragraph.
    paragraph: Vec<u8>,
    /// The next line is the first of a paragraph.
    is_first: bool,
}

impl Default for Titles {
    fn default() -> Self {
        Self { file: Vec::new(), open: Vec::new(), paragraph: Vec::new(), is_first: true }
    }
}

impl Titles {
    pub(super) fn empty_line(&mut self) {
        *self = Self { file: std::mem::take(&mut self.file), ..Self::default() };
    }

    /// Takes the line that head(1) and tail(1) print before what they show of each of several files.
    pub(super) fn begin_file(&mut self, line: &[u8]) -> bool {
        let name = line.strip_prefix(b"==> ").and_then(|rest| rest.strip_suffix(b" <=="));
        let Some(name) = name.filter(|name| name.len() <= LONGEST) else { return false };
        *self = Self { file: name.to_vec(), ..Self::default() };
        true
    }

    /// The file that the lines are of; empty if it is not known.
    pub(super) fn file(&self) -> &[u8] {
        &self.file
    }

    /// Takes the line that says what those below it are of as their title: `processor : 5` of /proc/cpuinfo, whose tab is
    /// the kernel's, or `name = web`, which begins a record of `sqlite3 -line`.
    pub(super) fn begin_record(&mut self, line: &[u8]) -> bool {
        let Some(sign) = memchr::memchr2(b'=', b':', line) else { return false };
        let (key, value) = (line[..sign].trim_ascii(), line[sign + 1..].trim_ascii());
        let is_begun = self.is_first || !self.paragraph.is_empty();
        let is_text = value.contains(&b'=') || memchr::memmem::find(value, b"  ").is_some();
        let is_named = is_begun && vocabulary::is_name(key) && is_name(value) && !is_text;
        let is_processor =
            line.starts_with(b"processor\t:") && value.iter().all(u8::is_ascii_digit);
        if !(is_named || is_processor) || value.len() > LONGEST {
            return false;
        }
        self.open.clear();
        self.is_first = false;
        let what: &[u8] = if is_processor { b"processor " } else { b"" };
        self.paragraph = [what, value].concat();
        true
    }

    /// Appends what stands over a line that is indented so far.
    pub(super) fn over(&self, indent: usize, text: &mut Vec<u8>) {
        let above = self.open.iter().filter(|(other, _)| *other < indent);
        let mut above = above.map(|(_, title)| title).peekable();
        let paragraph = above.peek().is_none().then_some(&self.paragraph);
        let all = std::iter::once(&self.file).chain(paragraph).chain(above);
        for title in all.filter(|title| !title.is_empty()) {
            text.extend_from_slice(if text.is_empty() { b"" } else { b"." });
            text.extend_from_slice(title);
        }
    }

    /// A line with numbers, or a comment.
    pub(super) fn other_line(&mut self, indent: usize) {
        self.is_first = false;
        self.close(indent);
    }

    /// A line with names and values, of a row with this name: that is the title of those below it that are indented
    /// further, as `read: IOPS=5` of fio is.
    pub(super) fn row(&mut self, indent: usize, name: &[u8]) {
        let is_open = |(other, title): &(usize, Vec<u8>)| *other == indent && title == name;
        // Nearly always it is that of the last line, or there is none.
        if !self.open.last().is_some_and(is_open) || name.is_empty() {
            self.close(indent);
            if !name.is_empty() && name.len() <= LONGEST && self.open.len() < DEEPEST {
                self.open.push((indent, name.to_vec()));
            }
        }
        self.is_first = false;
    }

    /// A line that is not read otherwise.
    pub(super) fn unread_line(&mut self, line: &[u8], indent: usize) {
        // A rule begins a paragraph; below a title it belongs to that one.
        let is_rule = line.iter().all(u8::is_ascii_punctuation);
        let is_first = std::mem::replace(&mut self.is_first, is_rule);
        self.close(indent);
        if is_rule {
            return;
        }
        let Some(title) = title(line) else { return };
        let is_bracketed = line.starts_with(b"[");
        let is_in_parentheses = |word: &[u8]| word.starts_with(b"(") && word.ends_with(b")");
        let names_a_paragraph = || {
            is_name_of_a_thing(line)
                || line.rsplit(u8::is_ascii_whitespace).next().is_some_and(is_in_parentheses)
        };
        if is_bracketed || (is_first && names_a_paragraph()) {
            self.paragraph.clear();
            self.paragraph.extend_from_slice(&title);
        }
        if self.open.len() < DEEPEST {
            self.open.push((indent, title));
        }
    }

    /// What is not indented further than this line ends with it.
    fn close(&mut self, indent: usize) {
        while self.open.last().is_some_and(|(other, _)| *other >= indent) {
            self.open.pop();
        }
    }
}

/// Whether the line is one word with digits or marks in it, as names of devices have. A plain word may be a remark.
pub(in crate::input) fn is_name_of_a_thing(line: &[u8]) -> bool {
    let is_mark = |byte: &u8| byte.is_ascii_digit() || b"-_/:.".contains(byte);
    !line.iter().any(u8::is_ascii_whitespace) && line.iter().any(is_mark)
}

/// What the line is the title of. A number or a time counts something: the line is no name, or each count would have one.
fn title(line: &[u8]) -> Option<Vec<u8>> {
    let inner = line.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]")).unwrap_or(line);
    // `2: eth0: <UP>`
    let numbered = inner.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = if numbered > 0 { inner[numbered..].strip_prefix(b": ") } else { None };
    let inner = rest.unwrap_or(inner);
    let mut words = inner.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let first = words.next()?;
    let count = 1 + words.by_ref().take(MOST_WORDS).count();
    // Of `eth0: flags and more` the label, of `peer: x` both words.
    let title = match first.strip_suffix(b":") {
        Some(label) if count != 2 => label,
        // `Status: FAIL` says how things are.
        Some(label) if vocabulary::is_state(label) => return None,
        _ if count <= MOST_WORDS => inner,
        _ => return None,
    };
    let mut words = title.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let mut plain: Vec<u8> = Vec::with_capacity(title.len());
    for word in words.by_ref() {
        let bare = word.trim_ascii_end();
        let bare = bare.strip_suffix(b":").or_else(|| bare.strip_suffix(b",")).unwrap_or(bare);
        let kind = cells::kind(bare, Delimiter::Blanks);
        let is_text = bare.iter().any(|byte| b"=\"{".contains(byte));
        if matches!(kind, Kind::Number(_) | Kind::Time) || is_level(bare) || is_text {
            return None;
        }
        plain.extend_from_slice(if plain.is_empty() { b"" } else { b" " });
        plain.extend_from_slice(word);
    }
    let plain = plain.strip_suffix(b":").map(<[u8]>::to_vec).unwrap_or(plain);
    (!plain.is_empty() && plain.len() <= LONGEST).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_a_few_words_without_a_number() {
        for (line, expected) in [
            ("nvme-pci-0100", Some("nvme-pci-0100")),
            ("[disk]", Some("disk")),
            ("sda:", Some("sda")),
            ("2: eth0: <UP> mtu 1500", Some("eth0")),
            ("eth0: flags=4163<UP>  mtu 1500", Some("eth0")),
            ("peer: abc", Some("peer: abc")),
            ("FB Memory   Usage", Some("FB Memory Usage")),
            ("Epoch 5:", None),
            ("Thu Nov 26 17:00:01", None),
            ("INFO loading", None),
            ("[INFO]", None),
            ("one two three four five", None),
            ("Status: FAIL", None),
            ("a=b", None),
        ] {
            let found = title(line.as_bytes());
            assert_eq!(found.as_deref(), expected.map(str::as_bytes), "{line}");
        }
    }

    #[test]
    fn a_processor_of_the_kernel_is_a_title() {
        let mut titles = Titles::default();
        assert!(titles.begin_record(b"processor\t: 1"));
        let mut text = Vec::new();
        titles.over(0, &mut text);
        assert_eq!(text, b"processor 1");
        titles.empty_line();
        assert!(titles.begin_record(b" name = web app") && titles.begin_record(b"host: db"));
        text.clear();
        titles.over(0, &mut text);
        assert_eq!(text, b"db");
        titles.empty_line();
        assert!(!titles.begin_record(b"state: web") && !titles.begin_record(b"name: 5"));
        titles.other_line(0);
        assert!(!titles.begin_record(b"name: web"));
        assert!(!titles.begin_record(b"processor: 1") && !titles.begin_record(b"processor\t: x"));
    }

    #[test]
    fn the_name_of_a_file_is_a_title_until_the_next_one() {
        let mut titles = Titles::default();
        let over = |titles: &Titles| {
            let mut text = Vec::new();
            titles.over(0, &mut text);
            String::from_utf8(text).unwrap()
        };
        assert!(titles.begin_file(b"==> a b.log <=="));
        titles.empty_line();
        assert_eq!(over(&titles), "a b.log");
        titles.unread_line(b"[disk]", 0);
        assert_eq!(over(&titles), "a b.log.disk");
        assert!(titles.begin_file(b"==> /var/c.log <=="));
        assert_eq!(over(&titles), "/var/c.log");
        assert!(!titles.begin_file(b"==> ready") && !titles.begin_file(b"==> <=="));
    }

    #[test]
    fn a_rule_begins_a_paragraph() {
        let mut titles = Titles::default();
        let over = |titles: &Titles| {
            let mut text = Vec::new();
            titles.over(0, &mut text);
            String::from_utf8(text).unwrap()
        };
        titles.unread_line(b"nvme-pci-0100", 0);
        titles.unread_line(b"-------------", 0);
        assert_eq!(over(&titles), "nvme-pci-0100");
        titles.other_line(0);
        titles.unread_line(b"-------------", 0);
        titles.unread_line(b"Concentration Units (standard)", 0);
        assert_eq!(over(&titles), "Concentration Units (standard)");
        titles.other_line(0);
        titles.unread_line(b"some remark (other)", 0);
        assert_eq!(over(&titles), "Concentration Units (standard)");
        titles.unread_line(b"---", 0);
        titles.unread_line(b"NAME CPU(cores)", 0);
        assert_eq!(over(&titles), "Concentration Units (standard)");
    }

    #[test]
    fn a_title_stands_over_a_paragraph_or_over_what_is_indented_further() {
        let mut titles = Titles::default();
        let over = |titles: &Titles, indent| {
            let mut text = Vec::new();
            titles.over(indent, &mut text);
            String::from_utf8(text).unwrap()
        };
        titles.unread_line(b"nvme-pci-0100", 0);
        assert_eq!(over(&titles, 0), "nvme-pci-0100");
        titles.unread_line(b"Adapter: PCI adapter", 0);
        assert_eq!(over(&titles, 0), "nvme-pci-0100");
        titles.empty_line();
        titles.unread_line(b"ready", 0);
        assert_eq!(over(&titles, 0), "");
        titles.unread_line(b"2: eth0: <UP> mtu 1500", 0);
        titles.unread_line(b"link/ether 00:00", 4);
        titles.unread_line(b"RX: bytes packets", 4);
        assert_eq!(over(&titles, 8), "eth0.RX");
        titles.row(4, b"read");
        assert_eq!(over(&titles, 8), "eth0.read");
        titles.row(4, b"");
        assert_eq!(over(&titles, 8), "eth0");
        titles.other_line(8);
        titles.unread_line(b"3: lo: <UP> mtu 1500", 0);
        assert_eq!(over(&titles, 4), "lo");
    }
}
