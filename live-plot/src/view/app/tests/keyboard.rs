//! Keys, buttons, the menu and the list of keys.

use super::*;

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
fn every_key_is_in_the_list() {
    let mut window = window();
    window.key_press(egui::Key::Questionmark);
    window.step();
    window.step();
    for keys::Binding { does, more, .. } in keys::listed() {
        window.get_by_label(&format!("{does}{more}"));
    }
    for key in ["Ctrl-C", "Click", "Ctrl-click", "Tab"] {
        window.get_by_label(key);
    }
}
