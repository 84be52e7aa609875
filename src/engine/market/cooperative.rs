//! Cooperative: the largest unmet share of nomination is made as small as can
//! be, then the next, and so on over the pairs that may trade.
//!
//! Who gets it from whom starts from the trade that is expected, and is changed
//! where equal shares ask for it.
//!
//! Lexicographic max–min sharing: the served share s of all open buyers is
//! lowered from 1 until a maximum flow can carry it, each time to what the
//! minimum cut allows (Newton's method on the parametric flow: N. Megiddo,
//! Optimal flows in networks with multiple sources and sinks, Mathematical
//! Programming 7, 1974; T. Radzik, Fractional combinatorial optimization,
//! 1998). Buyers behind the cut are served at that share; the rest go on.

use super::{Pairs, Problem, Solution};

/// Volumes below this share of the market count as zero.
const NEGLIGIBLE: f64 = 1e-14;

/// Memory of the rule: a flow network of sellers and buyers.
#[derive(Debug, Clone)]
pub(super) struct Cooperative {
    cap: Vec<f64>,
    left: Vec<f64>,
    target: Vec<f64>,
    received: Vec<f64>,
    nomination: Vec<f64>,
    contracted: Vec<f64>,
    fixed: Vec<bool>,
    /// Buyers behind the last minimum cut.
    behind: Vec<bool>,
    /// Nodes of the search: sellers first, then buyers.
    parent: Vec<Option<usize>>,
    seen: Vec<bool>,
    queue: Vec<usize>,
    /// Volume taken for zero.
    zero: f64,
}

impl Cooperative {
    pub(super) fn new(max_sellers: usize, max_buyers: usize) -> Self {
        let nodes = max_sellers + max_buyers;
        let per_buyer = || Vec::with_capacity(max_buyers);
        Self {
            cap: Vec::with_capacity(max_sellers * max_buyers),
            left: Vec::with_capacity(max_sellers),
            target: per_buyer(),
            received: per_buyer(),
            nomination: per_buyer(),
            contracted: per_buyer(),
            fixed: Vec::with_capacity(max_buyers),
            behind: Vec::with_capacity(max_buyers),
            parent: Vec::with_capacity(nodes),
            seen: Vec::with_capacity(nodes),
            queue: Vec::with_capacity(nodes),
            zero: 0.0,
        }
    }

    pub(super) fn clear(&mut self, problem: &Problem, solution: &mut Solution) {
        self.load(problem);
        self.begin(problem.prior, &mut solution.flow);
        self.aim(1.0);
        self.trim(&mut solution.flow);
        solution.iterations = 0;
        while self.fixed.contains(&false) && solution.iterations <= problem.buyers() as u32 {
            self.serve_equally(&mut solution.flow);
            self.fix_reached();
            solution.iterations += 1;
        }
    }

    fn load(&mut self, problem: &Problem) {
        let pairs = Pairs::of(problem);
        refill(&mut self.cap, pairs.caps());
        refill(
            &mut self.left,
            (0..problem.sellers()).map(|i| problem.on_offer(i)),
        );
        let buyers = 0..problem.buyers();
        refill(
            &mut self.nomination,
            problem.nomination.iter().map(|n| n.max(0.0)),
        );
        refill(
            &mut self.contracted,
            problem.contracted.iter().map(|c| c.max(0.0)),
        );
        refill(&mut self.received, buyers.clone().map(|_| 0.0));
        refill(&mut self.target, buyers.clone().map(|_| 0.0));
        refill(&mut self.behind, buyers.clone().map(|_| false));
        refill(
            &mut self.fixed,
            buyers.map(|j| problem.open_nomination(j) <= 0.0),
        );
        let nodes = self.left.len() + self.target.len();
        refill(&mut self.parent, (0..nodes).map(|_| None));
        refill(&mut self.seen, (0..nodes).map(|_| false));
        self.zero = NEGLIGIBLE * (self.left.iter().sum::<f64>()).max(self.nomination.iter().sum());
    }

    /// Starts from the trade that is expected, as far as offers and caps allow.
    fn begin(&mut self, prior: &[f64], flow: &mut [f64]) {
        let buyers = self.target.len().max(1);
        let rows = prior
            .chunks_exact(buyers)
            .zip(self.cap.chunks_exact(buyers));
        let rows = rows.zip(flow.chunks_exact_mut(buyers));
        for (((prior, cap), flow), left) in rows.zip(&mut self.left) {
            for ((flow, prior), cap) in flow.iter_mut().zip(prior).zip(cap) {
                *flow = prior.max(0.0).min(*cap);
            }
            let expected: f64 = flow.iter().sum();
            if expected > *left {
                flow.iter_mut().for_each(|flow| *flow *= *left / expected);
            }
            *left = (*left - expected).max(0.0);
            for (received, flow) in self.received.iter_mut().zip(flow) {
                *received += *flow;
            }
        }
    }

    /// Serves all open buyers at the largest equal share; `behind` becomes the
    /// cut that bounds it, nobody if the share is 1.
    fn serve_equally(&mut self, flow: &mut [f64]) {
        let mut share = 1.0;
        self.behind.fill(false);
        for _ in 0..=2 * self.target.len() {
            self.aim(share);
            self.trim(flow);
            self.maximise(flow);
            let deficit = self.deficit();
            if deficit <= self.zero * self.target.len() as f64 {
                return;
            }
            self.search_back(flow);
            self.behind.copy_from_slice(&self.seen[self.left.len()..]);
            match self.open_behind_cut(share) {
                open if open > 0.0 => share = (share - deficit / open).max(0.0),
                _ => return,
            }
        }
    }

    /// Ends the buyers behind the last cut at their present share; all of
    /// them if there was no cut.
    fn fix_reached(&mut self) {
        let bounded = self
            .behind
            .iter()
            .zip(&self.fixed)
            .any(|(behind, fixed)| *behind && !fixed);
        for (fixed, behind) in self.fixed.iter_mut().zip(&self.behind) {
            *fixed |= behind | !bounded;
        }
    }

    /// What each open buyer is to receive beside contracts at this share.
    fn aim(&mut self, share: f64) {
        for j in (0..self.target.len()).filter(|&j| !self.fixed[j]) {
            self.target[j] = (share * self.nomination[j] - self.contracted[j]).max(0.0);
        }
    }

    /// Takes back what buyers hold beyond their targets.
    fn trim(&mut self, flow: &mut [f64]) {
        let buyers = self.target.len();
        for (pair, flow) in flow.iter_mut().enumerate() {
            let j = pair % buyers;
            if self.received[j] > self.target[j] {
                let kept = *flow * (self.target[j] / self.received[j]);
                self.left[pair / buyers] += *flow - kept;
                *flow = kept;
            }
        }
        for (received, target) in self.received.iter_mut().zip(&self.target) {
            *received = received.min(*target);
        }
    }

    fn deficit(&self) -> f64 {
        self.target
            .iter()
            .zip(&self.received)
            .map(|(target, got)| target - got)
            .sum()
    }

    /// Nomination of the open buyers behind the cut that this share serves.
    fn open_behind_cut(&self, share: f64) -> f64 {
        let behind = |j: &usize| self.behind[*j] && !self.fixed[*j];
        let served = |j: &usize| share * self.nomination[*j] > self.contracted[*j];
        let buyers = (0..self.target.len()).filter(behind).filter(served);
        buyers.map(|j| self.nomination[j]).sum()
    }

    /// Augments along shortest paths until no seller can reach a buyer short
    /// of its target (Edmonds and Karp 1972).
    fn maximise(&mut self, flow: &mut [f64]) {
        while let Some(buyer) = self.search_forward(flow) {
            let volume = self.bottleneck(buyer, flow);
            self.push(buyer, volume, flow);
        }
    }

    /// Breadth-first from sellers with goods left; returns a buyer short of
    /// its target, with the path to it in `parent`.
    fn search_forward(&mut self, flow: &[f64]) -> Option<usize> {
        self.start(|network, node| node < network.left.len() && network.left[node] > network.zero);
        let sellers = self.left.len();
        let mut next = 0;
        while let Some(&node) = self.queue.get(next) {
            next += 1;
            if node >= sellers && self.is_short(node - sellers) {
                return Some(node);
            }
            self.visit(node, |network, other| network.can_pass(node, other, flow));
        }
        None
    }

    /// Marks all nodes from which a buyer short of its target can be reached.
    fn search_back(&mut self, flow: &[f64]) {
        self.start(|network, node| {
            node.checked_sub(network.left.len())
                .is_some_and(|j| network.is_short(j))
        });
        let mut next = 0;
        while let Some(&node) = self.queue.get(next) {
            next += 1;
            self.visit(node, |network, other| network.can_pass(other, node, flow));
        }
    }

    fn start(&mut self, is_root: impl Fn(&Self, usize) -> bool) {
        self.queue.clear();
        for node in 0..self.seen.len() {
            let root = is_root(self, node);
            self.seen[node] = root;
            self.parent[node] = None;
            if root {
                self.queue.push(node);
            }
        }
    }

    /// Queues the unseen nodes on the other side that `reaches` accepts.
    fn visit(&mut self, node: usize, reaches: impl Fn(&Self, usize) -> bool) {
        let sellers = self.left.len();
        let others = if node < sellers {
            sellers..self.seen.len()
        } else {
            0..sellers
        };
        for other in others {
            if !self.seen[other] && reaches(self, other) {
                self.seen[other] = true;
                self.parent[other] = Some(node);
                self.queue.push(other);
            }
        }
    }

    fn is_short(&self, j: usize) -> bool {
        self.target[j] - self.received[j] > self.zero
    }

    fn can_pass(&self, from: usize, to: usize, flow: &[f64]) -> bool {
        self.residual(from, to, flow) > self.zero
    }

    /// What can still go from one node to another: room below the cap towards
    /// a buyer, present trade back towards a seller.
    fn residual(&self, from: usize, to: usize, flow: &[f64]) -> f64 {
        let pair = self.pair(from, to);
        if from < to {
            self.cap[pair] - flow[pair]
        } else {
            flow[pair]
        }
    }

    fn pair(&self, a: usize, b: usize) -> usize {
        a.min(b) * self.target.len() + a.max(b) - self.left.len()
    }

    /// The most the path to `buyer` can carry.
    fn bottleneck(&self, buyer: usize, flow: &[f64]) -> f64 {
        let j = buyer - self.left.len();
        let mut volume = self.target[j] - self.received[j];
        let mut node = buyer;
        while let Some(from) = self.parent[node] {
            volume = volume.min(self.residual(from, node, flow));
            node = from;
        }
        volume.min(self.left[node])
    }

    fn push(&mut self, buyer: usize, volume: f64, flow: &mut [f64]) {
        self.received[buyer - self.left.len()] += volume;
        let mut node = buyer;
        while let Some(from) = self.parent[node] {
            let pair = self.pair(from, node);
            let signed = if from < node { volume } else { -volume };
            flow[pair] = (flow[pair] + signed).max(0.0);
            node = from;
        }
        self.left[node] -= volume;
    }
}

fn refill<T>(array: &mut Vec<T>, values: impl Iterator<Item = T>) {
    array.clear();
    array.extend(values);
}
