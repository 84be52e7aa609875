//! Colours for values.

use plotters::style::RGBColor;

use super::super::theme::{INK, PAPER};

/// Ten evenly spaced colours of viridis, greatest value first: even steps look
/// even, in print without colour and to colour-blind readers too. By van der
/// Walt and Smith for matplotlib (2015), in the public domain (CC0); the two
/// lightest twentieths are left out, which would be hard to see on white.
const VIRIDIS: [RGBColor; 10] = [
    RGBColor(0x44, 0x01, 0x54),
    RGBColor(0x48, 0x28, 0x78),
    RGBColor(0x3e, 0x49, 0x89),
    RGBColor(0x31, 0x68, 0x8e),
    RGBColor(0x26, 0x82, 0x8e),
    RGBColor(0x1f, 0x9e, 0x89),
    RGBColor(0x35, 0xb7, 0x79),
    RGBColor(0x6e, 0xce, 0x58),
    RGBColor(0xb5, 0xde, 0x2b),
    RGBColor(0xfd, 0xe7, 0x25),
];
/// How much of the map is in use.
const USED: f64 = 0.9;

/// The colour of a place on a scale from 0, light, to 1, dark.
pub(super) fn colour(place: f64) -> RGBColor {
    let place = if place.is_nan() {
        0.0
    } else {
        place.clamp(0.0, 1.0)
    };
    let at = (1.0 - place) * USED * (VIRIDIS.len() - 1) as f64;
    let from = (at as usize).min(VIRIDIS.len() - 2);
    let (a, b, part) = (VIRIDIS[from], VIRIDIS[from + 1], at - from as f64);
    let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
    RGBColor(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// The colour of text that is best read on a ground.
pub(super) fn text_on(ground: RGBColor) -> RGBColor {
    if contrast(PAPER, ground) > contrast(INK, ground) {
        PAPER
    } else {
        INK
    }
}

/// Contrast of two colours, from 1 to 21, as in the Web Content Accessibility
/// Guidelines 2.2.
fn contrast(a: RGBColor, b: RGBColor) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Relative luminance, by the same guidelines.
fn luminance(colour: RGBColor) -> f64 {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            libm::pow((value + 0.055) / 1.055, 2.4)
        }
    };
    0.2126 * linear(colour.0) + 0.7152 * linear(colour.1) + 0.0722 * linear(colour.2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greater_is_darker_all_the_way() {
        let shades: Vec<f64> = (0..=100)
            .map(|i| luminance(colour(f64::from(i) / 100.0)))
            .collect();
        assert!(shades.is_sorted_by(|a, b| a > b), "{shades:?}");
        assert_eq!(colour(1.0), VIRIDIS[0]);
        assert_eq!((colour(f64::NAN), colour(7.0)), (colour(0.0), colour(1.0)));
    }

    #[test]
    fn text_is_legible_on_every_colour() {
        for i in 0..=100 {
            let ground = colour(f64::from(i) / 100.0);
            let contrast = contrast(text_on(ground), ground);
            assert!(contrast > 4.0, "{ground:?}: {contrast}");
        }
    }
}
