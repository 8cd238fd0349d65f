//! The legend: its entries, their places, and the list of those that have none.

use super::*;

#[test]
fn a_click_on_a_series_hides_it_and_another_shows_it() {
    let mut window = window();
    for hidden in [true, false] {
        window.get_by_label("load -3").click();
        window.step();
        window.step();
        assert_eq!(window.state().controls.hidden.contains(&1), hidden);
    }
}

/// Declares so many series in all.
fn declare(window: &mut Harness<'_, App>, count: usize) {
    let names: Vec<String> = (0..count).map(|number| format!("series {number}")).collect();
    window.state().store.hold(|store| store.declare(&names));
    (0..3).for_each(|_| window.step());
}

#[test]
fn a_long_legend_leaves_the_buttons_and_most_of_the_window_alone() {
    let mut window = window();
    for (width, height) in [(640.0, 400.0), (1280.0, 720.0), (400.0, 300.0)] {
        window.set_size(egui::vec2(width, height));
        declare(&mut window, 200);
        let left = window.get_by_label("Pause").rect().left();
        let plot = window.get_by_role(Role::GraphicsDocument).rect();
        let entries = entries(&window);
        let buttons = window.get_by_label("Pause").rect();
        let is_beside = |rect: &egui::Rect| rect.right() < left || rect.top() >= buttons.bottom();
        assert!(entries.iter().all(is_beside), "{buttons} {entries:?}");
        assert!(entries.iter().all(|rect| rect.bottom() < plot.top()), "{plot:?} {entries:?}");
        assert!(plot.height() > height * 0.45, "{plot:?}");
        // All in columns of one width; the sign has the last place.
        let set = |of: fn(&egui::Rect) -> f32| {
            entries.iter().map(|rect| of(rect).to_bits()).collect::<BTreeSet<_>>()
        };
        let widths: [fn(&egui::Rect) -> f32; 3] =
            [egui::Rect::width, egui::Rect::left, egui::Rect::top];
        let [widths, lefts, tops] = widths.map(set);
        assert!(widths.len() == 1 && lefts.len() <= 8 && tops.len() <= 6, "{entries:?}");
        let last = entries.last().unwrap();
        let sign = window.get_by_label_contains(" more").rect();
        assert!(sign.left() > last.right() || sign.top() > last.top(), "{sign:?} {last:?}");
    }
}

#[test]
fn the_sign_after_the_last_entry_opens_the_others_also_by_keys() {
    let mut window = window();
    declare(&mut window, 100);
    let shown = entries(&window).len();
    let sign = format!("+{} more", 100 - shown);
    assert!(window.query_by_label("series 99 gap").is_none());
    window.get_by_label(&sign).focus();
    window.step();
    window.key_press(egui::Key::Enter);
    (0..4).for_each(|_| window.step());
    assert_eq!(entries(&window).len(), 100);
    let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(800.0, 600.0));
    // The first entry of the list has the keyboard, and is seen.
    let name = |number: usize| format!("series {number} gap");
    let is_reached = |window: &Harness<'_, App>, number| {
        let name = name(number);
        let entry = window.get_by_label(&name);
        entry.is_focused() && screen.contains_rect(entry.rect())
    };
    assert!(is_reached(&window, shown));
    press(&mut window, egui::Key::Space);
    assert_eq!(window.state().controls.hidden, BTreeSet::from([shown]));
    // Tab goes through all of it, and begins again.
    for number in (shown + 1..100).chain([shown, shown + 1]) {
        press(&mut window, egui::Key::Tab);
        assert!(is_reached(&window, number), "{number}");
    }
    press(&mut window, egui::Key::ArrowLeft);
    assert!(is_reached(&window, shown) && window.state().controls.viewport.is_live());
    press(&mut window, egui::Key::Escape);
    assert_eq!(entries(&window).len(), shown);
    assert!(window.get_by_label(&sign).is_focused());
}

#[test]
fn the_list_of_the_other_series_moves_nothing() {
    let mut window = window();
    window.set_size(egui::vec2(640.0, 400.0));
    declare(&mut window, 40);
    let before = entries(&window);
    let names: Vec<String> =
        (0..60).map(|number| format!("series {number} {}", "x".repeat(number))).collect();
    window.state().store.hold(|store| store.declare(&names));
    (0..3).for_each(|_| window.step());
    window.get_by_label_contains(" more").click();
    (0..4).for_each(|_| window.step());
    let now = entries(&window);
    assert!(now.len() == 60 && now.starts_with(&before), "{before:?} {now:?}");
}

#[test]
fn one_long_name_does_not_make_all_columns_wide() {
    let mut window = window();
    window.set_size(egui::vec2(800.0, 600.0));
    let names = |long: &str| -> Vec<String> {
        (0..8)
            .map(|number| if number == 5 { long.to_owned() } else { format!("s{number}") })
            .collect()
    };
    let wide = |window: &mut Harness<'_, App>, long: &str| {
        let store = Shared::new(Store::new(1 << 20));
        store.hold(|store| store.declare(&names(long)));
        window.state_mut().store = store;
        window.state_mut().legend = Legend::default();
        (0..3).for_each(|_| window.step());
        entries(window)[0].width()
    };
    let short = wide(&mut window, "s5");
    let long =
        wide(&mut window, "a name that is as long as a sentence and says all there is to say");
    assert!(long < short + 80.0, "{short} {long}");
}

#[test]
fn a_click_with_ctrl_or_alt_shows_a_series_alone_and_again_all() {
    let mut window = window();
    declare(&mut window, 4);
    for modifiers in [egui::Modifiers::COMMAND, egui::Modifiers::ALT] {
        for hidden in [vec![0, 2, 3], vec![]] {
            window.get_by_label("load -3").click_modifiers(modifiers);
            (0..3).for_each(|_| window.step());
            assert_eq!(window.state().controls.hidden, hidden.into_iter().collect());
        }
    }
    // By keys, on the one that has the focus.
    window.get_by_label("load -3").focus();
    window.step();
    window.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Enter);
    (0..3).for_each(|_| window.step());
    assert_eq!(window.state().controls.hidden, BTreeSet::from([0, 2, 3]));
}

#[test]
fn values_of_changing_widths_do_not_move_the_plot() {
    let mut window = window();
    let names: Vec<String> = (0..8).map(|number| format!("series {number}")).collect();
    window.state().store.hold(|store| store.declare(&names));
    let top = |window: &mut Harness<'_, App>, value| {
        let entry = |series| store::Entry { series, sample: Sample { time: 0.0, value } };
        window.state().store.hold(|store| store.append(&[0, 1, 2, 3, 4, 5, 6, 7].map(entry)));
        window.step();
        window.get_by_role(Role::GraphicsDocument).rect().top()
    };
    for width in (500..960_u16).step_by(7) {
        window.set_size(egui::vec2(f32::from(width), 500.0));
        // Wider values may begin a row, once; narrower ones never end it.
        top(&mut window, -1234.567);
        let first = top(&mut window, -1234.567);
        for value in [1.0, -23.5, 1.0, -1234.567] {
            assert_eq!(top(&mut window, value), first, "{value} at {width}");
        }
    }
}

#[test]
fn no_row_of_the_legend_is_empty() {
    let mut window = window();
    for width in (320..1000_u16).step_by(20) {
        window.set_size(egui::vec2(f32::from(width), 400.0));
        window.state_mut().legend = Legend::default();
        (0..3).for_each(|_| window.step());
        let plot = window.get_by_role(Role::GraphicsDocument).rect();
        let buttons = window.get_by_label("Menu").rect();
        let lowest =
            entries(&window).iter().fold(buttons.bottom(), |low, rect| low.max(rect.bottom()));
        assert!(plot.top() < lowest + 18.0, "{width}: {lowest} {plot:?}");
    }
}

#[test]
fn a_hidden_series_can_be_read() {
    let mut window = window();
    for key in [egui::Key::D, egui::Key::D] {
        window.key_press(key);
        window.state_mut().controls.hidden = BTreeSet::from([1]);
        (0..4).for_each(|_| window.step());
        let palette = crate::picture::palette::Palette::of(is_dark(&window.ctx));
        let name = window.output().shapes.iter().find_map(|clipped| match &clipped.shape {
            egui::Shape::Text(text) if text.galley.text() == "load" => Some(text.clone()),
            _ => None,
        });
        let colors: Vec<_> =
            name.unwrap().galley.job.sections.iter().map(|section| section.format.color).collect();
        assert_eq!(colors, [egui::Color32::from(palette.weak)]);
    }
}

#[test]
fn a_long_unit_is_whole_where_there_is_room() {
    let mut window = window();
    window.state_mut().unit = Some("requests per second".to_owned());
    let says = |window: &Harness<'_, App>, unit: &str| {
        window.output().shapes.iter().any(|clipped| match &clipped.shape {
            egui::Shape::Text(text) => text.galley.text() == unit,
            _ => false,
        })
    };
    for (width, is_whole) in [(900.0, true), (500.0, false)] {
        window.set_size(egui::vec2(width, 400.0));
        window.state_mut().legend = Legend::default();
        (0..4).for_each(|_| window.step());
        assert_eq!(says(&window, "requests per second"), is_whole, "{width}");
    }
}
