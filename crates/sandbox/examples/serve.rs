//! The sandbox alone: `cargo run -p sandbox --example serve -- ADDRESS [TLS_FOLDER]`.

use sandbox::{Config, Sandbox};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let listen = arguments.next().unwrap_or_else(|| "127.0.0.1:8701".to_owned()).parse()?;
    let tls = arguments.next().map(Into::into);
    let sandbox = Sandbox::start(Config { listen, tls, state: None, company: true, app: None }).await?;
    tracing::info!(base = sandbox.base(), "the sandbox listens");
    std::future::pending::<()>().await;
    Ok(())
}
