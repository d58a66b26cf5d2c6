//! From `lease-database` to the schema crate's access.

use std::path::{Path, PathBuf};

use murre_config::{DatabaseAccess, Engine};
use murre_schema::{Access, EngineKind, Host, Place, Tls};
use murre_wire::Family;

/// Where the embedded engine keeps its file when none is named.
const DATA_FOLDER: &str = "/var/lib/murre";
/// Where Debian's Kea keeps its lease file when none is named.
const KEA_FOLDER: &str = "/var/lib/kea";

/// The access that `lease-database` describes for a family.
pub(super) fn access<F: Family>(database: &DatabaseAccess) -> Access {
    Access {
        place: place::<F>(database),
        connect_timeout: database.connect_timeout,
        read_timeout: database.read_timeout.max(database.write_timeout),
        tcp_user_timeout: database.tcp_user_timeout,
        read_only: false,
    }
}

fn place<F: Family>(database: &DatabaseAccess) -> Place {
    let engine = match database.engine {
        Engine::Sqlite => return embedded::<F>(database),
        Engine::MySql => EngineKind::MySql,
        Engine::PostgreSql => EngineKind::PostgreSql,
    };
    Place::Server {
        engine,
        hosts: database
            .hosts
            .iter()
            .map(|host| Host {
                name: host.name.clone(),
                port: host.port,
            })
            .collect(),
        port: database.port,
        user: database.user.clone(),
        password: database.password.expose().to_owned(),
        database: database.name.clone(),
        tls: database.tls.is_on().then(|| Tls {
            trust_anchor: database.tls.trust_anchor.clone(),
            cert_file: database.tls.cert_file.clone(),
            key_file: database.tls.key_file.clone(),
        }),
    }
}

fn embedded<F: Family>(database: &DatabaseAccess) -> Place {
    if !database.persist {
        return Place::Memory(format!("{}{}", F::KEY, database.name));
    }
    if database.name.is_empty() {
        let name = format!("murre-leases{}.sqlite", F::VERSION);
        return Place::File(Path::new(DATA_FOLDER).join(name));
    }
    Place::File(if database.memfile {
        beside(Path::new(&database.name))
    } else {
        PathBuf::from(&database.name)
    })
}

/// The embedded database that stands for a lease file: beside it, with an ending of its own.
fn beside(lease_file: &Path) -> PathBuf {
    lease_file.with_extension("sqlite")
}

/// The lease file whose leases a `memfile` entry means: the one it names, or the one in the other
/// server's usual place.
pub(super) fn lease_file<F: Family>(database: &DatabaseAccess) -> Option<PathBuf> {
    if !database.memfile || !database.persist {
        return None;
    }
    if database.name.is_empty() {
        let name = format!("kea-leases{}.csv", F::VERSION);
        return Some(Path::new(KEA_FOLDER).join(name));
    }
    let file = PathBuf::from(&database.name);
    // A name that is that of the embedded database already is no lease file.
    (beside(&file) != file).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use murre_wire::V4;

    #[test]
    fn a_memfile_becomes_a_database_beside_its_lease_file() {
        let database = DatabaseAccess {
            memfile: true,
            name: "/var/lib/kea/kea-leases4.csv".into(),
            ..DatabaseAccess::default()
        };
        let file = PathBuf::from("/var/lib/kea/kea-leases4.sqlite");
        assert_eq!(access::<V4>(&database).place, Place::File(file));
        assert_eq!(
            lease_file::<V4>(&database),
            Some("/var/lib/kea/kea-leases4.csv".into())
        );
        let already = DatabaseAccess {
            name: "/var/lib/murre/leases.sqlite".into(),
            ..database.clone()
        };
        assert_eq!(lease_file::<V4>(&already), None);
        let unnamed = DatabaseAccess {
            name: String::new(),
            ..database.clone()
        };
        assert_eq!(
            lease_file::<V4>(&unnamed),
            Some("/var/lib/kea/kea-leases4.csv".into())
        );
        let memory = DatabaseAccess {
            persist: false,
            ..database
        };
        assert_eq!(lease_file::<V4>(&memory), None);
        assert!(matches!(access::<V4>(&memory).place, Place::Memory(_)));
    }
}
