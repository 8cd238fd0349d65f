//! How units and their prefixes are written, and what each is. Data alone, which `unit` uses.

/// Units without prefixes that are turned into no other: the symbol, and how else it is written.
pub(super) const FIXED: [&str; 19] = [
    "% percent pct %RH",
    // The last one is as the examples of DHT sensors print it. U+00BA looks like U+00B0.
    "°C ℃ ºC degC C *C",
    "°F ºF degF F *F",
    "° º deg",
    "RPM rpm",
    "dB",
    "dBm",
    "dBFS",
    "x X",
    "ppm",
    "ppb",
    "fps",
    "lx lux",
    "px",
    "psi",
    "€ EUR",
    "$ USD",
    "£ GBP",
    "¥",
];

/// Units without prefixes: how they are written, that which they are turned into, how many of those they are, and of how many
/// they are one.
pub(super) const SCALED: [(&str, &str, f64, f64); 17] = [
    ("min mins minute minutes", "s", 60.0, 1.0),
    ("h hr hrs hour hours", "s", 3600.0, 1.0),
    ("d day days", "s", 86400.0, 1.0),
    ("w week weeks", "s", 604_800.0, 1.0),
    ("mm", "m", 1.0, 1e3),
    ("cm", "m", 1.0, 1e2),
    ("km", "m", 1e3, 1.0),
    ("mg", "g", 1.0, 1e3),
    ("g", "g", 1.0, 1.0),
    ("kg", "g", 1e3, 1.0),
    ("t", "t", 1.0, 1.0),
    ("bar", "Pa", 1e5, 1.0),
    ("mbar", "Pa", 100.0, 1.0),
    ("hPa", "Pa", 100.0, 1.0),
    ("m/s", "m/s", 1.0, 1.0),
    ("km/h", "m/s", 1.0, 3.6),
    ("mph", "m/s", 0.44704, 1.0),
];

/// Units that take prefixes. Without any symbol a number with a prefix is meant, which counts as many bytes: tools write
/// `512B` and `1.5K` in one column.
pub(super) const PREFIXED: [&str; 16] = [
    "",
    // The last one is that of df(1) on macOS: `0Bi`.
    "B byte bytes Bytes Bi",
    // The last one is that of nload: `kBit/s`.
    "bit bits b Bit",
    "s sec secs second seconds",
    "Hz",
    "W",
    "V",
    "A",
    "Wh",
    "Ah",
    "VA",
    "J",
    "Pa",
    "Ω Ohm",
    "pps",
    "IOPS",
];

/// What is counted a second, a minute or an hour; alone each is a word.
pub(super) const COUNTED: [&str; 8] = [
    "ops op operations",
    "req reqs request requests",
    "packets pkts pkt",
    "msg msgs",
    "rows",
    "it",
    "tokens",
    "queries",
];

/// What rates end in, and how many seconds it is.
pub(super) const RATES: [(&str, f64); 3] =
    [("/s /sec /second", 1.0), ("/min /minute", 60.0), ("/h /hr /hour", 3600.0)];

/// A prefix: how it is written, how many units it is, and of how many it is one.
pub(super) const PREFIXES: [(&str, f64, f64); 15] = [
    ("k", 1e3, 1.0),
    ("K", 1e3, 1.0),
    ("M", 1e6, 1.0),
    ("G", 1e9, 1.0),
    ("T", 1e12, 1.0),
    ("P", 1e15, 1.0),
    ("Ki ki", 1024.0, 1.0),
    ("Mi", 1_048_576.0, 1.0),
    ("Gi", 1_073_741_824.0, 1.0),
    ("Ti", 1_099_511_627_776.0, 1.0),
    ("Pi", 1_125_899_906_842_624.0, 1.0),
    ("m", 1.0, 1e3),
    ("µ u μ", 1.0, 1e6),
    ("n", 1.0, 1e9),
    ("p", 1.0, 1e12),
];

/// The symbol of the unit, or of the prefix, that can be written so: the first way.
pub(super) fn symbol(written: &'static str) -> &'static str {
    written.split(' ').next().unwrap_or_default()
}
