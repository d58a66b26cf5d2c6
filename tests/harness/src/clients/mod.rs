//! The DHCP clients of the field, each in a namespace with files of its own.
//!
//! All of them run one script (`told.sh`) that prints what the client was told; tests read that as
//! [`Binding`]s, in the order they came. dhclient's lease file is read by [`isc_leases`].

mod dhclient;
mod dhcpcd;
pub mod isc_leases;
mod told;
mod udhcpc;

use std::path::PathBuf;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::process::Daemon;
use crate::{Error, rundir};

pub use dhclient::{Wanted, dhclient4, dhclient6};
pub use dhcpcd::dhcpcd;
pub use told::Binding;
pub use udhcpc::udhcpc;

const SCRIPT: &str = include_str!("told.sh");

/// Which program a client is; what it can be asked for differs.
#[derive(Clone, Debug)]
enum Kind {
    Dhclient(dhclient::Invocation),
    Udhcpc,
    Dhcpcd,
}

/// A running client. It dies with this value, without releasing anything.
#[derive(Debug)]
pub struct Client {
    kind: Kind,
    daemon: Daemon,
    directory: PathBuf,
    /// How far [`Client::next`] has read.
    read: usize,
}

impl Client {
    /// The next thing it was told that has one of `reasons`, skipping others: `BOUND`, `RENEW`,
    /// `REBIND`, `REBOOT`, `EXPIRE`, `FAIL`, `RELEASE`, `NAK` ... (v6 without the 6).
    pub fn next(&mut self, reasons: &[&str], limit: Duration) -> Result<Binding, Error> {
        let wanted = reasons.join(" or ");
        let matches = |line: &str| {
            Binding::parse(line).is_some_and(|told| reasons.contains(&told.reason.as_str()))
        };
        let (behind, line) = self
            .daemon
            .wait_for_match(self.read, &wanted, limit, matches)?;
        self.read = behind;
        Ok(Binding::parse(&line).expect("it matched"))
    }

    /// Waits for a lease, new or confirmed after a restart (`BOUND`, `REBOOT`).
    ///
    /// # Panics
    /// When none comes within 20 seconds; the message shows what the client said.
    #[track_caller]
    pub fn bound(&mut self) -> Binding {
        let bound = self.next(&["BOUND", "REBOOT"], Duration::from_secs(20));
        bound.unwrap_or_else(|e| panic!("{e}"))
    }

    /// Waits for an extension (`RENEW`, `REBIND`): as T1 or T2 commands, or after
    /// [`Client::renew`].
    ///
    /// # Panics
    /// When none comes within 30 seconds; the message shows what the client said.
    #[track_caller]
    pub fn renewed(&mut self) -> Binding {
        let renewed = self.next(&["RENEW", "REBIND"], Duration::from_secs(30));
        renewed.unwrap_or_else(|e| panic!("{e}"))
    }

    /// Has it renew now.
    ///
    /// # Panics
    /// With dhclient, which cannot be asked: give it a short T1 and wait for [`Client::renewed`].
    pub fn renew(&self) {
        match &self.kind {
            Kind::Dhclient(_) => panic!("dhclient renews at T1 only"),
            Kind::Udhcpc | Kind::Dhcpcd => self.daemon.signal(Signal::SIGUSR1),
        }
    }

    /// Has it release what it holds; dhclient and dhcpcd end thereby.
    ///
    /// # Panics
    /// When dhclient does not end.
    pub fn release(&self) {
        match &self.kind {
            Kind::Dhclient(invocation) => invocation.release(&self.daemon),
            Kind::Udhcpc => self.daemon.signal(Signal::SIGUSR2),
            Kind::Dhcpcd => self.release_dhcpcd(),
        }
    }

    /// dhcpcd misses a signal that comes while it handles another event, so it is told again until
    /// it ends.
    fn release_dhcpcd(&self) {
        for _ in 0..10 {
            self.daemon.signal(Signal::SIGALRM);
            if self.daemon.wait(Duration::from_secs(2)).is_some() {
                return;
            }
        }
        panic!("dhcpcd does not release: {:#?}", self.daemon.lines());
    }

    /// Kills it and starts it again with the lease file it had: it asks for what it remembers
    /// (v4: init-reboot, v6: CONFIRM or REBIND).
    ///
    /// # Panics
    /// With a client that keeps no file.
    pub fn restart(&mut self) {
        let Kind::Dhclient(invocation) = &self.kind else {
            panic!("only dhclient keeps a file")
        };
        self.daemon.kill9();
        self.daemon = invocation.start();
        self.read = 0;
    }

    /// The leases in dhclient's file, oldest first.
    ///
    /// # Panics
    /// With a client that keeps no such file.
    pub fn lease_file(&self) -> Vec<isc_leases::Lease> {
        let path = self.directory.join("leases");
        let text = std::fs::read_to_string(&path);
        isc_leases::parse(&text.unwrap_or_else(|e| panic!("{}: {e}", path.display())))
    }

    /// The newest lease in dhclient's file that `is` true of; dhclient writes it a moment after it
    /// told its script, so it is waited for.
    ///
    /// # Panics
    /// When it does not come within 10 seconds, or with a client that keeps no such file.
    #[track_caller]
    pub fn remembered(&self, is: impl Fn(&isc_leases::Lease) -> bool) -> isc_leases::Lease {
        let started = std::time::Instant::now();
        loop {
            let path = self.directory.join("leases");
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let file = isc_leases::parse(&text);
            if let Some(lease) = file.iter().rfind(|lease| is(lease)) {
                return lease.clone();
            }
            let age = started.elapsed();
            assert!(age < Duration::from_secs(10), "not in {file:#?}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Has dhclient find the next address it is given in use by somebody else, once: it declines.
    /// Set before a lease comes.
    ///
    /// # Panics
    /// With another client.
    pub fn decline_next(&self) {
        assert!(
            matches!(self.kind, Kind::Dhclient(_)),
            "only dhclient asks its script"
        );
        std::fs::write(self.directory.join("decline"), "").expect("our own directory");
    }

    /// The process: its output, its end.
    pub fn daemon(&self) -> &Daemon {
        &self.daemon
    }
}

/// A directory of its own for a client, with the script in it.
fn directory(name: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let directory = rundir::fresh_dir(name);
    let script = directory.join("script");
    std::fs::write(&script, SCRIPT).expect("our own directory");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&script, executable).expect("our own file");
    directory
}
