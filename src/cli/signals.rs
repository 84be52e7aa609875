use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;

use super::{exit, output};
use crate::export::abandon;

/// Becomes true on Ctrl-C or SIGTERM; a second one ends the program at once,
/// without what is half done: the folder `staging`, if there is one.
pub(super) fn stop_on_signal(staging: Option<&Path>) -> Result<Arc<AtomicBool>, anyhow::Error> {
    let stop = Arc::new(AtomicBool::new(false));
    let (seen, staging) = (Arc::clone(&stop), staging.map(Path::to_owned));
    ctrlc::set_handler(move || {
        if seen.swap(true, Ordering::Relaxed) {
            let _turn = staging.as_deref().and_then(abandon);
            std::process::exit(exit::INTERRUPTED.into());
        }
        output::message("stopping: finishing the trials under way");
    })
    .context("cannot watch for Ctrl-C")?;
    Ok(stop)
}

/// Has a file that may not grow further (`ulimit -f`) fail to be written, as on
/// a full disk, rather than end the program. Threads started later inherit
/// this.
pub(super) fn survive_file_size_limit() -> Result<(), anyhow::Error> {
    #[cfg(unix)]
    {
        use nix::sys::signal::{SigSet, Signal};
        let blocked = SigSet::from(Signal::SIGXFSZ).thread_block();
        blocked.context("cannot block SIGXFSZ")?;
    }
    Ok(())
}
