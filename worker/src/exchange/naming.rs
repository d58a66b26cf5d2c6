//! Whether the DNS is told of a lease (manual dhcp4-srv.rst:3524-3560).

use murre_config::{Naming, Server};
use murre_schema::Names;

use super::{Context, Exchange};

impl<F: Exchange> Context<'_, F> {
    /// Whether names of a scope are entered. Not while too many changes wait; a renewal makes up for that.
    pub(crate) fn tells_names(&self, naming: &Naming) -> bool {
        let is_on = self.server.name_updates.enabled && naming.send_updates;
        is_on && !self.names_suspended
    }

    /// What a grant in a scope tells. A name that was entered before is removed whatever is said now, but not because
    /// too many changes wait: who keeps a lease keeps its name then.
    pub(crate) fn names(&self, naming: &Naming) -> Names {
        match removes_names(self.server) {
            Names::Off => Names::Off,
            _ if self.names_suspended => Names::Keep,
            _ if naming.update_on_renew && naming.send_updates => Names::Always,
            names => names,
        }
    }

    /// What an offer that is a row tells: of who had the lease before, if that was somebody else.
    pub(crate) fn offers_names(&self) -> Names {
        match removes_names(self.server) {
            Names::Off => Names::Off,
            _ => Names::Keep,
        }
    }

    /// What the end of a lease tells.
    pub(crate) fn removes_names(&self) -> Names {
        removes_names(self.server)
    }
}

/// What the end of leases tells: removals are few, and nothing makes up for a lost one, so they wait however
/// many do.
pub(crate) fn removes_names<F: Exchange>(server: &Server<F>) -> Names {
    match server.name_updates.enabled {
        true => Names::OnChange,
        false => Names::Off,
    }
}
