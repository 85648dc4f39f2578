//! [`FakeClerk`](clerk_testkit::FakeClerk) simulates each operation of the SDK.
#![allow(clippy::expect_used, reason = "a test fails by panicking")]

mod fake_support;

use clerk_core::api;
use clerk_testkit::fake::FakeOperation;
use fake_support::operations::{request_of, world};
use fake_support::send;

#[test]
fn each_operation_of_the_sdk_succeeds_and_is_counted_by_its_name() {
    for operation in api::operations() {
        let name = operation.name();
        let simulated = FakeOperation::from_name(name).expect(name);
        let fake = world();
        let calls = fake.calls(simulated);
        let answer = send(&fake, request_of(operation)).expect(name);
        let status = if name == "UpdateInstance" { 204 } else { 200 };
        assert_eq!(answer.status, status, "{name}: {}", answer.json);
        assert_eq!(fake.calls(simulated), calls + 1, "{name}");
        let log = fake.log();
        assert_eq!(log.last().and_then(|call| call.operation), Some(simulated), "{name}");
    }
    assert_eq!(FakeOperation::ALL.len(), api::operations().count());
}
