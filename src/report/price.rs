//! What prices come to over trials, with the shocks and without.

use plotters::style::RGBColor;

use super::Drawn;
use super::axis::Axis;
use super::canvas::{Align, Canvas, Rect, Stroke};
use super::digest::{Digest, Spread};
use super::number::figures;
use super::panel::{Frame, Key, NO_TRIAL, ROW, legend};
use super::theme::{BASELINE, INK, INNER_BAND, NOTE, OUTER_BAND, PAPER, SHOCKED, TICK};

/// One price of one variant.
struct Range<'o> {
    prices: &'o Spread,
    colour: RGBColor,
}

/// Draws how the spot price and the price paid spread over trials.
pub(super) fn draw(canvas: &Canvas<'_>, rect: Rect, digest: &Digest<'_>) -> Drawn {
    let room = legend(canvas, rect, &keys(digest.trials()))?;
    let (shocked, baseline) = (&digest.shocked, &digest.baseline);
    let pairs = [
        ("spot", &shocked.spot, &baseline.spot),
        ("paid", &shocked.paid, &baseline.paid),
    ];
    let reach = |prices: &Spread| prices.outer[1].max(prices.mean);
    let most = pairs.iter().map(|(_, a, b)| reach(a).max(reach(b)));
    let axis = Axis::to(most.fold(known(digest.price), f64::max), 5);
    let frame = Frame {
        rect: Rect {
            left: room.left + TICK.width("spot") + 24.0,
            top: room.top + 8.0,
            right: room.right - NOTE.width("0.000 million") - 16.0,
            bottom: room.bottom - 2.0 * ROW - 8.0,
        },
        x_end: axis.end,
        y_end: 1.0,
    };
    let caption = axis.unit(&digest.focus.price_unit.name);
    frame.scale_below(canvas, &axis, &caption)?;
    if digest.trials() == 0 {
        return frame.remark(canvas, NO_TRIAL);
    }
    reference(canvas, &frame, digest.price)?;
    for (pair, (name, shocked, baseline)) in frame.rect.rows(2, 20.0).zip(pairs) {
        let middle = (pair.top + pair.bottom) / 2.0 + TICK.drop();
        canvas.text(name, (frame.rect.left - 14.0, middle), TICK, Align::Right)?;
        let ranges = [(baseline, BASELINE), (shocked, SHOCKED)];
        for (row, (prices, colour)) in pair.rows(2, 0.0).zip(ranges) {
            Range { prices, colour }.draw(canvas, &frame, row)?;
        }
    }
    Ok(())
}

impl Range<'_> {
    /// Bands, the mean as a dot, and its value behind them.
    fn draw(&self, canvas: &Canvas<'_>, frame: &Frame, row: Rect) -> Drawn {
        let middle = (row.top + row.bottom) / 2.0;
        let half = (row.height() * 0.25).min(22.0);
        let Spread { outer, inner, .. } = *self.prices;
        for (ends, opacity) in [(outer, OUTER_BAND), (inner, INNER_BAND)] {
            let [left, right] = ends.map(|price| frame.x(price));
            let band = Rect::new(left - 1.0, middle - half, right + 1.0, middle + half);
            canvas.rect(band, self.colour, opacity)?;
        }
        let mean = self.prices.mean;
        canvas.dot((frame.x(mean), middle), 8.0, self.colour)?;
        let end = frame.x(outer[1].max(mean));
        let at = (end + 16.0, middle + NOTE.drop());
        let (text, right) = (figures(mean), at.0 + NOTE.width(&figures(mean)) + 6.0);
        let behind = Rect::new(at.0 - 6.0, middle - half, right, middle + half);
        canvas.rect(behind, PAPER, 1.0)?;
        canvas.text(&text, at, NOTE.coloured(self.colour), Align::Left)
    }
}

fn keys(trials: usize) -> Vec<Key> {
    if trials == 1 {
        return vec![
            Key::dot("with the shocks", SHOCKED),
            Key::dot("baseline", BASELINE),
            Key::line("reference", dashes()),
        ];
    }
    vec![
        Key::dot("mean, with the shocks", SHOCKED),
        Key::dot("mean, baseline", BASELINE),
        Key::block("5–95\u{a0}% of trials", INK, OUTER_BAND),
        Key::block("25–75\u{a0}%", INK, OUTER_BAND + INNER_BAND),
        Key::line("reference", dashes()),
    ]
}

fn dashes() -> Stroke {
    Stroke::dashed(INK, 2.0, 8.0)
}

/// A price, zero if it is none.
fn known(price: f64) -> f64 {
    if price.is_finite() { price } else { 0.0 }
}

fn reference(canvas: &Canvas<'_>, frame: &Frame, price: f64) -> Drawn {
    if known(price) <= 0.0 {
        return Ok(());
    }
    let x = frame.x(price);
    canvas.line(&[(x, frame.rect.top), (x, frame.rect.bottom)], dashes())
}
