//! Connections to the service.

use std::path::{Path, PathBuf};

use clap::Args;
use jobmatch_proto::v1::admin_service_client::AdminServiceClient;
use jobmatch_proto::v1::gig_service_client::GigServiceClient;
use jobmatch_proto::v1::intake_service_client::IntakeServiceClient;
use jobmatch_proto::v1::match_service_client::MatchServiceClient;
use jobmatch_proto::v1::nearby_service_client::NearbyServiceClient;
use jobmatch_proto::v1::posting_service_client::PostingServiceClient;
use jobmatch_proto::v1::profile_service_client::ProfileServiceClient;
use jobmatch_proto::v1::station_service_client::StationServiceClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity};
use tonic::{Request, Status};

use crate::failure::Failure;

/// Largest answer that is read: a page of 1,000 postings.
const MAX_ANSWER_BYTES: usize = 256 << 20;

/// Where the service is.
#[derive(Debug, Clone, Args)]
pub(crate) struct Connection {
    /// Address of the service.
    #[arg(long, global = true, env = "JOBMATCH_SERVER", default_value = "http://127.0.0.1:50051")]
    server: String,
    /// Address of its AdminService.
    #[arg(long, global = true, env = "JOBMATCH_ADMIN", default_value = "http://127.0.0.1:50052")]
    admin: String,
    /// Certificate of the authority that signed the service's, PEM; by default those that the
    /// world trusts.
    #[arg(long, global = true, env = "JOBMATCH_CA_CERTIFICATE")]
    ca_certificate: Option<PathBuf>,
    /// Certificate to show to a service that asks its clients for one, PEM, with those that lead
    /// up to its authority; needs --client-key.
    #[arg(long, global = true, env = "JOBMATCH_CLIENT_CERTIFICATE", value_name = "FILE")]
    client_certificate: Option<PathBuf>,
    /// Key of that certificate, PEM.
    #[arg(long, global = true, env = "JOBMATCH_CLIENT_KEY", value_name = "FILE")]
    client_key: Option<PathBuf>,
    /// API key, when the service asks for one.
    #[arg(long, global = true, env = "JOBMATCH_API_KEY", hide_env_values = true)]
    api_key: Option<String>,
}

/// Adds the API key to each call.
#[derive(Clone)]
pub(crate) struct WithKey(Option<MetadataValue<Ascii>>);

impl Interceptor for WithKey {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(key) = &self.0 {
            request.metadata_mut().insert("authorization", key.clone());
        }
        Ok(request)
    }
}

type Keyed = InterceptedService<Channel, WithKey>;

impl Connection {
    async fn channel(&self, address: &str) -> Result<Keyed, Failure> {
        let bad = |e: tonic::transport::Error| {
            Failure::new(format!("{address}: {e}; is jobmatchd running there?"))
        };
        let mut endpoint = Endpoint::from_shared(address.to_owned()).map_err(bad)?;
        if address.starts_with("https://") {
            endpoint = endpoint.tls_config(self.tls()?).map_err(bad)?;
        }
        let channel = endpoint.connect().await.map_err(bad)?;
        let key = match &self.api_key {
            None => None,
            Some(key) => Some(
                format!("Bearer {key}")
                    .parse()
                    .map_err(|_| Failure::new("--api-key holds characters that no key has"))?,
            ),
        };
        Ok(InterceptedService::new(channel, WithKey(key)))
    }

    fn tls(&self) -> Result<ClientTlsConfig, Failure> {
        let tls = match &self.ca_certificate {
            None => ClientTlsConfig::new().with_enabled_roots(),
            Some(path) => ClientTlsConfig::new()
                .ca_certificate(Certificate::from_pem(read("--ca-certificate", path)?)),
        };
        match (&self.client_certificate, &self.client_key) {
            (None, None) => Ok(tls),
            (Some(certificate), Some(key)) => Ok(tls.identity(Identity::from_pem(
                read("--client-certificate", certificate)?,
                read("--client-key", key)?,
            ))),
            (Some(_), None) => Err(Failure::new("--client-certificate needs --client-key")),
            (None, Some(_)) => Err(Failure::new("--client-key needs --client-certificate")),
        }
    }

    pub(crate) async fn postings(&self) -> Result<PostingServiceClient<Keyed>, Failure> {
        let client = PostingServiceClient::new(self.channel(&self.server).await?);
        Ok(client.max_decoding_message_size(MAX_ANSWER_BYTES))
    }

    pub(crate) async fn profiles(&self) -> Result<ProfileServiceClient<Keyed>, Failure> {
        let client = ProfileServiceClient::new(self.channel(&self.server).await?);
        Ok(client.max_decoding_message_size(MAX_ANSWER_BYTES))
    }

    pub(crate) async fn matches(&self) -> Result<MatchServiceClient<Keyed>, Failure> {
        let client = MatchServiceClient::new(self.channel(&self.server).await?);
        Ok(client.max_decoding_message_size(MAX_ANSWER_BYTES))
    }

    pub(crate) async fn gigs(&self) -> Result<GigServiceClient<Keyed>, Failure> {
        let client = GigServiceClient::new(self.channel(&self.server).await?);
        Ok(client.max_decoding_message_size(MAX_ANSWER_BYTES))
    }

    pub(crate) async fn intake(&self) -> Result<IntakeServiceClient<Keyed>, Failure> {
        let client = IntakeServiceClient::new(self.channel(&self.server).await?);
        Ok(client.max_decoding_message_size(MAX_ANSWER_BYTES))
    }

    pub(crate) async fn nearby(&self) -> Result<NearbyServiceClient<Keyed>, Failure> {
        let client = NearbyServiceClient::new(self.channel(&self.server).await?);
        Ok(client.max_decoding_message_size(MAX_ANSWER_BYTES))
    }

    pub(crate) async fn stations(&self) -> Result<StationServiceClient<Keyed>, Failure> {
        let client = StationServiceClient::new(self.channel(&self.server).await?);
        Ok(client.max_decoding_message_size(MAX_ANSWER_BYTES))
    }

    pub(crate) async fn admin(&self) -> Result<AdminServiceClient<Keyed>, Failure> {
        Ok(AdminServiceClient::new(self.channel(&self.admin).await?))
    }
}

fn read(option: &str, path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|e| Failure::new(format!("{option} {}: {e}", path.display())))
}
