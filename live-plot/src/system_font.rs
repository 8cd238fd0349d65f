//! A font of the system for letters that the built-in one lacks: fontconfig is asked through its fc-match(1), which every
//! desktop has, and which knows the language of the user. Who needs it, and when, is left to `view` and `export`.

use std::fs;
use std::process::{Command, Stdio};

/// A font file larger than this is not read.
const LARGEST: u64 = 64 << 20;

/// A font of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its file.
    pub(crate) file: String,
    /// Which font of the file it is.
    pub(crate) index: u32,
}

impl Found {
    /// The file's content.
    pub(crate) fn read(&self) -> Option<Vec<u8>> {
        let is_bearable = fs::metadata(&self.file).is_ok_and(|file| file.len() <= LARGEST);
        is_bearable.then(|| fs::read(&self.file).ok()).flatten()
    }
}

/// A font that has at least one of these letters. It takes some hundredths of a second, and longer if fontconfig has to
/// look at all fonts anew.
pub(crate) fn with(letters: &[char]) -> Option<Found> {
    let mut command = Command::new("fc-match");
    command.args(["--format", "%{file}\t%{index}\t%{charset}", &pattern(letters)]);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    parse(&String::from_utf8(output.stdout).ok()?, letters)
}

/// What fontconfig is asked for. A font of coloured pictures is of no use: only outlines are drawn.
fn pattern(letters: &[char]) -> String {
    let codes: Vec<String> =
        letters.iter().map(|&letter| format!("{:x}", u32::from(letter))).collect();
    format!("sans:outline=true:color=false:charset={}", codes.join(" "))
}

/// fontconfig answers with the nearest font, which may have none of the letters.
fn parse(answer: &str, letters: &[char]) -> Option<Found> {
    let [file, index, charset] = answer.split('\t').collect::<Vec<_>>()[..] else { return None };
    let code = |text: &str| u32::from_str_radix(text, 16).ok();
    let has = |range: &str| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let range = code(first).zip(code(last)).map(|(first, last)| first..=last);
        letters
            .iter()
            .any(|&letter| range.as_ref().is_some_and(|range| range.contains(&letter.into())))
    };
    // The upper half of the index is the instance of a variable font.
    let index = index.parse::<u32>().ok()? & 0xffff;
    charset.split(' ').any(has).then(|| Found { file: file.to_owned(), index })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_font_is_found_only_if_it_has_one_of_the_letters() {
        let answer = "/fonts/A B.ttc\t65538\t20-7e a0 e3f 6e20-6e30";
        let found = Found { file: "/fonts/A B.ttc".to_owned(), index: 2 };
        assert_eq!(parse(answer, &['温', 'ع']), Some(found.clone()));
        assert_eq!(parse(answer, &['ع', '฿']), Some(found));
        assert_eq!(parse(answer, &['ع']), None);
        for bad in ["", "\t\t", "x\ty\t20-7e", "no such font"] {
            assert_eq!(parse(bad, &['a']), None, "{bad:?}");
        }
        assert_eq!(pattern(&['温', 'ع']), "sans:outline=true:color=false:charset=6e29 639");
    }
}
