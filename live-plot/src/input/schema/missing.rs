//! The warnings about names that the user asked for and that have not come: what there is instead.

use super::{MAX_OTHERS, Schema};

impl Schema {
    /// The warnings about names of `--only` and `--rows` that have not come, and about that of `--time` if no line had one.
    pub(in crate::input) fn missing(&self, lacks_time: bool) -> Vec<String> {
        let time = vec![self.has_time || !lacks_time; self.naming.time.len()];
        let asked = [
            ("--only", &self.naming.only, &self.found, "not chosen", &self.others),
            ("--rows", &self.naming.rows, &self.has_rows, "there are", &self.seen),
            ("--time", &self.naming.time, &time, "there are", &self.seen),
        ];
        let warning =
            |(option, names, found, there, others): (_, &Vec<String>, &Vec<bool>, _, _)| {
                let missing = names.iter().zip(found).filter(|(_, found)| !**found);
                // An empty name can be seen.
                let missing = missing.map(|(name, _)| if name.is_empty() { "''" } else { name });
                let missing = missing.collect::<Vec<_>>().join(" or ");
                let others: &Vec<String> = others;
                let more = if others.len() == MAX_OTHERS { ", …" } else { "" };
                let others = others.join(", ") + more;
                (!missing.is_empty() && !others.is_empty())
                    .then(|| format!("Nothing is called {missing} ({option}); {there}: {others}."))
            };
        asked.into_iter().filter_map(warning).collect()
    }

    /// The warning that nothing but the time has come.
    pub(in crate::input) fn only_time(&self) -> Option<String> {
        let is_all = self.has_time && self.series.is_empty() && self.others.is_empty();
        let time = self.naming.time.join(",");
        is_all.then(|| format!("No line has another number than its time (--time {time})."))
    }
}
