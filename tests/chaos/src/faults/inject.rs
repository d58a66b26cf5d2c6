//! How each kind of fault is done, and undone.

use std::time::Duration;

use murre_harness::database;
use murre_tests::Leases;
use nix::sys::signal::Signal;

use super::{Director, Kind};
use crate::stage::Database;

/// How much slower each flush is.
const SLOW: Duration = Duration::from_millis(200);
/// How far a clock is set, in seconds.
const STEP: i64 = 3600;

impl Director<'_> {
    /// Does it and undoes it: to whom.
    pub(super) fn inject(&mut self, kind: Kind) -> String {
        match kind {
            Kind::KillWorker | Kind::RestartWorker | Kind::PauseWorker => self.worker(kind),
            Kind::KillDatabase | Kind::RestartDatabase | Kind::FreezeDatabase => {
                self.database(kind)
            }
            Kind::CutLink => {
                let number = self.any_worker();
                self.stage.network.cut(number, true);
                self.pause(1.0, 14.0); // some longer than a worker waits for an answer
                self.stage.network.cut(number, false);
                format!("worker {number}")
            }
            Kind::KillSessions => self.kill_sessions(),
            Kind::HoldLocks => self.hold_locks(),
            Kind::SlowDisk => {
                self.stage.brake.set(SLOW);
                self.pause(2.0, 6.0);
                self.stage.brake.set(Duration::ZERO);
                "the database".to_owned()
            }
            Kind::StepClock => {
                let number = self.any_worker();
                let step = self.chance.pick(&[-STEP, STEP]);
                self.stage.workers.set_clock(number, step);
                self.pause(3.0, 8.0);
                self.stage.workers.set_clock(number, 0);
                format!("worker {number}, {step:+} s")
            }
            Kind::FailOver => self.fail_over(),
            Kind::CorruptRow => self.corrupt(),
        }
    }

    fn any_worker(&mut self) -> usize {
        self.chance.below(self.stage.workers.count())
    }

    fn worker(&mut self, kind: Kind) -> String {
        let number = self.any_worker();
        let (workers, network) = (&self.stage.workers, &self.stage.network);
        match kind {
            Kind::PauseWorker => {
                workers.signal(number, Signal::SIGSTOP);
                self.pause(0.5, 12.0);
                workers.signal(number, Signal::SIGCONT);
            }
            _ => {
                if kind == Kind::KillWorker {
                    workers.kill9(number);
                } else {
                    workers.stop(number);
                }
                self.pause(0.0, 3.0);
                workers.launch(network, number);
                workers.wait_until_serving(number);
            }
        }
        format!("worker {number}")
    }

    fn database(&mut self, kind: Kind) -> String {
        let stage = self.stage;
        match &stage.database {
            Database::Single(server, _) => {
                self.server(kind, server);
                "the server".to_owned()
            }
            Database::Pair(pair, _) => {
                pair.on_primary(database::Server::freeze);
                self.pause(1.0, 8.0);
                pair.on_primary(database::Server::thaw);
                "the primary".to_owned()
            }
            Database::Galera(cluster, _) => {
                let number = self.chance.below(cluster.size());
                match kind {
                    Kind::KillDatabase => cluster.kill9(number),
                    Kind::RestartDatabase => cluster.stop(number),
                    _ => cluster.freeze(number, true),
                }
                self.pause(1.0, 10.0);
                if kind == Kind::FreezeDatabase {
                    cluster.freeze(number, false);
                } else {
                    cluster.rejoin(number);
                }
                cluster.wait_until_synced(number);
                format!("node {number}")
            }
            Database::File(_) => "nobody".to_owned(),
        }
    }

    fn server(&mut self, kind: Kind, server: &database::Server) {
        match kind {
            Kind::FreezeDatabase => {
                server.freeze();
                self.pause(1.0, 14.0);
                server.thaw();
            }
            Kind::KillDatabase => {
                server.kill9();
                self.pause(0.0, 3.0);
                server.start();
            }
            _ => {
                server.stop();
                self.pause(0.0, 3.0);
                server.start();
            }
        }
    }

    fn fail_over(&mut self) -> String {
        if let Database::Pair(pair, _) = &self.stage.database {
            pair.fail_over();
            self.pause(0.5, 3.0);
            pair.attach_standby();
        }
        "the primary".to_owned()
    }

    /// Half of the sessions, in the midst of whatever they do.
    fn kill_sessions(&mut self) -> String {
        let leases = self.stage.database.leases();
        let Leases::Server(database) = &leases else {
            return "nobody".to_owned();
        };
        let killed = match database.engine {
            database::Engine::Postgresql => leases.query(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.5",
            ),
            database::Engine::Mariadb => {
                let sessions = leases.query(
                    "SELECT id FROM information_schema.processlist \
                     WHERE db = DATABASE() AND id <> CONNECTION_ID() AND RAND() < 0.5",
                );
                for session in &sessions {
                    // It may have ended by itself.
                    let _ = database.try_query(&format!("KILL CONNECTION {}", session[0]));
                }
                sessions
            }
        };
        // A server that cannot bear it ends within a moment.
        self.pause(0.3, 0.6);
        format!("{} sessions", killed.len())
    }

    fn hold_locks(&mut self) -> String {
        let seconds = self.chance.between(1.0, 6.0);
        match self.stage.database.leases() {
            Leases::File(path) => {
                let sleep = format!(".shell sleep {seconds:.1}");
                let commands = [".timeout 20000", "BEGIN IMMEDIATE", &sleep, "COMMIT"];
                let held = Database::sqlite(&path, &commands);
                held.unwrap_or_else(|e| panic!("{e}"));
            }
            Leases::Server(database) => {
                let sleep = match database.engine {
                    database::Engine::Postgresql => "pg_sleep",
                    database::Engine::Mariadb => "SLEEP",
                };
                // A worker's session may win a deadlock against this one; that is all right.
                let _ = database.try_query(&format!(
                    "BEGIN; SELECT 1 FROM lease4 FOR UPDATE; SELECT 1 FROM lease6 FOR UPDATE; \
                     SELECT {sleep}({seconds:.1}); COMMIT"
                ));
            }
        }
        "the leases".to_owned()
    }

    fn corrupt(&mut self) -> String {
        let leases = self.stage.database.leases();
        // In the middle of its life, so that it stands when the tables are read.
        let row =
            leases.query("SELECT address FROM lease4 WHERE state = 0 ORDER BY expire DESC LIMIT 1");
        let address = row.first().and_then(|row| row.first()).cloned();
        let address = address.expect("somebody has a lease by now");
        leases.query(&format!("DELETE FROM lease4 WHERE address = {address}"));
        let address = address.parse().map(std::net::Ipv4Addr::from_bits);
        address.map_or_else(|e| e.to_string(), |address| address.to_string())
    }
}
