//! Pro-rata: every buyer the same share of what each seller offers.

use super::{Pairs, Problem, Solution};

/// Rounds of sharing, after which what is left is handed out in order.
const MAX_ROUNDS: u32 = 64;
/// Share of the market below which a round moved nothing.
const NEGLIGIBLE: f64 = 1e-14;

/// Every buyer the same share of each seller's offer, in proportion to what
/// it still wants; repeated until nothing can move.
pub(super) fn clear(rationing: &mut Rationing, problem: &Problem, solution: &mut Solution) {
    rationing.open(problem, solution);
    let pairs = Pairs::of(problem);
    rationing.share(solution, Claim::Want, |pair| pairs.cap(pair));
}

/// What a pair's part of a seller's offer is in proportion to.
#[derive(Debug, Clone, Copy)]
pub(super) enum Claim<'a> {
    /// The buyer's unserved nomination.
    Want,
    /// A weight of the pair.
    Weight(&'a [f64]),
}

impl Claim<'_> {
    /// The claim on its seller of a pair whose buyer still wants so much;
    /// zero if it cannot trade more.
    #[inline]
    fn of(&self, pair: usize, want: f64, open: bool) -> f64 {
        match self {
            _ if want <= 0.0 || !open => 0.0,
            Claim::Want => want,
            Claim::Weight(weight) => weight[pair].max(0.0),
        }
    }
}

/// What is left to sell and to buy, and one round's proposals.
#[derive(Debug, Clone)]
pub(super) struct Rationing {
    left: Vec<f64>,
    want: Vec<f64>,
    proposal: Vec<f64>,
    proposed: Vec<f64>,
    accepted: Vec<f64>,
    limit: Vec<f64>,
}

impl Rationing {
    pub(super) fn new(max_sellers: usize, max_buyers: usize) -> Self {
        Self {
            left: Vec::with_capacity(max_sellers),
            want: Vec::with_capacity(max_buyers),
            proposal: Vec::with_capacity(max_sellers * max_buyers),
            proposed: Vec::with_capacity(max_buyers),
            accepted: Vec::with_capacity(max_buyers),
            limit: Vec::with_capacity(max_sellers * max_buyers),
        }
    }

    /// Starts from no trade and all offers.
    pub(super) fn open(&mut self, problem: &Problem, solution: &mut Solution) {
        let (sellers, buyers) = (problem.sellers(), problem.buyers());
        self.left.clear();
        self.left.extend((0..sellers).map(|i| problem.on_offer(i)));
        self.want.clear();
        self.want
            .extend((0..buyers).map(|j| problem.open_nomination(j)));
        self.proposal.clear();
        self.proposal.resize(sellers * buyers, 0.0);
        self.proposed.clear();
        self.proposed.resize(buyers, 0.0);
        solution.flow.fill(0.0);
        solution.iterations = 0;
    }

    /// Adds to the flows until no pair can trade more, with `limit` the most
    /// that each pair may trade in all.
    pub(super) fn share(
        &mut self,
        solution: &mut Solution,
        claim: Claim,
        limit: impl Fn(usize) -> f64,
    ) {
        self.limit.clear();
        self.limit.extend((0..solution.flow.len()).map(limit));
        if self.limit.is_empty() {
            return;
        }
        let market: f64 = self.left.iter().sum();
        for _ in 0..MAX_ROUNDS {
            self.propose(&solution.flow, claim);
            solution.iterations += 1;
            let moved = self.accept(&mut solution.flow);
            if moved.min(self.left.iter().sum()) <= NEGLIGIBLE * market {
                break;
            }
        }
        self.hand_out(&mut solution.flow, claim);
    }

    /// Each seller divides what it has left by the claims on it.
    fn propose(&mut self, flow: &[f64], claim: Claim) {
        let buyers = self.want.len().max(1);
        self.proposed.fill(0.0);
        for (i, left) in self.left.iter().enumerate() {
            let row = i * buyers..(i + 1) * buyers;
            let (flow, limit) = (&flow[row.clone()], &self.limit[row.clone()]);
            let proposal = &mut self.proposal[row];
            let pairs = proposal.iter_mut().zip(&self.want).zip(flow.iter().zip(limit));
            match claim {
                Claim::Want => {
                    for ((proposal, want), (flow, limit)) in pairs {
                        *proposal = if flow < limit { *want } else { 0.0 };
                    }
                }
                Claim::Weight(_) => {
                    for (j, ((proposal, want), (flow, limit))) in pairs.enumerate() {
                        *proposal = claim.of(i * buyers + j, *want, flow < limit);
                    }
                }
            }
            let claims: f64 = proposal.iter().sum();
            let share = if claims > 0.0 { left / claims } else { 0.0 };
            let pairs = proposal.iter_mut().zip(&mut self.proposed);
            for ((proposal, proposed), (flow, limit)) in pairs.zip(flow.iter().zip(limit)) {
                let (offered, room) = (*proposal * share, limit - flow);
                let offered = if offered < room { offered } else { room };
                *proposal = if offered > 0.0 { offered } else { 0.0 };
                *proposed += *proposal;
            }
        }
    }

    /// Each buyer takes what is proposed up to its want, from all sellers
    /// alike; returns the volume moved.
    fn accept(&mut self, flow: &mut [f64]) -> f64 {
        let mut moved = 0.0;
        self.accepted.clear();
        for (want, proposed) in self.want.iter_mut().zip(&self.proposed) {
            self.accepted.push(accepted_share(*want, *proposed));
            *want = (*want - proposed).max(0.0);
        }
        let buyers = self.want.len().max(1);
        let rows = flow.chunks_exact_mut(buyers);
        let rows = rows.zip(self.proposal.chunks_exact(buyers));
        for ((flow, proposal), left) in rows.zip(&mut self.left) {
            let mut sold = 0.0;
            for ((flow, proposal), share) in flow.iter_mut().zip(proposal).zip(&self.accepted) {
                let accepted = proposal * share;
                *flow += accepted;
                sold += accepted;
            }
            *left = (*left - sold).max(0.0);
            moved += sold;
        }
        moved
    }

    /// Gives the remainder that rounds approach but never reach, in order.
    fn hand_out(&mut self, flow: &mut [f64], claim: Claim) {
        let buyers = self.want.len().max(1);
        for (i, (flow, left)) in flow.chunks_exact_mut(buyers).zip(&mut self.left).enumerate() {
            if *left <= 0.0 {
                continue;
            }
            for (j, (flow, want)) in flow.iter_mut().zip(&mut self.want).enumerate() {
                let limit = self.limit[i * buyers + j];
                if claim.of(i * buyers + j, *want, *flow < limit) > 0.0 {
                    let rest = left.min(*want).min(limit - *flow);
                    *flow += rest;
                    *left -= rest;
                    *want -= rest;
                }
            }
        }
    }
}

fn accepted_share(want: f64, proposed: f64) -> f64 {
    if proposed > want {
        want / proposed
    } else {
        1.0
    }
}
