use std::ffi::OsString;
use std::path::PathBuf;

/// Where the shards of a sweep are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A folder of this machine.
    Folder(PathBuf),
    /// An address in object storage, as `s3://bucket/folder`.
    Store(String),
}

impl From<OsString> for Place {
    fn from(text: OsString) -> Self {
        match text.to_str().filter(|text| is_address(text)) {
            Some(address) => Self::Store(address.strip_suffix('/').unwrap_or(address).to_owned()),
            None => Self::Folder(text.into()),
        }
    }
}

/// A folder of this machine; an address is none.
pub fn folder(text: OsString) -> Result<PathBuf, String> {
    match Place::from(text) {
        Place::Folder(path) => Ok(path),
        Place::Store(_) => Err(
            "expected a folder of this machine; only the shards of a sweep \
                                go to object storage"
                .to_owned(),
        ),
    }
}

/// Whether a text is a scheme, `://` and more.
fn is_address(text: &str) -> bool {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    };
    text.split_once("://")
        .is_some_and(|(scheme, _)| is_scheme(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_a_folder() {
        let place = |text: &str| Place::from(OsString::from(text));
        let store = |text: &str| Place::Store(text.to_owned());
        assert_eq!(place("s3://bucket/a/b/"), store("s3://bucket/a/b"));
        assert_eq!(place("S3://bucket"), store("S3://bucket"));
        for path in [
            "results",
            "./s3://bucket",
            "C:\\results",
            "s3:/bucket",
            ":// ",
            "a b://c",
        ] {
            assert_eq!(place(path), Place::Folder(path.into()), "{path}");
            assert_eq!(folder(path.into()), Ok(path.into()));
        }
        assert!(folder("s3://bucket".into()).is_err());
    }
}
