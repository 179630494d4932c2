//! People signing in, and the command's ways to make an administrator and to set a password.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use desk::{Person, Role};
use jiff::{SignedDuration, Timestamp};
use mail::Address;
use tokio::sync::Semaphore;

use crate::{Engine, Error, LoggedIn, Result};

/// Failed sign-ins of one address before it must wait.
const TRIES: u32 = 10;
/// How long it must wait after the last failure; without a failure for so long, the count starts anew.
const WAIT: SignedDuration = SignedDuration::from_mins(15);
/// Addresses whose failures are remembered at most: guessing many addresses must not fill the memory.
const REMEMBERED: usize = 20_000;
/// Each password check takes 19 MiB and a core for some 20 ms: so many at once.
const CHECKS_AT_ONCE: usize = 4;
/// Shortest password (characters).
const SHORTEST: usize = 10;
/// Longest password (bytes): longer ones are an attack on the hash, not a password.
const LONGEST: usize = 1_000;

/// Slows down who guesses passwords. Counts known and unknown addresses alike, so that it tells nothing about them.
pub(crate) struct Guard {
    failures: Mutex<HashMap<String, Failures>>,
    checks: Semaphore,
}

struct Failures {
    count: u32,
    last: Timestamp,
}

impl Default for Guard {
    fn default() -> Self {
        Self { failures: Mutex::default(), checks: Semaphore::new(CHECKS_AT_ONCE) }
    }
}

impl Guard {
    pub(crate) fn must_wait(&self, address: &str, now: Timestamp) -> bool {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.get(address).is_some_and(|f| f.count >= TRIES && now.duration_since(f.last) < WAIT)
    }

    pub(crate) fn failed(&self, address: &str, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= REMEMBERED {
            failures.retain(|_, f| now.duration_since(f.last) < WAIT);
            if failures.len() >= REMEMBERED {
                failures.clear();
            }
        }
        let entry = failures.entry(address.to_owned()).or_insert(Failures { count: 0, last: now });
        entry.count = if now.duration_since(entry.last) < WAIT { entry.count + 1 } else { 1 };
        entry.last = now;
    }

    pub(crate) fn succeeded(&self, address: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(address);
    }
}

impl Engine {
    /// Checks a password (argon2, off the async threads); slows down and refuses after repeated failures.
    pub async fn log_in(&self, address: &str, password: &str) -> Result<LoggedIn> {
        let key: String = address.trim().to_lowercase().chars().take(320).collect();
        let guard = &self.inner.guard;
        if guard.must_wait(&key, self.now()) {
            return Err(Error::TooManyAttempts);
        }
        let login = match Address::parse(address) {
            Some(address) => self.inner.store.login(&address).await?,
            None => None,
        };
        let login = login.filter(|login| login.person.role.is_staff());
        let hash = login.as_ref().and_then(|login| login.password_hash.clone());
        let right = self.verify(hash, password).await;
        match login {
            Some(login) if right => {
                guard.succeeded(&key);
                Ok(LoggedIn { person: login.person, epoch: login.epoch })
            }
            _ => {
                guard.failed(&key, self.now());
                Err(Error::WrongLogin)
            }
        }
    }

    /// Takes the same time whether there is a hash or not: nobody learns from the clock who is known here.
    async fn verify(&self, hash: Option<String>, password: &str) -> bool {
        let Ok(_permit) = self.inner.guard.checks.acquire().await else { return false };
        let password: Vec<u8> = password.bytes().take(LONGEST + 1).collect();
        let check = tokio::task::spawn_blocking(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODYS_HASH.clone());
            let right = Argon2::default().verify_password(&password, hash.as_str()).is_ok();
            right && known && password.len() <= LONGEST
        });
        check.await.unwrap_or(false)
    }

    /// Makes an administrator (the command, first start). The first one of the account is its owner.
    pub async fn make_admin(&self, name: &str, address: &str, password: &str) -> Result<Person> {
        let name = checked_name(name)?;
        let address = checked_address(address)?;
        let hash = hash_of(password).await?;
        let first = self.inner.store.staff().await?.is_empty();
        let role = if first { Role::Owner } else { Role::Admin };
        let tx = self.inner.store.begin(self.now()).await?;
        let person = tx.create_staff(&name, &address, role, &hash).await?;
        tx.commit().await?;
        Ok(person)
    }

    /// Sets a password from the local command line; works without mail.
    pub async fn reset_password(&self, address: &str, password: &str) -> Result<()> {
        let address = checked_address(address)?;
        let person = self.inner.store.person_by_address(&address).await?.ok_or(Error::NotFound)?;
        let hash = hash_of(password).await?;
        let tx = self.inner.store.begin(self.now()).await?;
        tx.set_password(person.id, &hash).await?;
        tx.commit().await?;
        self.inner.guard.succeeded(address.as_str());
        Ok(())
    }
}

/// What unknown people's passwords are compared with.
static NOBODYS_HASH: LazyLock<String> = LazyLock::new(|| {
    let random: [u8; 32] = rand::random();
    Argon2::default().hash_password(&random).map(|hash| hash.to_string()).unwrap_or_default()
});

pub(crate) async fn hash_of(password: &str) -> Result<String> {
    if password.chars().count() < SHORTEST {
        return Err(Error::Invalid { field: "password", problem: "too-short" });
    }
    if password.len() > LONGEST {
        return Err(Error::Invalid { field: "password", problem: "too-long" });
    }
    let password = password.as_bytes().to_vec();
    let hashed = tokio::task::spawn_blocking(move || {
        Argon2::default().hash_password(&password).map(|hash| hash.to_string())
    });
    match hashed.await {
        Ok(Ok(hash)) => Ok(hash),
        _ => Err(Error::Invalid { field: "password", problem: "unusable" }),
    }
}

/// A name of one line, not empty, not endless.
pub(crate) fn checked_name(name: &str) -> Result<String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    match name.chars().count() {
        0 => Err(Error::Invalid { field: "name", problem: "empty" }),
        1..=100 => Ok(name),
        _ => Err(Error::Invalid { field: "name", problem: "too-long" }),
    }
}

pub(crate) fn checked_address(address: &str) -> Result<Address> {
    Address::parse(address).ok_or(Error::Invalid { field: "address", problem: "not-an-address" })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Guessing is slow, for people who exist and for those who do not; waiting opens the door again.
    #[test]
    fn ten_failures_make_an_address_wait() {
        let guard = Guard::default();
        let start = Timestamp::UNIX_EPOCH;
        for _ in 0..TRIES {
            assert!(!guard.must_wait("a@example.com", start));
            guard.failed("a@example.com", start);
        }
        assert!(guard.must_wait("a@example.com", start));
        assert!(!guard.must_wait("b@example.com", start));
        assert!(!guard.must_wait("a@example.com", start + WAIT));
    }

    #[test]
    fn a_right_password_forgets_the_failures() {
        let guard = Guard::default();
        for _ in 0..TRIES {
            guard.failed("a@example.com", Timestamp::UNIX_EPOCH);
        }
        guard.succeeded("a@example.com");
        assert!(!guard.must_wait("a@example.com", Timestamp::UNIX_EPOCH));
    }
}
