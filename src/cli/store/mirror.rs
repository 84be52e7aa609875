use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Error, anyhow};
use tempfile::TempDir;

use super::{Bucket, PutError, Version};
use crate::cli::{Failure, output};

/// A copy is brought up to date no sooner than after so long, and so many times
/// as long as that took.
const PAUSE: Duration = Duration::from_secs(10);
const PAUSES: u32 = 20;
/// So often it is tried in the end.
const TRIES: u32 = 30;

/// A log on this machine and its copy in object storage. Whoever wrote the copy
/// last goes on with it; another one that is still at work finds that out, and
/// stops.
pub struct Mirror {
    bucket: Bucket,
    name: String,
    here: TempDir,
    version: Option<Version>,
    /// CRC-32 of the copy.
    sent: Option<u32>,
}

impl Mirror {
    /// Fetches the copy, if there is one.
    ///
    /// # Errors
    /// When the storage cannot be reached or refuses.
    pub fn fetch(bucket: Bucket, name: String) -> Result<Self, Error> {
        let here = tempfile::Builder::new().prefix("shortfall-").tempdir();
        let here = here.context("cannot create a folder for temporary files")?;
        let mut mirror = Self {
            bucket,
            name,
            here,
            version: None,
            sent: None,
        };
        let path = mirror.path();
        mirror.version = mirror.bucket.fetch(&mirror.name, &path)?;
        if mirror.version.is_some() {
            mirror.sent = Some(crc32fast::hash(&mirror.read()?));
        }
        Ok(mirror)
    }

    /// Where the log is on this machine.
    pub fn path(&self) -> PathBuf {
        self.here.path().join(&self.name)
    }

    /// Where the copy is.
    pub fn address(&self) -> String {
        format!("{}/{}", self.bucket.address(), self.name)
    }

    /// What went wrong with the log, told of the copy.
    pub fn told(&self, failure: Failure) -> Failure {
        let (path, address) = (self.path(), self.address());
        failure.map(|text| text.replace(&path.display().to_string(), &address))
    }

    /// Keeps the copy up to date while `work` writes the log, and brings it up
    /// to date before and after. `stop` becomes true if another run has written
    /// the copy.
    ///
    /// # Errors
    /// That of `work`, or why the copy is not up to date; what it lacks is then
    /// left on this machine.
    pub fn keep_up<T>(
        &mut self,
        stop: &AtomicBool,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        self.send().map_err(|error| self.failure(error))?;
        let (under_way, over) = channel::<()>();
        let (found, sent) = thread::scope(|scope| {
            let sender = || {
                let over = over;
                self.send_until(&over, stop)
            };
            let sending = thread::Builder::new().spawn_scoped(scope, sender);
            let sending = sending.context("cannot start a thread")?;
            let found = work();
            drop(under_way);
            Ok::<_, Error>((found, sending.join()))
        })?;
        let sent = sent.unwrap_or_else(|_| Err(PutError::Failed(anyhow!("the sender failed"))));
        match sent {
            Ok(()) => found,
            Err(error) => {
                if let PutError::Failed(_) = error {
                    self.here.disable_cleanup(true);
                    output::message(&format!(
                        "what {} lacks is in {}",
                        self.address(),
                        self.path().display()
                    ));
                }
                Err(self.failure(error))
            }
        }
    }

    /// Sends what is new from time to time, and once more when it is over.
    #[allow(clippy::disallowed_methods, reason = "a measurement needs a clock")]
    fn send_until(&mut self, over: &Receiver<()>, stop: &AtomicBool) -> Result<(), PutError> {
        let (mut pause, mut warned, mut tries) = (PAUSE, false, 0);
        loop {
            if over.recv_timeout(pause) == Err(RecvTimeoutError::Disconnected) {
                if tries > 0 {
                    thread::sleep(pause);
                }
                tries += 1;
            }
            let start = Instant::now();
            match self.send() {
                Ok(()) if tries > 0 => return Ok(()),
                Ok(()) => warned = false,
                Err(PutError::Failed(error)) if tries < TRIES => {
                    if !warned {
                        output::message(&format!("warning: {error:#}; trying again"));
                    }
                    warned = true;
                }
                Err(error) => {
                    stop.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
            pause = match tries {
                0 => PAUSE.max(start.elapsed() * PAUSES),
                _ => PAUSE,
            };
        }
    }

    fn send(&mut self) -> Result<(), PutError> {
        let bytes = self.read().map_err(PutError::Failed)?;
        let hash = Some(crc32fast::hash(&bytes));
        if self.sent != hash {
            let put = self.bucket.put(&self.name, bytes, self.version.as_ref());
            self.version = Some(put?);
            self.sent = hash;
        }
        Ok(())
    }

    fn read(&self) -> Result<Vec<u8>, Error> {
        let path = self.path();
        fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    fn failure(&self, error: PutError) -> Failure {
        Failure::Other(match error {
            PutError::Failed(error) => error,
            PutError::Overtaken => anyhow!(
                "{} is in use: another run of this shard has written it since",
                self.address()
            ),
        })
    }
}
