//! The units that a number may bear, and how one of a kind is turned into another. Pure. How they are written stands in
//! `known`; what a series makes of a changed unit is left to `scales`.

mod known;

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use known::{COUNTED, FIXED, PREFIXED, PREFIXES, RATES, SCALED, symbol};

use super::number;

/// No unit is longer: `operations/sec`.
const LONGEST: usize = 15;

/// A unit: a prefix, a symbol, and how many of its quantity's unit it is, as a fraction of two exact numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::input) struct Unit {
    /// The symbol that all units have which can be turned into each other.
    quantity: &'static str,
    prefix: &'static str,
    symbol: &'static str,
    /// Of a rate: `/s`, `/min`, `/h`.
    per: &'static str,
    many: f64,
    of: f64,
}

impl Unit {
    /// The unit that `text` names, all of it.
    pub(in crate::input) fn named(text: &[u8]) -> Option<Self> {
        let text = match text {
            // As a program that knows nothing of UTF-8 writes it (ISO 8859-1).
            b"\xb0C" => "°C",
            // Most words are longer than a unit that is no rate.
            _ if text.len() > LONGEST || (text.len() > 7 && !text.contains(&b'/')) => return None,
            _ => str::from_utf8(text).ok()?,
        };
        let is_counted = |unit: &Self| {
            !unit.is_prefix() && COUNTED.iter().any(|written| symbol(written) == unit.symbol)
        };
        let unit = WRITTEN.get(text).copied().filter(|unit| !is_counted(unit));
        unit.or_else(|| rate(text))
    }

    /// The unit of time that `text` names; `m` alone is left to a compound duration.
    pub(in crate::input) fn of_time(text: &[u8]) -> Option<Self> {
        Self::named(text).filter(|unit| unit.is_like(Self::SECOND))
    }

    /// A number as it stands, without any unit.
    pub(in crate::input) const ONE: Self = Self { quantity: "B", ..Self::of("") };

    pub(in crate::input) const SECOND: Self = Self::of("s");

    /// A minute, which `m` is within a duration.
    pub(in crate::input) const MINUTE: Self = Self { symbol: "min", many: 60.0, ..Self::SECOND };

    /// What `m` is behind a blank, and beside other lengths.
    pub(in crate::input) const METRE: Self = Self::of("m");

    const fn of(symbol: &'static str) -> Self {
        Self { quantity: symbol, prefix: "", symbol, per: "", many: 1.0, of: 1.0 }
    }

    /// Whether it is a prefix alone: `5K` is a number like `5000`.
    pub(in crate::input) fn is_prefix(self) -> bool {
        self.symbol.is_empty()
    }

    /// Whether it is a currency.
    pub(super) fn is_money(self) -> bool {
        matches!(self.symbol, "$" | "€" | "£" | "¥")
    }

    /// How many the value is in thousands, millions or more of a prefix alone.
    pub(super) fn many(self, value: f64) -> Option<f64> {
        self.is_large_prefix().then(|| number::rounded(value * self.many / self.of))
    }

    /// Whether it is a prefix alone of thousands or more, as sizes have.
    pub(in crate::input) fn is_large_prefix(self) -> bool {
        self.is_prefix() && self.many > self.of
    }

    /// Whether both stand at one axis: the same is measured. What a prefix alone is of is not known, but thousands and
    /// thousandths are of different things: `250m` of a processor, `2G` of memory.
    pub(in crate::input) fn shares_axis(self, other: Self) -> bool {
        let are_alike = self.is_prefix() == other.is_prefix()
            && self.is_large_prefix() == other.is_large_prefix()
            && self.is_like(other);
        are_alike || (self.of_top().is_some() && other.of_top().is_some())
    }

    /// The unit, with K, M, G of their own as 1024s.
    pub(in crate::input) fn in_1024s(self) -> Self {
        let is_own = |power: &i32| self.is_prefix() && self.many == 1e3_f64.powi(*power);
        let many = (1..=5).find(is_own).map_or(self.many, |power| 1024_f64.powi(power));
        Self { many, ..self }
    }

    /// Whether both measure the same.
    fn is_like(self, other: Self) -> bool {
        self.quantity == other.quantity && self.per.is_empty() == other.per.is_empty()
    }

    /// The value in another unit; `None` if that is of another kind.
    pub(in crate::input) fn turned_into(self, value: f64, other: Self) -> Option<f64> {
        if let (Some(from), Some(into)) = (self.of_top(), other.of_top()) {
            return Some(if from == into { value } else { number::rounded(value * from / into) });
        }
        let (from, into) = (self.beside(other), other.beside(self));
        // Nobody counts thousandths of a byte.
        let is_alike = from.is_like(into) && !(from.is_lone_m() && into.symbol == "B");
        let (many, of) = (from.many * into.of, from.of * into.many);
        is_alike.then(|| if many == of { value } else { number::rounded(value * many / of) })
    }

    /// The unit beside another one: `m` stands for minutes beside times, and for metres beside lengths.
    pub(in crate::input) fn beside(self, other: Self) -> Self {
        match other.quantity {
            "s" if self.is_lone_m() => Self::MINUTE,
            "m" if self.is_lone_m() => Self::METRE,
            _ => self,
        }
    }

    /// How many KiB it is in a column of top(1); of lvs(8) it is as many.
    pub(in crate::input) fn of_top(self) -> Option<f64> {
        match (self.prefix, self.symbol, self.per) {
            ("m", "", "") => Some(1024.0),
            ("", "g", "") => Some(1_048_576.0),
            ("", "t", "") => Some(1_073_741_824.0),
            _ => None,
        }
    }

    /// Whether it is `m` alone: thousandths, minutes or metres.
    pub(in crate::input) fn is_lone_m(self) -> bool {
        self.prefix == "m" && self.symbol.is_empty() && self.per.is_empty()
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.prefix, self.symbol, self.per)
    }
}

/// Every way to write a unit.
static WRITTEN: LazyLock<HashMap<String, Unit>> = LazyLock::new(|| {
    let mut known = HashMap::new();
    let mut add = |prefix: &str, written: &str, unit: Unit| {
        for each in written.split(' ') {
            known.insert(format!("{prefix}{each}"), unit);
        }
    };
    for written in PREFIXED.into_iter().chain(COUNTED) {
        let unit = if written.is_empty() { Unit::ONE } else { Unit::of(symbol(written)) };
        add("", written, unit);
        for (prefixes, many, of) in PREFIXES {
            let prefix = symbol(prefixes);
            let fits = match unit.symbol {
                // Bytes and bits are not divided.
                "B" | "bit" => many > of,
                // A lone p is more likely a typing mistake, and ps is a program.
                "" | "s" => prefix != "p",
                _ => true,
            };
            for each in prefixes.split(' ').filter(|_| fits) {
                add(each, written, Unit { prefix, many, of, ..unit });
            }
        }
    }
    for written in FIXED {
        add("", written, Unit::of(symbol(written)));
    }
    for (written, quantity, many, of) in SCALED {
        add("", written, Unit { symbol: symbol(written), many, of, ..Unit::of(quantity) });
    }
    // What hasty people write for bytes.
    for (written, bytes) in [("kb", "kB"), ("mb", "MB"), ("gb", "GB"), ("tb", "TB")] {
        known.insert(written.to_owned(), known[bytes]);
    }
    known.remove("");
    known
});

/// So much in a time: `MB/s`, `req/min`.
fn rate(text: &str) -> Option<Unit> {
    let (amount, per) = match text.strip_suffix("ps") {
        Some(amount) if amount.ends_with(['B', 'b']) => (amount, "/s"),
        _ => text.split_at(text.rfind('/')?),
    };
    let is_written =
        |(written, _): &&(&'static str, f64)| written.split(' ').any(|each| each == per);
    let (written, seconds) = RATES.iter().find(is_written)?;
    let unit = match amount {
        "" => Unit::ONE,
        // Nobody means thousandths of a bit.
        "kb" => WRITTEN["kbit"],
        "mb" => WRITTEN["Mbit"],
        "gb" => WRITTEN["Gbit"],
        "tb" => WRITTEN["Tbit"],
        _ => *WRITTEN.get(amount)?,
    };
    Some(Unit { per: symbol(written), of: unit.of * seconds, ..unit })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn turned(value: f64, from: &str, into: &str) -> Option<f64> {
        let unit = |text: &str| Unit::named(text.as_bytes()).unwrap_or_else(|| panic!("{text}"));
        unit(from).turned_into(value, unit(into))
    }

    #[test]
    fn units_of_one_kind_are_turned_into_each_other_exactly() {
        for (value, from, into, expected) in [
            (1.2, "s", "ms", 1200.0),
            (800.0, "us", "ms", 0.8),
            (900.0, "µs", "ms", 0.9),
            (1.5, "G", "M", 1500.0),
            (2.0, "KiB", "B", 2048.0),
            (512.0, "B", "K", 0.512),
            (1.5, "Gbits/sec", "Mbps", 1500.0),
            (3.0, "MB/s", "kB/s", 3000.0),
            (1.0, "mbps", "kbps", 1000.0),
            (8.0, "kbps", "bit/s", 8000.0),
            (2.0, "MBps", "kB/s", 2000.0),
            (2.0, "mb/s", "kBit/s", 2000.0),
            (2.0, "kb", "B", 2000.0),
            (2.0, "kops/s", "ops/s", 2000.0),
            (2.0, "Mpps", "kpps", 2000.0),
            (2.0, "m", "s", 120.0),
            (2.0, "h", "m", 120.0),
            (250.0, "m", "K", 0.00025),
            (3.3, "GHz", "MHz", 3300.0),
            (1.5, "m", "cm", 150.0),
            (1.5, "g", "m", 1536.0),
            (512.0, "g", "t", 0.5),
            (80.0, "cm", "m", 0.8),
            (1.02, "kg", "g", 1020.0),
            (1.013, "bar", "hPa", 1013.0),
            (36.0, "km/h", "m/s", 10.0),
            (6.0, "req/s", "requests/min", 360.0),
            (120.0, "MB/min", "MB/s", 2.0),
        ] {
            assert_eq!(turned(value, from, into), Some(expected), "{value}{from} in {into}");
        }
        for (from, into) in [
            ("ms", "K"),
            ("MB/s", "MB"),
            ("Mb", "MB"),
            ("%", "°C"),
            ("V", "A"),
            ("kb/s", "kB/s"),
            ("m/s", "K"),
            ("ops/s", "req/s"),
            ("t", "kg"),
            ("t/h", "g/h"),
        ] {
            assert_eq!(turned(1.0, from, into), None, "{from} in {into}");
        }
    }

    #[test]
    fn series_share_an_axis_if_the_same_may_be_measured() {
        let share = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|text| Unit::named(text.as_bytes()).unwrap());
            one.shares_axis(other)
        };
        assert!(share("K", "G") && share("Mi", "Gi") && share("G", "Mi") && share("s", "ms"));
        assert!(share("m", "g") && share("kg", "g"));
        assert!(!share("m", "G") && !share("K", "kB") && !share("s", "ms/s") && !share("V", "A"));
    }

    #[test]
    fn a_prefix_alone_may_count_in_1024s() {
        let turned = |from: &str, into: &str| {
            let [from, into] = [from, into].map(|text| Unit::named(text.as_bytes()).unwrap());
            from.in_1024s().turned_into(1.1, into.in_1024s())
        };
        assert_eq!(turned("G", "M"), Some(1126.4));
        assert_eq!(turned("T", "k"), Some(1.1 * 1024.0 * 1024.0 * 1024.0));
        assert_eq!([turned("GB", "MB"), turned("Gi", "Mi")], [Some(1100.0), Some(1126.4)]);
    }

    proptest! {
        #[test]
        fn decimal_digits_stay_what_they_are(digits in 0..1_000_000_000_000_u64) {
            let read = |power: i32| format!("{digits}e{power}").parse::<f64>().unwrap();
            for (from, into, power) in [("s", "ms", 3), ("us", "ms", -3), ("G", "M", 3), ("ns", "s", -9)] {
                prop_assert_eq!(turned(read(-3), from, into), Some(read(power - 3)), "{} in {}", from, into);
            }
        }
    }

    #[test]
    fn a_unit_is_shown_with_its_prefix_and_what_is_no_unit_is_a_word() {
        for (text, shown) in [
            ("kB", "kB"),
            ("Gbits/sec", "Gbit/s"),
            ("bytes", "B"),
            ("mV", "mV"),
            ("K", "K"),
            ("percent", "%"),
            ("hPa", "hPa"),
        ] {
            assert_eq!(Unit::named(text.as_bytes()).unwrap().to_string(), shown);
        }
        for word in
            ["", "waiting", "p", "hB", "mB", "Kx", "Ops", "is", "total", "steps", "ips", "ops"]
        {
            assert_eq!(Unit::named(word.as_bytes()), None, "{word}");
        }
    }
}
