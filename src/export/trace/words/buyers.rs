//! What happens to buyers: their stocks, reserves, contracts and prices.

use super::{Row, Words, last_second};
use crate::export::number::{percent, plain};
use crate::units::Tick;

impl Words<'_> {
    pub(in crate::export::trace) fn price(&self, buyer: usize, price: f64) -> Row {
        let row = self.at_buyer(buyer);
        let (price, unit) = self.told_price(row.market.unwrap_or_default(), price);
        Row {
            kind: "price",
            text: format!("price {} {unit}", plain(price)),
            value: Some((price, unit)),
            ..row
        }
    }

    pub(super) fn arrival(&self, pair: usize, volume: f64, price: f64) -> Row {
        let row = self.on_pair(pair);
        let market = row.market.unwrap_or_default();
        let (price, unit) = self.told_price(market, price);
        Row {
            kind: "arrival",
            volume: Some(volume),
            text: format!(
                "{} from {} arrives, at {} {unit}",
                self.volume(market, volume),
                self.seller(pair),
                plain(price)
            ),
            value: Some((price, unit)),
            ..row
        }
    }

    pub(super) fn rationing(&self, buyer: usize, rations: bool, stock: f64) -> Row {
        let row = self.at_buyer(buyer);
        let stock_text = self.volume(row.market.unwrap_or_default(), stock);
        Row {
            kind: if rations {
                "rationing"
            } else {
                "rationing-ends"
            },
            volume: Some(stock),
            text: match rations {
                true => format!("rations its users, with {stock_text} in stock"),
                false => format!("gives its users what they want again, {stock_text} in stock"),
            },
            ..row
        }
    }

    pub(super) fn waiting(&self, buyer: usize, volume: f64) -> Row {
        let row = self.at_buyer(buyer);
        let waits = self.volume(row.market.unwrap_or_default(), volume);
        Row {
            kind: "waiting",
            volume: Some(volume),
            text: format!("the tank is full, {waits} waits for room"),
            ..row
        }
    }

    pub(super) fn boiled_off(&self, buyer: usize, volume: f64, waiting: bool) -> Row {
        let row = self.at_buyer(buyer);
        let lost = self.volume(row.market.unwrap_or_default(), volume);
        Row {
            kind: "boil-off",
            volume: Some(volume),
            text: match waiting {
                true => format!("{lost} boils off, waiting for room in the tank"),
                false => format!("{lost} will boil off, on a voyage longer than usual"),
            },
            ..row
        }
    }

    pub(super) fn reserve(&self, reserve: usize, rate: f64, left: f64) -> Row {
        let row = self.at_buyer(self.n.reserves[reserve].buyer as usize);
        let market = row.market.unwrap_or_default();
        let (amount, left_text) = (self.volume(market, rate.abs()), self.volume(market, left));
        Row {
            kind: "reserve",
            volume: Some(left),
            value: Some((rate, format!("{}/day", self.unit(market)))),
            text: match rate {
                0.0 => format!("state reserve at rest, holds {left_text}"),
                0.0.. => format!("state reserve releases {amount} a day, holds {left_text}"),
                _ => format!("state reserve takes {amount} a day, holds {left_text}"),
            },
            ..row
        }
    }

    pub(super) fn ordered(&self, policy: usize, reserve: usize, rate: f64) -> Row {
        let row = self.at_buyer(self.n.reserves[reserve].buyer as usize);
        let market = row.market.unwrap_or_default();
        let rate_text = self.volume(market, rate);
        Row {
            kind: "release-ordered",
            policy: Some(policy),
            value: Some((rate, format!("{}/day", self.unit(market)))),
            text: match rate {
                0.0 => format!("{}: no release is ordered any more", self.policy(policy)),
                _ => format!(
                    "{}: the state reserve is ordered to release {rate_text} a day",
                    self.policy(policy)
                ),
            },
            ..row
        }
    }

    pub(super) fn aid(&self, policy: usize, reserve: usize, buyer: usize, volume: f64) -> Row {
        let row = self.at_buyer(buyer);
        let giver = &self.n.buyers[self.n.reserves[reserve].buyer as usize];
        Row {
            kind: "aid",
            policy: Some(policy),
            from: Some(giver.country),
            volume: Some(volume),
            text: format!(
                "{}: {} leaves the state reserve of {}",
                self.policy(policy),
                self.volume(row.market.unwrap_or_default(), volume),
                self.country(giver.country)
            ),
            ..row
        }
    }

    pub(super) fn aid_arrival(&self, buyer: usize, volume: f64) -> Row {
        let row = self.at_buyer(buyer);
        let arrives = self.volume(row.market.unwrap_or_default(), volume);
        Row {
            kind: "aid-arrival",
            volume: Some(volume),
            text: format!("{arrives} from the state reserve of another country arrives"),
            ..row
        }
    }

    pub(super) fn contract(&self, contract: usize, in_force: bool) -> Row {
        let pair = self.n.contracts[contract].pair as usize;
        let seller = self.seller(pair);
        Row {
            kind: if in_force {
                "contract"
            } else {
                "contract-ends"
            },
            text: match in_force {
                true => format!("contract with {seller} in force"),
                false => format!("contract with {seller} no longer in force"),
            },
            ..self.on_pair(pair)
        }
    }

    pub(super) fn taken(&self, contract: usize, share: f64, unused: f64) -> Row {
        let pair = self.n.contracts[contract].pair as usize;
        let paid = match unused {
            0.0 => String::new(),
            _ => format!(", and pays {} USD a day for the rest", plain(unused)),
        };
        Row {
            kind: "contract-taken",
            value: Some((share, "share".to_owned())),
            text: format!(
                "takes {} of its contract with {}{paid}",
                percent(share),
                self.seller(pair)
            ),
            ..self.on_pair(pair)
        }
    }

    pub(super) fn fear(&self, buyer: usize, days: f64) -> Row {
        Row {
            kind: "hoarding",
            value: Some((days, "days".to_owned())),
            text: match days {
                0.0 => "stores no more than usual".to_owned(),
                _ => format!(
                    "wants to store {} days of use beyond its target",
                    plain(days)
                ),
            },
            ..self.at_buyer(buyer)
        }
    }

    pub(super) fn month(&self, at: Tick, focus: usize, short: f64, demand: f64, cover: f64) -> Row {
        let row = self.at_buyer(self.n.focus[focus] as usize);
        let market = row.market.unwrap_or_default();
        let share = if demand > 0.0 { short / demand } else { 0.0 };
        Row {
            kind: "month",
            volume: Some(short),
            value: Some((share, "share".to_owned())),
            cover: Some(cover),
            text: format!(
                "{}: short of {}, {} of demand; stock {} days",
                self.n.calendar.month_label(last_second(at)),
                self.volume(market, short),
                percent(share),
                plain(cover)
            ),
            ..row
        }
    }
}
