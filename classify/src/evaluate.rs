//! One expression against one query, without anything remembered between parts.

use crate::bytes::Bytes;
use crate::error::EvalError;
use crate::expression::{Test, Value};
use crate::functions;
use crate::names::Membership;
use crate::subject::Subject;

impl Test {
    /// Whether it is true of a query that has these classes.
    ///
    /// # Errors
    /// When a part that decides has no value; see [`EvalError`].
    pub fn is_true_of(
        &self,
        subject: &impl Subject,
        classes: &Membership,
    ) -> Result<bool, EvalError> {
        match self {
            Self::Equal(a, b) => {
                let a = a.of(subject, classes)?;
                Ok(*a == *b.of(subject, classes)?)
            }
            Self::Exists(what) => Ok(subject.has(what)),
            Self::Member(id) => Ok(classes.contains(*id)),
            Self::Not(a) => Ok(!a.is_true_of(subject, classes)?),
            Self::All(parts) => {
                for part in parts {
                    if !part.is_true_of(subject, classes)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(parts) => {
                for part in parts {
                    if part.is_true_of(subject, classes)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}

impl Value {
    /// What it yields for a query that has these classes.
    ///
    /// # Errors
    /// When a part that counts has no value; see [`EvalError`].
    pub fn of<'s>(
        &'s self,
        subject: &'s impl Subject,
        classes: &Membership,
    ) -> Result<Bytes<'s>, EvalError> {
        Ok(match self {
            Self::Literal(bytes) => Bytes::Borrowed(bytes),
            Self::Field(field) => subject.field(field).unwrap_or_default(),
            Self::Substring {
                value,
                start,
                length,
            } => {
                let value = value.of(subject, classes)?;
                let range = functions::substring(value.len(), *start, *length);
                functions::part(value, range)
            }
            Self::Concat(parts) => {
                let mut joined = Vec::new();
                for part in parts {
                    joined.extend_from_slice(&part.of(subject, classes)?);
                }
                Bytes::Owned(joined.into())
            }
            Self::IfElse(condition, yes, no) => match condition.is_true_of(subject, classes)? {
                true => yes.of(subject, classes)?,
                false => no.of(subject, classes)?,
            },
            Self::HexString(value, separator) => {
                let value = value.of(subject, classes)?;
                functions::hexstring(&value, &separator.of(subject, classes)?)
            }
            Self::Case(case, value) => functions::case(*case, &value.of(subject, classes)?),
            Self::Split {
                value,
                delimiters,
                field,
            } => {
                let value = value.of(subject, classes)?;
                let range = functions::split(&value, &delimiters.of(subject, classes)?, *field);
                functions::part(value, range)
            }
            Self::Text(conversion, value) => {
                functions::to_text(*conversion, &value.of(subject, classes)?)?
            }
        })
    }
}
