//! What a run's calls are: the one place where inviting to the application and to an organization differ.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::journal::Lane;
use super::person::Identity;
use crate::api::invitations;
use crate::client::Client;
use crate::endpoint::{Endpoint, EndpointRequest};
use crate::error::{InvalidRequest, Result};
use crate::model::{EmailAddress, InvitationId, InvitationStatus, Page};
use crate::operation::{Operation, RateLimitKey};

/// How many users one call can be asked for.
pub(super) const USERS_A_CALL: usize = 100;

static LIST_USERS: Operation = Operation::get("GetUserList", "/users");
static GET_INSTANCE: Operation = Operation::get("GetInstance", "/instance");

/// What people are invited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Application,
}

/// An invitation as a run reads it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Found {
    pub(super) id: InvitationId,
    pub(super) email_address: EmailAddress,
    pub(super) status: InvitationStatus,
    #[serde(default)]
    pub(super) url: Option<String>,
}

impl Found {
    pub(super) fn address(&self) -> &str {
        self.email_address.as_str()
    }
}

impl Target {
    /// The largest page of a list.
    pub(super) const PAGE: u64 = 500;

    /// The path of the resource below `/v1`, as journals name it.
    pub(super) fn resource(&self) -> String {
        match self {
            Self::Application => "invitations".to_owned(),
        }
    }

    const fn create(&self, lane: Lane) -> &'static Operation {
        match (self, lane) {
            (Self::Application, Lane::Bulk) => &invitations::CREATE_BULK,
            (Self::Application, Lane::Single) => &invitations::CREATE,
        }
    }

    const fn list(&self) -> &'static Operation {
        match self {
            Self::Application => &invitations::LIST,
        }
    }

    const fn revocation(&self) -> &'static Operation {
        match self {
            Self::Application => &invitations::REVOKE,
        }
    }

    pub(super) const fn rate_limit_key(&self, lane: Lane) -> RateLimitKey {
        self.create(lane).rate_limit_key()
    }

    fn request(&self, operation: &Operation) -> Result<EndpointRequest, InvalidRequest> {
        match self {
            Self::Application => Ok(operation.request()),
        }
    }

    /// Invites people: one attempt at the lane's endpoint.
    pub(super) async fn invite(&self, client: &Client, lane: Lane, bodies: &[Box<RawValue>]) -> Result<Vec<Found>> {
        let request = self.request(self.create(lane))?;
        match (lane, bodies) {
            (Lane::Single, [body]) => {
                let request = request.json(body)?;
                client.execute(&Call::<Found>::new(request)).await.map(|one| vec![one])
            }
            _ => {
                let request = request.json(bodies)?;
                client
                    .execute(&Call::<Page<Found>>::new(request))
                    .await
                    .map(|page| page.data)
            }
        }
    }

    /// Takes an invitation back.
    pub(super) async fn revoke(&self, client: &Client, id: &InvitationId) -> Result<()> {
        let request = self.request(self.revocation())?.path_param("invitation_id", id)?;
        client.execute(&Call::<IgnoredAny>::new(request)).await.map(drop)
    }

    /// One page of the invitations of a status, oldest first; without a status, of all but revoked ones.
    pub(super) async fn page(&self, client: &Client, filter: &Filter<'_>, offset: u64) -> Result<Page<Found>> {
        let request = self.request(self.list())?;
        let request = request
            .query_opt("status", filter.status.as_ref())
            .query_opt("query", filter.address)
            .query("order_by", "+created_at")
            .query("paginated", true)
            .query("limit", Self::PAGE)
            .query("offset", offset);
        client.execute(&Call::new(request)).await
    }
}

/// Which invitations to read.
#[derive(Debug, Default)]
pub(super) struct Filter<'a> {
    pub(super) status: Option<InvitationStatus>,
    pub(super) address: Option<&'a str>,
}

/// Those of the addresses, at most [`USERS_A_CALL`], that users have.
pub(super) async fn addresses_of_users(client: &Client, who: &[&Identity]) -> Result<Vec<Identity>> {
    #[derive(Deserialize)]
    struct User {
        #[serde(default)]
        email_addresses: Vec<Address>,
    }

    #[derive(Deserialize)]
    struct Address {
        email_address: EmailAddress,
    }

    let mut request = LIST_USERS.request().query("limit", Target::PAGE);
    for identity in who {
        request = request.query("email_address", identity.as_str());
    }
    let users: Page<User> = client.execute(&Call::new(request)).await?;
    let addresses = users.into_iter().flat_map(|user| user.email_addresses);
    Ok(addresses
        .map(|address| Identity::of(address.email_address.as_str()))
        .collect())
}

/// The id of the instance that the client's key belongs to.
pub(super) async fn instance_id(client: &Client) -> Result<String> {
    #[derive(Deserialize)]
    struct Instance {
        id: String,
    }

    let call = Call::<Instance>::new(GET_INSTANCE.request());
    client.execute(&call).await.map(|instance| instance.id)
}

/// A request that decodes to what the run reads of its answer.
struct Call<T> {
    request: EndpointRequest,
    output: std::marker::PhantomData<fn() -> T>,
}

impl<T> Call<T> {
    const fn new(request: EndpointRequest) -> Self {
        Self {
            request,
            output: std::marker::PhantomData,
        }
    }
}

impl<T: serde::de::DeserializeOwned + Send> Endpoint for Call<T> {
    type Output = T;

    fn request(&self) -> Result<EndpointRequest, InvalidRequest> {
        Ok(self.request.clone())
    }
}
