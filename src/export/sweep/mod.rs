//! What a sweep found, as a table and a summary.

mod summary;
mod table;

pub use summary::sweep_json;
pub use table::SweepTable;
