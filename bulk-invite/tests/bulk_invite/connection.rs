use clerk_testkit::FakeClerk;

use crate::program::{Folder, program, run};

#[test]
fn an_invalid_proxy_or_certificate_file_is_reported_without_a_password() {
    let folder = Folder::new();
    let people = folder.with_people(2);
    let empty = folder.with("empty.pem", "");
    let cases: [(&[&str], Option<&str>, &str); 5] = [
        (
            &["--proxy", "ftp://u:hidden@proxy.example.com"],
            None,
            "invalid --proxy: the proxy's scheme",
        ),
        (
            &["--proxy", "http://u:hidden@proxy.example.com:x"],
            None,
            "invalid --proxy: the proxy's host or port",
        ),
        (
            &[],
            Some("ftp://u:hidden@proxy.example.com"),
            "HTTPS_PROXY is not the URL of a proxy: the proxy's scheme",
        ),
        (
            &["--ca-cert", &empty],
            None,
            "invalid --ca-cert: no root certificates in",
        ),
        (&["--ca-cert", "missing.pem"], None, "missing.pem"),
    ];
    for (options, variable, expected) in cases {
        let mut command = program(&[&people, "--journal", "none"]);
        command.args(options).env("CLERK_SECRET_KEY", FakeClerk::SECRET_KEY);
        if let Some(value) = variable {
            command.env("HTTPS_PROXY", value);
        }
        let ended = run(&mut command);
        assert_eq!(ended.status, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
        assert!(!ended.stderr.contains("hidden"), "{}", ended.stderr);
    }
}
