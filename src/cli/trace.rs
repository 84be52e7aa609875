use anyhow::anyhow;

use super::{Failure, TraceArgs, model, output};
use crate::engine::{Model, Variant, Worker};
use crate::export::{Detail, Traced, trace_csv, trace_log};
use crate::network::Network;
use crate::units::Date;

/// Runs one trial and prints what happened in it.
///
/// # Errors
/// When the scenario has mistakes, an argument does not fit it, or the trial
/// cannot be finished (after what happened until then has been printed).
pub fn trace(args: &TraceArgs) -> Result<(), Failure> {
    let loaded = model::load(args.scenario.as_deref(), &args.set)?;
    let model = model::compile(&loaded)?;
    let detail = detail(args, &model)?;
    let seed = args.seed.unwrap_or(loaded.scenario.seed);
    let (variant, other) = match args.baseline {
        false => (Variant::Shocked, Variant::Baseline),
        true => (Variant::Baseline, Variant::Shocked),
    };
    let mut worker = Worker::new(&model);
    let other = worker.run(seed, args.trial, other).cloned();
    let (journal, record) = worker.trace(seed, args.trial, variant);
    let traced = Traced {
        scenario: &loaded.scenario,
        model: &model,
        seed,
        trial: args.trial,
        variant,
        drawn: worker.drawn(),
        journal: &journal,
        record: record.as_ref().ok(),
        other: other.as_ref().ok(),
    };
    output::print(&render(&traced, &detail, args.csv)?)?;
    match (record, other) {
        (Ok(_), Ok(_)) => Ok(()),
        (Ok(_), Err(error)) => {
            output::message(&format!("warning: its other variant failed: {error}"));
            Ok(())
        }
        (Err(error), _) => Err(anyhow!("trial {} failed: {error}", args.trial))?,
    }
}

fn render(traced: &Traced<'_>, detail: &Detail, csv: bool) -> Result<String, anyhow::Error> {
    if csv {
        Ok(String::from_utf8(trace_csv(traced, detail)?)?)
    } else {
        Ok(trace_log(traced, detail))
    }
}

/// What to tell, with names and dates that the scenario has.
fn detail(args: &TraceArgs, model: &Model) -> Result<Detail, Failure> {
    let n = &model.network;
    let focus = args.focus.iter().map(|text| focus(n, text));
    let countries = args.country.iter().map(|code| country(n, code));
    check_dates(n, args.from, args.to)?;
    Ok(Detail {
        all: args.all,
        focus: focus.collect::<Result<_, _>>()?,
        countries: countries.collect::<Result<_, _>>()?,
        from: args.from,
        to: args.to,
    })
}

/// The place of a focus, as `magnet@JP` or `magnet @ JP`.
fn focus(n: &Network, text: &str) -> Result<usize, Failure> {
    let wanted = text.split_once('@').map(|(of, at)| (of.trim(), at.trim()));
    let names = || n.focus.iter().map(|buyer| n.buyer_name(*buyer as usize));
    let found = names().position(|name| Some(name) == wanted);
    found.ok_or_else(|| {
        let all: Vec<_> = names().map(|(of, at)| format!("{of}@{at}")).collect();
        Failure::Argument(format!(
            "--focus {text} is no focus of the scenario; those are {}",
            all.join(", ")
        ))
    })
}

fn country(n: &Network, code: &str) -> Result<usize, Failure> {
    let codes = || n.countries.iter().map(|(code, _)| code.as_str());
    let found = codes().position(|known| known == code);
    found.ok_or_else(|| {
        let all: Vec<_> = codes().collect();
        Failure::Argument(format!(
            "--country {code} is not in the scenario; its countries are {}",
            all.join(", ")
        ))
    })
}

/// Days that leave something to tell.
fn check_dates(n: &Network, from: Option<Date>, to: Option<Date>) -> Result<(), Failure> {
    let (start, end) = (n.calendar.start(), n.calendar.date_of(n.horizon));
    let complaint = match (from, to) {
        (Some(from), Some(to)) if from > to => format!("--from {from} is after --to {to}"),
        (Some(from), _) if from > end => {
            format!("--from {from} is after the end of the scenario, {end}")
        }
        (_, Some(to)) if to < start => {
            format!("--to {to} is before the start of the scenario, {start}")
        }
        _ => return Ok(()),
    };
    Err(Failure::Argument(complaint))
}
