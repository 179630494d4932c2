//! Secrets at rest: ChaCha20-Poly1305 under a key derived from the master key, bound to table, column and row, so that
//! a row's token cannot be pasted into another row. Stored form: key id, nonce, ciphertext, in base64.

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use crate::{Error, Result};

/// Bytes that tell under which master key a cell was sealed.
const KEY_ID_LEN: usize = 4;
/// The key file's name in the data folder.
const FILE: &str = "master.key";

/// The 32 bytes that everything is sealed under.
pub struct MasterKey {
    bytes: Zeroizing<[u8; 32]>,
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey")
    }
}

impl MasterKey {
    /// From the environment's value when there is one, else from `data_dir/master.key`, which is made (0600) when missing.
    pub fn load(data_dir: &Path, from_environment: Option<&SecretString>) -> Result<Self> {
        match from_environment {
            Some(text) => Self::from_base64(text.expose_secret())
                .ok_or_else(|| Error::Config("the master key must be 32 bytes in base64".to_owned())),
            None => Self::from_file(data_dir),
        }
    }

    fn from_base64(text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).ok()?);
        Some(Self { bytes: Zeroizing::new(bytes.as_slice().try_into().ok()?) })
    }

    fn from_file(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join(FILE);
        let failed = |source| Error::File { path: path.display().to_string(), source };
        make_private_folder(data_dir)?;
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let text = Zeroizing::new(text);
                Self::from_base64(&text)
                    .ok_or_else(|| Error::Config(format!("{} must hold 32 bytes in base64", path.display())))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let bytes = Zeroizing::new(rand::random::<[u8; 32]>());
                match write_new(data_dir, &path, &Zeroizing::new(STANDARD.encode(bytes.as_slice()))) {
                    Ok(()) => Ok(Self { bytes }),
                    // Another process made it between our look and our try.
                    Err(error) if error.kind() == ErrorKind::AlreadyExists => Self::from_file(data_dir),
                    Err(error) => Err(failed(error)),
                }
            }
            Err(error) => Err(failed(error)),
        }
    }
}

/// The data folder holds mail: when it is made here, it is for its owner only.
pub(crate) fn make_private_folder(folder: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|source| Error::File { path: folder.display().to_string(), source })
}

/// Writes the key beside its place and links it there, so that nobody ever reads half a key; durable when it returns.
fn write_new(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    let draft = folder.join(format!("{FILE}.{:016x}", rand::random::<u64>()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&draft, path);
    std::fs::remove_file(&draft)?;
    linked?;
    #[cfg(unix)]
    std::fs::File::open(folder)?.sync_all()?;
    Ok(())
}

/// Seals and opens.
#[derive(Clone)]
pub struct Vault {
    key: Arc<LessSafeKey>,
    key_id: [u8; KEY_ID_LEN],
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn derive<const N: usize>(master: &MasterKey, purpose: &[u8]) -> [u8; N] {
    let mut out = [0; N];
    Salt::new(HKDF_SHA256, b"postdesk")
        .extract(&*master.bytes)
        .expand(&[purpose], Length(N))
        .and_then(|okm| okm.fill(&mut out))
        .unwrap_or_else(|_| unreachable!("HKDF gives far more than {N} bytes"));
    out
}

impl Vault {
    /// A vault under this key.
    pub fn new(master: &MasterKey) -> Self {
        let key = Zeroizing::new(derive::<32>(master, b"seal v1"));
        let key = UnboundKey::new(&CHACHA20_POLY1305, &*key)
            .unwrap_or_else(|_| unreachable!("the key has 32 bytes"));
        Self { key: Arc::new(LessSafeKey::new(key)), key_id: derive(master, b"key id v1") }
    }

    /// Seals for one cell.
    pub fn seal(&self, table: &str, column: &str, row: &str, secret: &SecretString) -> String {
        let nonce: [u8; NONCE_LEN] = rand::random();
        let mut sealed = Zeroizing::new(secret.expose_secret().as_bytes().to_vec());
        self.key
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                place(table, column, row),
                &mut *sealed,
            )
            .unwrap_or_else(|_| unreachable!("secrets are shorter than the cipher's limit of 256 GiB"));
        STANDARD.encode([&self.key_id[..], &nonce, &sealed].concat())
    }

    /// Opens a cell.
    pub fn open(&self, table: &str, column: &str, row: &str, sealed: &str) -> Result<SecretString> {
        let bytes = STANDARD.decode(sealed).map_err(|_| Error::Sealed)?;
        let (key_id, rest) = bytes.split_first_chunk::<KEY_ID_LEN>().ok_or(Error::Sealed)?;
        let (nonce, cipher) = rest.split_first_chunk::<NONCE_LEN>().ok_or(Error::Sealed)?;
        if *key_id != self.key_id {
            return Err(Error::Sealed);
        }
        let mut cipher = Zeroizing::new(cipher.to_vec());
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let plain = self
            .key
            .open_in_place(nonce, place(table, column, row), &mut cipher)
            .map_err(|_| Error::Sealed)?;
        let text = std::str::from_utf8(plain).map_err(|_| Error::Sealed)?;
        Ok(SecretString::from(text))
    }
}

/// What a sealed cell is bound to. The parts hold no `|` in front of the last one, so no two places read alike.
fn place(table: &str, column: &str, row: &str) -> Aad<Vec<u8>> {
    Aad::from(format!("{table}|{column}|{row}").into_bytes())
}
