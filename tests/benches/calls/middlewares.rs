//! The cost of each middleware for a call that succeeds, on a transport in memory.

use crate::drive::Driver;
use crate::paired;
use crate::peer::transport::{Middlewares, in_memory};

const CALLS: usize = 20_000;

pub(crate) fn compare() {
    paired::print_title("Middlewares, relative to none, on a transport in memory");
    let none = Driver::new(in_memory(Middlewares::None));
    for (name, middlewares) in Middlewares::NAMED {
        let some = Driver::new(in_memory(middlewares));
        paired::compare(name, CALLS, || some.run(CALLS, 1), || none.run(CALLS, 1));
    }
}
