//! One expression against one query, without anything remembered between parts.

use crate::bytes::Bytes;
use crate::error::EvalError;
use crate::expression::{Test, Value};
use crate::functions;
use crate::names::Membership;
use crate::steps::{Nobody, Step, Witness, hex, literal};
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
        self.decide(subject, classes, &mut Nobody)
    }

    /// The same, and `witness` hears how.
    pub(crate) fn decide(
        &self,
        subject: &impl Subject,
        classes: &Membership,
        witness: &mut impl Witness,
    ) -> Result<bool, EvalError> {
        match self {
            Self::Equal(a, b) => {
                let a = a.yielded(subject, classes, witness)?;
                let b = b.yielded(subject, classes, witness)?;
                let is_same = *a == *b;
                witness.step(Step::Equal, || {
                    let (b, a) = (hex(&b), hex(&a));
                    format!("Popping {b} and {a} pushing result '{is_same}'")
                });
                Ok(is_same)
            }
            Self::Exists(what) => {
                let is_there = subject.has(what);
                let text = || format!("Pushing {} with value '{is_there}'", what.describe());
                witness.step(what.step(), text);
                Ok(is_there)
            }
            Self::Member(id) => {
                let is_member = classes.contains(*id);
                witness.step(Step::Member, || {
                    format!("Checking membership, pushing result '{is_member}'")
                });
                Ok(is_member)
            }
            Self::Not(a) => {
                let result = !a.decide(subject, classes, witness)?;
                witness.step(Step::Not, || {
                    format!("Popping '{}' pushing '{result}'", !result)
                });
                Ok(result)
            }
            Self::All(parts) => {
                let result = is_any(parts, false, subject, classes, witness)?;
                witness.step(Step::All, || format!("Pushing result '{}'", !result));
                Ok(!result)
            }
            Self::Any(parts) => {
                let result = is_any(parts, true, subject, classes, witness)?;
                witness.step(Step::Any, || format!("Pushing result '{result}'"));
                Ok(result)
            }
        }
    }
}

/// Whether some part is this; parts after it are not looked at.
fn is_any(
    parts: &[Test],
    wanted: bool,
    subject: &impl Subject,
    classes: &Membership,
    witness: &mut impl Witness,
) -> Result<bool, EvalError> {
    for part in parts {
        if part.decide(subject, classes, witness)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
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
        self.yielded(subject, classes, &mut Nobody)
    }

    /// The same, and `witness` hears how.
    pub(crate) fn yielded<'s>(
        &'s self,
        subject: &'s impl Subject,
        classes: &Membership,
        witness: &mut impl Witness,
    ) -> Result<Bytes<'s>, EvalError> {
        Ok(match self {
            Self::Literal(bytes) => {
                witness.step(Step::Literal, || format!("Pushing {}", literal(bytes)));
                Bytes::Borrowed(bytes)
            }
            Self::Field(field) => {
                let value = subject.field(field).unwrap_or_default();
                witness.step(field.step(), || {
                    format!("Pushing {} with value {}", field.describe(), hex(&value))
                });
                value
            }
            Self::Substring {
                value,
                start,
                length,
            } => {
                let whole = value.yielded(subject, classes, witness)?;
                let range = functions::substring(whole.len(), *start, *length);
                let length = || length.map_or_else(|| "all".to_owned(), |n| n.to_string());
                witness.step(Step::Literal, || format!("Pushing text string '{start}'"));
                witness.step(Step::Literal, || {
                    format!("Pushing text string '{}'", length())
                });
                let told = || {
                    let cut = hex(whole.get(range.clone()).unwrap_or_default());
                    let length = length();
                    let whole = hex(&whole);
                    format!(
                        "Popping length {length}, start {start}, string {whole} pushing result {cut}"
                    )
                };
                witness.step(Step::Substring, told);
                functions::part(whole, range)
            }
            Self::Concat(parts) => {
                let mut joined = Vec::new();
                for part in parts {
                    joined.extend_from_slice(&part.yielded(subject, classes, witness)?);
                }
                witness.step(Step::Concat, || format!("Pushing {}", hex(&joined)));
                Bytes::Owned(joined.into())
            }
            Self::IfElse(condition, yes, no) => {
                let is_true = condition.decide(subject, classes, witness)?;
                let chosen = if is_true { yes } else { no };
                let value = chosen.yielded(subject, classes, witness)?;
                witness.step(Step::IfElse(is_true), || {
                    format!("Popping '{is_true}' pushing result {}", hex(&value))
                });
                value
            }
            Self::HexString(value, separator) => {
                let bytes = value.yielded(subject, classes, witness)?;
                let separator = separator.yielded(subject, classes, witness)?;
                let result = functions::hexstring(&bytes, &separator);
                made(witness, Step::HexString, &bytes, &result);
                result
            }
            Self::Case(case, value) => {
                let bytes = value.yielded(subject, classes, witness)?;
                let result = functions::case(*case, &bytes);
                made(witness, Step::Case(*case), &bytes, &result);
                result
            }
            Self::Split {
                value,
                delimiters,
                field,
            } => {
                let bytes = value.yielded(subject, classes, witness)?;
                let delimiters = delimiters.yielded(subject, classes, witness)?;
                let range = functions::split(&bytes, &delimiters, *field);
                let told = bytes.get(range.clone()).unwrap_or_default();
                made(witness, Step::Split, &bytes, told);
                functions::part(bytes, range)
            }
            Self::Text(conversion, value) => {
                let bytes = value.yielded(subject, classes, witness)?;
                let result = functions::to_text(*conversion, &bytes)?;
                made(witness, Step::Text(*conversion), &bytes, &result);
                result
            }
        })
    }
}

/// Tells of a function that made bytes of others.
fn made(witness: &mut impl Witness, step: Step, from: &[u8], result: &[u8]) {
    witness.step(step, || {
        format!("Popping {} pushing result {}", hex(from), hex(result))
    });
}
