//! A configuration written to a file, so that there is a whole one at any moment.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use serde_json::Value;

use super::Written;

/// Of a file that was not there: passwords are nobody else's.
const MODE: u32 = 0o600;

/// Write beside the file and put it in its place; where a link leads to it, the link stays. One that was there
/// keeps its permissions. What could not be loaded again is not written.
pub(super) fn save(path: PathBuf, config: &Value) -> anyhow::Result<Written> {
    let mut text = serde_json::to_string_pretty(config).context("cannot be written as JSON")?;
    text.push('\n');
    if let Err(errors) = murre_config::load_str(&text, "the written configuration") {
        bail!("{errors}");
    }
    let target = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
    let mut beside = target.clone().into_os_string();
    beside.push(format!(".{}.new", std::process::id()));
    let beside = PathBuf::from(beside);
    let written = write(&beside, &target, &text).and_then(|()| {
        fs::rename(&beside, &target)
            .with_context(|| format!("{} cannot be replaced", target.display()))
    });
    if let Err(error) = written {
        // It may not even be there.
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    let size = text.len();
    Ok(Written { path, size })
}

fn write(beside: &Path, target: &Path, text: &str) -> anyhow::Result<()> {
    let cannot = || format!("{} cannot be written", beside.display());
    let mut options = OpenOptions::new();
    // Never what somebody else has put there.
    let options = options.write(true).create_new(true).mode(MODE);
    let mut file = options.open(beside).with_context(cannot)?;
    if let Ok(known) = fs::metadata(target) {
        file.set_permissions(known.permissions())
            .context("the permissions of the file cannot be kept")?;
    }
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .with_context(cannot)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;
    use std::os::unix::fs::PermissionsExt as _;

    fn lifetime(seconds: u32) -> Value {
        json!({ "Dhcp4": { "valid-lifetime": seconds } })
    }

    #[test]
    fn a_link_stays_and_what_cannot_be_loaded_is_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "before").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let error = save(link.clone(), &json!({ "Dhcp4": { "x": 1 } })).unwrap_err();
        assert!(error.to_string().contains("unknown key"), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "before");
        save(link.clone(), &lifetime(7)).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(fs::read_to_string(&file).unwrap().contains("7"));
    }

    #[test]
    fn a_file_keeps_its_permissions_and_a_new_one_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let new = folder.path().join("new");
        let written = save(new.clone(), &lifetime(1)).unwrap();
        assert_eq!(mode(&new), 0o600);
        assert_eq!(fs::read_to_string(&new).unwrap().len(), written.size);
        fs::set_permissions(&new, fs::Permissions::from_mode(0o644)).unwrap();
        save(new.clone(), &lifetime(2)).unwrap();
        assert_eq!(mode(&new), 0o644);
        assert!(fs::read_to_string(&new).unwrap().contains("lifetime\": 2"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let nowhere = folder.path().join("no/where");
        let error = save(nowhere, &lifetime(3)).unwrap_err();
        assert!(
            format!("{error:#}").contains("cannot be written"),
            "{error:#}"
        );
    }
}
