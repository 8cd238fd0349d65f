//! The law of `grammar::again`: lines that are read as earlier ones were give what they would have given.

use super::*;

/// Lines of all forms, parted by `~`; `#` stands for a number, `@` for any of a few words, `^` for a time.
const FORMS: &str = "\
    #~# #~# # # #~  #   #    #~#,#~#,#,#~#;#~#;#;#~#\t#\t#~# @~# @ #~@ #~@ # #~@ # # #~@ #%, @ #%~@ # @ #~@=#~\
    @=# @=#~@=#ms @=# MB~@: #~@: # #~@: #, @: #~@: # kB~@:#~@:#,@:#~@:#|c~@:#|ms|@0.1~>@:#~>@:#:#~@ @=# @=#~\
    INFO @ took @=# after #~[@] @: # (# of #)~level=info msg=\"a #\" n=# @=\"#\" t=#~@ # finished job # after #~\
    @ is @ and @~#m#s~@ #m #s~up # days, # min~{\"@\":#,\"a\":{\"b\":#},\"c\":\"#\",\"d\":[#,#],\"ok\":true}~\
    {'a': #, '@': None}~[#,#,#]~(#, #)~[{\"a\":#},{\"a\":#}]~@{a=\"#\",b=\"@\"} #~@{} # #~@.x # 1763886079~\
    @ # 1763886#~@,h=a,c=# u=#,v=#i 1763886079000000000~@,h=a u=#~a,b,c~@,#,#~a;b;c~a b c~a  b c  d~r us sy~\
    \x20#  #   #~@   #   #  #~a b~~@~@:~[@]~  @: #~    @: #  (# @)~# @: comment~\"@\": #,~\"@\": {~}~{~]~\"a\": [~\
    # HELP @ it~@ #-#~#/#~#:#~#:#:# #~2026-11-25T12:00:0#Z,#~2026-11-25 12:00:00 @=# x~Nov # @ #~Nov # 2026 #~\
    $# @=$#~@=#,#~@ #,#~@=#/#~a=# ± #~@ #°C~0x# #~ab # #~ab # # #~# # ab~Epoch #: loss # acc #~@ [#/#]: loss=#~\
    \u{1b}[3#m@=#\u{1b}[0m~#\u{202f}### #~# # x~- @: #~@: # -~@ #;~# | # | #~| @ | # |~#. #~@ (#): #~@ (#) #~\
    nan # -~# null~@=# @~processor\t: #~cpu #: #~t,v~t v~Mem: # # #~@ Tasks: # total, # running~\
    Tasks: # total, # running~\
    \x20ID    V   NAME~   #    #   @~#    #   @~        #   @~   #        @~   #    #   @ @ #~id,v,host~#,#,@~#:#:#,#,@~\
    id=# v=#~{\"id\":#,\"v\":#}~host=@ v=#~----~@ (@)~t,n,v~2026-11-25 12:00:0#,@#,#~\
    [@#] @=#~[#]: @: #~@ {\"@\":{\"a\":#}}~@_1  | @=#~#:#:# [@] @=#~@ X: #, Y: #~@ @ = #~@: # @ @, @=#~@: a=#, @: a=#~\
    ^ @=# @=#~[^] @: #~^ # #~^ @ # #~^,#~t,v~t v~@,^,#,#~^;#;#~^\t#~{\"t\":\"^\",\"@\":#}~t=^ a=#~@ ^ took # ms~^ INFO @=#~\
    @ # ^~^ ^ #~@=#s @=# ^~^ [@] @=#ms~t: ^, v: #~a=^ b=#~^ - #~[^ @] #~^ PM #~^ @ is @~^~@@@ ^#~#^~^ 1 #~^ 0 # 0~\
    @,h=a u=#,v=#i ^~@,h=a u=#,v=# ^~@ u=# ^~@.x # ^~@{a=\"#\"} # ^~@ # @ ^~t=^ms a=#~t=^ u=^ a=#~{\"t\":\"^\",\"u\":\"^\",\"@\":#}~\
    t,v~^,#~time,v~^,#~t,@,v~^,@,#~t,u,v~^,^,#~time=^ @=#~{\"time\":\"^\",\"@\":#}~{\"t\":^,\"@\":#}~t[ms],v~\
";

/// Numbers as they are written, plain ones above all.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => (0_u32..2000).prop_map(|n| n.to_string()),
        4 => (0_u32..2_000_000).prop_map(|n| format!("{}.{:03}", n / 1000, n % 1000)),
        2 => (-99_i32..0).prop_map(|n| n.to_string()),
        2 => prop::sample::select(vec!["0", "5", "12", "123", "1234", "12345678", "30471", "0.5", "-0.25"]).prop_map(str::to_owned),
        1 => prop::sample::select(vec![
            "007", "00", "1e5", "1.5e-03", "1,234", "0,5", "1.234,5", "1_000", ".5", "5.", "-0", "1763886080", "20261126", "nan", "inf",
            "00000000", "123456789012345678901", "1.2.3", "", "+5", "−5", "1.000", "2D+03", "1e999",
        ]).prop_map(str::to_owned),
    ]
}

/// Times as they are written, many in the same way.
fn time() -> impl Strategy<Value = String> {
    let unit = prop::sample::select(vec![1_000_000_000_u64, 1_000_000, 1000, 1]);
    let epoch = (1_000_000_000_000_000_000_u64..5_000_000_000_000_000_000, unit)
        .prop_map(|(time, unit)| time / unit);
    prop_oneof![2 => moment(), 1 => epoch.prop_map(|time| time.to_string())]
}

fn moment() -> impl Strategy<Value = String> {
    let number = |most: u32| (0..most).prop_map(|n| format!("{n:02}"));
    let clock = (number(25), number(61), number(61)).prop_map(|(h, m, s)| format!("{h}:{m}:{s}"));
    let date =
        (1990_u32..2040, number(13), number(32)).prop_map(|(y, m, d)| format!("{y}-{m}-{d}"));
    let form = vec![
        "D C",
        "DTC",
        "DTCZ",
        "DTC.125Z",
        "D C,500",
        "DTC+01:00",
        "C",
        "D",
        "C PM",
        "26 Nov 2026 C",
        "CZ D",
    ];
    (date, clock, prop::sample::select(form))
        .prop_map(|(date, clock, form)| form.replace('D', &date).replace('C', &clock))
}

/// A few kinds of lines, each many times, with other numbers and times.
fn lines() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let word = prop::sample::select(vec!["a", "took", "sda", "x-y", "eth0", "beef", "h"]);
    let kinds = prop::collection::vec(
        (
            prop::sample::select(FORMS.split('~').collect::<Vec<_>>()),
            prop::collection::vec(word, 6),
            // Seldom a line is long.
            prop_oneof![12 => Just(1), 1 => Just(40)],
        ),
        1..5,
    );
    let picks = prop::collection::vec(
        (
            any::<prop::sample::Index>(),
            prop::collection::vec(number(), 8),
            prop::collection::vec(time(), 2),
            0_usize..3000,
        ),
        1..50,
    );
    (kinds, picks, any::<[bool; 2]>()).prop_map(|(kinds, mut picks, [is_late, is_sorted])| {
        // A line whose time is before that of the last one is rejected.
        if is_sorted {
            picks.sort_by(|(_, _, one, _), (_, _, other, _)| one.cmp(other));
        }
        type Pick = (prop::sample::Index, Vec<String>, Vec<String>, usize);
        let line = |(pick, numbers, times, change): &Pick| {
            let (form, words, times_over) = pick.get(&kinds);
            let (mut numbers, mut words) = (numbers.iter().cycle(), words.iter().cycle());
            let mut times = times.iter().cycle();
            let mut line = Vec::new();
            for byte in vec![*form; *times_over].join(" ").bytes() {
                match byte {
                    b'#' if !form.starts_with("# HELP") => {
                        line.extend(numbers.next().unwrap().bytes());
                    }
                    b'@' => line.extend(words.next().unwrap().bytes()),
                    b'^' => line.extend(times.next().unwrap().bytes()),
                    other => line.push(other),
                }
            }
            // Seldom any byte stands anywhere.
            if let (true, Some(place)) = (change % 16 == 0, change.checked_rem(line.len().max(1))) {
                let bytes = b" \t,;:=\"'-.[]{}|\x1b#x5\xc2";
                line.insert(place.min(line.len()), bytes[change % bytes.len()]);
            }
            line
        };
        // What rows seem to be is looked for in the first ones alone.
        let first = if is_late { 1100 } else { 0 };
        let first = std::iter::repeat_n(b"p=1 q=2".to_vec(), first);
        first.chain(picks.iter().map(line)).collect()
    })
}

fn rules() -> impl Strategy<Value = Rules> {
    let names = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let naming = move |names_of: &[&str], only: &[&str], time: &[&str]| Naming {
        names: names(names_of),
        only: names(only),
        time: names(time),
        rows: Vec::new(),
    };
    let rows = move |rows: &[&str]| Naming { rows: names(rows), ..Naming::default() };
    prop_oneof![
        6 => Just(Rules::default()),
        1 => Just(Rules { naming: naming(&["u", "v"], &[], &[]), ..Rules::default() }),
        1 => Just(Rules { naming: naming(&[], &["a", "c2"], &[]), ..Rules::default() }),
        1 => Just(Rules { naming: rows(&["a", "id"]), ..Rules::default() }),
        1 => Just(Rules { naming: naming(&[], &[], &["time"]), ..Rules::default() }),
        2 => Just(Rules { naming: naming(&[], &[], &["t"]), ..Rules::default() }),
        1 => Just(Rules { naming: naming(&[], &[], &["t"]), marks: true, ..Rules::default() }),
        1 => Just(Rules { marks: true, rate: true, ..Rules::default() }),
    ]
}

/// All that has come of the lines.
fn outcome(lines: &[Vec<u8>], rules: Rules, credit: i64) -> String {
    let mut sampler = Sampler::new(rules, true, false);
    sampler.again.credit = credit;
    let now = clock::now();
    for line in lines {
        sampler.line(&Line::Text(line), now);
    }
    sampler.stamp(0.0, 1.0);
    let entries: Vec<_> = sampler
        .entries()
        .iter()
        .map(|entry| (entry.series, entry.sample.time.to_bits(), entry.sample.value.to_bits()))
        .collect();
    sampler.finish(now);
    let units: Vec<_> = sampler.units().collect();
    let marks = sampler.annotations().to_vec();
    let warnings = sampler.take_warnings();
    let (names, counts) = (sampler.schema.names(), sampler.counts);
    format!("{names:?}\n{units:?}\n{entries:?}\n{marks:?}\n{counts:?}\n{warnings:?}")
}

/// The outcome if each line is read the slow way, and if all are learned.
fn outcomes(lines: &[Vec<u8>], rules: &Rules) -> [String; 2] {
    [i64::MIN / 2, i64::MAX / 2].map(|credit| outcome(lines, rules.clone(), credit))
}

#[test]
fn a_series_of_zeros_takes_its_unit_from_the_first_other_number() {
    let first = std::iter::repeat_n("p=1 q=2", 1100);
    let lines = first.chain(["a=0", "a=0", "a=0", "a=5", "a=6", "a=7ms", "a=0", "a=8"]);
    let lines: Vec<_> = lines.map(|line| line.as_bytes().to_vec()).collect();
    let [slowly, again] = outcomes(&lines, &Rules::default());
    assert_eq!(slowly, again);
    assert!(slowly.contains("a was in no known unit, and now is in ms"));
}

#[test]
fn a_number_that_cannot_be_drawn_is_reported_in_any_series() {
    let first = std::iter::repeat_n("p=1 q=2", 1100);
    let lines: Vec<_> = first.chain(["a=0", "a=0", "a=1e999"]).map(|line| line.into()).collect();
    let naming = Naming { only: vec!["p".to_owned()], ..Naming::default() };
    let [slowly, again] = outcomes(&lines, &Rules { naming, ..Rules::default() });
    assert_eq!(slowly, again);
    assert!(slowly.contains("An infinite number cannot be drawn"));
}

#[test]
fn the_time_of_a_line_is_that_of_its_name_however_it_is_written() {
    let moment = |n: u64| format!("2026-11-26T{:02}:{:02}:{:02}Z", n / 3600, n / 60 % 60, n % 60);
    for (name, form) in [
        ("t", "t=^ a=1"),
        ("t", "t=^ u=@ a=1"),
        ("t", "u=@ t=^ a=1"),
        ("t", "t=# a=1"),
        ("t", "t=5#ms a=1"),
        ("t", r#"{"t":"^","a":1}"#),
        ("time", "cpu,h=a a=1 176388#000000000"),
    ] {
        let line = |n: u64| {
            // Now and then a time goes back.
            let n = if n % 9 == 8 { n - 3 } else { n };
            let line = form.replace('^', &moment(n)).replace('@', &moment(5000 - n));
            line.replace('#', &(1000 + n).to_string()).into_bytes()
        };
        let lines: Vec<_> = (0..1300).map(line).collect();
        let naming = Naming { time: vec![name.to_owned()], ..Naming::default() };
        let [slowly, again] = outcomes(&lines, &Rules { naming, ..Rules::default() });
        assert!(slowly.contains("lines: 1300, rejected: 144,"), "{form}");
        assert!(slowly == again, "{form}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn lines_read_as_earlier_ones_were_give_the_same(lines in lines(), rules in rules()) {
        let [slowly, again] = outcomes(&lines, &rules);
        let shown: Vec<_> = lines.iter().map(|line| String::from_utf8_lossy(line)).collect();
        prop_assert_eq!(slowly, again, "{:#?}", shown);
    }
}
