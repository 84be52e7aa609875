//! Checks of a scenario as a whole, once every part could be read.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{
    CommodityId, CoordinatedRelease, CountryId, Demand, Focus, Instrument, Num, Scenario, Site,
    SiteId, StockpilePact,
};
use super::names::nearest;
use super::problem::Problem;
use super::source::Span;
use super::table::Reader;
use crate::random::Copula;

/// Most numbers whose correlations are checked together.
const MOST_CORRELATED: usize = 500;

/// Reports what does not fit together.
pub(super) fn whole(scenario: &Scenario, focus: &[(Focus, Span)], reader: &mut Reader<'_>) {
    check_focus(scenario, focus, reader);
    check_goods(scenario, reader);
    check_demands(scenario, reader);
    check_reserves(scenario, reader);
    check_tanks(scenario, reader);
    check_contracts(scenario, reader);
    check_correlations(scenario, reader);
    if let Some(cycle) = find_cycle(scenario) {
        report_cycle(scenario, &cycle, reader);
    }
}

/// Reports policies that do not fit the rest, or each other; once all of them
/// and all reserves could be read.
pub(super) fn policies(scenario: &Scenario, reader: &mut Reader<'_>) {
    check_reserve_policies(scenario, reader);
    check_leakage(scenario, reader);
    check_floats(scenario, reader);
}

/// Where a key or entry stands.
pub(super) fn place(reader: &Reader<'_>, path: &str) -> Option<Span> {
    reader.sources.span_of(path)
}

/// Where an item of a list stands; a single one need not be in brackets.
pub(super) fn item(reader: &Reader<'_>, path: &str, index: usize) -> Option<Span> {
    place(reader, &format!("{path}.{index}")).or_else(|| place(reader, path))
}

/// Every focus pair has demand, and comes once.
fn check_focus(scenario: &Scenario, focus: &[(Focus, Span)], reader: &mut Reader<'_>) {
    for (index, (pair, span)) in focus.iter().enumerate() {
        if let Some((_, first)) = focus[..index].iter().find(|(other, _)| other == pair) {
            reader.report(
                Problem::new(*span, "this pair is in the focus twice").also(*first, "the first"),
            );
        }
        if !uses(scenario, pair.commodity, pair.country) {
            let (good, country) = names(scenario, pair.commodity, pair.country);
            let said = format!("nothing in {country} uses {good}");
            let help = "add a [[demand]] or a plant that draws it, or choose another pair";
            reader.report(Problem::new(*span, said).help(help));
        }
    }
}

fn uses(scenario: &Scenario, commodity: CommodityId, country: CountryId) -> bool {
    let of = |demand: &Demand| demand.commodity == commodity && demand.country == country;
    let draws = |site: &Site| {
        site.country == country && site.inputs.iter().any(|(input, _)| *input == commodity)
    };
    scenario.demands.iter().any(of) || scenario.sites.iter().any(draws)
}

fn names(scenario: &Scenario, commodity: CommodityId, country: CountryId) -> (&str, &str) {
    (
        &scenario.commodities[commodity.0].key,
        &scenario.countries[country.0].code,
    )
}

/// Every commodity is made somewhere and used somewhere.
fn check_goods(scenario: &Scenario, reader: &mut Reader<'_>) {
    let sites = &scenario.sites;
    let made: BTreeSet<CommodityId> = sites
        .iter()
        .flat_map(|site| &site.outputs)
        .map(|(id, _)| *id)
        .collect();
    let consumed = sites
        .iter()
        .flat_map(|site| &site.inputs)
        .map(|(id, _)| *id);
    let used: BTreeSet<CommodityId> = scenario
        .demands
        .iter()
        .map(|demand| demand.commodity)
        .chain(consumed)
        .collect();
    for (index, good) in scenario.commodities.iter().enumerate() {
        let id = CommodityId(index);
        let Some(span) = place(reader, &format!("commodities.{}", good.key)) else {
            continue;
        };
        if !made.contains(&id) {
            let said = format!("nobody makes {}", good.key);
            reader.report(Problem::new(span, said).help("add a [[sites]] entry that makes it"));
        }
        if !used.contains(&id) {
            let said = format!("nobody uses {}", good.key);
            let help = "add a [[demand]] for it, or a site whose recipe takes it";
            reader.report(Problem::new(span, said).help(help));
        }
    }
}

/// No two demands are of the same commodity, country and tier.
fn check_demands(scenario: &Scenario, reader: &mut Reader<'_>) {
    let mut seen = BTreeMap::new();
    for (index, demand) in scenario.demands.iter().enumerate() {
        let key = (demand.commodity, demand.country, demand.tier.as_str());
        if let Some(first) = seen.insert(key, index) {
            let (good, country) = names(scenario, demand.commodity, demand.country);
            let said = format!(
                "two demands for {good} in {country} have the tier \"{}\"",
                demand.tier
            );
            twice(reader, said, "demand", first, index);
        }
    }
}

/// No two reserves are of the same commodity and country, and there is use
/// to release for.
fn check_reserves(scenario: &Scenario, reader: &mut Reader<'_>) {
    let mut seen = BTreeMap::new();
    for (index, reserve) in scenario.reserves.iter().enumerate() {
        let (good, country) = names(scenario, reserve.commodity, reserve.country);
        if let Some(first) = seen.insert((reserve.commodity, reserve.country), index) {
            twice(
                reader,
                format!("two reserves of {good} in {country}"),
                "reserves",
                first,
                index,
            );
        }
        let consumes = |site: &Site| {
            site.country == reserve.country
                && site
                    .inputs
                    .iter()
                    .any(|(input, _)| *input == reserve.commodity)
        };
        let used = uses(scenario, reserve.commodity, reserve.country);
        if !used && !scenario.sites.iter().any(consumes) {
            let span = place(reader, &format!("reserves.{index}"));
            let said = format!("nobody in {country} uses {good}, so this reserve serves nobody");
            reader.report_at(span, |span| Problem::new(span, said));
        }
    }
}

/// No two tanks are of the same commodity and country, and somebody fills
/// them.
fn check_tanks(scenario: &Scenario, reader: &mut Reader<'_>) {
    let mut seen = BTreeMap::new();
    for (index, tank) in scenario.tanks.iter().enumerate() {
        let (good, country) = names(scenario, tank.commodity, tank.country);
        if let Some(first) = seen.insert((tank.commodity, tank.country), index) {
            let said = format!("two entries about tanks for {good} in {country}");
            twice(reader, said, "tanks", first, index);
        }
        if !uses(scenario, tank.commodity, tank.country) {
            let span = place(reader, &format!("tanks.{index}"));
            let said = format!("nobody in {country} uses {good}, so nobody fills this tank");
            reader.report_at(span, |span| Problem::new(span, said));
        }
    }
}

/// Policies about reserves find reserves, and users of the goods.
fn check_reserve_policies(scenario: &Scenario, reader: &mut Reader<'_>) {
    for policy in &scenario.policies {
        let (kind, found) = match &policy.instrument {
            Instrument::CoordinatedRelease(release) => {
                ("coordinated-release", without_reserve(scenario, release))
            }
            Instrument::StockpilePact(pact) => ("stockpile-pact", in_vain(scenario, pact)),
            _ => continue,
        };
        let path = format!("policies.{}.{kind}.members", policy.name);
        for (member, said) in found {
            let help = "add a [[reserves]] entry, a [[demand]], or change the members";
            let span = member.and_then(|member| item(reader, &path, member));
            let span = span.or_else(|| place(reader, &path));
            reader.report_at(span, |span| Problem::new(span, said).help(help));
        }
    }
}

/// What is wrong with a member of a list, by its index, or with all of them.
type OfMember = (Option<usize>, String);

/// Members that have nothing to release.
fn without_reserve(scenario: &Scenario, release: &CoordinatedRelease) -> Vec<OfMember> {
    let members = release.members.iter().enumerate();
    let without = members.filter(|(_, (c, _))| !has_reserve(scenario, release.commodity, *c));
    let said = |(index, (c, _)): (usize, &(CountryId, Option<Num>))| {
        let (good, country) = names(scenario, release.commodity, *c);
        (Some(index), format!("{country} has no reserve of {good}"))
    };
    without.map(said).collect()
}

/// Why a pact is of no use to some member, or to all.
fn in_vain(scenario: &Scenario, pact: &StockpilePact) -> Vec<OfMember> {
    let mut said = Vec::new();
    for good in &pact.goods {
        let key = &scenario.commodities[good.0].key;
        let members = pact.members.iter().enumerate();
        for (index, country) in members.filter(|(_, c)| !uses(scenario, *good, **c)) {
            let code = &scenario.countries[country.0].code;
            said.push((Some(index), format!("nobody in {code} uses {key}")));
        }
        let mut members = pact.members.iter();
        if !members.any(|c| has_reserve(scenario, *good, *c)) {
            said.push((None, format!("none of these has a reserve of {key}")));
        }
    }
    said
}

fn has_reserve(scenario: &Scenario, commodity: CommodityId, country: CountryId) -> bool {
    let mut reserves = scenario.reserves.iter();
    reserves.any(|r| r.commodity == commodity && r.country == country)
}

fn twice(reader: &mut Reader<'_>, said: String, list: &str, first: usize, second: usize) {
    let first = place(reader, &format!("{list}.{first}"));
    let second = place(reader, &format!("{list}.{second}"));
    if let (Some(first), Some(second)) = (first, second) {
        reader.report(Problem::new(second, said).also(first, "the first"));
    }
}

/// The seller of a contract makes the goods, and somebody uses them.
fn check_contracts(scenario: &Scenario, reader: &mut Reader<'_>) {
    for (index, contract) in scenario.contracts.iter().enumerate() {
        let makes = |site: &&Site| {
            site.country == contract.from
                && site
                    .outputs
                    .iter()
                    .any(|(made, _)| *made == contract.commodity)
        };
        let sellers: Vec<&str> = scenario
            .sites
            .iter()
            .filter(makes)
            .map(|site| site.company.as_str())
            .collect();
        let (good, from) = names(scenario, contract.commodity, contract.from);
        let path = format!("contracts.{index}");
        match &contract.company {
            _ if sellers.is_empty() => {
                let span = place(reader, &format!("{path}.from"));
                let said = format!("nobody in {from} makes {good}");
                reader.report_at(span, |span| Problem::new(span, said));
            }
            Some(company) if !sellers.contains(&company.as_str()) => {
                let span = place(reader, &format!("{path}.company"));
                let said = format!("{company} makes no {good} in {from}");
                let help = match nearest(company, sellers.iter().copied()) {
                    Some(name) => format!("did you mean `{name}`?"),
                    None => format!("there it is made by {}", sellers.join(", ")),
                };
                reader.report_at(span, |span| Problem::new(span, said).help(help));
            }
            _ => {}
        }
    }
}

/// Leakage goes around policies that stop goods at a border.
fn check_leakage(scenario: &Scenario, reader: &mut Reader<'_>) {
    for policy in &scenario.policies {
        let Instrument::Leakage(leakage) = &policy.instrument else {
            continue;
        };
        for (index, around) in leakage.around.iter().enumerate() {
            let other = &scenario.policies[around.0];
            if !matches!(
                other.instrument,
                Instrument::ExportBan(_)
                    | Instrument::ExportQuota(_)
                    | Instrument::ExportLicence(_)
                    | Instrument::ExtraterritorialRule(_)
            ) {
                let path = format!("policies.{}.leakage.around", policy.name);
                let said = format!("`{}` stops no goods at a border", other.name);
                let help = "goods leak around export bans, quotas, licences and extraterritorial \
                            rules; a sanction has `shadow` and `relabelling`, a closure `bypass`";
                reader.report_at(item(reader, &path, index), |span| {
                    Problem::new(span, said).help(help)
                });
            }
        }
    }
}

/// Ships add to storage, so there must be a limit to it.
fn check_floats(scenario: &Scenario, reader: &mut Reader<'_>) {
    for policy in &scenario.policies {
        let Instrument::Sanction(sanction) = &policy.instrument else {
            continue;
        };
        let limited =
            |site: &Site| sanction.companies.contains(&site.company) && site.storage.is_some();
        if sanction.floats.is_some() && !scenario.sites.iter().any(limited) {
            let path = format!("policies.{}.sanction.floats", policy.name);
            reader.report_at(place(reader, &path), |span| {
                Problem::new(span, "these ships add to storage that has no limit")
                    .help("give the sites of the companies `storage`, or leave `floats` out")
            });
        }
    }
}

/// The correlations of all pairs fit together.
fn check_correlations(scenario: &Scenario, reader: &mut Reader<'_>) {
    let given = &scenario.correlations;
    let paths: BTreeSet<&str> = given
        .iter()
        .flat_map(|c| [c.first.as_str(), &c.second])
        .collect();
    let paths: Vec<&str> = paths.into_iter().take(MOST_CORRELATED).collect();
    let number = |path: &str| paths.binary_search(&path).ok();
    let mut matrix = identity(paths.len());
    let mut seen = BTreeMap::new();
    for correlation in given {
        let index = correlation.index;
        let ends = (number(&correlation.first), number(&correlation.second));
        let (Some(row), Some(column)) = ends else {
            continue;
        };
        if row == column {
            continue;
        }
        if let Some(first) = seen.insert((row.min(column), row.max(column)), index) {
            let said = "these numbers are correlated twice".to_owned();
            twice(reader, said, "correlations", first, index);
        }
        matrix[row * paths.len() + column] = correlation.rank;
        matrix[column * paths.len() + row] = correlation.rank;
    }
    if Copula::new(&matrix).is_err() {
        let span = place(reader, "correlations.0");
        let unlisted = unlisted_pair(&seen).map(|(a, b)| (paths[a], paths[b]));
        reader.report_at(span, |span| contradiction(span, unlisted));
    }
}

/// Two numbers that are correlated with a third, but for which no
/// correlation is given.
fn unlisted_pair(given: &BTreeMap<(usize, usize), usize>) -> Option<(usize, usize)> {
    let pairs = || given.keys().flat_map(|&(a, b)| [(a, b), (b, a)]);
    pairs().find_map(|(middle, first)| {
        let others = pairs().filter(|&(end, _)| end == middle);
        others
            .map(|(_, second)| (first, second))
            .find(|pair| first < pair.1 && !given.contains_key(pair))
    })
}

fn contradiction(span: Span, unlisted: Option<(&str, &str)>) -> Problem {
    let problem = Problem::new(span, "the rank correlations contradict each other")
        .label("no numbers have these and the other correlations together");
    match unlisted {
        Some((first, second)) => problem.help(format!(
            "a pair that is not listed counts as uncorrelated; perhaps list the correlation \
             between {first} and {second}"
        )),
        None => problem.help("correlations nearer to 0 fit together more easily"),
    }
}

fn identity(size: usize) -> Vec<f64> {
    let cell = |at: usize| if at / size == at % size { 1.0 } else { 0.0 };
    (0..size * size).map(cell).collect()
}

/// A site that turns one commodity into another.
#[derive(Clone, Copy, Debug)]
struct Step {
    from: CommodityId,
    site: SiteId,
    to: CommodityId,
}

fn steps(scenario: &Scenario) -> Vec<Step> {
    let sites = scenario.sites.iter().enumerate();
    let of_site = |(index, site): (usize, &Site)| {
        let pairs = site
            .inputs
            .iter()
            .flat_map(|input| site.outputs.iter().map(move |out| (input.0, out.0)));
        pairs
            .map(|(from, to)| Step {
                from,
                site: SiteId(index),
                to,
            })
            .collect::<Vec<_>>()
    };
    sites.flat_map(of_site).collect()
}

/// Steps of which each starts from what the one before it makes, and the
/// first from what the last makes.
fn find_cycle(scenario: &Scenario) -> Option<Vec<Step>> {
    let steps = steps(scenario);
    let into = last_steps(&steps, scenario.commodities.len());
    let mut good = into.iter().flatten().next()?.to;
    // Every commodity left is made from one that is left: going back from
    // one to the other as often as there are commodities ends in a cycle.
    for _ in 0..into.len() {
        good = into[good.0]?.from;
    }
    let mut cycle = vec![into[good.0]?];
    while cycle[cycle.len() - 1].from != good {
        cycle.push(into[cycle[cycle.len() - 1].from.0]?);
    }
    cycle.reverse();
    Some(cycle)
}

/// A step into each commodity that is left when those that are made from
/// nothing left are taken away, again and again (Kahn 1962).
fn last_steps(steps: &[Step], goods: usize) -> Vec<Option<Step>> {
    let mut out: Vec<Vec<CommodityId>> = vec![Vec::new(); goods];
    let mut waiting = vec![0_usize; goods];
    for step in steps {
        out[step.from.0].push(step.to);
        waiting[step.to.0] += 1;
    }
    let mut free: Vec<usize> = (0..goods).filter(|&good| waiting[good] == 0).collect();
    let mut left = vec![true; goods];
    while let Some(good) = free.pop() {
        left[good] = false;
        for to in &out[good] {
            waiting[to.0] -= 1;
            if waiting[to.0] == 0 {
                free.push(to.0);
            }
        }
    }
    let mut into = vec![None; goods];
    for step in steps
        .iter()
        .filter(|step| left[step.from.0] && left[step.to.0])
    {
        into[step.to.0] = Some(*step);
    }
    into
}

/// Recipes must not go round in a circle; names the chain.
fn report_cycle(scenario: &Scenario, cycle: &[Step], reader: &mut Reader<'_>) {
    let good = |id: CommodityId| scenario.commodities[id.0].key.as_str();
    let Some(first) = cycle.first() else { return };
    let mut chain = good(first.from).to_owned();
    for step in cycle {
        chain.push_str(&format!(
            " → {} → {}",
            scenario.sites[step.site.0].name,
            good(step.to)
        ));
    }
    let mut sites: Vec<SiteId> = cycle.iter().map(|step| step.site).collect();
    sites.dedup();
    let places: Vec<Span> = sites
        .iter()
        .filter_map(|site| {
            place(
                reader,
                &format!("sites.{}.recipe", scenario.sites[site.0].name),
            )
        })
        .collect();
    let Some((&span, others)) = places.split_first() else {
        return;
    };
    let problem = Problem::new(span, "these recipes go round in a circle").help(chain);
    let problem = others
        .iter()
        .fold(problem, |problem, &span| problem.also(span, "and this"));
    reader.report(problem);
}
