//! Progress on standard error: a bar on a terminal, lines elsewhere.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use clerk_core::run::{Outcome, RunEvent};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::{Args, ProgressKind};
use crate::human_time::human_time;
use crate::pace::Pace;
use crate::target::Target;

/// Waits shorter than this are not worth a line.
const WORTH_TELLING: Duration = Duration::from_secs(5);

/// Shows how far a run is.
#[derive(Debug)]
pub(crate) struct Progress {
    total: usize,
    settled: usize,
    created: usize,
    revoked: usize,
    told: usize,
    pace: Pace,
    view: View,
}

#[derive(Debug)]
enum View {
    None,
    Plain,
    Bar(ProgressBar),
}

impl Progress {
    /// Progress of a run with this many people; none if it revokes.
    pub(crate) fn new(args: &Args, total: usize, target: &Target) -> Self {
        let kind = args.progress.unwrap_or_else(|| match io::stderr().is_terminal() {
            true => ProgressKind::Bar,
            false => ProgressKind::Plain,
        });
        Self {
            total,
            settled: 0,
            created: 0,
            revoked: 0,
            told: 0,
            pace: Pace::new(args.destination(), args.lanes.into(), &target.limits, target.clock()),
            view: match kind {
                ProgressKind::None => View::None,
                ProgressKind::Plain => View::Plain,
                ProgressKind::Bar => View::Bar(bar(total)),
            },
        }
    }

    /// Takes in an event of the run.
    pub(crate) fn event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::AttemptEnded { .. } => self.show(None),
            RunEvent::Waiting { wait } if *wait >= WORTH_TELLING => self.show(Some(*wait)),
            RunEvent::Settled(settlement) => {
                self.settled += usize::from(settlement.outcome != Outcome::Pending);
                self.created += usize::from(settlement.outcome == Outcome::Created);
            }
            RunEvent::Revoked { .. } => {
                self.revoked += 1;
                self.show_revoked();
            }
            _ => {}
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        if let View::Bar(bar) = &self.view {
            bar.finish_and_clear();
        }
    }

    fn show_revoked(&self) {
        match &self.view {
            View::Plain if self.revoked.is_multiple_of(100) => self.tell(&format!("{} revoked", self.revoked)),
            View::Bar(bar) => bar.set_message(format!("{} revoked", self.revoked)),
            _ => {}
        }
    }

    fn tell(&self, text: &str) {
        // Nobody may be there to read it.
        let _ = writeln!(io::stderr(), "{text}");
    }

    fn show(&mut self, waiting: Option<Duration>) {
        let (settled, total) = (self.settled, self.total);
        let mut text = format!("{} created", self.created);
        let wait = waiting.unwrap_or_default();
        if let Some(left) = self.pace.time_left(settled, total.saturating_sub(settled), wait) {
            text += &format!(", about {} left", human_time(left));
        }
        if let Some(wait) = waiting {
            text += &format!(", waiting {}", human_time(wait));
        }
        match &self.view {
            View::None => {}
            View::Plain if waiting.is_none() && settled < self.told + total.div_ceil(10).max(1) => {}
            View::Plain => {
                self.told = settled;
                self.tell(&format!("{settled} of {total}: {text}"));
            }
            View::Bar(bar) => {
                bar.set_position(settled as u64);
                bar.set_message(text);
            }
        }
    }
}

fn bar(total: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template(match total {
        0 => "{spinner} {msg}",
        _ => "{spinner} [{bar:30}] {pos}/{len} {msg}",
    });
    bar.set_style(
        style
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> "),
    );
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
