use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Error, anyhow};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload, UpdateVersion};
use tokio::runtime::{Builder, Runtime};

use super::PutError;

/// A folder in object storage.
#[derive(Debug)]
pub struct Bucket {
    address: String,
    store: AmazonS3,
    folder: Key,
    runtime: Runtime,
}

/// Which object it was.
#[derive(Clone, Debug)]
pub struct Version(UpdateVersion);

impl Bucket {
    /// The folder at an address, `s3://bucket/folder`. Who asks, and where the
    /// storage is, is taken from variables as `AWS_REGION` or
    /// `AWS_ENDPOINT_URL`, or from the machine.
    ///
    /// # Errors
    /// When it is no address of S3. Nothing is asked of the storage yet.
    pub fn open(address: &str) -> Result<Self, Error> {
        let cannot = || format!("cannot use {address}");
        let rest = address
            .split_once("://")
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("s3"))
            .map(|(_, rest)| rest)
            .filter(|rest| !rest.is_empty() && !rest.starts_with('/'));
        let rest = rest.ok_or_else(|| {
            anyhow!("{address} is no address of object storage: expected s3://BUCKET/FOLDER")
        })?;
        let (bucket, folder) = rest.split_once('/').unwrap_or((rest, ""));
        let settings = env::vars_os()
            .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(key, _)| key.starts_with("AWS_"));
        let builder = settings.fold(AmazonS3Builder::new(), |builder, (key, value)| {
            match key.to_ascii_lowercase().parse() {
                Ok(key) => builder.with_config(key, value),
                Err(_) => builder,
            }
        });
        Ok(Self {
            address: address.to_owned(),
            store: builder
                .with_bucket_name(bucket)
                .build()
                .with_context(cannot)?,
            folder: Key::parse(folder).with_context(cannot)?,
            runtime: Builder::new_current_thread()
                .enable_all()
                .build()
                .with_context(cannot)?,
        })
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The names of the objects in it, not of those in folders below.
    ///
    /// # Errors
    /// When the storage cannot be reached or refuses.
    pub fn names(&self) -> Result<Vec<String>, Error> {
        let listed = self.store.list_with_delimiter(Some(&self.folder));
        let listed = self.runtime.block_on(listed);
        let listed = listed.map_err(|error| self.failure("read", "", error))?;
        let names = listed.objects.iter().map(|object| &object.location);
        Ok(names
            .filter_map(|key| Some(key.filename()?.to_owned()))
            .collect())
    }

    /// Writes an object to a file, if there is one of that name.
    ///
    /// # Errors
    /// When the storage cannot be reached or refuses, or the file cannot be
    /// written.
    pub fn fetch(&self, name: &str, to: &Path) -> Result<Option<Version>, Error> {
        match self.read(name) {
            Ok((bytes, version)) => {
                fs::write(to, bytes).with_context(|| format!("cannot write {}", to.display()))?;
                Ok(Some(version))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.failure("read", name, error)),
        }
    }

    fn read(&self, name: &str) -> Result<(Vec<u8>, Version), object_store::Error> {
        self.runtime.block_on(async {
            let found = self.store.get(&self.key(name)).await?;
            let version = UpdateVersion {
                e_tag: found.meta.e_tag.clone(),
                version: found.meta.version.clone(),
            };
            Ok((found.bytes().await?.into(), Version(version)))
        })
    }

    /// Writes an object: a new one, or over the one it was last known to be.
    ///
    /// # Errors
    /// When there is another one by now, or the storage cannot be reached or
    /// refuses.
    pub fn put(
        &self,
        name: &str,
        bytes: Vec<u8>,
        over: Option<&Version>,
    ) -> Result<Version, PutError> {
        let mode = match over {
            Some(Version(version)) => PutMode::Update(version.clone()),
            None => PutMode::Create,
        };
        let payload = PutPayload::from(bytes);
        let key = self.key(name);
        let put = self.store.put_opts(&key, payload.clone(), mode.into());
        match self.runtime.block_on(put) {
            Ok(put) => Ok(Version(put.into())),
            // It may be ours: sent, and sent again since no answer came.
            Err(
                object_store::Error::AlreadyExists { .. }
                | object_store::Error::Precondition { .. },
            ) => match self.read(name) {
                Ok((there, version)) if payload.iter().flatten().eq(&there) => Ok(version),
                _ => Err(PutError::Overtaken),
            },
            Err(error) => Err(PutError::Failed(self.failure("write", name, error))),
        }
    }

    /// What could not be done, and what the storage or the network said.
    fn failure(&self, done: &str, name: &str, error: object_store::Error) -> Error {
        let error = Error::new(error);
        let said = error.root_cause().to_string();
        let message = said
            .split_once("<Message>")
            .and_then(|(_, rest)| rest.split_once("</Message>"));
        let said = message.map_or(said.as_str(), |(message, _)| message);
        let place = format!("{}/{name}", self.address);
        let (place, said) = (place.trim_end_matches('/'), said.trim_end_matches('.'));
        anyhow!("cannot {done} {place}: {said}")
    }

    fn key(&self, name: &str) -> Key {
        self.folder.clone().join(name)
    }
}
