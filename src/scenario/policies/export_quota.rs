//! `[policies.NAME.export-quota]`.

use super::super::kinds::{Amounts, Duration, Fixed, Volume};
use super::super::measure::Measure;
use super::super::model::{CommodityId, ExportQuota, Instrument, Num, PerCommodity, Scope};
use super::super::numbers::{by_names, constant};
use super::super::problem::Problem;
use super::super::table::{Reader, table};
use super::super::tree::Node;
use super::{Bound, Declared, Setting, Timing, check_listed};

table! {
    /// Limits exports over a period.
    struct Listed {
        ..timing: Timing,
        ..bound: Bound,
        /// Volume per period, all destinations together, one for each commodity or by commodity.
        volume: Amounts<Volume>,
        /// Length of a period, counted from the first day in force.
        period: Fixed<Duration> = "1 year",
    }
}

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn strikes_buyers(&self) -> bool {
        true
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let scope = self.bound.resolve(setting, reader)?;
        let period = reader.fixed(&self.period, &Measure::duration().at_least(1.0));
        check_listed(&self.volume, &scope, self.bound.on.span, reader);
        let volume = self.volume(&scope, reader);
        Some(Instrument::ExportQuota(ExportQuota {
            scope,
            volume: volume?,
            period: period?,
        }))
    }
}

impl Listed {
    /// A volume for each commodity bound, in its own unit.
    fn volume(&self, scope: &Scope, reader: &mut Reader<'_>) -> Option<PerCommodity> {
        let given: Vec<Option<(CommodityId, Num)>> = scope
            .on
            .iter()
            .map(|&id| self.volume_of(id, reader).map(|num| (id, num)))
            .collect();
        let given = given.into_iter().collect::<Option<_>>()?;
        let default = constant(0.0, format!("{}.volume.default", self.path));
        Some(PerCommodity { default, given })
    }

    fn volume_of(&self, id: CommodityId, reader: &mut Reader<'_>) -> Option<Num> {
        let good = reader.good(id)?;
        let node = &self.volume.0;
        let own: Option<&Node> = if by_names(node) {
            node.get(&good.key).or_else(|| node.get("default"))
        } else {
            Some(node)
        };
        let Some(own) = own else {
            let said = format!("`{}` has no volume for `{}`", node.path, good.key);
            reader.report(
                Problem::new(node.span, said)
                    .also(self.bound.on.span, "what the policy binds")
                    .help(format!("add {} = …, or a default", good.key)),
            );
            return None;
        };
        reader.num_at(own, &Measure::volume(&good))
    }
}
