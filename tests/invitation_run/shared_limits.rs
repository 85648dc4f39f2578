//! A run beside an application that makes the same calls.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use clerk_core::api::invitations::CreateInvitation;
use clerk_core::middleware::RateLimits;
use clerk_core::run::{Lanes, Outcome};
use clerk_core::{CallOptions, Clock, ErrorKind};

use super::scene::{Scene, people};

/// Runs with a share of the limits while an application makes 45 calls an hour, and returns how many of those were refused.
fn refused_calls(percent: u32) -> usize {
    let scene = Scene::new(|fake| fake);
    let clerk = scene.client();
    let limits = RateLimits::documented(clerk.environment()).share(percent);
    let run = clerk
        .invitations()
        .invite_all(people(150))
        .lanes(Lanes::Single)
        .limits(limits);
    let application = scene.client().with_options(CallOptions::new().no_retry());
    let (mut made, mut refused) = (0_usize, 0);
    let mut calls = Box::pin(async {
        loop {
            scene.clock.sleep(Duration::from_secs(80)).await;
            let person = CreateInvitation::new(format!("other{made}@example.com"));
            let result = application.invitations().create(&person).await;
            made += 1;
            refused += usize::from(result.is_err_and(|error| error.kind() == ErrorKind::RateLimited));
        }
    });
    let mut run = pin!(run.run());
    let report = scene.clock.drive(poll_fn(|context| {
        let _: Poll<()> = calls.as_mut().poll(context);
        run.as_mut().poll(context)
    }));
    let report = report.expect("the run ends");
    assert_eq!(report.count(Outcome::Created), 150, "{report:?}");
    drop(calls);
    assert!(made > 40, "{made}");
    refused
}

#[test]
fn a_share_of_the_limits_leaves_the_rest_to_the_application() {
    assert_eq!(refused_calls(50), 0);
    assert!(
        refused_calls(100) > 20,
        "without a share, the run takes the calls of the application"
    );
}
