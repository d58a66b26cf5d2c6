//! The list of all statements.

use std::path::{Path, PathBuf};

/// One file of an engine's `sql/` folder.
#[derive(Debug)]
pub(crate) struct Statement {
    /// The file's name without its end.
    pub(crate) name: String,
    /// Its text, which is what the engine prepares.
    pub(crate) text: String,
}

impl Statement {
    /// The text without comments.
    pub(crate) fn bare(&self) -> String {
        let lines = self.text.lines();
        let lines = lines.map(|line| line.split_once("--").map_or(line, |(sql, _)| sql));
        let lines: Vec<_> = lines.filter(|line| !line.trim().is_empty()).collect();
        lines.join("\n")
    }
}

/// The crate's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All statements of an engine (by the name of its folder), in order of their names.
pub(crate) fn statements(engine: &str) -> Vec<Statement> {
    let folder = root().join("src").join(engine).join("sql");
    let mut all: Vec<Statement> = files(&folder)
        .into_iter()
        .map(|path| Statement {
            name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
            text: std::fs::read_to_string(&path).unwrap(),
        })
        .collect();
    assert!(all.len() > 20, "{engine}: {}", all.len());
    all.sort_by(|one, other| one.name.cmp(&other.name));
    all
}

/// The files of a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir();
    let entries = entries.unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// What is sent against a lease table is a file: no program text holds such a statement.
#[test]
fn no_statement_about_leases_is_outside_the_sql_folders() {
    let mut looked_at = 0;
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for path in files(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let program = text.split("#[cfg(test)]").next().unwrap().to_lowercase();
                for verb in ["from", "into", "update", "join"] {
                    let wanted = format!("{verb} lease");
                    assert!(!program.contains(&wanted), "{}: {wanted}", path.display());
                }
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 20, "{looked_at}");
}
