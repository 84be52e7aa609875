//! What happened in a trial, noted where it happens and only when asked.
//!
//! A note costs a trial that keeps no journal one branch. It changes nothing
//! a trial computes with, so the trial is the same with and without.

use super::trial::Trial;
use crate::units::Tick;

/// Something that happened. Indices are into the model's arrays, volumes in
/// the market's unit, prices in USD per unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Entry {
    /// A process is in a regime: from the start, or by a change.
    Regime {
        /// The process.
        process: usize,
        /// Its regime from now on.
        state: usize,
    },
    /// Negotiations about a process have had an outcome.
    Negotiated {
        /// The policy.
        policy: usize,
        /// The process.
        process: usize,
        /// The regime that was agreed on.
        outcome: usize,
        /// Whether the process was in it already.
        stays: bool,
    },
    /// A policy comes into force, or is no longer.
    Policy {
        /// The policy.
        policy: usize,
        /// Whether it is in force from now on.
        in_force: bool,
    },
    /// The share of reference trade that an export ban forbids from now on.
    Share {
        /// The policy.
        policy: usize,
        /// Of which good.
        market: usize,
        /// Forbidden \[share\].
        share: f64,
    },
    /// The terms on which licences are given from now on.
    Terms {
        /// The policy.
        policy: usize,
        /// For goods to this country.
        country: usize,
        /// Probability of approval.
        approval: f64,
        /// Share of controlled trade under general licences.
        general: f64,
        /// Share of uncontrolled goods held for inspection.
        held: f64,
    },
    /// What leaves in the coming window waits for a licence or an inspection.
    Filed {
        /// The policy.
        policy: usize,
        /// Seller and buyer.
        pair: usize,
        /// Applied for.
        applied: f64,
        /// Held for inspection.
        held: f64,
        /// What now waits for a decision on this pair.
        waiting: f64,
    },
    /// An application is decided, or an inspection over.
    Decided {
        /// The policy.
        policy: usize,
        /// Seller and buyer.
        pair: usize,
        /// How much it is about.
        volume: f64,
        /// How it ended.
        decision: Decision,
        /// What still waits on this pair.
        waiting: f64,
    },
    /// A disruption changes what is left of a site's capacity.
    Capacity {
        /// The policy that did.
        policy: usize,
        /// The site.
        site: usize,
        /// What all disruptions together leave \[share\].
        left: f64,
    },
    /// A market has cleared: the price a buyer faces from now on.
    Price {
        /// The buyer.
        buyer: usize,
        /// Marginal price.
        price: f64,
    },
    /// A policy stops a part of the reference trade of a pair, until the
    /// market next clears.
    Blocked {
        /// The policy.
        policy: usize,
        /// Seller and buyer.
        pair: usize,
        /// How much a day.
        rate: f64,
        /// For how long \[d\].
        days: f64,
    },
    /// Goods go by a way around a limit; below zero where they are taken back
    /// before they leave.
    Leaked {
        /// The policy that opened the way.
        policy: usize,
        /// Seller and buyer.
        pair: usize,
        /// How much.
        volume: f64,
    },
    /// Goods arrive; through a pipeline, all since the last such entry.
    Arrival {
        /// Seller and buyer.
        pair: usize,
        /// How much.
        volume: f64,
        /// At what price they were allocated.
        price: f64,
    },
    /// A buyer begins to give its users less than they want, or no longer does.
    Rationing {
        /// The buyer.
        buyer: usize,
        /// Whether it rations from now on.
        rations: bool,
        /// What it has in stock.
        stock: f64,
    },
    /// A buyer's commercial stock is gone.
    StockOut {
        /// The buyer.
        buyer: usize,
    },
    /// Goods wait for room in a buyer's tank.
    Waiting {
        /// The buyer.
        buyer: usize,
        /// How much waits.
        volume: f64,
    },
    /// Goods boil off.
    BoiledOff {
        /// The buyer to whom they were on their way.
        buyer: usize,
        /// How much was lost.
        volume: f64,
        /// Whether in wait for room in a tank, else on a long voyage.
        waiting: bool,
    },
    /// A plant gets so much of an input, or enough again.
    Input {
        /// The input.
        input: usize,
        /// Runs it allows, over those the plant wants; infinite if it is not
        /// scarce.
        share: f64,
    },
    /// A state stock begins to release or refill at another rate.
    Reserve {
        /// The reserve.
        reserve: usize,
        /// Released or, below zero, refilled a day.
        rate: f64,
        /// What it holds.
        left: f64,
    },
    /// A sanction begins to bind: the time to wind down is over.
    Binds {
        /// The policy.
        policy: usize,
    },
    /// The waiver of a country is renewed, or ends.
    Waiver {
        /// The policy.
        policy: usize,
        /// Whose waiver.
        country: usize,
        /// Whether it goes on.
        holds: bool,
    },
    /// A struck seller hands goods to another that sells them on.
    Handed {
        /// The policy.
        policy: usize,
        /// The struck seller.
        from: usize,
        /// The other.
        to: usize,
        /// How much.
        volume: f64,
    },
    /// A chokepoint closes, or begins to reopen.
    Passage {
        /// The policy.
        policy: usize,
        /// Share of trade that may pass now.
        open: f64,
        /// Whether it closes.
        closes: bool,
    },
    /// A parcel does not get past a chokepoint.
    Stopped {
        /// The policy.
        policy: usize,
        /// Seller and buyer.
        pair: usize,
        /// How much.
        volume: f64,
        /// Whether it goes round; else it waits.
        goes_round: bool,
    },
    /// A parcel that waited before a chokepoint goes on.
    GoesOn {
        /// The policy.
        policy: usize,
        /// Seller and buyer.
        pair: usize,
        /// How much.
        volume: f64,
    },
    /// Enforcement sets a channel back.
    Enforced {
        /// The policy that opened the channel.
        policy: usize,
        /// How far it still is grown \[share\].
        left: f64,
    },
    /// Content of a good made abroad.
    Content {
        /// The rule.
        policy: usize,
        /// Who makes it.
        seller: usize,
        /// Content, as a share of the good's value.
        share: f64,
        /// Whether the rule binds it.
        bound: bool,
    },
    /// A site has room for so much output until the market next clears.
    Storage {
        /// The site.
        site: usize,
        /// Runs for whose output there is room, over those it wants to make;
        /// infinite where storage is not full.
        share: f64,
        /// What its seller holds.
        stock: f64,
        /// The most it can hold.
        limit: f64,
    },
    /// Policies together order a reserve to release at another rate.
    Ordered {
        /// The policy that made the change.
        policy: usize,
        /// The reserve.
        reserve: usize,
        /// To be released a day.
        rate: f64,
    },
    /// Goods leave a reserve for another country.
    Aid {
        /// The policy.
        policy: usize,
        /// The reserve that gives.
        reserve: usize,
        /// The buyer that receives.
        buyer: usize,
        /// How much.
        volume: f64,
    },
    /// Goods arrive from the reserve of another country.
    AidArrival {
        /// The buyer.
        buyer: usize,
        /// How much.
        volume: f64,
    },
    /// A project comes a step further, or does not.
    Project {
        /// The policy.
        policy: usize,
        /// Where it builds.
        site: usize,
        /// How far.
        milestone: Milestone,
    },
    /// A demand shock changes what users need.
    Demand {
        /// The policy.
        policy: usize,
        /// What it makes of reference demand \[share\].
        factor: f64,
    },
    /// Another good replaces a share of a buyer's demand, or thrift does.
    Replaced {
        /// The policy.
        policy: usize,
        /// The buyer.
        buyer: usize,
        /// Of the demand that the policy strikes \[share\].
        share: f64,
    },
    /// A buyer wants to store more, or less, for fear of a shortage.
    Fear {
        /// The buyer.
        buyer: usize,
        /// Beyond its target \[days of use\].
        days: f64,
    },
    /// A contract is in force from now on, or is no longer.
    Contract {
        /// The contract.
        contract: usize,
        /// Whether it is in force.
        in_force: bool,
    },
    /// A buyer takes more or less under a contract than before.
    Taken {
        /// The contract.
        contract: usize,
        /// What it takes, over the contract's volume.
        share: f64,
        /// What it pays for goods that it leaves \[USD per day\].
        unused: f64,
    },
    /// A month bin ends.
    Month {
        /// Which focus it is about.
        focus: usize,
        /// Its shortfall.
        short: f64,
        /// Its reference demand.
        demand: f64,
        /// Commercial stock at its end \[days of use\].
        cover: f64,
    },
}

/// How far a project has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Milestone {
    /// Not decided on: the policy is not in force, or no regime that it needs
    /// lasts.
    Unsupported,
    /// Not decided on: the price is below break-even \[USD per unit\].
    Unprofitable {
        /// Price, or floor.
        price: f64,
        /// What it would take.
        breakeven: f64,
    },
    /// Decided on and funded.
    Funded,
    /// Not funded, and never built.
    Dropped,
    /// Building begins.
    Begun {
        /// When it will be complete.
        due: Tick,
        /// Days of that by which it slips.
        late: f64,
    },
    /// Complete.
    Complete,
    /// So much of what it adds runs.
    Runs {
        /// \[share\]
        share: f64,
    },
}

/// How an application or an inspection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A licence was given.
    Approved,
    /// It was refused.
    Refused,
    /// The goods needed none.
    Released,
}

/// The entries of a trial, in the order in which they happened.
#[derive(Clone, Debug, Default)]
pub struct Journal {
    kept: bool,
    entries: Vec<(Tick, Entry)>,
    /// Blocked trade of which it is not known how long it lasts: market and
    /// entry.
    open: Vec<(usize, usize)>,
}

impl Journal {
    /// An empty journal that will be kept.
    pub(super) fn kept() -> Self {
        Self {
            kept: true,
            ..Self::default()
        }
    }

    /// Notes what happened, if it is kept.
    #[inline]
    pub(super) fn note(&mut self, at: Tick, entry: Entry) {
        if self.kept {
            self.entries.push((at, entry));
        }
    }

    /// The finished journal, in the order of time: what only a buyer takes
    /// note of is written when the buyer is next looked at.
    pub(super) fn closed(mut self) -> Self {
        self.entries.sort_by_key(|(at, _)| *at);
        self.kept = false;
        self.open.clear();
        self
    }

    /// What happened, and when.
    #[must_use]
    pub fn entries(&self) -> &[(Tick, Entry)] {
        &self.entries
    }
}

impl Trial<'_> {
    /// Notes what happens, if a journal is kept.
    #[inline]
    pub(super) fn note(&mut self, entry: impl FnOnce(&Self) -> Entry) {
        if self.s.journal.kept {
            self.write(entry);
        }
    }

    /// Kept out of the way of trials that note nothing.
    #[cold]
    #[inline(never)]
    fn write(&mut self, entry: impl FnOnce(&Self) -> Entry) {
        let entry = (self.s.now, entry(self));
        self.s.journal.entries.push(entry);
    }

    /// Notes that trade is blocked over the coming window, as it seems.
    #[inline]
    pub(super) fn note_blocked(&mut self, policy: usize, pair: usize, rate: f64, days: f64) {
        if self.s.journal.kept && rate > 0.0 {
            let buyer = self.n.pairs[pair].buyer as usize;
            let place = (self.n.buyers[buyer].market, self.s.journal.entries.len());
            self.s.journal.open.push(place);
            self.note(|_| Entry::Blocked {
                policy,
                pair,
                rate,
                days,
            });
        }
    }

    /// Notes how long trade in a market was blocked, now that it clears.
    #[inline]
    pub(super) fn note_unblocked(&mut self, market: usize, lasted: f64) {
        let journal = &mut self.s.journal;
        if !journal.kept {
            return;
        }
        let entries = &mut journal.entries;
        journal.open.retain(|(of, place)| {
            if let (_, Entry::Blocked { days, .. }) = &mut entries[*place]
                && *of == market
            {
                *days = lasted;
            }
            *of != market
        });
    }

    /// Notes whether a buyer rations, where that changes.
    #[inline]
    pub(super) fn note_rationing(&mut self, buyer: usize, rations: bool) {
        if self.s.journal.kept && self.s.buyers[buyer].rationed != rations {
            self.note(|t| Entry::Rationing {
                buyer,
                rations,
                stock: t.s.buyers[buyer].stock.max(0.0),
            });
        }
    }

    /// Notes that a buyer's stock is gone, where it is.
    #[inline]
    pub(super) fn note_empty(&mut self, buyer: usize) {
        if self.s.buyers[buyer].stock <= 0.0 {
            self.note(|_| Entry::StockOut { buyer });
        }
    }

    /// Notes what waits for room in a buyer's tank, where anything does.
    #[inline]
    pub(super) fn note_waiting(&mut self, buyer: usize) {
        if self.s.journal.kept && self.s.buyers[buyer].waiting() > 0.0 {
            self.note(|t| Entry::Waiting {
                buyer,
                volume: t.s.buyers[buyer].waiting(),
            });
        }
    }

    /// Notes the rate at which a reserve begins to release or refill, where
    /// that changes.
    #[inline]
    pub(super) fn note_reserve(&mut self, reserve: usize, rate: f64) {
        if self.s.reserves[reserve].rate != rate {
            self.note(|t| Entry::Reserve {
                reserve,
                rate,
                left: t.s.reserves[reserve].volume,
            });
        }
    }

    /// Notes goods received on a pair.
    #[inline]
    pub(super) fn note_arrival(&mut self, pair: usize, volume: f64, price: f64) {
        if self.s.journal.kept && volume != 0.0 {
            self.note(|t| Entry::Arrival {
                pair,
                volume,
                price: t.usd(t.n.pairs[pair].buyer as usize, price),
            });
        }
    }

    /// Notes the price that a buyer now faces.
    #[inline]
    pub(super) fn note_price(&mut self, buyer: usize) {
        self.note(|t| Entry::Price {
            buyer,
            price: t.usd(buyer, t.s.buyers[buyer].price),
        });
    }

    /// A buyer's price at a deviation from reference \[USD per unit\].
    fn usd(&self, buyer: usize, deviation: f64) -> f64 {
        self.base.terms[self.n.buyers[buyer].market].price * (1.0 + deviation)
    }

    /// Notes how many runs an input allows its plant.
    #[inline]
    pub(super) fn note_input(&mut self, input: usize, runs: f64) {
        self.note(|t| {
            let site = t.n.inputs[input].site as usize;
            let share = runs / t.s.sites[site].desire.max(f64::MIN_POSITIVE);
            Entry::Input { input, share }
        });
    }

    /// Notes what disruptions leave of a site, `policy` having changed it.
    #[inline]
    pub(super) fn note_capacity(&mut self, policy: usize, site: usize) {
        self.note(|t| Entry::Capacity {
            policy,
            site,
            left: t.s.sites[site].factor,
        });
    }

    /// Notes whether a policy is in force.
    #[inline]
    pub(super) fn note_policy(&mut self, policy: usize) {
        self.note(|t| Entry::Policy {
            policy,
            in_force: t.s.policies[policy].in_force,
        });
    }

    /// Notes the regime of a process.
    #[inline]
    pub(super) fn note_regime(&mut self, process: usize) {
        self.note(|t| Entry::Regime {
            process,
            state: t.s.regimes[process].state,
        });
    }

    /// Notes whether a contract is in force.
    #[inline]
    pub(super) fn note_contract(&mut self, contract: usize) {
        self.note(|t| Entry::Contract {
            contract,
            in_force: t.s.contracts[contract].in_force,
        });
    }

    /// Notes goods from the reserve of another country.
    #[inline]
    pub(super) fn note_aid_arrival(&mut self, buyer: usize, volume: f64) {
        self.note(|_| Entry::AidArrival { buyer, volume });
    }

    /// Notes what a buyer takes under a contract.
    #[inline]
    pub(super) fn note_take(&mut self, contract: usize) {
        self.note(|t| Entry::Taken {
            contract,
            share: t.s.contracts[contract].take,
            unused: t.s.contracts[contract].unused,
        });
    }

    /// Notes the month of a focus that ends.
    #[inline]
    pub(super) fn note_month(&mut self, focus: usize, short: f64, demand: f64, cover: f64) {
        self.note(|_| Entry::Month {
            focus,
            short,
            demand,
            cover,
        });
    }
}
