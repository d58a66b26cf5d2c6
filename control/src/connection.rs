//! One connection: a command in, an answer out, the end. As with the original there is one command
//! per connection; what a client writes behind it is not looked at.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::answer::Answer;
use crate::crowd::Crowd;
use crate::event::Event;
use crate::framing::Framing;
use crate::registry::Registry;

/// Longest silence of a client, whether it writes or reads (manual ctrl-channel.rst: ten seconds).
pub(crate) const IDLE: Duration = Duration::from_secs(10);

/// How long a client may take to notice that it has been answered.
const GOODBYE: Duration = Duration::from_secs(1);

/// Bytes read at once.
const CHUNK: usize = 64 << 10;

/// What came of reading.
enum Heard {
    Command(Framing),
    /// No command, and this is what to say about it.
    Refused(Answer),
    /// Nobody is there to be answered.
    Gone,
}

/// Serve one connection. `stopping` ends the wait for a command, not a command at work; neither does
/// a crowd.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut S,
    registry: &Registry,
    crowd: &Crowd,
    stopping: &mut watch::Receiver<bool>,
) {
    let heard = tokio::select! {
        heard = crowd.wait(listen(stream, registry)) => heard,
        _ = stopping.wait_for(|stopping| *stopping) => return,
    };
    let answer = match heard {
        Some(Heard::Command(framing)) => registry.answer_whole(framing.into_bytes()).await,
        Some(Heard::Refused(answer)) => answer,
        Some(Heard::Gone) => return,
        None => return registry.tell(&Event::MadeRoom),
    };
    let told = async {
        tell(stream, answer).await?;
        goodbye(stream).await;
        Ok(())
    };
    match crowd.wait(told).await {
        Some(Ok(())) => {}
        Some(Err(error)) => registry.tell(&Event::WriteFailed { error: &error }),
        None => registry.tell(&Event::MadeRoom),
    }
}

async fn listen<S: AsyncRead + Unpin>(stream: &mut S, registry: &Registry) -> Heard {
    let mut framing = Framing::default();
    let mut chunk = vec![0; CHUNK];
    loop {
        let length = match timeout(IDLE, stream.read(&mut chunk)).await {
            Err(_) => return Heard::Refused(timed_out(framing.bytes().len(), registry)),
            Ok(Err(error)) => {
                registry.tell(&Event::ReadFailed { error: &error });
                return Heard::Gone;
            }
            Ok(Ok(0)) if framing.bytes().is_empty() => return Heard::Gone,
            Ok(Ok(0)) => {
                let bytes = framing.bytes().len();
                let problem = format!("the command is not whole: it ends after {bytes} bytes");
                return Heard::Refused(registry.reject(&problem));
            }
            Ok(Ok(length)) => length,
        };
        match framing.push(chunk.get(..length).unwrap_or_default()) {
            Ok(true) => return Heard::Command(framing),
            Ok(false) => {}
            Err(error) => return Heard::Refused(registry.reject(&error.to_string())),
        }
    }
}

fn timed_out(bytes: usize, registry: &Registry) -> Answer {
    registry.tell(&Event::TimedOut { bytes });
    let seconds = IDLE.as_secs();
    let mut text = format!("nothing came for {seconds} seconds; the connection is closed");
    if bytes > 0 {
        text += &format!(" and the {bytes} bytes of an unfinished command are dropped");
    }
    Answer::error(text)
}

/// Write an answer; the client must take some of it every ten seconds. Its text is made where nobody else waits
/// for it, as it may be a hundred megabytes.
async fn tell<S: AsyncWrite + Unpin>(stream: &mut S, answer: Answer) -> io::Result<()> {
    let text = tokio::task::spawn_blocking(move || format!("{}\n", answer.into_json()));
    let text = text.await.map_err(io::Error::other)?;
    for part in text.as_bytes().chunks(CHUNK) {
        timeout(IDLE, stream.write_all(part)).await??;
    }
    timeout(IDLE, stream.shutdown()).await?
}

/// Take what the client still writes until it has seen the end: closing before would tell it of an
/// error instead.
async fn goodbye<S: AsyncRead + Unpin>(stream: &mut S) {
    let mut rest = vec![0; CHUNK];
    let drain = async { while matches!(stream.read(&mut rest).await, Ok(1..)) {} };
    // A client that keeps talking has had its answer.
    let _ = timeout(GOODBYE, drain).await;
}
