//! What happens with closures, sanctions and ways around limits.

use super::{Row, Words};
use crate::engine::Entry;
use crate::export::number::percent;

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
}
