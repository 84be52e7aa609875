//! Random small scenarios, each with its own world and its own few of the
//! policies, all instruments among them.

#![allow(dead_code, reason = "tests and fuzzers use some of it each")]

pub(crate) mod checks;

use std::fmt::Write;

/// The luck by which a case is put together.
pub(crate) enum Dice {
    /// Of a seed (SplitMix64).
    Seed(u64),
    /// Of bytes, each a choice of its own; after the last, the first of every
    /// choice.
    Bytes(std::vec::IntoIter<u8>),
}

impl Dice {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        match self {
            Self::Seed(state) => {
                *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut z = *state;
                z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                ((z ^ (z >> 31)) % n as u64) as usize
            }
            Self::Bytes(bytes) => usize::from(bytes.next().unwrap_or(0)) % n,
        }
    }

    /// Once in `n` times.
    pub(crate) fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())].clone()
    }

    /// At least one of them, in order, as a list of TOML.
    fn some(&mut self, of: &[String]) -> String {
        let sure = self.below(of.len());
        let mut taken = Vec::new();
        for (k, item) in of.iter().enumerate() {
            if k == sure || self.once_in(2) {
                taken.push(item.clone());
            }
        }
        format!("{taken:?}")
    }

    /// A day of the first nine months.
    fn day(&mut self) -> String {
        format!("2025-{:02}-{:02}", 1 + self.below(9), 1 + self.below(28))
    }
}

/// A scenario in parts.
#[derive(Clone)]
pub(crate) struct Case {
    /// Countries, goods, sites and demand.
    pub(crate) world: String,
    /// Lanes, contracts, tanks and reserves.
    pub(crate) setting: Vec<String>,
    pub(crate) policies: Vec<String>,
}

impl Case {
    pub(crate) fn text(&self) -> String {
        [&self.world, &self.setting.concat(), &self.policies.concat()]
            .map(String::as_str)
            .concat()
    }

    pub(crate) fn without_policies(&self) -> Self {
        Self {
            policies: Vec::new(),
            ..self.clone()
        }
    }
}

const GOODS: [&str; 2] = ["ore", "metal"];

/// Puts a case together.
pub(crate) struct Builder {
    dice: Dice,
    /// Whether its policies bind nothing.
    idle: bool,
    countries: Vec<String>,
    /// By good: country and company of each seller.
    sellers: [Vec<(String, String)>; 2],
    sites: [Vec<String>; 2],
    planned: Vec<(String, &'static str)>,
    /// Whether sellers can store only so much, by good.
    stored: [bool; 2],
    /// Countries with a reserve, by good.
    reserves: [Vec<String>; 2],
    world: String,
    setting: Vec<String>,
    policies: Vec<String>,
    /// Names of export controls and rules so far.
    controls: Vec<String>,
}

/// The world. Dispersion is 15 at most: above about 20 some clearings find no
/// prices to the required precision, as the README says under Limits.
impl Builder {
    pub(crate) fn new(mut dice: Dice, idle: bool) -> Self {
        let count = 2 + dice.below(3);
        let stored = [dice.once_in(3), dice.once_in(3)];
        Self {
            dice,
            idle,
            countries: ["A", "B", "C", "D"][..count]
                .iter()
                .map(|c| (*c).to_owned())
                .collect(),
            sellers: [Vec::new(), Vec::new()],
            sites: [Vec::new(), Vec::new()],
            planned: Vec::new(),
            stored,
            reserves: [Vec::new(), Vec::new()],
            world: String::new(),
            setting: Vec::new(),
            policies: Vec::new(),
            controls: Vec::new(),
        }
    }

    pub(crate) fn case(mut self) -> Case {
        self.begin();
        for good in 0..GOODS.len() {
            self.commodity(good);
        }
        let chain = self.dice.once_in(2);
        for good in 0..GOODS.len() {
            self.make(good, chain && good == 1);
            self.use_up(good);
        }
        self.plan_sites(chain);
        self.settle();
        self.process();
        self.decree();
        Case {
            world: self.world,
            setting: self.setting,
            policies: self.policies,
        }
    }

    fn begin(&mut self) {
        let mut focus = Vec::new();
        for good in GOODS {
            focus.extend(self.countries.iter().map(|c| format!("{good} @ {c}")));
        }
        let days = 280 + self.dice.below(120);
        let _ = write!(
            self.world,
            "[scenario]\ntitle = \"together\"\nstart = 2025-01-01\nhorizon = \"{days} days\"\n\
             focus = {focus:?}\n[countries]\n"
        );
        for country in &self.countries {
            let _ = writeln!(self.world, "{country} = \"{country}\"");
        }
    }

    fn commodity(&mut self, good: usize) {
        let d = &mut self.dice;
        let rules = [
            "equilibrium",
            "equilibrium",
            "equilibrium",
            "equilibrium",
            "pro-rata",
            "contract-first",
            "domestic-first",
            "cooperative",
        ];
        let pipeline = d.once_in(4);
        let transit = if pipeline {
            d.pick(&["\"0 days\"", "\"6 days\""])
        } else {
            d.pick(&[
                "\"0 days\"",
                "\"12 days\"",
                "{ uniform = { low = \"2 days\", high = \"40 days\" } }",
                "{ lognormal = { median = \"15 days\", p90 = \"30 days\" } }",
            ])
        };
        let lumps = if pipeline {
            ""
        } else {
            d.pick(&["", "", "cargo = \"150 t\"\n", "parcel = \"40 t\"\n"])
        };
        let text = format!(
            "[commodities.{}]\nunit = \"t\"\nprice = \"{} USD/t\"\nbalance = \"as-given\"\n\
             rule = \"{}\"\npipeline = {pipeline}\ntransit = {transit}\n{lumps}clearing = \"{} days\"\n\
             on_change = {}\nelasticity = {{ short = {}, long = 0.5 }}\ndispersion = {}\n\
             cover = \"{} days\"\nminimum_cover = \"{} days\"\nration = \"{}\"\noffer = \"{}\"\n\
             new_pairs = {}\nrestocking = {}\nstart = \"{}\"\nboil_off = \"{} %/day\"\n",
            GOODS[good],
            d.pick(&[100, 400]),
            d.pick(&rules),
            d.pick(&[3, 7, 7, 14]),
            d.once_in(3),
            d.pick(&["0", "0.1", "0.4"]),
            d.pick(&[5, 10, 10, 15]),
            d.pick(&[5, 30, 60]),
            d.pick(&[0, 3, 3]),
            d.pick(&["value", "pro-rata"]),
            d.pick(&["usual", "usual", "on-hand"]),
            d.pick(&["0", "0.02"]),
            d.pick(&["0", "0.25", "0.6"]),
            if d.once_in(8) { "empty" } else { "steady" },
            d.pick(&["0", "0", "0.2"]),
        );
        self.world += &text;
    }

    /// Makers of a good: at least two countries, of one to three sellers each.
    fn make(&mut self, good: usize, of_ore: bool) {
        for (at, country) in self.countries.clone().iter().enumerate() {
            if at >= 2 && self.dice.once_in(2) {
                continue;
            }
            for k in 0..1 + self.dice.below(3) {
                let company = format!("{country}{k}");
                let name = format!("{country}-{}-{k}", GOODS[good]);
                let capacity = self.dice.pick(&[10, 40, 90]);
                self.site(good, &name, country, &company, capacity, of_ore);
                self.trouble_site();
            }
        }
    }

    fn site(
        &mut self,
        good: usize,
        name: &str,
        country: &str,
        company: &str,
        capacity: u32,
        of_ore: bool,
    ) {
        let makes = if of_ore {
            "recipe = { inputs = { ore = 0.6 }, outputs = { metal = 1 } }"
        } else if good == 0 {
            "makes = \"ore\""
        } else {
            "makes = \"metal\""
        };
        let _ = write!(
            self.world,
            "[[sites]]\nname = \"{name}\"\ncountry = \"{country}\"\ncompany = \"{company}\"\n\
             {makes}\ncapacity = \"{capacity} t/d\"\n"
        );
        if self.stored[good] {
            self.world += "storage = \"500 t\"\n";
        }
        self.sites[good].push(name.to_owned());
        self.sellers[good].push((country.to_owned(), company.to_owned()));
    }

    /// What else is said of the last site.
    fn trouble_site(&mut self) {
        let d = &mut self.dice;
        let more = [
            d.pick(&["", "utilisation = 0.8\n"]),
            d.pick(&["", "supply_elasticity = 0.3\n"]),
            d.pick(&["", "", SEASON]),
            d.pick(&["", "", OUTAGES]),
        ];
        self.world += &more.concat();
    }

    fn use_up(&mut self, good: usize) {
        for country in self.countries.clone() {
            for tier in &["home", "works"][..1 + self.dice.below(2)] {
                let d = &mut self.dice;
                let _ = write!(
                    self.world,
                    "[[demand]]\nof = \"{}\"\nin = \"{country}\"\ntier = \"{tier}\"\n\
                     rate = \"{} t/d\"\nvalue_at_risk = \"{} USD/t\"\nbacklog = {}\n{}",
                    GOODS[good],
                    d.pick(&[
                        "1",
                        "20",
                        "60",
                        "{ uniform = { low = \"20 t/d\", high = \"50 t/d\" } }"
                    ]),
                    d.below(900),
                    d.pick(&["0", "0", "0.5"]),
                    d.pick(&["", "", SEASON]),
                );
            }
        }
        self.world = self
            .world
            .replace("\"{ uniform", "{ uniform")
            .replace("} } t/d\"", "} }");
    }

    /// Sites that nobody has built yet.
    fn plan_sites(&mut self, chain: bool) {
        for (good, name) in [(0, "new-ore"), (1, "new-metal")] {
            if self.dice.once_in(2) {
                let country = self.dice.pick(&self.countries.clone());
                let company = self
                    .dice
                    .pick(&[format!("{country}0"), format!("{country}new")]);
                self.site(good, name, &country, &company, 40, chain && good == 1);
                self.world += "planned = true\n";
                self.planned.push((name.to_owned(), GOODS[good]));
            }
        }
    }
}

const SEASON: &str = "season = [2, 2, 1, 1, 0.5, 0.2, 0.2, 0.5, 1, 1, 1, 2]\n";
const OUTAGES: &str = "outages = { every = { exponential = { mean = \"80 days\" } }, \
                       lasts = { exponential = { mean = \"9 days\" } }, loses = 0.7 }\n";

/// The setting.
impl Builder {
    fn settle(&mut self) {
        self.lanes();
        for good in 0..GOODS.len() {
            self.contracts(good);
            self.tanks(good);
            self.store(good);
        }
    }

    fn lanes(&mut self) {
        for from in self.countries.clone() {
            let to: Vec<String> = self
                .countries
                .iter()
                .filter(|c| **c != from)
                .cloned()
                .collect();
            let (first, d) = (from == "A", &mut self.dice);
            if !first && d.once_in(2) {
                continue;
            }
            let lane = format!(
                "[[lanes]]\nfrom = \"{from}\"\nto = {}\nvia = {{ strait = \"{} days\" }}\n{}{}",
                d.some(&to),
                d.pick(&[0, 3, 30]),
                d.pick(&["", "detour = { adds = \"9 days\", cost = 0.04 }\n"]),
                d.pick(&["", "transit = { uniform = { low = \"5 days\", high = \"25 days\" } }\npipeline = false\n"]),
            );
            self.setting.push(lane);
        }
    }

    fn contracts(&mut self, good: usize) {
        for _ in 0..self.dice.below(3) {
            let (from, company) = self.dice.pick(&self.sellers[good].clone());
            let d = &mut self.dice;
            let to = d.pick(&self.countries);
            let price = d.pick(&["", "price = \"150 USD/t\"\n"]);
            let begins = d.day();
            let contract = format!(
                "[[contracts]]\nof = \"{}\"\nfrom = \"{from}\"\nto = \"{to}\"\nvolume = \"{} t/d\"\n{price}{}{}{}{}{}",
                GOODS[good],
                d.pick(&[2, 15]),
                d.pick(&[String::new(), format!("company = \"{company}\"\n")]),
                d.pick(&[
                    String::new(),
                    format!("start = {begins}\n"),
                    format!("start = {begins}\nramp = \"5 months\"\n")
                ]),
                d.pick(&[
                    "",
                    "tolerance = { down = 0.3, up = 0.2 }\ntake_or_pay = 0.7\n"
                ]),
                d.pick(&["", "priority = 2\n"]),
                d.pick(&["", "destination = \"free\"\n"]),
            );
            self.setting.push(contract);
        }
    }

    fn tanks(&mut self, good: usize) {
        if self.dice.once_in(2) {
            let (d, country) = (&mut self.dice, &self.countries[0]);
            self.setting.push(format!(
                "[[tanks]]\nof = \"{}\"\nin = \"{country}\"\ncapacity = \"{} days\"\nheel = \"10 %\"\n",
                GOODS[good],
                d.pick(&[8, 40, 90]),
            ));
        }
    }

    fn store(&mut self, good: usize) {
        if self.dice.once_in(3) {
            return;
        }
        for country in self.countries.clone().iter().take(2) {
            let d = &mut self.dice;
            let refill = "refill = { cover_above = \"25 days\", at_most = \"3 %/week\" }\n";
            let reserve = format!(
                "[[reserves]]\nof = \"{}\"\nin = \"{country}\"\nsize = \"{} days\"\n\
                 release = {{ cover_below = \"{} days\", at_most = \"10 %/week\" }}\n{}",
                GOODS[good],
                d.pick(&[20, 100]),
                d.pick(&[0, 10, 25]),
                d.pick(&["", refill]),
            );
            self.setting.push(reserve);
            self.reserves[good].push(country.clone());
        }
    }

    /// A political process, which every case has.
    fn process(&mut self) {
        self.setting.push(
            "[regimes.quarrel]\nstart = \"calm\"\n\
             states.calm = { lasts = { exponential = { mean = \"60 days\" } }, then = { calm = 0.3, control = 0.7 } }\n\
             states.control = { until = 2025-08-01, then = { calm = 1 }, leaves = { truce = \"3/yr\" } }\n\
             states.truce = { lasts = \"70 days\", then = { control = 1 } }\n"
                .to_owned(),
        );
    }
}

/// Writes the terms of a policy of some name, if the case has what it needs.
type Decree = fn(&mut Builder, &str) -> Option<String>;

/// The policies.
impl Builder {
    /// Some of all kinds, some of them more than once.
    fn decree(&mut self) {
        let kinds: [(&str, Decree); 19] = [
            ("export-ban", Self::export_ban),
            ("export-quota", Self::export_quota),
            ("export-licence", Self::export_licence),
            ("extraterritorial-rule", Self::extraterritorial_rule),
            ("leakage", Self::leakage),
            ("sanction", Self::sanction),
            ("tariff", Self::tariff),
            ("price-cap", Self::price_cap),
            ("closure", Self::closure),
            ("bypass", Self::bypass),
            ("disruption", Self::disruption),
            ("project", Self::project),
            ("price-floor", Self::price_floor),
            ("demand-shock", Self::demand_shock),
            ("substitution", Self::substitution),
            ("hoarding", Self::hoarding),
            ("negotiation", Self::negotiation),
            ("coordinated-release", Self::coordinated_release),
            ("stockpile-pact", Self::stockpile_pact),
        ];
        for (kind, write) in kinds {
            for k in 0..self.dice.pick(&[0, 0, 1, 1, 2]) {
                let name = format!("{kind}-{k}");
                let Some(terms) = write(self, &name) else {
                    continue;
                };
                let head = format!("[policies.{name}.{kind}]\n");
                let policy = head + &self.timing(kind) + &terms;
                self.policies.push(policy);
            }
        }
    }

    /// One of the numbers, or that with which a policy binds nothing.
    fn unless_idle<T: ToString>(&mut self, nothing: &str, of: &[T]) -> String {
        if self.idle {
            return nothing.to_owned();
        }
        let k = self.dice.below(of.len());
        of[k].to_string()
    }

    fn timing(&mut self, kind: &str) -> String {
        let (from, until) = (self.dice.day(), self.dice.day());
        let d = &mut self.dice;
        let role = if self.idle {
            "shock"
        } else {
            d.pick(&["shock", "shock", "response", "background"])
        };
        let mut text = format!("role = \"{role}\"\n");
        if d.once_in(4) {
            return text; // from the start to the end
        }
        let _ = writeln!(text, "effective = {from}");
        if from < until && d.once_in(2) {
            let _ = writeln!(text, "ends = {until}");
        }
        if kind != "negotiation" && kind != "project" && d.once_in(4) {
            text += "when = [\"control\"]\n";
        }
        if kind.starts_with("export") && from.as_str() > "2025-03-01" {
            text += "announced = 2025-02-11\n";
            let days = self.unless_idle("0", &[0, 15]);
            let _ = writeln!(text, "front_loading = \"{days} days\"");
        }
        text
    }

    fn good(&mut self) -> usize {
        self.dice.below(GOODS.len())
    }

    /// Who controls exports of what.
    fn scope(&mut self) -> String {
        let good = self.good();
        let (by, _) = self.dice.pick(&self.sellers[good].clone());
        let others: Vec<String> = self
            .countries
            .iter()
            .filter(|c| **c != by)
            .cloned()
            .collect();
        let to = self.dice.some(&others);
        let to = self.dice.pick(&[String::new(), format!("to = {to}\n")]);
        format!("by = \"{by}\"\non = [\"{}\"]\n{to}", GOODS[good])
    }

    fn export_ban(&mut self, name: &str) -> Option<String> {
        self.controls.push(name.to_owned());
        let share = self.unless_idle("0", &["0.4", "1", "{ uniform = { low = 0.2, high = 1 } }"]);
        Some(format!("{}share = {share}\n", self.scope()))
    }

    fn export_quota(&mut self, name: &str) -> Option<String> {
        self.controls.push(name.to_owned());
        let volume = self.unless_idle("1_000_000_000", &[0, 300, 3000]);
        let period = self.dice.pick(&[20, 60]);
        Some(format!(
            "{}volume = \"{volume} t\"\nperiod = \"{period} days\"\n",
            self.scope()
        ))
    }

    fn export_licence(&mut self, name: &str) -> Option<String> {
        self.controls.push(name.to_owned());
        let (share, scope) = (self.unless_idle("0", &["0.5", "1"]), self.scope());
        let held = self.unless_idle("0", &["0", "0.5"]);
        let d = &mut self.dice;
        Some(format!(
            "{scope}share = {share}\nreview = {{ lognormal = {{ mean = \"30 days\", sd = \"20 days\" }} }}\n\
             approval = 0.6\nholds_uncontrolled = {held}\n{}{}{}{}",
            d.pick(&["", "reapply = \"15 days\"\n"]),
            d.pick(&["", "throughput = \"0.5/day\"\n"]),
            d.pick(&["", "applications = 3\n"]),
            d.pick(&[
                "",
                "in_regime.control = { approval = 0.2, clears_backlog = 0.5 }\n"
            ]),
        ))
    }

    fn extraterritorial_rule(&mut self, name: &str) -> Option<String> {
        self.controls.push(name.to_owned());
        let (good, threshold) = (self.good(), self.dice.pick(&["0.001", "0.2"]));
        let refused = self.unless_idle("0", &["0.5", "1"]);
        let (by, _) = self.dice.pick(&self.sellers[0].clone());
        Some(format!(
            "by = \"{by}\"\ncontent = [\"ore\"]\non = [\"{}\"]\nthreshold = {threshold}\nrefused = {refused}\n",
            GOODS[good]
        ))
    }

    fn leakage(&mut self, _name: &str) -> Option<String> {
        if self.controls.is_empty() {
            return None;
        }
        let (around, via) = (
            self.dice.some(&self.controls.clone()),
            self.dice.some(&self.countries.clone()),
        );
        let d = &mut self.dice;
        Some(format!(
            "around = {around}\nvia = {via}\nat_most = {}\nwithin = \"{} days\"\ndelay = \"{} days\"\ncost = 0.1\n{}{}",
            d.pick(&["0.3", "1"]),
            d.pick(&[1, 60]),
            d.pick(&[0, 20]),
            d.pick(&["", "hub_share = 0.5\n"]),
            d.pick(&["", "enforcement = { rate = \"4/yr\", undoes = 0.8 }\n"]),
        ))
    }

    fn sanction(&mut self, _name: &str) -> Option<String> {
        let good = self.good();
        let companies: Vec<String> = self.sellers[good].iter().map(|s| s.1.clone()).collect();
        let (struck, other) = (self.dice.pick(&companies), self.dice.pick(&companies));
        let waived = self.dice.pick(&self.countries.clone());
        let compliance = self.unless_idle("0", &["0.5", "1"]);
        let risk = self.unless_idle("0", &["0", "0.1"]);
        let until = self.dice.day();
        let relabels = format!(
            "relabelling = {{ as = [\"{other}\"], at_most = 0.4, within = \"50 days\" }}\n"
        );
        let relabels = if self.idle || struck == other {
            String::new()
        } else {
            relabels
        };
        let floats = if self.stored[good] && !self.idle {
            "floats = \"300 t\"\n"
        } else {
            ""
        };
        let d = &mut self.dice;
        Some(format!(
            "companies = [\"{struck}\"]\non = [\"{}\"]\ncompliance = {compliance}\nrisk = {risk}\n{}{}{}{}{}",
            GOODS[good],
            d.pick(&["", "eases = \"90 days\"\nlasting = 0.3\n"]),
            d.pick(&[String::new(), format!("waivers.{waived} = {{ until = {until}, renewed = 0.5, term = \"40 days\" }}\n")]),
            d.pick(&[String::new(), relabels]),
            d.pick(&["", "shadow = { at_first = \"1 t/d\", at_most = \"15 t/d\", within = \"90 days\", delay = \"9 days\", cost = 0.05 }\n"]),
            d.pick(&["", floats]),
        ))
    }

    fn tariff(&mut self, _name: &str) -> Option<String> {
        let (good, rate) = (self.good(), self.unless_idle("0", &["0.1", "0.6"]));
        let by = self.dice.pick(&self.countries.clone());
        Some(format!(
            "by = [\"{by}\"]\non = [\"{}\"]\nrate = {rate}\n",
            GOODS[good]
        ))
    }

    fn price_cap(&mut self, _name: &str) -> Option<String> {
        let (good, at) = (self.good(), self.unless_idle("100_000", &[60, 110, 500]));
        let (_, company) = self.dice.pick(&self.sellers[good].clone());
        let by = self.dice.some(&self.countries.clone());
        Some(format!(
            "by = {by}\non = [\"{}\"]\ncompanies = [\"{company}\"]\nat = \"{at} USD/t\"\n",
            GOODS[good]
        ))
    }

    fn closure(&mut self, _name: &str) -> Option<String> {
        let (open, d) = (self.unless_idle("1", &["0", "0.3"]), &mut self.dice);
        Some(format!(
            "of = \"strait\"\nopen = {open}\n{}{}",
            d.pick(&["", "lasts = { exponential = { mean = \"50 days\" } }\n"]),
            d.pick(&["", "recovery = \"10 days\"\n"]),
        ))
    }

    fn bypass(&mut self, _name: &str) -> Option<String> {
        let (good, d) = (self.good(), &mut self.dice);
        let (by, _) = d.pick(&self.sellers[good]);
        Some(format!(
            "around = \"strait\"\nby = [\"{by}\"]\non = [\"{}\"]\ncapacity = \"{} t/d\"\n\
             ramp = \"{} days\"\ndelay = \"4 days\"\ncost = 0.05\n",
            GOODS[good],
            d.pick(&[5, 100]),
            d.pick(&[0, 50]),
        ))
    }

    fn disruption(&mut self, _name: &str) -> Option<String> {
        let good = self.good();
        let sites = self.dice.some(&self.sites[good].clone());
        let loses = self.unless_idle("0", &["0.4", "1"]);
        let (at, d) = (self.dice.day(), &mut self.dice);
        let when = [
            format!("at = {at}\n"),
            "rate = \"4/yr\"\n".to_owned(),
            "every = { exponential = { mean = \"90 days\" } }\n".to_owned(),
        ];
        Some(format!(
            "sites = {sites}\n{}lasts = {{ exponential = {{ mean = \"30 days\" }} }}\nloses = {loses}\n",
            d.pick(&when)
        ))
    }

    fn project(&mut self, _name: &str) -> Option<String> {
        let (site, good) =
            (!self.planned.is_empty()).then(|| self.dice.pick(&self.planned.clone()))?;
        let funded = self.unless_idle("0", &["1", "0.7"]);
        let needs = "needs = [\"calm\", \"truce\"]\n";
        let d = &mut self.dice;
        Some(format!(
            "site = \"{site}\"\nadds = \"{} t/d\"\nfunded = {funded}\nbuild = \"{} days\"\n\
             delay = {{ exponential = {{ mean = \"20 days\" }} }}\n{}{}{}",
            if good == "ore" { 30 } else { 50 },
            d.pick(&[0, 40]),
            d.pick(&["", "ramp = \"5 months\"\n"]),
            d.pick(&["", needs]),
            d.pick(&["", "breakeven = \"105 USD/t\"\n"]),
        ))
    }

    fn price_floor(&mut self, _name: &str) -> Option<String> {
        let (good, at) = (self.good(), self.unless_idle("0.01", &[90, 130, 500]));
        let sites = self.dice.some(&self.sites[good].clone());
        Some(format!(
            "sites = {sites}\nof = \"{}\"\nat = \"{at} USD/t\"\n",
            GOODS[good]
        ))
    }

    fn demand_shock(&mut self, _name: &str) -> Option<String> {
        let (good, change) = (self.good(), self.unless_idle("0", &["0.3", "-0.5", "-1"]));
        let places = self.dice.some(&self.countries.clone());
        let ramp = self.dice.pick(&["", "ramp = \"6 months\"\n"]);
        Some(format!(
            "of = \"{}\"\nin = {places}\nchange = {change}\n{ramp}",
            GOODS[good]
        ))
    }

    fn substitution(&mut self, _name: &str) -> Option<String> {
        let (good, share) = (self.good(), self.unless_idle("0", &["0.2", "0.8"]));
        let places = self.dice.some(&self.countries.clone());
        let with = format!("with = \"{}\"\nratio = 1.5\n", GOODS[1 - good]);
        let d = &mut self.dice;
        Some(format!(
            "of = \"{}\"\nin = {places}\nat_most = {share}\nwithin = \"60 days\"\n{}{}{}",
            GOODS[good],
            d.pick(&[String::new(), with]),
            d.pick(&["", "when_price_above = \"120 USD/t\"\n"]),
            d.pick(&["", "when_cover_below = \"20 days\"\n"]),
        ))
    }

    fn hoarding(&mut self, _name: &str) -> Option<String> {
        let (good, cover) = (self.good(), self.unless_idle("0", &[10, 40]));
        let places = self.dice.some(&self.countries.clone());
        Some(format!(
            "on = [\"{}\"]\nin = {places}\ncover = \"{cover} days\"\n",
            GOODS[good]
        ))
    }

    /// Idle, it changes the regime all the same, on which nothing hangs.
    fn negotiation(&mut self, _name: &str) -> Option<String> {
        let (one, other) = ("2025-03-12", "2025-06-25");
        Some(format!(
            "process = \"quarrel\"\non = [{one}, {other}]\nfrom = [\"control\", \"calm\"]\n\
             outcomes = {{ truce = 0.6, control = 0.4 }}\n"
        ))
    }

    fn coordinated_release(&mut self, _name: &str) -> Option<String> {
        let (good, total) = (self.good(), self.unless_idle("0", &[200, 5000]));
        let over = self.dice.pick(&[20, 90]);
        (!self.reserves[good].is_empty()).then(|| {
            format!(
                "of = \"{}\"\nmembers = {:?}\ntotal = \"{total} t\"\nover = \"{over} days\"\n",
                GOODS[good], self.reserves[good]
            )
        })
    }

    fn stockpile_pact(&mut self, _name: &str) -> Option<String> {
        let (good, trigger) = (self.good(), self.unless_idle("0", &[8, 25]));
        let d = &mut self.dice;
        (!self.reserves[good].is_empty()).then(|| {
            format!(
                "members = {:?}\nof = [\"{}\"]\ntrigger = \"{trigger} days\"\nshare = \"{} %/week\"\n\
                 floor = {}\ntransit = {}\n",
                self.countries,
                GOODS[good],
                d.pick(&[3, 30]),
                d.pick(&["0", "0.5"]),
                d.pick(&["\"5 days\"", "{ exponential = { mean = \"20 days\" } }"]),
            )
        })
    }
}
