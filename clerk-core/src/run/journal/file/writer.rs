//! The thread that writes the file, so that a slow disk does not block the executor.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};

use futures_channel::oneshot;

use super::log::Log;

type Job = Box<dyn FnOnce(&mut Log) + Send>;

/// Runs jobs on a log, one after another. Dropping it waits for the pending jobs, and closes the file.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(mut log: Log) -> io::Result<Self> {
        let (jobs, receiver) = channel::<Job>();
        let work = move || receiver.into_iter().for_each(|job| job(&mut log));
        let thread = Builder::new().name("clerk-journal".to_owned()).spawn(work)?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Runs a job on the log, also if the returned future is dropped. Returns `None` if the thread is gone.
    pub(super) async fn run<T, F>(&self, job: F) -> Option<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Log) -> T + Send + 'static,
    {
        let (sender, result) = oneshot::channel();
        let job = Box::new(move |log: &mut Log| {
            // The caller may no longer wait for the result.
            let _ = sender.send(job(log));
        });
        self.jobs.as_ref()?.send(job).ok()?;
        result.await.ok()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        // If the thread has panicked, there is nothing left to wait for.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
