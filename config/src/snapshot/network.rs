//! Shared networks: subnets of one link.

use std::sync::Arc;

use super::ClassUse;

/// What subnets of one link have in common beside what they inherit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedNetwork {
    /// Its name, unique in the server.
    pub name: Arc<str>,
    /// Who may use it, and what is evaluated for who does.
    pub classes: ClassUse,
}
