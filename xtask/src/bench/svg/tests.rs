use super::scale::{Linear, Powers, label};
use super::*;

#[test]
fn straight_scales_have_round_steps_and_room_for_all() {
    for (largest, step, most) in
        [(1.0, 0.2, 1.0), (7.0, 1.0, 7.0), (1_900.0, 200.0, 2_000.0), (2_001.0, 500.0, 2_500.0)]
    {
        let scale = Linear::up_to(largest);
        assert!((scale.step - step).abs() < 1e-9, "{largest}: {scale:?}");
        assert!((scale.most - most).abs() < 1e-9, "{largest}: {scale:?}");
        let marks = scale.marks();
        assert!((5..=11).contains(&marks.len()), "{largest}: {marks:?}");
        assert!((scale.part(largest) - largest / most).abs() < 1e-9);
    }
    assert!(Linear::up_to(0.0).marks().len() < 10);
}

#[test]
fn powers_of_ten_lie_around_the_values() {
    let scale = Powers::around([30.0, 0.0, 2_000.0].into_iter());
    assert_eq!(scale.marks(), [10.0, 100.0, 1_000.0, 10_000.0]);
    assert!((scale.part(10.0)).abs() < 1e-9);
    assert!((scale.part(10_000.0) - 1.0).abs() < 1e-9);
    assert!((scale.part(100.0) - 1.0 / 3.0).abs() < 1e-9);
    // One value alone, and none.
    assert_eq!(Powers::around([1.0].into_iter()).marks(), [1.0, 10.0]);
    assert_eq!(Powers::around([].into_iter()).marks(), [1.0, 10.0]);
}

#[test]
fn labels_are_short() {
    for (value, text) in [(0.0, "0"), (7.0, "7"), (999.0, "999"), (1_000.0, "1,000")] {
        assert_eq!(label(value), text);
    }
    assert_eq!(label(1_234_567.0), "1,234,567");
    assert_eq!(label(0.1), "0.1");
}

fn bars() -> Bars {
    let group = |name: &str, values: [Option<f64>; 2]| Group {
        name: name.to_owned(),
        values: values.to_vec(),
    };
    Bars {
        title: "a < b".to_owned(),
        subtitle: "two & two cores".to_owned(),
        unit: "ns".to_owned(),
        names: vec!["one".to_owned(), "two".to_owned()],
        groups: vec![group("x", [Some(100.0), Some(50.0)]), group("y", [None, Some(100.0)])],
    }
}

/// The numbers behind `name="` in all lines with `tag`.
fn attributes(svg: &str, tag: &str, name: &str) -> Vec<f64> {
    let of_line = |line: &str| {
        let rest = line.strip_prefix(&format!("<{tag} "))?;
        rest.split_once(&format!(" {name}=\""))?.1.split('"').next()?.parse().ok()
    };
    svg.lines().filter_map(of_line).collect()
}

#[test]
fn a_bar_is_as_high_as_its_value_and_none_is_none() {
    let svg = bars().svg();
    let legend = 10.0;
    let heights = attributes(&svg, "rect", "height");
    assert_eq!(heights, [BOTTOM - TOP, (BOTTOM - TOP) / 2.0, BOTTOM - TOP, legend, legend]);
}

#[test]
fn words_are_escaped_and_there() {
    let svg = bars().svg();
    for word in ["a &lt; b", "two &amp; two cores", ">ns<", ">one<", ">two<", ">x<", ">y<"] {
        assert!(svg.contains(word), "{word} in {svg}");
    }
    assert!(!svg.contains("a < b"));
    assert!(svg.contains("prefers-color-scheme: dark"));
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
}

#[test]
fn a_line_goes_through_its_points() {
    let lines = Lines {
        title: "t".to_owned(),
        subtitle: "s".to_owned(),
        unit: "ns".to_owned(),
        across: "tasks".to_owned(),
        series: vec![Series {
            name: "one".to_owned(),
            points: vec![(1.0, 10.0), (10.0, 1_000.0), (100.0, 10.0)],
        }],
    };
    let svg = lines.svg();
    assert_eq!(attributes(&svg, "circle", "cx"), [84.0, 445.0, 806.0]);
    assert_eq!(attributes(&svg, "circle", "cy"), [BOTTOM, TOP, BOTTOM]);
    assert!(svg.contains(r#"d="M84.0 366.0 L445.0 84.0 L806.0 366.0""#), "{svg}");
}

#[test]
fn the_palette_is_large_enough() {
    let clients = 7;
    for index in 0..clients {
        assert!(STYLE.contains(&format!(".c{index} ")) && STYLE.contains(&format!(".l{index} ")));
    }
}
