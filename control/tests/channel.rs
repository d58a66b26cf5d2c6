//! The channel over a real socket, with clients that behave and clients that do not.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use murre_control::{Answer, Error, MAX_PATH, Registry, Request, UnixChannel};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::Notify;

fn registry() -> Registry {
    Registry::new(Arc::new(|_| ()))
        .with_plain("ping", async || Answer::text("pong"))
        .with("echo", async |request: Request| {
            Answer::data(request.arguments.map_or(Value::Null, |node| node.to_json()))
        })
}

fn open(path: &Path) -> Result<UnixChannel, Error> {
    UnixChannel::open(path, Arc::new(registry()))
}

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("control");
    (folder, path)
}

/// Blocking clients run beside the runtime.
async fn client<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

fn ask(path: &Path, parts: &[&[u8]]) -> Value {
    let mut stream = UnixStream::connect(path).unwrap();
    for part in parts {
        stream.write_all(part).unwrap();
    }
    read(&mut stream)
}

fn read(stream: &mut UnixStream) -> Value {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{text:?}: {e}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_may_come_in_pieces_and_is_answered_once() {
    let (_folder, path) = place();
    let channel = open(&path).unwrap();
    let at = path.clone();
    client(move || {
        let pong = json!({"result": 0, "text": "pong"});
        assert_eq!(ask(&at, &[b"{\"comm", b"and\":", b"\"ping\"", b"}"]), pong);
        assert_eq!(ask(&at, &[b"\n {\"command\":\"ping\"}\n"]), pong);
        // One command per connection: the second is not looked at.
        let two = b"{\"command\":\"ping\"}{\"command\":\"echo\"}";
        assert_eq!(ask(&at, &[two]), pong);
        for (wrong, result) in [("[1]", 1), ("x", 1), ("{\"command\":\"no\"}", 2), ("{}", 1)] {
            assert_eq!(ask(&at, &[wrong.as_bytes()])["result"], result, "{wrong}");
        }
        let mut stream = UnixStream::connect(&at).unwrap();
        stream.write_all(b"{\"command\":").unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let answer = read(&mut stream);
        assert!(
            answer["text"]
                .as_str()
                .unwrap()
                .contains("ends after 11 bytes")
        );
    })
    .await;
    drop(channel);
    assert!(!path.exists() && !path.with_extension("lock").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_argument_comes_back_whole() {
    let (_folder, path) = place();
    let _channel = open(&path).unwrap();
    client(move || {
        let long = "x".repeat(8 << 20);
        let request = json!({"command": "echo", "arguments": {"text": long}}).to_string();
        let answer = ask(&path, &[request.as_bytes()]);
        assert_eq!(answer["arguments"]["text"].as_str().unwrap().len(), 8 << 20);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_talk_at_once_and_idle_ones_do_not_keep_them_out() {
    let (_folder, path) = place();
    let _channel = open(&path).unwrap();
    client(move || {
        let _idle: Vec<_> = (0..40)
            .map(|_| UnixStream::connect(&path).unwrap())
            .collect();
        let asking: Vec<_> = (0..200)
            .map(|number| {
                let path = path.clone();
                std::thread::spawn(move || {
                    let text = format!(r#"{{"command":"echo","arguments":{{"n":{number}}}}}"#);
                    assert_eq!(ask(&path, &[text.as_bytes()])["arguments"]["n"], number);
                })
            })
            .collect();
        asking.into_iter().for_each(|thread| thread.join().unwrap());
    })
    .await;
}

/// Twice as many as there may be, each in the middle of a command, or of its answer.
#[tokio::test(flavor = "multi_thread")]
async fn slow_clients_make_room_for_one_that_has_something_to_say() {
    let (_folder, path) = place();
    let _channel = open(&path).unwrap();
    client(move || {
        let answer = json!({"command": "echo", "arguments": {"text": "x".repeat(1 << 20)}});
        let slow: Vec<_> = (0..130)
            .map(|number| {
                let mut stream = UnixStream::connect(&path).unwrap();
                if number % 2 == 0 {
                    stream.write_all(b"{\"command\":").unwrap();
                } else {
                    stream.set_nonblocking(true).unwrap();
                    let _ = stream.write(answer.to_string().as_bytes());
                }
                stream
            })
            .collect();
        let begun = Instant::now();
        assert_eq!(ask(&path, &[b"{\"command\":\"ping\"}"])["text"], "pong");
        let waited = begun.elapsed();
        assert!(waited < Duration::from_secs(5), "{waited:?}");
        drop(slow);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_client_is_told_and_cut_off_after_ten_seconds() {
    let (_folder, path) = place();
    let _channel = open(&path).unwrap();
    client(move || {
        let begun = Instant::now();
        let mut stream = UnixStream::connect(&path).unwrap();
        stream.write_all(b"{\"command\":").unwrap();
        let answer = read(&mut stream);
        assert_eq!(answer["result"], 1);
        assert!(answer["text"].as_str().unwrap().contains("11 bytes"));
        assert!((9..13).contains(&begun.elapsed().as_secs()));
    })
    .await;
}

#[tokio::test]
async fn a_socket_in_use_is_refused_and_a_left_one_replaced() {
    let (_folder, path) = place();
    let channel = open(&path).unwrap();
    let error = open(&path).unwrap_err();
    assert!(
        error.to_string().contains("in use by this process"),
        "{error}"
    );
    drop(channel);

    // A program that does not know of the lock.
    let other = UnixListener::bind(&path).unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, Error::InUse { pid: None, .. }), "{error}");
    assert!(path.exists());
    drop(other);
    // Its socket file is still there, with nobody behind it.
    let channel = open(&path).unwrap();
    drop(channel);

    std::fs::write(&path, "precious").unwrap();
    let error = open(&path).unwrap_err();
    assert!(matches!(error, Error::NotASocket { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}

#[tokio::test]
async fn others_may_not_connect_and_paths_have_a_limit() {
    let (folder, path) = place();
    let _channel = open(&path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o007, 0, "{mode:o}");

    let room = MAX_PATH - folder.path().as_os_str().len() - 1;
    let fits = folder.path().join("x".repeat(room));
    drop(open(&fits).unwrap());
    let error = open(&folder.path().join("x".repeat(room + 1))).unwrap_err();
    assert!(matches!(error, Error::PathTooLong { length: 108, .. }));
    let error = open(Path::new("/nonexistent/socket")).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("create the folder '/nonexistent'")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_at_work_is_finished_when_the_channel_closes() {
    let (_folder, path) = place();
    let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (begun, go_on) = (Arc::clone(&begun), Arc::clone(&go_on));
        registry().with_plain("slow", move || {
            let (begun, go_on) = (Arc::clone(&begun), Arc::clone(&go_on));
            async move {
                begun.notify_one();
                go_on.notified().await;
                Answer::text("done")
            }
        })
    };
    let channel = UnixChannel::open(&path, Arc::new(slow)).unwrap();
    let idle = UnixStream::connect(&path).unwrap();
    let at = path.clone();
    let asking = tokio::task::spawn_blocking(move || ask(&at, &[b"{\"command\":\"slow\"}"]));
    begun.notified().await;
    let finishing = channel.close();
    assert!(!path.exists());
    go_on.notify_one();
    assert_eq!(asking.await.unwrap()["text"], "done");
    finishing.wait(Duration::from_secs(30)).await;
    let mut idle = idle;
    assert_eq!(idle.read(&mut [0]).unwrap(), 0);
}
