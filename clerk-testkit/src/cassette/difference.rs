use super::body::Body;
use super::request::RecordedRequest;
use super::rules::MatchRules;
use crate::difference::{Difference, Extent, diff_json};
use crate::query;

/// Lists where a request does not match a recorded one.
pub(super) fn diff(
    rules: &MatchRules,
    recorded: &RecordedRequest<'_>,
    request: &RecordedRequest<'_>,
) -> Vec<Difference> {
    let (recorded, request) = (rules.apply(recorded), rules.apply(request));
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
    for name in rules.headers() {
        let (recorded, value) = (recorded.headers.get(name), request.headers.get(name));
        if recorded != value {
            let show = |values: Option<&Vec<String>>| values.map(|values| format!("{:?}", values.join(", ")));
            found.push(Difference::new(format!("header {name}"), show(recorded), show(value)));
        }
    }
    match (&recorded.body, &request.body) {
        (Body::Json(recorded), Body::Json(body)) => {
            let differences = diff_json(recorded, body, rules.extent()).into_iter();
            found.extend(differences.map(|difference| difference.within("body")));
        }
        (recorded, body) => {
            let is_part = recorded.is_empty() && rules.extent() == Extent::Part;
            if recorded != body && !is_part {
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
