//! Compares operations with a description.

use std::collections::BTreeSet;

use clerk_core::Operation;

use crate::differences::{Difference, Problem};
use crate::exchange::Case;
use crate::spec::{Described, Description};
use crate::{requests, responses};

/// Returns all differences between `operations` and their description. Each operation is called by its case.
pub(crate) fn differences<'a>(
    description: &Description,
    operations: impl Iterator<Item = &'a Operation>,
    cases: &[Case],
) -> BTreeSet<Difference> {
    operations
        .flat_map(|operation| {
            check_operation(description, operation, cases)
                .into_iter()
                .map(|(place, problem)| Difference {
                    operation: operation.name().to_owned(),
                    place,
                    problem,
                })
        })
        .collect()
}

fn check_operation(description: &Description, operation: &Operation, cases: &[Case]) -> Vec<(String, Problem)> {
    let Some(described) = description.operations.get(operation.name()) else {
        return vec![(String::new(), Problem::NotDescribed)];
    };
    let Some(case) = cases.iter().find(|case| case.operation == operation.name()) else {
        return vec![(String::new(), Problem::NotChecked)];
    };
    let mut problems = check_method_and_path(described, operation);
    if problems.is_empty() {
        problems.extend(requests::check(description, described, case));
    }
    match &described.response {
        Some(schema) => problems.extend(responses::check(description, schema, case)),
        None => problems.push(("response".to_owned(), Problem::NotDescribed)),
    }
    problems
}

/// Compares the method and the path, including the names of its parameters.
fn check_method_and_path(described: &Described, operation: &Operation) -> Vec<(String, Problem)> {
    let pairs = [
        ("method", operation.method().as_str(), &described.method),
        ("path", operation.path(), &described.path),
    ];
    pairs
        .into_iter()
        .filter(|(_, sdk, described)| sdk != described)
        .map(|(place, sdk, described)| {
            let (sdk, described) = (sdk.to_owned(), described.clone());
            (place.to_owned(), Problem::Other { sdk, described })
        })
        .collect()
}
