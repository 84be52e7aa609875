//! What happens at sites.

use super::{Row, Words};
use crate::engine::{Entry, Milestone};
use crate::export::number::{percent, plain};
use crate::scenario::Instrument;
use crate::units::Tick;

impl Words<'_> {
    pub(super) fn capacity(&self, policy: usize, site: usize, left: f64) -> Row {
        let written = self.traced.scenario.policies.get(policy);
        let cause = written.map_or("ordinary outage", |p| p.name.as_str());
        let country = self.scenario.sites[site].country.0;
        let up = match left {
            1.0.. => "all capacity".to_owned(),
            _ => format!("{} of capacity", percent(left)),
        };
        Row {
            kind: "outage",
            policy: Some(policy),
            text: format!("{up} up, in {} ({cause})", self.country(country)),
            value: Some((left, "share".to_owned())),
            ..self.at_site(site)
        }
    }

    pub(super) fn at_site(&self, site: usize) -> Row {
        let output = self.n.sites[site].outputs.clone().next();
        let seller = output.map(|o| self.n.outputs[o].seller as usize);
        Row {
            subject: self.n.sites[site].name.clone(),
            market: seller.map(|s| self.n.sellers[s].market),
            from: Some(self.scenario.sites[site].country.0),
            ..Row::default()
        }
    }

    pub(super) fn input(&self, input: usize, share: f64) -> Row {
        let i = &self.n.inputs[input];
        let buyer = self.n.demands[i.demand as usize].buyer as usize;
        let good = &self.n.markets[self.n.buyers[buyer].market].key;
        let enough = share.is_infinite();
        Row {
            kind: if enough { "input-ends" } else { "input-short" },
            value: Some((share.min(1.0), "share".to_owned())),
            text: match enough {
                true => format!("has enough {good} again"),
                false => format!(
                    "can do {} of what it wants, for want of {good}",
                    percent(share)
                ),
            },
            ..self.at_site(i.site as usize)
        }
    }

    pub(super) fn project(
        &self,
        at: Tick,
        policy: usize,
        site: usize,
        milestone: Milestone,
    ) -> Row {
        let row = self.at_site(site);
        let told = |price| self.told_price(row.market.unwrap_or_default(), price);
        let (kind, value, text) = match milestone {
            Milestone::Unsupported => ("project-waits", None, "not decided on yet".to_owned()),
            Milestone::Unprofitable { price, breakeven } => {
                let ((price, unit), (needed, _)) = (told(price), told(breakeven));
                let (price_text, needed) = (plain(price), plain(needed));
                let text =
                    format!("not decided on: price {price_text}, break-even {needed} {unit}");
                ("project-waits", Some((price, unit)), text)
            }
            Milestone::Funded => ("project-funded", None, self.funded(at, policy)),
            Milestone::Dropped => ("project-dropped", None, self.dropped(policy)),
            Milestone::Begun { due, late } => {
                let slips = match late {
                    0.0 => String::new(),
                    _ => format!(", slipped by {} days", plain(late)),
                };
                let due = self.n.calendar.date_of(due);
                let text = format!("building begins, to be complete on {due}{slips}");
                ("project-begun", Some((late, "days".to_owned())), text)
            }
            Milestone::Complete => ("project-complete", None, "complete".to_owned()),
            Milestone::Runs { share } => {
                let text = format!("{} of what it adds runs", percent(share));
                ("project-runs", Some((share, "share".to_owned())), text)
            }
        };
        Row {
            kind,
            policy: Some(policy),
            value,
            text: format!("{}: {text}", self.policy(policy)),
            ..row
        }
    }

    /// Where a site puts its first good: the store of its seller.
    pub(super) fn store(&self, site: usize) -> String {
        let output = self.n.sites[site].outputs.clone().next();
        output.map_or_else(String::new, |output| {
            let seller = self.n.outputs[output].seller as usize;
            let good = self.key(self.market_of_seller(seller));
            format!("the store of {} for {good}", self.company(seller))
        })
    }

    pub(super) fn storage(&self, site: usize, share: f64, (stock, limit): (f64, f64)) -> Row {
        let row = self.at_site(site);
        let volume = |v: f64| self.volume(row.market.unwrap_or_default(), v);
        let (held, most) = (volume(stock), volume(limit));
        let store = self.store(site);
        Row {
            kind: if share < 1.0 {
                "storage-full"
            } else {
                "storage"
            },
            volume: Some(stock),
            value: Some((share.min(1.0), "share".to_owned())),
            text: match share < 1.0 {
                true => format!(
                    "{store} is full, {held} of {most}: makes {} of what it could",
                    percent(share)
                ),
                false => format!("{store} has room for all it makes, holds {held}"),
            },
            ..row
        }
    }

    /// That a project is funded, and what keeps it from being built.
    fn funded(&self, at: Tick, policy: usize) -> String {
        let before = self.before(policy);
        let dropped = self.named(&before, |p| self.came_to(at, p, Milestone::Dropped));
        let open = self.named(&before, |p| !self.came_to(at, p, Milestone::Complete));
        match (dropped.as_str(), open.as_str()) {
            ("", "") => "funded".to_owned(),
            ("", open) => format!("funded, to be built after {open}"),
            (dropped, _) => format!("funded, but never built without {dropped}"),
        }
    }

    /// That a project is dropped, and with it those that come after it.
    fn dropped(&self, policy: usize) -> String {
        let all: Vec<usize> = (0..self.scenario.policies.len()).collect();
        match self.named(&all, |other| self.before(other).contains(&policy)) {
            none if none.is_empty() => "not funded, never built".to_owned(),
            after => format!("not funded, never built, nor {after} after it"),
        }
    }

    /// The names of some policies, of those that fit.
    fn named(&self, policies: &[usize], fits: impl Fn(usize) -> bool) -> String {
        let fit = policies.iter().filter(|p| fits(**p));
        let names: Vec<&str> = fit.map(|p| self.policy(*p)).collect();
        names.join(", ")
    }

    /// Whether a project has come so far by some time.
    fn came_to(&self, at: Tick, project: usize, wanted: Milestone) -> bool {
        let mut entries = self.traced.journal.entries().iter();
        entries.any(|(then, entry)| match *entry {
            Entry::Project {
                policy, milestone, ..
            } => *then <= at && policy == project && milestone == wanted,
            _ => false,
        })
    }

    /// Projects that must be complete before one is begun, and before these.
    fn before(&self, policy: usize) -> Vec<usize> {
        let after = |policy: usize| match &self.scenario.policies[policy].instrument {
            Instrument::Project(project) => project.after.as_slice(),
            _ => &[],
        };
        let mut all: Vec<usize> = after(policy).iter().map(|p| p.0).collect();
        let mut seen = 0;
        while let Some(next) = all.get(seen).copied() {
            let more = after(next).iter().map(|p| p.0);
            let new: Vec<usize> = more.filter(|p| !all.contains(p)).collect();
            all.extend(new);
            seen += 1;
        }
        all
    }
}
