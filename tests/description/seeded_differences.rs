//! Tests the check itself: it finds every seeded difference in a small description, and nothing else.

use clerk_core::model::{InvitationStatus, Page};
use clerk_core::{Endpoint, EndpointRequest, InvalidRequest, Operation};
use serde::{Deserialize, Serialize};

use crate::check::differences;
use crate::choose::Choose;
use crate::differences::{Allowed, Problem, sort};
use crate::exchange::Case;
use crate::spec::Description;

const DESCRIPTION: &str = include_str!("seeded_differences.yml");

static ADD: Operation = Operation::post("AddBook", "/shelves/{shelf_id}/books");
static LIST: Operation = Operation::get("ListBooks", "/shelves/{shelf_id}/books");

#[derive(Debug, Serialize, Deserialize)]
struct Book {
    id: String,
    title: String,
    status: InvitationStatus,
    #[serde(default)]
    subtitle: Option<String>,
    cover: Cover,
}

#[derive(Debug, Serialize, Deserialize)]
struct Cover {
    url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    artist: Option<String>,
}

#[derive(Default, Serialize)]
struct AddBook {
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<InvitationStatus>,
}

impl AddBook {
    fn new(title: String) -> Self {
        Self {
            title,
            ..Self::default()
        }
    }

    fn pages(self, pages: u16) -> Self {
        Self {
            pages: Some(pages),
            ..self
        }
    }

    fn status(self, status: InvitationStatus) -> Self {
        Self {
            status: Some(status),
            ..self
        }
    }
}

impl Endpoint for AddBook {
    type Output = Book;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        ADD.request().path_param("shelf_id", "shelf_1")?.json(self)
    }
}

#[derive(Default)]
struct ListBooks {
    status: Option<InvitationStatus>,
    limit: Option<u16>,
}

impl ListBooks {
    fn status(self, status: InvitationStatus) -> Self {
        Self {
            status: Some(status),
            ..self
        }
    }

    fn limit(self, limit: u16) -> Self {
        Self {
            limit: Some(limit),
            ..self
        }
    }
}

impl Endpoint for ListBooks {
    type Output = Page<Book>;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        let request = LIST.request().path_param("shelf_id", "shelf_1")?;
        Ok(request
            .query_opt("status", self.status.as_ref())
            .query_opt("limit", self.limit))
    }
}

const CASES: &[Case] = &[
    Case {
        operation: "AddBook",
        call: |choose, wire| {
            let book = AddBook::new(choose.text());
            let book = choose.maybe(book, AddBook::pages, |choose| choose.number(1..=900));
            wire.send(&choose.maybe(book, AddBook::status, status))
        },
    },
    Case {
        operation: "ListBooks",
        call: |choose, wire| {
            let list = choose.maybe(ListBooks::default(), ListBooks::limit, |choose| choose.number(1..=500));
            wire.send(&choose.maybe(list, ListBooks::status, status))
        },
    },
];

fn status(choose: &mut Choose) -> InvitationStatus {
    choose.one_of(InvitationStatus::KNOWN)
}

/// Replaces `original` in the description by `seeded` and returns the differences that the check finds.
fn found(original: &str, seeded: &str) -> Vec<String> {
    assert_eq!(DESCRIPTION.matches(original).count(), 1, "{original:?} occurs once");
    let description = Description::read(&DESCRIPTION.replace(original, seeded));
    let found = differences(&description, [&ADD, &LIST].into_iter(), CASES);
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn finds_nothing_without_a_seeded_difference() {
    assert_eq!(found("openapi: 3.0.3", "openapi: 3.0.3"), [""; 0]);
}

#[test]
fn finds_each_seeded_difference() {
    // The original text, the seeded text, and the beginning of each difference that the check must find.
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "operationId: AddBook",
            "operationId: PutBook",
            &["AddBook: is not described"],
        ),
        (
            "/shelves/{shelf_id}/books:",
            "/shelves/{id}/books:",
            &[
                "AddBook path: is /shelves/{shelf_id}/books in the SDK, but described as /shelves/{id}/books",
                "ListBooks path: is ",
            ],
        ),
        (
            "    post: #",
            "    put: #",
            &["AddBook method: is POST in the SDK, but described as PUT"],
        ),
        (
            "title: { type: string } # given",
            "name: { type: string }",
            &[
                "AddBook body: is sent with a value that is not allowed: ",
                "AddBook body.name: is described, but not in the SDK",
                "AddBook body.title: is not described",
            ],
        ),
        (
            "required: [title] # given",
            "required: []",
            &["AddBook body.title: is optional, but always sent"],
        ),
        (
            "required: [title] # given",
            "required: [title, pages]",
            &["AddBook body: is sent with a value that is not allowed: : \"pages\" is a required property"],
        ),
        (
            "maximum: 900",
            "maximum: 400",
            &[
                "AddBook body: is sent with a value that is not allowed: /pages: ",
                "AddBook body.pages: can be 400",
            ],
        ),
        (
            "maximum: 900",
            "maximum: 1000",
            &["AddBook body.pages: can be 1000, but not in the SDK"],
        ),
        (
            "[pending, accepted, revoked, expired] # given",
            "[pending, accepted, revoked, expired, lent]",
            &["AddBook body.status: can be \"lent\", but not in the SDK"],
        ),
        (
            "[pending, accepted, revoked, expired] # given",
            "[pending, accepted, revoked]",
            &["AddBook body: is sent with a value that is not allowed: /status: "],
        ),
        (
            "name: limit",
            "name: size",
            &[
                "ListBooks query.limit: is not described",
                "ListBooks query.size: is described, but not in the SDK",
            ],
        ),
        (
            "enum: [pending, accepted, revoked, expired] # filter",
            "enum: [pending, accepted, revoked, expired, lent]",
            &["ListBooks query.status: can be \"lent\", but not in the SDK"],
        ),
        (
            "maximum: 500",
            "maximum: 100",
            &[
                "ListBooks query.limit: can be 100, but not in the SDK",
                "ListBooks query.limit: is sent with a value that is not allowed: ",
            ],
        ),
        (
            "artist: { type: string }",
            "painter: { type: string }",
            &[
                "AddBook response.cover.painter: is described, but not in the SDK",
                "ListBooks response[].cover.painter: is described, but not in the SDK",
            ],
        ),
        (
            "required: [id, title, status, subtitle, cover]",
            "required: [id, status, subtitle, cover]",
            &[
                "AddBook response: makes a response undecodable: AddBook succeeded with status 200, but its response could not be \
                 read: missing field at title",
                "AddBook response.title: is optional or nullable, but required by the SDK: ",
                "ListBooks response: makes a response undecodable: ListBooks succeeded with status 200, but its response could not be \
                 read: missing field at [",
                "ListBooks response[].title: is optional or nullable, but required by the SDK: ",
            ],
        ),
        (
            "required: [url]",
            "required: [url, artist]",
            &[
                "AddBook response.cover.artist: is required, but optional in the SDK",
                "ListBooks response[].cover.artist: is required, but optional in the SDK",
            ],
        ),
        (
            "url: { type: string }",
            "url: { type: string, nullable: true }",
            &[
                "AddBook response: makes a response undecodable: ",
                "AddBook response.cover.url: is optional or nullable, but required by the SDK: ",
                "ListBooks response: makes a response undecodable: ",
                "ListBooks response[].cover.url: is optional or nullable, but required by the SDK: ",
            ],
        ),
        (
            "enum: [pending, accepted, revoked, expired] # kept",
            "enum: [pending, accepted, revoked, expired, lent]",
            &[
                "AddBook response.status: can be \"lent\", but not in the SDK",
                "ListBooks response[].status: can be \"lent\", but not in the SDK",
            ],
        ),
        (
            "title: { type: string } # kept",
            "title: { type: integer }",
            &[
                "AddBook response: makes a response undecodable: ",
                "ListBooks response: makes a response undecodable: ",
            ],
        ),
    ];
    for (original, seeded, expected) in cases {
        let found = found(original, seeded);
        for beginning in *expected {
            let is_found = found.iter().any(|difference| difference.starts_with(beginning));
            assert!(is_found, "{seeded:?}: {beginning:?} is not in {found:#?}");
        }
        for difference in &found {
            let is_expected = expected.iter().any(|beginning| difference.starts_with(beginning));
            assert!(is_expected, "{seeded:?}: {difference:?} was not seeded");
        }
    }
}

/// A model that rejects unknown fields.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClosedBook {
    id: String,
    title: String,
    status: ClosedStatus,
    subtitle: Option<String>,
    cover: Cover,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ClosedStatus {
    Pending,
    Accepted,
    Revoked,
    Expired,
}

struct AddClosedBook(AddBook);

impl Endpoint for AddClosedBook {
    type Output = ClosedBook;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        self.0.request()
    }
}

#[test]
fn finds_a_model_that_rejects_unknown_fields() {
    let case = Case {
        operation: "AddBook",
        call: |choose, wire| wire.send(&AddClosedBook(AddBook::new(choose.text()))),
    };
    let description = Description::read(DESCRIPTION);
    let found = differences(&description, [&ADD].into_iter(), &[case]);
    let found: Vec<_> = found
        .iter()
        .filter(|difference| difference.place.starts_with("response"))
        .map(|difference| {
            (
                difference.place.as_str(),
                matches!(difference.problem, Problem::Unreadable(_)),
            )
        })
        .collect();
    assert_eq!(found, [("response", true), ("response.status", true)]);
}

#[test]
fn finds_an_operation_without_a_case() {
    let description = Description::read(DESCRIPTION);
    let found = differences(&description, [&ADD, &LIST].into_iter(), &CASES[..1]);
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, ["ListBooks: has no case in the check"]);
}

#[test]
fn reports_permissions_that_are_not_needed() {
    let seeded = DESCRIPTION.replace("required: [url]", "required: [url, artist]");
    let found = differences(&Description::read(&seeded), [&ADD, &LIST].into_iter(), CASES);
    let allowed = [Allowed {
        operation: "AddBook",
        places: &["*.artist", "response.title"],
        problem: Problem::OptionalInSdk,
        reason: "old books have none",
    }];
    let verdict = sort(found, &allowed);
    let operations = |difference: &crate::differences::Difference| difference.operation.clone();
    assert_eq!(
        verdict.unintended.iter().map(operations).collect::<Vec<_>>(),
        ["ListBooks"]
    );
    let intended: Vec<_> = verdict
        .intended
        .iter()
        .map(|(d, reason)| (operations(d), *reason))
        .collect();
    assert_eq!(intended, [("AddBook".to_owned(), "old books have none")]);
    assert_eq!(
        verdict.stale.iter().map(|(_, place)| *place).collect::<Vec<_>>(),
        ["response.title"]
    );
}
