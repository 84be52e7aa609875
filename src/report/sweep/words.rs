//! What is said of a sweep.

use super::super::caption::capital;
use super::super::card::Below;
use super::super::digest::with_article;
use super::super::number::count;
use super::super::theme::Face;
use super::influence::{Influence, Swing};
use super::track::Track;
use super::view::{Answer, View};
use crate::scenario::sweep::Design;
use crate::study::sweep::{Response, Statistic, SweepFocus, SweepOutcome};
use crate::study::{Metric, Side};

/// So many factors name a point in a sentence.
const NAMED: usize = 3;
/// So many levels are listed one by one.
const LISTED: usize = 6;

/// The finding in a sentence: how far the response goes, from where to where,
/// and what moves it most.
pub(super) fn finding(view: &View<'_>) -> String {
    let subject = subject(view.focus, view.response);
    let sentence = format!("{subject} {}.", range(view));
    capital(&sentence)
}

/// How far a response goes, as what is said of it.
pub(super) fn range(view: &View<'_>) -> String {
    let points = view.ranked();
    let ends = points.first().zip(points.last());
    let Some((&least, &most)) = ends else {
        return match never(view) {
            Some(_) => "has no end: it is short at no point".to_owned(),
            None => "is not known at any point".to_owned(),
        };
    };
    let [low, high] = [least, most].map(|point| view.known(point).unwrap_or(0.0));
    let size = low.abs().max(high.abs());
    let [from, to] = [low, high].map(|value| view.unit.say_beside(value, size));
    let (of, never) = (view.unit.of, never(view).unwrap_or_default());
    if view.shown.len() == 1 {
        return format!("is {from}{of} at the only point");
    }
    let [low_at, high_at] = [least, most].map(|point| levels(view, point, &view.moving()));
    if points.len() == 1 {
        return format!("is {from}{of} at the only point that is known ({low_at}){never}");
    }
    if from == to {
        let each = if never.is_empty() {
            "every point"
        } else {
            "every other point"
        };
        return format!("is {from}{of} at {each}{never}");
    }
    format!(
        "runs from {from}{of} ({low_at}) to {to} ({high_at}){}{never}",
        mover(view)
    )
}

/// Which factor moves the response most, where there are several.
fn mover(view: &View<'_>) -> String {
    let order = view.by_influence();
    match order.first() {
        // In a list of points factors move together, and none can be blamed.
        _ if view.outcome.outline.design == Design::Zip => String::new(),
        // What a filter leaves of factors moves together, too.
        _ if is_confounded(view) => String::new(),
        Some(track) if view.tracks.len() > 1 && view.influence.most() > 0.0 => {
            format!("; {} moves it most", track.titled())
        }
        _ => String::new(),
    }
}

/// Whether filters have made factors depend on each other.
fn is_confounded(view: &View<'_>) -> bool {
    view.outcome.outline.dropped > 0 && view.outcome.outline.design != Design::OneAtATime
}

/// At how many points a country is never short, if there are any.
fn never(view: &View<'_>) -> Option<String> {
    let points = view.shown.len();
    let never = (0..points).filter(|&point| view.answer(point) == Answer::Never);
    let (never, points) = (never.count() as u64, count(points as u64));
    (never > 0).then(|| format!("; at {} of {points} points it never is", count(never)))
}

/// A point by its levels of a few factors, those that come first.
fn levels(view: &View<'_>, point: usize, order: &[&Track<'_>]) -> String {
    let named = chosen(view, point, order).into_iter();
    let named: Vec<String> = named.map(|(track, level)| track.named(level)).collect();
    match named.is_empty() && view.outcome.outline.design == Design::OneAtATime {
        true => "reference point".to_owned(),
        false => named.join(", "),
    }
}

/// The same in a line that fits, or else in a line a factor.
pub(super) fn levels_in_lines(
    view: &View<'_>,
    point: usize,
    (face, width): (Face, f64),
) -> Vec<String> {
    let order = view.by_influence();
    let whole = levels(view, point, &order);
    if whole.is_empty() || face.width(&whole) <= width {
        return vec![whole];
    }
    let lines = chosen(view, point, &order).into_iter();
    let lines = lines.map(|(track, level)| track.named_within(level, face, width));
    lines.collect()
}

/// The first few of factors, and a point's levels of them; of one-at-a-time, the
/// factor in which it differs from the reference point.
fn chosen<'v, 'o>(
    view: &View<'_>,
    point: usize,
    order: &[&'v Track<'o>],
) -> Vec<(&'v Track<'o>, usize)> {
    let mut chosen = order.to_vec();
    if view.outcome.outline.design == Design::OneAtATime {
        chosen.retain(|track| track.of.get(point) != track.of.first());
    }
    chosen.truncate(NAMED);
    chosen.sort_by_key(|track| track.index);
    let levels = chosen.into_iter();
    let levels = levels.filter_map(|track| Some((track, *track.of.get(point)?)));
    levels.collect()
}

/// The response in a sentence, as its subject: `Japan's shortfall of magnets`.
fn subject(focus: &SweepFocus, response: Response) -> String {
    let country = with_article(&focus.country_name);
    let metric = match response.statistic {
        Statistic::Any => format!("the chance that {country} {}", any(response.metric, focus)),
        _ => measured(response.metric, focus),
    };
    match (response.side, response.statistic) {
        (Side::Difference, Statistic::Any) => {
            let metric = measured(response.metric, focus);
            format!("the chance that the shocks add to {metric}")
        }
        (Side::Difference, _) => format!("what the shocks add to {metric}{}", of_trials(response)),
        (Side::Shocked, _) => format!("{metric}{}", of_trials(response)),
        (Side::Baseline, _) => format!("without the shocks, {metric}{}", of_trials(response)),
    }
}

/// What a metric is, in a sentence.
fn measured(metric: Metric, focus: &SweepFocus) -> String {
    let good = &focus.commodity_name;
    let country = with_article(&focus.country_name);
    let theirs = match country.ends_with('s') {
        true => format!("{country}'"),
        false => format!("{country}'s"),
    };
    match metric {
        Metric::Shortfall | Metric::ShortfallShare | Metric::ShortfallDays => {
            format!("{theirs} shortfall of {good}")
        }
        Metric::RationedByPrice => format!("{theirs} use of {good} given up because of price"),
        Metric::Unserved => format!("{theirs} unserved use of {good}"),
        Metric::Forgone => format!("{theirs} use of {good} never made up for"),
        Metric::PeakRate => format!("{theirs} largest monthly shortfall of {good}"),
        Metric::TimeToSurvive => format!("the time until {country} is short of {good}"),
        Metric::TimeToRecover => {
            format!("the time from {theirs} first day short of {good} to its last")
        }
        Metric::MinimumCover => format!("{theirs} lowest commercial stock of {good}"),
        Metric::PricePaid => format!("the price that {country} pays for {good}"),
        Metric::PriceSpot => format!("the spot price of {good} in {country}"),
        Metric::ImportBill => format!("{theirs} import bill for {good}"),
        Metric::ValueLost => format!("{theirs} output lost for want of {good}"),
        Metric::ReserveDrawn => format!("what {country} draws from its reserve of {good}"),
    }
}

/// What a country does in a trial in which there is any of a metric.
fn any(metric: Metric, focus: &SweepFocus) -> String {
    let good = &focus.commodity_name;
    match metric {
        Metric::Shortfall | Metric::ShortfallShare | Metric::ShortfallDays => {
            format!("is short of {good}")
        }
        Metric::RationedByPrice => format!("gives up use of {good} because of price"),
        Metric::Unserved => format!("has unserved use of {good}"),
        Metric::Forgone => format!("has use of {good} never made up for"),
        Metric::PeakRate => format!("is short of {good} in a month"),
        Metric::TimeToSurvive => format!("ever is short of {good}"),
        Metric::TimeToRecover => format!("is short of {good} on more than one day"),
        Metric::MinimumCover => format!("never runs out of commercial stock of {good}"),
        Metric::PricePaid | Metric::PriceSpot => format!("has a price for {good}"),
        Metric::ImportBill => format!("imports {good}"),
        Metric::ValueLost => format!("loses output for want of {good}"),
        Metric::ReserveDrawn => format!("draws on its reserve of {good}"),
    }
}

/// Which statistic it is, behind the subject of a sentence.
const fn of_trials(response: Response) -> &'static str {
    match response.statistic {
        Statistic::Mean | Statistic::Any => "",
        Statistic::P50 => " in the median trial",
        Statistic::P90 => " that 1\u{a0}trial in\u{a0}10 exceeds",
        Statistic::P95 => " that 1\u{a0}trial in\u{a0}20 exceeds",
        Statistic::CvarP95 => " in the 5\u{a0}% of trials with the most",
    }
}

/// The response as a title: `mean shortfall`.
pub(super) fn title(response: Response) -> String {
    let metric = match response.metric {
        Metric::Shortfall | Metric::ShortfallShare | Metric::ShortfallDays => "shortfall",
        Metric::RationedByPrice => "use given up because of price",
        Metric::Unserved => "unserved use",
        Metric::Forgone => "use never made up for",
        Metric::PeakRate => "largest monthly shortfall",
        Metric::TimeToSurvive => "time until short",
        Metric::TimeToRecover => "time from first to last day short",
        Metric::MinimumCover => "lowest commercial stock",
        Metric::PricePaid => "price paid",
        Metric::PriceSpot => "spot price",
        Metric::ImportBill => "import bill",
        Metric::ValueLost => "output lost",
        Metric::ReserveDrawn => "volume drawn from the reserve",
    };
    let what = match response.side {
        Side::Shocked => metric.to_owned(),
        Side::Baseline => format!("{metric} without the shocks"),
        Side::Difference => format!("{metric} added by the shocks"),
    };
    match response.statistic {
        Statistic::Mean => format!("mean {what}"),
        Statistic::Any => format!("share of trials with any {what}"),
        Statistic::P50 => format!("median {what}"),
        Statistic::P90 => format!("{what}, 90th percentile"),
        Statistic::P95 => format!("{what}, 95th percentile"),
        Statistic::CvarP95 => format!("{what}, mean of the highest 5\u{a0}% of trials"),
    }
}

/// What stands under every chart.
pub(super) fn below(outcome: &SweepOutcome) -> Below {
    Below {
        notices: notices(outcome),
        stamp: stamp(outcome),
    }
}

/// Where the numbers come from, in a line.
pub(super) fn stamp(outcome: &SweepOutcome) -> String {
    let stamp = &outcome.outline.stamp;
    let (points, dropped) = (outcome.points.len(), outcome.outline.dropped);
    let whole = design(outcome.outline.design, points + dropped);
    let points = match dropped {
        0 => whole,
        _ => format!("{} of a {whole}", count(points as u64)),
    };
    let trials = several(stamp.trials, "trial");
    format!(
        "Sweep {} of “{}” · {points} · {trials} a point · hash {} · seed {} · shortfall {}",
        stamp.scenario, outcome.outline.scenario, stamp.hash, stamp.seed, stamp.version
    )
}

/// `1 point`, `64 points`.
pub(super) fn several(n: u64, what: &str) -> String {
    match n {
        1 => format!("1\u{a0}{what}"),
        n => format!("{}\u{a0}{what}s", count(n)),
    }
}

fn design(design: Design, points: usize) -> String {
    let points = several(points as u64, "point");
    match design {
        Design::Grid => format!("grid of {points}"),
        Design::Zip => format!("list of {points}"),
        Design::OneAtATime => format!("{points}, one factor at a time"),
        Design::LatinHypercube => format!("Latin hypercube of {points}"),
        Design::Sobol => format!("Sobol' sequence of {points}"),
        Design::Morris { .. } => format!("Morris trajectories, {points}"),
    }
}

/// That points were filtered out, or that points or trials failed, if any were.
pub(super) fn notices(outcome: &SweepOutcome) -> Vec<String> {
    let mut notices = Vec::new();
    let (kept, dropped) = (outcome.points.len(), outcome.outline.dropped);
    if dropped > 0 {
        notices.push(format!(
            "Filters left {} of {}: {}.",
            count(kept as u64),
            several((kept + dropped) as u64, "point"),
            outcome.outline.filters.join("; ")
        ));
    }
    let failed = outcome.points.iter().enumerate();
    let mut failed = failed.filter_map(|(i, point)| Some((i, point.found.as_ref().err()?)));
    if let Some((first, reason)) = failed.next() {
        let number = 1 + failed.count();
        let are = if number == 1 { "is" } else { "are" };
        let (number, all) = (count(number as u64), count(outcome.points.len() as u64));
        notices.push(format!(
            "{number} of {all} points failed and {are} left out; the first, point {first}: {reason}"
        ));
    }
    let found = outcome
        .points
        .iter()
        .filter_map(|point| point.found.as_ref().ok());
    let (points, trials) = found
        .filter(|found| found.failed > 0)
        .fold((0, 0), |(points, trials), found| {
            (points + 1, trials + found.failed)
        });
    if trials > 0 {
        let (trials, points) = (several(trials, "trial"), several(points, "point"));
        notices.push(format!("{trials} at {points} failed and were left out."));
    }
    notices
}

/// What is varied, over which levels, and from which reference point.
pub(super) fn varied(tracks: &[Track<'_>], design: Design) -> String {
    let said = tracks.iter().map(|track| {
        let levels: Vec<String> = (0..track.count()).map(|level| track.said(level)).collect();
        let range = match levels.as_slice() {
            [first, .., last] if levels.len() > LISTED && !track.is_words() => {
                let number = several(levels.len() as u64, "value");
                format!("{number} from {first} to {last}")
            }
            [.., last] if levels.len() > LISTED => {
                let number = levels.len() - LISTED;
                let listed = levels[..LISTED - 1].join(", ");
                format!("{listed}, {number} more and {last}")
            }
            levels => levels.join(", "),
        };
        let range = match (design, track.of.first()) {
            (Design::OneAtATime, Some(&level)) => {
                format!("{range} (reference {})", track.said(level))
            }
            _ => range,
        };
        let name = track.name();
        match track.own_title() {
            None => format!("{name}: {range}"),
            Some(title) => format!("{title} ({name}): {range}"),
        }
    });
    match tracks.len() {
        0 => "Nothing is varied.".to_owned(),
        _ => format!("Varied: {}.", said.collect::<Vec<_>>().join("; ")),
    }
}

/// What the panels of exceedance curves show.
pub(super) fn chances(view: &View<'_>, shown: usize) -> String {
    let all = view.outcome.points.len();
    let which = match (shown, view.tracks.len()) {
        (0, _) => return "No point could be finished.".to_owned(),
        (shown, _) if shown == all => "Every point".to_owned(),
        (shown, 1 | 2) => format!(
            "{} of {}, spread over the levels",
            shown,
            several(all as u64, "point")
        ),
        (shown, _) => format!(
            "{} of {}, evenly by the rank of the {}",
            shown,
            several(all as u64, "point"),
            title(view.response)
        ),
    };
    format!("{which}. Where orange is above blue, the shocks add to the shortfall.")
}

/// What else has to be known of cells or dots over two factors.
pub(super) fn heat(view: &View<'_>) -> Option<String> {
    let mut said = Vec::new();
    if let Some((across, up)) = super::heat::axes(view) {
        let others = others(view, &[across.index, up.index]);
        if !others.is_empty() {
            said.push(format!("Averaged over {}.", listed(&others)));
        }
    }
    if let Some(most) = view.largest_error() {
        let most = view.unit.say_size(most);
        said.push(format!("The standard error of a point is at most {most}."));
    }
    (!said.is_empty()).then(|| said.join(" "))
}

/// What else has to be known of a response along a factor.
pub(super) fn lines(view: &View<'_>) -> Option<String> {
    let along = super::lines::along(view)?;
    let others = others(view, &[along.index]);
    match others.len() {
        0 => None,
        1 => Some(format!("{} moves along with it.", capital(&others[0]))),
        _ => Some(format!("{} move along with it.", capital(&listed(&others)))),
    }
}

/// The names of factors but for some.
fn others(view: &View<'_>, known: &[usize]) -> Vec<String> {
    let others = view
        .tracks
        .iter()
        .filter(|track| !known.contains(&track.index));
    others.map(Track::titled).collect()
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Which factors move the response, and how that was found.
pub(super) fn tornado(view: &View<'_>) -> Option<String> {
    let hidden = match view
        .influence
        .order()
        .len()
        .saturating_sub(super::tornado::MOST)
    {
        0 => String::new(),
        1 => " One more factor moves it less.".to_owned(),
        more => format!(" {more} more factors move it less."),
    };
    match &view.influence {
        Influence::Swings { swings, .. } => {
            let most = swings.first()?;
            if most.size() <= 0.0 {
                return Some("No factor moves it.".to_owned());
            }
            let moved = swung(view, most)?;
            let named = swings
                .iter()
                .filter_map(|swing| view.tracks.get(swing.track));
            let names = match named.into_iter().any(|track| !track.is_ranked()) {
                true => {
                    " The ends of named levels are those with the least and the greatest response."
                }
                false => "",
            };
            Some(format!("{moved}{names}{}{hidden}", left_out(view)))
        }
        Influence::Effects(effects) => {
            let most = effects.first()?;
            let name = capital(&view.tracks.get(most.track)?.titled());
            let (size, of) = (view.unit.say_size(most.size), view.unit.of);
            Some(format!(
                "{name} moves it most: over its whole range by {size}{of} on average. A large σ means that an effect is uneven or depends on other factors.{}{hidden}",
                left_out(view)
            ))
        }
    }
}

/// The factor that moves the response most, from where to where, and how that
/// was found.
fn swung(view: &View<'_>, most: &Swing) -> Option<String> {
    let name = capital(&view.tracks.get(most.track)?.titled());
    let of = view.unit.of;
    let [low, high] = &most.ends;
    let how = match view.outcome.outline.design {
        Design::OneAtATime => "All else is as at the reference point.",
        _ => match view.influence.by_parts(most.track) {
            true => "These are means over fifths of the points, by the factor.",
            false => "These are means over the points at a level.",
        },
    };
    let (moves, how) = match is_confounded(view) {
        true => (
            "goes with the largest difference",
            format!(
                "{how} Filters have made factors depend on each other: a difference may be another's."
            ),
        ),
        false => ("moves it most", how.to_owned()),
    };
    if most.is_bent() {
        let [least, most] = most.range.map(|value| view.unit.say(value));
        return Some(format!(
            "{name} {moves}: between {least} and {most}{of}, not evenly from end to end. {how}"
        ));
    }
    let [from, to] = [low, high].map(|end| view.unit.say(end.value));
    let (at, to_at) = (&low.named, &high.named);
    Some(format!(
        "{name} {moves}: from {from}{of} ({at}) to {to} ({to_at}). {how}"
    ))
}

/// That points without a number are not in means, if there are any.
fn left_out(view: &View<'_>) -> &'static str {
    let answers = (0..view.shown.len()).map(|point| view.answer(point));
    let mut missing = answers.filter(|answer| matches!(answer, Answer::Never | Answer::Unknown));
    match missing.next() {
        Some(_) => " Points without a number are left out.",
        None => "",
    }
}

/// What lines across all factors show.
pub(super) fn parallel(view: &View<'_>) -> Option<String> {
    let (drawn, all) = (super::parallel::chosen(view).len(), view.ranked().len());
    let lines = match drawn {
        0 => return None,
        some if some < all => format!(
            "A line for {} of {}, evenly by the rank of the response",
            count(some as u64),
            several(all as u64, "point")
        ),
        _ => "A line a point".to_owned(),
    };
    let axes = super::parallel::axes(view);
    let across = match axes.len() < view.tracks.len() {
        true => format!(", across the {} factors that move it most", axes.len()),
        false => String::new(),
    };
    let fanned = match axes.iter().any(|track| track.is_stepped()) {
        true => "; lines at one level are fanned out",
        false => "",
    };
    Some(format!("{lines}{across}{fanned}."))
}

/// The statistic in a legend.
pub(super) const fn statistic(response: Response) -> &'static str {
    match response.statistic {
        Statistic::Mean => "mean",
        Statistic::Any => "share of trials",
        Statistic::P50 => "median",
        Statistic::P90 => "90th percentile",
        Statistic::P95 => "95th percentile",
        Statistic::CvarP95 => "mean of the highest 5\u{a0}% of trials",
    }
}
