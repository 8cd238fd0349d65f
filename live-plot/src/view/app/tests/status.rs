//! What stands in and below the plot: the values, what was lost, notes, errors.

use super::*;

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
        let last = window.state().saved.lock().clone().unwrap();
        assert_eq!((last.text.as_str(), last.is_failure), (said, true), "{key:?}");
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
