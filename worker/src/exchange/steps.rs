//! The steps of an expression's evaluation in the log, for who writes one and wonders (manual classify.rst:1178-1252).

use murre_classify::{Case, Conversion, Step, Tell, VendorOption};

use super::Exchange;
use crate::log::{Id, Level, ids, message};

/// Debug level of each step.
const STEPS: Level = Level::debug(55);

/// Where steps are told, if anybody wants to know.
pub(crate) fn listener<F: Exchange>() -> Option<Tell> {
    crate::log::enabled::<F>(ids::EVAL_DEBUG_EQUAL, STEPS).then_some(tell::<F>)
}

fn tell<F: Exchange>(step: Step, text: &str) {
    message!(F, STEPS, id(step), "{text}");
}

fn id(step: Step) -> Id {
    match step {
        Step::Literal => ids::EVAL_DEBUG_STRING,
        Step::Option => ids::EVAL_DEBUG_OPTION,
        Step::SubOption => ids::EVAL_DEBUG_SUB_OPTION,
        Step::Packet => ids::EVAL_DEBUG_PKT,
        Step::Packet4 => ids::EVAL_DEBUG_PKT4,
        Step::Relay6 => ids::EVAL_DEBUG_RELAY6,
        Step::Enterprise(VendorOption::Options) => ids::EVAL_DEBUG_VENDOR_ENTERPRISE_ID,
        Step::Enterprise(VendorOption::Class) => ids::EVAL_DEBUG_VENDOR_CLASS_ENTERPRISE_ID,
        Step::VendorClassData => ids::EVAL_DEBUG_VENDOR_CLASS_DATA,
        Step::VendorExists(VendorOption::Options) => ids::EVAL_DEBUG_VENDOR_EXISTS,
        Step::VendorExists(VendorOption::Class) => ids::EVAL_DEBUG_VENDOR_CLASS_EXISTS,
        Step::Substring => ids::EVAL_DEBUG_SUBSTRING,
        Step::Concat => ids::EVAL_DEBUG_CONCAT,
        Step::IfElse(true) => ids::EVAL_DEBUG_IFELSE_TRUE,
        Step::IfElse(false) => ids::EVAL_DEBUG_IFELSE_FALSE,
        Step::HexString => ids::EVAL_DEBUG_TOHEXSTRING,
        Step::Case(Case::Lower) => ids::EVAL_DEBUG_LCASE,
        Step::Case(Case::Upper) => ids::EVAL_DEBUG_UCASE,
        Step::Split => ids::EVAL_DEBUG_SPLIT,
        Step::Text(conversion) => of_conversion(conversion),
        Step::Equal => ids::EVAL_DEBUG_EQUAL,
        Step::Member => ids::EVAL_DEBUG_MEMBER,
        Step::Not => ids::EVAL_DEBUG_NOT,
        Step::All => ids::EVAL_DEBUG_AND,
        Step::Any => ids::EVAL_DEBUG_OR,
        Step::Outcome => ids::EVAL_RESULT,
    }
}

fn of_conversion(conversion: Conversion) -> Id {
    match conversion {
        Conversion::Address => ids::EVAL_DEBUG_IPADDRESSTOTEXT,
        Conversion::Int8 => ids::EVAL_DEBUG_INT8TOTEXT,
        Conversion::Int16 => ids::EVAL_DEBUG_INT16TOTEXT,
        Conversion::Int32 => ids::EVAL_DEBUG_INT32TOTEXT,
        Conversion::Uint8 => ids::EVAL_DEBUG_UINT8TOTEXT,
        Conversion::Uint16 => ids::EVAL_DEBUG_UINT16TOTEXT,
        Conversion::Uint32 => ids::EVAL_DEBUG_UINT32TOTEXT,
    }
}
