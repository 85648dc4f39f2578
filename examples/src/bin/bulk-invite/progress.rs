//! Progress on standard error: a bar on a terminal, lines elsewhere.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::time::Duration;

use clerk_core::Clock;
use clerk_core::api::invitations::{CreateInvitationBulk, RATE_LIMIT_BULK};
use clerk_core::middleware::{Quota, RateLimits};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::ProgressKind;
use crate::engine::Event;
use crate::human_time::human_time;
use crate::outcome::Outcome;

/// Waits shorter than this are not worth a line.
const WORTH_TELLING: Duration = Duration::from_secs(5);

/// Shows how far a run is.
#[derive(Debug)]
pub(crate) struct Progress {
    total: usize,
    settled: usize,
    created: usize,
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
    /// Progress of a run with this many people, at the pace of these limits.
    pub(crate) fn new(kind: Option<ProgressKind>, total: usize, limits: &RateLimits, clock: Arc<dyn Clock>) -> Self {
        let kind = kind.unwrap_or_else(|| match io::stderr().is_terminal() {
            true => ProgressKind::Bar,
            false => ProgressKind::Plain,
        });
        Self {
            total,
            settled: 0,
            created: 0,
            told: 0,
            pace: Pace::new(limits.of(RATE_LIMIT_BULK), clock),
            view: match kind {
                ProgressKind::None => View::None,
                ProgressKind::Plain => View::Plain,
                ProgressKind::Bar => View::Bar(bar(total)),
            },
        }
    }

    /// Takes in an event of the run.
    pub(crate) fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Attempt { .. } => self.show(None),
            Event::Waiting { wait, why } if *wait >= WORTH_TELLING => self.show(Some((*wait, why))),
            Event::Waiting { .. } => {}
            Event::Settled { settlement, .. } => {
                self.settled += usize::from(settlement.outcome != Outcome::Pending);
                self.created += usize::from(settlement.outcome == Outcome::Created);
            }
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        if let View::Bar(bar) = &self.view {
            bar.finish_and_clear();
        }
    }

    fn show(&mut self, waiting: Option<(Duration, &str)>) {
        let (settled, total) = (self.settled, self.total);
        let wait = waiting.map_or(Duration::ZERO, |(wait, _)| wait);
        let mut text = format!("{} created", self.created);
        if let Some(left) = self.pace.time_left(settled, total - settled, wait) {
            text += &format!(", about {} left", human_time(left));
        }
        if let Some((wait, why)) = waiting {
            text += &format!(", waiting {} for {why}", human_time(wait));
        }
        match &self.view {
            View::None => {}
            View::Plain if waiting.is_none() && settled < self.told + total.div_ceil(10).max(1) => {}
            View::Plain => {
                self.told = settled;
                // Nobody may be there to read it.
                let _ = writeln!(io::stderr(), "{settled} of {total}: {text}");
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
    let style = ProgressStyle::with_template("{spinner} [{bar:30}] {pos}/{len} {msg}");
    bar.set_style(
        style
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> "),
    );
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// How fast a run can go.
#[derive(Debug)]
struct Pace {
    bulk: Option<Quota>,
    clock: Arc<dyn Clock>,
    began: Duration,
}

impl Pace {
    fn new(bulk: Option<Quota>, clock: Arc<dyn Clock>) -> Self {
        let began = clock.now();
        Self { bulk, clock, began }
    }

    /// How long the others will take about: by the limit if there is one, or else as long as those before. Nothing is
    /// known before the first.
    fn time_left(&self, settled: usize, left: usize, wait: Duration) -> Option<Duration> {
        let further = match self.bulk {
            Some(quota) => {
                let window = quota.calls() as usize * CreateInvitationBulk::MAX;
                quota.per() * u32::try_from(left.saturating_sub(1) / window).unwrap_or(u32::MAX)
            }
            None if settled == 0 => return None,
            None => self
                .clock
                .now()
                .saturating_sub(self.began)
                .mul_f64(left as f64 / settled as f64),
        };
        (left > 0).then_some(further + wait).filter(|time| !time.is_zero())
    }
}
