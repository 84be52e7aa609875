//! Pixels to PNG.

use png::{BitDepth, ColorType, Compression, Encoder};

use super::ReportError;
use super::page::Page;
use crate::study::Stamp;

/// The bytes of a PNG whose text chunks say where its numbers come from.
pub(super) fn png(page: &Page, stamp: &Stamp) -> Result<Vec<u8>, ReportError> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, page.width, page.height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::High);
    for (key, text) in origin(stamp) {
        add_text(&mut encoder, key, &text)?;
    }
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&page.pixels)?;
    writer.finish()?;
    Ok(bytes)
}

fn origin(stamp: &Stamp) -> [(&'static str, String); 5] {
    [
        ("scenario", stamp.scenario.clone()),
        ("hash", stamp.hash.clone()),
        ("seed", stamp.seed.to_string()),
        ("trials", stamp.trials.to_string()),
        ("version", stamp.version.clone()),
    ]
}

/// As tEXt where Latin-1 will do, else as iTXt.
fn add_text(
    encoder: &mut Encoder<'_, &mut Vec<u8>>,
    key: &str,
    text: &str,
) -> Result<(), ReportError> {
    let text: String = text.chars().filter(|c| !c.is_control()).collect();
    if text.chars().all(|c| u8::try_from(c).is_ok()) {
        encoder.add_text_chunk(key.to_owned(), text)?;
    } else {
        encoder.add_itxt_chunk(key.to_owned(), text)?;
    }
    Ok(())
}
