//! A lease file with those that a cleanup (LFC) leaves beside it: what a memfile server would load,
//! and in what order (manual lfc.rst; order as seen with Kea 2.2).
//!
//! A finished cleanup that was not tidied up has `.completed`, which stands for all that is older
//! than the lease file itself. Otherwise `.2` is the result of the cleanup before and `.1` what was
//! being cleaned. `.output` may be half written and is never read. Of all rows for a lease the
//! last one counts, whatever file it is in.

use std::cmp::Reverse;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use murre_schema::Lease;

use crate::error::Error;
use crate::latest::Latest;
use crate::reader::LeaseFile;
use crate::row::FileFamily;

/// Bits of a position that say where in a file; the file's number is above them.
const OFFSET_BITS: u32 = 59;

/// Lease files of one family, oldest first.
#[derive(Debug)]
pub struct Chain<F> {
    files: Vec<LeaseFile<F>>,
}

/// Length of all files together and the time of the last change: tells whether they changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint {
    /// Bytes.
    pub size: u64,
    /// Seconds since 1970.
    pub modified: i64,
}

/// A row's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position(u64);

/// The leases of a chain: those that live longest come first, so that of two live leases of one
/// client the one it uses comes before the one it left behind.
#[derive(Debug)]
pub struct Newest<'a, F> {
    chain: &'a Chain<F>,
    positions: std::vec::IntoIter<Position>,
    /// Leases there are.
    pub leases: usize,
    /// Rows that say a lease is gone, or that a later row makes obsolete.
    pub obsolete: u64,
    /// Rows that are no leases.
    pub broken: u64,
}

/// The files of a chain that are there, oldest first; those without a byte do not count.
///
/// # Errors
/// Something else than that a file is not there keeps it from being looked at.
pub fn present(file: &Path) -> Result<Vec<PathBuf>, Error> {
    let beside = |ending: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    let completed = beside(".completed");
    let older = match completed.try_exists().map_err(Error::io(&completed))? {
        true => vec![completed],
        false => vec![beside(".2"), beside(".1")],
    };
    let mut found = Vec::new();
    for path in older.into_iter().chain([file.to_owned()]) {
        match std::fs::metadata(&path) {
            Ok(data) if data.is_file() && data.len() == 0 => {}
            Ok(_) => found.push(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Error::io(&path)(error)),
        }
    }
    Ok(found)
}

/// What tells whether files changed.
///
/// # Errors
/// One of them cannot be looked at.
pub fn fingerprint(files: &[PathBuf]) -> Result<Fingerprint, Error> {
    let mut all = Fingerprint::default();
    for path in files {
        let data = std::fs::metadata(path).map_err(Error::io(path))?;
        let modified = data.modified().map_err(Error::io(path))?;
        let since = modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        all.size += data.len();
        all.modified = all.modified.max(since.as_secs().cast_signed());
    }
    Ok(all)
}

impl<F: FileFamily> Chain<F> {
    /// Open files and read their headers.
    ///
    /// # Errors
    /// One of them cannot be read, or is no lease file of the family.
    pub fn open(files: &[PathBuf]) -> Result<Self, Error> {
        let files = files.iter().map(|path| LeaseFile::open(path));
        Ok(Self {
            files: files.collect::<Result<_, _>>()?,
        })
    }

    /// The leases that the files stand for. `broken` decides about each row that is none: whether
    /// to go on without it.
    ///
    /// # Errors
    /// What `broken` gives, or a file cannot be read.
    pub async fn newest(
        &self,
        mut broken: impl FnMut(Error) -> Result<(), Error>,
    ) -> Result<Newest<'_, F>, Error> {
        let mut latest = Latest::<F>::default();
        let (mut rows, mut unreadable) = (0, 0);
        for (number, file) in self.files.iter().enumerate() {
            file.each(|offset, lease| match lease {
                Ok(lease) => {
                    rows += 1;
                    let position = Position::new(number, offset);
                    latest.add(lease.address, position.0, lease.valid_lifetime == 0);
                    Ok(())
                }
                Err(error @ Error::Row { .. }) => {
                    unreadable += 1;
                    broken(error)
                }
                Err(error) => Err(error),
            })
            .await?;
        }
        let mut leases = Vec::new();
        for place in latest.finish() {
            let position = Position(place.offset());
            leases.push((Reverse(self.lease(position)?.expire), position));
        }
        leases.sort_by_key(|(expire, _)| *expire);
        let positions: Vec<_> = leases.into_iter().map(|(_, position)| position).collect();
        Ok(Newest {
            chain: self,
            leases: positions.len(),
            obsolete: rows - positions.len() as u64,
            positions: positions.into_iter(),
            broken: unreadable,
        })
    }

    /// File and line of a row; slow, for messages.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn place(&self, position: Position) -> Result<String, Error> {
        let file = self.file(position)?;
        let line = file.line_of(position.offset())?;
        Ok(format!("{}:{line}", file.path().display()))
    }

    fn lease(&self, position: Position) -> Result<Lease<F>, Error> {
        self.file(position)?.lease_at(position.offset())
    }

    fn file(&self, position: Position) -> Result<&LeaseFile<F>, Error> {
        self.files.get(position.file()).ok_or_else(|| Error::Io {
            file: PathBuf::new(),
            source: io::ErrorKind::NotFound.into(),
        })
    }
}

impl<F: FileFamily> Newest<'_, F> {
    /// The next leases and their places, at most `limit`; none at the end.
    ///
    /// # Errors
    /// A file changed meanwhile or cannot be read.
    pub fn portion(&mut self, limit: usize) -> Result<Vec<(Position, Lease<F>)>, Error> {
        let chain = self.chain;
        let positions = self.positions.by_ref().take(limit);
        positions
            .map(|position| Ok((position, chain.lease(position)?)))
            .collect()
    }
}

impl Position {
    fn new(file: usize, offset: u64) -> Self {
        Self((file as u64) << OFFSET_BITS | offset)
    }

    fn file(self) -> usize {
        (self.0 >> OFFSET_BITS) as usize
    }

    fn offset(self) -> u64 {
        self.0 & ((1 << OFFSET_BITS) - 1)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_wire::V4;

    const HEADER: &str = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,\
                          fqdn_rev,hostname,state,user_context\n";

    fn row(address: &str, expire: u32, hostname: &str) -> String {
        format!("{address},aa:bb:cc:dd:ee:01,,3600,{expire},1,0,0,{hostname},0,\n")
    }

    /// Writes files by ending; reads what they stand for as `address hostname`, and the errors.
    fn read(files: &[(&str, String)], patience: usize) -> (Vec<String>, Vec<String>, u64) {
        let folder = tempfile::tempdir().unwrap();
        let main = folder.path().join("leases.csv");
        for (ending, rows) in files {
            let path = format!("{}{ending}", main.display());
            std::fs::write(path, format!("{HEADER}{rows}")).unwrap();
        }
        let chain = Chain::<V4>::open(&present(&main).unwrap()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let mut errors = Vec::new();
        let newest = runtime.block_on(chain.newest(|error| {
            errors.push(error.to_string());
            if errors.len() > patience {
                Err(error)
            } else {
                Ok(())
            }
        }));
        let Ok(mut newest) = newest else {
            return (Vec::new(), errors, 0);
        };
        let obsolete = newest.obsolete;
        let name =
            |(_, lease): (Position, Lease<V4>)| format!("{} {}", lease.address, lease.hostname);
        let leases = newest
            .portion(1000)
            .unwrap()
            .into_iter()
            .map(name)
            .collect();
        (leases, errors, obsolete)
    }

    #[test]
    fn an_interrupted_cleanup_is_read_in_the_order_of_its_files() {
        let files = [
            (
                "",
                row("10.0.0.1", 50, "main") + &row("10.0.0.5", 10, "main"),
            ),
            (
                ".1",
                row("10.0.0.1", 90, "input") + &row("10.0.0.2", 40, "input"),
            ),
            (
                ".2",
                row("10.0.0.2", 30, "previous") + &row("10.0.0.3", 30, "previous"),
            ),
            (".output", row("10.0.0.4", 30, "half")),
        ];
        let (leases, errors, obsolete) = read(&files, 0);
        let expected = [
            "10.0.0.1 main",
            "10.0.0.2 input",
            "10.0.0.3 previous",
            "10.0.0.5 main",
        ];
        assert_eq!(leases, expected);
        assert_eq!((errors.len(), obsolete), (0, 2));
    }

    #[test]
    fn a_finished_cleanup_stands_for_what_is_older() {
        let files = [
            ("", row("10.0.0.1", 50, "main")),
            (".1", row("10.0.0.2", 90, "input")),
            (".2", row("10.0.0.3", 30, "previous")),
            (
                ".completed",
                row("10.0.0.1", 30, "old") + &row("10.0.0.4", 30, "finished"),
            ),
        ];
        let (leases, ..) = read(&files, 0);
        assert_eq!(leases, ["10.0.0.1 main", "10.0.0.4 finished"]);
    }

    #[test]
    fn a_removal_in_a_later_file_removes() {
        let gone = row("10.0.0.2", 40, "x").replace(",3600,", ",0,");
        let files = [("", gone), (".2", row("10.0.0.2", 90, "x"))];
        assert_eq!(read(&files, 0).0, Vec::<String>::new());
    }

    #[test]
    fn a_broken_row_is_named_and_left_out_as_long_as_that_is_wanted() {
        let broken = "10.0.0.2,zz,,3600,1,1,0,0,x,0,\n\u{fffd}\n10.0.0.9,aa:bb\n";
        let files = [(
            "",
            row("10.0.0.1", 50, "good") + broken + &row("10.0.0.3", 40, "good"),
        )];
        let (leases, errors, _) = read(&files, 3);
        assert_eq!(leases, ["10.0.0.1 good", "10.0.0.3 good"]);
        assert_eq!(errors.len(), 3);
        assert!(
            errors
                .iter()
                .zip([":3: column 'hwaddr'", ":4: ", ":5: "])
                .all(|(e, s)| e.contains(s)),
            "{errors:?}"
        );
        assert_eq!(read(&files, 2).0, Vec::<String>::new());
    }

    #[test]
    fn a_row_cut_off_by_a_crash_is_broken() {
        let whole = row("10.0.0.3", 40, "x");
        let (leases, errors, _) = read(&[("", row("10.0.0.1", 50, "x") + &whole[..20])], 1);
        assert_eq!((leases.len(), errors.len()), (1, 1));
    }

    #[test]
    fn files_that_are_not_there_or_empty_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        let main = folder.path().join("leases.csv");
        assert!(present(&main).unwrap().is_empty());
        std::fs::write(&main, "").unwrap();
        assert!(present(&main).unwrap().is_empty());
        std::fs::write(folder.path().join("leases.csv.1"), HEADER).unwrap();
        let found = present(&main).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(fingerprint(&found).unwrap().size, HEADER.len() as u64);
    }
}
