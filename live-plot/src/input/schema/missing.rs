//! The warnings about names that the user asked for and that have not come: what there is instead.

use super::Schema;

/// How many names are kept for a warning.
const MAX_OTHERS: usize = 12;

impl Schema {
    /// The warning that there is no series of a name that the user chose, while there are numbers of other names.
    pub(in crate::input) fn missing(&self) -> Option<String> {
        let wanted = self.naming.only.iter().zip(&self.found);
        let missing: Vec<&str> =
            wanted.filter(|(_, found)| !**found).map(|(name, _)| quoted(name)).collect();
        (!missing.is_empty() && !self.others.is_empty()).then(|| {
            let missing = missing.join(" or ");
            format!("Nothing is called {missing} (--only); not chosen: {}.", listed(&self.others))
        })
    }

    /// The warning that nothing has the name of `--time`.
    pub(in crate::input) fn missing_time(&self) -> Option<String> {
        (!self.has_time && !self.seen.is_empty()).then(|| {
            let missing: Vec<&str> = self.naming.time.iter().map(|name| quoted(name)).collect();
            let missing = missing.join(" or ");
            format!("Nothing is called {missing} (--time); there are: {}.", listed(&self.seen))
        })
    }

    /// The warning that nothing but the time has come.
    pub(in crate::input) fn only_time(&self) -> Option<String> {
        let is_all = self.has_time && self.series.is_empty() && self.others.is_empty();
        is_all.then(|| {
            format!(
                "No line has another number than its time (--time {}).",
                self.naming.time.join(",")
            )
        })
    }
}

/// Keeps a name for a warning.
pub(super) fn remember(names: &mut Vec<String>, name: &str) {
    if names.len() < MAX_OTHERS && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// An empty name can be seen.
fn quoted(name: &str) -> &str {
    if name.is_empty() { "''" } else { name }
}

fn listed(names: &[String]) -> String {
    let more = if names.len() == MAX_OTHERS { ", …" } else { "" };
    format!("{}{more}", names.join(", "))
}
