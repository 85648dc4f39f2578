//! One answer from the writer's thread to whoever awaits it, without blocking their executor.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// A place for one answer: the sender gives it, the future takes it.
pub(super) fn answer<T>() -> (AnswerSender<T>, Answer<T>) {
    let place = Arc::new(Place(Mutex::new(State::Awaited(None))));
    (AnswerSender(Arc::clone(&place)), Answer(place))
}

/// Gives the answer. Dropped without one, it tells that there will be none.
#[derive(Debug)]
pub(super) struct AnswerSender<T>(Arc<Place<T>>);

/// Ends with the answer, or with `None` if there will be none.
#[derive(Debug)]
pub(super) struct Answer<T>(Arc<Place<T>>);

#[derive(Debug)]
struct Place<T>(Mutex<State<T>>);

#[derive(Debug)]
enum State<T> {
    Awaited(Option<Waker>),
    Ended(Option<T>),
}

impl<T> Place<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first end counts.
    fn end(&self, answer: Option<T>) {
        let waker = match &mut *self.state() {
            State::Ended(_) => return,
            state @ State::Awaited(_) => match std::mem::replace(state, State::Ended(answer)) {
                State::Awaited(waker) => waker,
                State::Ended(_) => None,
            },
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> AnswerSender<T> {
    pub(super) fn send(self, answer: T) {
        self.0.end(Some(answer));
    }
}

impl<T> Drop for AnswerSender<T> {
    fn drop(&mut self) {
        self.0.end(None);
    }
}

impl<T> Future for Answer<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut *self.0.state() {
            State::Awaited(waker) => {
                *waker = Some(context.waker().clone());
                Poll::Pending
            }
            State::Ended(answer) => Poll::Ready(answer.take()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_arrives_from_another_thread() {
        let (sender, answer) = answer();
        let thread = std::thread::spawn(move || sender.send(7));
        assert_eq!(pollster::block_on(answer), Some(7));
        assert!(thread.join().is_ok());
    }

    #[test]
    fn whoever_is_not_answered_is_told_so() {
        let (sender, answer) = answer::<u8>();
        let thread = std::thread::spawn(move || drop(sender));
        assert_eq!(pollster::block_on(answer), None);
        assert!(thread.join().is_ok());
    }
}
