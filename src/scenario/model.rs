//! A scenario after validation: names resolved to ids, quantities in base
//! units, nothing optional that the language gives a default.
//!
//! Base units: volumes in the commodity's own unit, time in days, money in
//! US dollars, shares as fractions of one.

use std::collections::BTreeMap;

use super::rule::Rule;
use crate::random::Law;
use crate::units::{Date, PriceUnit};

/// Index into [`Scenario::countries`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryId(pub usize);

/// Index into [`Scenario::commodities`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommodityId(pub usize);

/// Index into [`Scenario::sites`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteId(pub usize);

/// Index into [`Scenario::policies`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyId(pub usize);

/// A state of one of the political processes: index into
/// [`Scenario::processes`] and into its states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegimeId {
    /// Which process.
    pub process: usize,
    /// Which of its states.
    pub state: usize,
}

/// A number of the scenario: fixed, or drawn once per trial.
#[derive(Clone, Debug, PartialEq)]
pub struct Num {
    /// `Law::Constant` for a fixed number.
    pub law: Law,
    /// Where it stands in the file, e.g. `sites.lynas-kuantan.capacity`;
    /// the stable name of its draw.
    pub path: String,
}

/// A whole scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Short name, the file's stem unless given.
    pub name: String,
    /// One line for the top of a report.
    pub title: String,
    /// The question the scenario answers.
    pub question: Option<String>,
    /// First day.
    pub start: Date,
    /// Length in days.
    pub horizon: f64,
    /// Trials of a full run.
    pub trials: u64,
    /// Master seed.
    pub seed: u64,
    /// A trial counts as short when more than this share of demand is.
    pub short_above: f64,
    /// Pairs the study reports on.
    pub focus: Vec<Focus>,
    /// Source key to citation.
    pub sources: BTreeMap<String, String>,
    /// Countries and blocs.
    pub countries: Vec<Country>,
    /// Commodities, in the order of the file.
    pub commodities: Vec<Commodity>,
    /// Mines, plants, fields, trains.
    pub sites: Vec<Site>,
    /// Final demand.
    pub demands: Vec<Demand>,
    /// State stocks.
    pub reserves: Vec<Reserve>,
    /// Room for commercial stocks.
    pub tanks: Vec<Tank>,
    /// Transit between countries; later entries win over earlier ones.
    pub lanes: Vec<Lane>,
    /// Term contracts.
    pub contracts: Vec<Contract>,
    /// Policies, in the order of the file.
    pub policies: Vec<Policy>,
    /// Political processes.
    pub processes: Vec<Process>,
    /// What each number drawn once per trial is counted in, by path; empty for
    /// plain ones.
    pub units: BTreeMap<String, String>,
    /// Rank correlations between uncertain numbers, by path.
    pub correlations: Vec<Correlation>,
    /// Sources and judgements, in the order of the file.
    pub notes: Vec<Note>,
    /// Figures that the language supplied, by path.
    pub defaults: Vec<DefaultUsed>,
}

/// A (commodity, country) the study reports on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Focus {
    /// Of what.
    pub commodity: CommodityId,
    /// Where.
    pub country: CountryId,
}

/// A country or bloc.
#[derive(Clone, Debug)]
pub struct Country {
    /// Code used in the file, e.g. `JP`.
    pub code: String,
    /// Name used in reports.
    pub name: String,
}

/// A traded good at one stage.
#[derive(Clone, Debug)]
pub struct Commodity {
    /// Key in the file, e.g. `ndpr-oxide`.
    pub key: String,
    /// Name used in reports.
    pub name: String,
    /// Unit of every volume, e.g. `t`.
    pub unit: String,
    /// Reference price \[USD per unit\].
    pub price: Num,
    /// The unit in which it is stated.
    pub price_unit: PriceUnit,
    /// Clearing rule.
    pub rule: Rule,
    /// Interval between clearings \[days\].
    pub clearing: f64,
    /// Whether the market also clears whenever supply or demand rates change.
    pub on_change: bool,
    /// Price elasticity of use.
    pub elasticity: Elasticity,
    /// ε_s, further elasticity of orders for each 30 days of use in stock.
    pub stock_elasticity: Num,
    /// θ, the substitutability of origins.
    pub dispersion: Num,
    /// λ_max, choke price above reference, in reference prices.
    pub choke: Num,
    /// η, weight of trade between pairs without observed trade.
    pub new_pairs: Num,
    /// κ, share of the gap between position and target nominated each week.
    pub restocking: Num,
    /// Largest nomination, in windows of desired use.
    pub nomination_cap: Num,
    /// Deepest discount a seller gives before it floats its goods, φ.
    pub discount: Num,
    /// Days over which a seller releases stock beyond its normal shipments.
    pub release: Num,
    /// Seller stock never offered \[days of base output\].
    pub working_stock: Num,
    /// Whether sellers offer all they have on hand.
    pub offer_on_hand: bool,
    /// Cargo size \[units\], if goods travel in whole cargoes.
    pub cargo: Option<f64>,
    /// Smallest parcel worth shipping \[units\].
    pub parcel: f64,
    /// Transit of lanes not listed \[days\].
    pub transit: Law,
    /// Whether lanes not listed are pipelines.
    pub pipeline: bool,
    /// Share lost a day under way beyond the usual voyage; none if `None`.
    pub boil_off: Option<Num>,
    /// Cover below which use is rationed \[days\].
    pub minimum_cover: Num,
    /// Buyers' target cover unless a demand says otherwise \[days\].
    pub cover: Num,
    /// Whether rationing goes by value at risk (else pro rata).
    pub ration_by_value: bool,
    /// Days over which backlog is worked off.
    pub backlog_time: Num,
    /// Observed trade [units per day]: from, to, rate. Empty: proportional.
    pub trade: Vec<(CountryId, CountryId, Num)>,
    /// Whether base supply and demand are taken as given although they differ.
    pub unbalanced: bool,
    /// Largest relative difference of base supply and demand accepted.
    pub tolerance: f64,
    /// Where goods are at the start.
    pub start_empty: bool,
}

/// Price elasticities of use, as positive numbers.
#[derive(Clone, Debug)]
pub struct Elasticity {
    /// At once.
    pub short: Num,
    /// After adjustment.
    pub long: Num,
    /// Adjustment time \[days\].
    pub adjust: Num,
}

/// A mine, field, plant or train.
#[derive(Clone, Debug)]
pub struct Site {
    /// Unique name.
    pub name: String,
    /// Where it stands.
    pub country: CountryId,
    /// Who sells its goods; the country's own name if not given.
    pub company: String,
    /// Inputs per run: (commodity, units).
    pub inputs: Vec<(CommodityId, Num)>,
    /// Outputs per run: (commodity, units).
    pub outputs: Vec<(CommodityId, Num)>,
    /// Runs per day at full capacity.
    pub capacity: Num,
    /// Share of capacity used in the base.
    pub utilisation: Num,
    /// σ, elasticity of output where there is spare capacity.
    pub supply_elasticity: Num,
    /// Rank of its input draw when a buyer rations \[USD per unit short\].
    pub value_at_risk: Num,
    /// Target cover of inputs \[days\]; the commodity's if `None`.
    pub cover: Option<Num>,
    /// Monthly output factors, January first, mean one.
    pub season: Option<[f64; 12]>,
    /// Not there at the start; a project builds it.
    pub planned: bool,
    /// Ordinary outages.
    pub outages: Option<Outages>,
    /// Finished goods it can hold beyond what it usually does; no limit if
    /// `None`. Units of its first output, or days of its base output.
    pub storage: Option<Size>,
    /// Goods on hand at the start \[units of each output\], if not steady state.
    pub initial: Option<Num>,
}

impl Site {
    /// Whether a good goes in.
    #[must_use]
    pub fn takes(&self, good: CommodityId) -> bool {
        self.inputs.iter().any(|(input, _)| *input == good)
    }

    /// Whether a good comes out.
    #[must_use]
    pub fn makes(&self, good: CommodityId) -> bool {
        self.outputs.iter().any(|(output, _)| *output == good)
    }
}

/// A renewal or overlapping process of losses.
#[derive(Clone, Debug)]
pub struct Outages {
    /// When they come.
    pub arrival: Arrival,
    /// How long each lasts \[days\].
    pub lasts: Law,
    /// Share of capacity each takes.
    pub loses: Law,
    /// Whether capacity is what the site makes while up (else mean output
    /// meets base trade and capacity is raised for the outages expected).
    pub capacity_while_up: bool,
}

/// When the events of a disruption come.
#[derive(Clone, Debug)]
pub enum Arrival {
    /// After each recovery, an up-time drawn from the law \[days\].
    Renewal(Law),
    /// Poisson arrivals whatever is already down [per day].
    Overlapping(Num),
    /// Once, on a date or after a drawn time from the start \[days\].
    Once(Law),
}

/// Final use of a commodity.
#[derive(Clone, Debug)]
pub struct Demand {
    /// Of what.
    pub commodity: CommodityId,
    /// Where.
    pub country: CountryId,
    /// Its tier.
    pub tier: String,
    /// Reference use \[units per day\].
    pub rate: Num,
    /// Monthly factors, January first, mean one.
    pub season: Option<[f64; 12]>,
    /// Own elasticity; the commodity's if `None`.
    pub elasticity: Option<Elasticity>,
    /// Target cover \[days\]; the commodity's if `None`.
    pub cover: Option<Num>,
    /// Output lost \[USD per unit short\].
    pub value_at_risk: Num,
    /// Share of unserved use made up later.
    pub backlog: Num,
    /// Commercial stock at the start \[units\], if not at target.
    pub initial: Option<Num>,
}

/// A volume, or days of base use; of a site, of base output.
#[derive(Clone, Debug)]
pub enum Size {
    /// Units.
    Volume(Num),
    /// Days of base use or output.
    Days(Num),
}

/// A state stock.
#[derive(Clone, Debug)]
pub struct Reserve {
    /// Of what.
    pub commodity: CommodityId,
    /// Where.
    pub country: CountryId,
    /// How large it is, full at the start.
    pub size: Size,
    /// Commercial cover below which it releases \[days\].
    pub release_below: Num,
    /// Largest release, share of size per day.
    pub release_rate: Num,
    /// Commercial cover above which it refills \[days\]; never if `None`.
    pub refill_above: Option<Num>,
    /// Largest refill, share of size per day.
    pub refill_rate: Num,
}

/// How goods travel between two countries.
#[derive(Clone, Debug)]
pub struct Lane {
    /// From; any if `None`.
    pub from: Option<CountryId>,
    /// To; any if `None`.
    pub to: Option<CountryId>,
    /// Which goods; all if empty.
    pub commodities: Vec<CommodityId>,
    /// Days under way; `None` leaves the earlier rule.
    pub transit: Option<Law>,
    /// Whether goods flow (a pipeline) rather than sail.
    pub pipeline: Option<bool>,
    /// Chokepoints on the way, and when each is reached after departure
    /// \[days\]; `None` leaves the earlier rule.
    pub via: Option<Vec<(String, f64)>>,
    /// The way round the chokepoints, if there is one.
    pub detour: Option<Detour>,
}

/// The way round the chokepoints of a lane.
#[derive(Clone, Debug)]
pub struct Detour {
    /// By how much longer goods are under way \[days\].
    pub adds: Num,
    /// By how much dearer they are, in reference prices.
    pub cost: Num,
}

/// Room for the commercial stock of a good in a country.
#[derive(Clone, Debug)]
pub struct Tank {
    /// Of what.
    pub commodity: CommodityId,
    /// Where.
    pub country: CountryId,
    /// How much goes in.
    pub capacity: Size,
    /// The part of it that is never usable; nothing if `None`.
    pub heel: Option<Heel>,
}

/// What is never usable of a tank.
#[derive(Clone, Debug)]
pub enum Heel {
    /// A share of its capacity.
    Share(Num),
    /// Units.
    Volume(Num),
}

/// A term contract, served before spot.
#[derive(Clone, Debug)]
pub struct Contract {
    /// Of what.
    pub commodity: CommodityId,
    /// Seller's country.
    pub from: CountryId,
    /// Seller company; every seller of the country in proportion if `None`.
    pub company: Option<String>,
    /// Buyer's country.
    pub to: CountryId,
    /// Units per day.
    pub volume: Num,
    /// First day; before the scenario if `None`.
    pub start: Option<Date>,
    /// Last day; after the scenario if `None`.
    pub end: Option<Date>,
    /// USD per unit; the reference price if `None`.
    pub price: Option<Num>,
    /// Share of the volume that the buyer may leave; none if `None`.
    pub down: Option<Num>,
    /// Share of the volume that it may take beyond it; none if `None`.
    pub up: Option<Num>,
    /// Share of the volume paid for whether taken or not; none if `None`.
    pub take_or_pay: Option<Num>,
    /// Days from the start over which the volume rises; at once if `None`.
    pub ramp: Option<Num>,
    /// Order in which its seller serves it, lower first.
    pub priority: u32,
    /// Whether what the buyer does not need may go to others.
    pub free: bool,
}

/// What a policy is to a study; the baseline keeps only the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The event studied.
    Shock,
    /// What is done about it.
    Response,
    /// Goes on in any case.
    Background,
}

/// A timed instrument.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Unique name.
    pub name: String,
    /// Name in reports.
    pub title: String,
    /// What it is to the study.
    pub role: Role,
    /// Announcement; equal to `effective` if not given.
    pub announced: Date,
    /// First day in force.
    pub effective: Date,
    /// Days of use that buyers store ahead between the two.
    pub front_loading: Num,
    /// First day no longer in force.
    pub ends: Option<Date>,
    /// Regimes in which it is in force; all if empty.
    pub when: Vec<RegimeId>,
    /// What it does.
    pub instrument: Instrument,
}

/// What a policy does, one variant an instrument.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a scenario holds a handful of policies"
)]
pub enum Instrument {
    /// Forbids exports, or a share of them.
    ExportBan(ExportBan),
    /// Limits exports over a period.
    ExportQuota(ExportQuota),
    /// Makes exports wait for a licence.
    ExportLicence(ExportLicence),
    /// Takes capacity away from time to time.
    Disruption(Disruption),
    /// Has buyers give up the goods of companies.
    Sanction(Sanction),
    /// Makes imports dearer.
    Tariff(Tariff),
    /// Has buyers pay no more than a price.
    PriceCap(PriceCap),
    /// Closes a chokepoint of shipping.
    Closure(Closure),
    /// Carries goods past a chokepoint.
    Bypass(Bypass),
    /// Carries goods through third countries.
    Leakage(Leakage),
    /// Controls goods made abroad with one's own.
    ExtraterritorialRule(ExtraterritorialRule),
    /// Releases a volume from several state stocks.
    CoordinatedRelease(CoordinatedRelease),
    /// Lets members that run low draw on the state stocks of others.
    StockpilePact(StockpilePact),
    /// Changes reference demand.
    DemandShock(DemandShock),
    /// Has buyers store more.
    Hoarding(Hoarding),
    /// Has users go over to another good, or do with less.
    Substitution(Substitution),
    /// Has outcomes drawn on set dates.
    Negotiation(Negotiation),
    /// Builds capacity.
    Project(Project),
    /// Pays sites no less for a good.
    PriceFloor(PriceFloor),
}

/// The trade that an export control binds.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Exporter.
    pub by: CountryId,
    /// Goods.
    pub on: Vec<CommodityId>,
    /// Destinations, already resolved: never the exporter itself.
    pub to: Vec<CountryId>,
}

/// A number by commodity.
#[derive(Clone, Debug)]
pub struct PerCommodity {
    /// For goods not listed.
    pub default: Num,
    /// Exceptions.
    pub given: Vec<(CommodityId, Num)>,
}

/// A number by destination.
#[derive(Clone, Debug)]
pub struct PerCountry {
    /// For destinations not listed.
    pub default: Num,
    /// Exceptions.
    pub given: Vec<(CountryId, Num)>,
}

impl PerCountry {
    /// The number of one destination.
    #[must_use]
    pub fn at(&self, country: CountryId) -> &Num {
        let given = self.given.iter().find(|(id, _)| *id == country);
        given.map_or(&self.default, |(_, num)| num)
    }
}

/// Forbids a share of exports.
#[derive(Clone, Debug)]
pub struct ExportBan {
    /// What it binds.
    pub scope: Scope,
    /// Share of reference trade forbidden.
    pub share: PerCommodity,
    /// Other shares while a regime lasts.
    pub in_regime: Vec<(RegimeId, PerCommodity)>,
}

/// Limits exports over a period.
#[derive(Clone, Debug)]
pub struct ExportQuota {
    /// What it binds.
    pub scope: Scope,
    /// Units per period, all destinations together, for each good.
    pub volume: PerCommodity,
    /// Length of a period \[days\], counted from `effective`.
    pub period: f64,
}

/// A licence desk.
#[derive(Clone, Debug)]
pub struct ExportLicence {
    /// What it binds.
    pub scope: Scope,
    /// Share of trade under the customs code that needs a licence.
    pub share: PerCommodity,
    /// Time under review \[days\], drawn for each application.
    pub review: Law,
    /// How fast the desk decides, all goods together.
    pub desk: LicenceDesk,
    /// Applications filed per destination, good and clearing window.
    pub applications: u32,
    /// When they are filed.
    pub filed: Filing,
    /// Time from refusal to a new application \[days\]; none if `None`.
    pub reapply: Option<Law>,
    /// Terms outside any regime listed.
    pub terms: LicenceTerms,
    /// Other terms while a regime lasts.
    pub in_regime: Vec<(RegimeId, LicenceTerms)>,
    /// Time under inspection of uncontrolled goods held \[days\].
    pub inspection: Law,
}

/// How fast a licence desk takes up applications, one after the other.
#[derive(Clone, Debug)]
pub enum LicenceDesk {
    /// Each at once.
    Unlimited,
    /// So many a day, at even intervals.
    PerDay(Num),
    /// Each takes a time \[days\] of its own.
    Each(Law),
}

/// When the applications of a clearing window are filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filing {
    /// At even intervals.
    Evenly,
    /// At random, as many as it happens: a Poisson process.
    AtRandom,
}

/// What a licence desk decides by; changes with the regime.
#[derive(Clone, Debug)]
pub struct LicenceTerms {
    /// Probability that an application is approved.
    pub approval: PerCountry,
    /// Share of controlled trade that moves under general licences.
    pub general: PerCountry,
    /// Share of uncontrolled goods held for inspection.
    pub holds_uncontrolled: Num,
    /// Share of the pending applications decided at once when the regime is
    /// entered.
    pub clears_backlog: Num,
}

/// Takes capacity away from time to time.
#[derive(Clone, Debug)]
pub struct Disruption {
    /// Sites struck, already resolved; all are struck together.
    pub sites: Vec<SiteId>,
    /// When, how long, how much.
    pub outages: Outages,
}

/// Has buyers give up the goods of companies.
#[derive(Clone, Debug)]
pub struct Sanction {
    /// Companies struck.
    pub companies: Vec<String>,
    /// Goods.
    pub on: Vec<CommodityId>,
    /// Until when trade goes on unhindered.
    pub wind_down: Option<Date>,
    /// Share of reference purchases given up, by country of the buyer.
    pub compliance: PerCountry,
    /// How compliance falls with time.
    pub easing: Option<Easing>,
    /// Additional cost of buying from them, in reference prices.
    pub risk: PerCountry,
    /// Countries that may go on buying for a time.
    pub waivers: Vec<Waiver>,
    /// Goods sold under other names.
    pub relabelling: Option<Relabelling>,
    /// A slower channel around the sanction.
    pub shadow: Option<Shadow>,
    /// Further storage \[units\], all sellers together.
    pub floats: Option<Num>,
}

/// Compliance falls to a share of what it was, exponentially.
#[derive(Clone, Debug)]
pub struct Easing {
    /// Time constant \[days\].
    pub within: Num,
    /// Share that lasts.
    pub lasting: Num,
}

/// A country may go on buying.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// Which.
    pub country: CountryId,
    /// First day without.
    pub until: Date,
    /// Probability that it is renewed when it ends.
    pub renewed: Num,
    /// For how long it is renewed \[days\].
    pub term: f64,
}

/// Struck sellers hand goods to others.
#[derive(Clone, Debug)]
pub struct Relabelling {
    /// Companies that sell them.
    pub companies: Vec<String>,
    /// Most, as a share of base output.
    pub at_most: Num,
    /// Time constant of its growth \[days\].
    pub within: Num,
}

/// A slower channel whose capacity grows.
#[derive(Clone, Debug)]
pub struct Shadow {
    /// Capacity at first [units per day].
    pub at_first: Num,
    /// Capacity in the end [units per day].
    pub at_most: Num,
    /// Time constant of its growth \[days\].
    pub within: Num,
    /// By how much later goods arrive \[days\].
    pub delay: Num,
    /// By how much dearer they are, in reference prices.
    pub cost: Num,
}

/// Makes imports dearer.
#[derive(Clone, Debug)]
pub struct Tariff {
    /// Importers.
    pub by: Vec<CountryId>,
    /// Goods.
    pub on: Vec<CommodityId>,
    /// Exporters.
    pub from: Vec<CountryId>,
    /// Share of the seller's price.
    pub rate: PerCommodity,
}

/// Has buyers pay no more than a price.
#[derive(Clone, Debug)]
pub struct PriceCap {
    /// Countries of the buyers.
    pub by: Vec<CountryId>,
    /// Goods.
    pub on: Vec<CommodityId>,
    /// Sellers capped: those of these countries,
    pub from: Vec<CountryId>,
    /// or of these companies.
    pub companies: Vec<String>,
    /// The price [USD per unit] for each good.
    pub at: PerCommodity,
}

/// Closes a chokepoint of shipping.
#[derive(Clone, Debug)]
pub struct Closure {
    /// Name of the chokepoint.
    pub of: String,
    /// Share that still passes.
    pub open: Num,
    /// How long it is closed \[days\]; as long as in force if `None`.
    pub lasts: Option<Law>,
    /// Half-life of what stays closed after that \[days\].
    pub recovery: Num,
}

/// Carries goods past a chokepoint.
#[derive(Clone, Debug)]
pub struct Bypass {
    /// Name of the chokepoint.
    pub around: String,
    /// Countries of the sellers.
    pub by: Vec<CountryId>,
    /// The good.
    pub on: CommodityId,
    /// Capacity [units per day].
    pub capacity: Capacity,
    /// Time over which it grows from nothing \[days\].
    pub ramp: Num,
    /// By how much later goods arrive \[days\].
    pub delay: Num,
    /// By how much dearer they are, in reference prices.
    pub cost: Num,
}

/// A capacity shared by all sellers, or one for each country of sellers.
#[derive(Clone, Debug)]
pub enum Capacity {
    /// All together.
    Together(Num),
    /// Each its own.
    ByCountry(Vec<(CountryId, Num)>),
}

/// Carries goods through third countries.
#[derive(Clone, Debug)]
pub struct Leakage {
    /// Policies it goes around.
    pub around: Vec<PolicyId>,
    /// Third countries.
    pub via: Vec<CountryId>,
    /// Most, as a share of what they stop.
    pub at_most: Num,
    /// Time constant of its growth \[days\].
    pub within: Num,
    /// By how much later goods arrive \[days\].
    pub delay: Num,
    /// By how much dearer they are, in reference prices.
    pub cost: Num,
    /// Most, as a share of what the third countries import in the base.
    pub hub_share: Option<Num>,
    /// What sets it back.
    pub enforcement: Option<Enforcement>,
}

/// Random blows against a channel.
#[derive(Clone, Debug)]
pub struct Enforcement {
    /// How many per day.
    pub rate: Num,
    /// Share of the channel that each undoes.
    pub undoes: Num,
}

/// Controls goods made abroad with one's own.
#[derive(Clone, Debug)]
pub struct ExtraterritorialRule {
    /// Whose rule, and the origin of the content.
    pub by: CountryId,
    /// Goods that count as content.
    pub content: Vec<CommodityId>,
    /// Goods made abroad that it binds.
    pub on: Vec<CommodityId>,
    /// Share of content in the value of a good above which it binds.
    pub threshold: Num,
    /// Destinations.
    pub to: Vec<CountryId>,
    /// Share of reference trade refused, by destination.
    pub refused: PerCountry,
}

/// Releases a volume from several state stocks.
#[derive(Clone, Debug)]
pub struct CoordinatedRelease {
    /// Of what.
    pub commodity: CommodityId,
    /// Whose reserves, and their shares; in proportion to size if `None`.
    pub members: Vec<(CountryId, Option<Num>)>,
    /// Units, all together.
    pub total: Num,
    /// Days over which they are released.
    pub over: Num,
}

/// Lets members that run low draw on the state stocks of others.
#[derive(Clone, Debug)]
pub struct StockpilePact {
    /// Who stands by each other.
    pub members: Vec<CountryId>,
    /// In which goods.
    pub goods: Vec<CommodityId>,
    /// Commercial cover below which a member draws \[days\].
    pub trigger: Num,
    /// Most that a partner gives \[share of its reserve's size per day\].
    pub share: Num,
    /// Share of its reserve's size that a partner keeps.
    pub floor: Num,
    /// Time under way \[days\].
    pub transit: Law,
}

/// Changes reference demand.
#[derive(Clone, Debug)]
pub struct DemandShock {
    /// Of what.
    pub of: CommodityId,
    /// Where.
    pub countries: Vec<CountryId>,
    /// Tiers struck; all if empty.
    pub tiers: Vec<String>,
    /// Relative change, at least −1.
    pub change: Num,
    /// Time over which it comes about \[days\].
    pub ramp: Num,
}

/// Has buyers store more for fear of a shortage.
#[derive(Clone, Debug)]
pub struct Hoarding {
    /// Of what.
    pub on: Vec<CommodityId>,
    /// Where.
    pub countries: Vec<CountryId>,
    /// Beyond the target \[days of use\].
    pub cover: Num,
}

/// Has users go over to another good, or do with less.
#[derive(Clone, Debug)]
pub struct Substitution {
    /// What is replaced.
    pub of: CommodityId,
    /// Where.
    pub countries: Vec<CountryId>,
    /// Tiers struck, and plants by their sites; all if empty.
    pub tiers: Vec<String>,
    /// The other good, and units of it for a unit; none where users do with
    /// less.
    pub with: Option<(CommodityId, Num)>,
    /// Largest share of demand replaced.
    pub at_most: Num,
    /// Time constant \[days\].
    pub within: Num,
    /// Only while the price is above \[USD per unit\].
    pub price_above: Option<Num>,
    /// Only while stock is below \[days of use\].
    pub cover_below: Option<Num>,
}

/// Has the regime of a process drawn on set dates.
#[derive(Clone, Debug)]
pub struct Negotiation {
    /// Index into [`Scenario::processes`].
    pub process: usize,
    /// When.
    pub on: Vec<Date>,
    /// States of the process from which; all if empty.
    pub from: Vec<usize>,
    /// Outcomes: (state, probability), adding up to one.
    pub outcomes: Vec<(usize, Num)>,
}

/// Builds capacity.
#[derive(Clone, Debug)]
pub struct Project {
    /// Where.
    pub site: SiteId,
    /// Runs per day at full capacity.
    pub adds: Num,
    /// Probability that it is funded.
    pub funded: Num,
    /// First day on which it may be decided on.
    pub decision: Date,
    /// Time to build \[days\].
    pub build: Law,
    /// Time by which it slips \[days\].
    pub delay: Law,
    /// Time from completion to full output \[days\].
    pub ramp: Num,
    /// Projects that must be complete before it is built.
    pub after: Vec<PolicyId>,
    /// Regimes of which one must last when it is decided on; none if empty.
    pub needs: Vec<RegimeId>,
    /// Price of the site's first good below which it is not decided on
    /// \[USD per unit\].
    pub breakeven: Option<Num>,
}

/// Pays sites no less for a good.
#[derive(Clone, Debug)]
pub struct PriceFloor {
    /// Which sites.
    pub sites: Vec<SiteId>,
    /// For which good.
    pub of: CommodityId,
    /// USD per unit.
    pub at: Num,
}

/// A semi-Markov chain of regimes, or a fixed path.
#[derive(Clone, Debug)]
pub struct Process {
    /// Unique name.
    pub name: String,
    /// Its regimes.
    pub states: Vec<State>,
    /// The state at the start of the scenario.
    pub start: usize,
    /// If given, the path every trial follows: (first day, state), in order.
    pub path: Option<Vec<(Date, usize)>>,
}

/// A regime.
#[derive(Clone, Debug)]
pub struct State {
    /// Unique among all processes.
    pub name: String,
    /// When it ends by itself; never if `None`.
    pub ends: Option<Ends>,
    /// What follows when it ends by itself: (state, probability), adding up
    /// to one.
    pub then: Vec<(usize, Num)>,
    /// Ways out at any time: (state, rate per day).
    pub leaves: Vec<(usize, Num)>,
}

/// When a regime ends by itself.
#[derive(Clone, Debug)]
pub enum Ends {
    /// After a drawn time \[days\].
    After(Law),
    /// On a date; at once if entered later.
    On(Date),
}

/// A rank correlation between two uncertain numbers.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// Its place in the file's list.
    pub index: usize,
    /// Path of the first.
    pub first: String,
    /// Path of the second.
    pub second: String,
    /// Spearman's rho.
    pub rank: f64,
}

/// Where a table's figures come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Path of the table.
    pub path: String,
    /// What the table is about, where its path does not say.
    pub subject: String,
    /// Keys within the table, and values as written.
    pub figures: Vec<(String, String)>,
    /// Source, key or text.
    pub source: Option<String>,
    /// Why a figure is our judgement rather than a fact.
    pub judgement: Option<String>,
}

/// A figure that no table of a kind states, so that its default holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultUsed {
    /// Path of the key, `*` for the names of tables.
    pub path: String,
    /// The default, as it would be written.
    pub value: String,
    /// In how many tables it holds.
    pub tables: usize,
}
