//! `[policies.NAME.export-licence]`.

use super::super::kinds::{Amount, Amounts, Duration, Frequency, Share};
use super::super::measure::Measure;
use super::super::model::{
    ExportLicence, Filing, Instrument, LicenceDesk, LicenceTerms, Num, PerCountry, RegimeId,
};
use super::super::numbers::constant;
use super::super::problem::Problem;
use super::super::table::{Reader, choice, table};
use super::super::values::{Map, Whole};
use super::{Bound, Declared, Setting, Timing, check_listed};

/// Most applications at a time.
const MOST_APPLICATIONS: i64 = 1000;

table! {
    /// Makes exports wait for a licence.
    struct Listed {
        ..timing: Timing,
        ..bound: Bound,
        /// Share of the trade that needs a licence, one or by commodity.
        share: Amounts<Share> = "1",
        /// Time under review of an application.
        review: Amount<Duration>,
        /// Applications decided per time, all commodities together; unlimited unless given.
        throughput: Option<Amount<Frequency>>,
        /// In place of `throughput`: time the desk takes for each application, one after the other.
        handling: Option<Amount<Duration>>,
        /// Applications filed per destination, commodity and clearing, each decided as one; fewer make deliveries lumpier.
        applications: Whole<1, MOST_APPLICATIONS> = "1",
        /// When they are filed: evenly over the time between two clearings, or at random, so many on average.
        filed: Filing = "evenly",
        /// Time from a refusal to a new application; none unless given.
        reapply: Option<Amount<Duration>>,
        /// Probability that an application is approved, one or by destination.
        approval: Amounts<Share>,
        /// Share of controlled trade under general licences, one or by destination.
        general: Amounts<Share> = "0",
        /// Share of uncontrolled goods held for inspection.
        holds_uncontrolled: Amount<Share> = "0",
        /// Time under inspection; as under review unless given.
        inspection: Option<Amount<Duration>>,
        /// Other terms while a regime lasts.
        in_regime: Map<Terms>,
    }
}

table! {
    /// Terms while a regime lasts; those outside it unless given.
    struct Terms {
        /// Probability that an application is approved, one or by destination.
        approval: Option<Amounts<Share>>,
        /// Share of controlled trade under general licences, one or by destination.
        general: Option<Amounts<Share>>,
        /// Share of uncontrolled goods held for inspection.
        holds_uncontrolled: Option<Amount<Share>>,
        /// Share of pending applications decided at once when the regime is entered; 0 unless given.
        clears_backlog: Option<Amount<Share>>,
    }
}

choice!(Filing { "evenly" => Filing::Evenly, "at-random" => Filing::AtRandom });

impl Declared for Listed {
    fn timing(&self) -> &Timing {
        &self.timing
    }

    fn strikes_buyers(&self) -> bool {
        true
    }

    fn resolve(&self, setting: Setting<'_>, reader: &mut Reader<'_>) -> Option<Instrument> {
        let scope = self.bound.resolve(setting, reader);
        let days = Measure::duration();
        let share = reader.by_commodity(&self.share, &Measure::share(), 1.0);
        let review = reader.law(&self.review, &days);
        let throughput = reader.num_if(self.throughput.as_ref(), &Measure::frequency().positive());
        let desk = self.desk(throughput, reader);
        let reapply = reader.law_if(self.reapply.as_ref(), &days);
        let inspection = reader.law_if(self.inspection.as_ref(), &days);
        let terms = self.terms(reader)?;
        let in_regime = self.in_regime(&terms, reader);
        let scope = scope?;
        check_listed(&self.share, &scope, self.bound.on.span, reader);
        let review = review?;
        Some(Instrument::ExportLicence(ExportLicence {
            scope,
            share: share?,
            inspection: inspection?.unwrap_or_else(|| review.clone()),
            review,
            desk: desk?,
            filed: self.filed,
            applications: u32::try_from(self.applications.value).ok()?,
            reapply: reapply?,
            terms,
            in_regime: in_regime?,
        }))
    }
}

impl Listed {
    /// How fast the desk is.
    fn desk(
        &self,
        throughput: Option<Option<Num>>,
        reader: &mut Reader<'_>,
    ) -> Option<LicenceDesk> {
        let handling = reader.law_if(self.handling.as_ref(), &Measure::duration());
        if let (Some(per_time), Some(each)) = (&self.throughput, &self.handling) {
            let said = "`throughput` and `handling` both say how fast the desk is";
            let problem = Problem::new(each.0.span, said).also(per_time.0.span, "the other");
            reader.report(problem.help("leave one of them out"));
            return None;
        }
        Some(match (throughput?, handling?) {
            (Some(per_day), _) => LicenceDesk::PerDay(per_day),
            (None, Some(each)) => LicenceDesk::Each(each),
            (None, None) => LicenceDesk::Unlimited,
        })
    }

    fn terms(&self, reader: &mut Reader<'_>) -> Option<LicenceTerms> {
        let share = Measure::share();
        let approval = reader.by_country(&self.approval, &share, None);
        let general = reader.by_country(&self.general, &share, Some(&self.no_general()));
        let holds_uncontrolled = reader.num(&self.holds_uncontrolled, &share);
        Some(LicenceTerms {
            approval: approval?,
            general: general?,
            holds_uncontrolled: holds_uncontrolled?,
            clears_backlog: constant(0.0, format!("{}.clears_backlog", self.path)),
        })
    }

    /// No general licences for destinations not listed.
    fn no_general(&self) -> PerCountry {
        let default = constant(0.0, format!("{}.general.default", self.path));
        PerCountry {
            default,
            given: Vec::new(),
        }
    }

    fn in_regime(
        &self,
        base: &LicenceTerms,
        reader: &mut Reader<'_>,
    ) -> Option<Vec<(RegimeId, LicenceTerms)>> {
        let mut all = Vec::new();
        for (name, terms) in &self.in_regime.0 {
            let regime = reader.regime(name);
            all.push(regime.zip(terms.resolve(base, reader)));
        }
        all.into_iter().collect()
    }
}

impl Terms {
    fn resolve(&self, base: &LicenceTerms, reader: &mut Reader<'_>) -> Option<LicenceTerms> {
        let share = Measure::share();
        let approval = match &self.approval {
            Some(approval) => reader.by_country(approval, &share, Some(&base.approval)),
            None => Some(base.approval.clone()),
        };
        let general = match &self.general {
            Some(general) => reader.by_country(general, &share, Some(&base.general)),
            None => Some(base.general.clone()),
        };
        let held = reader.num_if(self.holds_uncontrolled.as_ref(), &share);
        let cleared = reader.num_if(self.clears_backlog.as_ref(), &share);
        let nothing = || constant(0.0, format!("{}.clears_backlog", self.path));
        Some(LicenceTerms {
            approval: approval?,
            general: general?,
            holds_uncontrolled: held?.unwrap_or_else(|| base.holds_uncontrolled.clone()),
            clears_backlog: cleared?.unwrap_or_else(nothing),
        })
    }
}
