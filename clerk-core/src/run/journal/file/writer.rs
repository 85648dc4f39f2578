//! The thread that has the file, so that a slow disk blocks no executor.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::thread::{Builder, JoinHandle};

use futures_channel::oneshot;

use super::log::Log;

type Job = Box<dyn FnOnce(&mut Log) + Send>;

/// Does one thing after another on a log. When it is dropped, what was asked for is done first, and then the file is
/// closed.
#[derive(Debug)]
pub(super) struct Writer {
    jobs: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(mut log: Log) -> io::Result<Self> {
        let (jobs, asked) = channel::<Job>();
        let work = move || asked.into_iter().for_each(|job| job(&mut log));
        let thread = Builder::new().name("clerk-journal".to_owned()).spawn(work)?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Does this with the log, even if the answer is awaited no longer. `None` if the thread is gone.
    pub(super) async fn ask<T, F>(&self, job: F) -> Option<T>
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
        // A thread that panicked has nothing more to say than that it is gone.
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}
