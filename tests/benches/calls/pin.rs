//! Keeps threads apart: where the system wakes the other side of a socket, on this processor or on another, is worth more
//! than what is compared.

/// Keeps this thread to the processor of this number, as far as the system can and there is one.
pub(crate) fn to_processor(number: usize) {
    #[cfg(target_os = "linux")]
    {
        let mut processors = rustix::thread::CpuSet::new();
        processors.set(number);
        // Without a second processor both share the first.
        let _ = rustix::thread::sched_setaffinity(None, &processors);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = number;
}
