//! What closures, sanctions, ways around limits and full stores say.

use super::Row;
use super::words::Words;
use crate::engine::Entry;
use crate::export::number::percent;
use crate::scenario::{Bypass, Closure, ExtraterritorialRule, Leakage, PriceCap, Sanction, Tariff};

/// What instruments are, and what they bind.
impl Words<'_> {
    pub(super) fn sanction(&self, s: &Sanction) -> String {
        let of = s.companies.join(", ");
        format!("sanction on {} of {of}", self.goods(&s.on))
    }

    pub(super) fn tariff(&self, t: &Tariff) -> String {
        let by = self.places(t.by.iter().map(|c| c.0));
        let from = self.places(t.from.iter().map(|c| c.0));
        format!("tariff of {by} on {} from {from}", self.goods(&t.on))
    }

    pub(super) fn price_cap(&self, cap: &PriceCap) -> String {
        let by = self.places(cap.by.iter().map(|c| c.0));
        let from = if cap.companies.is_empty() {
            self.places(cap.from.iter().map(|c| c.0))
        } else {
            cap.companies.join(", ")
        };
        format!("price cap of {by} on {} from {from}", self.goods(&cap.on))
    }

    pub(super) fn closure(&self, closure: &Closure) -> String {
        format!("closure of {}", closure.of)
    }

    pub(super) fn bypass(&self, bypass: &Bypass) -> String {
        let by = self.places(bypass.by.iter().map(|c| c.0));
        let around = &bypass.around;
        format!(
            "bypass around {around} for {} from {by}",
            self.goods(&[bypass.on])
        )
    }

    pub(super) fn leakage(&self, leakage: &Leakage) -> String {
        let around: Vec<&str> = leakage.around.iter().map(|p| self.policy(p.0)).collect();
        let via = self.places(leakage.via.iter().map(|c| c.0));
        format!("leakage around {} through {via}", around.join(", "))
    }

    pub(super) fn rule_abroad(&self, rule: &ExtraterritorialRule) -> String {
        format!(
            "rule of {} on {} made abroad with its {}",
            self.country(rule.by.0),
            self.goods(&rule.on),
            self.goods(&rule.content)
        )
    }

    /// A few countries by name, many by number.
    fn places(&self, countries: impl ExactSizeIterator<Item = usize>) -> String {
        match countries.len() {
            all if all == self.count_of_countries() => "everywhere".to_owned(),
            1..=3 => {
                let names: Vec<&str> = countries.map(|c| self.country(c)).collect();
                names.join(", ")
            }
            many => format!("{many} countries"),
        }
    }
}

/// What happens to them.
impl Words<'_> {
    /// A row about an entry of this file, if it is one.
    pub(super) fn row_of_ways(&self, entry: &Entry) -> Option<Row> {
        Some(match *entry {
            Entry::Leaked {
                policy,
                pair,
                volume,
            } => self.leaked(policy, pair, volume),
            Entry::Binds { policy } => Row {
                kind: "binds",
                text: "binds from now on".to_owned(),
                ..self.of_policy(policy)
            },
            Entry::Waiver {
                policy,
                country,
                holds,
            } => self.waiver(policy, country, holds),
            Entry::Handed {
                policy,
                from,
                to,
                volume,
            } => self.handed(policy, from, to, volume),
            Entry::Passage {
                policy,
                open,
                closes,
            } => self.passage(policy, open, closes),
            Entry::Stopped {
                policy,
                pair,
                volume,
                goes_round,
            } => self.stopped(policy, pair, volume, goes_round),
            Entry::GoesOn {
                policy,
                pair,
                volume,
            } => self.goes_on(policy, pair, volume),
            Entry::Enforced { policy, left } => Row {
                kind: "enforced",
                value: Some((left, "share".to_owned())),
                text: format!("set back to {} of its most", percent(left)),
                ..self.of_policy(policy)
            },
            Entry::Content {
                policy,
                seller,
                share,
                bound,
            } => self.content(policy, seller, share, bound),
            Entry::Storage {
                site,
                share,
                stock,
                limit,
            } => self.storage(site, share, (stock, limit)),
            _ => return None,
        })
    }

    fn leaked(&self, policy: usize, pair: usize, volume: f64) -> Row {
        let row = self.on_pair(pair);
        let amount = self.volume(row.market.unwrap_or_default(), volume.abs());
        let (seller, way) = (self.seller(pair), self.policy(policy));
        Row {
            kind: "leaked",
            policy: Some(policy),
            volume: Some(volume),
            text: match volume < 0.0 {
                true => format!("{way}: {amount} from {seller} does not go round after all"),
                false => format!("{way}: {amount} from {seller} goes round what stops it"),
            },
            ..row
        }
    }

    fn passage(&self, policy: usize, open: f64, closes: bool) -> Row {
        Row {
            kind: "passage",
            value: Some((open, "share".to_owned())),
            text: match closes {
                true => format!("{} of the trade may pass", percent(open)),
                false => format!("reopens, from {} of the trade", percent(open)),
            },
            ..self.of_policy(policy)
        }
    }

    fn waiver(&self, policy: usize, country: usize, holds: bool) -> Row {
        let of = self.country(country);
        Row {
            kind: "waiver",
            to: Some(country),
            text: match holds {
                true => format!("waiver of {of} renewed"),
                false => format!("waiver of {of} ends"),
            },
            ..self.of_policy(policy)
        }
    }

    fn handed(&self, policy: usize, from: usize, to: usize, volume: f64) -> Row {
        let market = self.market_of_seller(from);
        Row {
            kind: "handed",
            market: Some(market),
            volume: Some(volume),
            text: format!(
                "{} hands {} to {}",
                self.company(from),
                self.volume(market, volume),
                self.company(to)
            ),
            ..self.of_policy(policy)
        }
    }

    fn stopped(&self, policy: usize, pair: usize, volume: f64, goes_round: bool) -> Row {
        let row = self.on_pair(pair);
        let what = match goes_round {
            true => "goes round",
            false => "has to wait",
        };
        Row {
            kind: if goes_round { "goes-round" } else { "held" },
            policy: Some(policy),
            volume: Some(volume),
            text: format!(
                "{}: {} under way from {} {what}",
                self.policy(policy),
                self.volume(row.market.unwrap_or_default(), volume),
                self.seller(pair)
            ),
            ..row
        }
    }

    fn goes_on(&self, policy: usize, pair: usize, volume: f64) -> Row {
        let row = self.on_pair(pair);
        Row {
            kind: "goes-on",
            policy: Some(policy),
            volume: Some(volume),
            text: format!(
                "{}: {} from {} that waited may go on",
                self.policy(policy),
                self.volume(row.market.unwrap_or_default(), volume),
                self.seller(pair)
            ),
            ..row
        }
    }

    fn content(&self, policy: usize, seller: usize, share: f64, bound: bool) -> Row {
        let market = self.market_of_seller(seller);
        let verb = if bound { "bound" } else { "not bound" };
        Row {
            kind: "content",
            market: Some(market),
            value: Some((share, "share".to_owned())),
            text: format!(
                "{} of the value of {} from {} is content: {verb}",
                percent(share),
                self.key(market),
                self.company(seller)
            ),
            ..self.of_policy(policy)
        }
    }

    fn storage(&self, site: usize, share: f64, (stock, limit): (f64, f64)) -> Row {
        let row = self.at_site(site);
        let volume = |v: f64| self.volume(row.market.unwrap_or_default(), v);
        let (held, most) = (volume(stock), volume(limit));
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
                    "storage fills up, {held} of {most}: makes {} of what it could",
                    percent(share)
                ),
                false => format!("has room for all it makes, holds {held}"),
            },
            ..row
        }
    }
}
