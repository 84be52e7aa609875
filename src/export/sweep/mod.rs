//! What a sweep found, as a table and a summary.

mod printed;
mod summary;
mod table;

pub use printed::{points_table, sweep_table};
pub use summary::sweep_json;
pub use table::SweepTable;
