//! Tests of `app`.

use std::collections::BTreeSet;

use clap::Parser as _;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::args::Args;
use crate::series::Sample;
use crate::series::store::{self, Store};

/// A window without a display that shows two series.
fn window() -> Harness<'static, App> {
    let args = Args::try_parse_from(["live-plot"]).unwrap();
    let config = Config::try_from(args).unwrap();
    let store = Shared::new(Store::new(config.history));
    let app = App::new(config, store, false, clock::now());
    let sample = |series, value| store::Entry { series, sample: Sample { time: 0.0, value } };
    app.store.hold(|store| {
        store.declare(&["sine".to_owned(), "load".to_owned()]);
        store.append(&[sample(0, 7.5), sample(1, -3.0)]);
    });
    // Sixty frames a second: a double click has to be quick.
    let builder = Harness::builder().with_step_dt(1.0 / 60.0);
    let mut harness = builder.build_ui_state(|ui, app: &mut App| app.draw(ui, clock::now()), app);
    harness.step();
    harness
}

#[test]
fn where_nothing_has_come_nothing_is_saved_or_copied() {
    let mut window = window();
    let store = Shared::new(Store::new(window.state().config.history));
    window.state_mut().store = store;
    window.step();
    let ctrl = egui::Modifiers::COMMAND;
    for (key, modifiers, said) in [
        (egui::Key::S, egui::Modifiers::NONE, "nothing to save"),
        (egui::Key::C, egui::Modifiers::NONE, "nothing to save"),
        (egui::Key::C, ctrl | egui::Modifiers::SHIFT, "nothing to copy"),
    ] {
        *window.state().saved.lock() = None;
        window.key_press_modifiers(modifiers, key);
        window.step();
        // A thread says it.
        let deadline = clock::now() + Duration::from_secs(10);
        while window.state().saved.lock().is_none() && clock::now() < deadline {
            std::thread::yield_now();
        }
        assert_eq!(window.state().saved.lock().as_deref(), Some(said), "{key:?}");
    }
}

#[test]
fn a_screen_reader_gets_the_values() {
    let window = window();
    window.get_by_label("Plot, sine 7.5, load -3");
    window.get_by_label("sine 7.5");
}

#[test]
fn lines_that_match_nothing_are_counted_in_the_status_line() {
    let mut window = window();
    assert!(window.query_by_label_contains("passed over").is_none());
    window.state().store.hold(|store| store.counts.passed_over = 3);
    window.step();
    window.get_by_label_contains("3 lines passed over");
}

#[test]
fn series_that_are_not_drawn_are_counted_in_the_status_line() {
    let mut window = window();
    for (count, said) in [(1, "1 series"), (44, "44 series"), (1000, "1000 series or more")] {
        window.state().store.hold(|store| store.counts.other_series = count);
        window.step();
        window.get_by_label_contains(&format!("{said} not drawn"));
    }
}

#[test]
fn an_error_is_read_to_its_end_in_a_narrow_window_too() {
    let mut window = window();
    let problem = "Input/output error, which has a long way out at its end: do this, and then that, or else name a FILE";
    window.set_size(egui::vec2(320.0, 200.0));
    window.step();
    let line = |window: &Harness<'_, App>, text: &str| window.get_by_label_contains(text).rect();
    let high = line(&window, "live").height();
    window.state().store.hold(|store| store.end = Some(store::End::Error(problem.to_owned())));
    (0..3).for_each(|_| window.step());
    let failed = line(&window, "name a FILE");
    assert!(failed.right() < 320.0 && failed.bottom() < 200.0, "{failed:?}");
    assert!(failed.height() > 2.0 * high, "{failed:?}");
    let plot = window.get_by_role(Role::GraphicsDocument).rect();
    assert!(plot.bottom() < failed.top() && plot.height() > 30.0, "{plot:?}");
}

#[test]
fn a_note_that_comes_and_goes_moves_the_plot_once() {
    let mut window = window();
    window.set_size(egui::vec2(400.0, 300.0));
    let mut bottom = |hint| {
        window.state().store.hold(|store| store.counts.hint = hint);
        (0..3).for_each(|_| window.step());
        window.get_by_role(Role::GraphicsDocument).rect().bottom()
    };
    let before = bottom(None);
    let with_hint = bottom(Some(store::Hint::Silent));
    assert!(with_hint < before);
    assert_eq!(bottom(None), with_hint);
}

#[test]
fn an_input_of_marks_alone_has_something_to_draw() {
    let mut window = window();
    let store = Shared::new(Store::new(window.state().config.history));
    window.state_mut().store = store;
    window.state().store.hold(|store| {
        store.counts.lines = 3;
        let annotation = crate::series::Annotation { time: 0.0, text: "deploy".into() };
        store.annotate(annotation);
    });
    let says = |window: &Harness<'_, App>| {
        let state = window.state();
        let (extent, size) = (state.extent(clock::now()), state.size.unwrap());
        let scene = Scene::of(&state.store, &state.controls.view, extent, size, |_| false);
        let status =
            state.store.hold(|store| Status::of(store, &scene, &state.controls, Beside::default()));
        status.emptiness()
    };
    window.step();
    assert_eq!(says(&window), "Marks, but no number so far.");
    window.state().store.hold(|store| store.end = Some(store::End::Input));
    assert_eq!(says(&window), "The input ended; it had marks, but no number to draw.");
}

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

/// The places of the entries of the legend.
fn entries(window: &Harness<'_, App>) -> Vec<egui::Rect> {
    window.get_all_by_role(Role::CheckBox).map(|node| node.rect()).collect()
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

/// Presses a key, and draws some frames.
fn press(window: &mut Harness<'_, App>, key: egui::Key) {
    window.key_press(key);
    (0..4).for_each(|_| window.step());
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
fn the_menu_is_worked_by_keys_and_the_keyboard_goes_back_to_where_it_was() {
    let mut window = window();
    window.set_size(egui::vec2(320.0, 200.0));
    window.step();
    window.get_by_label("Menu").focus();
    window.step();
    press(&mut window, egui::Key::Enter);
    let focused = |window: &Harness<'_, App>| {
        let all = window.get_all_by_role(Role::Button);
        all.filter(|node| node.is_focused()).map(|node| node.accesskit_node().label()).next()?
    };
    let is_at = |window: &Harness<'_, App>, text: &str| {
        let label = focused(window);
        assert!(label.as_ref().is_some_and(|label| label.starts_with(text)), "{label:?} {text}");
    };
    is_at(&window, "Pause, or follow");
    press(&mut window, egui::Key::Tab);
    is_at(&window, "Fit the values");
    for text in ["Logarithmic axis", "Panels"] {
        press(&mut window, egui::Key::ArrowDown);
        is_at(&window, text);
    }
    press(&mut window, egui::Key::ArrowUp);
    press(&mut window, egui::Key::Enter);
    assert!(window.state().controls.view.is_log);
    assert!(window.get_by_label("Menu").is_focused(), "{:?}", focused(&window));
    // All of it can be reached, and is seen.
    press(&mut window, egui::Key::Enter);
    let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(320.0, 200.0));
    press(&mut window, egui::Key::ArrowUp);
    is_at(&window, "Close");
    let close = window.get_by_label_contains("Close").rect();
    assert!(whole.contains_rect(close), "{close:?}");
    press(&mut window, egui::Key::Escape);
    assert!(window.query_by_label_contains("Logarithmic axis").is_none());
    assert!(window.get_by_label("Menu").is_focused(), "{:?}", focused(&window));
}

#[test]
fn who_opens_the_menu_by_the_pointer_has_the_keys_as_before_once_it_is_closed() {
    let mut window = window();
    window.get_by_label("Menu").click();
    (0..4).for_each(|_| window.step());
    press(&mut window, egui::Key::Tab);
    assert!(window.ctx.memory(|memory| memory.focused().is_some()));
    assert!(!window.get_by_label("Pause").is_focused());
    press(&mut window, egui::Key::Escape);
    press(&mut window, egui::Key::Space);
    assert!(!window.state().controls.viewport.is_live());
}

#[test]
fn the_list_of_keys_is_scrolled_and_closed_by_keys() {
    let mut window = window();
    window.set_size(egui::vec2(320.0, 200.0));
    window.step();
    window.get_by_label("Menu").focus();
    window.step();
    press(&mut window, egui::Key::Questionmark);
    let top = |window: &Harness<'_, App>| window.get_by_label("Space").rect().top();
    let before = top(&window);
    window.key_press(egui::Key::ArrowDown);
    (0..30).for_each(|_| window.step());
    assert!(top(&window) < before - 10.0);
    window.key_press(egui::Key::PageUp);
    (0..30).for_each(|_| window.step());
    assert_eq!(top(&window), before);
    // Tab reaches nothing behind it.
    for _ in 0..3 {
        press(&mut window, egui::Key::Tab);
        assert!(!window.get_by_label("Pause").is_focused());
        assert!(!window.get_by_label("sine 7.5").is_focused());
    }
    press(&mut window, egui::Key::Escape);
    (0..20).for_each(|_| window.step());
    assert!(!window.state().help && window.get_by_label("Menu").is_focused());
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
fn space_and_the_button_pause_and_follow() {
    let mut window = window();
    window.key_press(egui::Key::Space);
    window.step();
    assert!(!window.state().controls.viewport.is_live());
    window.step();
    assert!(window.state().repaint.is_suspended(), "paused, the reader requests no frame");
    assert!(is_on(&window, "Pause"));
    window.get_by_label("Pause").click();
    window.step();
    window.step();
    assert!(window.state().controls.viewport.is_live() && !is_on(&window, "Pause"));
}

/// Whether a button is pressed.
fn is_on(window: &Harness<'_, App>, label: &str) -> bool {
    window.get_by_label(label).accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
}

#[test]
fn buttons_show_what_is_on_and_toggle_it() {
    let mut window = window();
    for (label, at_first) in [("Pause", false), ("Fit", true), ("Log", false), ("Panels", false)] {
        for now in [at_first, !at_first, at_first] {
            assert_eq!(is_on(&window, label), now, "{label}");
            window.get_by_label(label).click();
            window.step();
            window.step();
        }
    }
}

#[test]
fn what_has_no_room_is_in_the_menu_and_nothing_overlaps() {
    let mut window = window();
    window.state_mut().config.title = Some("a long title, which says everything ".repeat(9));
    window.state().store.hold(|store| {
        store.counts.rejected = 1_234_567;
        store.declare(&(0..40).map(|number| format!("series {number}")).collect::<Vec<_>>());
    });
    for size in [[320.0, 200.0], [480.0, 320.0], [640.0, 400.0], [1280.0, 720.0]] {
        window.set_size(size.into());
        (0..3).for_each(|_| window.step());
        let rects = |role| window.get_all_by_role(role).map(|node| node.rect()).collect::<Vec<_>>();
        let [buttons, series, texts] = [Role::Button, Role::CheckBox, Role::Label].map(rects);
        let pause = window.get_by_label("Pause").rect();
        let is_beside =
            |rect: &egui::Rect| rect.right() < pause.left() || rect.top() >= pause.bottom();
        assert!(series.iter().all(is_beside), "{size:?}: {buttons:?} {series:?}");
        let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
        let all: Vec<_> = buttons.into_iter().chain(texts).collect();
        assert!(all.iter().all(|rect| whole.contains_rect(*rect)), "{size:?}: {all:?}");
        for (number, rect) in all.iter().enumerate() {
            let is_apart = |other: &egui::Rect| !rect.intersects(other.shrink(0.5));
            assert!(all[..number].iter().all(is_apart), "{size:?}: {rect:?} in {all:?}");
        }
        window.get_by_label("live");
        let plot = window.get_by_role(Role::GraphicsDocument).rect();
        assert!(plot.height() > size[1] * 0.25, "{size:?}: {plot:?}");
        assert_eq!(window.query_by_label("CSV").is_some(), size[0] > 500.0, "{size:?}");
    }
    window.set_size(egui::vec2(320.0, 200.0));
    window.step();
    window.get_by_label("Menu").click();
    (0..3).for_each(|_| window.step());
    window.get_by_label_contains("Logarithmic axis").click();
    (0..3).for_each(|_| window.step());
    assert!(window.state().controls.view.is_log);
    assert!(window.query_by_label_contains("Logarithmic axis").is_none(), "the menu has closed");
}

#[test]
fn the_list_of_keys_is_within_a_window_of_any_size_and_esc_closes_it() {
    let mut window = window();
    for size in [[320.0, 200.0], [640.0, 400.0], [1280.0, 720.0]] {
        window.set_size(size.into());
        window.key_press(egui::Key::Questionmark);
        (0..4).for_each(|_| window.step());
        let whole = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
        let list = window.get_by_role_and_label(Role::Window, "Keys").rect();
        assert!(whole.contains_rect(list), "{size:?}: {list:?}");
        window.key_press(egui::Key::Escape);
        (0..20).for_each(|_| window.step());
        assert!(!window.state().help);
    }
}

#[test]
fn d_changes_between_dark_and_light() {
    let mut window = window();
    let before = is_dark(&window.ctx);
    for now in [!before, before] {
        window.key_press(egui::Key::D);
        window.step();
        window.step();
        assert_eq!(is_dark(&window.ctx), now);
    }
}

#[test]
fn a_focused_button_has_space_for_itself() {
    let mut window = window();
    let before = window.state().controls.view.values;
    window.get_by_label("Fit").focus();
    window.step();
    window.key_press(egui::Key::Space);
    window.step();
    window.step();
    assert!(window.state().controls.viewport.is_live());
    assert_ne!(window.state().controls.view.values, before);
}

#[test]
fn paused_is_paused_whatever_is_pressed_and_shows_the_values_of_then() {
    let mut window = window();
    for first in [egui::Key::Space, egui::Key::Home, egui::Key::ArrowLeft] {
        window.key_press(egui::Key::End);
        window.step();
        window.key_press(first);
        window.step();
        let extent = window.state().extent(clock::now());
        let keys = [egui::Key::ArrowLeft, egui::Key::ArrowRight, egui::Key::Home, egui::Key::R];
        for key in keys {
            window.key_press(key);
            window.step();
            assert!(!window.state().controls.viewport.is_live(), "{first:?} {key:?}");
        }
        let plot = window.get_by_role(Role::GraphicsDocument).rect().center();
        window.drag_at(plot);
        window.drop_at(plot - egui::vec2(300.0, 0.0));
        window.step();
        assert_eq!(window.state().extent(clock::now()).drawn_until, extent.drawn_until);
    }
    let later = store::Entry { series: 0, sample: Sample { time: 1e6, value: 99.0 } };
    window.state().store.hold(|store| store.append(&[later]));
    window.step();
    window.get_by_label("sine 7.5");
    window.key_press(egui::Key::End);
    window.step();
    window.step();
    // With the decimals that its other value has come with.
    window.get_by_label("sine 99.0");
}

#[test]
fn while_paused_the_legend_has_the_values_and_the_time_under_the_pointer() {
    let mut window = window();
    let sample = |time, value| store::Entry { series: 0, sample: Sample { time, value } };
    window.state().store.hold(|store| {
        store.append(&[sample(4.0, 1.5), sample(8.0, 2.25)]);
        store.end = Some(store::End::Input);
    });
    window.step();
    let plot = window.get_by_role(Role::GraphicsDocument).rect();
    let point = |window: &mut Harness<'_, App>, part: f32| {
        let place = plot.left_center() + egui::vec2(part * plot.width(), 0.0);
        window.event(egui::Event::PointerMoved(place));
        (0..3).for_each(|_| window.step());
    };
    // While it is live the newest value stays there.
    point(&mut window, 0.5);
    window.get_by_label("sine 2.25");
    assert!(window.query_by_label_contains("at ").is_none());
    window.key_press(egui::Key::Space);
    window.step();
    for (part, value, time) in [(0.5, "sine 1.50", "at 5.00 s"), (0.85, "sine 2.25", "at 8.00 s")] {
        point(&mut window, part);
        window.get_by_label(value);
        window.get_by_label(time);
        window.get_by_label("load -3");
    }
    // Beside the plot the values are those of the picture's end again.
    window.event(egui::Event::PointerMoved(egui::pos2(5.0, 590.0)));
    (0..3).for_each(|_| window.step());
    window.get_by_label("sine 2.25");
    assert!(window.query_by_label_contains("at ").is_none());
}

#[test]
fn a_double_click_shows_everything() {
    let mut window = window();
    let later = store::Entry { series: 0, sample: Sample { time: 50.0, value: 1.0 } };
    window.state().store.hold(|store| {
        store.append(&[later]);
        store.end = Some(store::End::Input);
    });
    window.step();
    assert_eq!(window.state().extent(clock::now()).span, 10.0);
    let plot = window.get_by_role(Role::GraphicsDocument).rect().center();
    window.event(egui::Event::PointerMoved(plot));
    window.step();
    for pressed in [true, false, true, false] {
        let button = egui::PointerButton::Primary;
        let modifiers = egui::Modifiers::NONE;
        window.event(egui::Event::PointerButton { pos: plot, button, pressed, modifiers });
        window.step();
    }
    assert_eq!(window.state().extent(clock::now()).span, 50.0);
}

#[test]
fn five_notches_of_the_wheel_show_half_and_five_back_the_same_as_before() {
    let mut window = window();
    let later = store::Entry { series: 0, sample: Sample { time: 50.0, value: 1.0 } };
    window.state().store.hold(|store| {
        store.append(&[later]);
        store.end = Some(store::End::Input);
    });
    let plot = window.get_by_role(Role::GraphicsDocument).rect();
    for is_paused in [false, true] {
        if is_paused {
            window.key_press(egui::Key::Space);
            window.step();
        }
        let before = window.state().extent(clock::now());
        window.event(egui::Event::PointerMoved(plot.left_center() + egui::vec2(99.0, 0.0)));
        let mut turn = |notches: f32| {
            window.event(egui::Event::MouseWheel {
                unit: egui::MouseWheelUnit::Line,
                delta: egui::vec2(0.0, notches),
                phase: egui::TouchPhase::Move,
                source: egui::MouseWheelSource::Wheel,
                modifiers: egui::Modifiers::NONE,
            });
            // egui spreads a notch over some frames.
            (0..60).for_each(|_| window.step());
            window.state().extent(clock::now())
        };
        let closer = turn(5.0);
        assert!((before.span / closer.span - 2.0).abs() < 1e-6, "{before:?} {closer:?}");
        let again = (0..5).map(|_| turn(-1.0)).last().unwrap();
        assert!((again.span / before.span - 1.0).abs() < 1e-6, "{before:?} {again:?}");
        let pixel = before.span / f64::from(plot.width());
        assert!((again.end - before.end).abs() < pixel, "{before:?} {again:?}");
    }
}

#[test]
fn every_key_is_in_the_list() {
    let mut window = window();
    window.key_press(egui::Key::Questionmark);
    window.step();
    window.step();
    for (_, _, _, does, more) in keys::KEYS.iter().filter(|(_, key, ..)| !key.is_empty()) {
        window.get_by_label(&format!("{does}{more}"));
    }
    for key in ["Ctrl-C", "Click", "Ctrl-click", "Tab"] {
        window.get_by_label(key);
    }
}

#[test]
fn nothing_is_read_out_over_the_list_of_keys_or_the_menu() {
    let mut window = window();
    let plot = window.get_by_role(Role::GraphicsDocument).rect();
    // Beside the list, where the plot is seen.
    window.event(egui::Event::PointerMoved(plot.left_bottom() + egui::vec2(9.0, -9.0)));
    (0..3).for_each(|_| window.step());
    assert!(window.state().pointed.is_some());
    window.key_press(egui::Key::Questionmark);
    (0..3).for_each(|_| window.step());
    assert!(window.state().help && window.state().pointed.is_none());
    window.key_press(egui::Key::Escape);
    (0..3).for_each(|_| window.step());
    assert!(window.state().pointed.is_some());
    window.get_by_label("Menu").click();
    (0..3).for_each(|_| window.step());
    window.event(egui::Event::PointerMoved(plot.left_bottom() + egui::vec2(9.0, -9.0)));
    (0..3).for_each(|_| window.step());
    assert!(window.state().pointed.is_none());
}
