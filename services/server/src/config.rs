//! Configuration: a file, the environment over it, and what the service runs on.
//!
//! [`Raw`] is the text as given; [`Config`] is resolved and checked. Unknown keys are
//! refused in both sources.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use jobmatch_matching::{COMPACT_WITHIN, MasterKeyError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::embedder::{EmbedderConfig, EmbedderError};
use crate::keys::{Key, KeyConfig, KeyError};
use crate::kiosk::{KioskConfig, KioskError};
use crate::limits::{Limits, LimitsError};
use crate::store_config::StoreConfig;
use crate::tls::TlsFiles;

/// Sections of the file; their variables are `JOBMATCH_<SECTION>_<KEY>`.
const SECTIONS: [&str; 4] = ["embedder", "kiosk", "limits", "store"];
/// Variables with our prefix that are not keys: the path of the file, and those of the
/// command line `jobmatch`.
const OTHERS: [&str; 7] =
    ["CONFIG", "SERVER", "ADMIN", "API_KEY", "CA_CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY"];

/// Why a configuration was refused.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}; check the path given with --config")]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// Not TOML, an unknown key, or a value of the wrong type.
    #[error("{origin}: {message}")]
    Invalid {
        /// The file, or the environment.
        origin: String,
        /// What is wrong and where.
        message: String,
    },
    /// An address beyond this machine without protection.
    #[error(
        "{key} = {address} listens beyond this machine; set tls_certificate, tls_key and \
         api_key_sha256, or insecure = true to go without on a trusted network"
    )]
    Exposed {
        /// The key.
        key: &'static str,
        /// The address.
        address: SocketAddr,
    },
    /// The section of the embedder.
    #[error(transparent)]
    Embedder(#[from] EmbedderError),
    /// An entry of `keys`.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The section of the kiosk.
    #[error(transparent)]
    Kiosk(#[from] KioskError),
    /// The store's key.
    #[error("{origin}: {cause}")]
    StoreKey {
        /// The file, or the variable.
        origin: String,
        /// What is wrong.
        #[source]
        cause: MasterKeyError,
    },
    /// The section of the limits.
    #[error(transparent)]
    Limits(#[from] LimitsError),
    /// A part of the TLS files without the others.
    #[error("tls_certificate and tls_key belong together, and tls_client_ca needs both")]
    HalfTls,
    /// Two listeners on one address.
    #[error("{a} and {b} are the same address; give each listener its own port")]
    SameAddress {
        /// One key.
        a: &'static str,
        /// The other key.
        b: &'static str,
    },
    /// A hash of an API key.
    #[error(
        "api_key_sha256[{index}] is not 64 hexadecimal digits; make one with `printf %s KEY | sha256sum`"
    )]
    KeyHash {
        /// Position in the list.
        index: usize,
    },
}

/// The configuration as text.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    data_dir: Option<PathBuf>,
    listen: Option<SocketAddr>,
    admin_listen: Option<SocketAddr>,
    metrics_listen: Option<SocketAddr>,
    tls_certificate: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    tls_client_ca: Option<PathBuf>,
    api_key_sha256: Option<Vec<String>>,
    keys: Option<Vec<KeyConfig>>,
    insecure: Option<bool>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    user_words: Option<PathBuf>,
    user_lexicon: Option<PathBuf>,
    ranking_profile: Option<PathBuf>,
    known_routes: Option<PathBuf>,
    min_free_disk_bytes: Option<u64>,
    compact_within_seconds: Option<u64>,
    drain_seconds: Option<u64>,
    deadline_ms_default: Option<u64>,
    deadline_ms_max: Option<u64>,
    embedder: Option<EmbedderConfig>,
    kiosk: Option<KioskConfig>,
    store: Option<StoreConfig>,
    limits: Option<Limits>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What the service runs on.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Folder of the store and the indexes.
    pub data_dir: PathBuf,
    /// Address of the public services.
    pub listen: SocketAddr,
    /// Address of the AdminService; `None`: off.
    pub admin_listen: Option<SocketAddr>,
    /// Address of Prometheus' page; `None`: off.
    pub metrics_listen: Option<SocketAddr>,
    /// Files of the TLS; `None`: off.
    pub tls: Option<TlsFiles>,
    /// SHA-256 of the API keys that are accepted, hexadecimal; empty: none is asked for.
    pub api_key_sha256: Vec<String>,
    /// Keys by name, with what they open.
    pub keys: Vec<KeyConfig>,
    /// Allowed to listen beyond this machine without TLS and keys.
    pub insecure: bool,
    /// Filter of the log, as tracing's `RUST_LOG`.
    pub log: String,
    /// Form of the log.
    pub log_format: LogFormat,
    /// Words to add to the dictionary, one a line, with an optional frequency.
    pub user_words: Option<PathBuf>,
    /// Rows to add to the lexicon of work, in the format of its files.
    pub user_lexicon: Option<PathBuf>,
    /// Ranking profile in place of the built-in one.
    pub ranking_profile: Option<PathBuf>,
    /// Minutes of ways that are known better than by estimate, CSV.
    pub known_routes: Option<PathBuf>,
    /// Below so many free bytes on the disk of `data_dir` only reads and deletions are served.
    pub min_free_disk_bytes: u64,
    /// Age at which the index of profiles is built anew once somebody was deleted; 0: only when it
    /// is asked for.
    pub compact_within_seconds: u64,
    /// Time that running calls get at shutdown.
    pub drain_seconds: u64,
    /// Deadline of a call that brings none, milliseconds.
    pub deadline_ms_default: u64,
    /// Greatest deadline of a call, milliseconds.
    pub deadline_ms_max: u64,
    /// Which embedder, and how it is asked.
    pub embedder: EmbedderConfig,
    /// The page for a kiosk; `None`: off.
    pub kiosk: Option<KioskConfig>,
    /// The store's key.
    pub store: StoreConfig,
    /// How much is taken on.
    pub limits: Limits,
}

impl Config {
    /// Reads the file (none: all defaults) and the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let text = match file {
            None => String::new(),
            Some(path) => std::fs::read_to_string(path)
                .map_err(|source| ConfigError::Unreadable { path: path.into(), source })?,
        };
        let origin = file.map_or_else(|| "defaults".into(), |p| p.display().to_string());
        Self::from_sources(&text, &origin, std::env::vars())
    }

    /// The same from given sources.
    pub fn from_sources(
        text: &str,
        origin: &str,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let invalid = |origin: &str, error: toml::de::Error| ConfigError::Invalid {
            origin: origin.into(),
            message: error.to_string(),
        };
        let mut table: toml::Table = text.parse().map_err(|e| invalid(origin, e))?;
        // Checked on its own first, so that the message shows the line of the file.
        toml::from_str::<Raw>(text).map_err(|e| invalid(origin, e))?;
        for (name, value) in environment {
            let Some(key) = name.strip_prefix("JOBMATCH_").filter(|k| !OTHERS.contains(k)) else {
                continue;
            };
            let key = key.to_lowercase();
            let inner = |section: &&str| key.strip_prefix(*section)?.strip_prefix('_');
            let found = SECTIONS.iter().find_map(|s| inner(s).map(|k| (*s, k.to_owned())));
            match found {
                None => {
                    table.insert(key, environment_value(&value));
                }
                Some((section, key)) => {
                    let section = table.entry(section).or_insert_with(|| toml::Table::new().into());
                    if let Some(section) = section.as_table_mut() {
                        // A secret may look like a number.
                        let value = match key.ends_with("key") {
                            true => value.into(),
                            false => environment_value(&value),
                        };
                        section.insert(key, value);
                    }
                }
            }
        }
        let raw: Raw = table.try_into().map_err(|e| invalid("environment (JOBMATCH_*)", e))?;
        Self::resolve(raw)
    }

    fn resolve(raw: Raw) -> Result<Self, ConfigError> {
        let local = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let tls = match (raw.tls_certificate, raw.tls_key, raw.tls_client_ca) {
            (Some(certificate), Some(key), client_ca) => {
                Some(TlsFiles { certificate, key, client_ca })
            }
            (None, None, None) => None,
            _ => return Err(ConfigError::HalfTls),
        };
        let config = Self {
            data_dir: raw.data_dir.unwrap_or_else(|| "data".into()),
            listen: raw.listen.unwrap_or_else(|| local(50051)),
            admin_listen: Some(raw.admin_listen.unwrap_or_else(|| local(50052))),
            metrics_listen: raw.metrics_listen,
            tls,
            api_key_sha256: raw.api_key_sha256.unwrap_or_default(),
            keys: raw.keys.unwrap_or_default(),
            insecure: raw.insecure.unwrap_or(false),
            log: raw.log.unwrap_or_else(|| "info".into()),
            log_format: raw.log_format.unwrap_or_default(),
            user_words: raw.user_words,
            user_lexicon: raw.user_lexicon,
            ranking_profile: raw.ranking_profile,
            known_routes: raw.known_routes,
            min_free_disk_bytes: raw.min_free_disk_bytes.unwrap_or(256 << 20),
            compact_within_seconds: raw.compact_within_seconds.unwrap_or(COMPACT_WITHIN.as_secs()),
            drain_seconds: raw.drain_seconds.unwrap_or(10),
            deadline_ms_default: raw.deadline_ms_default.unwrap_or(5_000),
            deadline_ms_max: raw.deadline_ms_max.unwrap_or(60_000),
            embedder: raw.embedder.unwrap_or_default(),
            kiosk: raw.kiosk,
            store: raw.store.unwrap_or_default(),
            limits: raw.limits.unwrap_or_default(),
        };
        config.check()?;
        Ok(config)
    }

    /// Whether callers need a key.
    fn asks_for_keys(&self) -> bool {
        !self.api_key_sha256.is_empty() || !self.keys.is_empty()
    }

    /// The keys that are accepted; none: none is asked for. The kiosk page's own key asks for
    /// none of others.
    pub(crate) fn accepted_keys(&self) -> Vec<Key> {
        if !self.asks_for_keys() {
            return Vec::new();
        }
        let trusted = self.api_key_sha256.iter().enumerate();
        let named = self.keys.iter().enumerate();
        let kiosk = self.kiosk.as_ref().and_then(|kiosk| kiosk.api_key.as_deref());
        // `check` has refused those that are none.
        trusted
            .filter_map(|(index, hash)| Key::trusted(hash, index))
            .chain(named.filter_map(|(index, key)| key.key(index).ok()))
            .chain(kiosk.map(Key::of_kiosk))
            .collect()
    }

    fn check(&self) -> Result<(), ConfigError> {
        self.embedder.check(self.insecure)?;
        self.limits.check()?;
        if let Some(kiosk) = &self.kiosk {
            kiosk.check(self.asks_for_keys())?;
        }
        for (index, hash) in self.api_key_sha256.iter().enumerate() {
            if hash.len() != 64 || hex::decode(hash).is_err() {
                return Err(ConfigError::KeyHash { index });
            }
        }
        for (index, key) in self.keys.iter().enumerate() {
            key.key(index)?;
        }
        let protected = self.tls.is_some() && self.asks_for_keys();
        let exposed = |address: SocketAddr| !address.ip().is_loopback() && !self.insecure;
        if exposed(self.listen) && !protected {
            return Err(ConfigError::Exposed { key: "listen", address: self.listen });
        }
        // Neither has TLS or keys of its own.
        for (key, address) in
            [("admin_listen", self.admin_listen), ("metrics_listen", self.metrics_listen)]
        {
            if let Some(address) = address.filter(|a| exposed(*a)) {
                return Err(ConfigError::Exposed { key, address });
            }
        }
        let clash =
            |other: Option<SocketAddr>| other.is_some_and(|o| o == self.listen && o.port() != 0);
        if clash(self.admin_listen) {
            return Err(ConfigError::SameAddress { a: "listen", b: "admin_listen" });
        }
        if clash(self.metrics_listen) {
            return Err(ConfigError::SameAddress { a: "listen", b: "metrics_listen" });
        }
        Ok(())
    }
}

/// `true`, numbers and `[…]` as TOML; everything else as text.
fn environment_value(value: &str) -> toml::Value {
    let wrapped = format!("v = {value}");
    let parsed = wrapped.parse::<toml::Table>().ok().and_then(|mut t| t.remove("v"));
    match parsed {
        Some(v @ (toml::Value::Boolean(_) | toml::Value::Integer(_) | toml::Value::Array(_))) => v,
        _ => toml::Value::String(value.to_owned()),
    }
}

impl fmt::Display for Config {
    /// As TOML; the hashes of keys are only counted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |a: Option<SocketAddr>| a.map_or("off".into(), |a| a.to_string());
        writeln!(f, "data_dir = {:?}", self.data_dir)?;
        writeln!(f, "listen = \"{}\"", self.listen)?;
        writeln!(f, "admin_listen = \"{}\"", shown(self.admin_listen))?;
        writeln!(f, "metrics_listen = \"{}\"", shown(self.metrics_listen))?;
        let tls = match &self.tls {
            None => "off",
            Some(files) if files.client_ca.is_some() => "on, for clients with a certificate",
            Some(_) => "on",
        };
        writeln!(f, "# TLS: {tls}")?;
        writeln!(f, "# API keys: {}", self.api_key_sha256.len() + self.keys.len())?;
        writeln!(f, "insecure = {}", self.insecure)?;
        writeln!(f, "log = {:?}", self.log)?;
        for (key, file) in [
            ("user_words", &self.user_words),
            ("user_lexicon", &self.user_lexicon),
            ("ranking_profile", &self.ranking_profile),
            ("known_routes", &self.known_routes),
        ] {
            if let Some(file) = file {
                writeln!(f, "{key} = {file:?}")?;
            }
        }
        writeln!(f, "min_free_disk_bytes = {}", self.min_free_disk_bytes)?;
        writeln!(f, "compact_within_seconds = {}", self.compact_within_seconds)?;
        writeln!(f, "drain_seconds = {}", self.drain_seconds)?;
        writeln!(f, "deadline_ms_default = {}", self.deadline_ms_default)?;
        writeln!(f, "deadline_ms_max = {}", self.deadline_ms_max)?;
        writeln!(f, "{}", self.embedder)?;
        writeln!(f, "{}", self.store)?;
        writeln!(f, "{}", self.limits)?;
        match &self.kiosk {
            Some(kiosk) => write!(f, "{kiosk}"),
            None => write!(f, "# kiosk page: off"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let own = environment.iter().map(|(k, v)| (k.to_string(), v.to_string()));
        Config::from_sources(text, "test.toml", own)
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let c = config("log = \"warn\"\n", &[("JOBMATCH_LOG", "debug"), ("HOME", "/x")]).unwrap();
        assert_eq!(c.log, "debug");
        let c = config("", &[("JOBMATCH_DRAIN_SECONDS", "3"), ("JOBMATCH_INSECURE", "true")]);
        assert_eq!(c.map(|c| (c.drain_seconds, c.insecure)).unwrap(), (3, true));
        let c = config("", &[("JOBMATCH_COMPACT_WITHIN_SECONDS", "60")]).unwrap();
        assert_eq!(c.compact_within_seconds, 60);
        assert_eq!(config("", &[]).unwrap().compact_within_seconds, 24 * 3_600);
    }

    #[test]
    fn the_environment_reaches_into_the_embedder() {
        let file =
            "[embedder]\nkind = \"tei\"\nmodel = \"m\"\ndimensions = 8\nurl = \"http://h/embed\"";
        let url = ("JOBMATCH_EMBEDDER_URL", "http://localhost/embed");
        let c = config(file, &[url, ("JOBMATCH_EMBEDDER_PROFILES", "true")]).unwrap();
        assert_eq!(c.embedder.url.as_deref(), Some("http://localhost/embed"));
        assert!(c.embedder.profiles && c.to_string().contains("sent, redacted"));
        let error = config("", &[("JOBMATCH_EMBEDDER_NAME", "x")]).unwrap_err().to_string();
        assert!(error.contains("name"), "{error}");
    }

    #[test]
    fn the_kiosk_is_off_without_its_section_and_reached_by_the_environment() {
        assert!(config("", &[]).unwrap().kiosk.is_none());
        let point = [("JOBMATCH_KIOSK_LATITUDE", "36.67"), ("JOBMATCH_KIOSK_LONGITUDE", "117.02")];
        let kiosk = config("", &point).unwrap().kiosk.unwrap();
        assert_eq!((kiosk.latitude, kiosk.max_minutes), (Some(36.67), 15));
        // A code of digits alone is a text all the same.
        let division = [("JOBMATCH_KIOSK_DIVISION", "370102")];
        let kiosk = config("", &division).unwrap().kiosk.unwrap();
        assert_eq!(kiosk.division.as_deref(), Some("370102"));
        assert!(config("[kiosk]\ntitle = \"x\"", &[]).is_err());
    }

    #[test]
    fn the_stores_key_comes_from_a_file_or_the_environment_and_is_never_shown() {
        assert_eq!(config("", &[]).unwrap().store.master_key().unwrap(), None);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.key");
        std::fs::write(&path, "11".repeat(32) + "\n").unwrap();
        let file = format!("[store]\nkey_file = {path:?}");
        let from_file = config(&file, &[]).unwrap().store.master_key().unwrap().unwrap();
        let digits = "22".repeat(32);
        let c = config(&file, &[("JOBMATCH_STORE_KEY", &digits)]).unwrap();
        assert_ne!(c.store.master_key().unwrap().unwrap(), from_file);
        assert!(!c.to_string().contains("2222") && !format!("{c:?}").contains("2222"));
        let c = config("", &[("JOBMATCH_STORE_KEY", "22")]).unwrap();
        let error = c.store.master_key().unwrap_err().to_string();
        assert!(error.contains("JOBMATCH_STORE_KEY") && error.contains("64"), "{error}");
        let c = config("[store]\nkey_file = \"/nowhere\"", &[]).unwrap();
        assert!(c.store.master_key().unwrap_err().to_string().contains("/nowhere"));
    }

    #[test]
    fn unknown_keys_are_refused_by_name() {
        assert!(
            config("lissten = \"127.0.0.1:1\"", &[]).unwrap_err().to_string().contains("lissten")
        );
        let error = config("", &[("JOBMATCH_LISSTEN", "x")]).unwrap_err().to_string();
        assert!(error.contains("lissten"), "{error}");
    }

    #[test]
    fn other_addresses_need_tls_and_keys_or_the_switch() {
        assert!(config("listen = \"0.0.0.0:50051\"", &[]).is_err());
        assert!(config("listen = \"0.0.0.0:50051\"\ninsecure = true", &[]).is_ok());
        let keys = "a".repeat(64);
        let tls = "tls_certificate = \"c\"\ntls_key = \"k\"";
        let both = format!("listen = \"0.0.0.0:50051\"\n{tls}\napi_key_sha256 = [\"{keys}\"]");
        assert!(config(&both, &[]).is_ok());
        assert!(config(&format!("listen = \"0.0.0.0:50051\"\n{tls}"), &[]).is_err());
        assert!(config("tls_key = \"k\"", &[]).is_err());
        assert!(config("tls_client_ca = \"c\"", &[]).is_err());
        assert!(config("admin_listen = \"0.0.0.0:50052\"", &[]).is_err());
    }
}
