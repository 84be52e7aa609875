use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::export::count;
use crate::study::Progress;
use crate::study::sweep::Watch;

/// Work that takes no longer is done without a bar.
const PATIENCE: Duration = Duration::from_secs(1);

const SWEEP_TEMPLATE: &str =
    "{bar:30} {msg}, {human_pos} of {human_len} trials, {rate}, {eta} left";
const COUNT_TEMPLATE: &str = "{bar:30} {human_pos} of {human_len} {msg}, {eta} left";
const TEMPLATE: &str = "{bar:30} {human_pos} of {human_len} trials, {rate}, {eta} left";

/// A bar on standard error, if that is a terminal.
pub(super) struct Bar {
    bar: ProgressBar,
    wanted: bool,
}

impl Bar {
    pub(super) fn new(wanted: bool) -> Self {
        Self::with(TEMPLATE, wanted)
    }

    fn with(template: &str, wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(template);
        let rate = |state: &ProgressState, to: &mut dyn Write| {
            let _ = write!(to, "{}/s", count(state.per_sec() as u64));
        };
        let style = style.map(|style| style.with_key("rate", rate));
        Self {
            bar: style.map_or(bar.clone(), |style| bar.with_style(style)),
            wanted,
        }
    }

    fn show(&self) {
        if self.wanted && self.bar.is_hidden() && self.bar.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Progress for Bar {
    fn begin(&self, trials: u64) {
        self.bar.set_length(trials);
        self.bar.reset_elapsed();
    }

    fn advance(&self, trials: u64) {
        self.show();
        self.bar.inc(trials);
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// The bar of a sweep: points done, and the time left from its trials.
pub(super) struct SweepBar {
    bar: Bar,
    done: AtomicU64,
    all: u64,
}

impl SweepBar {
    /// For so many points, of which some were done before.
    pub(super) fn new(wanted: bool, done: u64, all: u64) -> Self {
        let bar = Self {
            bar: Bar::with(SWEEP_TEMPLATE, wanted),
            done: AtomicU64::new(done),
            all,
        };
        bar.points(0);
        bar
    }

    /// Points that are done.
    pub(super) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

impl Watch for SweepBar {
    fn begin(&self, done: u64, trials: u64) {
        self.bar.begin(trials);
        self.bar.bar.set_position(done);
        self.bar.bar.reset_eta();
    }

    fn advance(&self, trials: u64) {
        self.bar.advance(trials);
    }

    fn points(&self, points: u64) {
        let done = points + self.done.fetch_add(points, Ordering::Relaxed);
        let told = format!("{} of {} points", count(done), count(self.all));
        self.bar.bar.set_message(told);
    }

    fn end(&self) {
        self.bar.end();
    }
}

/// A bar that counts things; gone when dropped.
pub(super) struct Count(Bar);

impl Count {
    /// For so many of what `told` says.
    pub(super) fn new(wanted: bool, all: u64, told: &'static str) -> Self {
        let bar = Bar::with(COUNT_TEMPLATE, wanted);
        bar.begin(all);
        bar.bar.set_message(told);
        Self(bar)
    }

    pub(super) fn advance(&self) {
        self.0.advance(1);
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        self.0.end();
    }
}
