//! Tests of `palette`: how far apart the series are to the eye.

use super::*;

/// More series are not read.
const SERIES: usize = 256;

/// A colour in linear light.
fn linear(Rgb(red, green, blue): Rgb) -> [f64; 3] {
    [red, green, blue].map(|byte| {
        let part = f64::from(byte) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

/// The contrast of two colours, from 1 to 21: WCAG 2.
fn contrast(a: Rgb, b: Rgb) -> f64 {
    let light = |color| {
        let [red, green, blue] = linear(color);
        0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    };
    let (a, b) = (light(a), light(b));
    a.max(b) / a.min(b)
}

/// A colour in CIELAB: how light it is, how red and how yellow.
fn lab(color: Rgb) -> [f64; 3] {
    let [red, green, blue] = linear(color);
    let x = (0.412_456_4 * red + 0.357_576_1 * green + 0.180_437_5 * blue) / 0.950_47;
    let y = 0.212_672_9 * red + 0.715_152_2 * green + 0.072_175 * blue;
    let z = (0.019_333_9 * red + 0.119_192 * green + 0.950_304_1 * blue) / 1.088_83;
    let [x, y, z] = [x, y, z].map(|part: f64| match part > 216.0 / 24389.0 {
        true => part.cbrt(),
        false => (24389.0 / 27.0 * part + 16.0) / 116.0,
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// How different two colours look: CIEDE2000. 2 is just seen side by side.
fn difference(a: Rgb, b: Rgb) -> f64 {
    let ([light_a, red_a, yellow_a], [light_b, red_b, yellow_b]) = (lab(a), lab(b));
    let seventh = |chroma: f64| (chroma.powi(7) / (chroma.powi(7) + 25_f64.powi(7))).sqrt();
    let mean = red_a.hypot(yellow_a).midpoint(red_b.hypot(yellow_b));
    let stretch = 1.0 + 0.5 * (1.0 - seventh(mean));
    let polar = |red: f64, yellow: f64| {
        let red = red * stretch;
        (red.hypot(yellow), yellow.atan2(red).to_degrees().rem_euclid(360.0))
    };
    let ((chroma_a, hue_a), (chroma_b, hue_b)) = (polar(red_a, yellow_a), polar(red_b, yellow_b));
    let turn = (hue_b - hue_a + 180.0).rem_euclid(360.0) - 180.0;
    let by_hue = 2.0 * (chroma_a * chroma_b).sqrt() * (turn / 2.0).to_radians().sin();
    let (light, chroma) = (light_a.midpoint(light_b), chroma_a.midpoint(chroma_b));
    let hue = hue_a + turn / 2.0;
    let wave = |times: f64, from: f64| (times * hue + from).to_radians().cos();
    let weight = 1.0 - 0.17 * wave(1.0, -30.0) + 0.24 * wave(2.0, 0.0) + 0.32 * wave(3.0, 6.0)
        - 0.2 * wave(4.0, -63.0);
    let off = (light - 50.0).powi(2);
    let by_light = (light_b - light_a) / (1.0 + 0.015 * off / (20.0 + off).sqrt());
    let by_chroma = (chroma_b - chroma_a) / (1.0 + 0.045 * chroma);
    let by_hue = by_hue / (1.0 + 0.015 * chroma * weight);
    let blue = 60.0 * (-((hue.rem_euclid(360.0) - 275.0) / 25.0).powi(2)).exp();
    let turned = -blue.to_radians().sin() * 2.0 * seventh(chroma);
    (by_light.powi(2) + by_chroma.powi(2) + by_hue.powi(2) + turned * by_chroma * by_hue).sqrt()
}

#[test]
fn the_difference_is_that_of_its_authors() {
    // Red and blue; Sharma, Wu and Dalal, 2005, give the formula and what tests it.
    assert!((difference(Rgb(255, 0, 0), Rgb(0, 0, 255)) - 52.88).abs() < 0.01);
    assert_eq!(difference(Rgb(1, 2, 3), Rgb(1, 2, 3)), 0.0);
}

#[test]
fn no_two_series_are_drawn_alike_and_their_colours_are_far_apart() {
    for palette in [&DARK, &LIGHT] {
        for (a, b) in (0..SERIES).flat_map(|b| (0..b).map(move |a| (a, b))) {
            let apart = difference(palette.series(a), palette.series(b));
            let least = if b < GROUP { 14.0 } else { 10.5 };
            assert!(
                apart > least || (apart == 0.0 && Dash::of(a) != Dash::of(b)),
                "{a} {b} {apart}"
            );
        }
    }
}

#[test]
fn the_line_of_a_mark_is_no_grid_no_crosshair_and_no_series_of_a_few() {
    for palette in [&DARK, &LIGHT] {
        let &Palette { grid, text, weak, live, warn, mark, .. } = palette;
        let few = (0..GROUP).map(|number| palette.series(number));
        for other in few.chain([grid, text, weak, live, warn]) {
            assert!(difference(mark, other) > 14.0, "{mark:?} {other:?}");
        }
    }
}

#[test]
fn each_series_stands_out_from_the_background() {
    for (palette, number) in
        [&DARK, &LIGHT].into_iter().flat_map(|p| (0..SERIES).map(move |n| (p, n)))
    {
        let contrast = contrast(palette.series(number), palette.background);
        assert!(contrast > 2.9, "{number}: {contrast}");
    }
}

#[test]
fn dashes_differ_in_how_much_they_draw_and_how_often() {
    let lengths = Dash::ALL.map(|dash| dash.lengths().unwrap_or((1.0, 1.0)));
    for (a, b) in (0..5).flat_map(|b| (0..b).map(move |a| (lengths[a], lengths[b]))) {
        let ratio = |a: f64, b: f64| a.max(b) / a.min(b);
        // By half more drawn of a length, or twice as long until it begins again.
        assert!(ratio(a.0 / a.1, b.0 / b.1) > 1.5 || ratio(a.1, b.1) > 2.0, "{a:?} {b:?}");
    }
}

#[test]
fn the_first_series_have_whole_lines_and_a_group_has_one_dash() {
    let dashes: Vec<Dash> = (0..SERIES).map(Dash::of).collect();
    assert!(dashes.chunks(GROUP).all(|group| group.iter().all(|dash| *dash == group[0])));
    assert!(dashes[..WHOLE].iter().all(|dash| *dash == Dash::Solid));
    // All five are there before a colour comes again.
    let of_groups: Vec<Dash> =
        dashes[WHOLE - GROUP..COLORS].iter().copied().step_by(GROUP).collect();
    assert_eq!(of_groups, Dash::ALL);
}
