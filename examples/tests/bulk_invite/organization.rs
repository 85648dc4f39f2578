use clerk_testkit::FakeClerk;

use crate::program::{Clerk, Folder, run};

#[test]
fn columns_that_an_organization_does_not_have_are_named() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let people = folder.with(
        "people.csv",
        "email,notify,template_slug,ignore_existing\nada@example.com,,,\n",
    );
    let ended = run(&mut clerk.program(&[&people, "--organization", "org_1", "--role", "org:member"]));
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("(line 1): template_slug, ignore_existing."),
        "{}",
        ended.stderr
    );
    assert!(clerk.fake().log().is_empty(), "something was sent");
}
