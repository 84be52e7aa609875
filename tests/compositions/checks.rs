//! What must hold of every trial of such a scenario.

use shortfall::engine::{METRICS, Model, Record, Variant, Worker};
use shortfall::scenario;
use shortfall::study::Metric;

use super::Case;

pub(crate) const SEED: u64 = 11;
/// Relative error of sums.
const ROUNDING: f64 = 1e-9;

pub(crate) fn read(text: &str) -> Result<Model, String> {
    let loaded = scenario::load_embedded("case", &[("case.toml", text)], &[])
        .map_err(|report| report.render())?;
    Model::new(&loaded.scenario).map_err(|complaints| format!("{complaints:?}"))
}

/// A trial's record, by a worker that has run nothing else.
pub(crate) fn record(model: &Model, trial: u64, variant: Variant) -> Result<Record, String> {
    let mut worker = Worker::new(model);
    let record = worker.run(SEED, trial, variant).cloned();
    record.map_err(|error| format!("trial {trial}, {variant:?}: {error}"))
}

/// All numbers of a record that do not depend on which policies there are, by
/// name, down to the bit.
pub(crate) fn numbers(model: &Model, record: &Record) -> Vec<(String, u64)> {
    let n = &model.network;
    let bins = n.months.len() + 1;
    let mut all = Vec::new();
    let mut put = |name: String, value: f64| all.push((name, value.to_bits()));
    for (f, buyer) in n.focus.iter().enumerate() {
        let (good, country) = n.buyer_name(*buyer as usize);
        let at = format!("{good} @ {country}");
        for metric in Metric::ALL {
            put(
                format!("{metric:?} of {at}"),
                record.metrics[f * METRICS + metric as usize],
            );
        }
        for bin in f * bins..(f + 1) * bins {
            put(format!("shortfall {bin} of {at}"), record.shortfall[bin]);
            put(format!("cover {bin} of {at}"), record.cover[bin]);
        }
        for (c, origin) in n.countries.iter().enumerate() {
            let origins = record.origins[f * n.countries.len() + c];
            put(format!("arrivals from {} of {at}", origin.0), origins);
        }
        put(format!("aid of {at}"), record.aid[f]);
    }
    for (s, seller) in n.sellers.iter().enumerate() {
        let good = &n.markets[seller.market].key;
        put(
            format!("price of {good} by {}", seller.company),
            record.seller_price[s],
        );
    }
    all
}

/// The same with what is said of policies.
pub(crate) fn all_numbers(model: &Model, record: &Record) -> Vec<(String, u64)> {
    let mut all = numbers(model, record);
    for (p, policy) in model.policies.iter().enumerate() {
        for (m, market) in model.network.markets.iter().enumerate() {
            let k = p * model.network.markets.len() + m;
            let at = format!("{} by {}", market.key, policy.name);
            all.push((format!("stopped {at}"), record.stopped[k].to_bits()));
            all.push((format!("leaked {at}"), record.leaked[k].to_bits()));
        }
    }
    for (s, days) in record.days_struck.iter().enumerate() {
        let seller = &model.network.sellers[s];
        let at = format!(
            "{} {}",
            model.network.markets[seller.market].key, seller.company
        );
        all.push((format!("days struck of {at}"), days.to_bits()));
        all.push((format!("discount of {at}"), record.discount[s].to_bits()));
    }
    all
}

/// The first difference, told.
pub(crate) fn same(
    what: &str,
    one: &[(String, u64)],
    other: &[(String, u64)],
) -> Result<(), String> {
    if one.len() != other.len() {
        return Err(format!("{what}: {} numbers and {}", one.len(), other.len()));
    }
    let mut pairs = one.iter().zip(other);
    pairs.find(|(a, b)| a != b).map_or(Ok(()), |(a, b)| {
        let value = |x: &(String, u64)| f64::from_bits(x.1);
        Err(format!(
            "{what}: {} {:e}, {} {:e}",
            a.0,
            value(a),
            b.0,
            value(b)
        ))
    })
}

pub(crate) const VARIANTS: [Variant; 2] = [Variant::Shocked, Variant::Baseline];
/// Trials of each case.
pub(crate) const TRIALS: u64 = 2;

pub(crate) fn each_trial(
    mut look: impl FnMut(u64, Variant) -> Result<(), String>,
) -> Result<(), String> {
    for trial in 0..TRIALS {
        VARIANTS
            .iter()
            .try_for_each(|variant| look(trial, *variant))?;
    }
    Ok(())
}

/// Books are balanced in every trial, or it fails; all that is measured is a
/// number, and one that can be.
pub(crate) fn makes_sense(case: &Case) -> Result<(), String> {
    let model = read(&case.text())?;
    let most = most_made(&model);
    each_trial(|trial, variant| {
        let record = record(&model, trial, variant)?;
        let absurd =
            measured_absurdly(&model, &record).or_else(|| counted_absurdly(&model, &record, &most));
        absurd.map_or(Ok(()), |what| {
            Err(format!("trial {trial}, {variant:?}: {what}"))
        })
    })
}

/// A metric, a month or an arrival that is no number, below zero or above all
/// that there is.
fn measured_absurdly(model: &Model, record: &Record) -> Option<String> {
    let numbers = numbers(model, record);
    let absurd = |(name, bits): &&(String, u64)| {
        let (value, is) = (f64::from_bits(*bits), |what: &str| name.starts_with(what));
        let never = is("TimeToSurvive") && value == f64::INFINITY;
        let a_share = is("ShortfallShare") || is("PeakRate") || is("shortfall");
        let least = if is("price of") { -1.0 } else { 0.0 };
        let fine =
            value.is_finite() && value >= least - ROUNDING && !(a_share && value > 1.0 + ROUNDING);
        !fine && !never
    };
    let absurd = numbers.iter().find(absurd);
    absurd.map(|(name, bits)| format!("{name}: {:e}", f64::from_bits(*bits)))
}

/// What is said of a policy that is below zero or more than could have been
/// made.
fn counted_absurdly(model: &Model, record: &Record, most: &[f64]) -> Option<String> {
    let markets = &model.network.markets;
    for (k, (stopped, leaked)) in record.stopped.iter().zip(&record.leaked).enumerate() {
        let (policy, market) = (&model.policies[k / markets.len()], k % markets.len());
        let slack = ROUNDING * most[market];
        let fine = |volume: f64| volume.is_finite() && volume >= -slack;
        if !fine(*stopped) || !fine(*leaked) || *leaked > most[market] + slack {
            let good = &markets[market].key;
            let name = &policy.name;
            return Some(format!(
                "{good} by {name}: stopped {stopped:e}, leaked {leaked:e} of {:e}",
                most[market]
            ));
        }
    }
    None
}

/// The most that all sellers of a market can make and have at the start, by
/// market: capacity, season and projects (here of 60 a day at most) included.
fn most_made(model: &Model) -> Vec<f64> {
    let n = &model.network;
    let of_seller = |s: usize| {
        let outputs = n.sellers[s].outputs.iter();
        let made = outputs.map(|o| {
            let o = *o as usize;
            let ceiling = n.base.ceiling[n.outputs[o].site as usize] + 120.0;
            ceiling * 3.0 * n.base.output_per_run[o]
        });
        made.sum::<f64>() * n.horizon.days() + n.base.seller_stock[s]
    };
    let markets = n.markets.iter();
    markets
        .map(|m| m.sellers.clone().map(of_seller).sum())
        .collect()
}
