//! The small commands around the database and its people.

use engine::Engine;
use rand::Rng;

use crate::config::Config;

/// `postdesk migrate`.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let store = crate::assemble::store(config).await?;
    println!("The database ({}) is up to date.", store.engine_name());
    store.close().await;
    Ok(())
}

/// `postdesk admin make`.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub async fn make(
    config: &Config,
    address: &str,
    name: Option<&str>,
    password: Option<String>,
) -> anyhow::Result<()> {
    let engine = engine(config).await?;
    let made = password.is_none();
    let password = password.unwrap_or_else(random_password);
    let person = engine.make_admin(name.unwrap_or(address), address, &password).await?;
    println!("{} may now sign in as an administrator.", person.email);
    if made {
        println!("Password: {password}");
    }
    engine.store().close().await;
    Ok(())
}

/// `postdesk admin reset-password`.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub async fn reset_password(config: &Config, address: &str, password: Option<String>) -> anyhow::Result<()> {
    let engine = engine(config).await?;
    let made = password.is_none();
    let password = password.unwrap_or_else(random_password);
    engine.reset_password(address, &password).await?;
    println!("The password of {address} is set; all sessions of that person have ended.");
    if made {
        println!("Password: {password}");
    }
    engine.store().close().await;
    Ok(())
}

async fn engine(config: &Config) -> anyhow::Result<Engine> {
    crate::logs::start(config.log, "warn")?;
    let store = crate::assemble::store(config).await?;
    crate::assemble::engine(config, store).await
}

/// 20 characters without look-alikes: 116 bits.
fn random_password() -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut random = rand::rng();
    (0..20).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())])).collect()
}
