#![no_main]

#[path = "../../hostile/mod.rs"]
#[allow(dead_code, reason = "other fuzzers use the rest")]
mod hostile;

libfuzzer_sys::fuzz_target!(|data: &[u8]| hostile::scenario(data));
