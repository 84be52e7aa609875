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

/// What is left to sell and to buy, and one round's proposals.
#[derive(Debug, Clone)]
pub(super) struct Rationing {
    left: Vec<f64>,
    want: Vec<f64>,
    proposal: Vec<f64>,
    proposed: Vec<f64>,
}

impl Rationing {
    pub(super) fn new(max_sellers: usize, max_buyers: usize) -> Self {
        Self {
            left: Vec::with_capacity(max_sellers),
            want: Vec::with_capacity(max_buyers),
            proposal: Vec::with_capacity(max_sellers * max_buyers),
            proposed: Vec::with_capacity(max_buyers),
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
        let market: f64 = self.left.iter().sum();
        for _ in 0..MAX_ROUNDS {
            self.propose(&solution.flow, claim, &limit);
            solution.iterations += 1;
            if self.accept(&mut solution.flow) <= NEGLIGIBLE * market {
                break;
            }
        }
        self.hand_out(&mut solution.flow, claim, &limit);
    }

    /// Each seller divides what it has left by the claims on it.
    fn propose(&mut self, flow: &[f64], claim: Claim, limit: &impl Fn(usize) -> f64) {
        let buyers = self.want.len();
        self.proposed.fill(0.0);
        for i in 0..self.left.len() {
            let row = i * buyers..(i + 1) * buyers;
            let mut claims = 0.0;
            for pair in row.clone() {
                self.proposal[pair] = self.claim(pair, flow[pair], claim, limit);
                claims += self.proposal[pair];
            }
            let share = if claims > 0.0 {
                self.left[i] / claims
            } else {
                0.0
            };
            for (pair, proposed) in row.zip(&mut self.proposed) {
                let offered = (self.proposal[pair] * share).min(limit(pair) - flow[pair]);
                self.proposal[pair] = offered.max(0.0);
                *proposed += self.proposal[pair];
            }
        }
    }

    /// The claim of a pair on its seller; zero if it cannot trade more.
    fn claim(&self, pair: usize, flow: f64, claim: Claim, limit: &impl Fn(usize) -> f64) -> f64 {
        let want = self.want[pair % self.want.len()];
        if want <= 0.0 || flow >= limit(pair) {
            return 0.0;
        }
        match claim {
            Claim::Want => want,
            Claim::Weight(weight) => weight[pair].max(0.0),
        }
    }

    /// Each buyer takes what is proposed up to its want, from all sellers
    /// alike; returns the volume moved.
    fn accept(&mut self, flow: &mut [f64]) -> f64 {
        let buyers = self.want.len();
        let mut moved = 0.0;
        for (pair, flow) in flow.iter_mut().enumerate() {
            let (i, j) = (pair / buyers, pair % buyers);
            let accepted = self.proposal[pair] * accepted_share(self.want[j], self.proposed[j]);
            *flow += accepted;
            self.left[i] = (self.left[i] - accepted).max(0.0);
            moved += accepted;
        }
        for (want, proposed) in self.want.iter_mut().zip(&self.proposed) {
            *want = (*want - proposed).max(0.0);
        }
        moved
    }

    /// Gives the remainder that rounds approach but never reach, in order.
    fn hand_out(&mut self, flow: &mut [f64], claim: Claim, limit: &impl Fn(usize) -> f64) {
        let buyers = self.want.len();
        for (pair, flow) in flow.iter_mut().enumerate() {
            if self.claim(pair, *flow, claim, limit) > 0.0 {
                let (i, j) = (pair / buyers, pair % buyers);
                let rest = self.left[i].min(self.want[j]).min(limit(pair) - *flow);
                *flow += rest;
                self.left[i] -= rest;
                self.want[j] -= rest;
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
