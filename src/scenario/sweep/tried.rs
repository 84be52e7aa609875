//! Reading on where something is wrong, so that all mistakes are told at once.

use std::marker::PhantomData;

use serde_json::Value as Json;

use crate::scenario::table::{Field, Read, Reader};
use crate::scenario::tree::Node;

/// What could be read, if it could: a mistake in it does not hide those in the
/// rest of its table.
#[derive(Clone, Debug)]
pub(super) struct Tried<T>(pub Option<T>);

impl<T> Tried<Option<T>> {
    /// What was given and could be read.
    pub(super) fn given(&self) -> Option<&T> {
        self.0.as_ref().and_then(Option::as_ref)
    }

    /// Whether it was not given at all.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self.0, Some(None))
    }
}

impl<T: Read> Read for Tried<T> {
    const REQUIRED: bool = T::REQUIRED;

    fn read(node: &Node, reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self(T::read(node, reader)))
    }

    fn absent(table: &Node, field: &Field, reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self(T::absent(table, field, reader)))
    }

    fn schema() -> Json {
        T::schema()
    }

    fn said() -> String {
        T::said()
    }
}

/// A value as it is written. Whether it has the form, shows where it is used.
#[derive(Clone, Debug)]
pub(super) struct Raw<F>(pub Node, pub PhantomData<F>);

/// What a value must look like, for the JSON Schema.
pub(super) trait Form {
    fn schema() -> Json;
}

impl<F: Form> Read for Raw<F> {
    fn read(node: &Node, _: &mut Reader<'_>) -> Option<Self> {
        Some(Self(node.clone(), PhantomData))
    }

    fn schema() -> Json {
        F::schema()
    }
}
