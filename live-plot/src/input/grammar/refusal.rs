//! Why a line is not drawn, and the way out: where it arises one of these is returned, and here it is worded. Options that
//! are made for one line are left to `input::proposal`, how often all of it is reported to `input::problems`.

/// The way out for a decimal comma. Other commas may part words.
pub(in crate::input) const COMMA: &str =
    r"for a decimal comma set LC_ALL=C or put sed -uE 's/([0-9]),([0-9])/\1.\2/g' before live-plot";

/// The same behind points that part thousands.
pub(in crate::input) const COMMA_BEHIND_POINTS: &str = r"for a decimal comma put sed -uE ':a;s/([0-9])[.]([0-9]{3}[.,])/\1\2/;ta;s/([0-9]),([0-9])/\1.\2/g' before live-plot";

/// The same in quotes, between commas that part cells.
pub(in crate::input) const COMMA_IN_QUOTES: &str = r#"for a decimal comma put sed -uE 's/"([-+]?[0-9][^",]*),([0-9][^",]*)"/\1.\2/g' before live-plot"#;

/// The way out for an exponent of Fortran.
pub(in crate::input) const FORTRAN: &str =
    r"put sed -uE 's/([0-9.])[Dd]([-+])/\1e\2/g' before live-plot";

/// The way out for a hexadecimal number.
pub(in crate::input) const HEXADECIMAL: &str =
    "put perl -pe '$|=1;s/0x[0-9a-f]+/hex $&/gie' before live-plot";

/// The way out for a bound, in a cell or behind a name: `<5`, `x=<5`, `x<5`.
pub(in crate::input) const BOUND: &str = r"put sed -uE 's/(\w)[<>~]=?([0-9])/\1=\2/g;s/[<>~]=?([0-9])/\1/g' before live-plot to draw bounds as numbers";

/// The way out for `1 234`, alone on a line or in a cell.
pub(in crate::input) const BLANKS: &str = r"if blanks part the groups of one, put sed -uE ':a;s/([0-9]) ([0-9]{3})\b/\1\2/;ta' before live-plot";

/// The way out where no option could be made for the line.
pub(in crate::input) const MATCH: &str =
    "--match says which of its numbers to draw, with a group (?<NAME>…) for each";

/// Why a line is not drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::input) enum Refusal {
    NoNumber,
    /// There are numbers in it that no form explains.
    NotUnderstood,
    /// And they are most of its cells: a row perhaps, whose names are not known.
    NoNames,
    /// It has another number of cells than its table.
    Cells,
    /// `1,234` may be one number or two.
    Groups,
    /// `1,5` may be one number or two.
    Comma,
    Hexadecimal,
    Fortran,
    /// It is a line of JSON that does not end.
    Torn,
    /// A number in the name of its row is longer than a double holds.
    LongRow,
    NoTime,
    BadTime,
    BackInTime,
}

impl Refusal {
    /// What is wrong, and the way out: the options that were made for the line.
    pub(in crate::input) fn text(self, options: Option<&str>) -> String {
        const NOT_UNDERSTOOD: &str = "The line is not understood";
        let way_out = options.unwrap_or(MATCH);
        match self {
            Self::NoNumber if options.is_none() => "Input must be a number.".to_owned(),
            Self::NoNumber | Self::NotUnderstood | Self::NoNames => {
                format!("{NOT_UNDERSTOOD}; {way_out}.")
            }
            Self::Cells => {
                let way_out = options.unwrap_or("let its program print - for an empty cell");
                format!("The line has more or fewer cells than its table: not drawn; {way_out}.")
            }
            Self::Groups => {
                let way_out = options.unwrap_or("--names A, or --names A,B, decides");
                format!(
                    "The line may be one number in groups of three digits, or several: {way_out}."
                )
            }
            Self::Comma => format!("{NOT_UNDERSTOOD}: {}.", options.unwrap_or(COMMA)),
            Self::Hexadecimal => {
                format!("{NOT_UNDERSTOOD}: hexadecimal numbers are not read; {HEXADECIMAL}.")
            }
            Self::Fortran => format!("{NOT_UNDERSTOOD}: an exponent begins with e; {FORTRAN}."),
            Self::Torn => format!(
                "The JSON that begins here does not end, or is longer than 4 MiB, so it is not drawn; {way_out}."
            ),
            Self::LongRow => "A number of more than 15 digits cannot name a row: --match with a group (?<name>[0-9]+) keeps them all.".to_owned(),
            Self::NoTime => "The line has no time in the column of --time.".to_owned(),
            Self::BadTime => "The time is not understood; write RFC 3339, 2026-11-25 17:00:00, 17:00:00, or seconds since 1970.".to_owned(),
            Self::BackInTime => "The line's time is before the last one's.".to_owned(),
        }
    }
}
