//! `[commodities.KEY]`: the goods and how their markets work.

use super::kinds::{
    Amount, Duration, Fixed, GOODS, Number, Price, Share, ShareRate, UnitOf, Volume,
};
use super::measure::{Good, Measure};
use super::model::{Commodity, CommodityId, Elasticity};
use super::problem::Problem;
use super::rule::Rule;
use super::table::{Reader, choice, table};
use super::values::{Map, Spelt, Word};
use crate::units::{PriceUnit, Unit};

table! {
    /// A traded good at one stage.
    struct Listed {
        /// Name used in reports.
        name: Option<String>,
        /// Unit of every volume, of mass, volume or energy.
        unit: Spelt<UnitOf<Volume>>,
        /// Reference price, as "75 USD/kg".
        price: Amount<Price>,
        /// How the market is cleared.
        rule: Rule = "equilibrium",
        /// Interval between clearings.
        clearing: Fixed<Duration> = "7 days",
        /// Whether the market also clears whenever supply or demand changes.
        on_change: bool = "false",
        /// Price elasticities of use.
        elasticity: Elasticities = "{}",
        /// Further elasticity of orders for each 30 days of use in stock: who has stock can wait.
        stock_elasticity: Amount<Number> = "0.2",
        /// Substitutability of origins.
        dispersion: Amount<Number> = "10",
        /// Choke price above the reference price, in reference prices.
        choke: Amount<Number> = "9",
        /// Weight of trade between pairs without observed trade.
        new_pairs: Amount<Share> = "2 %",
        /// Share of the gap between position and target ordered each week.
        restocking: Amount<Share> = "0.25",
        /// Largest nomination, in clearing intervals of desired use.
        nomination_cap: Amount<Number> = "2",
        /// Deepest discount before a seller floats its goods.
        discount: Amount<Share> = "0.5",
        /// Time over which a seller releases extra stock.
        release: Amount<Duration> = "60 days",
        /// Seller stock never offered, in days of base output.
        working_stock: Amount<Duration> = "0 days",
        /// Whether sellers offer their usual shipments or all on hand.
        offer: Offer = "usual",
        /// Size of a cargo, if goods travel in whole cargoes.
        cargo: Option<Fixed<Volume>>,
        /// Smallest parcel worth shipping.
        parcel: Option<Fixed<Volume>>,
        /// Time under way where no lane says otherwise.
        transit: Amount<Duration> = "20 days",
        /// Whether goods flow rather than sail where no lane says otherwise.
        pipeline: bool = "false",
        /// Share that boils off a day under way beyond the usual voyage, or waiting for a tank; none unless given.
        boil_off: Option<Amount<ShareRate>>,
        /// Cover below which use is rationed.
        minimum_cover: Amount<Duration> = "3 days",
        /// Target cover of buyers.
        cover: Amount<Duration> = "30 days",
        /// What rationing goes by.
        ration: Ration = "value",
        /// Time over which a backlog of use is worked off.
        backlog_time: Amount<Duration> = "90 days",
        /// Whether base supply must meet base demand.
        balance: Balance = "strict",
        /// Largest relative difference of base supply and demand accepted.
        tolerance: Fixed<Share> = "5 %",
        /// Whether goods are under way at the start.
        start: Start = "steady",
    }
}

table! {
    /// Price elasticities of use, as positive numbers.
    struct Elasticities {
        /// At once.
        short: Amount<Number> = "0.1",
        /// After adjustment; as at once unless given.
        long: Option<Amount<Number>>,
        /// Adjustment time.
        adjust: Amount<Duration> = "3 years",
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Offer {
    Usual,
    OnHand,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ration {
    Value,
    ProRata,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Balance {
    Strict,
    AsGiven,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Start {
    Steady,
    Empty,
}

choice!(Rule {
    "equilibrium" => Rule::Equilibrium,
    "pro-rata" => Rule::ProRata,
    "contract-first" => Rule::ContractFirst,
    "domestic-first" => Rule::DomesticFirst,
    "cooperative" => Rule::Cooperative,
});
choice!(Offer { "usual" => Offer::Usual, "on-hand" => Offer::OnHand });
choice!(Ration { "value" => Ration::Value, "pro-rata" => Ration::ProRata });
choice!(Balance { "strict" => Balance::Strict, "as-given" => Balance::AsGiven });
choice!(Start { "steady" => Start::Steady, "empty" => Start::Empty });

/// The commodities, in the order of the file.
pub(super) fn resolve(goods: &Map<Listed>, reader: &mut Reader<'_>) -> Vec<Commodity> {
    goods
        .0
        .iter()
        .filter_map(|(word, listed)| listed.resolve(word, reader))
        .collect()
}

impl Listed {
    fn resolve(&self, key: &Word, reader: &mut Reader<'_>) -> Option<Commodity> {
        check_key(key, reader);
        check_unit(&self.unit, reader)?;
        let id = reader.names.commodities.find(&key.text).map(CommodityId)?;
        let good = reader.good(id)?;
        let (number, days) = (Measure::number(), Measure::duration());
        let price = reader.num(&self.price, &Measure::price(&good).positive());
        let clearing = reader.fixed(&self.clearing, &days.clone().at_least(1.0 / 24.0));
        let elasticity = self.elasticity.resolve(reader);
        let stock_elasticity = reader.num(&self.stock_elasticity, &number);
        let dispersion = reader.num(&self.dispersion, &number.clone().positive());
        let choke = reader.num(&self.choke, &number.clone().positive());
        let new_pairs = reader.num(&self.new_pairs, &Measure::share());
        let restocking = reader.num(&self.restocking, &Measure::share());
        let nomination_cap = reader.num(&self.nomination_cap, &number.clone().positive());
        let discount = reader.num(&self.discount, &Measure::share().at_most(0.95));
        let release = reader.num(&self.release, &days);
        let working_stock = reader.num(&self.working_stock, &days);
        let transit = reader.law(&self.transit, &days);
        let boil_off = reader.num_if(self.boil_off.as_ref(), &Measure::share_rate());
        let minimum_cover = reader.num(&self.minimum_cover, &days);
        let cover = reader.num(&self.cover, &days);
        let backlog_time = reader.num(&self.backlog_time, &days.positive());
        let tolerance = reader.fixed(&self.tolerance, &Measure::share());
        let (cargo, parcel) = self.lots(&good, reader)?;
        Some(Commodity {
            key: key.text.clone(),
            name: self.name.clone().unwrap_or_else(|| key.text.clone()),
            unit: self.unit.text.clone(),
            price: price?,
            price_unit: self.price_unit(),
            rule: self.rule,
            clearing: clearing?,
            on_change: self.on_change,
            elasticity: elasticity?,
            stock_elasticity: stock_elasticity?,
            dispersion: dispersion?,
            choke: choke?,
            new_pairs: new_pairs?,
            restocking: restocking?,
            nomination_cap: nomination_cap?,
            discount: discount?,
            release: release?,
            working_stock: working_stock?,
            offer_on_hand: self.offer == Offer::OnHand,
            cargo,
            parcel,
            transit: transit?,
            pipeline: self.pipeline,
            boil_off: boil_off?,
            minimum_cover: minimum_cover?,
            cover: cover?,
            ration_by_value: self.ration == Ration::Value,
            backlog_time: backlog_time?,
            trade: Vec::new(),
            unbalanced: self.balance == Balance::AsGiven,
            tolerance: tolerance?,
            start_empty: self.start == Start::Empty,
        })
    }

    /// The unit of the reference price as written.
    fn price_unit(&self) -> PriceUnit {
        let written = self.price.0.texts().into_iter();
        let stated = Unit::parse(&self.unit.text).ok().and_then(|unit| {
            let mut stated = written.filter_map(|price| PriceUnit::of_price(price, unit));
            stated.next()
        });
        stated.unwrap_or_else(|| PriceUnit::of_volumes(&self.unit.text))
    }

    /// Cargo size and smallest parcel.
    fn lots(&self, good: &Good, reader: &mut Reader<'_>) -> Option<(Option<f64>, f64)> {
        let volume = Measure::volume(good);
        let mut size = |amount: &Option<Fixed<Volume>>, measure: &Measure| match amount {
            Some(amount) => reader.fixed(amount, measure).map(Some),
            None => Some(None),
        };
        let cargo = size(&self.cargo, &volume.clone().positive());
        let parcel = size(&self.parcel, &volume);
        Some((cargo?, parcel?.unwrap_or(0.0)))
    }
}

impl Elasticities {
    pub(super) fn resolve(&self, reader: &mut Reader<'_>) -> Option<Elasticity> {
        let number = Measure::number();
        let long = self.long.as_ref().unwrap_or(&self.short);
        let short = reader.num(&self.short, &number);
        let long_num = reader.num(long, &number);
        let adjust = reader.num(&self.adjust, &Measure::duration().positive());
        let elasticity = Elasticity {
            short: short?,
            long: long_num?,
            adjust: adjust?,
        };
        if elasticity.long.law.mean() < elasticity.short.law.mean() {
            reader.report(
                Problem::new(
                    long.0.span,
                    "the long-run elasticity is less than the short-run one",
                )
                .also(self.short.0.span, "short run")
                .help("use adjusts more to price in the long run, not less"),
            );
        }
        Some(elasticity)
    }
}

fn check_key(key: &Word, reader: &mut Reader<'_>) {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !key.text.chars().all(plain) || key.text == "default" || key.text.is_empty() {
        reader.report(
            Problem::new(
                key.span,
                format!("`{}` cannot be the key of a commodity", key.text),
            )
            .help("a key is made of letters, digits, - and _"),
        );
    }
}

fn check_unit(word: &Word, reader: &mut Reader<'_>) -> Option<()> {
    let help = "a unit of mass, volume or energy, such as t, bbl or GJ";
    match Unit::parse(&word.text) {
        Ok(unit) if GOODS.contains(&unit.dimension) => return Some(()),
        Ok(unit) => {
            let said = format!("`{}` is a unit of {}", word.text, unit.dimension);
            reader.report(Problem::new(word.span, said).help(help));
        }
        Err(error) => reader.report(Problem::new(word.span, error.to_string()).help(help)),
    }
    None
}
