use super::body::Body;
use super::request::RecordedRequest;
use crate::difference::{Difference, Extent, diff_json};
use crate::query;

/// Lists where a request differs from a recorded one.
pub(super) fn diff(recorded: &RecordedRequest<'_>, request: &RecordedRequest<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    if recorded.method != request.method {
        found.push(Difference::new(
            "method",
            Some(recorded.method.to_string()),
            Some(request.method.to_string()),
        ));
    }
    if recorded.path != request.path {
        found.push(Difference::new(
            "path",
            Some(recorded.path.to_string()),
            Some(request.path.to_string()),
        ));
    }
    found.extend(query::diff(&recorded.query, &request.query));
    match (&recorded.body, &request.body) {
        (Body::Json(recorded), Body::Json(body)) => {
            let differences = diff_json(recorded, body, Extent::Whole).into_iter();
            found.extend(differences.map(|difference| difference.within("body")));
        }
        (recorded, body) => {
            if recorded != body {
                let (recorded, mut body) = (recorded.describe(), body.describe());
                if recorded == body {
                    body = body.map(|description| format!("{description} with other content"));
                }
                found.push(Difference::new("body", recorded, body));
            }
        }
    }
    found
}
