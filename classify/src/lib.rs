//! The class expression language of the manual (classify.rst): parse, check, evaluate.
//!
//! [`parse_test`] and [`parse_value`] read an expression once and say where it is wrong; a [`ClassSet`]
//! compiles those of all classes together, and a [`Classification`] gives one query its classes, pass
//! by pass. Templates, and later hooks, use the same expressions. Nothing here knows the
//! configuration's other parts, and nothing does I/O.

mod bytes;
mod error;
mod evaluate;
mod expression;
mod functions;
mod index;
mod lexer;
mod names;
mod parser;
mod program;
mod set;
mod steps;
mod subject;

pub use bytes::Bytes;
pub use error::{EvalError, ExpressionError};
pub use expression::{
    Case, Conversion, Enterprise, Existence, Field, Header, Nest, OptionPath, Place, Readable,
    SubOption, Test, Value, VendorOption,
};
pub use names::{
    ALL, ClassId, DROP, KNOWN, Membership, Names, SPAWN_PREFIX, UNKNOWN, VENDOR_CLASS_PREFIX,
    is_built_in,
};
pub use parser::{Scope, parse_test, parse_value};
pub use set::{ClassSet, Classification, Definition, DependencyError, Rule};
pub use steps::{Step, Tell};
pub use subject::{Subject, Subject4, Subject6};
