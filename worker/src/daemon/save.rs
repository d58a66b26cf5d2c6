//! A configuration written to a file, so that there is a whole one at any moment.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::Value;

use super::Written;

/// Of a file that was not there: passwords are nobody else's.
const MODE: u32 = 0o600;

/// Write beside the file and put it in its place. One that was there keeps its permissions.
pub(super) fn save(path: PathBuf, config: &Value) -> anyhow::Result<Written> {
    let mut text = serde_json::to_string_pretty(config).context("cannot be written as JSON")?;
    text.push('\n');
    let mut beside = path.clone().into_os_string();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    let written = write(&beside, &path, &text).and_then(|()| {
        fs::rename(&beside, &path).with_context(|| format!("{} cannot be replaced", path.display()))
    });
    if let Err(error) = written {
        // It may not even be there.
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    let size = text.len();
    Ok(Written { path, size })
}

fn write(beside: &PathBuf, path: &PathBuf, text: &str) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(MODE);
    let mut file: File = options
        .open(beside)
        .with_context(|| format!("{} cannot be written", beside.display()))?;
    if let Ok(known) = fs::metadata(path) {
        file.set_permissions(known.permissions())
            .context("the permissions of the file cannot be kept")?;
    }
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(|| format!("{} cannot be written", beside.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_file_keeps_its_permissions_and_a_new_one_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let new = folder.path().join("new");
        let written = save(new.clone(), &json!({ "a": 1 })).unwrap();
        assert_eq!(mode(&new), 0o600);
        assert_eq!(fs::read_to_string(&new).unwrap().len(), written.size);
        fs::set_permissions(&new, fs::Permissions::from_mode(0o644)).unwrap();
        save(new.clone(), &json!({ "a": 2 })).unwrap();
        assert_eq!(mode(&new), 0o644);
        assert!(fs::read_to_string(&new).unwrap().contains("\"a\": 2"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("no/where");
        let error = save(nowhere, &json!({})).unwrap_err();
        assert!(
            format!("{error:#}").contains("cannot be written"),
            "{error:#}"
        );
    }
}
