//! The texts of the help and the man page around the options.

pub(crate) const ABOUT: &str = "Invites the people listed in a CSV file to your Clerk application or organization";

pub(crate) const LONG_ABOUT: &str = "\
Invites the people listed in a CSV file to your Clerk application or organization.

The program keeps within Clerk's rate limits and invites no one twice. It records
its progress in a journal, by default PEOPLE.csv.journal. After a stop, a crash or
a corrected row, run the same command again to continue.

Without CLERK_SECRET_KEY in the environment, the program runs as a demo: it calls
a fake of Clerk inside the program, and no emails are sent. Options with [env: NAME]
have a default in that environment variable.";

pub(crate) const EXAMPLES: &str = "\
Examples:
  bulk-invite people.csv --dry-run     check the file
  bulk-invite people.csv --plan        show who would be invited, and how long it takes
  bulk-invite people.csv               invite
  bulk-invite people.csv --organization org_2abc --role org:member
  bulk-invite --waitlist --max-people 100
  bulk-invite --revoke-run people.csv.journal
";

pub(crate) const HELP_TEMPLATE: &str = "\
{about-with-newline}
{before-help}{usage-heading} {usage}

{all-args}{after-help}";

pub(crate) const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 some rows need attention, 2 nothing was sent, 3 stopped with people left.
--help says more about each option, the people file and the exit codes.";

pub(crate) const AFTER_LONG_HELP: &str = "\
Format of the people file:
  A CSV file with a header line, a workbook (.xlsx or .ods), a plain list of addresses,
  or JSON: an array of objects, or an object on each line. The fields of a CSV file are
  separated by commas, semicolons, tabs or pipes. Quote fields that contain a
  separator, a quote or a line break, and double the quotes within. An empty or
  missing cell means the value of the option under \"Defaults for rows\", or else
  Clerk's default.

  email_address         required; recognized in many spellings and languages, such as
                        E-mail, Work Email or Correo electrónico
  redirect_url          the page that the link in the email leads to
  public_metadata       a JSON object
  public_metadata.NAME  a text; it becomes the member NAME of the metadata
  notify                true or false: whether Clerk sends the email
  expires_in_days       1 to 365
  role                  organizations only; required without --role
  ignore_existing       applications only; true or false: whether to send another invitation
                        to a person who has a pending one
  template_slug         applications only; invitation or waitlist_invitation

  The exports of the products under --layout are recognized: the email column is
  selected, suspended people are left out, and columns of the product are ignored.

Ctrl-C:
  The first Ctrl-C stops the run after the calls in flight. The second exits at once.

Exit codes (the first that applies):
  2    Invalid usage, input or configuration. Nothing was sent.
  3    Stopped with people left. Run the same command again to continue.
  1    Some rows need attention, or an output file is incomplete.
       With --revoke-run: some invitations were accepted already, or attempts are unresolved.
  0    Everyone has an invitation or is a user.
  130  Ctrl-C was pressed twice.";
