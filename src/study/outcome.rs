//! What a study found, but for the values of single trials.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::scenario::{DefaultUsed, Note};
use crate::units::{Date, PriceUnit};

/// What is measured for each focus in each trial, in column order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Metric {
    /// Reference demand less use, over the horizon \[units\].
    Shortfall,
    /// Shortfall over reference demand \[share\].
    ShortfallShare,
    /// Shortfall over mean reference demand a day \[days\].
    ShortfallDays,
    /// Part of the shortfall given up because of price \[units\].
    RationedByPrice,
    /// Part of the shortfall that would have paid and found nothing \[units\].
    Unserved,
    /// Unserved use not made up by the end \[units\].
    Forgone,
    /// Largest monthly shortfall over that month's reference demand \[share\].
    PeakRate,
    /// Days from the start to the first day short; infinite if never.
    TimeToSurvive,
    /// Days from the first day short to the last; zero if never.
    TimeToRecover,
    /// Smallest commercial stock in days of reference use \[days\].
    MinimumCover,
    /// Volume-weighted price, contract and spot \[USD per unit\].
    PricePaid,
    /// Time-weighted marginal price \[USD per unit\].
    PriceSpot,
    /// Value of arrivals from other countries \[USD\].
    ImportBill,
    /// Output lost to the shortfall \[USD\].
    ValueLost,
    /// Volume drawn from the state reserve \[units\].
    ReserveDrawn,
}

impl Metric {
    /// All metrics, in column order.
    pub const ALL: [Self; 15] = [
        Self::Shortfall,
        Self::ShortfallShare,
        Self::ShortfallDays,
        Self::RationedByPrice,
        Self::Unserved,
        Self::Forgone,
        Self::PeakRate,
        Self::TimeToSurvive,
        Self::TimeToRecover,
        Self::MinimumCover,
        Self::PricePaid,
        Self::PriceSpot,
        Self::ImportBill,
        Self::ValueLost,
        Self::ReserveDrawn,
    ];

    /// Name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Shortfall => "shortfall",
            Self::ShortfallShare => "shortfall_share",
            Self::ShortfallDays => "shortfall_days",
            Self::RationedByPrice => "rationed_by_price",
            Self::Unserved => "unserved",
            Self::Forgone => "forgone",
            Self::PeakRate => "peak_rate",
            Self::TimeToSurvive => "time_to_survive",
            Self::TimeToRecover => "time_to_recover",
            Self::MinimumCover => "minimum_cover",
            Self::PricePaid => "price_paid",
            Self::PriceSpot => "price_spot",
            Self::ImportBill => "import_bill",
            Self::ValueLost => "value_lost",
            Self::ReserveDrawn => "reserve_drawn",
        }
    }

    /// Unit in files and reports, given the commodity's unit.
    #[must_use]
    pub fn unit(self, commodity: &str) -> String {
        match self {
            Self::ShortfallShare | Self::PeakRate => "share".to_owned(),
            Self::ShortfallDays
            | Self::TimeToSurvive
            | Self::TimeToRecover
            | Self::MinimumCover => "days".to_owned(),
            Self::PricePaid | Self::PriceSpot => format!("USD/{commodity}"),
            Self::ImportBill | Self::ValueLost => "USD".to_owned(),
            _ => commodity.to_owned(),
        }
    }
}

/// What a study found: with the [`Columns`](super::Columns) of its trials,
/// enough to write every output.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Where the numbers come from.
    pub stamp: Stamp,
    /// Title of the scenario.
    pub title: String,
    /// The question the scenario answers.
    pub question: Option<String>,
    /// First day of the scenario.
    pub start: Date,
    /// Length \[days\].
    pub horizon: f64,
    /// First day of each month bin; the first is `start`.
    pub months: Vec<Date>,
    /// A trial counts as short above this share of demand.
    pub short_above: f64,
    /// One entry a focus.
    pub focus: Vec<FocusOutcome>,
    /// When each policy was at work, and what it did.
    pub policies: Vec<PolicyActivity>,
    /// What sellers under sanctions get for their goods.
    pub sellers: Vec<SellerPrice>,
    /// Trials that were finished: the length of every column.
    pub completed: u64,
    /// Trials that failed, in order; excluded from every column.
    pub failures: Vec<Failure>,
    /// Paths of the numbers drawn once a trial.
    pub parameters: Vec<String>,
    /// Calendar events handled, both variants.
    pub events: u64,
    /// Whether the study was stopped before all trials were done.
    pub interrupted: bool,
    /// What the figures of the scenario rest on.
    pub basis: Basis,
}

/// What the figures of a scenario rest on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// Sources and judgements, in the order of the file.
    pub notes: Vec<Note>,
    /// Defaults of the language that hold, by path.
    pub defaults: Vec<DefaultUsed>,
    /// The scenario's citations by key.
    pub sources: BTreeMap<String, String>,
}

/// What an outcome says of the scenario beyond its numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// Where the numbers come from.
    pub stamp: Stamp,
    /// Title of the scenario.
    pub title: String,
    /// The question it answers.
    pub question: Option<String>,
    /// Its policies.
    pub policies: Vec<AboutPolicy>,
    /// What its figures rest on.
    pub basis: Basis,
}

/// What a report says of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AboutPolicy {
    /// Its name in the scenario.
    pub name: String,
    /// Its name in reports.
    pub title: String,
    /// Whether it can strike each focus.
    pub strikes: Vec<bool>,
}

/// Where numbers come from; written into every file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Name of the scenario.
    pub scenario: String,
    /// Hash of all its files and overrides.
    pub hash: String,
    /// Master seed.
    pub seed: u64,
    /// Trials asked for.
    pub trials: u64,
    /// Version of this program.
    pub version: String,
}

/// A trial that could not be finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Its index.
    pub trial: u64,
    /// Why.
    pub reason: String,
}

/// A policy over time.
#[derive(Clone, Debug)]
pub struct PolicyActivity {
    /// Its name in the scenario.
    pub name: String,
    /// Its name in reports.
    pub title: String,
    /// Whether it can strike each focus: it acts on the good or one that goes
    /// into it, and on trade to the country.
    pub strikes: Vec<bool>,
    /// Whether it is a shock (else a response; background is not listed).
    pub shock: bool,
    /// In what share of trials it was at work, day by day: steps, the first at
    /// which it ever is. Between two steps the share moves by less than 1 %.
    pub active: Vec<Step>,
    /// Mean volume it stopped, by commodity: (name, unit, volume).
    pub stopped: Vec<(String, String, f64)>,
    /// Mean volume that went around it, likewise.
    pub leaked: Vec<(String, String, f64)>,
    /// Mean volume over the horizon that waits for a decision on a licence, or
    /// is under inspection, likewise.
    pub waiting: Vec<(String, String, f64)>,
    /// The part of it that the desk has not taken up, likewise.
    pub queued: Vec<(String, String, f64)>,
}

/// What holds from one day to the next step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Whole days since the start.
    pub day: u32,
    /// Share of trials.
    pub share: f64,
}

/// What a seller gets while a sanction on it is in force.
#[derive(Clone, Debug, PartialEq)]
pub struct SellerPrice {
    /// Name of the commodity.
    pub commodity: String,
    /// Name of the seller's country.
    pub country: String,
    /// Name of the seller.
    pub company: String,
    /// How far its price stands from what sellers get that no sanction strikes,
    /// over that time and over trials \[share of that\]; below zero, a discount.
    pub mean: f64,
    /// Standard error of the mean; zero where only one trial has a price.
    pub se: f64,
}

/// What was found about one (commodity, country).
#[derive(Clone, Debug)]
pub struct FocusOutcome {
    /// Key of the commodity.
    pub commodity: String,
    /// Its name.
    pub commodity_name: String,
    /// Code of the country.
    pub country: String,
    /// Its name.
    pub country_name: String,
    /// Unit of volumes.
    pub unit: String,
    /// Reference price \[USD per unit\].
    pub price: f64,
    /// The unit in which reports tell prices.
    pub price_unit: PriceUnit,
    /// Mean reference use \[units per day\].
    pub use_per_day: f64,
    /// Size of the state reserve \[units\], if there is one.
    pub reserve: Option<f64>,
    /// With every policy.
    pub shocked: Variant,
    /// Background policies only, same random numbers.
    pub baseline: Variant,
}

/// One variant of a focus.
#[derive(Clone, Debug, Default)]
pub struct Variant {
    /// Shortfall in each month bin as a share of that month's demand.
    pub shortfall: Fan,
    /// Commercial stock at the end of each month bin \[days of use\].
    pub cover: Fan,
    /// Mean arrivals over the horizon by origin [units per day]: country
    /// code, name, rate; largest first. The country itself is its own output.
    pub origins: Vec<(String, String, f64)>,
}

/// Quantiles by month bin.
#[derive(Clone, Debug, Default)]
pub struct Fan {
    /// 5th percentile.
    pub p5: Vec<f64>,
    /// 25th percentile.
    pub p25: Vec<f64>,
    /// Median.
    pub p50: Vec<f64>,
    /// 75th percentile.
    pub p75: Vec<f64>,
    /// 95th percentile.
    pub p95: Vec<f64>,
    /// Mean.
    pub mean: Vec<f64>,
}
