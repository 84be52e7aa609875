//! Shards of a sweep in object storage, for machines that share no file system.
//!
//! A log grows by appending, which objects cannot. So it is written to a folder
//! of this machine, and a copy of it kept at its address.

#[cfg(not(feature = "object-store"))]
#[path = "no_bucket.rs"]
mod bucket;
#[cfg(feature = "object-store")]
mod bucket;
mod mirror;
mod place;

pub(super) use bucket::{Bucket, Version};
pub(super) use mirror::Mirror;
pub use place::Place;
pub(super) use place::folder;

/// Why an object was not written.
#[derive(Debug)]
#[cfg_attr(not(feature = "object-store"), expect(dead_code))]
pub(super) enum PutError {
    /// Somebody else has.
    Overtaken,
    /// It cannot be.
    Failed(anyhow::Error),
}
