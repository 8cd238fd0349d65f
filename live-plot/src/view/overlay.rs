//! What lies over the window for a while: the menu, the list of series, the list of keys. While one is open, the keyboard and
//! the pointer reach it alone; once it closes, what had the keyboard before has it again. What is in them is left to
//! `buttons`, `legend` and `help`.

use eframe::egui::{Context, FocusDirection, Id, Ui};

/// The keyboard while something lies over the window.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    /// While something does: what had the keyboard before, if anything had.
    before: Option<Option<Id>>,
}

impl Overlay {
    /// Begins a frame; `is_open` is whether something lies over the window.
    pub(super) fn begin(&mut self, ctx: &Context, is_open: bool) {
        if is_open && self.before.is_none() {
            self.before = Some(ctx.memory(|memory| memory.focused()));
        }
    }

    /// Ends a frame that was begun so. Not before: egui keeps what is behind from the keyboard for a frame longer, and takes
    /// it away from each thing there as that is drawn.
    pub(super) fn end(&mut self, ctx: &Context, is_open: bool) {
        if !is_open && let Some(Some(before)) = self.before.take() {
            ctx.memory_mut(|memory| memory.request_focus(before));
            ctx.request_repaint();
        }
    }
}

/// Keeps the keyboard and the pointer in what lies over the window; called there, before anything in it. If `opener`, which
/// opened it, had the keyboard, the first thing in it gets it.
pub(super) fn hold(ui: &Ui, opener: Option<Id>) {
    ui.memory_mut(|memory| {
        memory.set_modal_layer(ui.layer_id());
        if opener.is_some_and(|opener| memory.had_focus_last_frame(opener)) {
            memory.move_focus(FocusDirection::Next);
        }
    });
}
