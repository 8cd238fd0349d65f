//! The configuration in force as TOML that loads again, each value's origin behind it as a comment.

use clap::Arg;
use clap::parser::ValueSource;
use toml::Value;

use super::layers::Settings;
use super::setting::{is_list, is_switch, key, settings};

/// The whole configuration, a setting a line in the order of `--help`.
pub(super) fn toml(from: &Settings) -> String {
    settings(&from.command).map(|arg| line(from, arg)).collect()
}

fn line(settings: &Settings, arg: &Arg) -> String {
    let id = arg.get_id().as_str();
    let raw: Vec<String> = settings
        .matches
        .get_raw(id)
        .into_iter()
        .flatten()
        .map(|value| value.to_string_lossy().into_owned())
        .collect();
    if raw.is_empty() {
        return format!("# {} is not set\n", key(arg));
    }
    let value = if is_list(arg) {
        Value::Array(raw.into_iter().map(Value::String).collect())
    } else {
        single(arg, raw.concat())
    };
    format!("{} = {value}  # {}\n", key(arg), origin(settings, id))
}

/// A number where the text is one, as a person would write it.
fn single(arg: &Arg, raw: String) -> Value {
    match raw.parse::<i64>() {
        _ if is_switch(arg) => Value::Boolean(raw == "true"),
        Ok(number) if number.to_string() == raw => Value::Integer(number),
        _ => Value::String(raw),
    }
}

fn origin(settings: &Settings, id: &str) -> String {
    match settings.matches.value_source(id) {
        Some(ValueSource::CommandLine) => "command line".to_owned(),
        _ => settings.origins.get(id).map_or_else(|| "default".to_owned(), ToString::to_string),
    }
}
