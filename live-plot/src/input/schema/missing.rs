//! The warnings about names that the user asked for and that have not come: what there is instead.

/// How many names are kept for a warning.
const MAX_OTHERS: usize = 12;

/// The warning that there is no series of a name that the user chose, while there are numbers of other names. Of each
/// name that was chosen: whether it was found.
pub(super) fn chosen(only: &[String], found: &[bool], others: &[String]) -> Option<String> {
    let missing = not_found(only, found);
    (!missing.is_empty() && !others.is_empty())
        .then(|| format!("Nothing is called {missing} (--only); not chosen: {}.", listed(others)))
}

/// The warning that nothing has a name of `--rows`.
pub(super) fn rows(rows: &[String], found: &[bool], seen: &[String]) -> String {
    let missing = not_found(rows, found);
    format!("Nothing is called {missing} (--rows); there are: {}.", listed(seen))
}

/// The names that were not found.
fn not_found(names: &[String], found: &[bool]) -> String {
    let missing = names.iter().zip(found).filter(|(_, found)| !**found);
    let missing: Vec<&str> = missing.map(|(name, _)| visible(name)).collect();
    missing.join(" or ")
}

/// The warning that nothing has the name of `--time`.
pub(super) fn time(names: &[String], seen: &[String]) -> String {
    let missing: Vec<&str> = names.iter().map(|name| visible(name)).collect();
    let missing = missing.join(" or ");
    format!("Nothing is called {missing} (--time); there are: {}.", listed(seen))
}

/// The warning that nothing but the time has come.
pub(super) fn only_time(names: &[String]) -> String {
    format!("No line has another number than its time (--time {}).", names.join(","))
}

/// Keeps a name for a warning.
pub(super) fn remember(names: &mut Vec<String>, name: &str) {
    if names.len() < MAX_OTHERS && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// An empty name can be seen.
fn visible(name: &str) -> &str {
    if name.is_empty() { "''" } else { name }
}

fn listed(names: &[String]) -> String {
    let more = if names.len() == MAX_OTHERS { ", …" } else { "" };
    format!("{}{more}", names.join(", "))
}
