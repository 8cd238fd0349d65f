//! A reading as text, for the tests of the forms: `row.name=12ms`, a gap as `nan`, a text in quotes.

use super::reading::{Cell, Item, Key, Reading};

pub(super) fn shown(reading: &Reading) -> String {
    let text = |span| String::from_utf8_lossy(reading.text(span)).into_owned();
    let item = |item: &Item| {
        let row = text(item.row);
        let dot = if row.is_empty() { "" } else { "." };
        let name = match item.key {
            Key::Name(name) => text(name),
            Key::Column(column) => format!("#{column}"),
        };
        let value = match item.cell {
            Cell::Number(measure) => {
                let unit = measure.unit.map(|unit| unit.to_string()).unwrap_or_default();
                format!("{}{unit}", measure.value)
            }
            Cell::Empty => String::new(),
            Cell::Text(span) => format!("'{}'", text(span)),
        };
        format!("{row}{dot}{name}={value}")
    };
    reading.items().iter().map(item).collect::<Vec<_>>().join(" ")
}
