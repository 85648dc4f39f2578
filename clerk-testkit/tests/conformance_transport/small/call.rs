//! A call on a thread of its own, which ends when the call is dropped.

use std::net::{Shutdown, TcpStream};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use clerk_core::{Delivery, TransportError, TransportErrorKind};

use super::lock;

/// Shuts the socket of a call down when the call is dropped.
#[derive(Debug, Default)]
pub(super) struct Abandon(Mutex<(bool, Option<TcpStream>)>);

impl Abandon {
    pub(super) fn watch(&self, stream: &TcpStream) -> Result<(), TransportError> {
        let mut state = lock(&self.0);
        if state.0 {
            return Err(TransportError::new(TransportErrorKind::Closed, Delivery::NotSent));
        }
        state.1 = stream.try_clone().ok();
        Ok(())
    }

    pub(super) fn is_abandoned(&self) -> bool {
        lock(&self.0).0
    }

    fn forget(&self) {
        lock(&self.0).1 = None;
    }

    fn abandon(&self) {
        let mut state = lock(&self.0);
        state.0 = true;
        if let Some(stream) = state.1.take() {
            let _closed = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Blocking work on a thread of its own.
pub(super) struct Call<T> {
    slot: Arc<Mutex<(Option<T>, Option<Waker>)>>,
    abandon: Arc<Abandon>,
}

impl<T: Send + 'static> Call<T> {
    pub(super) fn start(work: impl FnOnce(&Abandon) -> T + Send + 'static) -> Self {
        let call = Self {
            slot: Arc::new(Mutex::new((None, None))),
            abandon: Arc::default(),
        };
        let (slot, abandon) = (Arc::clone(&call.slot), Arc::clone(&call.abandon));
        std::thread::spawn(move || {
            let output = work(&abandon);
            abandon.forget();
            let mut slot = lock(&slot);
            slot.0 = Some(output);
            if let Some(waker) = slot.1.take() {
                waker.wake();
            }
        });
        call
    }
}

impl<T> Future for Call<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut slot = lock(&self.slot);
        match slot.0.take() {
            Some(output) => Poll::Ready(output),
            None => {
                slot.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        self.abandon.abandon();
    }
}
