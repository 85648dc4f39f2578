//! Progress on standard error: a bar on a terminal, lines otherwise.

use std::io::{self, IsTerminal};
use std::time::Duration;

use clerk_core::run::{Outcome, RunEvent};
use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::args::{Args, ProgressStyle};
use crate::connection::Connection;
use crate::console::print_line;
use crate::duration;
use crate::time_left::TimeLeft;

/// Shorter waits are not shown.
const SHOWN_WAIT: Duration = Duration::from_secs(5);

/// The progress of a run.
#[derive(Debug)]
pub(crate) struct Progress {
    total: usize,
    processed: usize,
    created: usize,
    revoked: usize,
    /// The value of `processed` in the last line.
    printed: usize,
    time_left: TimeLeft,
    view: View,
}

#[derive(Debug)]
enum View {
    None,
    Plain,
    Bar(ProgressBar),
}

impl Progress {
    /// Creates the progress of a run of `total` recipients, which is 0 for a run that revokes.
    pub(crate) fn new(args: &Args, total: usize, connection: &Connection) -> Self {
        let style = match args.progress {
            _ if args.quiet => ProgressStyle::None,
            Some(style) => style,
            None if io::stderr().is_terminal() => ProgressStyle::Bar,
            None => ProgressStyle::Plain,
        };
        Self {
            total,
            processed: 0,
            created: 0,
            revoked: 0,
            printed: 0,
            time_left: TimeLeft::new(
                args.destination(),
                args.lanes.into(),
                &connection.limits,
                connection.clock(),
            ),
            view: match style {
                ProgressStyle::None => View::None,
                ProgressStyle::Plain => View::Plain,
                ProgressStyle::Bar => View::Bar(bar(total)),
            },
        }
    }

    /// Updates the progress with an event of the run.
    pub(crate) fn event(&mut self, event: &RunEvent<'_>) {
        match event {
            RunEvent::AttemptEnded { .. } => self.show(None),
            RunEvent::Status(_) => {
                self.processed += 1;
                self.show_read();
            }
            RunEvent::Waiting { wait } if *wait >= SHOWN_WAIT => self.show(Some(*wait)),
            RunEvent::Settled(settlement) => {
                self.processed += usize::from(settlement.outcome != Outcome::Pending);
                self.created += usize::from(settlement.outcome == Outcome::Created);
            }
            // A run that invites people again revokes too.
            RunEvent::Revoked { .. } if self.total == 0 => {
                self.revoked += 1;
                self.show_revoked();
            }
            _ => {}
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        if let View::Bar(bar) = &self.view {
            bar.finish_and_clear();
        }
    }

    fn show_read(&self) {
        match &self.view {
            View::Plain if self.processed.is_multiple_of(1000) => print_line(&format!("{} read", self.processed)),
            View::Bar(bar) => {
                bar.set_position(self.processed as u64);
                bar.set_message(format!("{} read", self.processed));
            }
            _ => {}
        }
    }

    fn show_revoked(&self) {
        match &self.view {
            View::Plain if self.revoked.is_multiple_of(100) => print_line(&format!("{} revoked", self.revoked)),
            View::Bar(bar) => bar.set_message(format!("{} revoked", self.revoked)),
            _ => {}
        }
    }

    fn show(&mut self, waiting: Option<Duration>) {
        let (processed, total) = (self.processed, self.total);
        let mut text = format!("{} created", self.created);
        let wait = waiting.unwrap_or_default();
        if let Some(left) = self
            .time_left
            .estimate(processed, total.saturating_sub(processed), wait)
        {
            text += &format!(", about {} left", duration::format(left));
        }
        if let Some(wait) = waiting {
            text += &format!(", waiting {}", duration::format(wait));
        }
        match &self.view {
            View::None => {}
            View::Plain if waiting.is_none() && processed < self.printed + total.div_ceil(10).max(1) => {}
            View::Plain => {
                self.printed = processed;
                print_line(&format!("{processed} of {total}: {text}"));
            }
            View::Bar(bar) => {
                bar.set_position(processed as u64);
                bar.set_message(text);
            }
        }
    }
}

fn bar(total: usize) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
    let style = indicatif::ProgressStyle::with_template(match total {
        0 => "{spinner} {msg}",
        _ => "{spinner} [{bar:30}] {pos}/{len} {msg}",
    });
    bar.set_style(
        style
            .unwrap_or_else(|_| indicatif::ProgressStyle::default_bar())
            .progress_chars("=> "),
    );
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
