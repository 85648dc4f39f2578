use clerk_testkit::FakeClerk;

use crate::program::{Clerk, Folder, demo_people, program, run};

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

#[test]
fn the_demo_has_the_organization_and_the_role_that_the_command_line_names() {
    let folder = Folder::new();
    let people = folder.with(
        "people.csv",
        "email,role\nada@example.com,\neve@example.com,org:admin\n",
    );
    let strange = folder.with("strange.csv", "email,role\nada@example.com,org:strange\n");
    let plain = demo_people();
    let cases = [
        (&people, "org:member", 0, "2  mails sent"),
        (&people, "org:billing", 0, "2  mails sent"),
        (&strange, "org:billing", 3, "is not a role of the instance: check"),
        (
            &plain,
            "org:member",
            2,
            "has columns that invitations to an organization do not have",
        ),
    ];
    for (people, role, status, expected) in cases {
        let ended = run(&mut program(&[people, "--organization", "org_2abc", "--role", role]));
        let told = ended.stdout + &ended.stderr;
        assert_eq!(ended.status, status, "{people} {role}: {told}");
        assert!(told.contains(expected), "{expected}: {told}");
    }
}
