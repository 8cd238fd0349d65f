//! The configuration file: where it is, what is in it, and what is wrong with it, with line and caret.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use clap::{Arg, Command};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Error;
use super::setting::{Environment, check, is_list, is_switch, key, settings, variable};
use crate::escape::{self, escape};

/// The most that is read, in bytes: /dev/zero has no end.
const LARGEST: u64 = 1 << 20;

/// One setting of the file.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) values: Vec<String>,
    pub(super) line: usize,
}

/// A place in the file, in bytes, and what is wrong there.
type Problem = (Range<usize>, String);

/// The file to read and its text: the one named by flag or environment, else the first that exists.
pub(super) fn find(
    program: &str,
    flag: Option<&PathBuf>,
    environment: &Environment,
) -> Result<Option<(PathBuf, String)>, Error> {
    let set = |name: &str| environment.get(name).map(PathBuf::from);
    let read = |path: PathBuf| match read_text(&path) {
        Ok(text) => Ok((path, text)),
        Err(source) => Err((path, source)),
    };
    let unreadable = |(path, source)| Error::Unreadable { path, source };
    match flag.cloned().or_else(|| set(&variable(program, "config"))) {
        Some(path) if path == Path::new("none") => return Ok(None),
        Some(path) => return read(path).map(Some).map_err(unreadable),
        None => {}
    }
    // XDG Base Directory Specification: a relative path is to be ignored.
    let home = set("XDG_CONFIG_HOME").filter(|path| path.is_absolute());
    let home = home.or_else(|| set("HOME").map(|home| home.join(".config")));
    for folder in home.iter().map(PathBuf::as_path).chain([Path::new("/etc")]) {
        match read(folder.join(program).join("config.toml")) {
            Ok(found) => return Ok(Some(found)),
            Err((path, source)) => match source.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {}
                // HOME may be somebody else's (sudo, setpriv): what it hides is not this user's configuration.
                io::ErrorKind::PermissionDenied if !path.starts_with("/etc") => {}
                _ => return Err(unreadable((path, source))),
            },
        }
    }
    Ok(None)
}

/// The text of a file, which may also be a pipe: `--config <(…)`.
fn read_text(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::other("it is larger than 1 MiB"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() + 1;
        io::Error::other(format!("line {line} is not valid UTF-8"))
    })
}

/// The settings in the file's text, each checked against its option.
pub(super) fn read(path: &Path, text: &str, command: &Command) -> Result<Vec<Entry>, Error> {
    let show = |(span, problem): Problem| Error::File(shown(path, text, span, &problem));
    let table = DeTable::parse(text).map_err(|error| {
        show((error.span().unwrap_or(0..0), error.message().replace('\n', ", ")))
    })?;
    let entries = table.get_ref().iter().map(|(name, value)| {
        let arg = settings(command).find(|arg| key(arg) == name.get_ref().as_ref());
        let arg = arg.ok_or_else(|| (name.span(), unknown(command, name.get_ref())))?;
        let values = texts(arg, value)?;
        check(arg, &values).map_err(|problem| (value.span(), problem))?;
        let line = text[..name.span().start].matches('\n').count() + 1;
        Ok(Entry { id: arg.get_id().to_string(), values, line })
    });
    entries.collect::<Result<_, Problem>>().map_err(show)
}

fn unknown(command: &Command, name: &str) -> String {
    let similar = settings(command).map(key).find(|key| strsim::osa_distance(key, name) <= 2);
    let hint = similar.map(|key| format!(" (a similar key exists: '{key}')")).unwrap_or_default();
    let (name, program) = (escape(name), command.get_name());
    format!("unknown key '{name}'{hint}; '{program} --config none --print-config' lists all keys")
}

/// A TOML value as the text that would follow the flag.
fn texts(arg: &Arg, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, Problem> {
    match value.get_ref() {
        DeValue::Array(items) if is_list(arg) => items.iter().map(|item| text(arg, item)).collect(),
        _ => Ok(vec![text(arg, value)?]),
    }
}

fn text(arg: &Arg, value: &Spanned<DeValue<'_>>) -> Result<String, Problem> {
    let refused = |problem: String| Err((value.span(), problem));
    match value.get_ref() {
        DeValue::Boolean(value) if is_switch(arg) => Ok(value.to_string()),
        _ if is_switch(arg) => refused(format!("'{}' is true or false", key(arg))),
        DeValue::String(text) => Ok(text.to_string()),
        // Plain decimal digits are what a flag takes; 0x… and 1_000 are TOML's.
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(|number| number.to_string())
            .or_else(|_overflow| refused("the number is too large".to_owned())),
        DeValue::Float(number) => Ok(number.as_str().to_owned()),
        other => {
            refused(format!("'{}' takes one value, not a TOML {}", key(arg), other.type_str()))
        }
    }
}

/// The problem with its place, as a compiler shows it.
fn shown(path: &Path, text: &str, span: Range<usize>, problem: &str) -> String {
    // The end of the file may be meant, or the middle of a letter.
    let start = text.floor_char_boundary(span.start);
    let end = text.ceil_char_boundary(span.end.max(start));
    let path = escape::path(path);
    let place = AnnotationKind::Primary.span(start..end);
    let snippet = Snippet::source(text).path(path.as_str()).annotation(place);
    let report = Level::ERROR.no_name().primary_title(problem).element(snippet);
    Renderer::plain().render(&[report])
}
