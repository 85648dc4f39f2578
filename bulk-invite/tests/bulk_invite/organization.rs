use clerk_testkit::FakeClerk;

use crate::program::{Clerk, Folder, demo_people, program, run};

#[test]
fn unsupported_columns_are_listed() {
    let folder = Folder::new();
    let clerk = Clerk::start(FakeClerk::builder());
    let people = folder.with(
        "people.csv",
        "email,notify,template_slug,ignore_existing\nada@example.com,,,\n",
    );
    let ended = run(&mut clerk.program(&[&people, "--organization", "org_1", "--role", "org:member"]));
    assert_eq!(ended.status, 2);
    assert!(
        ended
            .stderr
            .contains("organization invitations do not support these columns: template_slug, ignore_existing."),
        "{}",
        ended.stderr
    );
    assert!(clerk.fake().log().is_empty(), "something was sent");
}

#[test]
fn the_demo_has_the_organization_and_role_of_the_command_line() {
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
        (&strange, "org:billing", 1, "1  refused"),
        (
            &plain,
            "org:member",
            2,
            "organization invitations do not support these columns",
        ),
    ];
    for (people, role, status, expected) in cases {
        let ended = run(&mut program(&[people, "--organization", "org_2abc", "--role", role]));
        let output = ended.stdout + &ended.stderr;
        assert_eq!(ended.status, status, "{people} {role}: {output}");
        assert!(output.contains(expected), "{expected}: {output}");
    }
}
