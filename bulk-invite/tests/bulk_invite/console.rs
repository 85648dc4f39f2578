//! Colors, `--quiet`, defaults from the environment, the man page and the completions.

use crate::program::{Folder, demo_people, program, run};

#[test]
fn the_output_is_colored_on_request_only() {
    let people = demo_people();
    // The output of a test is no terminal.
    let cases = [
        (&[][..], "LANG=C", false),
        (&["--color", "auto"], "LANG=C", false),
        (&["--color", "always"], "LANG=C", true),
        (&["--color=always"], "NO_COLOR=1", true),
        (&[], "CLERK_COLOR=always", true),
        (&["--color", "never"], "CLICOLOR_FORCE=1", false),
    ];
    for (args, variable, is_colored) in cases {
        let variables = variable.split_once('=');
        let ended = run(program(&[&people, "--report", "missing/r.csv"])
            .args(args)
            .envs(variables));
        assert_eq!(
            ended.stderr.contains("\x1b["),
            is_colored,
            "{args:?} {variable}: {}",
            ended.stderr
        );
        let ended = run(program(&[&people]).args(args).envs(variables));
        assert_eq!(
            ended.stdout.contains("\x1b["),
            is_colored,
            "{args:?} {variable}: {}",
            ended.stdout
        );
        // Errors of the command line itself.
        let ended = run(program(&["--wat"]).args(args).envs(variables));
        assert_eq!(
            (ended.status, ended.stderr.contains("\x1b[")),
            (2, is_colored),
            "{args:?} {variable}"
        );
    }
}

#[test]
fn quiet_leaves_errors_and_what_json_prints() {
    let folder = Folder::new();
    let people = folder.with("people.csv", "email\nada@example.com\n");
    let ended = run(&mut program(&[&people, "--quiet"]));
    assert_eq!(
        (ended.status, ended.stdout.as_str(), ended.stderr.as_str()),
        (0, "", "")
    );
    let ended = run(&mut program(&[&people, "--quiet", "--json"]));
    assert_eq!((ended.stdout.lines().count(), &ended.json()["created"]), (1, &1.into()));
    let ended = run(&mut program(&[&folder.path("missing.csv"), "--quiet"]));
    assert!(ended.stderr.starts_with("error: cannot read"), "{}", ended.stderr);
}

#[test]
fn options_have_defaults_in_the_environment_and_wrong_ones_are_named() {
    let folder = Folder::new();
    let people = folder.with_people(400);
    let stopped = "require a wait of";
    let run_with =
        |args: &[&str], variable: &str, value: &str| run(program(&[&people]).args(args).env(variable, value));
    let ended = run_with(&[], "CLERK_MAX_WAIT", "1m");
    assert!(ended.stderr.contains(stopped), "{}", ended.stderr);
    let ended = run_with(&["--max-wait", "2h"], "CLERK_MAX_WAIT", "1m");
    assert_eq!(ended.status, 0, "the option overrides the variable: {}", ended.stderr);
    let ended = run_with(&[], "CLERK_MAX_WAIT", " ");
    assert_eq!(ended.status, 0, "a blank variable counts as unset: {}", ended.stderr);

    for (variable, value) in [
        ("CLERK_MAX_WAIT", "soon"),
        ("CLERK_LANES", "fast"),
        ("CLERK_ATTEMPTS", "0"),
        ("CLERK_EXPIRES_IN_DAYS", "366"),
        ("CLERK_REDIRECT_URL", "sign-up"),
        ("CLERK_COLOR", "pink"),
        ("CLERK_TIMEOUT", "-1s"),
    ] {
        let ended = run_with(&[], variable, value);
        assert_eq!(ended.status, 2, "{variable}: {}", ended.stderr);
        let named = format!("error: invalid value '{value}' for '{variable}'");
        assert!(ended.stderr.starts_with(&named), "{variable}: {}", ended.stderr);
    }
    let ended = run_with(&["--max-wait", "later"], "CLERK_MAX_WAIT", "1m");
    assert!(
        ended.stderr.contains("invalid value 'later' for '--max-wait <TIME>'"),
        "{}",
        ended.stderr
    );
    let help = run_with(&["--help"], "CLERK_MAX_WAIT", "1m").stdout;
    assert!(help.contains("[env: CLERK_MAX_WAIT]"), "{help}");
}

#[test]
fn the_help_begins_with_examples_and_names_the_exit_codes() {
    for help in ["-h", "--help"] {
        let text = run(&mut program(&[help])).stdout;
        let place = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} is not in {text}"));
        assert!(place("Examples:") < place("Usage:"), "{text}");
        assert!(place("Usage:") < place("Rate limits and retries:"), "{text}");
        assert!(place("Exit codes") > place("Output:"), "{text}");
    }
}

#[test]
fn the_man_page_and_the_completions_name_each_option() {
    let help = run(&mut program(&["--help"])).stdout;
    let names = help.lines().filter_map(|line| line.trim().strip_prefix("--"));
    let names: Vec<&str> = names.filter_map(|line| line.split([' ', '=', '[']).next()).collect();
    assert!(names.len() > 40, "{names:?}");
    for what in ["man", "bash", "zsh", "fish", "powershell", "elvish"] {
        let ended = run(&mut program(&["--generate", what]));
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{what}");
        for name in &names {
            let written = match what {
                "man" => name.replace('-', "\\-"),
                _ => (*name).to_owned(),
            };
            assert!(ended.stdout.contains(&written), "--{name} is not in {what}");
        }
    }
    let page = run(&mut program(&["--generate", "man"])).stdout;
    for section in ["NAME", "SYNOPSIS", "EXAMPLES", "OPTIONS", "\"EXIT CODES"] {
        assert!(page.contains(&format!(".SH {section}")), "{section}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn bash_accepts_its_completions() {
    let folder = Folder::new();
    let script = folder.with("completions", run(&mut program(&["--generate", "bash"])).stdout);
    let check = format!("source {script} && complete -p bulk-invite");
    let output = std::process::Command::new("bash")
        .args(["-c", &check])
        .output()
        .expect("bash");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
