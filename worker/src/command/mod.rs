//! The commands of a family (manual ctrl-channel.rst): each is a function that takes the
//! [`Desk`] and gives an answer. How a command comes in is the control crate's business.

mod config;
mod journal;
mod process;
mod service;
mod statistics;
mod status;

use std::sync::Arc;

use murre_control::Registry;
use tokio::sync::mpsc::Sender;

use crate::daemon::Event;
use crate::exchange::{Exchange, Service};

pub(crate) use config::hash;
pub(crate) use status::{Sockets, Status};

/// What the commands of a family see of the daemon.
pub(crate) struct Desk<F: Exchange> {
    /// The family's service: configuration in force, database, counters.
    pub(crate) service: Arc<Service<F>>,
    /// What the daemon notes about itself.
    pub(crate) status: Arc<Status>,
    /// Where the daemon takes requests.
    pub(crate) events: Sender<Event>,
}

impl<F: Exchange> Clone for Desk<F> {
    fn clone(&self) -> Self {
        Self {
            service: Arc::clone(&self.service),
            status: Arc::clone(&self.status),
            events: self.events.clone(),
        }
    }
}

/// All commands of a family.
pub(crate) fn registry<F: Exchange>(desk: &Desk<F>) -> Registry {
    // Each future owns a desk, as it may outlive the socket that the command came by.
    macro_rules! plain {
        ($run:path) => {{
            let desk = desk.clone();
            move || {
                let desk = desk.clone();
                async move { $run(&desk).await }
            }
        }};
    }
    macro_rules! with_arguments {
        ($run:path) => {{
            let desk = desk.clone();
            move |request| {
                let desk = desk.clone();
                async move { $run(&desk, request).await }
            }
        }};
    }
    Registry::new(Arc::new(journal::log::<F>))
        .with_plain("build-report", async || process::build_report())
        .with_plain("config-get", plain!(config::get))
        .with_plain("config-hash-get", plain!(config::hash_get))
        .with_plain("config-reload", plain!(process::reload))
        .with("config-set", with_arguments!(config::set))
        .with("config-write", with_arguments!(config::write))
        .with("config-test", with_arguments!(config::test))
        .with("dhcp-disable", with_arguments!(service::disable))
        .with("dhcp-enable", with_arguments!(service::enable))
        .with("leases-reclaim", with_arguments!(service::reclaim))
        .with("shutdown", with_arguments!(process::shutdown))
        .with("statistic-get", with_arguments!(statistics::get))
        .with_plain("statistic-get-all", plain!(statistics::get_all))
        .with("statistic-remove", with_arguments!(statistics::remove))
        .with_plain("statistic-remove-all", plain!(statistics::remove_all))
        .with("statistic-reset", with_arguments!(statistics::reset))
        .with_plain("statistic-reset-all", plain!(statistics::reset_all))
        .with("statistic-sample-age-set", with_arguments!(statistics::age))
        .with(
            "statistic-sample-age-set-all",
            with_arguments!(statistics::age_all),
        )
        .with(
            "statistic-sample-count-set",
            with_arguments!(statistics::count),
        )
        .with(
            "statistic-sample-count-set-all",
            with_arguments!(statistics::count_all),
        )
        .with_plain("status-get", plain!(status::get))
        .with_plain("version-get", async || process::version())
}
