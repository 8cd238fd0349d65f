//! The configuration in force as TOML that loads again, each value's origin behind it as a comment.

use clap::parser::ValueSource;
use clap::{Arg, ArgAction};
use toml::Value;

use super::layers::{Settings, is_list, is_setting, key};

/// The whole configuration, a setting a line in the order of `--help`.
pub(super) fn toml(settings: &Settings) -> String {
    let args = settings.command.get_arguments().filter(|arg| is_setting(arg));
    args.map(|arg| line(settings, arg)).collect()
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
    match arg.get_action() {
        ArgAction::SetTrue => Value::Boolean(raw == "true"),
        _ => match raw.parse::<i64>() {
            Ok(number) if number.to_string() == raw => Value::Integer(number),
            _ => Value::String(raw),
        },
    }
}

fn origin(settings: &Settings, id: &str) -> String {
    match settings.matches.value_source(id) {
        Some(ValueSource::CommandLine) => "command line".to_owned(),
        _ => settings.origins.get(id).map_or_else(|| "default".to_owned(), ToString::to_string),
    }
}
