//! live-plot's axes from outside: the labels of an SVG, whatever the numbers are.

use std::collections::BTreeSet;

use tests::plot::{fed, live_plot};
use tests::run;

/// The texts of an SVG that end, begin or are centred at their place.
fn texts(svg: &[String], anchor: &str) -> Vec<String> {
    let anchor = format!("text-anchor=\"{anchor}\"");
    let lines = svg.iter().filter(|line| line.starts_with("<text") && line.contains(&anchor));
    lines.map(|line| line.split(['>', '<']).nth(2).unwrap().to_owned()).collect()
}

/// Where the texts are, from the top.
fn rows(svg: &[String], anchor: &str) -> Vec<f64> {
    let anchor = format!("text-anchor=\"{anchor}\"");
    let lines = svg.iter().filter(|line| line.starts_with("<text") && line.contains(&anchor));
    lines
        .map(|line| line.split(" y=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
        .collect()
}

#[test]
fn labels_of_values_differ_at_any_size() {
    let line =
        |count: u32, value: &dyn Fn(u32) -> String| (0..count).map(value).collect::<String>();
    let inputs = [
        "1763886079000000\n1763886080000000\n".to_owned(),
        "1763886079000000000\n1763886079000000512\n".to_owned(),
        line(100, &|n| format!("{}\n", 5e-6 + f64::from(n) * 1e-12)),
        line(100, &|n| format!("{}\n", 1e14 + f64::from(n))),
        "2.5e15\n2500000000000001\n".to_owned(),
        "5e-324\n".to_owned(),
        "0\n5e-324\n".to_owned(),
        "-1.7e308\n1.7e308\n".to_owned(),
        "0\n".to_owned(),
    ];
    for input in inputs {
        for size in ["1280x720", "640x400", "300x200"] {
            let end = fed(&["-y", "auto", "--size", size, "--svg", "-"], &input);
            let labels = texts(&end.out, "end");
            let differ: BTreeSet<&String> = labels.iter().collect();
            assert_eq!(differ.len(), labels.len(), "{input:.40} {labels:?}");
            assert!(labels.len() >= 3, "{input:.40} {labels:?}");
            assert!(
                labels.iter().all(|label| !label.contains("NaN") && !label.contains("inf")),
                "{labels:?}"
            );
        }
    }
}

#[test]
fn what_the_labels_share_is_shown_once() {
    let end = fed(&["--svg", "-"], "1763886079000000\n1763886080000000\n");
    assert!(texts(&end.out, "start").contains(&"+1.763886079e15".to_owned()), "{:?}", end.out);
}

#[test]
fn a_fixed_range_may_be_as_wide_as_a_number() {
    let end = fed(&["-y", "-1.7e308:1.7e308", "--svg", "-"], "0\n1e308\n");
    assert_eq!(end.status.code(), Some(0), "{:?}", end.err);
    assert!(
        texts(&end.out, "end").contains(&"-1.0e308".to_owned())
            || texts(&end.out, "end").contains(&"-1e308".to_owned())
    );
}

#[test]
fn a_logarithmic_axis_is_marked_at_powers_of_ten() {
    let end = fed(&["-y", "log", "--svg", "-"], "1\n0\n-5\n10\n100\n1000\n");
    assert_eq!(texts(&end.out, "end"), ["1", "10", "100", "1000"]);
    assert!(end.err[0].contains("2 values of 0 or less not drawn"), "{:?}", end.err);
    // The zero and the negative number are a gap: the line is in two parts.
    let paths: Vec<_> =
        end.out.iter().filter(|line| line.contains("stroke-width=\"1.8\"")).collect();
    assert_eq!(paths[0].matches('M').count(), 2, "{paths:?}");
}

#[test]
fn each_panel_has_an_axis_and_they_share_one_of_time() {
    let rows_of = |args: &[&str]| {
        let end = fed(&[&["--svg", "-"], args].concat(), "a=1 b=1000 c=5\na=2 b=2000 c=6\n");
        (
            end.out.iter().filter(|line| line.starts_with("<clipPath")).count(),
            rows(&end.out, "middle"),
        )
    };
    assert_eq!(rows_of(&[]).0, 1);
    let (panels, times) = rows_of(&["--panels"]);
    assert_eq!(panels, 3);
    assert!(times.windows(2).all(|pair| pair[0] == pair[1]), "{times:?}");
    assert_eq!(rows_of(&["--panels=a,c;b"]).0, 2);
    assert_eq!(rows_of(&["--panels=b"]).0, 2, "what no group names has a panel together");
    let end = run(live_plot(&["--panels=a;a", "--svg", "-"]));
    assert_eq!(end.status.code(), Some(2));
    assert!(end.err.concat().contains("a is there twice"), "{:?}", end.err);
}

#[test]
fn times_of_a_calendar_are_shown_as_such_and_midnight_by_its_date() {
    // 2026-11-25 23:30 UTC and an hour later.
    let input = "t=1795649400 v=1\nt=1795653000 v=2\n";
    let end = fed(&["--time", "t", "--utc", "--svg", "-"], input);
    let labels = texts(&end.out, "middle");
    assert!(
        labels.contains(&"23:40".to_owned()) && labels.contains(&"2026-11-26".to_owned()),
        "{labels:?}"
    );
    assert!(texts(&end.out, "end").contains(&"2026-11-26 UTC".to_owned()), "{:?}", end.out);
    // Elapsed seconds have no date.
    let end = fed(&["--time", "t", "--utc", "--svg", "-"], "t=0 v=1\nt=3600 v=2\n");
    let labels = texts(&end.out, "middle");
    assert!(
        labels.contains(&"0:00".to_owned()) || labels.contains(&"0 s".to_owned()),
        "{labels:?}"
    );
}

#[test]
fn titles_are_wrapped_and_long_names_shortened() {
    let title = "word ".repeat(60);
    let name = format!("first{}last", "x".repeat(50));
    let args = ["--title", &title, "--size", "300x300", "--names", &name, "--svg", "-"];
    let end = fed(&args, "1\n2\n");
    let lines = texts(&end.out, "middle").iter().filter(|text| text.starts_with("word")).count();
    assert_eq!(lines, 3, "{:?}", end.out);
    let legend = texts(&end.out, "start");
    assert!(
        legend
            .iter()
            .any(|text| text.starts_with("first") && text.contains('…') && text.ends_with("last")),
        "{legend:?}"
    );
}

#[test]
fn the_axis_bears_the_unit_of_its_series_if_they_have_one() {
    let top = |args: &[&str], input: &str| {
        let labels = texts(&fed(args, input).out, "end");
        labels.last().unwrap().clone()
    };
    let one = "took=950ms wait=10ms\ntook=1.2s wait=20ms\n";
    assert_eq!(top(&["--svg", "-"], one), "1400 ms");
    assert_eq!(top(&["--svg", "-"], "5kB\n12kB\n"), "12 kB");
    assert_eq!(top(&["--svg", "-"], "free=5B\nfree=20000B\n"), "20 kB");
    // Two units, or none beside one.
    assert_eq!(top(&["--svg", "-"], "took=950ms load=1\ntook=1.2s load=2\n"), "1400");
    // Each panel by itself.
    let panels = fed(&["--panels", "--svg", "-"], "took=950ms load=1\ntook=1.2s load=2\n");
    let labels = texts(&panels.out, "end");
    assert_eq!(labels.iter().filter(|label| label.ends_with(" ms")).count(), 1, "{labels:?}");
    // In a terminal, too.
    let still = fed(&["--terminal", "--size", "60x16"], one);
    assert!(still.out.iter().any(|line| line.contains("1100 ms┤")), "{:#?}", still.out);
    let given = fed(&["--terminal", "--unit", "m/s", "--size", "60x16"], "1\n3\n");
    assert!(given.out.iter().any(|line| line.contains(" m/s┤")), "{:#?}", given.out);
}
