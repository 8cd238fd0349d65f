//! live-plot's picture in the terminal as somebody at work has it: in tmux, with its keys, other sizes, Ctrl-Z, and a user
//! who leaves and comes back. What the picture shows is held in `live_plot_terminal`.

use tests::terminal::NUMBERS;
use tests::tmux::Tmux;

/// Whether a picture fills so many rows and fits so many columns, with nothing left of another one.
fn is_whole(text: &str, (width, height): (u16, u16)) -> bool {
    let rows: Vec<&str> = text.lines().collect();
    let is_braille = |c: char| ('\u{2801}'..='\u{28ff}').contains(&c);
    rows.len() == usize::from(height)
        && rows.iter().all(|row| row.chars().count() <= usize::from(width))
        && text.matches("● live").count() == 1
        && rows.last().is_some_and(|row| row.starts_with("● live"))
        && rows[..rows.len() - 1].iter().any(|row| row.chars().any(is_braille))
}

#[test]
#[ignore = "needs tmux"]
fn its_keys_arrive_by_the_sequences_of_tmux() {
    let tmux = Tmux::new("keys", (80, 24));
    tmux.enter(&format!("({NUMBERS}) | $L --terminal"));
    tmux.wait_for("● live");
    tmux.press(&["Space"]);
    tmux.wait_for("● paused");
    tmux.press(&["End"]);
    tmux.wait_for("● live");
    for key in ["Home", "Left"] {
        tmux.press(&[key]);
        tmux.wait_for("● paused");
        tmux.press(&["End"]);
        tmux.wait_for("● live");
    }
    for key in ["?", "F1"] {
        tmux.press(&[key]);
        tmux.wait_for("hide this list");
        tmux.press(&["Escape"]);
        tmux.wait("the list is gone", |text| !text.contains("hide this list"));
    }
    // Less time, then more again.
    tmux.wait_for("10 s");
    tmux.press(&["Up", "Up", "Up", "Up"]);
    tmux.wait("less time", |text| !text.contains("10 s"));
    tmux.press(&["r"]);
    tmux.press(&["q"]);
    tmux.wait_for_prompt();
}

#[test]
#[ignore = "needs tmux"]
fn each_size_has_a_whole_picture_of_its_own_also_20_by_5() {
    let tmux = Tmux::new("sizes", (80, 24));
    tmux.enter(&format!("({NUMBERS}) | $L --terminal"));
    tmux.wait("a picture", |text| is_whole(text, (80, 24)));
    for size in [(20, 5), (200, 50), (40, 10), (20, 5), (80, 24)] {
        tmux.resize(size);
        tmux.wait(&format!("a picture of {size:?}"), |text| is_whole(text, size));
    }
    // There is hardly room for anything: it has to go on, no more.
    tmux.resize((3, 2));
    tmux.resize((80, 24));
    tmux.wait("a picture", |text| is_whole(text, (80, 24)));
    tmux.press(&["q"]);
    tmux.wait_for_prompt();
}

#[test]
#[ignore = "needs tmux"]
fn a_start_in_20_by_5_has_a_picture_too() {
    let tmux = Tmux::new("small", (20, 5));
    tmux.enter(&format!("({NUMBERS}) | $L --terminal"));
    tmux.wait("a picture", |text| is_whole(text, (20, 5)));
    tmux.press(&["q"]);
    tmux.wait_for_prompt();
}

#[test]
#[ignore = "needs tmux"]
fn who_detaches_and_attaches_again_finds_it_live_in_the_size_of_the_new_terminal() {
    let tmux = Tmux::new("attach", (80, 24));
    tmux.enter(&format!("({NUMBERS}) | $L --terminal"));
    tmux.wait("a picture", |text| is_whole(text, (80, 24)));
    for (width, height) in [(120, 41), (70, 16)] {
        let mut user = tmux.attach((width, height));
        // tmux keeps a line for itself.
        let size = (width, height - 1);
        tmux.wait(&format!("a picture of {size:?}"), |text| is_whole(text, size));
        tmux.run(&["detach-client"]);
        user.wait();
        let left = tmux.wait("its samples", |text| samples(text).is_some());
        let is_more = |text: &str| samples(text) > samples(&left);
        tmux.wait("more samples", |text| is_whole(text, size) && is_more(text));
    }
    tmux.press(&["q"]);
    tmux.wait_for_prompt();
}

/// How many samples the status line counts.
fn samples(text: &str) -> Option<u32> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let count = words.windows(2).find(|pair| pair[1] == "samples")?;
    count[0].parse().ok()
}

#[test]
#[ignore = "needs tmux"]
fn ctrl_z_leaves_the_shell_as_it_was_and_fg_draws_in_the_size_of_then() {
    let tmux = Tmux::new("suspend", (80, 24));
    let settings = tmux.settings();
    tmux.enter(&format!("({NUMBERS}) | $L --terminal"));
    tmux.wait_for("● live");
    for size in [(100, 30), (20, 5), (80, 24)] {
        tmux.press(&["C-z"]);
        tmux.wait_for_prompt();
        assert_eq!(tmux.settings(), settings);
        tmux.resize(size);
        tmux.enter("fg");
        tmux.wait(&format!("a picture of {size:?}"), |text| is_whole(text, size));
    }
    tmux.press(&["q"]);
    tmux.wait_for_prompt();
    assert_eq!(tmux.settings(), settings);
}

#[test]
#[ignore = "needs tmux"]
fn q_and_ctrl_c_leave_the_screen_as_it_was_before() {
    let tmux = Tmux::new("quit", (80, 24));
    tmux.enter("echo before the plot");
    tmux.wait_for("\nbefore the plot\nready>");
    let settings = tmux.settings();
    for key in ["q", "C-c"] {
        let before = tmux.text();
        tmux.enter(&format!("({NUMBERS}) | $L --terminal"));
        let picture = tmux.wait_for("● live");
        assert!(!picture.contains("before the plot"), "{picture}");
        tmux.press(&[key]);
        let after = tmux.wait_for_prompt();
        let same = before.trim_end();
        assert!(after.starts_with(same), "{key}: not\n{same}\nbut\n{after}");
        // What is new is the command, and the next prompt.
        let new = &after.trim_end()[same.len()..];
        assert!(new.contains("$L --terminal") && !new.contains('●'), "{key}: {new}");
        assert!(new.trim_start_matches("^C").lines().count() <= 3, "{key}: {new}");
        assert_eq!(tmux.settings(), settings, "{key}");
    }
}
