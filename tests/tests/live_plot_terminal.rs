//! live-plot's picture in characters, as a log or a terminal gets it.

use tests::plot::{fed, live_plot};
use tests::{Finished, run};

/// The rows of the plot: what stands after the axis of values.
fn rows(end: &Finished) -> Vec<Vec<char>> {
    let after = |line: &String| {
        let axis = line.chars().position(|glyph| matches!(glyph, '│' | '┤'))?;
        Some(line.chars().skip(axis + 1).collect())
    };
    end.out.iter().filter_map(after).collect()
}

/// Which rows of dots are lit in a column of cells.
fn lit(rows: &[Vec<char>], column: usize) -> Vec<usize> {
    let is_braille = |glyph: &&char| ('\u{2800}'..='\u{28ff}').contains(*glyph);
    let bits = |row: &Vec<char>| {
        row.get(column).filter(is_braille).map_or(0, |glyph| u32::from(*glyph) - 0x2800)
    };
    // The bits of the rows of a character of braille.
    let parts = [0x09, 0x12, 0x24, 0xc0];
    let dots = rows.iter().map(bits).enumerate().flat_map(|(y, bits)| {
        let lit = parts.iter().enumerate().filter(move |(_, part)| bits & **part != 0);
        lit.map(move |(row, _)| y * 4 + row)
    });
    dots.collect()
}

#[test]
fn a_pipe_gets_one_still_of_the_whole_input_as_plain_text_of_the_size_that_was_asked_for() {
    let input: String =
        (0..100_000).map(|n| format!("{}\n", if n == 61_803 { 9 } else { 0 })).collect();
    let end = fed(&["--terminal", "--size", "100x30"], &input);
    assert_eq!(end.status.code(), Some(0), "{:?}", end.err);
    assert_eq!(end.out.len(), 30);
    assert!(end.out.iter().all(|line| line.chars().count() <= 100 && !line.ends_with(' ')));
    assert!(!end.out.concat().contains('\x1b'));
    assert!(end.out[0].contains("value 0") && end.out[0].contains("0 … 9"), "{}", end.out[0]);
    assert_eq!(end.out[29], "100000 samples");
    // One spike of 100,000 values, at its place, from the bottom to its height.
    let rows = rows(&end);
    let spikes: Vec<usize> = (0..100).filter(|column| lit(&rows, *column).len() > 1).collect();
    let [spike] = spikes[..] else { panic!("{spikes:?}\n{}", end.out.join("\n")) };
    let wide = rows.iter().map(Vec::len).max().unwrap() as f64;
    assert!((spike as f64 - wide * 0.61803).abs() <= 1.0, "{spike} of {wide}");
    let dots = lit(&rows, spike);
    assert!(dots.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{dots:?}");
    // From 0 to 9 on an axis from 0 to 10.
    let (height, whole) = (dots.len() as f64, rows.len() as f64 * 4.0);
    assert!((height / whole - 0.9).abs() < 0.03, "{height} of {whole}");
}

#[test]
fn a_still_has_the_default_size_and_the_same_bytes_each_time() {
    let ends = [0; 2].map(|_| fed(&["--terminal", "--title", "Two"], "a=1 b=9\na=2 b=8\n"));
    assert_eq!(ends[0].out, ends[1].out);
    assert_eq!(ends[0].out.len(), 24);
    assert_eq!(ends[0].out[0].trim(), "Two");
    // Without colours each series has a panel, with its name above it.
    for name in ["a 2", "b 8"] {
        let headings = ends[0].out.iter().filter(|line| line.contains(name));
        assert_eq!(headings.count(), 1, "{name}: {:#?}", ends[0].out);
    }
}

#[test]
fn a_still_is_coloured_when_it_is_asked_to_be() {
    let end = fed(&["--terminal", "--color", "always"], "1\n2\n");
    assert!(end.out.concat().contains("\x1b["), "{:?}", end.out);
}

#[test]
fn a_still_comes_beside_files_and_alone_on_stdout() {
    let folder = tests::plot::Folder::new("still");
    let csv = folder.path("x.csv");
    let end = fed(&["--terminal", "--csv", &csv], "1\n2\n");
    assert_eq!((end.status.code(), end.out.len()), (Some(0), 24), "{:?}", end.err);
    assert_eq!(std::fs::read_to_string(csv).unwrap(), "sample,value\n1,1\n2,2\n");
    let end = fed(&["--terminal", "--summary"], "1\n");
    assert_eq!((end.status.code(), end.out.len()), (Some(2), 0));
    assert!(end.err[0].contains("--terminal"), "{:?}", end.err);
}

#[test]
fn a_size_in_cells_has_other_limits_than_one_in_pixels() {
    for (args, way_out) in [
        (&["--terminal", "--size", "1280x720"][..], "in cells"),
        (&["--terminal", "--size", "19x5"], "in cells"),
        (&["--size", "100x30"], "in pixels"),
        (&["--svg", "-", "--size", "100x30"], "in pixels"),
    ] {
        let end = run(live_plot(args));
        assert_eq!(end.status.code(), Some(2), "{args:?}");
        assert!(end.err[0].contains(way_out), "{args:?}: {:?}", end.err);
    }
}

#[test]
fn nothing_to_draw_is_an_error_and_no_empty_picture() {
    let end = fed(&["--terminal"], "");
    assert_eq!((end.status.code(), end.out.len()), (Some(1), 0));
}
