//! Messages of libraries, which log through `tracing`, come into the same log.

use std::fmt::Write as _;

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

use super::record::{Origin, Record};
use super::{Level, Part, queue};

/// Libraries' warnings and errors.
struct Bridge;

/// Route them; does nothing where a subscriber is set already, as in tests.
pub(super) fn install() {
    let subscriber = Registry::default().with(Bridge.with_filter(LevelFilter::WARN));
    let _ = tracing::subscriber::set_global_default(subscriber);
}

impl<S: Subscriber> Layer<S> for Bridge {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        let metadata = event.metadata();
        let level = match *metadata.level() {
            tracing::Level::ERROR => Level::ERROR,
            _ => Level::WARN,
        };
        let mut text = Text(String::new());
        event.record(&mut text);
        let origin = Origin {
            file: "",
            line: metadata.line().unwrap_or(0),
            module: "",
        };
        let text = format!("{}: {}", metadata.target(), text.0);
        queue(Record::now(
            level,
            Part::Dhcp.logger(4),
            "LIBRARY".into(),
            text,
            origin,
        ));
    }
}

/// Fields of an event as one line.
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let separator = if self.0.is_empty() { "" } else { " " };
        // Writing to a string does not fail.
        let _ = match field.name() {
            "message" => write!(self.0, "{separator}{value:?}"),
            name => write!(self.0, "{separator}{name}={value:?}"),
        };
    }
}
