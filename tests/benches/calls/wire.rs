//! The whole call, over a loopback socket.

use std::net::SocketAddr;

use crate::drive::Driver;
use crate::paired;
use crate::peer::by_hand::ByHand;
use crate::peer::clerk::Clerk;
use crate::peer::model::{AsMap, AsText};
use crate::peer::reqwest::Reqwest;
use crate::workload::Work;

const CALLS: usize = 800;

pub(crate) fn compare(server: SocketAddr) {
    paired::print_title("The call");
    let clerk = Driver::new(Clerk::new(server, Work::Bulk));
    let by_hand = Driver::new(ByHand::<AsMap>::new(server, Work::Bulk));
    let as_text = Driver::new(ByHand::<AsText>::new(server, Work::Bulk));
    let reqwest = Driver::new(Reqwest::new(server));
    for in_flight in [1, 16] {
        let sdk = || clerk.run(CALLS, in_flight);
        paired::compare(
            &format!("SDK / by hand on hyper-util, {in_flight} in flight"),
            CALLS,
            sdk,
            || by_hand.run(CALLS, in_flight),
        );
        paired::compare(
            &format!("SDK / by hand, metadata as text, {in_flight} in flight"),
            CALLS,
            sdk,
            || as_text.run(CALLS, in_flight),
        );
        paired::compare(
            &format!("SDK / by hand on reqwest, {in_flight} in flight"),
            CALLS,
            sdk,
            || reqwest.run(CALLS, in_flight),
        );
    }
}
