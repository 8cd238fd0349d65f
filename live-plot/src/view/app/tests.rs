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
fn a_click_on_a_series_hides_it_and_another_shows_it() {
    let mut window = window();
    for hidden in [true, false] {
        window.get_by_label("load -3").click();
        window.step();
        window.step();
        assert_eq!(window.state().controls.hidden.contains(&1), hidden);
    }
}

#[test]
fn a_long_legend_goes_on_below_and_leaves_the_buttons_alone() {
    let mut window = window();
    let names: Vec<String> = (0..40).map(|number| format!("series {number}")).collect();
    window.state().store.hold(|store| store.declare(&names));
    window.step();
    window.step();
    let left = window.get_by_label("Pause").rect().left();
    let first = window.get_by_label("sine 7.5").rect();
    let shown: Vec<_> = window.get_all_by_role(Role::CheckBox).map(|node| node.rect()).collect();
    assert!(shown.iter().all(|rect| rect.right() < left), "{left} {shown:?}");
    assert!(shown.iter().any(|rect| rect.top() >= first.bottom()));
    let plot = window.get_by_role(Role::GraphicsDocument).rect();
    assert!(plot.top() < 150.0 && plot.top() >= first.bottom(), "{plot:?}");
}

#[test]
fn a_legend_of_five_rows_is_seen_whole() {
    let mut window = window();
    window.set_size(egui::vec2(1500.0, 500.0));
    let names: Vec<String> = (0..40).map(|number| format!("series {number}")).collect();
    window.state().store.hold(|store| store.declare(&names));
    window.step();
    window.step();
    let rows = |window: &Harness<'_, App>| -> BTreeSet<i32> {
        let nodes = window.get_all_by_role(Role::CheckBox);
        #[expect(clippy::cast_possible_truncation, reason = "a place on the screen")]
        nodes.map(|node| node.rect().bottom() as i32).collect()
    };
    let plot = |window: &Harness<'_, App>| window.get_by_role(Role::GraphicsDocument).rect().top();
    assert_eq!(rows(&window).len(), 5);
    assert!(rows(&window).iter().all(|bottom| (*bottom as f32) < plot(&window)));
    // Of more rows the others are scrolled to.
    window.set_size(egui::vec2(500.0, 500.0));
    window.step();
    window.step();
    assert!(rows(&window).len() > 5 && plot(&window) < 150.0);
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
        let left = buttons.iter().map(|rect| rect.left()).fold(f32::INFINITY, f32::min);
        assert!(series.iter().all(|rect| rect.right() < left), "{size:?}: {buttons:?} {series:?}");
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
}
