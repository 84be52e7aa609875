use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::study::Progress;

/// Work that takes no longer is done without a bar.
const PATIENCE: Duration = Duration::from_secs(1);

const TEMPLATE: &str = "{bar:30} {human_pos} of {human_len} trials, {per_sec}, {eta} left";

/// A bar on standard error, if that is a terminal.
pub(super) struct Bar {
    bar: ProgressBar,
    wanted: bool,
}

impl Bar {
    pub(super) fn new(wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template(TEMPLATE);
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
