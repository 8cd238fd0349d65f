//! How units and their prefixes are written, and what each is. Data alone: how a text is held against it, `unit` knows.

/// What is measured. Units of one quantity can be turned into each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    Time,
    /// Bytes, and numbers with a prefix alone: tools write `512B` and `1.5K` in one column.
    Size,
    Bits,
    /// Any other, known by its symbol.
    Other(&'static str),
}

/// Units without prefixes: how they are written, and their symbol.
pub(super) const OTHERS: [(&str, &str); 40] = [
    ("percent", "%"),
    ("pct", "%"),
    ("%RH", "%"),
    ("°C", "°C"),
    ("℃", "°C"),
    // U+00BA, which looks the same.
    ("ºC", "°C"),
    ("ºF", "°F"),
    ("º", "°"),
    ("degC", "°C"),
    ("C", "°C"),
    ("°F", "°F"),
    ("degF", "°F"),
    ("F", "°F"),
    ("°", "°"),
    ("deg", "°"),
    ("RPM", "RPM"),
    ("rpm", "RPM"),
    ("dB", "dB"),
    ("dBm", "dBm"),
    ("dBFS", "dBFS"),
    ("x", "x"),
    ("X", "x"),
    ("ppm", "ppm"),
    ("ppb", "ppb"),
    ("fps", "fps"),
    ("lx", "lx"),
    ("lux", "lx"),
    ("px", "px"),
    ("€", "€"),
    ("EUR", "€"),
    ("$", "$"),
    ("USD", "$"),
    ("£", "£"),
    ("GBP", "£"),
    ("¥", "¥"),
    // As the examples of DHT sensors print it.
    ("*C", "°C"),
    ("*F", "°F"),
    ("/s", "/s"),
    ("/sec", "/s"),
    ("psi", "psi"),
];

/// Units without other prefixes that can be turned into each other: the symbol, that of the quantity, how many it is of that,
/// and of how many it is one.
pub(super) const SCALED: [(&str, &str, f64, f64); 12] = [
    ("mm", "m", 1.0, 1e3),
    ("cm", "m", 1.0, 1e2),
    ("km", "m", 1e3, 1.0),
    ("mg", "g", 1.0, 1e3),
    ("g", "g", 1.0, 1.0),
    ("kg", "g", 1e3, 1.0),
    ("t", "t", 1.0, 1.0),
    ("mbar", "Pa", 100.0, 1.0),
    ("bar", "Pa", 1e5, 1.0),
    ("m/s", "m/s", 1.0, 1.0),
    ("km/h", "m/s", 1.0, 3.6),
    ("mph", "m/s", 0.44704, 1.0),
];

/// Symbols that take prefixes: how they are written, and their quantity and symbol. The longer ones come first.
pub(super) const BASES: [(&str, Quantity, &str); 22] = [
    ("pps", Quantity::Other("pps"), "pps"),
    ("IOPS", Quantity::Other("IOPS"), "IOPS"),
    ("bytes", Quantity::Size, "B"),
    // Of nload: `kBit/s`.
    ("Bit", Quantity::Bits, "bit"),
    ("Bytes", Quantity::Size, "B"),
    ("byte", Quantity::Size, "B"),
    ("bits", Quantity::Bits, "bit"),
    ("bit", Quantity::Bits, "bit"),
    ("B", Quantity::Size, "B"),
    ("b", Quantity::Bits, "bit"),
    ("Hz", Quantity::Other("Hz"), "Hz"),
    ("Wh", Quantity::Other("Wh"), "Wh"),
    ("Ah", Quantity::Other("Ah"), "Ah"),
    ("VA", Quantity::Other("VA"), "VA"),
    ("W", Quantity::Other("W"), "W"),
    ("V", Quantity::Other("V"), "V"),
    ("A", Quantity::Other("A"), "A"),
    ("J", Quantity::Other("J"), "J"),
    ("Pa", Quantity::Other("Pa"), "Pa"),
    ("Ω", Quantity::Other("Ω"), "Ω"),
    ("Ohm", Quantity::Other("Ω"), "Ω"),
    ("", Quantity::Size, ""),
];

/// What is counted a second, by its unit or a word: how that is written, and its symbol.
pub(super) const COUNTED: [(&str, &str); 17] = [
    ("iops", "IOPS"),
    ("ops", "ops"),
    ("op", "ops"),
    ("operations", "ops"),
    ("reqs", "req"),
    ("req", "req"),
    ("requests", "req"),
    ("request", "req"),
    ("pkts", "packets"),
    ("pkt", "packets"),
    ("packets", "packets"),
    ("msgs", "msg"),
    ("msg", "msg"),
    ("rows", "rows"),
    ("it", "it"),
    ("tokens", "tokens"),
    ("queries", "queries"),
];

/// What rates end in, how that is shown, and how many seconds it is.
pub(super) const RATES: [(&str, &str, f64); 9] = [
    ("/s", "/s", 1.0),
    ("/sec", "/s", 1.0),
    ("/second", "/s", 1.0),
    ("ps", "/s", 1.0),
    ("/min", "/min", 60.0),
    ("/minute", "/min", 60.0),
    ("/h", "/h", 3600.0),
    ("/hr", "/h", 3600.0),
    ("/hour", "/h", 3600.0),
];

/// A prefix: how it is written, how many units it is, and of how many it is one.
pub(super) const PREFIXES: [(&str, f64, f64); 20] = [
    ("", 1.0, 1.0),
    ("K", 1e3, 1.0),
    ("k", 1e3, 1.0),
    ("M", 1e6, 1.0),
    ("G", 1e9, 1.0),
    ("T", 1e12, 1.0),
    ("P", 1e15, 1.0),
    ("Ki", 1024.0, 1.0),
    ("ki", 1024.0, 1.0),
    ("Mi", 1_048_576.0, 1.0),
    ("Gi", 1_073_741_824.0, 1.0),
    ("Ti", 1_099_511_627_776.0, 1.0),
    ("Pi", 1_125_899_906_842_624.0, 1.0),
    ("m", 1.0, 1e3),
    ("u", 1.0, 1e6),
    ("µ", 1.0, 1e6),
    ("μ", 1.0, 1e6),
    ("n", 1.0, 1e9),
    ("p", 1.0, 1e12),
    ("h", 100.0, 1.0),
];
