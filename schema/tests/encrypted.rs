//! TLS to the engines that are servers: used where it is asked for, and never with a stranger.

#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod common;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::Fresh;
use common::sample::{claim, claimed};
use murre_harness::database::{self, Engine, Server, ServerOptions};
use murre_schema::{Access, Error, Place, Store, StoreOptions, Tls};
use murre_wire::V4;

/// An authority in a folder, with a certificate of its own for the server and for a client.
struct Authority(tempfile::TempDir);

impl Authority {
    fn new() -> Self {
        let authority = Self(tempfile::tempdir().unwrap());
        // The server runs as another user.
        std::fs::set_permissions(authority.0.path(), PermissionsExt::from_mode(0o755)).unwrap();
        authority.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=authority \
             -keyout ca.key -out ca.pem",
        );
        for (name, extension) in [
            ("server", "subjectAltName=IP:127.0.0.1"),
            ("client", "subjectAltName=DNS:worker"),
        ] {
            authority.openssl(&format!(
                "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN={name} \
                 -addext {extension} -keyout {name}.key -out {name}.csr"
            ));
            authority.openssl(&format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
                 -copy_extensions copy -out {name}.pem"
            ));
        }
        authority
    }

    fn openssl(&self, words: &str) {
        let mut command = Command::new("openssl");
        command.args(words.split_whitespace()).current_dir(&self.0);
        let output = command
            .output()
            .unwrap_or_else(|e| panic!("install openssl: {e}"));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "openssl {words}: {said}");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn server(&self, engine: Engine) -> Server {
        let (cert, key) = (self.path("server.pem"), self.path("server.key"));
        let (user, names) = match engine {
            Engine::Postgresql => ("postgres", ["ssl_ca_file", "ssl_cert_file", "ssl_key_file"]),
            Engine::Mariadb => ("mysql", ["ssl-ca", "ssl-cert", "ssl-key"]),
        };
        give(user, &key);
        let mut options = ServerOptions::new(engine);
        for (name, path) in names.into_iter().zip([self.path("ca.pem"), cert, key]) {
            options = options.setting(name, &path.display().to_string());
        }
        if engine == Engine::Postgresql {
            options = options.setting("ssl", "on");
        }
        Server::launch(options)
    }
}

/// Where the tests are root's, the server is another user, who must own its key.
fn give(user: &str, file: &Path) {
    std::fs::set_permissions(file, PermissionsExt::from_mode(0o600)).unwrap();
    let me = Command::new("id").arg("-u").output().unwrap();
    if me.stdout == b"0\n" {
        let done = Command::new("chown").arg(user).arg(file).status().unwrap();
        assert!(done.success());
    }
}

fn secured(access: &Access, with: Tls) -> Access {
    let mut access = access.clone();
    if let Place::Server { tls, .. } = &mut access.place {
        *tls = Some(with);
    }
    access
}

fn trusting(authority: &Authority) -> Tls {
    Tls {
        trust_anchor: Some(authority.path("ca.pem")),
        ..Tls::default()
    }
}

fn open(access: &Access) -> Result<(), Error> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = Store::<V4>::open(access, StoreOptions::default()).await?;
        assert!(claimed(claim(&store, 1, 1, 3600).await));
        Ok(())
    })
}

#[test]
fn leases_travel_encrypted_and_only_to_a_server_that_is_trusted() {
    let (ours, another) = (Authority::new(), Authority::new());
    for (engine, name, demand) in [
        (Engine::Postgresql, "postgresql", ""),
        (
            Engine::Mariadb,
            "mariadb",
            "ALTER USER murre@'localhost' REQUIRE SSL; ALTER USER murre@'%' REQUIRE SSL",
        ),
    ] {
        let server = ours.server(engine);
        let fresh = Fresh::server(name, server.fresh());
        open(&secured(&fresh.access, trusting(&ours))).unwrap();
        let text = open(&secured(&fresh.access, trusting(&another)));
        let text = text.unwrap_err().to_string();
        assert!(text.contains("certificate"), "{text}");
        if !demand.is_empty() {
            // What was granted above cannot have been anything but encrypted.
            fresh.sql(demand);
            open(&fresh.access).unwrap_err();
            open(&secured(&fresh.access, trusting(&ours))).unwrap();
        }
    }
}

#[test]
fn a_server_may_ask_for_the_workers_certificate() {
    let ours = Authority::new();
    let server = ours.server(Engine::Mariadb);
    let fresh = Fresh::server("mariadb", server.fresh());
    fresh.sql(
        "CREATE USER 'cert'@'%' IDENTIFIED BY 'secret' REQUIRE X509; GRANT ALL ON *.* TO 'cert'@'%'",
    );
    let mut access = fresh.access.clone();
    if let Place::Server { user, password, .. } = &mut access.place {
        "cert".clone_into(user);
        "secret".clone_into(password);
    }
    let without = open(&secured(&access, trusting(&ours))).unwrap_err();
    assert!(without.to_string().contains("Access denied"), "{without}");
    let with = Tls {
        cert_file: Some(ours.path("client.pem")),
        key_file: Some(ours.path("client.key")),
        ..trusting(&ours)
    };
    open(&secured(&access, with)).unwrap();
}

#[test]
fn a_server_without_tls_is_refused_where_it_is_asked_for() {
    let ours = Authority::new();
    for server in [database::postgres(), database::mariadb()] {
        let fresh = Fresh::server("plain", server.fresh());
        let text = open(&secured(&fresh.access, trusting(&ours))).unwrap_err();
        assert!(text.to_string().contains("TLS"), "{text}");
    }
}

#[test]
fn a_missing_file_is_named() {
    let fresh = Fresh::server("mariadb", database::mariadb().fresh());
    let nothing = Tls {
        trust_anchor: Some("/nowhere/ca.pem".into()),
        ..Tls::default()
    };
    let text = open(&secured(&fresh.access, nothing)).unwrap_err();
    assert!(
        text.to_string().contains("cannot read '/nowhere/ca.pem'"),
        "{text}"
    );
}
