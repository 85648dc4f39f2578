use std::collections::BTreeMap;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use clerk_core::HttpRequest;
use clerk_core::model::NormalizedEmailAddress;
use serde::Deserialize;
use serde_json::{Value, json};

use super::matcher::{RequestMatcher, get, post};
use super::reply::{Reply, invitation};
use super::times::count;
use super::transport::Mock;

/// The calls of an invitation run, as [`Mock::expect_invitation_run`] expects them.
#[derive(Debug, Clone)]
pub struct InvitationRunCalls {
    invited: Arc<Mutex<Vec<String>>>,
}

impl InvitationRunCalls {
    /// Returns the addresses that were invited so far, in order and as they were sent.
    pub fn invited(&self) -> Vec<String> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<String>> {
        self.invited.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Invites one person, and returns the invitation.
    fn invite(&self, sent: Sent, organization: Option<&str>) -> Value {
        let mut invited = self.lock();
        invited.push(sent.email_address.clone());
        let mut invitation = invitation(&format!("inv_{}", invited.len()), &sent.email_address);
        if let Some(organization) = organization {
            invitation["object"] = json!("organization_invitation");
            invitation["organization_id"] = json!(organization);
            invitation["role"] = json!(sent.role);
            invitation["private_metadata"] = json!({});
        }
        invitation
    }
}

/// The fields of a request that a response repeats.
#[derive(Deserialize)]
struct Sent {
    email_address: String,
    #[serde(default)]
    role: Option<String>,
}

impl Mock {
    /// Expects an invitation run (`clerk.invitations().invite_all(…)`) that invites each of `addresses` once.
    ///
    /// A run makes these calls, each any number of times, and Clerk has none of these people so far:
    ///
    /// | call | reply |
    /// |---|---|
    /// | `GET /v1/instance` | a development instance |
    /// | `GET /v1/invitations` | an empty page |
    /// | `GET /v1/users` | no user |
    /// | `POST /v1/invitations/bulk` | an invitation for each person in the request |
    /// | `POST /v1/invitations` | an invitation for the person in the request |
    ///
    /// [`verify`](Self::verify) reports people who were not invited, who were invited twice, and who are not in `addresses`.
    /// Expectations that are added before come first, for example of a refusal.
    ///
    /// ```
    /// use clerk_core::api::invitations::CreateInvitation;
    /// use clerk_core::run::Outcome;
    /// use clerk_core::{Client, SecretKey};
    /// use clerk_testkit::{Mock, VirtualClock};
    ///
    /// let team = ["ada@example.com", "bob@example.com"];
    /// let mock = Mock::new();
    /// mock.expect_invitation_run(team);
    ///
    /// let key = SecretKey::new("sk_test_abc")?;
    /// let clerk = Client::builder(key, mock.clone()).clock(VirtualClock::new()).build()?;
    /// let run = clerk.invitations().invite_all(team.map(CreateInvitation::new)).run();
    /// assert_eq!(pollster::block_on(run).count(Outcome::Created), 2);
    /// mock.verify()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn expect_invitation_run<A: AsRef<str>>(&self, addresses: impl IntoIterator<Item = A>) -> InvitationRunCalls {
        self.expect(get("/v1/users")).respond(Reply::json(json!([]))).times(..);
        self.expect_run("/v1/invitations", None, addresses)
    }

    /// Does the same for the invitations to an organization. A run makes these calls:
    ///
    /// | call | reply |
    /// |---|---|
    /// | `GET /v1/instance` | a development instance |
    /// | `GET /v1/organizations/{organization_id}/invitations` | an empty page |
    /// | `GET /v1/organization_roles` | an empty page, which says nothing about roles |
    /// | `POST /v1/organizations/{organization_id}/invitations/bulk` | an invitation for each person in the request |
    /// | `POST /v1/organizations/{organization_id}/invitations` | an invitation for the person in the request |
    #[track_caller]
    pub fn expect_organization_invitation_run<A: AsRef<str>>(
        &self,
        organization_id: impl AsRef<str>,
        addresses: impl IntoIterator<Item = A>,
    ) -> InvitationRunCalls {
        let organization = organization_id.as_ref();
        self.expect(get("/v1/organization_roles"))
            .respond(Reply::page([], 0))
            .times(..);
        let path = format!("/v1/organizations/{organization}/invitations");
        self.expect_run(&path, Some(organization.to_owned()), addresses)
    }

    #[track_caller]
    fn expect_run<A: AsRef<str>>(
        &self,
        path: &str,
        organization: Option<String>,
        addresses: impl IntoIterator<Item = A>,
    ) -> InvitationRunCalls {
        let calls = InvitationRunCalls {
            invited: Arc::default(),
        };
        let any = |matcher: RequestMatcher, reply: fn(&[Value]) -> Reply| {
            let (calls, organization) = (calls.clone(), organization.clone());
            let reply = move |request: &HttpRequest| match people(request) {
                Some(people) => {
                    let people = people.into_iter();
                    let invited = people.map(|sent| calls.invite(sent, organization.as_deref()));
                    reply(&invited.collect::<Vec<_>>())
                }
                None => Reply::error(422, "form_param_missing"),
            };
            self.expect(matcher).respond_with(reply).times(..);
        };
        let instance = json!({ "object": "instance", "id": "ins_1", "environment_type": "development" });
        self.expect(get("/v1/instance"))
            .respond(Reply::json(instance))
            .times(..);
        self.expect(get(path)).respond(Reply::page([], 0)).times(..);
        any(post(format!("{path}/bulk")), |invited| Reply::json(invited));
        any(post(path), |invited| Reply::json(&invited[0]));
        let location = Location::caller();
        let people = addresses
            .into_iter()
            .map(|address| NormalizedEmailAddress::new(address.as_ref()));
        let (people, checked) = (people.collect::<Vec<_>>(), calls.clone());
        self.add_check(Box::new(move || problems(&people, &checked.lock(), location)));
        calls
    }
}

/// Reads the people of a call, at least one.
fn people(request: &HttpRequest) -> Option<Vec<Sent>> {
    let body = request.body();
    let people = serde_json::from_slice(body).or_else(|_| serde_json::from_slice(body).map(|sent| vec![sent]));
    people.ok().filter(|people: &Vec<Sent>| !people.is_empty())
}

fn problems(people: &[NormalizedEmailAddress], invited: &[String], location: &Location<'_>) -> Vec<String> {
    let mut times: BTreeMap<NormalizedEmailAddress, usize> = BTreeMap::new();
    for address in invited {
        *times.entry(NormalizedEmailAddress::new(address)).or_default() += 1;
    }
    let mut problems = Vec::new();
    for person in people {
        match times.remove(person).unwrap_or_default() {
            1 => {}
            calls => problems.push(format!(
                "{} {}, and the invitation run expected at {location} invites them once",
                person.as_str(),
                was_invited(calls)
            )),
        }
    }
    problems.extend(times.into_keys().map(|stranger| {
        let stranger = stranger.as_str();
        format!("{stranger} was invited, and is not one of the people of the invitation run expected at {location}")
    }));
    problems
}

fn was_invited(times: usize) -> String {
    match times {
        0 => "was not invited".to_owned(),
        times => format!("was invited {}", count(times)),
    }
}
