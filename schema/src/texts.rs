//! The texts of an engine's statements, a file each in its `sql/` folder. The comment that opens
//! each file says what guards it.

/// Defines `Texts` with a statement per name, from `<engine>/sql/lease4_<name>.sql` and
/// `lease6_<name>.sql`, and `texts::<F>()` that gives a family's.
macro_rules! statement_texts {
    ($engine:literal: $($name:ident)*) => {
        /// A family's statements.
        #[derive(Debug)]
        pub(super) struct Texts {
            $(pub(super) $name: &'static str,)*
        }

        const LEASE4: Texts = Texts {
            $($name: crate::texts::sql!($engine, concat!("lease4_", stringify!($name))),)*
        };
        const LEASE6: Texts = Texts {
            $($name: crate::texts::sql!($engine, concat!("lease6_", stringify!($name))),)*
        };

        /// The statements of a family.
        pub(super) fn texts<F: crate::family::LeaseFamily>() -> &'static Texts {
            if F::VERSION == 4 { &LEASE4 } else { &LEASE6 }
        }
    };
}

/// The content of a file in an engine's `sql/` folder.
macro_rules! sql {
    ($engine:literal, $name:expr) => {
        include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/src/",
            $engine,
            "/sql/",
            $name,
            ".sql"
        ))
    };
}

pub(crate) use {sql, statement_texts};

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;
    use std::path::Path;

    /// A file that `statements.rs` does not name is never prepared; what it names and nothing uses,
    /// the compiler finds.
    #[test]
    fn no_statement_file_is_forgotten() {
        for engine in ["postgresql", "mysql", "sqlite"] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("src")
                .join(engine);
            let text = std::fs::read_to_string(folder.join("statements.rs")).unwrap();
            let known: BTreeSet<&str> = text
                .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .collect();
            let mut files = 0;
            for file in folder.join("sql").read_dir().unwrap() {
                let path = file.unwrap().path();
                let stem = path.file_stem().unwrap().to_str().unwrap();
                let name = ["lease4_", "lease6_"]
                    .iter()
                    .find_map(|family| stem.strip_prefix(family))
                    .unwrap_or(stem);
                // Under its whole name where only one family has it.
                let is_named = known.contains(name) || known.contains(stem);
                assert!(is_named, "{}", path.display());
                files += 1;
            }
            assert!(files > 20, "{engine}: {files}");
        }
    }
}
