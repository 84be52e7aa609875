//! `[policies.NAME.export-ban]`.

use super::super::kinds::{Amounts, Share};
use super::super::measure::Measure;
use super::super::model::{ExportBan, Instrument, PerCommodity, Scope};
use super::super::table::{Reader, table};
use super::super::values::Map;
use super::{Bound, Declared, Setting, Timing, check_listed};

table! {
    /// Forbids exports, or a share of them.
    struct Listed {
        ..timing: Timing,
        ..bound: Bound,
        /// Share of reference trade forbidden, one or by commodity.
        share: Amounts<Share> = "1",
        /// Other shares while a regime lasts.
        in_regime: Map<Terms>,
    }
}

table! {
    /// Shares while a regime lasts.
    struct Terms {
        /// Share of reference trade forbidden, one or by commodity.
        share: Amounts<Share>,
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
        let share = self.share(&self.share, &scope, reader);
        let mut in_regime = Vec::new();
        for (name, terms) in &self.in_regime.0 {
            let regime = reader.regime(name);
            let share = self.share(&terms.share, &scope, reader);
            in_regime.push(regime.zip(share));
        }
        let in_regime = in_regime.into_iter().collect::<Option<_>>()?;
        Some(Instrument::ExportBan(ExportBan {
            scope,
            share: share?,
            in_regime,
        }))
    }
}

impl Listed {
    fn share(
        &self,
        share: &Amounts<Share>,
        scope: &Scope,
        reader: &mut Reader<'_>,
    ) -> Option<PerCommodity> {
        check_listed(share, scope, self.bound.on.span, reader);
        reader.by_commodity(share, &Measure::share(), 1.0)
    }
}
