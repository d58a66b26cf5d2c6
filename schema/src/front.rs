//! Group commit: everything that waits at a moment goes to the database as one batch.
//!
//! A front is a queue and a few lanes, each with a connection of its own. A lane takes all that
//! waits (bounded), runs it as one transaction, and answers each waiter. When idle a batch is one
//! and adds no delay; under load the batches grow by themselves, which is what makes full
//! durability affordable. A front knows nothing of leases.
//!
//! One lane makes longer batches than two, which costs less and is sooner done; but a lane may also hang,
//! at a row that somebody locked. So lanes may be helpers: they take what has waited for too long.
//!
//! What cannot be served in time is not served late: who has waited longer than a client waits before
//! it asks again is given up when his turn comes, and where the queue is full, those go first who
//! wait the longest. So a burst costs the answers that nobody waits for any more, and not everybody's.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use tokio::sync::{Notify, oneshot};

use crate::error::Error;
use crate::pause::Pause;

/// A lane's way to the database: runs batches, reconnects by itself on the next batch after an
/// error with [`Error::is_connection`].
pub(crate) trait Lane<Q, A>: Send + 'static {
    /// Answer each question of the batch, in its order.
    fn run(&mut self, batch: Vec<Q>) -> BoxFuture<'_, Vec<Result<A, Error>>>;
}

/// How many operations may wait; a new one pushes out the oldest.
const QUEUE_BOUND: usize = 16_384;

/// Who waited so long is given up: its client has asked again, or soon will (RFC 2131 section 4.1:
/// after four seconds; RFC 8415 section 7.6: after one).
const PATIENCE: Duration = Duration::from_secs(2);

/// What waited so long is taken by a helper: much longer than a batch takes, and nothing to a client.
const HELP: Duration = Duration::from_millis(50);

/// A lane begins no more than one batch in this time, if the one before took less. While little is asked nobody
/// waits for it; with more, batches of two or three become batches of five, and the database has to parse, plan
/// and commit that much less.
const PACE: Duration = Duration::from_micros(700);

/// Workers that share a database which has much to do ask less often, for more: after a batch, this part of
/// the time that it took goes by before the next, which grows meanwhile. The more workers, the smaller their
/// batches would be otherwise, and most of what a small one costs is not for its rows.
const BREATH: u32 = 4;
/// A pause is no longer than this.
const LONGEST_BREATH: Duration = Duration::from_millis(5);
/// And where it would be shorter than this, the database is quick enough, and there is none.
const SHORTEST_BREATH: Duration = Duration::from_millis(1);

struct Waiter<Q, A> {
    question: Q,
    since: Instant,
    answer: oneshot::Sender<Result<A, Error>>,
}

/// The queue in front of some lanes.
pub(crate) struct Front<Q, A> {
    shared: Arc<Shared<Q, A>>,
}

struct Shared<Q, A> {
    queue: Mutex<VecDeque<Waiter<Q, A>>>,
    wake: Notify,
    /// Told when something waits, as the lane that should take it may hang.
    wake_helper: Notify,
    closed: AtomicBool,
    breathes: AtomicBool,
    lanes: AtomicUsize,
    counters: Counters,
}

#[derive(Default)]
struct Counters {
    batches: AtomicU64,
    operations: AtomicU64,
    failures: AtomicU64,
    shed: AtomicU64,
    busy_micros: AtomicU64,
}

/// What a front has done since it was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FrontStats {
    /// Batches run.
    pub batches: u64,
    /// Operations in them.
    pub operations: u64,
    /// Operations that ended with an error.
    pub failures: u64,
    /// Operations given up without being tried, as they had waited too long or too many waited.
    pub shed: u64,
    /// Batches that were tried again because another transaction was in their way.
    pub retries: u64,
    /// Time spent in batches, summed over lanes, in microseconds.
    pub busy_micros: u64,
    /// Operations waiting now.
    pub waiting: usize,
}

impl<Q: Send + Sync + 'static, A: Send + 'static> Front<Q, A> {
    /// Start one task per lane, the first of which takes whatever waits, and the others what has waited for
    /// long. Batches hold at most `max_batch` operations.
    pub(crate) fn start(lanes: Vec<Box<dyn Lane<Q, A>>>, max_batch: usize) -> Self {
        let shared = Arc::new(Shared {
            queue: Mutex::new(VecDeque::new()),
            wake: Notify::new(),
            wake_helper: Notify::new(),
            closed: AtomicBool::new(false),
            breathes: AtomicBool::new(false),
            lanes: AtomicUsize::new(lanes.len()),
            counters: Counters::default(),
        });
        for (number, lane) in lanes.into_iter().enumerate() {
            let helps = number > 0;
            tokio::spawn(run_lane(Arc::clone(&shared), lane, max_batch, helps));
        }
        Self { shared }
    }

    /// Whether lanes pause between long batches.
    pub(crate) fn breathe(&self, breathes: bool) {
        self.shared.breathes.store(breathes, Relaxed);
    }

    /// Queue an operation and wait for its answer.
    pub(crate) async fn submit(&self, question: Q) -> Result<A, Error> {
        let (sender, receiver) = oneshot::channel();
        let waiter = Waiter {
            question,
            since: Instant::now(),
            answer: sender,
        };
        let oldest = {
            let mut queue = self.shared.lock();
            queue.push_back(waiter);
            (queue.len() > QUEUE_BOUND).then(|| queue.pop_front())
        };
        self.shared.wake.notify_one();
        self.shared.wake_helper.notify_one();
        oldest
            .flatten()
            .into_iter()
            .for_each(|w| self.shared.shed(w));
        receiver.await.unwrap_or_else(|_| Err(stopped()))
    }

    /// Give up the operation that waits the longest; whether there was one.
    pub(crate) fn shed_oldest(&self) -> bool {
        let oldest = self.shared.lock().pop_front();
        let found = oldest.is_some();
        oldest.into_iter().for_each(|w| self.shared.shed(w));
        found
    }

    /// How long the oldest operation that waits has waited.
    pub(crate) fn waited(&self) -> Duration {
        let queue = self.shared.lock();
        queue.front().map_or(Duration::ZERO, |w| w.since.elapsed())
    }

    /// Counters so far; lanes count their retries.
    pub(crate) fn stats(&self) -> FrontStats {
        let counters = &self.shared.counters;
        FrontStats {
            batches: counters.batches.load(Relaxed),
            operations: counters.operations.load(Relaxed),
            failures: counters.failures.load(Relaxed),
            shed: counters.shed.load(Relaxed),
            retries: 0,
            busy_micros: counters.busy_micros.load(Relaxed),
            waiting: self.shared.lock().len(),
        }
    }
}

impl<Q, A> Drop for Front<Q, A> {
    fn drop(&mut self) {
        self.shared.closed.store(true, Relaxed);
        // One permit wakes one lane; each lane that ends passes it on.
        self.shared.wake.notify_one();
        self.shared.wake_helper.notify_one();
    }
}

impl<Q, A> Shared<Q, A> {
    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Waiter<Q, A>>> {
        // A panic while holding the lock leaves a queue that is still a queue.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that waits and still has somebody waiting for it, up to `max`; `None` when the front
    /// is closed and empty.
    async fn take(&self, max: usize) -> Option<Batch<Q, A>> {
        loop {
            let taken = self.take_waiting(max);
            if taken.is_some() {
                return taken;
            }
            if self.closed.load(Relaxed) {
                return None;
            }
            self.wake.notified().await;
            // Whoever is ready to ask at this moment does so first, and comes along.
            tokio::task::yield_now().await;
        }
    }

    /// What has waited so long that a helper takes it.
    async fn take_for_help(&self, max: usize) -> Option<Batch<Q, A>> {
        while !self.closed.load(Relaxed) {
            let since = self.lock().front().map(|waiter| waiter.since);
            match since.map(|since| HELP.saturating_sub(since.elapsed())) {
                None => {
                    self.wake_helper.notified().await;
                    // It is hardly ever needed, and not woken by each that waits for a moment.
                    tokio::time::sleep(HELP).await;
                }
                Some(Duration::ZERO) => {
                    if let Some(taken) = self.take_waiting(max) {
                        return Some(taken);
                    }
                }
                Some(rest) => tokio::time::sleep(rest).await,
            }
        }
        None
    }

    /// What waits now and has not waited for too long.
    fn take_waiting(&self, max: usize) -> Option<Batch<Q, A>> {
        let late = self.take_late();
        late.into_iter().for_each(|waiter| self.shed(waiter));
        let mut queue = self.lock();
        if queue.is_empty() {
            return None;
        }
        let count = queue.len().min(max);
        let taken = queue.drain(..count);
        let taken = taken.map(|w| (w.question, w.answer)).unzip();
        if !queue.is_empty() {
            self.wake.notify_one();
        }
        Some(taken)
    }

    /// Those at the head of the queue that have waited too long.
    fn take_late(&self) -> Vec<Waiter<Q, A>> {
        let mut queue = self.lock();
        let now = Instant::now();
        let late = queue
            .iter()
            .take_while(|w| now.duration_since(w.since) > PATIENCE);
        let count = late.count();
        queue.drain(..count).collect()
    }

    fn shed(&self, waiter: Waiter<Q, A>) {
        self.counters.shed.fetch_add(1, Relaxed);
        let millis = u64::try_from(waiter.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        // A waiter that went away does not need to hear of it.
        let _ = waiter.answer.send(Err(Error::Overloaded { millis }));
    }
}

/// Questions, and where their answers go.
type Batch<Q, A> = (Vec<Q>, Vec<oneshot::Sender<Result<A, Error>>>);

async fn run_lane<Q: Send + Sync + 'static, A: Send + 'static>(
    shared: Arc<Shared<Q, A>>,
    mut lane: Box<dyn Lane<Q, A>>,
    max_batch: usize,
    helps: bool,
) {
    let pause = Pause::new();
    loop {
        let taken = match helps {
            false => shared.take(max_batch).await,
            true => shared.take_for_help(max_batch).await,
        };
        let Some((questions, waiters)) = taken else {
            break;
        };
        let started = Instant::now();
        let answers = lane.run(questions).await;
        let took = started.elapsed();
        let counters = &shared.counters;
        counters.batches.fetch_add(1, Relaxed);
        counters.operations.fetch_add(answers.len() as u64, Relaxed);
        counters.busy_micros.fetch_add(micros(took), Relaxed);
        let failures = answers.iter().filter(|answer| answer.is_err()).count();
        counters.failures.fetch_add(failures as u64, Relaxed);
        for (waiter, answer) in waiters.into_iter().zip(answers) {
            // A waiter that went away is served all the same; it only does not hear of it.
            let _ = waiter.send(answer);
        }
        pause.wait(rest(took, shared.breathes.load(Relaxed))).await;
    }
    if shared.lanes.fetch_sub(1, Relaxed) > 1 {
        shared.wake.notify_one();
        shared.wake_helper.notify_one();
    }
}

/// The pause after a batch that took so long, of a worker in company or not.
fn rest(took: Duration, breathes: bool) -> Duration {
    let breath = (took / BREATH).min(LONGEST_BREATH);
    match breathes && breath >= SHORTEST_BREATH {
        true => breath,
        false => PACE.saturating_sub(took),
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// For waiters whose lane ended before it answered.
fn stopped() -> Error {
    Error::Unavailable {
        place: "of this worker".into(),
        problem: "the worker is stopping".into(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use tokio::sync::Semaphore;

    /// Answers with the size of the batch each question was in; says when it has one, and waits
    /// for a permit before it answers.
    struct Sizes {
        taken: Arc<Semaphore>,
        gate: Arc<Semaphore>,
    }

    impl Lane<u32, usize> for Sizes {
        fn run(&mut self, batch: Vec<u32>) -> BoxFuture<'_, Vec<Result<usize, Error>>> {
            Box::pin(async move {
                self.taken.add_permits(1);
                self.gate.acquire().await.unwrap().forget();
                batch.iter().map(|_| Ok(batch.len())).collect()
            })
        }
    }

    fn front(gate: &Arc<Semaphore>, max: usize) -> Arc<Front<u32, usize>> {
        let taken = Arc::new(Semaphore::new(0));
        start(&taken, gate, max)
    }

    fn start(taken: &Arc<Semaphore>, gate: &Arc<Semaphore>, max: usize) -> Arc<Front<u32, usize>> {
        let lane: Box<dyn Lane<u32, usize>> = Box::new(Sizes {
            taken: Arc::clone(taken),
            gate: Arc::clone(gate),
        });
        Arc::new(Front::start(vec![lane], max))
    }

    type Waiting = tokio::task::JoinHandle<Result<usize, Error>>;

    /// A front whose lane is busy with a first question until the gate opens.
    async fn busy(gate: &Arc<Semaphore>, max: usize) -> (Arc<Front<u32, usize>>, Waiting) {
        let taken = Arc::new(Semaphore::new(0));
        let front = start(&taken, gate, max);
        let first = wait_at(&front);
        taken.acquire().await.unwrap().forget();
        (front, first)
    }

    fn wait_at(front: &Arc<Front<u32, usize>>) -> Waiting {
        let front = Arc::clone(front);
        tokio::spawn(async move { front.submit(0).await })
    }

    #[test]
    fn only_a_slow_database_is_left_alone_for_a_moment() {
        let after = |millis| rest(Duration::from_millis(millis), true);
        assert_eq!(after(3), Duration::ZERO);
        assert_eq!(after(8), Duration::from_millis(2));
        assert_eq!(after(5_000), LONGEST_BREATH);
        assert_eq!(rest(Duration::from_secs(5), false), Duration::ZERO);
    }

    #[test]
    fn batches_that_take_next_to_nothing_do_not_follow_each_other_at_once() {
        for company in [false, true] {
            let took = Duration::from_micros(200);
            assert_eq!(rest(took, company), PACE - took);
        }
    }

    #[tokio::test]
    async fn an_idle_front_does_not_wait_for_company() {
        let gate = Arc::new(Semaphore::new(1));
        assert_eq!(front(&gate, 100).submit(1).await.unwrap(), 1);
    }

    #[tokio::test]
    async fn what_waits_goes_as_one_batch_up_to_its_bound() {
        let gate = Arc::new(Semaphore::new(0));
        let (front, first) = busy(&gate, 4).await;
        let waiters: Vec<_> = (0..6).map(|_| wait_at(&front)).collect();
        while front.stats().waiting < 6 {
            tokio::task::yield_now().await;
        }
        gate.add_permits(3);
        assert_eq!(first.await.unwrap().unwrap(), 1);
        let mut sizes = Vec::new();
        for waiter in waiters {
            sizes.push(waiter.await.unwrap().unwrap());
        }
        assert_eq!(sizes, [4, 4, 4, 4, 2, 2]);
    }

    #[tokio::test]
    async fn a_full_queue_gives_up_the_oldest_instead_of_growing() {
        let gate = Arc::new(Semaphore::new(0));
        let (front, _first) = busy(&gate, 1).await;
        let oldest = wait_at(&front);
        while front.stats().waiting < 1 {
            tokio::task::yield_now().await;
        }
        let _waiters: Vec<_> = (1..QUEUE_BOUND).map(|_| wait_at(&front)).collect();
        while front.stats().waiting < QUEUE_BOUND {
            tokio::task::yield_now().await;
        }
        let newest = wait_at(&front);
        let shed = oldest.await.unwrap().unwrap_err();
        assert!(matches!(shed, Error::Overloaded { .. }), "{shed}");
        let stats = front.stats();
        assert_eq!((stats.waiting, stats.shed), (QUEUE_BOUND, 1));
        assert!(!newest.is_finished());
    }

    #[tokio::test]
    async fn who_waited_too_long_is_given_up_and_who_came_later_is_served() {
        let gate = Arc::new(Semaphore::new(0));
        let (front, first) = busy(&gate, 4).await;
        let late = wait_at(&front);
        while front.stats().waiting < 1 {
            tokio::task::yield_now().await;
        }
        let long_ago = Instant::now().checked_sub(2 * PATIENCE).unwrap();
        front
            .shared
            .lock()
            .iter_mut()
            .for_each(|w| w.since = long_ago);
        assert!(front.waited() > PATIENCE);
        let in_time = wait_at(&front);
        while front.stats().waiting < 2 {
            tokio::task::yield_now().await;
        }
        gate.add_permits(2);
        assert_eq!(first.await.unwrap().unwrap(), 1);
        let shed = late.await.unwrap().unwrap_err();
        assert!(matches!(shed, Error::Overloaded { .. }), "{shed}");
        assert_eq!(in_time.await.unwrap().unwrap(), 1);
        assert_eq!(front.waited(), Duration::ZERO);
    }

    #[tokio::test]
    async fn a_helper_takes_what_a_lane_that_hangs_leaves_waiting() {
        let gates = [0, 1].map(|permits| Arc::new(Semaphore::new(permits)));
        let taken = [0, 0].map(|permits| Arc::new(Semaphore::new(permits)));
        let lane = |at: usize| -> Box<dyn Lane<u32, usize>> {
            Box::new(Sizes {
                taken: Arc::clone(&taken[at]),
                gate: Arc::clone(&gates[at]),
            })
        };
        let front = Arc::new(Front::start(vec![lane(0), lane(1)], 4));
        let hanging = wait_at(&front);
        taken[0].acquire().await.unwrap().forget();
        assert_eq!(wait_at(&front).await.unwrap().unwrap(), 1);
        assert!(!hanging.is_finished());
        drop(front);
        gates[0].add_permits(1);
        assert_eq!(hanging.await.unwrap().unwrap(), 1);
    }

    #[tokio::test]
    async fn the_oldest_can_be_given_up_for_others() {
        let gate = Arc::new(Semaphore::new(0));
        let (front, _first) = busy(&gate, 4).await;
        assert!(!front.shed_oldest());
        let oldest = wait_at(&front);
        while front.stats().waiting < 1 {
            tokio::task::yield_now().await;
        }
        assert!(front.shed_oldest());
        assert!(oldest.await.unwrap().is_err());
        assert_eq!(front.stats().shed, 1);
    }
}
