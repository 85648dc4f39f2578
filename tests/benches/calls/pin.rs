//! Pins threads to processors. Whether the two sides of a socket share a processor affects the figures more than the
//! compared code does.

/// Pins this thread to a processor, if the system supports it and the processor exists.
pub(crate) fn to_processor(number: usize) {
    #[cfg(target_os = "linux")]
    {
        let mut processors = rustix::thread::CpuSet::new();
        processors.set(number);
        // On a machine with one processor, both sides share it.
        let _ = rustix::thread::sched_setaffinity(None, &processors);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = number;
}
