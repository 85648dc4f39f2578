use clerk_core::api::invitations::CreateInvitation;
use clerk_core::api::organization_invitations::CreateOrganizationInvitation;

use super::has_waiting;
use crate::outbox::Target;
use crate::support;
use crate::test_outbox::{submit, take, texts, with_outbox};

const TAKEN: &str = "select coalesce(taken_as, 'waiting') from {schema}.submission where outbox = $1 order by id";
const PEOPLE: &str = "select address || ' ' || stage from {schema}.person where outbox = $1 order by place";

#[test]
fn the_first_submission_counts_and_later_ones_are_recorded() {
    with_outbox(async |outbox| {
        let ada = || CreateInvitation::new("ada@example.com");
        submit(
            &outbox,
            [
                ada(),
                ada(),
                CreateInvitation::new("Ada@Example.com"),
                ada().notify(false),
            ],
        )
        .await;
        submit(&outbox, ["bob@example.com"]).await;
        assert!(has_waiting(&outbox).await.expect("a result"));
        assert_eq!(take(&outbox, 100).await, 5);
        submit(&outbox, [ada().expires_in_days(3), ada()]).await;
        assert_eq!(take(&outbox, 100).await, 2);
        assert!(!has_waiting(&outbox).await.expect("a result"));
        assert_eq!(take(&outbox, 100).await, 0);
        let expected = [
            "first",
            "repeated",
            "repeated",
            "differing",
            "first",
            "differing",
            "repeated",
        ];
        assert_eq!(texts(&outbox, TAKEN).await, expected);
        assert_eq!(
            texts(&outbox, PEOPLE).await,
            ["ada@example.com waiting", "bob@example.com waiting"]
        );
        let bodies = "select body from {schema}.person where outbox = $1 order by place";
        assert_eq!(
            texts(&outbox, bodies).await[0],
            "{\"email_address\":\"ada@example.com\"}"
        );
    });
}

#[test]
fn people_are_taken_in_by_portions_in_the_order_of_their_submission() {
    with_outbox(async |outbox| {
        let people = (0..25).map(|n| format!("{n:02}@example.com"));
        submit(&outbox, people.clone()).await;
        for expected in [10, 10, 5, 0] {
            assert_eq!(take(&outbox, 10).await, expected);
        }
        let expected: Vec<_> = people.map(|address| format!("{address} waiting")).collect();
        assert_eq!(texts(&outbox, PEOPLE).await, expected);
    });
}

#[test]
fn only_what_is_committed_is_taken_in_and_nothing_is_missed() {
    with_outbox(async |outbox| {
        // Its ids are the lower ones, and it commits last.
        let mut slow = outbox.store().begin().await.expect("a transaction");
        outbox
            .submit(&mut slow, ["slow@example.com"])
            .await
            .expect("a submission");
        let mut rolled_back = outbox.store().begin().await.expect("a transaction");
        outbox
            .submit(&mut rolled_back, ["nobody@example.com"])
            .await
            .expect("a submission");
        rolled_back.rollback().await.expect("a rollback");
        submit(&outbox, ["fast@example.com"]).await;
        assert_eq!(take(&outbox, 100).await, 1);
        slow.commit().await.expect("a commit");
        assert_eq!(take(&outbox, 100).await, 1);
        assert_eq!(
            texts(&outbox, PEOPLE).await,
            ["fast@example.com waiting", "slow@example.com waiting"]
        );
    });
}

#[test]
fn a_person_without_a_request_gets_that_of_the_first_submission() {
    with_outbox(async |outbox| {
        let insert = "insert into {schema}.person (outbox, key, address, stage) \
                      select $1, substr(sha256(address::bytea), 1, 16), address, stage \
                      from (values ('a@example.com', 'attempted'), ('b@example.com', 'settled')) as people (address, stage) \
                      returning address";
        texts(&outbox, insert).await;
        submit(&outbox, ["a@example.com", "b@example.com"]).await;
        assert_eq!(take(&outbox, 100).await, 2);
        assert_eq!(texts(&outbox, TAKEN).await, ["first", "repeated"]);
        let bodies =
            "select stage || ' ' || coalesce(body, 'none') from {schema}.person where outbox = $1 order by place";
        assert_eq!(
            texts(&outbox, bodies).await,
            ["attempted {\"email_address\":\"a@example.com\"}", "settled none"]
        );
    });
}

#[test]
fn outboxes_do_not_share_people() {
    support::with_store(async |store| {
        let organization = Target::Organization("org_1".into());
        let application = store.outbox("ins_1", Target::Application).await.expect("an outbox");
        let organization = store.outbox("ins_1", organization).await.expect("an outbox");
        submit(&application, ["ada@example.com"]).await;
        submit(
            &organization,
            [CreateOrganizationInvitation::new("ada@example.com", "org:member")],
        )
        .await;
        assert_eq!(take(&application, 100).await, 1);
        assert_eq!(texts(&organization, TAKEN).await, ["waiting"]);
        assert_eq!(take(&organization, 100).await, 1);
        for outbox in [application, organization] {
            assert_eq!(texts(&outbox, TAKEN).await, ["first"]);
            assert_eq!(texts(&outbox, PEOPLE).await, ["ada@example.com waiting"]);
        }
    });
}
