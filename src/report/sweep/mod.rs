//! The pictures of a sweep: how what is found depends on what is varied.

mod bar;
mod chances;
mod colours;
mod dots;
mod heat;
mod influence;
mod kind;
mod lines;
mod page;
mod parallel;
mod scale;
mod tornado;
mod track;
mod view;
mod words;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

use rayon::prelude::*;

use super::card::{Card, Extent};
use super::sheet::Sheet;
use super::{CHARTS, Drawn, Format, ReportError, font};
use crate::study::sweep::{PointCurves, Response, Statistic, SweepFocus, SweepOutcome};
use crate::study::{Metric, Side};
use chances::{Chances, Choice};
use kind::Kind;
use track::Track;
use view::View;

/// Name of the page, but for how names of its format end.
pub const SWEEP_PAGE: &str = "sweep";
/// Name of the chart of exceedance curves.
const CHANCES: &str = "chances";
/// Panels of that chart, in all and side by side.
const PANELS: (usize, usize) = (12, 4);

/// The points whose exceedance curves the pictures show, as indices: at most
/// 12, none of them failed, in the order in which they are shown. They are
/// spread over the levels where one factor or two are varied, else over the
/// ranks of the first response of the first focus.
#[must_use]
pub fn shown_points(outcome: &SweepOutcome) -> Vec<usize> {
    let tracks = Track::varied(outcome);
    let view = View::new(outcome, &tracks, (0, 0));
    view.map_or_else(Vec::new, |view| Choice::new(&view).points)
}

/// The pictures of a sweep, as names and bytes:
///
/// - `sweep`, the page with a finding and charts of each focus;
/// - `charts/COMMODITY.COUNTRY.METRIC-SIDE-STATISTIC.CHART`, each chart of each
///   response on its own;
/// - `charts/COMMODITY.COUNTRY.chances`, the exceedance curves of each focus.
///
/// `curves` are those of the [`shown_points`]. Each file says where its numbers
/// come from. The same outcome gives the same bytes.
///
/// # Errors
///
/// If a font or the encoder fails; no content of an outcome leads there.
pub fn render_sweep(
    outcome: &SweepOutcome,
    curves: &[PointCurves],
    format: Format,
) -> Result<Vec<(String, Vec<u8>)>, ReportError> {
    let pictures = pictures(outcome, curves)?;
    let encoded = pictures.par_iter().map(|(name, sheet)| {
        let bytes = format.encode(sheet, &outcome.outline.stamp)?;
        Ok((format!("{name}.{}", format.name()), bytes))
    });
    encoded.collect()
}

/// Whether a path, but for how it ends, is one of a picture of a sweep.
pub(super) fn owns(stem: &str) -> bool {
    let chart = stem
        .strip_prefix(CHARTS)
        .and_then(|rest| rest.strip_prefix('/'));
    let Some((about, kind)) = chart.and_then(|name| name.rsplit_once('.')) else {
        return stem == SWEEP_PAGE;
    };
    if kind == CHANCES {
        return about.contains('.');
    }
    let response = about
        .rsplit_once('.')
        .filter(|(focus, _)| focus.contains('.'));
    Kind::ALL.iter().any(|known| known.name() == kind)
        && response.is_some_and(|(_, response)| is_response(response))
}

/// The name of a response in files.
fn name(response: Response) -> String {
    let (metric, side) = (response.metric.name(), response.side.name());
    format!("{metric}-{side}-{}", response.statistic.name())
}

fn is_response(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let [metric, side, statistic] = parts.as_slice() else {
        return false;
    };
    Metric::ALL.iter().any(|known| known.name() == *metric)
        && Side::ALL.iter().any(|known| known.name() == *side)
        && Statistic::ALL
            .iter()
            .any(|known| known.name() == *statistic)
}

/// Every picture by name, the page first.
fn pictures(outcome: &SweepOutcome, curves: &[PointCurves]) -> Drawn<Vec<(String, Sheet)>> {
    font::check()?;
    let tracks = Track::varied(outcome);
    let foci = 0..outcome.outline.focus.len();
    let firsts: Vec<View<'_>> = foci
        .filter_map(|focus| View::new(outcome, &tracks, (focus, 0)))
        .collect();
    let choice = firsts.first().map(Choice::new);
    let page = page::draw(outcome, &tracks, &firsts, (choice.as_ref(), curves))?;
    let mut pictures = vec![(SWEEP_PAGE.to_owned(), page)];
    for (at, first) in firsts.iter().enumerate() {
        let focus = first.focus;
        let key = format!("{CHARTS}/{}.{}", focus.commodity, focus.country);
        for response in 0..outcome.outline.responses.len() {
            let Some(view) = View::new(outcome, &tracks, (at, response)) else {
                continue;
            };
            for kind in Kind::of(outcome, &tracks) {
                let name = format!("{key}.{}.{}", name(view.response), kind.name());
                pictures.push((name, alone(kind, &view)?));
            }
        }
        if let Some(choice) = &choice {
            let chances = Chances::new(first, choice, (curves, at), PANELS);
            pictures.push((format!("{key}.{CHANCES}"), curves_alone(&chances, first)?));
        }
    }
    Ok(pictures)
}

/// A chart as a picture of its own.
fn alone(kind: Kind, view: &View<'_>) -> Drawn<Sheet> {
    let card = Card {
        heading: kind.heading(view),
        caption: kind.caption(view),
    };
    let below = words::below(view.outcome);
    card.draw_over(&below, kind.extent(view), |canvas, rect| {
        kind.draw(canvas, rect, view)
    })
}

/// The exceedance curves of a focus as a picture of their own.
fn curves_alone(chances: &Chances<'_, '_>, view: &View<'_>) -> Drawn<Sheet> {
    let SweepFocus {
        commodity_name: good,
        country_name: country,
        ..
    } = view.focus;
    let card = Card {
        heading: format!("{country}, {good}: chance of a shortfall larger than …"),
        caption: words::chances(view, chances.count()),
    };
    let extent = Extent {
        least: 120.0 + 250.0 * chances.rows() as f64,
        ..Extent::USUAL
    };
    let below = words::below(view.outcome);
    card.draw_over(&below, extent, |canvas, rect| chances.draw(canvas, rect))
}
