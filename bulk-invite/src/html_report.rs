//! The report as one HTML page without network access, to hand on. It omits the URLs of invitations, which accept them.

mod chart;

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use clerk_core::model::{OrganizationId, Timestamp};
use sha2::{Digest, Sha256};

use crate::args::Args;
use crate::connection::Connection;
use crate::recorder::Record;
use crate::report_rows::ReportRows;
use crate::results::{Counts, RowResult};
use crate::summary::meaning;
use crate::text::{escaped, people};
use crate::timeline::Timeline;

const STYLE: &str = include_str!("html_report/style.css");
const SCRIPT: &str = include_str!("html_report/script.js");

/// The number of rows that the page shows without its script, and that the script shows at once.
const ROWS_PER_PAGE: usize = 100;

/// The data of a page.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    /// The name of the people file.
    source: &'a str,
    /// The organization, unless people are invited to the application.
    organization: Option<&'a str>,
    mode: &'static str,
    sends_nothing: bool,
    counts: &'a Counts,
    rows: &'a ReportRows,
    timeline: &'a Timeline,
    /// The time that passed on the run's clock.
    elapsed: Duration,
    ended: Timestamp,
    /// Why the run stopped early, if it did.
    stop_reason: Option<&'a str>,
}

impl<'a> Page<'a> {
    /// Creates the page of a run that has ended.
    pub(crate) fn new(
        args: &'a Args,
        connection: &Connection,
        record: &'a Record,
        rows: &'a ReportRows,
        stop_reason: Option<&'a str>,
    ) -> Self {
        let file = args.people_file().and_then(Path::file_name);
        let clock = connection.clock();
        Self {
            source: match file {
                Some(name) => name.to_str().unwrap_or("a people file"),
                None if args.waitlist.is_some() => "the waitlist",
                None => "standard input",
            },
            organization: args.organization.as_ref().map(OrganizationId::as_str),
            mode: match (args.dry_run, args.plan) {
                (true, _) => "Dry run of inviting",
                (_, true) => "Plan of inviting",
                _ if connection.is_demo() => "Demo of inviting",
                _ => "Inviting",
            },
            sends_nothing: args.sends_nothing(),
            counts: record.results.counts(),
            rows,
            timeline: &record.timeline,
            elapsed: clock.now(),
            ended: clock.wall(),
            stop_reason,
        }
    }

    /// Writes the page.
    pub(crate) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.write_head(out)?;
        self.write_numbers(out)?;
        if let Some(reason) = self.stop_reason {
            writeln!(
                out,
                "<p class=\"stopped\"><strong>Stopped:</strong> {}</p>",
                html(&escaped(reason))
            )?;
        }
        chart::write(out, self.timeline.points(), self.elapsed)?;
        self.write_table(out)?;
        self.write_data(out)?;
        writeln!(out, "<script>{SCRIPT}</script>\n</body>\n</html>")?;
        out.flush()
    }

    fn write_head(&self, out: &mut impl Write) -> io::Result<()> {
        let title = html(&format!("Invitations of {}", escaped(self.source)));
        let ended = SystemTime::UNIX_EPOCH + Duration::from_millis(self.ended.as_millis().unsigned_abs());
        let ended = httpdate::fmt_http_date(ended);
        let to = match self.organization {
            Some(organization) => format!("to the organization {}", html(organization)),
            None => "to the application".to_owned(),
        };
        // The policy allows this style and this script, and nothing else, in case that text gets into the page unescaped.
        writeln!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; script-src '{}'; \
             base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <header>\n<h1>{title}</h1>\n<p>{} {to}, {ended}.</p>\n</header>",
            source_hash(STYLE),
            source_hash(SCRIPT),
            html(self.mode),
        )
    }

    fn write_numbers(&self, out: &mut impl Write) -> io::Result<()> {
        let counts = self.counts;
        writeln!(out, "<ul class=\"numbers\">")?;
        let total = counts.total();
        writeln!(out, "<li><b>{total}</b> rows <small>of the people file</small></li>")?;
        for (outcome, count) in counts.all() {
            if *count > 0 {
                writeln!(
                    out,
                    "<li class=\"{outcome}\"><b>{count}</b> {} <small>{}</small></li>",
                    outcome.as_str().replace('_', " "),
                    meaning(*outcome, self.sends_nothing)
                )?;
            }
        }
        writeln!(out, "</ul>")
    }

    /// Writes the table with the first rows. The script fills it with the rows that are searched for.
    fn write_table(&self, out: &mut impl Write) -> io::Result<()> {
        let counts = self.counts;
        writeln!(
            out,
            "<section aria-labelledby=\"people\">\n<h2 id=\"people\">People</h2>\n\
             <form class=\"filters\" hidden>\n<label>Search <input type=\"search\" id=\"search\" autocomplete=\"off\"></label>\n\
             <label>Outcome <select id=\"outcome\"><option value=\"\">all</option>"
        )?;
        for (outcome, _) in counts.all().iter().filter(|(_, count)| **count > 0) {
            writeln!(
                out,
                "<option value=\"{outcome}\">{}</option>",
                outcome.as_str().replace('_', " ")
            )?;
        }
        writeln!(
            out,
            "</select></label>\n<output id=\"status\" role=\"status\"></output>\n</form>\n<noscript><p>The first {} of {}. With \
             JavaScript, this table has all of them and can be searched.</p></noscript>\n\
             <div class=\"table\" role=\"region\" aria-labelledby=\"people\" tabindex=\"0\">\n<table>\n<thead><tr>",
            ROWS_PER_PAGE.min(counts.total()),
            people(counts.total())
        )?;
        for name in ["Line", "Email address", "Outcome", "Invitation", "Reason"] {
            write!(out, "<th scope=\"col\"><button type=\"button\">{name}</button></th>")?;
        }
        writeln!(out, "</tr></thead>\n<tbody>")?;
        for row in self.rows.rows().take(ROWS_PER_PAGE) {
            write_row(out, &row?)?;
        }
        writeln!(
            out,
            "</tbody>\n</table>\n</div>\n<nav aria-label=\"Pages of the table\" hidden>\
             <button type=\"button\" id=\"previous\">Previous</button> <span id=\"page\"></span> \
             <button type=\"button\" id=\"next\">Next</button></nav>\n</section>"
        )
    }

    /// Writes all rows as JSON for the script.
    fn write_data(&self, out: &mut impl Write) -> io::Result<()> {
        write!(out, "<script type=\"application/json\" id=\"data\">[")?;
        for (index, row) in self.rows.rows().enumerate() {
            let row = row?;
            let separator = if index == 0 { "" } else { ",\n" };
            let json = serde_json::to_string(&(
                row.position.line,
                &row.email_address,
                row.outcome,
                invitation(&row),
                &row.reason,
            ))?;
            // HTML ends a script at the first `</script`, even within a JSON string.
            write!(out, "{separator}{}", json.replace('<', "\\u003c"))?;
        }
        writeln!(out, "]</script>")
    }
}

fn write_row(out: &mut impl Write, row: &RowResult) -> io::Result<()> {
    writeln!(
        out,
        "<tr><td>{}</td><td>{}</td><td class=\"{}\">{}</td><td>{}</td><td>{}</td></tr>",
        row.position.line,
        html(&row.email_address),
        row.outcome,
        row.outcome.as_str().replace('_', " "),
        html(&invitation(row)),
        html(&row.reason)
    )
}

fn invitation(row: &RowResult) -> String {
    row.invitation_id
        .as_ref()
        .map_or_else(String::new, |id| escaped(id.as_str()))
}

/// Escapes text for elements and quoted attributes.
fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Returns the hash by which a Content Security Policy allows an inline style or script.
fn source_hash(text: &str) -> String {
    format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clerk_core::run::Outcome;

    use crate::people::Position;
    use crate::results::Results;

    #[test]
    fn text_of_the_file_and_of_clerk_is_escaped_everywhere() {
        const HOSTILE: &str = "</script><img src=x onerror=alert(1)>\"'&\u{1b}\u{202e}";
        let mut results = Results::new(true);
        results.insert(&RowResult::from_input(
            Position::new(2),
            HOSTILE,
            Outcome::Invalid,
            HOSTILE,
        ));
        let page = Page {
            source: HOSTILE,
            organization: Some(HOSTILE),
            mode: "Inviting",
            sends_nothing: false,
            counts: results.counts(),
            rows: results.report.as_ref().expect("a report"),
            timeline: &Timeline::default(),
            elapsed: Duration::ZERO,
            ended: Timestamp::from_millis(0),
            stop_reason: Some(HOSTILE),
        };
        let mut written = Vec::new();
        page.write(&mut written).expect("memory can be written");
        let text = String::from_utf8(written).expect("UTF-8");
        assert!(!text.contains("<img"), "{text}");
        assert_eq!(text.matches("</script").count(), 2, "{text}");
        let data = text
            .split("id=\"data\">")
            .nth(1)
            .and_then(|rest| rest.split("</script>").next());
        let rows: Vec<(u64, String, String, String, String)> =
            serde_json::from_str(data.expect("the data")).expect("JSON");
        assert_eq!(rows[0].1, "</script><img src=x onerror=alert(1)>\"'&<U+001B><U+202E>");
    }

    #[test]
    fn the_page_loads_nothing_and_its_policy_allows_its_own_style_and_script() {
        for text in [STYLE, SCRIPT] {
            for forbidden in ["http:", "https:", "//", "url(", "@import", "fetch", "innerHTML", "</"] {
                assert!(!text.contains(forbidden), "{forbidden} in {text}");
            }
        }
    }
}
