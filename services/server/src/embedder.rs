//! The section `[embedder]` of the configuration: which embedder, and how it is asked.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jobmatch_matching::{
    ApiKey, EmbedError, Embedder, Protocol, RemoteEmbedder, RemoteOptions, ServiceOptions,
    StaticModel,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Which embedder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmbedderKind {
    /// The one that ships with the service.
    #[default]
    BuiltIn,
    /// A model of one's own, made by `jobmatch train-embedder`, or the built-in one cut.
    Static,
    /// A model of the BERT family in a folder of this machine.
    Bert,
    /// An endpoint that speaks OpenAI's `/v1/embeddings`.
    Openai,
    /// An endpoint of text-embeddings-inference.
    Tei,
}

/// The section as text; what is not given has the default of the embedder.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmbedderConfig {
    /// Which embedder.
    pub kind: EmbedderKind,
    /// Folder of a BERT model, or file of a static one.
    pub path: Option<PathBuf>,
    /// Whole address of the call.
    pub url: Option<String>,
    /// Name of the model.
    pub model: Option<String>,
    /// Elements of its vectors.
    pub dimensions: Option<usize>,
    /// File that holds the API key and nothing else.
    pub api_key_file: Option<PathBuf>,
    /// Texts of one request.
    pub batch: Option<usize>,
    /// Time limit of a request for records.
    pub timeout_seconds: Option<u64>,
    /// Time limit of a request for a question.
    pub query_timeout_ms: Option<u64>,
    /// Attempts after the first, for records.
    pub retries: Option<u32>,
    /// After five failed attempts in a row none is made for this long.
    pub rest_seconds: Option<u64>,
    /// Longer texts are cut here.
    pub max_characters: Option<usize>,
    /// Put before questions.
    pub query_prefix: Option<String>,
    /// Profiles and persons' questions may be sent, redacted.
    pub profiles: bool,
}

/// Why an embedder cannot be used.
#[derive(Debug, Error)]
pub enum EmbedderError {
    /// A key that the kind needs.
    #[error("embedder.{key} is missing; this kind needs {needs}")]
    Missing {
        /// The key.
        key: &'static str,
        /// All keys that the kind needs.
        needs: &'static str,
    },
    /// A key that means nothing with this kind.
    #[error("embedder.{key} has no meaning with this kind; remove it or choose another kind")]
    Unused {
        /// The key.
        key: &'static str,
    },
    /// The program was built without it.
    #[error("this jobmatchd was built without BERT models; build it with `--features bert`")]
    NotBuilt,
    /// Texts and keys would be readable on their way.
    #[error(
        "embedder.url leaves this machine without TLS; use https://, or insecure = true on a \
         trusted network"
    )]
    Exposed,
    /// The file of the key.
    #[error("cannot read the API key in {path}: {source}")]
    KeyFile {
        /// The path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// The file of a static model.
    #[error("cannot read the model in {path}: {source}")]
    ModelFile {
        /// The path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A value that the embedder refuses.
    #[error(transparent)]
    Settings(#[from] EmbedError),
}

impl EmbedderConfig {
    fn protocol(&self) -> Option<Protocol> {
        match self.kind {
            EmbedderKind::BuiltIn | EmbedderKind::Static | EmbedderKind::Bert => None,
            EmbedderKind::Openai => Some(Protocol::OpenAi),
            EmbedderKind::Tei => Some(Protocol::Tei),
        }
    }

    /// Checks what can be checked without files. `insecure` allows plain HTTP to other
    /// machines.
    pub(crate) fn check(&self, insecure: bool) -> Result<(), EmbedderError> {
        let Some(options) = self.options()? else {
            let is_static = self.kind == EmbedderKind::Static;
            let bert = self.kind == EmbedderKind::Bert;
            if bert && self.path.is_none() {
                return Err(EmbedderError::Missing { key: "path", needs: "path" });
            }
            let unused = [
                ("path", self.path.is_some() && !bert && !is_static),
                ("url", self.url.is_some()),
                ("model", self.model.is_some()),
                ("dimensions", self.dimensions.is_some() && !is_static),
                ("api_key_file", self.api_key_file.is_some()),
                ("profiles", self.profiles),
            ];
            return match unused.into_iter().find(|(_, given)| *given) {
                Some((key, _)) => Err(EmbedderError::Unused { key }),
                None => Ok(()),
            };
        };
        if self.path.is_some() {
            return Err(EmbedderError::Unused { key: "path" });
        }
        if !insecure && options.url.starts_with("http://") && !is_local(&options.url) {
            return Err(EmbedderError::Exposed);
        }
        RemoteEmbedder::new(options)?;
        Ok(())
    }

    /// Puts the embedder into the options of the service; reads the file of the key.
    pub(crate) fn apply(&self, service: &mut ServiceOptions) -> Result<(), EmbedderError> {
        if self.kind == EmbedderKind::Bert {
            service.embedder = self.bert()?;
            return Ok(());
        }
        if self.kind == EmbedderKind::Static {
            service.embedder = Arc::new(self.static_model()?);
            return Ok(());
        }
        let Some(mut options) = self.options()? else {
            return Ok(());
        };
        if let Some(path) = &self.api_key_file {
            let refused = |source| EmbedderError::KeyFile { path: path.clone(), source };
            let key = std::fs::read_to_string(path).map_err(refused)?;
            options.api_key = Some(ApiKey::new(&key));
        }
        let embedder: Arc<dyn Embedder> = Arc::new(RemoteEmbedder::new(options)?);
        service.embedder = embedder;
        service.send_profiles = self.profiles;
        Ok(())
    }

    fn static_model(&self) -> Result<StaticModel, EmbedderError> {
        let model = match &self.path {
            None => StaticModel::built_in(),
            Some(path) => {
                let refused = |source| EmbedderError::ModelFile { path: path.clone(), source };
                StaticModel::load(&std::fs::read(path).map_err(refused)?)?
            }
        };
        Ok(match self.dimensions {
            None => model,
            Some(dimensions) => model.cut(dimensions)?,
        })
    }

    #[cfg(feature = "bert")]
    fn bert(&self) -> Result<Arc<dyn Embedder>, EmbedderError> {
        let path = self.path.as_deref().unwrap_or(std::path::Path::new("."));
        let prefix = self.query_prefix.as_deref().unwrap_or_default();
        Ok(Arc::new(jobmatch_matching::BertEmbedder::load(path, prefix)?))
    }

    #[cfg(not(feature = "bert"))]
    fn bert(&self) -> Result<Arc<dyn Embedder>, EmbedderError> {
        Err(EmbedderError::NotBuilt)
    }

    /// The options without the key; `None`: the embedder is none that is asked over HTTP.
    fn options(&self) -> Result<Option<RemoteOptions>, EmbedderError> {
        let Some(protocol) = self.protocol() else {
            return Ok(None);
        };
        let missing = |key| EmbedderError::Missing { key, needs: "url, model and dimensions" };
        let mut options = RemoteOptions::new(
            protocol,
            self.url.as_deref().ok_or_else(|| missing("url"))?,
            self.model.as_deref().ok_or_else(|| missing("model"))?,
            self.dimensions.ok_or_else(|| missing("dimensions"))?,
        );
        options.batch = self.batch.unwrap_or(options.batch);
        options.timeout = self.timeout_seconds.map_or(options.timeout, Duration::from_secs);
        options.query_timeout =
            self.query_timeout_ms.map_or(options.query_timeout, Duration::from_millis);
        options.retries = self.retries.unwrap_or(options.retries);
        options.open_for = self.rest_seconds.map_or(options.open_for, Duration::from_secs);
        options.max_characters = self.max_characters.unwrap_or(options.max_characters);
        options.query_prefix = self.query_prefix.clone().unwrap_or_default();
        Ok(Some(options))
    }
}

/// Whether the host of an `http://` address is this machine.
fn is_local(url: &str) -> bool {
    let authority = url.trim_start_matches("http://").split(['/', '?', '#']).next().unwrap_or("");
    // What stands before an `@` is a name, and may look like a host.
    let authority = authority.rsplit('@').next().unwrap_or("");
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => authority.split(':').next().unwrap_or(""),
    };
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

impl fmt::Display for EmbedderConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(protocol) = self.protocol() else {
            return match (self.kind, &self.path) {
                (EmbedderKind::Bert, Some(path)) => write!(f, "# embedder: BERT model in {path:?}"),
                (_, Some(path)) => write!(f, "# embedder: static model in {path:?}"),
                (_, None) => write!(f, "# embedder: built-in"),
            };
        };
        let (url, model) = (self.url.as_deref(), self.model.as_deref());
        write!(
            f,
            "# embedder: {}, {} at {}, {} dimensions; API key: {}; profiles are {}",
            protocol.name(),
            model.unwrap_or_default(),
            url.unwrap_or_default(),
            self.dimensions.unwrap_or_default(),
            if self.api_key_file.is_some() { "from a file" } else { "none" },
            if self.profiles { "sent, redacted" } else { "never sent" },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, insecure: bool) -> Result<(), String> {
        let config: EmbedderConfig = toml::from_str(text).map_err(|e| e.to_string())?;
        config.check(insecure).map_err(|e| e.to_string())
    }

    #[test]
    fn a_remote_kind_needs_its_keys_and_the_built_in_one_has_none() {
        assert_eq!(check("", false), Ok(()));
        let tei = "kind = \"tei\"\nmodel = \"m\"\ndimensions = 8\n";
        let told = |text: &str| check(text, false).unwrap_err();
        assert!(told(tei).contains("embedder.url"));
        assert!(told("url = \"http://127.0.0.1/embed\"").contains("embedder.url"));
        assert!(told("profiles = true").contains("embedder.profiles"));
        assert!(told("kind = \"bert\"").contains("embedder.path"));
        assert_eq!(check("kind = \"bert\"\npath = \"/m\"", false), Ok(()));
        assert_eq!(check("kind = \"static\"\ndimensions = 64", false), Ok(()));
        assert!(told("kind = \"magic\"").contains("magic"));
        assert!(told("timeout = 3").contains("timeout"));
        assert!(told(&format!("{tei}url = \"ftp://h\"")).contains("http"));
        assert!(
            told(&format!("{tei}url = \"http://localhost/embed\"\nbatch = 0")).contains("batch")
        );
    }

    #[test]
    fn texts_leave_the_machine_only_over_tls_unless_the_network_is_trusted() {
        let at = |url: &str| {
            format!("kind = \"openai\"\nmodel = \"m\"\ndimensions = 8\nurl = \"{url}\"")
        };
        for local in ["http://localhost:1/v1", "http://127.0.0.1/v1", "http://[::1]:80/v1"] {
            assert_eq!(check(&at(local), false), Ok(()), "{local}");
        }
        for away in
            ["http://10.0.0.1/v1", "http://h/v1", "http://localhost:1@h/v1", "http://localhost.h/"]
        {
            assert!(check(&at(away), false).unwrap_err().contains("TLS"), "{away}");
            assert_eq!(check(&at(away), true), Ok(()));
        }
        assert_eq!(check(&at("https://h/v1"), false), Ok(()));
    }

    #[test]
    fn a_static_model_of_ones_own_is_read_and_cut() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("city.bin");
        std::fs::write(&path, StaticModel::built_in().to_bytes()).unwrap();
        let of = |dimensions| EmbedderConfig {
            kind: EmbedderKind::Static,
            path: Some(path.clone()),
            dimensions: Some(dimensions),
            ..EmbedderConfig::default()
        };
        assert_eq!(of(64).static_model().unwrap().dimensions(), 64);
        assert!(of(100).static_model().is_err());
        std::fs::write(&path, b"no model").unwrap();
        assert!(of(64).static_model().is_err());
    }
}
