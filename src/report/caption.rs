//! What each panel shows, in words.

use super::digest::Digest;
use super::finding::{bar, often};
use super::market::Market;
use super::number::{days, figures, percent, quantity, relative};
use super::origins::Origin;

/// Fewer trials have no tenth worth speaking of.
const FEW: usize = 10;

/// How large a shortfall is how likely.
pub(super) fn chance(digest: &Digest<'_>) -> String {
    let Digest { country, tail, .. } = digest;
    let (commodity, unit) = (&digest.focus.commodity_name, &digest.focus.unit);
    let amount = |value| quantity(value, unit);
    let (shocked, p90) = (&tail.shocked, tail.shocked.p90);
    match digest.trials() {
        _ if shocked.most <= 0.0 => format!("No trial leaves {country} short of {commodity}."),
        1 => {
            let most = shocked.most;
            let in_days = days_of_use(digest, most);
            let most = amount(most);
            format!("The only trial leaves {country} short of {most} of {commodity}{in_days}.")
        }
        trials if trials < FEW => {
            let (mean, most) = (amount(shocked.mean), amount(shocked.most));
            format!(
                "Trials leave {country} short of {mean} of {commodity} on average, of {most} at worst."
            )
        }
        _ if p90 <= 0.0 => {
            let (share, most) = (percent(shocked.share_any()), amount(shocked.most));
            format!(
                "Fewer than 1 trial in 10 has a shortfall: {share} of trials do, the largest {most}."
            )
        }
        _ if figures(shocked.p10) == figures(p90) => {
            let (about, in_days) = (amount(p90), days_of_use(digest, p90));
            format!(
                "At least 8 trials in 10 leave {country} short of about {about} of {commodity}{in_days}."
            )
        }
        _ => {
            let (in_days, before) = (days_of_use(digest, p90), before(digest));
            let p90 = amount(p90);
            format!(
                "1 trial in 10 leaves {country} short of more than {p90} of {commodity}{in_days}; {before}."
            )
        }
    }
}

fn before(digest: &Digest<'_>) -> String {
    match digest.tail.baseline.p90 {
        p90 if p90 > 0.0 => {
            let p90 = quantity(p90, &digest.focus.unit);
            format!("without the shocks, of more than {p90}")
        }
        _ => "without the shocks, fewer than 1 in 10 has any shortfall".to_owned(),
    }
}

fn days_of_use(digest: &Digest<'_>, volume: f64) -> String {
    let in_days = volume / digest.focus.use_per_day;
    if in_days.is_finite() {
        format!(", {} of use", days(in_days))
    } else {
        String::new()
    }
}

/// How large the shortfall is where there is one.
pub(super) fn size(digest: &Digest<'_>) -> String {
    let (country, short) = (&digest.country, &digest.shocked.short);
    let bar = bar(digest.short_above);
    let amount = |value| quantity(value, &digest.focus.unit);
    match (digest.trials(), digest.shocked.trials_short) {
        (_, 0) => format!("No trial leaves {country} short{bar}."),
        (trials, few) if few < 4 => {
            let often = often(digest.shocked.share_short, trials);
            let mean = amount(short.mean);
            let average = if few == 1 {
                ""
            } else {
                ", on average of those trials"
            };
            format!("{often} {country} is short{bar}: by {mean}{average}.")
        }
        (trials, _) => {
            let often = often(digest.shocked.share_short, trials);
            let [low, high] = short.inner;
            let middle = if figures(low) == figures(high) {
                format!("by about {}", amount(low))
            } else {
                format!("by {} to {}", figures(low), amount(high))
            };
            format!("{often} {country} is short{bar}; in the middle half of those, {middle}.")
        }
    }
}

/// Which origin's supply changes most.
pub(super) fn origins(digest: &Digest<'_>) -> String {
    let all = &digest.origins;
    let total = |part: fn(&Origin) -> f64| all.iter().map(part).sum::<f64>();
    let (before, after) = (total(|o| o.baseline), total(|o| o.shocked));
    let change = |o: &&Origin| (o.shocked - o.baseline).abs();
    let Some(most) = all.iter().max_by(|a, b| change(a).total_cmp(&change(b))) else {
        return "Nothing arrives from anywhere.".to_owned();
    };
    let subject = match most.own {
        true => "Own output".to_owned(),
        false => format!("Supply from {}", super::digest::with_article(&most.name)),
    };
    let (unit, was, is) = (&digest.focus.unit, most.baseline, most.shocked);
    let [share_before, share_after] = [was / before, is / after].map(percent);
    if change(&most) < 0.005 * before.max(after) {
        return format!(
            "No origin's supply changes by more than {} of the total.",
            relative(0.005)
        );
    }
    if was <= 0.0 {
        let is = quantity(is, unit);
        return format!(
            "{subject} begins with the shocks: {is} a year, {share_after} of all supply."
        );
    }
    if is <= 0.0 {
        let was = quantity(was, unit);
        return format!(
            "{subject} ends with the shocks; it was {was} a year, {share_before} of all supply."
        );
    }
    let moves = |falls: bool| if falls { "falls" } else { "rises" };
    let (falls, share_falls) = (is < was, is / after < was / before);
    let shares = if share_before == share_after {
        format!("still {share_after} of all supply")
    } else if share_falls == falls {
        format!("from {share_before} to {share_after} of all supply")
    } else {
        let share_moves = moves(share_falls);
        format!("but its share of all supply {share_moves} from {share_before} to {share_after}")
    };
    let moves = moves(falls);
    format!(
        "{subject} {moves} from {} to {} a year, {shares}.",
        figures(was),
        quantity(is, unit)
    )
}

/// When the shortfall is deepest.
pub(super) fn months(digest: &Digest<'_>) -> String {
    let (shocked, baseline) = (
        &digest.focus.shocked.shortfall,
        &digest.focus.baseline.shortfall,
    );
    let Some((bin, most)) = extreme(&shocked.mean, f64::gt) else {
        return "No month is known.".to_owned();
    };
    let name = digest.timeline.name(bin);
    if most <= 0.0 {
        return format!("{} is not short in any month.", capital(&digest.country));
    }
    let lead = if shocked.mean.len() == 1 {
        format!("In {name} the shortfall is")
    } else {
        format!("The shortfall is largest in {name}:")
    };
    let most = percent(most);
    let before = against(baseline.mean.get(bin).map(|share| percent(*share)), &most);
    let average = averaged(digest);
    format!("{lead} {most} of the month's demand, {average}{before}.")
}

/// When the stock is lowest.
pub(super) fn stock(digest: &Digest<'_>) -> String {
    let (shocked, baseline) = (&digest.focus.shocked.cover, &digest.focus.baseline.cover);
    let Some((bin, least)) = extreme(&shocked.mean, f64::lt) else {
        return "No stock is known.".to_owned();
    };
    let name = digest.timeline.name(bin);
    if extreme(&shocked.mean, f64::gt).is_none_or(|(_, most)| most <= 0.0) {
        return "There is no commercial stock at the end of any month.".to_owned();
    }
    let lead = if shocked.mean.len() == 1 {
        format!("At the end of {name} the stock is")
    } else {
        format!("The stock is lowest at the end of {name}:")
    };
    let least = days(least);
    let before = against(baseline.mean.get(bin).copied().map(days), &least);
    let average = averaged(digest);
    format!("{lead} {least} of use, {average}{before}.")
}

/// What prices come to.
pub(super) fn price(digest: &Digest<'_>) -> String {
    let amount = |value| quantity(value, &digest.focus.price_unit.name);
    let (shocked, baseline) = (&digest.shocked, &digest.baseline);
    if shocked.spot.most <= 0.0 {
        return "No price is known.".to_owned();
    }
    let spot = amount(shocked.spot.mean);
    let change = compared(
        shocked.spot.mean,
        baseline.spot.mean,
        &amount(baseline.spot.mean),
    );
    let paid = amount(shocked.paid.mean);
    let before = against(Some(amount(baseline.paid.mean)), &paid);
    let (country, bill) = (capital(&digest.country), bill(digest));
    format!(
        "The spot price averages {spot}, {change}. {country} pays {paid} for what arrives, {before}.{bill}"
    )
}

/// What imports cost in all, where there are any.
fn bill(digest: &Digest<'_>) -> String {
    let [shocked, baseline] = [digest.shocked.bill, digest.baseline.bill];
    if shocked <= 0.0 && baseline <= 0.0 {
        return String::new();
    }
    let amount = |value| quantity(value, "USD");
    let shocked = amount(shocked);
    let before = against(Some(amount(baseline)), &shocked);
    format!(" Imports over the horizon cost {shocked}, {before}.")
}

/// Which policy stops most, and how much goes around it.
pub(super) fn policies(market: &Market<'_>) -> String {
    let Some(most) = market.policies.first() else {
        return "No policy stops anything.".to_owned();
    };
    let amount = |value| quantity(value, market.unit);
    if most.stopped <= 0.0 {
        let (title, leaked) = (quoted(most.title), amount(most.leaked));
        let good = market.name;
        return format!("Nothing stays stopped; {leaked} of {good} go by way of {title}.");
    }
    let stopped = format!("keeps {}", amount(most.stopped));
    let leaked = match most.leaked {
        leaked if leaked > 0.0 => format!("; a further {} go around it", amount(leaked)),
        _ => String::new(),
    };
    let most_of = match market.policies.len() {
        1 => "",
        _ => ", more than any other",
    };
    format!(
        "{} {stopped} of {} from its usual ways over the horizon, to all destinations together{most_of}{leaked}.",
        quoted(most.title),
        market.name,
    )
}

/// A title within a sentence.
fn quoted(title: &str) -> String {
    format!("“{title}”")
}

/// Who sells at what discount.
pub(super) fn sellers(market: &Market<'_>) -> String {
    let (Some(deepest), Some(least)) = (market.sellers.first(), market.sellers.last()) else {
        return "No seller is under sanctions.".to_owned();
    };
    let below = |mean: f64| match percent(mean.abs()) {
        _ if mean.abs() < 0.005 => "like other sellers".to_owned(),
        share if mean < 0.0 => format!("{share} below other sellers"),
        share => format!("{share} above other sellers"),
    };
    let first = format!(
        "While a sanction on it is in force, {} sells {} on average",
        market.seller(deepest),
        below(deepest.mean)
    );
    match market.sellers.len() {
        1 => format!("{first}."),
        _ => format!(
            "{first}; {} sells {}.",
            market.seller(least),
            below(least.mean)
        ),
    }
}

/// How much of reserves is drawn.
pub(super) fn reserves(market: &Market<'_>) -> String {
    let share = |digest: &Digest<'_>, size: f64| digest.shocked.drawn.mean / size;
    let by_share = |a: &(&Digest<'_>, f64), b: &(&Digest<'_>, f64)| {
        share(a.0, a.1).total_cmp(&share(b.0, b.1))
    };
    let Some((digest, size)) = market.reserves().max_by(by_share) else {
        return "Nothing is drawn from any state reserve.".to_owned();
    };
    let (drawn, outer) = (digest.shocked.drawn.mean, digest.shocked.drawn.outer);
    if drawn <= 0.0 {
        return "With the shocks nothing is drawn from any state reserve.".to_owned();
    }
    let amount = |value| quantity(value, market.unit);
    let bad = match outer[1] {
        high if high > drawn => format!("; in 1 trial in 20, more than {}", amount(high)),
        _ => String::new(),
    };
    format!(
        "{} draws {}{} of the {} it holds{bad}.",
        capital(&digest.country),
        if digest.trials() > 1 {
            "on average "
        } else {
            ""
        },
        amount(drawn),
        amount(size),
    )
}

/// That a number is a mean over trials, if there are several.
fn averaged(digest: &Digest<'_>) -> &'static str {
    match digest.trials() {
        1 => "",
        _ => "averaged over trials, ",
    }
}

/// How an average stands to that of the baseline, in words.
fn compared(shocked: f64, baseline: f64, written: &str) -> String {
    let change = shocked / baseline - 1.0;
    match change {
        c if !c.is_finite() => format!("against {written} without the shocks"),
        c if c.abs() < 0.005 => "as without the shocks".to_owned(),
        9.995.. => format!(
            "{} times the {written} without the shocks",
            figures((change + 1.0).round())
        ),
        c if c > 0.0 => format!("{} above the {written} without the shocks", percent(c)),
        c => format!("{} below the {written} without the shocks", percent(-c)),
    }
}

fn against(baseline: Option<String>, shocked: &str) -> String {
    match baseline {
        Some(baseline) if baseline == shocked => "as without the shocks".to_owned(),
        Some(baseline) => format!("against {baseline} without the shocks"),
        None => "with the shocks".to_owned(),
    }
}

/// The first finite value that no other exceeds in a direction, and its place.
fn extreme(values: &[f64], beyond: fn(&f64, &f64) -> bool) -> Option<(usize, f64)> {
    let finite = values
        .iter()
        .enumerate()
        .filter(|(_, value)| value.is_finite());
    finite.fold(None, |best, (place, &value)| match best {
        Some((_, known)) if !beyond(&value, &known) => best,
        _ => Some((place, value)),
    })
}

/// The text with its first letter a capital.
pub(super) fn capital(text: &str) -> String {
    let mut rest = text.chars();
    let first = rest.next().into_iter().flat_map(char::to_uppercase);
    first.chain(rest.clone()).collect()
}
