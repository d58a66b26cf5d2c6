//! `-x`: options that scripts hand to the database's own client, as far as they mean something for
//! a connection of ours.

use std::path::PathBuf;

use murre_schema::{Access, Place, Tls};

use crate::error::Error;

/// Apply them; one that is not known is refused, not passed over.
pub(super) fn apply(extra: &[String], access: &mut Access) -> Result<(), Error> {
    let mut words = extra.iter().flat_map(|words| words.split_whitespace());
    while let Some(word) = words.next() {
        let refuse = |why: &str| Error::Usage(format!("-x {word}: {why}"));
        let Place::Server { hosts, tls, .. } = &mut access.place else {
            return Err(refuse("for database servers only"));
        };
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (word, None),
        };
        if option == "--ssl" && value.is_none() {
            tls.get_or_insert_default();
            continue;
        }
        let slot = match option {
            "--ssl-ca" => |tls: &mut Tls, path| tls.trust_anchor = Some(path),
            "--ssl-cert" => |tls: &mut Tls, path| tls.cert_file = Some(path),
            "--ssl-key" => |tls: &mut Tls, path| tls.key_file = Some(path),
            "--socket" | "-S" => |_: &mut Tls, _: PathBuf| (),
            _ => {
                return Err(refuse(
                    "not supported; known are --ssl, --ssl-ca, --ssl-cert, --ssl-key and --socket",
                ));
            }
        };
        let value = value
            .or_else(|| words.next())
            .ok_or_else(|| refuse("needs a value"))?;
        if matches!(option, "--socket" | "-S") {
            *hosts = vec![value.into()];
        } else {
            slot(tls.get_or_insert_default(), PathBuf::from(value));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_schema::Host;

    fn applied(extra: &[&str]) -> Result<(Vec<String>, Option<Tls>), Error> {
        let mut access = Access::from_url("mysql://db/kea")?;
        let extra: Vec<String> = extra.iter().map(|word| (*word).to_owned()).collect();
        apply(&extra, &mut access)?;
        match access.place {
            Place::Server { hosts, tls, .. } => {
                Ok((hosts.iter().map(Host::to_string).collect(), tls))
            }
            _ => unreachable!("a server"),
        }
    }

    #[test]
    fn tls_and_socket_are_taken_over() {
        let (hosts, tls) = applied(&["--ssl", "--ssl-ca=/ca.pem", "--ssl-cert", "/c.pem"]).unwrap();
        assert_eq!(hosts, ["db"]);
        let tls = tls.unwrap();
        assert_eq!(tls.trust_anchor.unwrap(), PathBuf::from("/ca.pem"));
        assert_eq!(tls.cert_file.unwrap(), PathBuf::from("/c.pem"));
        let (hosts, tls) = applied(&["--socket=/run/my.sock"]).unwrap();
        assert_eq!((hosts, tls), (vec!["/run/my.sock".to_owned()], None));
    }

    #[test]
    fn what_means_nothing_here_is_refused() {
        for extra in ["--compress", "--ssl-ca", "--ssl=0"] {
            let error = applied(&[extra]).unwrap_err().to_string();
            assert!(error.contains(extra.split('=').next().unwrap()), "{error}");
        }
    }
}
