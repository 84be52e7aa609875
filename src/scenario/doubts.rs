//! What can be run, but is hardly ever meant. Uncertain numbers count by their
//! means.

use super::check::place;
use super::model::{
    Commodity, CommodityId, Contract, CoordinatedRelease, CountryId, Instrument, Num, Reserve,
    Scenario, Site, SiteId, Size,
};
use super::problem::Problem;
use super::table::Reader;
use crate::units::{Date, format_quantity};

/// Longest interval between clearings that shows a shock come and go \[days\].
const LONGEST_CLEARING: f64 = 92.0;
/// A mean Julian year \[days\].
const YEAR: f64 = 365.25;
/// Relative excess that is taken for rounding.
const ROUNDING: f64 = 1e-9;

/// Warns of what is odd.
pub(super) fn look(scenario: &Scenario, reader: &mut Reader<'_>) {
    for (index, good) in scenario.commodities.iter().enumerate() {
        clearing(good, reader);
        lots(scenario, CommodityId(index), reader);
    }
    for index in 0..scenario.contracts.len() {
        contract(scenario, index, reader);
    }
    for policy in &scenario.policies {
        if let Instrument::CoordinatedRelease(order) = &policy.instrument {
            release(scenario, &policy.name, order, reader);
        }
    }
    for index in 0..scenario.sites.len() {
        planned(scenario, SiteId(index), reader);
    }
}

/// Warns at the place of a path.
fn warn(reader: &mut Reader<'_>, path: &str, said: String, help: &str) {
    if let Some(span) = place(reader, path) {
        reader.warn(Problem::new(span, said).help(help));
    }
}

fn clearing(good: &Commodity, reader: &mut Reader<'_>) {
    if good.clearing > LONGEST_CLEARING {
        let days = format_quantity(good.clearing, "days");
        let said = format!("this market clears only every {days}");
        let help =
            "prices and trade stay as they are in between; most markets clear in days or weeks";
        let path = format!("commodities.{}.clearing", good.key);
        warn(reader, &path, said, help);
    }
}

/// Cargoes and parcels that nobody uses up in a year.
fn lots(scenario: &Scenario, id: CommodityId, reader: &mut Reader<'_>) {
    let good = &scenario.commodities[id.0];
    let countries = (0..scenario.countries.len()).map(CountryId);
    let uses = countries.map(|country| (YEAR * use_per_day(scenario, id, country), country));
    let Some((most, country)) = uses.max_by(|a, b| a.0.total_cmp(&b.0)) else {
        return;
    };
    let lots = [
        ("cargo", good.cargo.unwrap_or(0.0)),
        ("parcel", good.parcel),
    ];
    for (key, _) in lots.iter().filter(|(_, size)| *size > most) {
        let said = format!(
            "a {key} of {} is more than any country uses in a year",
            good.key
        );
        let user = &scenario.countries[country.0].code;
        let help = format!(
            "{user} uses most, {} a year",
            format_quantity(most, &good.unit)
        );
        warn(
            reader,
            &format!("commodities.{}.{key}", good.key),
            said,
            &help,
        );
    }
}

/// A contract beyond what its seller can make, with those that began before it.
fn contract(scenario: &Scenario, index: usize, reader: &mut Reader<'_>) {
    let contracts = &scenario.contracts;
    let contract = &contracts[index];
    let good = &scenario.commodities[contract.commodity.0];
    let first_day = begin(scenario, contract);
    let earlier = contracts.iter().enumerate().filter(|(other, c)| {
        (begin(scenario, c), *other) < (first_day, index)
            && c.end.is_none_or(|end| end >= first_day)
            && same_seller(contract, c)
    });
    let before: f64 = earlier.map(|(_, c)| least(c)).sum();
    let makes = most_made(scenario, contract);
    let limit = makes * (1.0 + good.tolerance);
    let together = before + least(contract);
    if before <= limit && together > limit * (1.0 + ROUNDING) {
        let a_year = |rate: f64| format_quantity(YEAR * rate, &format!("{}/yr", good.unit));
        let what = if before > 0.0 {
            "with the contracts before it, this"
        } else {
            "this contract"
        };
        let said = format!("{what} is more than the seller can make");
        let help = format!(
            "at least {} is to be delivered, at most {} can be made",
            a_year(together),
            a_year(makes)
        );
        warn(reader, &format!("contracts.{index}.volume"), said, &help);
    }
}

/// The first day in force within the scenario.
fn begin(scenario: &Scenario, contract: &Contract) -> Date {
    let start = contract.start.unwrap_or(scenario.start);
    start.max(scenario.start)
}

/// Whether another contract draws on the sellers of this one alone.
fn same_seller(contract: &Contract, other: &Contract) -> bool {
    other.commodity == contract.commodity
        && other.from == contract.from
        && (contract.company.is_none() || other.company == contract.company)
}

/// The least that the buyer takes \[units per day\].
fn least(contract: &Contract) -> f64 {
    mean(&contract.volume) * (1.0 - contract.down.as_ref().map_or(0.0, mean))
}

/// The most that the sellers of a contract can make \[units per day\], with all
/// that projects add.
fn most_made(scenario: &Scenario, contract: &Contract) -> f64 {
    let sites = scenario.sites.iter().enumerate();
    let sells = |site: &Site| {
        let company = contract.company.as_ref();
        site.country == contract.from && company.is_none_or(|name| *name == site.company)
    };
    let made = |(index, site): (usize, &Site)| {
        let per_run = coefficient(&site.outputs, contract.commodity);
        let built = added(scenario, SiteId(index));
        let own = if site.planned {
            0.0
        } else {
            mean(&site.capacity)
        };
        per_run * (own + built)
    };
    sites.filter(|(_, site)| sells(site)).map(made).sum()
}

/// Capacity that projects add to a site \[runs per day\].
fn added(scenario: &Scenario, site: SiteId) -> f64 {
    let projects = scenario
        .policies
        .iter()
        .filter_map(|policy| match &policy.instrument {
            Instrument::Project(project) if project.site == site => Some(mean(&project.adds)),
            _ => None,
        });
    projects.sum()
}

/// A release of more than the reserves hold.
fn release(scenario: &Scenario, name: &str, order: &CoordinatedRelease, reader: &mut Reader<'_>) {
    let good = &scenario.commodities[order.commodity.0];
    let is_member = |reserve: &&Reserve| {
        let mut members = order.members.iter();
        reserve.commodity == order.commodity && members.any(|(c, _)| *c == reserve.country)
    };
    let held: f64 = scenario
        .reserves
        .iter()
        .filter(is_member)
        .map(|r| size(scenario, r))
        .sum();
    let total = mean(&order.total);
    if total > held * (1.0 + ROUNDING) {
        let volume = |v: f64| format_quantity(v, &good.unit);
        let said = format!(
            "{} is to be released, more than the members' reserves hold",
            volume(total)
        );
        let help = format!("they hold {} when full, and release no more", volume(held));
        let path = format!("policies.{name}.coordinated-release.total");
        warn(reader, &path, said, &help);
    }
}

/// What a reserve holds when full \[units\].
fn size(scenario: &Scenario, reserve: &Reserve) -> f64 {
    match &reserve.size {
        Size::Volume(volume) => mean(volume),
        Size::Days(days) => mean(days) * use_per_day(scenario, reserve.commodity, reserve.country),
    }
}

/// A planned site that nobody builds.
fn planned(scenario: &Scenario, id: SiteId, reader: &mut Reader<'_>) {
    let site = &scenario.sites[id.0];
    let builds = |instrument: &Instrument| matches!(instrument, Instrument::Project(project) if project.site == id);
    if site.planned && !scenario.policies.iter().any(|p| builds(&p.instrument)) {
        let said = format!("no project builds `{}`, so it makes nothing", site.name);
        let help = "add a policy of the kind `project` for it, or leave out `planned`";
        warn(reader, &format!("sites.{}.planned", site.name), said, help);
    }
}

/// Base use of a good in a country, by final users and plants \[units per day\].
fn use_per_day(scenario: &Scenario, good: CommodityId, country: CountryId) -> f64 {
    let demands = scenario.demands.iter();
    let of = demands.filter(|d| d.commodity == good && d.country == country);
    let sites = scenario.sites.iter();
    let plants = sites.filter(|site| site.country == country && !site.planned);
    let drawn = plants.map(|site| {
        coefficient(&site.inputs, good) * mean(&site.capacity) * mean(&site.utilisation)
    });
    of.map(|d| mean(&d.rate)).sum::<f64>() + drawn.sum::<f64>()
}

/// Units of a good per run; none if it is not among these.
fn coefficient(coefficients: &[(CommodityId, Num)], good: CommodityId) -> f64 {
    let found = coefficients.iter().find(|(id, _)| *id == good);
    found.map_or(0.0, |(_, per_run)| mean(per_run))
}

fn mean(num: &Num) -> f64 {
    num.law.mean()
}
