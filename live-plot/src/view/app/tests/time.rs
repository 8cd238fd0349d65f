//! Which time is shown, and the values of the time under the pointer.

use super::*;

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
    assert!(window.query_by_label_contains("values at").is_none());
    window.key_press(egui::Key::Space);
    window.step();
    for (part, value, time) in
        [(0.5, "sine 1.50", "values at 5.00 s"), (0.85, "sine 2.25", "values at 8.00 s")]
    {
        point(&mut window, part);
        window.get_by_label(value);
        window.get_by_label(time);
        window.get_by_label("load -3");
    }
    // Beside the plot the values are those of the picture's end again.
    window.event(egui::Event::PointerMoved(egui::pos2(5.0, 590.0)));
    (0..3).for_each(|_| window.step());
    window.get_by_label("sine 2.25");
    assert!(window.query_by_label_contains("values at").is_none());
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
