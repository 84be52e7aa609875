//! Market clearing: who gets how much, at what price.
