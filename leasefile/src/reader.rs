//! Reading a lease file in bounded memory.
//!
//! A first pass checks every row, so that nothing is begun with a file that is broken at its end.
//! If it saw addresses only rising, there is one row per lease and the file is simply streamed.
//! Otherwise a second pass notes where the latest row of each lease stands (12 or 24 bytes a
//! lease), and rows are then fetched in address order.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::marker::PhantomData;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use murre_schema::Lease;

use crate::error::Error;
use crate::latest::{Latest, Place};
use crate::row::{Fields, FileFamily, Problem};

/// Longest line that is read; user contexts are far shorter.
const MAX_LINE: u64 = 1 << 20;

/// Rows between two looks at whether the tool was interrupted.
const BREATH: u64 = 4096;

/// A lease file whose header was understood.
#[derive(Debug)]
pub struct LeaseFile<F> {
    path: PathBuf,
    file: File,
    /// Which known column each column of the file is.
    header: Vec<Option<usize>>,
    /// Columns of the file that mean nothing here.
    pub unknown: Vec<String>,
    family: PhantomData<F>,
}

/// What the first pass saw.
#[derive(Debug, Default)]
pub struct Survey {
    /// Lines with a lease.
    pub rows: u64,
    /// Rows in a state that Murre does not have and keeps as reclaimed.
    pub released: u64,
    /// Rows that say a lease is gone.
    pub removals: u64,
    /// One row per lease, in address order.
    pub ascending: bool,
}

impl<F: FileFamily> LeaseFile<F> {
    /// Open a file and read its header.
    ///
    /// # Errors
    /// It cannot be read, or its header is not that of a lease file of the family.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(Error::io(path))?;
        let regular = file.metadata().map_err(Error::io(path))?;
        if !regular.is_file() {
            return Err(Error::NotAFile(path.to_owned()));
        }
        let mut opened = Self {
            path: path.to_owned(),
            file,
            header: Vec::new(),
            unknown: Vec::new(),
            family: PhantomData,
        };
        let mut lines = opened.lines()?;
        let names: Vec<String> = match lines.next()? {
            Some(line) => line.text.split(',').map(str::to_owned).collect(),
            None => return Err(opened.bad(1, Problem("no header line with column names".into()))),
        };
        drop(lines);
        opened.understand(&names)?;
        Ok(opened)
    }

    fn understand(&mut self, names: &[String]) -> Result<(), Error> {
        let place = |name: &String| F::COLUMNS.iter().position(|known| known == name);
        self.header = names.iter().map(place).collect();
        for (at, column) in F::COLUMNS.iter().enumerate() {
            let count = self.header.iter().filter(|p| **p == Some(at)).count();
            if count > 1 {
                let problem = format!("the header names column '{column}' {count} times");
                return Err(self.bad(1, Problem(problem)));
            }
            if count == 0 && at < F::REQUIRED {
                let family = F::NAME;
                let problem =
                    format!("the header has no column '{column}': not a {family} lease file");
                return Err(self.bad(1, Problem(problem)));
            }
        }
        let unknown = names.iter().zip(&self.header).filter(|(_, p)| p.is_none());
        self.unknown = unknown.map(|(name, _)| name.clone()).collect();
        Ok(())
    }

    /// Length in bytes, for a progress bar.
    pub fn bytes(&self) -> u64 {
        self.file.metadata().map_or(0, |data| data.len())
    }

    /// Check every row; `progress` is told now and then how many bytes are read.
    ///
    /// # Errors
    /// The first row that is wrong, or the file cannot be read.
    pub async fn survey(&self, mut progress: impl FnMut(u64)) -> Result<Survey, Error> {
        let mut survey = Survey {
            ascending: true,
            ..Survey::default()
        };
        let mut previous = None;
        let mut lines = self.rows()?;
        while let Some(line) = lines.next()? {
            let fields = self.fields(line.text, line.number)?;
            let lease = F::read(&fields).map_err(|problem| self.bad(line.number, problem))?;
            survey.rows += 1;
            survey.released += u64::from(fields.is_released());
            survey.removals += u64::from(is_removal(&lease));
            survey.ascending &= previous.is_none_or(|previous| previous < lease.address);
            previous = Some(lease.address);
            if survey.rows.is_multiple_of(BREATH) {
                progress(line.offset);
                tokio::task::yield_now().await;
            }
        }
        Ok(survey)
    }

    /// Every row after the header with the byte offset of its start, in order; a row that is wrong
    /// as an error.
    pub(crate) async fn each(
        &self,
        mut row: impl FnMut(u64, Result<Lease<F>, Error>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut lines = self.rows()?;
        let mut count: u64 = 0;
        loop {
            match lines.next() {
                Ok(None) => return Ok(()),
                Ok(Some(line)) => row(line.offset, self.lease(line.text, line.number))?,
                Err(error) => row(0, Err(error))?,
            }
            count += 1;
            if count.is_multiple_of(BREATH) {
                tokio::task::yield_now().await;
            }
        }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The leases that the file stands for, in address order.
    ///
    /// # Errors
    /// As [`LeaseFile::survey`].
    pub async fn leases(&self, survey: &Survey) -> Result<Leases<'_, F>, Error> {
        let order = if survey.ascending {
            Order::Lines(self.rows()?)
        } else {
            Order::Places(self.index().await?.into_iter())
        };
        Ok(Leases {
            file: self,
            order,
            portion: Vec::new(),
        })
    }

    async fn index(&self) -> Result<Vec<Place<F>>, Error> {
        let mut latest = Latest::default();
        let mut lines = self.rows()?;
        while let Some(line) = lines.next()? {
            let lease = self.lease(line.text, line.number)?;
            latest.add(lease.address, line.offset, is_removal(&lease));
            if line.number.is_multiple_of(BREATH) {
                tokio::task::yield_now().await;
            }
        }
        Ok(latest.finish())
    }

    /// The lease of the line at a byte offset.
    ///
    /// # Errors
    /// It cannot be read, or there is another one now.
    pub fn lease_at(&self, offset: u64) -> Result<Lease<F>, Error> {
        let mut line = vec![0; 512];
        let mut filled = 0;
        loop {
            let room = line.get_mut(filled..).unwrap_or_default();
            let count = self
                .file
                .read_at(room, offset + filled as u64)
                .map_err(Error::io(&self.path))?;
            let new = line.get(filled..filled + count).unwrap_or_default();
            if let Some(end) = new.iter().position(|byte| *byte == b'\n') {
                filled += end;
                break;
            }
            filled += count;
            if count == 0 {
                break;
            }
            line.resize(filled + 4096, 0);
        }
        line.truncate(filled);
        let text = std::str::from_utf8(&line).unwrap_or_default();
        self.fields(text.trim_end_matches('\r'), 0)
            .and_then(|fields| F::read(&fields).map_err(|problem| self.bad(0, problem)))
            .or_else(|_| {
                Err(self.bad(
                    self.line_of(offset)?,
                    Problem("the row changed while it was read".into()),
                ))
            })
    }

    /// Line number of a byte offset; slow, for messages.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn line_of(&self, offset: u64) -> Result<u64, Error> {
        let mut lines = self.lines()?;
        while let Some(line) = lines.next()? {
            if line.offset >= offset {
                return Ok(line.number);
            }
        }
        Ok(0)
    }

    fn fields<'t>(&self, text: &'t str, number: u64) -> Result<Fields<'t>, Error> {
        Fields::split(text, &self.header, F::COLUMNS).map_err(|problem| self.bad(number, problem))
    }

    fn lease(&self, text: &str, number: u64) -> Result<Lease<F>, Error> {
        F::read(&self.fields(text, number)?).map_err(|problem| self.bad(number, problem))
    }

    fn bad(&self, line: u64, problem: Problem) -> Error {
        Error::Row {
            file: self.path.clone(),
            line,
            problem: problem.0,
        }
    }

    /// All lines from the start.
    fn lines(&self) -> Result<Lines<'_>, Error> {
        let mut file = &self.file;
        file.rewind().map_err(Error::io(&self.path))?;
        Ok(Lines {
            path: &self.path,
            reader: BufReader::with_capacity(1 << 16, file),
            buffer: Vec::new(),
            number: 0,
            offset: 0,
        })
    }

    /// All lines after the header.
    fn rows(&self) -> Result<Lines<'_>, Error> {
        let mut lines = self.lines()?;
        lines.next()?;
        Ok(lines)
    }
}

/// A lifetime of zero is how a lease file says that a lease is no more.
fn is_removal<F: FileFamily>(lease: &Lease<F>) -> bool {
    lease.valid_lifetime == 0
}

/// One line that is not empty.
struct FileLine<'a> {
    /// Counted from 1.
    number: u64,
    /// Byte offset of its start.
    offset: u64,
    text: &'a str,
}

struct Lines<'a> {
    path: &'a Path,
    reader: BufReader<&'a File>,
    buffer: Vec<u8>,
    number: u64,
    offset: u64,
}

impl Lines<'_> {
    fn next(&mut self) -> Result<Option<FileLine<'_>>, Error> {
        loop {
            self.buffer.clear();
            let offset = self.offset;
            let length = (&mut self.reader)
                .take(MAX_LINE)
                .read_until(b'\n', &mut self.buffer)
                .map_err(Error::io(self.path))?;
            if length == 0 {
                return Ok(None);
            }
            self.offset += length as u64;
            self.number += 1;
            if self.buffer.last() == Some(&b'\n') {
                self.buffer.pop();
            } else if length as u64 == MAX_LINE {
                return Err(self.bad("longer than 1 MiB: not a lease file"));
            }
            if self.buffer.last() == Some(&b'\r') {
                self.buffer.pop();
            }
            if !self.buffer.is_empty() {
                return match std::str::from_utf8(&self.buffer) {
                    Ok(text) => Ok(Some(FileLine {
                        number: self.number,
                        offset,
                        text,
                    })),
                    Err(_) => Err(self.bad("not UTF-8")),
                };
            }
        }
    }

    fn bad(&self, problem: &str) -> Error {
        Error::Row {
            file: self.path.to_owned(),
            line: self.number,
            problem: problem.to_owned(),
        }
    }
}

/// The leases of a file in address order, a portion at a time.
pub struct Leases<'a, F: FileFamily> {
    file: &'a LeaseFile<F>,
    order: Order<'a, F>,
    /// Byte offsets of the rows of the last portion, for messages.
    pub portion: Vec<u64>,
}

enum Order<'a, F: FileFamily> {
    Lines(Lines<'a>),
    Places(std::vec::IntoIter<Place<F>>),
}

impl<F: FileFamily> Leases<'_, F> {
    /// The next leases, at most `limit`; none at the end.
    ///
    /// # Errors
    /// The file changed meanwhile or cannot be read.
    pub fn portion(&mut self, limit: usize) -> Result<Vec<Lease<F>>, Error> {
        self.portion.clear();
        let mut leases = Vec::with_capacity(limit);
        while leases.len() < limit
            && let Some((offset, lease)) = self.next_lease()?
        {
            self.portion.push(offset);
            leases.push(lease);
        }
        Ok(leases)
    }

    /// The next lease and where its row starts.
    ///
    /// # Errors
    /// As [`Leases::portion`].
    pub fn next_lease(&mut self) -> Result<Option<(u64, Lease<F>)>, Error> {
        match &mut self.order {
            Order::Lines(lines) => {
                while let Some(line) = lines.next()? {
                    let lease = self.file.lease(line.text, line.number)?;
                    if !is_removal(&lease) {
                        return Ok(Some((line.offset, lease)));
                    }
                }
                Ok(None)
            }
            Order::Places(places) => match places.next() {
                Some(place) => {
                    let offset = place.offset();
                    Ok(Some((offset, self.file.lease_at(offset)?)))
                }
                None => Ok(None),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use murre_wire::{V4, V6};

    const HEADER4: &str = "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,\
                           fqdn_rev,hostname,state,user_context";

    fn read<F: FileFamily>(content: &str) -> Result<(Survey, Vec<Lease<F>>), Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leases.csv");
        std::fs::write(&path, content).unwrap();
        let file = LeaseFile::<F>::open(&path)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async {
            let survey = file.survey(|_| ()).await?;
            let leases = file.leases(&survey).await?.portion(1000)?;
            Ok((survey, leases))
        })
    }

    fn row(address: &str, lifetime: u32, hostname: &str) -> String {
        format!("{address},aa:bb:cc:dd:ee:01,,{lifetime},2000000000,1,0,0,{hostname},0,\n")
    }

    fn names<F: FileFamily>(leases: &[Lease<F>]) -> Vec<String> {
        let name = |lease: &Lease<F>| format!("{} {}", lease.address, lease.hostname);
        leases.iter().map(name).collect()
    }

    #[test]
    fn the_latest_row_of_a_lease_counts_and_a_removal_removes() {
        let content = [
            &*format!("{HEADER4}\n"),
            &*row("10.0.0.9", 60, "nine"),
            &*row("10.0.0.2", 60, "old"),
            &*row("10.0.0.7", 60, "seven"),
            &*row("10.0.0.2", 60, "new"),
            &*row("10.0.0.9", 0, "nine"),
            &*row("10.0.0.10", 0, "never"),
        ]
        .concat();
        let (survey, leases) = read::<V4>(&content).unwrap();
        assert!(!survey.ascending);
        assert_eq!((survey.rows, survey.removals), (6, 2));
        assert_eq!(names(&leases), ["10.0.0.2 new", "10.0.0.7 seven"]);
    }

    #[test]
    fn a_sorted_file_is_streamed_and_its_removals_skipped() {
        let content = format!(
            "{HEADER4}\r\n{}\r\n{}{}",
            row("10.0.0.2", 60, "two").trim_end(),
            row("10.0.0.3", 0, "three"),
            row("10.0.0.10", 60, "ten").trim_end(),
        );
        let (survey, leases) = read::<V4>(&content).unwrap();
        assert!(survey.ascending);
        assert_eq!(names(&leases), ["10.0.0.2 two", "10.0.0.10 ten"]);
    }

    #[test]
    fn columns_that_older_files_lack_get_their_defaults() {
        let header = HEADER4.replace(",state,user_context", "");
        let row = row("10.0.0.2", 60, "two").replace(",0,\n", "\n");
        let (_, leases) = read::<V4>(&format!("{header}\n{row}")).unwrap();
        let lease = leases.first().unwrap();
        assert_eq!(lease.state, murre_schema::State::Default);
        assert_eq!((lease.pool_id, &lease.user_context), (0, &None));
    }

    #[test]
    fn a_bad_row_is_named_with_line_and_column() {
        let good = row("10.0.0.2", 60, "two");
        for (bad, expected) in [
            (
                good.replace("10.0.0.2", "10.0.0"),
                ":3: column 'address': '10.0.0' is not",
            ),
            (
                good.replace("aa:bb", "aabb"),
                ":3: column 'hwaddr': 'aabb:cc",
            ),
            (
                good.replace(",60,", ",soon,"),
                ":3: column 'valid_lifetime': 'soon'",
            ),
            (
                good.replace(",0,0,", ",yes,0,"),
                ":3: column 'fqdn_fwd': 'yes' is not 0 or 1",
            ),
            (
                good.replace(",0,\n", ",7,\n"),
                ":3: column 'state': 7 is none of",
            ),
            (
                good.replace(",0,\n", ",0,[1]\n"),
                ":3: column 'user_context': not a JSON map",
            ),
            (
                good.replace(",0,\n", ",0,{\n"),
                ":3: column 'user_context': not JSON",
            ),
            (
                good.replace("aa:bb:cc:dd:ee:01", ""),
                ":3: column 'hwaddr': neither",
            ),
            (
                good.replace("two", "t,wo"),
                ":3: 12 fields, but the header names 11",
            ),
            (
                good.replace("two", &"x".repeat(256)),
                ":3: column 'hostname': longer",
            ),
        ] {
            let good = good.replace("10.0.0.2", "10.0.0.1");
            let error = read::<V4>(&format!("{HEADER4}\n{good}{bad}")).unwrap_err();
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn a_file_of_the_other_family_is_refused_by_its_header() {
        let error = read::<V6>(&format!("{HEADER4}\n")).unwrap_err().to_string();
        assert!(
            error.contains("no column 'duid': not a DHCPv6 lease file"),
            "{error}"
        );
        let error = read::<V4>("").unwrap_err().to_string();
        assert!(error.contains("no header line"), "{error}");
        let error = read::<V4>(&format!("{HEADER4},state\n"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("column 'state' 2 times"), "{error}");
    }

    #[test]
    fn an_infinite_lease_ends_far_away_whoever_dumped_it() {
        let row = row("10.0.0.2", u32::MAX, "two");
        let (_, leases) = read::<V4>(&format!("{HEADER4}\n{row}")).unwrap();
        assert_eq!(
            leases.first().unwrap().expire,
            2_000_000_000 + 4_294_967_295
        );
        let row = row.replace(",2000000000,", ",6294967295,");
        let (_, leases) = read::<V4>(&format!("{HEADER4}\n{row}")).unwrap();
        assert_eq!(leases.first().unwrap().expire, 6_294_967_295);
    }
}
