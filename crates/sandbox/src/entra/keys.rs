//! Signing keys: one that serves every tenant, as Entra's do; the id_token is signed here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rsa::RsaPrivateKey;
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::traits::PublicKeyParts;
use serde_json::{Value, json};

use crate::world::ids;

/// A key.
struct Key {
    kid: String,
    pem: String,
    modulus: String,
    exponent: String,
    signing: EncodingKey,
}

/// The keys, newest first.
pub struct Keys(Vec<Key>);

impl Key {
    fn from_pem(kid: String, pem: String) -> Option<Self> {
        let key = RsaPrivateKey::from_pkcs8_pem(&pem).ok()?;
        let signing = EncodingKey::from_rsa_der(key.to_pkcs1_der().ok()?.as_bytes());
        let encode = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
        let (modulus, exponent) = (encode(key.n().to_bytes_be()), encode(key.e().to_bytes_be()));
        Some(Self { kid, pem, modulus, exponent, signing })
    }

    fn make() -> Option<Self> {
        let key = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).ok()?;
        let pem = key.to_pkcs8_pem(LineEnding::LF).ok()?.to_string();
        Self::from_pem(ids::random_token(28), pem)
    }
}

impl Keys {
    /// Takes the kept keys, or makes one (a second or so, off the async threads).
    pub async fn load_or_make(kept: Vec<(String, String)>) -> Self {
        let made = tokio::task::spawn_blocking(move || {
            let keys: Vec<Key> = kept.into_iter().filter_map(|(kid, pem)| Key::from_pem(kid, pem)).collect();
            if keys.is_empty() { Key::make().into_iter().collect() } else { keys }
        });
        Self(made.await.unwrap_or_default())
    }

    /// For the state file.
    pub fn to_keep(&self) -> Vec<(String, String)> {
        self.0.iter().map(|k| (k.kid.clone(), k.pem.clone())).collect()
    }

    /// The key set; `issuer` is what each key may sign for.
    pub fn jwks(&self, base: &str) -> Value {
        let keys: Vec<Value> = self
            .0
            .iter()
            .map(|k| {
                json!({
                    "kty": "RSA",
                    "use": "sig",
                    "kid": k.kid,
                    "x5t": k.kid,
                    "n": k.modulus,
                    "e": k.exponent,
                    "cloud_instance_name": "microsoftonline.com",
                    "issuer": format!("{base}/{{tenantid}}/v2.0"),
                })
            })
            .collect();
        json!({ "keys": keys })
    }

    /// Signs an id_token. v2 tokens carry no x5t.
    pub fn sign(&self, claims: &Value) -> String {
        let Some(key) = self.0.first() else { return String::new() };
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, claims, &key.signing).unwrap_or_default()
    }
}
