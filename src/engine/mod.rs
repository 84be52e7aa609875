//! One trial: the calendar of events, the state they change, and the rules
//! that change it.
//!
//! A trial is a pure function of (model, seed, trial index, variant). Rates
//! are constant between events, so stocks move linearly and are settled only
//! when something touches them; see [`Trial`] for the story.

mod boil_off;
pub mod calendar;
mod clearing;
mod contracts;
mod customs;
mod gates;
mod journal;
mod ledger;
pub mod market;
mod model;
mod needs;
mod orders;
pub mod policy;
mod record;
mod regime;
mod reserves;
mod shipping;
mod state;
mod stocks;
mod storage;
mod trial;

pub use journal::{Decision, Entry, Journal, Milestone};
pub use model::Model;
pub use record::{METRICS, Record};
pub use regime::Process;
pub use state::State;
pub use trial::{Trial, TrialError, Variant, Worker};
