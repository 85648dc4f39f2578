//! A chart of a run over time, as inline SVG.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use crate::duration;
use crate::timeline::Point;

const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 240.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 15.0;
const BOTTOM: f64 = 30.0;
/// The number of parts into which grid lines divide each axis.
const PARTS: u32 = 4;

/// Writes the chart, or nothing if no time passed.
pub(super) fn write(out: &mut impl Write, points: &[Point], elapsed: Duration) -> io::Result<()> {
    let Some(last) = points.last() else {
        return Ok(());
    };
    let scale = Scale {
        time: elapsed.max(last.at).max(Duration::from_millis(1)),
        people: last.processed,
    };
    let summary = format!(
        "{} people had an outcome after {}; {} of them were invited.",
        last.processed,
        duration::format(last.at),
        last.created
    );
    writeln!(
        out,
        "<figure>\n<figcaption>Over time: <span class=\"key processed\">people with an outcome</span>, \
         <span class=\"key created\">invited</span></figcaption>\n\
         <svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{summary}\">"
    )?;
    scale.write_grid(out)?;
    let line = |value: fn(&Point) -> usize| scale.line(points, value);
    writeln!(
        out,
        "<path class=\"processed\" d=\"{}\"/>",
        line(|point| point.processed)
    )?;
    writeln!(out, "<path class=\"created\" d=\"{}\"/>", line(|point| point.created))?;
    writeln!(out, "</svg>\n</figure>")
}

/// Converts times and numbers into coordinates.
struct Scale {
    time: Duration,
    people: usize,
}

impl Scale {
    fn x(&self, at: Duration) -> f64 {
        LEFT + (WIDTH - LEFT - RIGHT) * at.as_secs_f64() / self.time.as_secs_f64()
    }

    fn y(&self, people: f64) -> f64 {
        HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * people / self.people as f64
    }

    fn write_grid(&self, out: &mut impl Write) -> io::Result<()> {
        let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
        let mut labelled = None;
        for part in 0..=PARTS {
            let fraction = f64::from(part) / f64::from(PARTS);
            let at = self.time.mul_f64(fraction);
            let (x, y) = (self.x(at), self.y(self.people as f64 * fraction));
            let anchor = match part {
                0 => "start",
                PARTS => "end",
                _ => "middle",
            };
            writeln!(out, "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/>")?;
            writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
                bottom + 20.0,
                duration::format(at)
            )?;
            // With few people, several lines would have the same number.
            let people = (self.people as f64 * fraction).round();
            if labelled != Some(people) {
                labelled = Some(people);
                writeln!(
                    out,
                    "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{people}</text>",
                    LEFT - 8.0,
                    y + 4.0
                )?;
            }
        }
        Ok(())
    }

    /// Returns the steps of a number over time.
    fn line(&self, points: &[Point], value: fn(&Point) -> usize) -> String {
        let mut path = format!("M{:.1} {:.1}", self.x(Duration::ZERO), self.y(0.0));
        for point in points {
            // Writing to a string cannot fail.
            let _ = write!(path, "H{:.1}V{:.1}", self.x(point.at), self.y(value(point) as f64));
        }
        let _ = write!(path, "H{:.1}", WIDTH - RIGHT);
        path
    }
}
