//! The configuration file: where it is, what is in it, and what is wrong with it, with line and caret.

use std::fmt;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgAction, Command};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Error;
use super::layers::{Environment, check, is_list, is_setting, key};
use crate::escape::{self, escape};

/// One setting of the file.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) values: Vec<String>,
    pub(super) line: usize,
}

/// Something in the file that the program does not take, shown as a compiler would show it.
#[derive(Debug)]
pub struct Mistake {
    path: PathBuf,
    line: usize,
    column: usize,
    problem: String,
    source: String,
    width: usize,
}

impl std::error::Error for Mistake {}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, problem, source, width, .. } = self;
        writeln!(f, "{}:{line}:{column}: {problem}", escape::path(&self.path))?;
        writeln!(f, "{line:>5} | {source}")?;
        write!(f, "      | {:>column$}{}", '^', "^".repeat(width.saturating_sub(1)))
    }
}

/// The file to read and its text: the one named by flag or environment, else the first that exists.
pub(super) fn find(
    program: &str,
    flag: Option<&PathBuf>,
    environment: Environment<'_>,
) -> Result<Option<(PathBuf, String)>, Error> {
    let variable = format!("{program}_CONFIG").to_uppercase().replace('-', "_");
    let named = flag.cloned().or_else(|| environment(&variable).map(PathBuf::from));
    if named.as_ref().is_some_and(|path| path == "none") {
        return Ok(None);
    }
    if let Some(path) = named {
        let text = std::fs::read_to_string(&path)
            .map_err(|source| Error::Unreadable { path: path.clone(), source })?;
        return Ok(Some((path, text)));
    }
    // XDG Base Directory Specification: a relative path is to be ignored.
    let home = environment("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| environment("HOME").map(|home| Path::new(&home).join(".config")));
    for folder in home.into_iter().chain([PathBuf::from("/etc")]) {
        let path = folder.join(program).join("config.toml");
        match std::fs::read_to_string(&path) {
            Ok(text) => return Ok(Some((path, text))),
            Err(error) if is_absent(&error) => {}
            // HOME may be somebody else's (sudo, setpriv): what it hides is not this user's configuration.
            Err(error)
                if error.kind() == io::ErrorKind::PermissionDenied
                    && folder != Path::new("/etc") => {}
            Err(source) => return Err(Error::Unreadable { path, source }),
        }
    }
    Ok(None)
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The settings in the file's text, each checked against its option.
pub(super) fn read(path: &Path, text: &str, command: &Command) -> Result<Vec<Entry>, Mistake> {
    let mistake = |span, problem| point(path, text, span, problem);
    let table = DeTable::parse(text).map_err(|error| {
        mistake(error.span().unwrap_or(0..0), error.message().replace('\n', ", "))
    })?;
    let mut entries = Vec::new();
    for (name, value) in table.get_ref() {
        let arg = command
            .get_arguments()
            .find(|arg| is_setting(arg) && key(arg) == name.get_ref().as_ref())
            .ok_or_else(|| mistake(name.span(), unknown(command, name.get_ref())))?;
        let values = texts(arg, value).map_err(|(span, problem)| mistake(span, problem))?;
        check(arg, &values).map_err(|problem| mistake(value.span(), problem))?;
        let line = line_of(text, name.span().start);
        entries.push(Entry { id: arg.get_id().to_string(), values, line });
    }
    Ok(entries)
}

fn unknown(command: &Command, name: &str) -> String {
    format!(
        "unknown key '{}'; the keys are the long options of '{} --help', without the dashes in front",
        escape(name),
        command.get_name()
    )
}

/// A TOML value as the text that would follow the flag.
fn texts(arg: &Arg, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, (Range<usize>, String)> {
    match value.get_ref() {
        DeValue::Array(items) if is_list(arg) => items.iter().map(|item| text(arg, item)).collect(),
        _ => Ok(vec![text(arg, value)?]),
    }
}

fn text(arg: &Arg, value: &Spanned<DeValue<'_>>) -> Result<String, (Range<usize>, String)> {
    let is_flag = matches!(arg.get_action(), ArgAction::SetTrue);
    match value.get_ref() {
        DeValue::Boolean(value) if is_flag => Ok(value.to_string()),
        _ if is_flag => Err((value.span(), format!("'{}' is true or false", key(arg)))),
        DeValue::String(text) => Ok(text.to_string()),
        // Plain decimal digits are what a flag takes; 0x… and 1_000 are TOML's.
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(|number| number.to_string())
            .map_err(|error| (value.span(), error.to_string())),
        DeValue::Float(number) => Ok(number.as_str().to_owned()),
        other => {
            let problem =
                format!("'{}' takes one value, not a TOML {}", key(arg), other.type_str());
            Err((value.span(), problem))
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text[..offset.min(text.len())].matches('\n').count() + 1
}

/// Places a problem in the text. Spans are byte offsets; columns and widths are characters.
fn point(path: &Path, text: &str, span: Range<usize>, problem: String) -> Mistake {
    let at = text.floor_char_boundary(span.start);
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let source = text[start..].lines().next().unwrap_or_default();
    let end = text.floor_char_boundary(span.end).clamp(at, (start + source.len()).max(at));
    Mistake {
        path: path.to_owned(),
        line: line_of(text, at),
        column: escape(&text[start..at]).chars().count() + 1,
        problem,
        source: escape(source).into_owned(),
        width: escape(&text[at..end]).chars().count().max(1),
    }
}
