//! What is painted of the curves.

use super::*;
use crate::config::Axis;
use crate::picture::palette::{Dash, Palette, WHOLE};

#[test]
fn dashes_of_a_line_are_even_however_many_samples_a_pixel_has() {
    let mut window = window();
    window.set_size(egui::vec2(800.0, 400.0));
    for count in [500_u32, 1000, 1500, 2000, 20_000] {
        let store = Shared::new(Store::new(1 << 24));
        store.hold(|store| {
            store.declare(&(0..=WHOLE).map(|number| number.to_string()).collect::<Vec<_>>());
            let sample =
                |number| Sample { time: f64::from(number) / f64::from(count) * 10.0, value: 5.0 };
            let entry = |number| store::Entry { series: WHOLE, sample: sample(number) };
            store.append(&(0..count).map(entry).collect::<Vec<_>>());
            store.end = Some(store::End::Input);
        });
        window.state_mut().store = store;
        window.state_mut().controls.view.draw = Draw::Line;
        window.state_mut().controls.view.axis = Axis::Timestamp;
        (0..3).for_each(|_| window.step());
        let plot = window.get_by_role(Role::GraphicsDocument).rect();
        let color = egui::Color32::from(Palette::of(is_dark(&window.ctx)).series(WHOLE));
        // From where to where something of the series' colour is painted in the plot.
        let mut lit: Vec<[f32; 2]> = Vec::new();
        for egui::epaint::ClippedShape { shape, .. } in &window.output().shapes {
            collect(shape, color, &mut lit);
        }
        lit.retain(|[left, right]| *left >= plot.left() && *right <= plot.right());
        let is_lit = |x: f32| lit.iter().any(|[left, right]| (*left..*right).contains(&x));
        let columns = (0_u8..).map(f32::from).map(|x| plot.left() + 20.5 + x);
        let drawn: String = columns
            .take_while(|x| *x < plot.right() - 20.0)
            .take(250)
            .map(|x| if is_lit(x) { '-' } else { ' ' })
            .collect();
        let (on, period) = Dash::of(WHOLE).lengths().unwrap();
        let dash = (0_u8..).map(f64::from).take_while(|x| *x < period);
        let dash: String = dash.map(|x| if x < on { '-' } else { ' ' }).collect();
        let begin = drawn.find(" -").unwrap() + 1;
        let expected = dash.repeat(20);
        assert_eq!(drawn[begin..], expected[..drawn.len() - begin], "{count}");
    }
}

#[test]
fn the_newest_value_has_a_dot_however_it_is_joined_to_the_others() {
    let mut window = window();
    let store = Shared::new(Store::new(1 << 20));
    store.hold(|store| {
        store.declare(&["a".to_owned(), "gap".to_owned()]);
        for time in 0..=10_u8 {
            let entry = |series, value| store::Entry {
                series,
                sample: Sample { time: time.into(), value },
            };
            let gap = if time == 10 { f64::NAN } else { 2.0 };
            store.append(&[entry(0, f64::from(time)), entry(1, gap)]);
        }
        store.end = Some(store::End::Input);
    });
    window.state_mut().store = store;
    window.state_mut().controls.view.axis = Axis::Timestamp;
    for (draw, count) in [(Draw::Step, 1), (Draw::Line, 1), (Draw::Points, 0)] {
        window.state_mut().controls.view.draw = draw;
        (0..3).for_each(|_| window.step());
        let plot = window.get_by_role(Role::GraphicsDocument).rect();
        let is_end = |shape: &egui::Shape| matches!(shape, egui::Shape::Circle(circle) if (circle.center.x - plot.right()).abs() < 2.0);
        let shapes = window.output().shapes.iter();
        assert_eq!(shapes.filter(|clipped| is_end(&clipped.shape)).count(), count, "{draw:?}");
    }
}

#[test]
fn the_date_stands_below_the_plot_and_takes_no_label_its_place() {
    let mut window = window();
    window.state().store.hold(|store| {
        store.began = chrono::DateTime::from_timestamp(1_795_649_400, 0);
        store.append(&[store::Entry { series: 0, sample: Sample { time: 3600.0, value: 1.0 } }]);
        store.end = Some(store::End::Input);
    });
    let view = &mut window.state_mut().controls.view;
    (view.axis, view.zone) = (Axis::Timestamp, Some(Arc::new(tz::TimeZone::utc())));
    for size in [egui::vec2(320.0, 200.0), egui::vec2(800.0, 600.0)] {
        window.set_size(size);
        window.key_press(egui::Key::Home);
        (0..4).for_each(|_| window.step());
        let plot = window.get_by_role(Role::GraphicsDocument).rect();
        let status = window.get_by_label_contains("stream ended").rect();
        let texts = window.output().shapes.iter().filter_map(|clipped| match &clipped.shape {
            egui::Shape::Text(text) => {
                Some((text.galley.text().to_owned(), text.visual_bounding_rect()))
            }
            _ => None,
        });
        let texts: Vec<_> = texts.collect();
        let (_, date) = texts.iter().find(|(text, _)| text.ends_with(" UTC")).unwrap();
        assert!(
            date.top() >= plot.bottom() && date.bottom() <= status.top(),
            "{date} {plot} {status}"
        );
        let over = texts.iter().filter(|(_, place)| place.intersects(*date)).count();
        assert_eq!(over, 1, "{texts:?}");
    }
}

/// Collects from where to where a shape is painted in a colour.
fn collect(shape: &egui::Shape, color: egui::Color32, lit: &mut Vec<[f32; 2]>) {
    let range = |places: &mut dyn Iterator<Item = egui::Pos2>| {
        places.fold([f32::MAX, f32::MIN], |[left, right], place| {
            [left.min(place.x), right.max(place.x)]
        })
    };
    match shape {
        egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, color, lit)),
        egui::Shape::Path(path) if path.stroke.color == egui::epaint::ColorMode::Solid(color) => {
            lit.push(range(&mut path.points.iter().copied()));
        }
        egui::Shape::LineSegment { points, stroke } if stroke.color == color => {
            lit.push(range(&mut points.iter().copied()));
        }
        egui::Shape::Mesh(mesh) => {
            let areas = mesh.vertices.as_chunks::<4>().0.iter();
            let areas = areas.filter(|area| area[0].color == color);
            lit.extend(areas.map(|area| range(&mut area.iter().map(|vertex| vertex.pos))));
        }
        _ => {}
    }
}
