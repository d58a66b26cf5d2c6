//! A client of the command channel, as simple as an operator's script.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A debug build on a loaded machine may take this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Sends a command without arguments; the answer.
///
/// # Panics
/// When nobody answers, or not in JSON.
#[track_caller]
pub fn ask(socket: &Path, command: &str) -> Value {
    ask_text(socket, &json!({ "command": command }).to_string())
}

/// Sends a command with arguments; the answer.
///
/// # Panics
/// As [`ask`].
#[track_caller]
pub fn ask_with(socket: &Path, command: &str, arguments: Value) -> Value {
    let request = json!({ "command": command, "arguments": arguments });
    ask_text(socket, &request.to_string())
}

/// Sends any text; the answer.
///
/// # Panics
/// As [`ask`].
#[track_caller]
pub fn ask_text(socket: &Path, text: &str) -> Value {
    let answer = try_ask(socket, text);
    let answer = answer.unwrap_or_else(|e| panic!("{}: {text}: {e}", socket.display()));
    serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{text}: {answer:?}: {e}"))
}

fn try_ask(socket: &Path, text: &str) -> std::io::Result<String> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(text.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Waits until somebody listens.
///
/// # Panics
/// When nobody does within a minute.
#[track_caller]
pub fn wait_for(socket: &Path) {
    let end = Instant::now() + PATIENCE;
    while UnixStream::connect(socket).is_err() {
        assert!(Instant::now() < end, "{}: nobody listens", socket.display());
        std::thread::sleep(Duration::from_millis(20));
    }
}
