//! The units that a number may bear, and how one of a kind is turned into another. Pure. How they are written stands in
//! `known`; what a series makes of a changed unit is left to `scales`.

mod known;

use std::fmt;

use known::{BASES, COUNTED, OTHERS, PREFIXES, Quantity, RATES, SCALED};

use super::number;

/// No unit is longer: `operations/sec`.
const LONGEST: usize = 15;

/// A unit: a prefix, a symbol, and how many basic units it is, as a fraction of two exact numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::input) struct Unit {
    quantity: Quantity,
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
        // The most common ones first; and no unit is as long as most words.
        match text {
            b"%" => return Some(Self::other("%")),
            // As a program that knows nothing of UTF-8 writes it (ISO 8859-1).
            b"\xb0C" => return Some(Self::other("°C")),
            b"ms" => return Some(Self::time("ms", 1.0, 1e3)),
            b"s" => return Some(Self::time("s", 1.0, 1.0)),
            b"kB" => return Some(Self { prefix: "k", symbol: "B", many: 1e3, ..Self::SIZE }),
            b"MB" => return Some(Self { prefix: "M", symbol: "B", many: 1e6, ..Self::SIZE }),
            b"MiB" => {
                return Some(Self { prefix: "Mi", symbol: "B", many: 1_048_576.0, ..Self::SIZE });
            }
            [] | [b'0'..=b'9', ..] => return None,
            _ => {}
        }
        // Most words are longer than a unit that is no rate.
        if text.len() > 7 && (text.len() > LONGEST || !text.contains(&b'/')) {
            return None;
        }
        let rate = || {
            RATES.iter().find_map(|(ending, per, seconds)| {
                let amount = text.strip_suffix(ending.as_bytes())?;
                let unit = Self::of_time(amount)
                    .or_else(|| Self::fixed(amount))
                    .or_else(|| prefixed(amount))
                    .or_else(|| counted(amount))?;
                // `Bps` is a rate, `Ops` a word.
                let is_rate = ending.starts_with('/') || unit.symbol == "B";
                is_rate.then_some(Self { per, of: unit.of * seconds, ..unit })
            })
        };
        Self::fixed(text)
            .or_else(|| bits_per_second(text))
            .or_else(rate)
            .or_else(|| Self::of_time(text))
            .or_else(|| hasty(text))
            .or_else(|| prefixed(text))
    }

    /// The unit that takes no prefix.
    fn fixed(text: &[u8]) -> Option<Self> {
        let known = OTHERS.iter().find(|(name, _)| name.as_bytes() == text);
        let scaled = || {
            let known = SCALED.iter().find(|(symbol, ..)| symbol.as_bytes() == text);
            known.map(|(symbol, base, many, of)| Self {
                many: *many,
                of: *of,
                symbol,
                ..Self::other(base)
            })
        };
        known.map(|(_, symbol)| Self::other(symbol)).or_else(scaled)
    }

    /// The unit of time that `text` names; `m` alone is left to a compound duration.
    pub(in crate::input) fn of_time(text: &[u8]) -> Option<Self> {
        Some(match text {
            b"ns" | b"nsec" => Self::time("ns", 1.0, 1e9),
            b"us" | b"usec" | b"\xc2\xb5s" | b"\xce\xbcs" => Self::time("µs", 1.0, 1e6),
            b"ms" | b"msec" => Self::time("ms", 1.0, 1e3),
            b"s" | b"sec" | b"secs" | b"second" | b"seconds" => Self::time("s", 1.0, 1.0),
            b"min" | b"mins" | b"minute" | b"minutes" => Self::MINUTE,
            b"h" | b"hr" | b"hrs" | b"hour" | b"hours" => Self::time("h", 3600.0, 1.0),
            b"d" | b"day" | b"days" => Self::time("d", 86400.0, 1.0),
            b"w" | b"week" | b"weeks" => Self::time("w", 604_800.0, 1.0),
            _ => return None,
        })
    }

    /// A number as it stands, without any unit.
    pub(in crate::input) const ONE: Self = Self::SIZE;

    pub(in crate::input) const SECOND: Self = Self::time("s", 1.0, 1.0);

    /// A minute, which `m` is within a duration.
    pub(in crate::input) const MINUTE: Self = Self::time("min", 60.0, 1.0);

    /// What `m` is behind a blank, and beside other lengths.
    pub(in crate::input) const METRE: Self = Self::other("m");

    const fn time(symbol: &'static str, many: f64, of: f64) -> Self {
        Self { quantity: Quantity::Time, prefix: "", symbol, per: "", many, of }
    }

    const SIZE: Self =
        Self { quantity: Quantity::Size, prefix: "", symbol: "", per: "", many: 1.0, of: 1.0 };

    const fn other(symbol: &'static str) -> Self {
        Self { quantity: Quantity::Other(symbol), prefix: "", symbol, per: "", many: 1.0, of: 1.0 }
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
        let many = match self.prefix {
            _ if !self.is_prefix() => self.many,
            "K" | "k" => 1024.0,
            "M" => 1_048_576.0,
            "G" => 1_073_741_824.0,
            "T" => 1_099_511_627_776.0,
            "P" => 1_125_899_906_842_624.0,
            _ => self.many,
        };
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
            Quantity::Time if self.is_lone_m() => Self::MINUTE,
            quantity if self.is_lone_m() && quantity == Self::METRE.quantity => Self::METRE,
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

    fn is_lone_m(self) -> bool {
        self.prefix == "m" && self.symbol.is_empty() && self.per.is_empty()
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.prefix, self.symbol, self.per)
    }
}

/// `bps` and `b/s` are bits, whatever letter is before it: nobody means thousandths of a bit by `mbps`.
fn bits_per_second(text: &[u8]) -> Option<Unit> {
    let endings = [&b"bps"[..], b"b/s", b"b/sec"];
    let prefix = match endings.into_iter().find_map(|ending| text.strip_suffix(ending))? {
        b"m" => b"M",
        b"g" => b"G",
        b"t" => b"T",
        prefix => prefix,
    };
    let bits = prefixed(&[prefix, b"bit"].concat())?;
    Some(Unit { per: "/s", ..bits })
}

/// `kb` and `mb` are what hasty people write for bytes; those a second, as `kb/s` of ffmpeg, are bits.
fn hasty(text: &[u8]) -> Option<Unit> {
    let names: [(&[u8], &[u8]); 4] =
        [(b"kb", b"kB"), (b"mb", b"MB"), (b"gb", b"GB"), (b"tb", b"TB")];
    names.into_iter().find(|(name, _)| *name == text).and_then(|(_, bytes)| prefixed(bytes))
}

/// A count, of which thousands or millions may be written.
fn counted(text: &[u8]) -> Option<Unit> {
    COUNTED.iter().find_map(|(written, symbol)| {
        let prefix = text.strip_suffix(written.as_bytes())?;
        let is_multiple = matches!(prefix, b"" | b"k" | b"K" | b"M" | b"G");
        is_multiple.then(|| with_prefix(prefix, Quantity::Other(symbol), symbol))?
    })
}

fn prefixed(text: &[u8]) -> Option<Unit> {
    let (prefix, quantity, symbol) = BASES.iter().find_map(|(written, quantity, symbol)| {
        Some((text.strip_suffix(written.as_bytes())?, *quantity, *symbol))
    })?;
    with_prefix(prefix, quantity, symbol)
}

fn with_prefix(text: &[u8], quantity: Quantity, symbol: &'static str) -> Option<Unit> {
    let (prefix, many, of) =
        PREFIXES.iter().find(|(written, _, _)| written.as_bytes() == text).copied()?;
    let fits = match prefix {
        "" => !symbol.is_empty(),
        // A hectopascal is a millibar; nothing else is counted in hundreds.
        "h" => symbol == "Pa",
        // Bytes and bits are not divided.
        "m" | "u" | "µ" | "μ" | "n" | "p" => !matches!(symbol, "B" | "bit"),
        _ => true,
    };
    // As a unit by itself a lone p is more likely a typing mistake.
    let fits = fits && !(prefix == "p" && symbol.is_empty());
    fits.then_some(Unit { quantity, prefix, symbol, per: "", many, of })
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
