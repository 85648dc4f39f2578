//! How long a run takes under the documented limits.

use std::time::Duration;

use clerk_core::run::Outcome;

use super::scene::{Scene, people};

/// The calls themselves take a little time.
const CALLS: Duration = Duration::from_secs(60);

#[test]
fn a_run_spends_every_call_that_the_limits_allow() {
    // A clean list takes ⌈people / 350⌉ − 1 hours. A malformed address costs the bulk call that it is in, and then up to
    // nine calls of the single lane for the other people of that call.
    let cases = [
        (350, vec![], 0),
        (351, vec![], 1),
        (3_500, vec![], 9),
        (3_500, (50..3_500).step_by(100).collect(), 10),
        (3_500, (0..3_500).filter(|number| number % 400 < 4).collect(), 10),
    ];
    for (count, malformed, hours) in cases {
        let scene = Scene::new(|fake| {
            malformed.iter().fold(fake, |fake, number| {
                fake.malformed(format!("person{number}@example.com"))
            })
        });
        let clerk = scene.client();
        let run = clerk.invitations().invite_all(people(count)).run();
        let report = scene.clock.drive(run).expect("the run ends");
        let refused = malformed.len();
        assert_eq!(report.count(Outcome::Refused), refused, "{report:?}");
        assert_eq!(report.count(Outcome::Created), count - refused, "{report:?}");
        let allowed = Duration::from_secs(hours * 3600) + CALLS;
        assert!(
            report.elapsed() <= allowed,
            "{count} people with {refused} malformed: {:?}",
            report.elapsed()
        );
    }
}
