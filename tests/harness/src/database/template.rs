//! Making a data directory takes seconds, copying one does not: the first process of a machine
//! makes it, all others copy.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Engine, mariadb, postgresql, server_user};
use crate::{process, rundir};

/// Rises when the making of a template changes, so that old ones are not used.
const RECIPE: u32 = 2;

/// Fills `directory` with a fresh data directory `data`, and gives both to the server's user.
pub(super) fn copy(engine: Engine, directory: &Path) {
    let template = ready(engine);
    run(Command::new("cp")
        .args(["-a", "--reflink=auto"])
        .arg(template)
        .arg(directory.join("data")));
    give_to_server(engine, directory);
}

/// The template of this engine and version, made if it is not there.
fn ready(engine: Engine) -> PathBuf {
    let version = match engine {
        Engine::Postgresql => postgresql::version(),
        Engine::Mariadb => mariadb::version(),
    };
    let name: String = version
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect();
    rundir::path(); // makes the base directory
    let template = rundir::base().join(format!("template-{RECIPE}-{name}"));
    let _one_at_a_time = rundir::lock("template.lock");
    if !template.exists() {
        let making = rundir::fresh_dir("template");
        give_to_server(engine, &making);
        match engine {
            Engine::Postgresql => postgresql::make_data(&making.join("data")),
            Engine::Mariadb => mariadb::make_data(&making.join("data")),
        }
        fs::rename(making.join("data"), &template)
            .unwrap_or_else(|e| panic!("{}: {e}", template.display()));
    }
    template
}

pub(super) fn give_to_server(engine: Engine, directory: &Path) {
    let name = match engine {
        Engine::Postgresql => postgresql::USER,
        Engine::Mariadb => mariadb::USER,
    };
    if let Some(name) = server_user(name) {
        run(Command::new("chown").arg(format!("{name}:")).arg(directory));
    }
}

fn run(command: &mut Command) {
    process::run(command).unwrap_or_else(|e| panic!("{e}"));
}
